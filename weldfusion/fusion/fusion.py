"""The contracts of fusion: exchanges (tokens in, tokens out), joins of features, joins of outputs."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from torch import Tensor, nn

from weldfusion.data.card import TargetSpec
from weldfusion.data.flow import Flow

if TYPE_CHECKING:
    from weldfusion.data.batch import Truth
    from weldfusion.heads.head import Head

Tensors = Mapping[str, Tensor]


class Conflict(NamedTuple):
    """How much modalities contradict each other: `share` (B,), 0 … 1, and `total` bool (B,), where they leave
    nothing in common; a share close to 1 rounds to 1 without being total."""

    share: Tensor
    total: Tensor


class Exchange(nn.Module, ABC):
    """Modalities inform each other between stem and trunk encoders; one outgoing flow per modality.

    First constructor argument: the incoming flows by modality name. The constructor leaves `self.out`.
    Parts with unequal roles take the modality's name as a setting (`query: image`).
    """

    out: Mapping[str, Flow]

    @abstractmethod
    def forward(self, x: Tensors, present: Tensors, valid: Tensors) -> dict[str, Tensor]:
        """`x[name]` (B, *flow.shape), `present[name]` bool (B,), `valid[name]` bool (B, L) if masked."""

    def attention(self, x: Tensors, present: Tensors, valid: Tensors) -> dict[tuple[str, str], Tensor]:
        """Attention weights (B, heads, Lq, Lk) by (modality updated, other modality), for inspection.

        Rows sum to 1 over the usable keys. Nothing for exchanges that do not attend.
        """
        return {}

    def roles(self, own: str, other: str) -> tuple[str, str]:
        """Which modality gives the queries and which the keys when `own` is updated from `other`."""
        return own, other


class Fusion(nn.Module, ABC):
    """Joins the features (B, D_m) of all modalities into one (B, out.channels).

    First constructor argument: the incoming flows by modality name, used in sorted order. Absent
    modalities (`present[name]` False) must not influence the result through their values.
    """

    out: Flow

    @abstractmethod
    def forward(self, x: Tensors, present: Tensors) -> Tensor: ...


class LateFusion(nn.Module, ABC):
    """Joins the outputs of one head per modality (probability averaging, evidence, stacking).

    First constructor argument: the incoming flows by modality name.
    """

    each_alone: bool = True
    """Whether every modality is trained by the loss of its own heads, as in classical late fusion. A
    fusion with parameters of its own sets it to False and is trained by the loss of the joined output."""

    fitted_after: bool = False
    """Whether it learns something (reliabilities, stacking weights) after training, by `fit_outputs`."""

    def bind(self, target: TargetSpec) -> None:
        """Called once by the model builder, before weights are loaded: each target has a fusion of its own,
        and one whose sizes depend on the classes makes its parameters here.

        Raises ConfigError for a kind of target that it cannot join.
        """

    def fit_outputs(self, head: "Head", outputs: Tensors, present: Tensors, truth: "Truth") -> None:
        """Learns from outputs (N, …) of windows that no gradient saw (the calibration part, or out-of-fold
        predictions), into buffers. Only called where `fitted_after`."""
        raise NotImplementedError(f"{type(self).__name__} has nothing to fit after training")

    def learned(self) -> dict[str, dict[str, float]]:
        """What `fit_outputs` found, by modality and name of the figure, for the evaluation report."""
        return {}

    def conflict(self, head: "Head", outputs: Tensors, present: Tensors) -> Conflict | None:
        """How much the modalities contradict each other, of what `forward` gets; None where the fusion does
        not tell. It stands in the prediction frame."""
        return None

    @abstractmethod
    def forward(self, head: "Head", outputs: Tensors, present: Tensors) -> Tensor:
        """`outputs[name]` is the head's raw output (B, …) from that modality alone → raw output (B, …)."""
