"""The folder of a run: where everything lies, what it was made with, and whether it is finished."""

import json
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from weldfusion.data.files import write_text
from weldfusion.data.finding import Finding
from weldfusion.errors import RunError
from weldfusion.training.environment import distributions, environment
from weldfusion.training.not_a_run import why_no_run
from weldfusion.training.processes import is_first

RUN_VERSION = 1
FIELDS = {"status": str, "folds": list, "threads": int, "started": str, "command": list, "weldfusion": str}
RESTORE = "restore it, or delete the run folder and fit again"


@dataclass(frozen=True)
class RunFolder:
    """Paths of a run folder; see docs/architecture.md."""

    path: Path

    @property
    def config(self) -> Path:
        return self.path / "config.yaml"

    @property
    def info_file(self) -> Path:
        return self.path / "run.json"

    @property
    def card(self) -> Path:
        return self.path / "card.yaml"

    @property
    def split(self) -> Path:
        return self.path / "split.csv"

    @property
    def environment(self) -> Path:
        return self.path / "environment.txt"

    @property
    def check(self) -> Path:
        return self.path / "check.json"

    def findings(self) -> list[Finding]:
        """What the data check found when the run was started. Raises RunError if that was not kept."""
        try:
            return [Finding(**fields) for fields in json.loads(self.check.read_text(encoding="utf-8"))]
        except (OSError, ValueError, TypeError):
            raise RunError(f"{self.check}: cannot be read; delete it, the next fit checks again") from None

    def fold(self, fold: str, seed: int) -> Path:
        return self.path / f"{fold}-seed{seed}"

    def warnings(self) -> list[str]:
        """What limits the claims of this run, as told when it was fitted."""
        return list(self.info().get("warnings", []))

    def folds(self) -> list[tuple[str, int]]:
        """Fold and seed of each trained network, finished or not, in the order of training."""
        return [(entry["fold"], entry["seed"]) for entry in self.info()["folds"]]

    def info(self) -> dict[str, Any]:
        """What `run.json` says. Raises RunError if this is not a run folder of this version."""
        try:
            info = json.loads(self.info_file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            raise RunError(f"{self.path}: {why_no_run(self.path)}") from None
        if not isinstance(info, dict):
            raise RunError(f"{self.info_file}: damaged, holds a {type(info).__name__}; {RESTORE}")
        if info.get("schema") != RUN_VERSION:
            raise RunError(f"{self.info_file}: schema {info.get('schema')}, expected {RUN_VERSION}")
        for name, kind in FIELDS.items():
            if not isinstance(info.get(name), kind):
                raise RunError(f"{self.info_file}: damaged, {name} is {info.get(name)!r}; {RESTORE}")
        for entry in info["folds"]:
            if not isinstance(entry, dict) or not {"fold", "seed"} <= set(entry):
                raise RunError(f"{self.info_file}: damaged, folds has {entry!r}; {RESTORE}")
        return info

    def resolved(self) -> dict[str, Any]:
        """The resolved config of the run as plain values."""
        try:
            found = yaml.safe_load(self.config.read_text(encoding="utf-8"))
        except (OSError, ValueError, yaml.YAMLError) as error:
            cause = " ".join(str(error).split())
            raise RunError(f"{self.config}: cannot be read ({cause}); {RESTORE}") from None
        if not isinstance(found, dict):
            raise RunError(f"{self.config}: damaged, is no mapping of sections; {RESTORE}")
        return found

    def has_states(self) -> bool:
        """Whether anything was trained."""
        return _has_states(self.path)

    def seeds(self) -> int:
        """How many seeds have a network, finished or begun."""
        listed = self.folds()
        begun = [seed for fold, seed in listed if _has_states(self.fold(fold, seed))]
        return 1 + max(begun) - min(seed for _, seed in listed) if begun else 0

    def is_whole(self, seeds: int) -> bool:
        """Whether the folder holds a finished run of so many seeds."""
        return self.info_file.is_file() and self.info()["status"] == "finished" and self.seeds() >= seeds

    def note(self, **changes: Any) -> None:
        """Renews fields of `run.json`."""
        self._write_info({**self.info(), **changes})

    def _write_info(self, info: Mapping[str, Any]) -> None:
        write_text(self.info_file, json.dumps(info, indent=2) + "\n")


def _has_states(path: Path) -> bool:
    return any(any(path.rglob(pattern)) for pattern in ("*.pt", "*.ckpt"))


def forget_without_states(folder: RunFolder, resolved: Mapping[str, Any]) -> None:
    """Deletes what a fit of another config wrote before it failed, so that its name is free again."""
    if not folder.info_file.is_file() or folder.has_states():
        return
    if differences(folder.resolved(), as_plain(resolved)):
        for below in folder.path.glob("*-seed*"):
            shutil.rmtree(below)
        files = (folder.split, folder.card, folder.check, folder.environment, folder.config)
        for file in (*files, folder.info_file):
            file.unlink(missing_ok=True)


def open_run(path: Path, resolved: Mapping[str, Any], folds: list[tuple[str, int]]) -> RunFolder:
    """A new run folder, or the one that is there if it holds a run of the same config.

    More seeds are no other config: what is trained stays, `folds` and the stored config are renewed.

    Raises RunError if the folder holds a run of another config or networks of more seeds, or something else.
    """
    folder = RunFolder(path)
    if folder.info_file.is_file():
        _check_same(folder, resolved)
        if is_first():
            _take_seeds(folder, resolved, folds)
        return folder
    if path.exists() and any(path.iterdir()):
        raise RunError(f"{path}: exists and is not a run folder; choose another --name")
    _write_config(folder, resolved)
    write_text(folder.environment, "".join(f"{line}\n" for line in distributions()))
    folder._write_info(
        {
            "schema": RUN_VERSION,
            **environment(),
            "status": "unfinished",
            "folds": _entries(folds),
            "warnings": [],
        }
    )
    return folder


def _check_same(folder: RunFolder, resolved: Mapping[str, Any]) -> None:
    if changed := changed_settings(folder, resolved):
        raise RunError(
            f"{folder.path}: holds a run of another config ({', '.join(changed[:3])} differ"
            f"{'s' if len(changed) == 1 else ''}); choose another --name or delete the folder"
        )
    if (there := folder.seeds()) > (asked := int(resolved.get("seeds", there))):
        raise RunError(
            f"{folder.path}: has networks of {there} seeds, {asked} asked for; fit it with --seeds {there}, "
            "choose another --name or delete the folder"
        )


def _take_seeds(folder: RunFolder, resolved: Mapping[str, Any], folds: list[tuple[str, int]]) -> None:
    """Config first: where a kill comes between the two files, the next fit finds other folds than it has."""
    folder.note(command=sys.argv)
    same = differences(folder.resolved(), as_plain(resolved)) == []
    if same and set(folds) == set(folder.folds()):
        return
    _write_config(folder, resolved)
    folder.note(folds=_entries(folds), status="unfinished")


def _write_config(folder: RunFolder, resolved: Mapping[str, Any]) -> None:
    write_text(folder.config, yaml.safe_dump(as_plain(resolved), sort_keys=False, allow_unicode=True))


def _entries(folds: list[tuple[str, int]]) -> list[dict[str, Any]]:
    return [{"fold": fold, "seed": seed} for fold, seed in folds]


def as_plain(value: Any) -> Any:
    """The config with only what YAML gives back: dict, list, str, int, float, bool, None."""
    if isinstance(value, Mapping):
        return {str(key): as_plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set):
        return [as_plain(item) for item in value]
    return value if value is None or isinstance(value, bool | int | float | str) else str(value)


def changed_settings(folder: RunFolder, resolved: Mapping[str, Any]) -> list[str]:
    """Full keys at which a config hinders the run from going on with it: all but the number of seeds."""
    return [key for key in differences(folder.resolved(), as_plain(resolved)) if key != "seeds"]


def differences(old: Any, new: Any, place: str = "") -> list[str]:
    """Full keys at which two plain configs differ.

    >>> differences({"a": {"b": 1}, "c": 2}, {"a": {"b": 3}, "c": 2})
    ['a.b']
    """
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        keys = list(dict.fromkeys([*old, *new]))
        below = [differences(old.get(k), new.get(k), f"{place}.{k}" if place else str(k)) for k in keys]
        return [key for part in below for key in part]
    return [] if old == new else [place]
