"""The head of a target for which the config names none."""

from weldfusion.data.card import TargetSpec
from weldfusion.data.flow import Flow
from weldfusion.heads.classes import ClassHead
from weldfusion.heads.curve import CurveHead
from weldfusion.heads.head import Head
from weldfusion.heads.intervals import IntervalHead
from weldfusion.heads.multilabel import MultiLabelHead
from weldfusion.heads.real import RealHead

HEADS: dict[str, type[Head]] = {
    "class": ClassHead,
    "multilabel": MultiLabelHead,
    "real": RealHead,
    "intervals": IntervalHead,
    "curve": CurveHead,
}


def default_head(flow: Flow, target: TargetSpec) -> Head:
    """The head whose `kind` is that of the target."""
    return HEADS[target.kind](flow, target)
