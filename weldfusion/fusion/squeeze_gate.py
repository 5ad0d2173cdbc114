"""Exchange in which all modalities together gate the channels of each."""

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor, nn

from weldfusion.data.flow import Flow
from weldfusion.data.ranges import check_above_zero
from weldfusion.fusion.fusion import Exchange, Tensors
from weldfusion.fusion.tokens import token_flows, usable_tokens
from weldfusion.layers.by_name import ModulesByName
from weldfusion.layers.masked import masked_mean


class SqueezeGate(Exchange):
    """A' = 2 σ(W_A Z + b_A) ⊙ A with Z = ReLU(W [S_A, S_B, …] + b), S the mean of a modality's tokens.

    Gates lie in (0, 2). A modality that is absent, or has no valid token, is squeezed to 0; a modality
    with no other one present passes unchanged. Tokens that are absent or not valid come out as 0.

    Source: multimodal transfer module (Joze 2020, arXiv 1911.08670), for any number of modalities; the
    ReLU is that of the published code.

    Args:
        flows: flows by modality; those that are not tokens pass unchanged.
        ratio: channels of all modalities together over those of Z.
        between: modalities that take part; all that have tokens by default.

    >>> SqueezeGate({"sound": Flow.tokens(20, 64), "photo": Flow.tokens(9, 32)}).squeeze
    Linear(in_features=96, out_features=24, bias=True)
    """

    def __init__(
        self, flows: Mapping[str, Flow], ratio: float = 4.0, between: Sequence[str] | None = None
    ) -> None:
        super().__init__()
        check_above_zero("ratio", ratio)
        sizes = {name: flow.channels for name, flow in token_flows(flows, "SqueezeGate", between).items()}
        self.names = list(sizes)
        total = sum(sizes.values())
        self.squeeze = nn.Linear(total, max(1, int(total / ratio)))
        self.excite = ModulesByName(
            {name: nn.Linear(self.squeeze.out_features, sizes[name]) for name in self.names}
        )
        self.out = {name: flows[name] for name in sorted(flows)}

    def forward(self, x: Tensors, present: Tensors, valid: Tensors) -> dict[str, Tensor]:
        clean, usable = usable_tokens(self.names, x, present, valid)
        gates = self._gates(clean, usable)
        return {name: x[name] for name in sorted(x)} | {
            name: clean[name] * gates[name].unsqueeze(1) for name in self.names
        }

    def gates(self, x: Tensors, present: Tensors, valid: Tensors) -> dict[str, Tensor]:
        """The factor (B, D_m) of each channel, for inspection."""
        return self._gates(*usable_tokens(self.names, x, present, valid))

    def _gates(self, clean: Tensors, usable: Tensors) -> dict[str, Tensor]:
        squeezed = torch.cat([masked_mean(clean[name], usable[name]) for name in self.names], dim=-1)
        shared = torch.relu(self.squeeze(squeezed))
        here = {name: usable[name].any(dim=1) for name in self.names}
        gates = {}
        for name in self.names:
            others = torch.stack([here[other] for other in self.names if other != name]).any(dim=0)
            gate = 2.0 * torch.sigmoid(self.excite[name](shared))
            gates[name] = torch.where(others.unsqueeze(-1), gate, 1.0)
        return gates
