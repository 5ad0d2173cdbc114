"""Fitting a config into a run."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from weldfusion.config.load import load_settings
from weldfusion.errors import ConfigError
from weldfusion.run.trained import Run
from weldfusion.training.fit import fit_run
from weldfusion.training.settings import FitSettings

RUNS = Path("runs")


def fit(
    config: str | Path | Sequence[str | Path] = (),
    overrides: Mapping[str, Any] | Sequence[str] = (),
    folder: str | Path | None = None,
    trust: Sequence[str] = (),
    say: Callable[[str], None] = print,
) -> Run:
    """Trains a config (one file or several, joined in order); the same as `weldfusion fit`.

    Args:
        config: YAML files.
        overrides: `{"model.exchange": None}` or `["--model.exchange", "null"]`.
        folder: the run's folder; `runs/<name>` by default. A run that is there and was made from the
            same config goes on where it stopped.
        trust: modules outside weldfusion that the config may name.
        say: prints a line.

    Raises WeldfusionError, one line that says what is wrong where.
    """
    files = [config] if isinstance(config, str | Path) else list(config)
    settings, resolved = load_settings(files, overrides, trust)
    if not settings.data.root:
        raise ConfigError("data.root: no data folder; give the folder that has dataset.yaml")
    path = Path(folder) if folder is not None else RUNS / run_name(settings)
    fit_run(settings, resolved, path, say=say)
    return Run(path, trust)


def run_name(settings: FitSettings) -> str:
    """Name of a run: the config's or the data folder's."""
    return settings.name or Path(settings.data.root).resolve().name
