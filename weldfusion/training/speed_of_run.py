"""The speed settings of a run: found once, kept in `run.json`, the same when the run goes on."""

from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

from torch import nn

from weldfusion.training.devices import device_of, process_count
from weldfusion.training.folder import RunFolder
from weldfusion.training.processes import is_first
from weldfusion.training.settings import FitSettings
from weldfusion.training.several import plans
from weldfusion.training.speed import NAMES, Speed, asked_speed, bf16_here, resolved
from weldfusion.training.stages import FoldData
from weldfusion.training.steps import steps_of
from weldfusion.training.trainer import check_trainer
from weldfusion.training.trial import trial

MANY_STEPS, LONG_S = 100, 60.0
"""A training of less is not worth the steps that find out whether bf16 is faster."""
FASTER = 1.1


def at_speed(settings: FitSettings, data: FoldData, model: nn.Module, run: RunFolder) -> FitSettings:
    """The settings with the speed that the run began with; found and kept in `run.json` where it begins."""
    begun = run.has_states()  # asked first: another process may write states, but the settings before them
    kept = run.info().get("speed")
    if kept is None:
        speed = _of_older(settings.trainer) if begun else found(settings, data, model)
        if is_first():
            run.note(speed=asdict(speed))
    else:
        speed = Speed(**{name: value for name, value in kept.items() if name in NAMES})
    return replace(settings, trainer={**settings.trainer, **asdict(speed)})


def found(settings: FitSettings, data: FoldData, model: nn.Module) -> Speed:
    """The settings without any `auto`; bf16 on a CPU only where some steps with it are faster."""
    plan = plans(settings.training, settings.trainer)[0]
    asked = check_trainer(plan.trainer)

    def bf16_helps() -> bool:
        steps = steps_of(plan, len(data.fit))
        if steps < MANY_STEPS or process_count(asked) > 1 or not bf16_here():
            return False
        size, device = plan.training.batch_size, device_of(asked)

        def step_s(precision: str) -> float:
            speed = resolved({**asked, "precision": precision})
            return trial(model, data.fit, None, size, device, speed).step_s

        whole = step_s("32-true")
        return whole * steps > LONG_S and step_s("bf16-mixed") * FASTER < whole

    return resolved(asked, bf16_helps)


def _of_older(trainer: Mapping[str, Any]) -> Speed:
    """Of a run begun by a version that kept no speed settings: its states have the common layout."""
    return replace(resolved(check_trainer(trainer)), channels_last=asked_speed(trainer).channels_last is True)
