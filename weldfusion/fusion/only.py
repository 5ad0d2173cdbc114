"""Keeps the features of one modality, into which an exchange has brought what the others know."""

from collections.abc import Mapping

from torch import Tensor

from weldfusion.data.flow import Flow
from weldfusion.errors import ConfigError, did_you_mean
from weldfusion.fusion.absent import Absent, AbsentMode, feature_sizes
from weldfusion.fusion.fusion import Fusion, Tensors


class Only(Fusion):
    """The features of one modality alone.

    Args:
        flows: features of each modality.
        modality: the one that is kept.
        absent: what stands for it where it is absent: a `learned` vector or `zero`.

    >>> Only({"spectrum": Flow.features(64), "image": Flow.features(32)}, modality="image").out.channels
    32
    """

    def __init__(self, flows: Mapping[str, Flow], modality: str, absent: AbsentMode = "learned") -> None:
        super().__init__()
        sizes = feature_sizes(flows, "Only")
        if modality not in sizes:
            raise ConfigError(f"modality: no modality {modality}; {did_you_mean(modality, sizes)}")
        self.modality = modality
        self.absent = Absent({modality: sizes[modality]}, absent)
        self.out = flows[modality]

    def forward(self, x: Tensors, present: Tensors) -> Tensor:
        return self.absent({self.modality: x[self.modality]}, present)[self.modality]
