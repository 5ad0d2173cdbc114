"""What a study runs: settings, folds and folders of every cell, checked before anything is trained."""

import hashlib
import json
import os
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from weldfusion.config.load import load_layers
from weldfusion.config.places import told_where
from weldfusion.config.study_file import row_layers
from weldfusion.config.yaml_layer import Layer, override_layers
from weldfusion.data.dealing import Fold
from weldfusion.data.folder import Dataset, fingerprint
from weldfusion.data.inputs import chosen_inputs, chosen_targets
from weldfusion.data.leave_out import open_dataset
from weldfusion.data.settings import DataSettings
from weldfusion.data.splits import FromFile
from weldfusion.data.strata import restricted
from weldfusion.errors import ConfigError, RunError, WeldfusionError, WeldfusionWarning, did_you_mean
from weldfusion.run.study_precision import as_begun, one_precision
from weldfusion.studies.folds import part_of_folds, whole_folds
from weldfusion.studies.fractions import TRAINING
from weldfusion.studies.shown import check_shown, figures_of_kinds
from weldfusion.studies.study import Cell, Row, Study
from weldfusion.training.folder import RunFolder, as_plain, changed_settings
from weldfusion.training.heard import heard
from weldfusion.training.settings import FitSettings


@dataclass(frozen=True)
class Asked:
    """What a study is run with besides its file.

    Args:
        files: config files joined after those of every row.
        overrides: `--KEY VALUE` words or a mapping, joined last.
        trust: modules outside weldfusion that configs may name.
        only: names of the rows to run; all by default.
    """

    files: Sequence[str | Path] = ()
    overrides: Mapping[str, Any] | Sequence[str] = ()
    trust: Sequence[str] = ()
    only: Sequence[str] = ()


@dataclass(frozen=True)
class Planned:
    """A cell with all that its run needs.

    Args:
        cell: row and fraction.
        settings: of the row; `split` is still that of its config, `trainer.precision` no `auto` on a CPU.
        resolved: config of the run as plain values, with the folds' file as its split.
        dataset: the welds.
        folds: with the fraction of the training welds.
        split: file of the folds.
        run: the run's folder.
        whole: the folds before the fraction was taken.
    """

    cell: Cell
    settings: FitSettings
    resolved: Mapping[str, Any]
    dataset: Dataset
    folds: Sequence[Fold]
    split: Path
    run: Path
    whole: Sequence[Fold] = ()

    @property
    def seeds(self) -> int:
        return int(self.resolved["seeds"])


def plan_study(study: Study, folder: Path, asked: Asked) -> list[Planned]:
    """Every cell of every row, in the order of the table; nothing is written.

    Raises ConfigError, SplitError, CardError …, each line beginning with the row's name; RunError where the
    folder holds runs of another config.
    """
    for name in asked.only:
        if name not in (names := [row.name for row in study.rows]):
            raise ConfigError(f"--only {name}: no such row; {did_you_mean(name, names)}")
    folds: dict[str, list[Fold]] = {}
    planned = []
    with heard():
        for row in study.rows:
            with of_row(row.name):
                planned += _plan_row(study, row, folder, asked, folds)
    now = {root: fingerprint(root) for root in {one.dataset.root for one in planned}}
    for one in planned:
        _check_run(one, now[one.dataset.root])
    return planned


def chosen(planned: Sequence[Planned], asked: Asked) -> list[Planned]:
    """The cells of the rows that are to be run."""
    return [one for one in planned if not asked.only or one.cell.row.name in asked.only]


@contextmanager
def of_row(name: str) -> Iterator[None]:
    """Errors inside tell the row that they are of, in every line."""
    try:
        yield
    except WeldfusionError as error:
        lines = [f"row {name}: {line}" for line in str(error).splitlines()]
        raise type(error)("\n".join(lines)) from None


