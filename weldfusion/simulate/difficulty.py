"""The knobs that make simulated data harder or easier; at their defaults a preset is as it was frozen."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any

from weldfusion.errors import WeldfusionError, did_you_mean

LARGEST = {"event_coupling": 2.0, "class_margin": 0.05, "param_spread": 2.0, "n_nuisance": 20.0}
LARGEST_OF_OTHERS = 10.0


@dataclass(frozen=True)
class Difficulty:
    """How hard the data are.

    Args:
        group_scale: factor on all effects of machine, session and workpiece (0: none).
        hidden_scale: factor on disturbances within a weld that no parameter shows (focus, gap …).
        noise_scale: factor on the sensors' own noise.
        dropouts_per_weld: mean number of drop-outs (20–200 ms) per weld and sensor.
        event_coupling: how well the sensors see a collapse of the laser's keyhole (0: not at all): factor on
            the dips of depth and mouth and on its sound. The pores that it leaves stay the same.
        class_margin: parts of a weld whose depth is closer than this share of the plate to a limit between
            classes of penetration have no label (0: all have one); the laser's limit of FP is in the share of
            time that the root is open, 7.5 times this.
        param_spread: factor on the width of the ranges of what is set (nominal depth with speed or current)
            about their middle.
        n_nuisance: how many sensors of pure noise the sensor `noise` stands for (`noise`, `noise2` …).
        imbalance: how unequal the classes are. Laser: how much rarer shallow welds are (0: nominal depths are
            drawn evenly); the share of welds in the shallowest fraction p of the range is
            1 − (1 − p)^(1 / (1 + imbalance)). Aluminium TIG: 0 is a nearly equal mix of causes, 1 that of the
            public 5083 pictures, more is more unequal.

    Not every process has every knob: `Process.knobs`.

    Raises:
        WeldfusionError: a knob is out of its range.
    """

    group_scale: float = 1.0
    hidden_scale: float = 1.0
    noise_scale: float = 1.0
    dropouts_per_weld: float = 0.05
    event_coupling: float = 1.0
    class_margin: float = 0.0
    param_spread: float = 1.0
    n_nuisance: int = 1
    imbalance: float = 0.0

    def __post_init__(self) -> None:
        for name, value in vars(self).items():
            if not (isfinite(value) and 0 <= value <= largest(name)):
                raise WeldfusionError(f"difficulty: {name} must be from 0 to {largest(name):g}, is {value:g}")


def largest(knob: str) -> float:
    """The largest value of a knob; the smallest is 0."""
    return LARGEST.get(knob, LARGEST_OF_OTHERS)


def parse_difficulty(text: str, knobs: Sequence[str] = tuple(vars(Difficulty()))) -> Difficulty:
    """The difficulty that a command line tells as `knob=value,knob=value`; other knobs keep their defaults.

    `knobs` are those of the process.

    >>> parse_difficulty("group_scale=0, n_nuisance=3") == Difficulty(group_scale=0.0, n_nuisance=3)
    True

    Raises:
        WeldfusionError: a knob that does not exist, that the process lacks, is named twice or has no fitting
            number.
    """
    kinds = {name: type(default) for name, default in vars(Difficulty()).items()}
    found: dict[str, Any] = {}
    for part in filter(None, (some.strip() for some in text.split(","))):
        name, _, value = (piece.strip() for piece in part.partition("="))
        if name not in kinds:
            raise WeldfusionError(f"difficulty: no knob is called {name!r}; {did_you_mean(name, knobs)}")
        if name not in knobs:
            raise WeldfusionError(f"difficulty: this process has no knob {name}; it has {', '.join(knobs)}")
        if name in found:
            raise WeldfusionError(f"difficulty: {name} is given twice; give it once")
        try:
            found[name] = kinds[name](value)
        except ValueError:
            what = "a whole number" if kinds[name] is int else "a number"
            raise WeldfusionError(f"difficulty: {name} must be {what}, is {value!r}") from None
    return Difficulty(**found)
