"""One `trainer.precision` for every cell of a study, however busy the machine is when a cell begins."""

from collections.abc import Mapping
from typing import Any

from weldfusion.errors import RunError
from weldfusion.training.devices import gpu_wanted
from weldfusion.training.folder import RunFolder
from weldfusion.training.speed import resolved
from weldfusion.training.trainer import check_trainer

AUTO = "auto"


def one_precision(trainer: Mapping[str, Any]) -> dict[str, Any]:
    """The `trainer:` section of a study's cell: `auto` is 32 bits without a GPU, where a single run times
    some steps; on a GPU it stays, as there it depends on the device alone.

    >>> one_precision({"accelerator": "cpu", "precision": "auto"})["precision"]
    '32-true'
    >>> one_precision({"accelerator": "cpu", "precision": "bf16-mixed"})["precision"]
    'bf16-mixed'
    """
    asked = check_trainer(trainer)
    here = AUTO if gpu_wanted(asked) else "32-true"
    return {**trainer, "precision": here if asked["precision"] == AUTO else asked["precision"]}


def trained_in(run: RunFolder) -> str:
    """Precision of a run's networks; versions that did not note it had 32 bits where none was named."""
    asked = check_trainer(run.resolved().get("trainer") or {})["precision"]
    noted = run.info().get("speed") or {}
    return str(noted.get("precision") or ("32-true" if asked == AUTO else asked))


def as_begun(trainer: Mapping[str, Any], run: RunFolder) -> dict[str, Any]:
    """The section with the run's own word, where the run was begun with `auto` and trained in the precision
    that is asked for.

    Raises RunError where `auto` came to another precision.
    """
    asked = str(trainer["precision"])
    if not (run.info_file.is_file() and run.has_states()):
        return dict(trainer)
    if (run.resolved().get("trainer") or {}).get("precision", AUTO) != AUTO or asked == AUTO:
        return dict(trainer)
    if (there := trained_in(run)) != asked:
        raise RunError(
            f"{run.path}: was trained in {there} (trainer.precision auto, found on the machine of then), "
            f"the study is in {asked}; delete this folder to run the row again, or run the whole study with "
            f"--trainer.precision {there}"
        )
    return {**trainer, "precision": AUTO}


def precision_here(trainer: Mapping[str, Any]) -> str:
    """What the networks of a planned cell are trained in on this machine."""
    return resolved(check_trainer(trainer)).precision
