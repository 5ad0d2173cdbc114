"""The `trainer:` section: arguments of Lightning's Trainer and of `Speed`, checked by name and type."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from lightning.pytorch import Trainer

from weldfusion.config.leaf import plain_typed, type_name
from weldfusion.config.problems import Reading
from weldfusion.config.signature import Setting, settings_of
from weldfusion.errors import ConfigError
from weldfusion.training.speed import Speed
from weldfusion.training.trainer import DEFAULTS, REFUSED, check_trainer

TYPED_BY_US = frozenset({"precision"})


@cache
def trainer_settings() -> Mapping[str, Setting]:
    """What a config may say about the trainer, with the defaults that apply here."""
    of_lightning = {name: setting for name, setting in settings_of(Trainer).items() if name not in REFUSED}
    known = of_lightning | settings_of(Speed)
    return {
        name: Setting(setting.annotation, DEFAULTS.get(name, setting.default), setting.doc)
        for name, setting in known.items()
    }


def complete_trainer(reading: Reading, value: Any) -> dict[str, Any]:
    """The section with our defaults; problems are noted."""
    if not isinstance(value, Mapping):
        reading.problem("trainer", f"expected a mapping of Trainer arguments, got {value!r}")
        return {}
    known = trainer_settings()
    done: dict[str, Any] = dict(DEFAULTS)
    for name, item in value.items():
        key = f"trainer.{name}"
        try:
            done[str(name)] = check_trainer({str(name): item})[str(name)]
            if name not in TYPED_BY_US:
                done[str(name)] = plain_typed(known[name].annotation, item)
        except ConfigError as error:
            reading.problem(key, str(error).removeprefix(f"{key}: "))
        except (ValueError, TypeError):
            reading.problem(key, f"expected {type_name(known[name].annotation)}, got {item!r}")
    return done
