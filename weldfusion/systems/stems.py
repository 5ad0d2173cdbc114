"""The beginning of a model: each modality standardised, selected and encoded by its stem."""

from collections.abc import Mapping

import numpy as np
import torch
from torch import Tensor, nn

from weldfusion.data.batch import Batch
from weldfusion.data.flow import Flow
from weldfusion.errors import ConfigError, did_you_mean
from weldfusion.layers.by_name import ModulesByName
from weldfusion.layers.selected import Selected
from weldfusion.layers.standardise import Standardise
from weldfusion.systems.branch import run_encoder, zero_masked
from weldfusion.systems.build import build, check_names
from weldfusion.systems.parts import Parts
from weldfusion.systems.share import out_of, stems
from weldfusion.systems.shared_rows import shared_rows


class Stems(nn.Module):
    """Standardise → select → stem encoders, by the sorted names of the modalities.

    Args:
        flows: what each modality gives.
        parts: of which selections, encoders and what they share are built.

    Raises ConfigError naming the key (`model.encoders.sound`) if a part cannot be built.
    """

    def __init__(self, flows: Mapping[str, Flow], parts: Parts) -> None:
        super().__init__()
        self.flows = {name: flows[name] for name in sorted(flows)}
        self.standardise = ModulesByName({name: Standardise(flow) for name, flow in self.flows.items()})
        self.selections = dict(sorted((parts.select or {}).items()))
        check_names("model.select", self.selections, flows)
        self.selected = ModulesByName(
            {
                name: build(f"model.select.{name}", Selected, Selected, self.flows[name], selection.count)
                for name, selection in self.selections.items()
            }
        )
        self.inner_flows = {
            name: self.selected[name].out if name in self.selected else flow
            for name, flow in self.flows.items()
        }
        self.encoders = stems(self.inner_flows, parts)
        self.stem_flows = {name: out_of(self.encoders[name], flow) for name, flow in self.inner_flows.items()}

    def fit_statistics(self, name: str, mean: np.ndarray | Tensor, std: np.ndarray | Tensor) -> None:
        """Take a modality's mean and standard deviation (channels,) in the training part.

        Of 8-bit images: of value / 255.
        """
        self.standardise[name].fit(mean, std)

    def presence(self, batch: Batch, hide: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """Which modalities of each sample can be used: recorded, not hidden, something valid."""
        found = {}
        for name in self.flows:
            if name not in batch.inputs:
                raise ConfigError(f"the batch has no modality {name}; {did_you_mean(name, batch.inputs)}")
            here = batch.present[name]
            if name in hide:
                here = here & ~hide[name]
            if name in batch.valid:
                here = here & batch.valid[name].any(dim=1)
            found[name] = here
        return found

    def stems(self, batch: Batch, here: Mapping[str, Tensor]) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
        """Output of each stem encoder, with the masks of its tokens."""
        x: dict[str, Tensor] = {}
        valid: dict[str, Tensor] = {}
        for name in self.encoders:
            x[name] = self.stem(name, batch, here[name])
            if (mask := self.stem_valid(name, batch)) is not None:
                valid[name] = mask
        return x, valid

    def stem_valid(self, name: str, batch: Batch) -> Tensor | None:
        """The mask of the tokens that a stem encoder gives."""
        return self.encoders[name].out_valid(
            self._selected_mask(name, batch.valid.get(name), len(batch.inputs[name]))
        )

    def stem(self, name: str, batch: Batch, here: Tensor) -> Tensor:
        """Output of a stem encoder; photos that all windows of a weld share are encoded once for it."""
        values, mask = batch.inputs[name], batch.valid.get(name)
        shared = shared_rows(values, mask, batch.where) if self.flows[name].kind == "image" else None
        if shared is None:
            return self._encoded(name, values, mask, here)
        first, place = shared
        wanted = torch.zeros_like(first, dtype=torch.bool).index_put((place[here],), here.new_tensor(True))
        found = self._encoded(name, values[first], None if mask is None else mask[first], wanted)
        return zero_masked(found[place], None, here)

    def _encoded(self, name: str, values: Tensor, mask: Tensor | None, here: Tensor) -> Tensor:
        clean = zero_masked(self.standardise[name](values), mask, here)
        if name in self.selected:
            clean, mask = self.selected[name](clean), self._selected_mask(name, mask, len(clean))
        return run_encoder(self.encoders[name], clean, mask, here, self.stem_flows[name])

    def _selected_mask(self, name: str, mask: Tensor | None, samples: int) -> Tensor | None:
        """What a stem encoder gets as `valid`; one whose tokens are channels is told which were dropped."""
        if name not in self.selected:
            return mask
        selected = self.selected[name]
        return (
            selected.by_channel(mask, samples) if self.encoders[name].channel_tokens else selected.mask(mask)
        )
