"""Exchange in which one modality's tokens get the mean of another's added."""

from collections.abc import Mapping

import torch
from torch import Tensor, nn

from weldfusion.data.flow import Flow
from weldfusion.errors import ConfigError
from weldfusion.fusion.fusion import Exchange, Tensors
from weldfusion.fusion.tokens import usable_tokens, with_tokens
from weldfusion.layers.masked import masked_mean


class PooledAddition(Exchange):
    """V + mean(E): the mean of the tokens E of `source` is added to every token V of `onto`.

    The simple counterpart of `OneWayAttention`. Where nothing of E is present V passes unchanged. Tokens
    that are absent or not valid are not in the mean and come out as 0.

    Args:
        flows: flows by modality.
        onto: the modality that is updated.
        source: the modality whose mean is added, projected linearly where its tokens have another size.

    >>> flows = {"image": Flow.tokens(49, 128), "spectrum": Flow.tokens(40, 128)}
    >>> len(list(PooledAddition(flows, onto="image", source="spectrum").parameters()))
    0
    """

    def __init__(self, flows: Mapping[str, Flow], onto: str, source: str) -> None:
        super().__init__()
        if onto == source:
            raise ConfigError(f"source: {source} is the one that is updated; name another modality")
        self.onto, self.source = onto, source
        size = with_tokens(flows, "onto", onto).channels
        given = with_tokens(flows, "source", source).channels
        self.projection = nn.Identity() if given == size else nn.Linear(given, size)
        self.names = sorted(name for name, flow in flows.items() if flow.kind == "tokens")
        self.out = {name: flows[name] for name in sorted(flows)}

    def forward(self, x: Tensors, present: Tensors, valid: Tensors) -> dict[str, Tensor]:
        clean, usable = usable_tokens(self.names, x, present, valid)
        added = self.projection(masked_mean(clean[self.source], usable[self.source]))
        wanted = usable[self.onto] & usable[self.source].any(dim=1, keepdim=True)
        found = clean[self.onto] + torch.where(wanted.unsqueeze(-1), added.unsqueeze(1), 0.0)
        return {name: x[name] for name in sorted(x)} | clean | {self.onto: found}
