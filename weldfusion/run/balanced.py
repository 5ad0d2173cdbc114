"""Which targets a network was trained to balance, so that the baselines beside it are balanced as well."""

from weldfusion.systems.graph import FusionModel
from weldfusion.training.selecting import first_class_target
from weldfusion.training.settings import FitSettings
from weldfusion.training.several import plans


def balanced_targets(settings: FitSettings, model: FusionModel) -> list[str]:
    """Targets whose classes weighed the same in training, however frequent they are.

    These are the first class target (by name, as in `WeldWindows.targets`) where `training.balanced`, or that
    of any stage, drew windows by it, and every target whose head has `class_weights: balanced`. Class weights
    that are numbers do not count, nor what drawing by one target does to the shares of another.
    """
    found = [name for name in model.targets if model.head(name).balanced]
    drawn = any(plan.training.balanced for plan in plans(settings.training, settings.trainer))
    first = first_class_target(model.targets)
    return found if not drawn or first is None or first in found else [first, *found]
