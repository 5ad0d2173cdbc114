"""Where windows lie in recordings: any rate, offset, clock error, length and resampling, checked in exact
fractions against the formula of the clock."""

import math
import warnings
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from unittest.mock import patch

from hypothesis import example, given, settings
from hypothesis import strategies as st

from weldfusion.data import layout
from weldfusion.data.card import Card, Modality, TargetSpec
from weldfusion.data.folder import Dataset
from weldfusion.data.reading import Probe
from weldfusion.data.settings import DataSettings, Input, Windows
from weldfusion.data.weld import Weld
from weldfusion.errors import ConfigError, WeldfusionWarning

TINY = Fraction(1, 10**6)  # windows are given a microsecond of grace


@dataclass(frozen=True)
class Sensor:
    rate: Fraction
    offset_s: float
    ppm: float
    samples: int
    resampled: int | None

    @property
    def true_rate(self) -> Fraction:
        return self.rate * (1 + Fraction(str(self.ppm)) / 10**6)

    @property
    def given(self) -> Fraction:
        """Nominal rate of what is given to the model."""
        return Fraction(self.resampled or self.rate)


decimals = lambda low, high: st.integers(low * 100, high * 100).map(lambda n: n / 100)  # noqa: E731
sensors = st.builds(
    Sensor,
    rate=st.builds(Fraction, st.integers(10, 50_000), st.integers(1, 7)),
    offset_s=decimals(-2, 2),
    ppm=st.integers(-5000, 5000).map(lambda n: n / 10),
    samples=st.integers(1, 200_000),
    resampled=st.none() | st.integers(5, 60_000),
)


class MadeHeaders:
    """Stands for `Headers`: the file's name is its number of samples."""

    def __init__(self, folder: Path, root: Path) -> None: ...

    def probe(self, path: Path, options: object) -> Probe:
        return Probe(None, (1, int(path.name)))

    def save(self) -> None: ...


def laid_out(made: list[Sensor], windows: Windows, weld: Weld) -> layout.Layout:
    modalities = {
        f"s{n}": Modality(f"s{n}", "waveform", True, rate=sensor.rate, offset_s=sensor.offset_s,
                          clock_ppm=sensor.ppm, column="c")
        for n, sensor in enumerate(made)
    }  # fmt: skip
    card = Card("c", 135, "", modalities, {"t": TargetSpec("t", "real")})
    inputs = {f"s{n}": Input(rate=sensor.resampled) for n, sensor in enumerate(made)}
    with patch.object(layout, "Headers", MadeHeaders), warnings.catch_warnings():
        warnings.simplefilter("ignore", WeldfusionWarning)
        return layout.lay_out(Dataset(Path(), card, (weld,)), DataSettings(inputs=inputs, windows=windows))


# A slow clock: 8 s are 399,800 of its samples; the last of four windows would need 50 more.
@example([Sensor(Fraction(50_000), 0.0, -500.0, 4 * 99_950, None)], 2.0, 0.5, None, None)
@settings(max_examples=150, deadline=None)
@given(
    st.lists(sensors, min_size=1, max_size=3),
    decimals(0, 2).filter(bool),
    st.none() | decimals(0, 1).filter(lambda hop: hop >= 0.05),
    st.none() | decimals(-1, 2),
    st.none() | decimals(2, 5),
)
def test_windows_lie_in_the_active_part_and_begin_at_the_nearest_sample(made, length, hop, start, end):
    files = {f"s{n}": (Path(str(sensor.samples)),) for n, sensor in enumerate(made)}
    weld = Weld("w", 2, files=files, active_from=start, active_to=end)
    try:
        found = laid_out(made, Windows(length, hop), weld)
    except ConfigError:  # no window fits
        return
    first = max([Fraction(s.offset_s) for s in made] + ([] if start is None else [Fraction(start)]))
    last = min([Fraction(s.offset_s) + s.samples / s.true_rate for s in made]
               + ([] if end is None else [Fraction(end)]))  # fmt: skip
    exact_length = Fraction(str(length))
    edges = [(Fraction(a), Fraction(b)) for a, b in zip(found.cuts.t0_s, found.cuts.t1_s, strict=True)]
    for t0, t1 in edges[:5] + edges[-5:]:
        assert first - TINY <= t0
        assert t1 <= last + TINY
        assert abs(t1 - t0 - exact_length) <= TINY
    for n, sensor in enumerate(made):
        source = found.sources[f"s{n}"]
        count = max(1, math.floor(exact_length * sensor.given + Fraction(1, 2)))
        assert source.flow.length == count
        assert source.lengths.tolist() == [count] * len(edges)
        assert not source.masked
        ticks = sensor.given * sensor.true_rate / sensor.rate  # true rate of what is given
        held = math.ceil(sensor.samples * sensor.given / sensor.rate)
        places = list(zip(edges, source.starts.tolist(), strict=True))
        for (t0, _), begin in places[:5] + places[-5:]:
            assert abs(Fraction(sensor.offset_s) + begin / ticks - t0) <= Fraction(1, 2) / ticks + TINY / 100
            assert begin >= 0
            # Rounding of start and count, and the microsecond of grace.
            assert begin + count <= held + 1 + math.ceil(TINY * ticks)


@settings(max_examples=100, deadline=None)
@given(st.lists(sensors, min_size=1, max_size=3))
def test_whole_welds_are_given_from_first_to_last_common_sample(made):
    files = {f"s{n}": (Path(str(sensor.samples)),) for n, sensor in enumerate(made)}
    try:
        found = laid_out(made, Windows(), Weld("w", 2, files=files))
    except ConfigError:  # they do not overlap
        return
    (t0,), (t1,) = found.cuts.t0_s, found.cuts.t1_s
    for n, sensor in enumerate(made):
        source = found.sources[f"s{n}"]
        ticks = sensor.given * sensor.true_rate / sensor.rate
        begin, end = source.starts[0], source.starts[0] + source.lengths[0]
        assert abs(sensor.offset_s + begin / ticks - t0) <= 0.5 / ticks + 1e-8
        assert end == begin + 1 or abs(sensor.offset_s + end / ticks - t1) <= 0.5 / ticks + 1e-8
