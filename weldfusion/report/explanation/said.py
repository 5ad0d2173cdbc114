"""What is true of a weld, what the model says of it, and which sensor counted most, in a few words."""

from collections.abc import Sequence

import numpy as np

from weldfusion.report.elements import short
from weldfusion.report.explanation.shares import Output
from weldfusion.report.explanation.words import in_percent, signed


def targets_of(found: Sequence[Output]) -> dict[str, list[Output]]:
    """Outputs by target."""
    names = dict.fromkeys(output.target.name for output in found)
    return {name: [output for output in found if output.target.name == name] for name in names}


def said_of(outputs: Sequence[Output], weld: str) -> tuple[str, str, str]:
    """Truth, prediction and strongest sensor of a weld in one target, whose outputs are given."""
    place = np.flatnonzero(outputs[0].weld == weld)
    if not len(place):
        return "–", "–", "–"
    row = int(place[0])
    return truth_of(outputs, row), prediction_of(outputs, row), strongest_of(outputs, row)


def truth_of(outputs: Sequence[Output], row: int) -> str:
    """The true class (and its part of the windows, if not all), flags or value."""
    truth = np.array([output.truth[row] for output in outputs])
    if np.isnan(truth).any():
        return "not known"
    kind, unit = outputs[0].target.kind, outputs[0].target.unit
    if kind == "class":
        most = int(truth.argmax())
        part = "" if truth[most] > 0.999 else f" ({truth[most]:.0%} of the windows)".replace("%", " %")
        return f"{outputs[most].label}{part}"
    if outputs[0].can_be_called:
        return ", ".join(o.label for o, value in zip(outputs, truth, strict=True) if value >= 0.5) or "none"
    if outputs[0].is_probability:
        parts = zip(outputs, truth, strict=True)
        return ", ".join(f"{o.label} in {in_percent(value)} of the weld" for o, value in parts)
    return f"{short(float(truth[0]))} {unit}".strip()


def prediction_of(outputs: Sequence[Output], row: int) -> str:
    """What is called, with its mean probability; of events that mean alone; or the predicted value."""
    if not outputs[0].is_probability:
        return f"{short(float(outputs[0].full[row]))} {outputs[0].target.unit}".strip()
    if not outputs[0].can_be_called:
        means = ", ".join(f"{o.label} {short(float(o.full[row]))}" for o in outputs)
        return f"{means} on average over the steps"
    called = [output for output in outputs if output.called[row]]
    return ", ".join(f"{o.label} ({short(float(o.full[row]))})" for o in called) or "none"


def strongest_of(outputs: Sequence[Output], row: int) -> str:
    """The sensor with the largest share in what is called (in the likeliest flag, if none is)."""
    called = [output for output in outputs if output.called[row]] or list(outputs)
    output = max(called, key=lambda one: one.full[row])
    most = int(np.abs(output.share[row]).argmax())
    return f"{output.modalities[most]} {signed(float(output.share[row, most]), output.target.unit)}"
