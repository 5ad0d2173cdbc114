"""EMD: sample by sample as PyEMD 1.10, its own published cases, and what it must not share with it."""

import multiprocessing
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import numpy as np
import pytest
from emd_parity import difference
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from made_signals import keyhole, signals
from PyEMD import EMD

from weldfusion.errors import SignalError
from weldfusion.signals.emd import Stopping, emd
from weldfusion.signals.kernels.ensemble import sum_trials
from weldfusion.signals.kernels.envelope import SPARE, draw_upper
from weldfusion.signals.kernels.extrema import count_zero_crossings, find_extrema
from weldfusion.signals.kernels.mirror import place_both
from weldfusion.signals.kernels.sifting import make_tables
from weldfusion.signals.kernels.spline import solve_slopes


@pytest.mark.parametrize(("name", "x"), [*signals(294, 1000)][::3])
def test_equals_pyemd(name, x):
    theirs, ours, off = difference(x)
    assert ours == theirs
    assert off <= 1e-12


@pytest.mark.parametrize(("fixe", "fixe_h"), [(1, 0), (10, 0), (0, 1), (0, 4)])
def test_fixed_sifts_equal_pyemd(fixe, fixe_h):
    for _, x in [*signals(140, 500)][::7]:
        theirs, ours, off = difference(x, fixe, fixe_h)
        assert ours == theirs
        assert off <= 1e-12


def test_a_long_signal_equals_pyemd():
    assert difference(keyhole(6000))[2] <= 1e-12


def extrema(x):
    places = np.zeros((3, len(x) + 2), np.int64)
    highs, lows, crossings = find_extrema(np.asarray(x, float), places)
    return places[0, :highs].tolist(), places[1, :lows].tolist(), crossings


def test_published_extrema():
    """test_extrema.py of PyEMD: test_find_extrema_simple and _simple_repeat."""
    assert extrema([-1, 0, 1, 0, -1, 0, 3, 0, -9, 0]) == ([2, 6], [4, 8], 5)
    highs, lows, _ = extrema([-1, 0, 1, 1, 0, -1, 0, 3, 0, -9, 0])
    assert (highs, lows) == ([2, 7], [5, 9])  # PyEMD's case counts from 2


@given(st.lists(st.integers(-3, 3), min_size=5, max_size=60))
def test_extrema_equal_pyemd(numbers):
    x = np.array(numbers, float)
    high, _, low, _, zero = EMD().find_extrema(np.arange(len(x)), x)
    assert extrema(x) == (high.tolist(), low.tolist(), len(zero))
    assert count_zero_crossings(x) == len(zero)


@given(st.lists(st.integers(-4, 4), min_size=8, max_size=40))
def test_mirrored_knots_equal_pyemd(numbers):
    x = np.array(numbers, float)
    highs, lows, _ = extrema(x)
    if len(highs) + len(lows) < 3:
        return
    at, value = np.zeros((2, 60), np.int64), np.zeros((2, 60))
    sizes = place_both(x, np.array(highs), np.array(lows), at, value)
    theirs = EMD().prepare_points_simple(np.arange(len(x)), x, np.array(highs), None, np.array(lows), None)
    for row, size, knots in zip(range(2), sizes, theirs, strict=True):
        assert at[row, :size].tolist() == knots[0].tolist()
        assert value[row, :size].tolist() == knots[1].tolist()


