"""What late fusions by belief functions share: the joined masses as a result, and their conflict."""

from abc import abstractmethod
from typing import TYPE_CHECKING

from torch import Tensor

from weldfusion.data.card import TargetSpec
from weldfusion.fusion.class_outputs import only_classes
from weldfusion.fusion.evidence import Combined, pignistic
from weldfusion.fusion.fusion import Conflict, LateFusion, Tensors

if TYPE_CHECKING:
    from weldfusion.heads.head import Head


class ByEvidence(LateFusion):
    """Raw outputs (B, K) by modality → ln of the pignistic probability (B, K) of their joined masses."""

    def bind(self, target: TargetSpec) -> None:
        only_classes(target, type(self).__name__)

    @abstractmethod
    def combined(self, outputs: Tensors, present: Tensors) -> Combined:
        """Masses (B, K + 1), conflict κ (B,) and where it is total (B,)."""

    def forward(self, head: "Head", outputs: Tensors, present: Tensors) -> Tensor:
        return pignistic(self.combined(outputs, present).log_mass)

    def conflict(self, head: "Head", outputs: Tensors, present: Tensors) -> Conflict:
        found = self.combined(outputs, present)
        return Conflict(found.conflict, found.total)