def _plan_row(
    study: Study, row: Row, folder: Path, asked: Asked, folds: dict[str, list[Fold]]
) -> list[Planned]:
    layers = [*row_layers(study, row, asked.files), *override_layers(asked.overrides)]
    settings, resolved = load_layers(layers, asked.trust, tell=lambda line: None)
    _warn_of_inputs_that_stay(row, row_layers(study, replace(row, settings={}), asked.files), resolved)
    settings = replace(settings, trainer=one_precision(settings.trainer))
    if not settings.data.root:
        raise ConfigError("data.root: no data folder; give the folder that has dataset.yaml")
    with told_where(layers):
        dataset = _open(settings.data)
    key = json.dumps([as_plain(resolved["split"]), as_plain(settings.data.leave_out), str(dataset.root)])
    target = getattr(settings.split, "target", None)
    names = settings.data.targets
    card = restricted(dataset.card, None if names is None else [*names, *([target] if target else [])])
    if trained := restricted(dataset.card, names).targets:
        check_shown(study, figures_of_kinds(trained))
    if key not in folds:
        folds[key] = whole_folds(settings.split, dataset.welds, card, settings.seed, study.splits)
    planned = []
    for cell in (Cell(row, fraction) for fraction in study.fractions):
        part = part_of_folds(folds[key], cell.fraction, dataset.welds, card, target, settings.seed)
        split = _split_file(folder, part, cell.fraction)
        run = folder / "runs" / cell.name
        own = {
            **resolved,
            "split": {"class_path": f"{FromFile.__module__}.FromFile", "init_args": {"path": str(split)}},
            "name": cell.name,
            "trainer": as_begun(one_precision(resolved["trainer"]), RunFolder(run)),
        }
        planned.append(Planned(cell, settings, own, dataset, part, split, run, folds[key]))
    return planned


def _open(data: DataSettings) -> Dataset:
    """The data set, of which inputs and targets that the config names are known to be there."""
    root = Path(data.root)
    if not root.is_dir():
        raise ConfigError(
            f"data.root: {root}: no such folder{'' if root.is_absolute() else f' in {Path.cwd()}'}"
        )
    dataset = open_dataset(data)
    chosen_inputs(dataset.card, data)
    chosen_targets(dataset.card, data)
    return dataset


def _warn_of_inputs_that_stay(row: Row, before: Sequence[Layer], resolved: Mapping[str, Any]) -> None:
    """Warns where a row names sensors without a setting, as if to leave out others that it has anyhow."""
    named = row.settings.get("data.inputs") or _inputs_in(row.settings)
    if not isinstance(named, Mapping):
        return
    given = {name for layer in before for name in _inputs_in(layer.values)}
    stay = [name for name in _inputs_in(resolved) if name not in named]
    idle = [name for name, settings in named.items() if not settings and name in given]
    if idle and stay:
        warnings.warn(
            f"row {row.name}: data.inputs names {', '.join(named)}, but {', '.join(stay)} of an earlier file "
            "stay too; leave inputs out of that file and name all sensors in every row",
            WeldfusionWarning,
            stacklevel=2,
        )


def _inputs_in(values: Mapping[str, Any]) -> Mapping[str, Any]:
    data = values.get("data")
    found = data.get("inputs") if isinstance(data, Mapping) else None
    return found if isinstance(found, Mapping) else {}


def _split_file(folder: Path, folds: Sequence[Fold], fraction: float) -> Path:
    """Named after its content, so that folds that change never meet runs of the old ones."""
    content = [[fold.name, dict(fold.parts), dict(fold.groups or {})] for fold in folds]
    digest = hashlib.sha256(json.dumps(content).encode()).hexdigest()[:10]
    return folder / "splits" / f"{fraction * 100:.6g}pc-{digest}.csv"


def _check_run(planned: Planned, data: str) -> None:
    """Raises RunError if the run's folder holds something trained with another config, on other data, or with
    more seeds; `data` is the data's `fingerprint`, which runs of older versions did not note."""
    run = RunFolder(planned.run)
    if not run.info_file.is_file() or not run.has_states():
        return
    if changed := changed_settings(run, planned.resolved):
        raise RunError(
            f"{planned.run}: was run with another config ({', '.join(changed[:3])}); delete this folder to "
            "run the row again, or choose another --folder"
        )
    if run.info().get("data", data) != data:
        raise RunError(
            f"{planned.run}: data changed since: card or manifest of {planned.dataset.root} is another than "
            "when it was trained; delete this folder to run the row again, or choose another --folder"
        )
    if (there := run.seeds()) > planned.seeds:
        raise RunError(
            f"{planned.run}: has networks of {there} seeds, {planned.seeds} asked for; run the study with "
            f"--seeds {there} (or `seeds: {there}` in its file), or choose another --folder"
        )


def from_here(folder: Path) -> Path:
    """The folder relative to where we are if it lies below, so that both ways to write it give one config."""
    whole, here = Path(os.path.abspath(folder)), Path.cwd()
    return whole.relative_to(here) if whole.is_relative_to(here) and whole != here else whole


def trained_welds(folds: Sequence[Fold]) -> float:
    """Welds of the training parts, mean of the folds."""
    return sum(len(fold.welds(part)) for fold in folds for part in TRAINING) / len(folds)
