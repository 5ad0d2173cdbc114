"""What a simulated welding process offers, and the plan of a data set of its welds."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass

from weldfusion.data.card import Card
from weldfusion.errors import WeldfusionError, did_you_mean
from weldfusion.simulate.difficulty import Difficulty
from weldfusion.simulate.groups import Place, plan_groups
from weldfusion.simulate.record import WeldRecord


@dataclass(frozen=True)
class Duration:
    """How long a weld can be (s), and in which steps."""

    usual: float
    shortest: float
    longest: float
    step: float


@dataclass(frozen=True)
class Plan:
    """All that defines a data set but its process; weld `i` depends on nothing else than both and `i`.

    `weld_s` is 0 where welds last as long as their settings say; `knobs` are those of the difficulty that the
    process has.
    """

    places: tuple[Place, ...]
    seed: int
    sensors: tuple[str, ...]
    weld_s: float
    difficulty: Difficulty
    knobs: tuple[str, ...]

    def difficulty_told(self) -> dict[str, float]:
        """The knobs that the process has and their values, for its card."""
        return {name: value for name, value in vars(self.difficulty).items() if name in self.knobs}


class Process(ABC):
    """A simulated process: design and group effects → inputs → states → sensors; labels from states only.

    A subclass is a frozen dataclass (it goes to worker processes) of what a data set may choose, such as a
    preset. Random numbers come from `streams.stream(plan.seed, process.name, weld or group, purpose)`.
    """

    version: str
    """`name/number`, frozen: other numbers behind it need another one."""
    sensors: tuple[str, ...]
    """All sensors, in the order of the card."""
    unasked: tuple[str, ...] = ()
    """Those of them that are recorded only where they are named."""
    duration: Duration | None = None
    """None: a weld lasts as long as its settings say."""
    knobs: tuple[str, ...] = ("group_scale", "hidden_scale", "noise_scale", "dropouts_per_weld")
    """The knobs of `Difficulty` that this process has."""

    @property
    def name(self) -> str:
        """The version without its number: the key of the random streams."""
        return self.version.split("/")[0]

    @abstractmethod
    def card(self, plan: Plan) -> Card:
        """How the data set of a plan describes itself; known departures stand in its description."""

    @abstractmethod
    def weld(self, plan: Plan, index: int) -> WeldRecord:
        """Weld number `index` of a plan; the same alone and in a batch of the same size."""


def plan_welds(
    process: Process,
    welds: int,
    seed: int,
    sensors: Sequence[str] | None = None,
    weld_s: float | None = None,
    difficulty: Difficulty | None = None,
) -> Plan:
    """The plan of a data set, checked.

    Args:
        process: the process.
        welds: number of welds, at least 1.
        seed: seed of all randomness, 0 … 2**64 − 1.
        sensors: which sensors to record; by default all that need not be asked for.
        weld_s: length of a weld (s), rounded to the process's step.
        difficulty: knobs; by default as the process was frozen.

    Raises:
        WeldfusionError: a number out of range, a sensor that does not exist, a knob without effect.
    """
    if welds < 1:
        raise WeldfusionError(f"welds: {welds} cannot be simulated; at least 1 is needed")
    if not 0 <= seed < 2**64:
        raise WeldfusionError(f"seed: {seed} is out of range; it must be an integer from 0 to 2**64 - 1")
    knobs = difficulty or Difficulty()
    _check_knobs(process, knobs)
    chosen = _sensors(process, sensors, knobs)
    return Plan(tuple(plan_groups(welds)), seed, chosen, _length(process, weld_s), knobs, process.knobs)


def nuisances(count: int) -> tuple[str, ...]:
    """Names of the sensors of pure noise.

    >>> nuisances(3)
    ('noise', 'noise2', 'noise3')
    """
    return tuple(f"noise{number}" if number > 1 else "noise" for number in range(1, count + 1))


def _check_knobs(process: Process, difficulty: Difficulty) -> None:
    usual = vars(Difficulty())
    for name, value in vars(difficulty).items():
        if name not in process.knobs and value != usual[name]:
            raise WeldfusionError(
                f"difficulty: {process.name} has no knob {name}; it has {', '.join(process.knobs)}"
            )


def _sensors(process: Process, asked: Sequence[str] | None, difficulty: Difficulty) -> tuple[str, ...]:
    """In the order of the card; `noise` becomes as many sensors as `Difficulty.n_nuisance` says."""
    usual = tuple(name for name in process.sensors if name not in process.unasked)
    for name in asked or ():
        if name not in process.sensors:
            near = did_you_mean(name, process.sensors)
            raise WeldfusionError(f"sensors: no sensor is called {name!r}; {near}")
    several = {"noise": nuisances(difficulty.n_nuisance)}
    named = usual if asked is None else [name for name in process.sensors if name in asked]
    chosen = tuple(one for name in named for one in several.get(name, (name,)))
    if not chosen:
        raise WeldfusionError(f"sensors: at least one is needed; {did_you_mean('', process.sensors)}")
    return chosen


def _length(process: Process, weld_s: float | None) -> float:
    span = process.duration
    if span is None:
        if weld_s is not None:
            raise WeldfusionError(f"weld_s: welds of {process.name} last as long as their settings say")
        return 0.0
    length = span.usual if weld_s is None else weld_s
    if not span.shortest <= length <= span.longest:
        raise WeldfusionError(
            f"weld_s: {length} s is out of range; it must be from {span.shortest} to {span.longest} s"
        )
    return max(round(length / span.step), 1) * span.step
