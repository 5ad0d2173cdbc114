"""Modalities that use one encoder: several views of one kind."""

from collections.abc import Mapping

from weldfusion.data.flow import Flow
from weldfusion.encoders.encoder import Encoder
from weldfusion.errors import ConfigError, did_you_mean
from weldfusion.systems.build import check_names
from weldfusion.systems.image_set import ImageSet
from weldfusion.systems.parts import MakeEncoder

FIELDS = ("kind", "channels", "length", "size", "rate")


def check_share(
    share: Mapping[str, str], flows: Mapping[str, Flow], encoders: Mapping[str, MakeEncoder | None]
) -> None:
    """Raises ConfigError, naming the key, where a modality cannot use the encoder of the other one: no such
    modality, an encoder of its own, another size or rate.

    >>> check_share({"side": "top"}, {"side": Flow("table", 3), "top": Flow("table", 4)}, {})
    Traceback (most recent call last):
        ...
    weldfusion.errors.ConfigError: model.share.side: channels is 3, that of top 4; one encoder needs equal ...
    """
    check_names("model.share", share, flows)
    for name, other in share.items():
        key = f"model.share.{name}"
        if other not in flows:
            raise ConfigError(f"{key}: no modality {other!r}; {did_you_mean(other, flows)}")
        if other in share:
            raise ConfigError(f"{key}: {other} has no encoder of its own; name a modality that has one")
        if encoders.get(name) is not None:
            raise ConfigError(f"{key}: model.encoders.{name} is given too; leave one of the two out")
        _check_equal(key, name, flows[name], other, flows[other])


def _check_equal(key: str, name: str, flow: Flow, other: str, others: Flow) -> None:
    """Sets of images are encoded one at a time, so their number and rate need not be equal."""
    how = f"; one encoder needs equal ones: bring data.inputs.{name} and data.inputs.{other} to the same"
    for field in FIELDS:
        its, theirs = getattr(flow, field), getattr(others, field)
        if its != theirs and not (field == "rate" and flow.kind == "image"):
            raise ConfigError(f"{key}: {field} is {its}, that of {other} {theirs}{how}")
    if (flow.count is None) != (others.count is None):
        single, several = (name, other) if flow.count is None else (other, name)
        raise ConfigError(f"{key}: {single} is one image, {several} a set of images{how}")


def out_of(encoder: Encoder, flow: Flow) -> Flow:
    """What an encoder gives for a modality's flow, also if it was built for another one that shares it."""
    if isinstance(encoder, ImageSet) and flow.count is not None:
        return Flow.tokens(flow.count, encoder.out.channels, flow.rate)
    return encoder.out