@given(st.lists(st.integers(1, 30), min_size=2, max_size=40), st.integers(0, 2**32 - 1))
def test_splines_equal_scipy_and_pyemd(gaps, seed):
    """Knots from -5 on; three knots by PyEMD's own formula."""
    knots = np.concatenate([[-5], -5 + np.cumsum(gaps)])
    assume(knots[-1] >= 1)
    heights = np.random.default_rng(seed).standard_normal((2, len(knots)))
    size = int(knots[-1])
    at, value = np.stack([knots, knots]), heights
    chord, slope, scratch = np.zeros((2, 60)), np.zeros((2, 60)), np.zeros((4, 60))
    tables = make_tables(2000)
    solve_slopes(at, value, (len(knots), len(knots)), tables[1], chord, slope, scratch)
    drawn = np.full(size + SPARE, np.nan)
    for row in range(2):
        draw_upper(at[row], value[row], chord[row], slope[row], tables, drawn, size)
        grid, wanted = EMD().spline_points(np.arange(size), np.stack([knots, heights[row]]))
        assert len(grid) == size
        np.testing.assert_allclose(drawn[:size], wanted, atol=1e-10 * np.abs(wanted).max())


def test_published_trend():
    """test_emd.py: test_trend."""
    x = 2 * np.arange(0, 1, 0.01)
    found = emd(x)
    assert found.imfs.shape == (0, 100)
    assert np.array_equal(found.residue, x)


def test_published_single_imf():
    """test_emd.py: test_single_imf; its first case gives the cosine as the only row."""
    t = np.arange(0, 1, 0.001)
    cosine, trend = np.cos(4 * 2 * np.pi * t), 5 * (t + 2)
    stopping = Stopping(fixed_imf_sifts=2, unit=1.0)
    found = emd(cosine, stopping)
    assert found.imfs.shape == (1, 1000)
    np.testing.assert_allclose(found.imfs[0], cosine, atol=1e-8)
    found = emd(cosine + trend, stopping)
    assert found.imfs.shape == (1, 1000)
    np.testing.assert_allclose(found.imfs[0], cosine, atol=0.2)
    np.testing.assert_allclose(found.residue, trend, atol=0.2)


def test_published_fixe():
    """test_emd.py: test_emd_FIXE."""
    sine = np.sin(9 * 2 * np.pi * np.linspace(0, 1, 100))
    found = emd(sine + 4, Stopping(fixed_sifts=1, unit=1.0))
    np.testing.assert_allclose(found.imfs[0], sine, atol=1e-8)
    np.testing.assert_allclose(np.vstack([found.imfs, found.residue])[1], 4, rtol=1e-5)


def test_published_fixe_h():
    """test_emd.py: test_emd_FIXEH."""
    t = np.linspace(0, 2, 200)
    fast = np.sin(11 * 2 * np.pi * t + 0.1)
    slow = 11 * np.sin(2 * np.pi * t + 0.1)
    found = emd(fast + slow + 9, Stopping(fixed_imf_sifts=6, unit=1.0))
    assert len(found.imfs) == 2
    np.testing.assert_allclose(found.imfs[0, 2:-2], fast[2:-2], atol=0.2, rtol=1e-5)
    np.testing.assert_allclose(found.imfs[1, 2:-2], slow[2:-2], atol=0.21, rtol=1e-5)
    np.testing.assert_allclose(found.residue[2:-2], 9, atol=0.1, rtol=1e-5)


@settings(deadline=None, max_examples=40)
@given(st.integers(8, 300), st.integers(0, 2**32 - 1), st.integers(-300, 300))
def test_sums_to_the_signal_at_any_scale(n, seed, power):
    x = np.random.default_rng(seed).standard_normal(n) * 10.0**power
    found = emd(x, threads=1)
    np.testing.assert_allclose(found.imfs.sum(0) + found.residue, x, rtol=0, atol=1e-14 * np.abs(x).max())


@pytest.mark.parametrize("power", [-600, -20, 3, 600])
def test_units_change_nothing(power):
    """In metres or millimetres; PyEMD 1.10 gives another number of IMFs."""
    x = keyhole(700)
    one, other = emd(x), emd(np.ldexp(x, power))
    assert np.array_equal(np.ldexp(one.imfs, power), other.imfs)
    assert np.array_equal(np.ldexp(one.residue, power), other.residue)


