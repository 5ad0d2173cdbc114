"""The predictor: all states of a fold composed, from windows to the prediction frame."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import torch

from weldfusion.data.batch import Batch
from weldfusion.data.card import TargetSpec
from weldfusion.errors import RunError
from weldfusion.layers.pretrained import without_pretrained
from weldfusion.systems.graph import FusionModel
from weldfusion.systems.system import System
from weldfusion.training.atomic import load_state
from weldfusion.training.bar import bar
from weldfusion.training.flows import flows_of
from weldfusion.training.loader import Windows, in_order, loader
from weldfusion.training.post_hoc import apply_fusions
from weldfusion.training.stages import FUSION, NETWORK, STATISTICS, TEMPERATURE
from weldfusion.training.tables import Decoded, window_table
from weldfusion.training.temperature import has_temperature


class Predictor:
    """A trained fold.

    Args:
        model: with all states applied.
        temperature: by target; 1 where it is not named.
        fold, seed: written into the frame.
        device: where it computes.
    """

    def __init__(
        self,
        model: FusionModel,
        temperature: Mapping[str, float],
        fold: str,
        seed: int,
        device: torch.device | str = "cpu",
    ) -> None:
        self.device = torch.device(device)
        self.model = model.to(self.device).eval()
        self.temperature = dict(temperature)
        self.fold = fold
        self.seed = seed

    @classmethod
    def load(
        cls,
        folder: Path,
        system: System,
        targets: Mapping[str, TargetSpec],
        fold: str,
        seed: int,
        device: torch.device | str = "cpu",
    ) -> "Predictor":
        """Composes the states in a fold's folder.

        `system` and `targets` are those of the run. Raises RunError if the fold is not finished or its
        states do not fit the config.
        """
        network = folder / NETWORK
        if not network.is_file():
            raise RunError(f"{folder}: the training of this fold is not finished; run the same fit again")
        statistics = load_state(folder / STATISTICS, "flows")
        # Runs of before there were dense targets have no steps.
        steps = statistics.get("steps", dict.fromkeys(targets, 0))
        resolved = {name: replace(targets[name], steps=count) for name, count in steps.items()}
        with without_pretrained():
            model = FusionModel(flows_of(statistics["flows"]), resolved, system)
        try:
            model.load_state_dict(load_state(network, "model")["model"])
        except RuntimeError as error:
            cause = " ".join(str(error).split())[:200]
            raise RunError(f"{network}: does not fit the model of config.yaml ({cause})") from None
        if model.learns_after:
            take_fusions(model, folder / FUSION)
        temperature = folder / TEMPERATURE
        kept = load_state(temperature, "temperature")["temperature"] if temperature.is_file() else {}
        return cls(model, kept, fold, seed, device)

    def predict(self, windows: Windows, batch_size: int = 64, workers: int = 0) -> pd.DataFrame:
        """The prediction frame, one row per window, target and class (docs/architecture.md)."""
        batches = loader(windows, in_order(len(windows), batch_size), workers)
        total = -(-len(windows) // batch_size)
        done = [self._decoded(batch) for batch in bar(batches, "predict", total)]
        if not done:
            raise RunError("nothing to predict: the welds give no window")
        tables = [window_table(self.model.head(name), name, done) for name in self.model.targets]
        return pd.concat(tables, ignore_index=True).assign(fold=self.fold, seed=self.seed)

    def learned(self) -> dict[str, dict[str, dict[str, float]]]:
        """What a late fusion learned after training, by target, modality and name of the figure; temperatures
        only where raw outputs are logits."""
        return {
            target: {
                name: {
                    key: value
                    for key, value in own.items()
                    if key != "temperature" or has_temperature(self.model.head(target).kind)
                }
                for name, own in found.items()
            }
            for target, found in self.model.join.learned().items()
        }

    @torch.inference_mode()
    def raw(self, batch: Batch) -> dict[str, torch.Tensor]:
        """Raw output (B, …) of each target, tempered, on the CPU."""
        return self._tempered(self.model(batch.to(self.device)))

    def _tempered(self, raw: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
        return {name: (value / self.temperature.get(name, 1.0)).float().cpu() for name, value in raw.items()}

    @torch.inference_mode()
    def _decoded(self, batch: Batch) -> Decoded:
        assert batch.where is not None
        features, present = self.model.features(batch.to(self.device), {})
        decoded = {
            name: {label: value.numpy() for label, value in self.model.head(name).decode(raw).items()}
            for name, raw in self._tempered(self.model.outputs(features, present)).items()
        }
        conflicts = self.model.join.conflicts(features, present)
        names = np.array([present[name].cpu().numpy() for name in sorted(present)])
        joined = [",".join(np.array(sorted(present))[column]) for column in names.T]
        return Decoded(
            decoded,
            batch.targets,
            batch.where,
            np.array(joined, dtype=object),
            {name: found.share.float().cpu().numpy() for name, found in conflicts.items()},
            {name: found.total.float().cpu().numpy() for name, found in conflicts.items()},
        )


def take_fusions(model: FusionModel, path: Path) -> None:
    """Takes over what a late fusion learned after training. Raises RunError if it is not there or does not
    fit."""
    if not path.is_file():
        raise RunError(f"{path.parent}: the training of this fold is not finished; run the same fit again")
    try:
        apply_fusions(model, load_state(path, "fusions"))
    except (KeyError, RuntimeError, TypeError) as error:
        cause = " ".join(str(error).split())[:200]
        raise RunError(f"{path}: does not fit the model of config.yaml ({cause})") from None
