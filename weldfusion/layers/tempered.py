"""One temperature for each of several sources of raw outputs, kept with the model."""

from collections.abc import Iterable, Mapping

import torch
from torch import Tensor, nn


class Tempered(nn.Module):
    """Divides the raw outputs of each source by its temperature; 1 until `fit` is called.

    >>> layer = Tempered(["sound", "photos"])
    >>> layer.fit({"sound": 2.0})
    >>> {name: x.item() for name, x in layer({n: torch.tensor(4.0) for n in ("photos", "sound")}).items()}
    {'photos': 4.0, 'sound': 2.0}
    """

    temperature: Tensor

    def __init__(self, names: Iterable[str]) -> None:
        super().__init__()
        self.names = sorted(names)
        self.register_buffer("temperature", torch.ones(len(self.names)))

    def fit(self, found: Mapping[str, float]) -> None:
        """Take temperatures by source; 1 for one that is not named."""
        values = [found.get(name, 1.0) for name in self.names]
        self.temperature.copy_(torch.tensor(values))

    def forward(self, outputs: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """Raw outputs (B, …) by source → the same, divided."""
        return {name: outputs[name] / self.temperature[place] for place, name in enumerate(self.names)}
