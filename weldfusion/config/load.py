"""From config files and overrides to checked settings."""

import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from weldfusion.config.build import build
from weldfusion.config.complete import complete
from weldfusion.config.join import join
from weldfusion.config.problems import Reading
from weldfusion.config.signature import MISSING
from weldfusion.config.trainer import complete_trainer
from weldfusion.config.yaml_layer import Layer, override_layers, read_config
from weldfusion.training.settings import FitSettings


def load_settings(
    files: Sequence[Path | str] = (),
    overrides: Mapping[str, Any] | Sequence[str] = (),
    trust: Sequence[str] = (),
) -> tuple[FitSettings, dict[str, Any]]:
    """Settings of a fit, and the same as a plain dictionary with full class paths and all defaults.

    Files are joined in order, then overrides (`{"model.exchange": None}` or
    `["--model.exchange", "null"]`). Classes come from weldfusion (and torch.optim) unless the module is
    in `trust`. What a change of class drops is told on stderr.

    Raises ConfigError with one line for each problem: where, key, what, what would be right.

    >>> settings, resolved = load_settings(overrides=["--split.test", "0.3"])
    >>> settings.split.test, resolved["split"]["init_args"]["test"]
    (0.3, 0.3)
    """
    layers = [read_config(Path(file)) for file in files]
    named = Layer({"name": "-".join(Path(file).stem for file in files)}, {})
    return load_layers([*([named] if files else []), *layers, *override_layers(overrides)], trust)


def load_resolved(
    resolved: Mapping[str, Any], trust: Sequence[str] = (), source: str = "config.yaml"
) -> FitSettings:
    """Settings of a run from its resolved config; no module outside weldfusion is imported unless
    `trust` names it. `source` names the file in errors.

    Raises ConfigError as `load_settings` does.
    """
    places = {str(key): source for key in resolved}
    settings, _ = load_layers([Layer(resolved, places)], trust)
    return settings


def note(line: str) -> None:
    """Tells on stderr what the joining of layers did."""
    print(f"weldfusion: note: {line}", file=sys.stderr)


def load_layers(
    layers: Sequence[Layer], trust: Sequence[str] = (), tell: Callable[[str], None] = note
) -> tuple[FitSettings, dict[str, Any]]:
    """`load_settings` of layers that were read before; `tell` hears what a change of class drops."""
    reading = Reading(trust)
    joined: Any = MISSING
    for layer in layers:
        reading.places.update(layer.places)
        joined = join(reading, FitSettings, "", joined, layer.values)
    reading.stop_if_wrong()
    joined = {} if joined is MISSING else joined
    resolved = complete(reading, FitSettings, "", {**joined, "trainer": {}})
    resolved["trainer"] = complete_trainer(reading, joined.get("trainer") or {})
    reading.stop_if_wrong()
    for line in reading.notes:
        tell(line)
    return build(FitSettings, "", resolved, trust), resolved
