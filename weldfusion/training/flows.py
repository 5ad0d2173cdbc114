"""Flows as plain values, so that a run can rebuild its model without the training data."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from weldfusion.data.flow import Flow


def plain_flows(flows: Mapping[str, Flow]) -> dict[str, dict[str, Any]]:
    """Fields of each flow as plain values.

    >>> flows_of(plain_flows({"a": Flow.features(3)})) == {"a": Flow.features(3)}
    True
    """
    return {name: asdict(flow) for name, flow in flows.items()}


def flows_of(plain: Mapping[str, Mapping[str, Any]]) -> dict[str, Flow]:
    """The flows that `plain_flows` wrote."""
    return {
        name: Flow(**{**fields, "size": None if fields["size"] is None else tuple(fields["size"])})
        for name, fields in plain.items()
    }
