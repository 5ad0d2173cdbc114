"""The contract of a pretraining: an encoder learns from recordings alone."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from dataclasses import replace

from torch import Tensor, nn
from torch.nn import Parameter
from torch.optim import Optimizer

from weldfusion.data.batch import Batch
from weldfusion.data.flow import Flow
from weldfusion.data.ranges import check_least
from weldfusion.systems.branch import pool, pooled_flow
from weldfusion.systems.graph import FusionModel

MakeOptimizer = Callable[[Iterable[Parameter]], Optimizer]


class Pretraining(ABC):
    """Trains the encoder of one modality before the targets are: on the fit part, and on the welds of a split
    that are `unused` (those that a smaller fraction leaves out). It sees no truth and no weld of other parts.

    Args:
        modality: whose encoder is trained.
        max_epochs: length.
        batch_size: windows per step.
        optimizer: AdamW with learning rate 1e-3 by default.

    Raises ConfigError for a length or batch size below 1.
    """

    def __init__(
        self, modality: str, max_epochs: int, batch_size: int, optimizer: MakeOptimizer | None = None
    ) -> None:
        check_least("max_epochs", max_epochs, 1)
        check_least("batch_size", batch_size, 1)
        self.modality = modality
        self.max_epochs = max_epochs
        self.batch_size = batch_size
        self.optimizer = optimizer

    @abstractmethod
    def objective(self, stem: "Stem") -> nn.Module:
        """What gives the loss (B,) of a batch; its parameters beside those of `stem` are thrown away."""


class Stem(nn.Module):
    """The encoder of one modality within its model: standardised input and features of it."""

    def __init__(self, model: FusionModel, modality: str) -> None:
        super().__init__()
        self.modality = modality
        self.flow = model.flows[modality]
        self.out = model.stem_flows[modality]
        self.standardise = model.standardise[modality]
        self.encoder = model.encoders[modality]
        self.selected = nn.ModuleList([part for name, part in model.selected.items() if name == modality])
        self._model = (model,)  # a tuple, so that the rest of the model is neither trained nor saved

    @property
    def features(self) -> Flow:
        """What `forward` gives of one sample."""
        return pooled_flow(self.out)

    def present(self, batch: Batch) -> Tensor:
        """Where the modality is there, bool (B,)."""
        return self._model[0].presence(batch, {})[self.modality]

    def forward(self, batch: Batch) -> Tensor:
        """Features (B, D); every sample is encoded by itself, also photos that windows share."""
        model = self._model[0]
        x = model.stem(self.modality, replace(batch, where=None), self.present(batch))
        return pool(self.out, x, model.stem_valid(self.modality, batch))
