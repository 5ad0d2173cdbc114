"""A trained run as it lies in its folder: config, card, folds, networks, and the data it belongs to."""

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

from weldfusion.config.load import load_resolved
from weldfusion.data.alignment import aligned
from weldfusion.data.card import Card, read_card
from weldfusion.data.dealing import PARTS, Fold
from weldfusion.data.folder import Dataset, read_dataset
from weldfusion.data.leave_out import open_dataset
from weldfusion.data.split_file import read_split
from weldfusion.errors import RunError, did_you_mean
from weldfusion.training.devices import device_of
from weldfusion.training.folder import RunFolder
from weldfusion.training.predictor import Predictor
from weldfusion.training.settings import FitSettings

ALL = "all"
"""All parts of a fold together."""


class KeptRun:
    """What is kept of a trained run, read when it is first asked for.

    Args:
        path: its folder.
        trust: modules outside weldfusion that its config may name; nothing else is imported.

    Raises RunError if the folder holds no run.
    """

    def __init__(self, path: str | Path, trust: Sequence[str] = ()) -> None:
        self.folder = RunFolder(Path(path))
        self.trust = tuple(trust)
        self.folder.info()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({str(self.folder.path)!r})"

    @cached_property
    def settings(self) -> FitSettings:
        return load_resolved(self.folder.resolved(), self.trust, str(self.folder.config))

    @cached_property
    def card(self) -> Card:
        return read_card(self.folder.card)

    @cached_property
    def split(self) -> dict[str, Fold]:
        """Folds by name."""
        found = {fold.name: fold for fold in read_split(self.folder.split)}
        for name, _ in self.folds:
            if name not in found:
                raise RunError(
                    f"{self.folder.split}: has no rows of {name}, which run.json lists; restore the file, or "
                    "delete the run folder and fit again"
                )
        return found

    @property
    def folds(self) -> list[tuple[str, int]]:
        """Fold and seed of each network."""
        return self.folder.folds()

    def predictor(self, fold: str, seed: int) -> Predictor:
        """One trained network. Raises RunError if it is not there or not finished."""
        if (fold, seed) not in self.folds:
            names = [f"{name} seed {number}" for name, number in self.folds]
            raise RunError(f"{self.folder.path}: no {fold} seed {seed}; {did_you_mean(fold, names)}")
        targets = {name: self.card.targets[name] for name in self.settings.data.targets or self.card.targets}
        device = device_of(self.settings.trainer)
        return Predictor.load(self.folder.fold(fold, seed), self.settings.model, targets, fold, seed, device)

    def dataset(self, data: str | Path | Dataset | None = None) -> Dataset:
        """The run's own data set, or another one, matched by name to the card of the run.

        Raises RunError where its own is not there, or one lacks what the run needs, see
        `data.alignment.aligned`.
        """
        if data is None:
            self._check_root(Path(self.settings.data.root))
            found = open_dataset(self.settings.data)
        else:
            found = read_dataset(data) if isinstance(data, str | Path) else data
        return aligned(found, self.card, self.settings.data)

    def welds(self, fold: str, part: str) -> set[str]:
        """Ids of the welds of a part of a fold; `all` is every one of the fold."""
        parts = PARTS if part == ALL else (part,)
        return {weld for weld, its in self.split[fold].parts.items() if its in parts}

    def evaluation_folder(self, part: str = "test", data: str | Path | Dataset | None = None) -> Path:
        """Where `evaluate` writes."""
        return self.folder.path / "evaluation" / self._name_of(part, data)

    def explanation_folder(self, part: str = "test", data: str | Path | Dataset | None = None) -> Path:
        """Where `explain` writes."""
        return self.folder.path / "explanation" / self._name_of(part, data)

    def _name_of(self, part: str, data: str | Path | Dataset | None) -> str:
        if data is None:
            name = Path(self.settings.data.root).resolve().name
            return f"{name}-{'all-parts' if part == ALL else part}"
        root = data.root if isinstance(data, Dataset) else Path(data)
        return f"{root.resolve().name}-all"

    def _check_root(self, root: Path) -> None:
        if not root.is_dir():
            where = (
                "" if root.is_absolute() else " (relative to the folder where the run was fitted: go there)"
            )
            raise RunError(
                f"{self.folder.path}: its data folder {root} is not there{where}; --data names another one, "
                "of which every weld is predicted"
            )
