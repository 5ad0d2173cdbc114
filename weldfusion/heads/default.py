"""The head of a target for which the config names none."""

from weldfusion.data.card import TargetSpec
from weldfusion.data.flow import Flow
from weldfusion.heads.classes import ClassHead
from weldfusion.heads.head import Head
from weldfusion.heads.multilabel import MultiLabelHead
from weldfusion.heads.real import RealHead


def default_head(flow: Flow, target: TargetSpec) -> Head:
    """`ClassHead`, `MultiLabelHead` or `RealHead`, by the kind of the target."""
    heads: dict[str, type[Head]] = {"class": ClassHead, "multilabel": MultiLabelHead, "real": RealHead}
    return heads[target.kind](flow, target)
