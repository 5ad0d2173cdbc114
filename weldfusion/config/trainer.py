"""The `trainer:` section: arguments of Lightning's Trainer that a config may name."""

from collections.abc import Mapping
from typing import Any

from weldfusion.config.leaf import plain_typed, type_name
from weldfusion.config.problems import Reading
from weldfusion.config.signature import Setting, settings_of
from weldfusion.errors import did_you_mean

OURS = frozenset(
    {
        "barebones",
        "callbacks",
        "default_root_dir",
        "deterministic",
        "enable_checkpointing",
        "inference_mode",
        "logger",
        "plugins",
        "reload_dataloaders_every_n_epochs",
        "use_distributed_sampler",
    }
)


def trainer_settings() -> dict[str, Setting]:
    """What a config may say about the trainer (imports Lightning)."""
    from lightning.pytorch import Trainer

    return {name: setting for name, setting in settings_of(Trainer).items() if name not in OURS}


def check_trainer(reading: Reading, value: Any) -> dict[str, Any]:
    """The section with checked names and types; problems are noted. Defaults are Lightning's own."""
    if not isinstance(value, Mapping):
        reading.problem("trainer", f"expected a mapping of Trainer arguments, got {value!r}")
        return {}
    if not value:
        return {}
    known = trainer_settings()
    done = {}
    for name, item in value.items():
        key = f"trainer.{name}"
        if name in OURS:
            reading.problem(key, "is set by weldfusion and cannot be chosen here")
        elif name not in known:
            reading.problem(key, f"unknown setting of Trainer; {did_you_mean(str(name), known)}")
        else:
            try:
                done[name] = plain_typed(known[name].annotation, item)
            except (ValueError, TypeError):
                kind = type_name(known[name].annotation)
                reading.problem(key, f"expected {kind}, got {item!r}")
    return done