def test_absolute_limits_end_earlier_on_a_small_signal():
    x = 1e-3 * keyhole(700)
    assert len(emd(x, Stopping(unit=1.0)).imfs) < len(emd(x).imfs)


def test_most_imfs_equals_pyemd():
    x = keyhole(600)
    found = emd(x, Stopping(unit=1.0), most_imfs=2)
    np.testing.assert_allclose(np.vstack([found.imfs, found.residue]), EMD().emd(x, max_imf=2), atol=1e-12)


def test_more_imfs_than_rows():
    """The kernel goes on in a larger array; the first has one row here."""
    x, counts = keyhole(300), Stopping().counts(None)
    nothing, residue = np.zeros((1, 300)), np.zeros(300)
    limits = Stopping().limits(1.0, 1.0)
    imfs, count = sum_trials(x, nothing, limits, counts, make_tables(300), np.zeros((1, 300)), residue)
    assert count > 2
    assert np.array_equal(imfs[:count], emd(x, Stopping(unit=1.0)).imfs)


def test_a_batch_is_its_signals():
    x = np.stack([keyhole(300, seed) for seed in range(6)]).reshape(2, 3, 300).astype(np.float32)
    found = emd(x, threads=3)
    assert found.imfs.shape == (2, 3, found.counts.max(), 300)
    for place in np.ndindex(2, 3):
        alone, count = emd(x[place]), found.counts[place]
        assert np.array_equal(found.imfs[place][:count], alone.imfs)
        assert not found.imfs[place][count:].any()
        assert np.array_equal(found.residue[place], alone.residue)


def test_the_input_stays_as_it_is():
    x = keyhole(100)
    kept = x.copy()
    emd(x)
    assert np.array_equal(x, kept)


@pytest.mark.parametrize(
    ("values", "told"),
    [
        (np.arange(7.0), "7 samples"),
        (np.ones(20), "constant"),
        (np.where(np.arange(20) == 5, np.nan, np.arange(20)), r"\[5\] is nan"),
        (np.where(np.arange(20) == 5, np.inf, np.arange(20)), r"\[5\] is inf"),
        (np.stack([np.arange(20), np.ones(20)]), r"values\[1\] are constant"),
        (np.zeros((0, 20)), "no signal"),
        (3.0, "0 samples"),
        (np.array(["a"] * 20), "real numbers"),
    ],
)
def test_unusable_signals_are_told(values, told):
    with pytest.raises(SignalError, match=told):
        emd(values)


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"energy_limit": -1}, "energy_limit"),
        ({"fixed_sifts": 0}, "fixed_sifts"),
        ({"most_sifts": 1}, "most_sifts"),
        ({"unit": 0}, "unit"),
        ({"fixed_sifts": 1, "fixed_imf_sifts": 1}, "both"),
    ],
)
def test_unusable_settings_are_told(settings, told):
    with pytest.raises(SignalError, match=told):
        Stopping(**settings)


def test_unusable_counts_are_told():
    with pytest.raises(SignalError, match="most_imfs"):
        emd(np.arange(20.0), most_imfs=0)
    with pytest.raises(SignalError, match="threads"):
        emd(np.arange(20.0), threads=0)


SIGNALS = [keyhole(300, seed) for seed in range(4)]


@pytest.mark.parametrize("start", ["fork", "spawn"])
def test_from_other_processes(start):
    """As a loader's workers call it, after this process has used threads itself."""
    here = emd(np.stack(SIGNALS), threads=2)
    with multiprocessing.get_context(start).Pool(2) as pool:
        there = pool.map(partial(emd, threads=2), SIGNALS)
    for number, found in enumerate(there):
        assert np.array_equal(found.imfs, here.imfs[number][: here.counts[number]])


def test_from_threads():
    with ThreadPoolExecutor(4) as pool:
        there = list(pool.map(emd, SIGNALS * 3))
    for x, found in zip(SIGNALS * 3, there, strict=True):
        assert np.array_equal(found.imfs, emd(x).imfs)
