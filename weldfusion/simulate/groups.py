"""Nested groups (machine > session > workpiece > weld) and the effects that welds of a group share."""

from dataclasses import dataclass
from math import ceil, sqrt

import numpy as np

from weldfusion.simulate.streams import stream

MACHINES, SESSIONS, WORKPIECES = 4, 6, 3
WELDS_PER_WORKPIECE = 5
FEWEST_SESSIONS = 12


@dataclass(frozen=True)
class Place:
    """Where a weld belongs; `progress` (0 … 1) is how far its session had come."""

    machine: str
    session: str
    workpiece: str
    progress: float


def plan_groups(welds: int) -> list[Place]:
    """Places of a data set's welds, in order.

    360 welds fill 4 machines × 6 sessions × 3 workpieces × 5 welds; more welds give longer workpieces.
    Fewer welds lose sessions with the root of their number (down to 12 sessions), then workpieces.

    >>> places = plan_groups(48)
    >>> len({p.machine for p in places}), len({p.session for p in places})
    (4, 12)
    """
    most = MACHINES * SESSIONS
    sessions = round(most * sqrt(welds / (most * WORKPIECES * WELDS_PER_WORKPIECE)))
    sessions = min(max(sessions, FEWEST_SESSIONS), most, welds)
    per_session = np.diff(np.linspace(0, welds, sessions + 1).round().astype(int))
    places = []
    for number, size in enumerate(per_session):
        machine = f"m{number % MACHINES + 1}"
        session = f"{machine}s{number // MACHINES + 1}"
        pieces = min(WORKPIECES, ceil(size / 2))
        for k in range(size):
            piece = f"{session}w{k * pieces // size + 1}"
            places.append(Place(machine, session, piece, k / max(size - 1, 1)))
    return places


@dataclass(frozen=True)
class Groups:
    """Draws of the effects shared in a group, each from a stream of its own.

    Args:
        seed: seed of the data set.
        process: name of the process.
        place: where the weld belongs.
        scale: factor on every effect (`Difficulty.group_scale`).
    """

    seed: int
    process: str
    place: Place
    scale: float = 1.0

    def _stream(self, level: str, effect: str) -> np.random.Generator:
        return stream(self.seed, self.process, f"{level} {getattr(self.place, level)}", f"group:{effect}")

    def normal(self, level: str, effect: str) -> float:
        """Scaled standard normal number of a `machine`, `session` or `workpiece`."""
        return self.scale * float(self._stream(level, effect).standard_normal())

    def uniform(self, level: str, effect: str) -> float:
        """Scaled number in [−1, 1]."""
        return self.scale * float(self._stream(level, effect).uniform(-1, 1))

    def factor(
        self, effect: str, machine: float = 0.0, session: float = 0.0, workpiece: float = 0.0
    ) -> float:
        """Log-normal factor; the arguments are standard deviations of the logarithm by level.

        >>> Groups(0, "laser_al", Place("m1", "m1s1", "m1s1w1", 0.0), scale=0.0).factor("gain", session=0.3)
        1.0
        """
        deviations = {"machine": machine, "session": session, "workpiece": workpiece}
        return float(np.exp(sum(sd * self.normal(level, effect) for level, sd in deviations.items() if sd)))
