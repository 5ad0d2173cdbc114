"""How many steps a gradient training takes."""

from weldfusion.training.several import Plan
from weldfusion.training.trainer import check_trainer


def steps_of(plan: Plan, windows: int) -> int:
    """Steps of a gradient training on so many windows."""
    wanted = check_trainer(plan.trainer)
    epochs = int(wanted["max_epochs"])
    if epochs < 0:
        return int(wanted.get("max_steps", -1))
    return epochs * -(-windows // plan.training.batch_size)
