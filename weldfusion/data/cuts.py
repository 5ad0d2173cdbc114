"""The windows of all welds, cut where their recordings overlap on the welds' own clocks."""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from weldfusion.data.clock import Clock
from weldfusion.data.manifest import Weld
from weldfusion.data.windows import Pace, Window, common_span, cut, places
from weldfusion.errors import ConfigError, WeldfusionWarning

Clocks = Sequence[dict[str, tuple[Clock, int]]]
"""For each weld: timed modality → clock and length of its recording."""


@dataclass(frozen=True)
class Cuts:
    """The windows of all welds, as columns of one length; `weld` numbers the welds of the data set."""

    weld: np.ndarray
    index: np.ndarray
    t0_s: np.ndarray
    t1_s: np.ndarray
    x_mm: np.ndarray

    def __len__(self) -> int:
        return len(self.weld)

    def rows(self, weld: int) -> slice:
        """Where the windows of one weld are; they follow each other."""
        first, after = np.searchsorted(self.weld, [weld, weld + 1])
        return slice(int(first), int(after))

    def window(self, number: int, welds: tuple[Weld, ...]) -> Window:
        """One of them as a record."""
        return Window(
            welds[self.weld[number]].id, int(self.index[number]), float(self.t0_s[number]),
            float(self.t1_s[number]), float(self.x_mm[number]),
        )  # fmt: skip


def cuts_of(welds: Sequence[Weld], pace: Pace, clocks: Clocks) -> Cuts:
    """The windows of all welds; a weld without one is warned of. Raises ConfigError where none has one."""
    columns: list[tuple[np.ndarray, ...]] = []
    bare = []
    for number, (weld, of_weld) in enumerate(zip(welds, clocks, strict=True)):
        span = common_span(weld, [_span(clock, samples, pace) for clock, samples in of_weld.values()])
        edges = np.zeros((0, 2)) if span is None else cut(span, pace, bool(of_weld))
        if not len(edges):
            bare.append(weld.id)
        columns.append((
            np.full(len(edges), number), np.arange(len(edges)), edges[:, 0], edges[:, 1], places(weld, edges)
        ))  # fmt: skip
    if bare:
        shown = ", ".join(bare[:5]) + (" …" if len(bare) > 5 else "")
        warnings.warn(
            f"windows: {len(bare)} of {len(welds)} welds are shorter than a window or their sensors "
            f"do not overlap, so they give none: {shown}",
            WeldfusionWarning,
            stacklevel=2,
        )
    if len(bare) == len(welds):
        raise ConfigError("data.windows: no weld is as long as one window; take a shorter length_s")
    return Cuts(*(np.concatenate(column) for column in zip(*columns, strict=True)))


def _span(clock: Clock, samples: int, pace: Pace) -> tuple[float, float]:
    """Start and end of a recording for windows. A window has as many samples as its length at the nominal
    rate, so with a slow clock it takes up a little more than its length, which must still be recorded."""
    start, end = clock.span(samples)
    more = 0.0 if pace.length is None else float(pace.length * (clock.rate / clock.hertz - 1))
    return start, end - max(0.0, more)
