"""EEMD: what it must keep whatever the noise, the same bits for any threads, and what PyEMD gets wrong."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_signals import keyhole
from PyEMD import EMD
from scipy import stats

from weldfusion.errors import SignalError
from weldfusion.signals.eemd import Ensemble, eemd
from weldfusion.signals.emd import Stopping, emd


def test_is_the_mean_over_all_trials_of_pyemd():
    """The same noise fed to PyEMD: every trial has the same number of IMFs, and the mean is the same."""
    x, ensemble = keyhole(400), Ensemble(trials=12, seed=5)
    noise = 0.2 * x.std() * ensemble.noise_of(range(12), 400)
    imfs, residue = np.zeros((20, 400)), np.zeros(400)
    for trial in noise:
        peer = EMD()
        peer.emd(x + trial)
        theirs, rest = peer.get_imfs_and_residue()
        assert len(theirs) == len(emd(x + trial, Stopping(unit=1.0)).imfs)
        imfs[: len(theirs)] += theirs / 12
        residue += rest / 12
    found = eemd(x, ensemble, Stopping(unit=1.0))
    assert not imfs[len(found.imfs) :].any()
    np.testing.assert_allclose(found.imfs, imfs[: len(found.imfs)], rtol=0, atol=1e-12 * np.ptp(x))
    np.testing.assert_allclose(found.residue, residue, rtol=0, atol=1e-12 * np.ptp(x))


def test_the_sum_is_off_by_the_mean_of_the_noise():
    x, ensemble = keyhole(2000), Ensemble(trials=50)
    found = eemd(x, ensemble)
    off = x - (found.imfs.sum(0) + found.residue)
    noise = 0.2 * x.std() * ensemble.noise_of(range(50), 2000).mean(axis=0)
    np.testing.assert_allclose(off, -noise, rtol=0, atol=1e-13)
    assert np.sqrt((off**2).mean()) <= 1.2 * 0.2 * x.std() / np.sqrt(50)


@settings(deadline=None, max_examples=20)
@given(st.integers(8, 200), st.integers(0, 2**32 - 1), st.integers(1, 5))
def test_the_sum_is_exact_with_complementary_pairs(n, seed, pairs):
    x = np.random.default_rng(seed).standard_normal(n)
    found = eemd(x, Ensemble(trials=2 * pairs, complementary=True, noise=1.0, seed=seed))
    np.testing.assert_allclose(found.imfs.sum(0) + found.residue, x, rtol=0, atol=1e-13 * np.ptp(x))


def test_threads_change_no_bit():
    x = np.stack([keyhole(300, 1), keyhole(300, 2), 1e-3 * keyhole(300, 3)])
    one, two, five = (eemd(x, Ensemble(trials=70), threads=threads) for threads in (1, 2, 5))
    for other in (two, five):
        assert np.array_equal(one.imfs, other.imfs)
        assert np.array_equal(one.residue, other.residue)
    assert np.array_equal(eemd(x[1], Ensemble(trials=70)).residue, one.residue[1])


def test_units_change_nothing():
    x, ensemble = keyhole(300), Ensemble(trials=6)
    assert np.array_equal(eemd(x, ensemble).imfs * 2.0**-10, eemd(x * 2.0**-10, ensemble).imfs)


def test_every_trial_has_its_own_noise():
    """PyEMD's `parallel=True` repeats the noise of a portion; here 100 trials are 100 draws of N(0, 1)."""
    noise = Ensemble(trials=100, seed=1).noise_of(range(100), 500)
    assert np.abs(np.corrcoef(noise) - np.eye(100)).max() < 0.25
    assert stats.kstest(noise.ravel(), "norm").pvalue > 0.01
    assert len(np.unique(noise)) == noise.size
    assert not np.array_equal(noise[0], Ensemble(seed=2).noise_of(range(1), 500)[0])
    assert np.array_equal(noise[7:9], Ensemble(trials=9, seed=1).noise_of(range(7, 9), 500))


def test_mode_mixing_of_an_intermittent_tone_is_less_than_with_emd():
    """The example that EEMD was made for (Wu & Huang 2009, figure 1): bursts of a fast tone on a slow one."""
    t = np.arange(1500) / 1500
    slow = np.sin(2 * np.pi * 5 * t)
    bursts = 0.1 * np.sin(2 * np.pi * 150 * t) * (np.abs((t * 5) % 1 - 0.25) < 0.08)
    mixed = emd(slow + bursts).imfs
    parted = eemd(slow + bursts, Ensemble(trials=60, noise=0.1)).imfs

    def best(imfs):
        return max(np.corrcoef(imf, slow)[0, 1] for imf in imfs)

    assert best(parted) > 0.99
    assert best(parted) > best(mixed) + 0.01


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"trials": 0}, "trials: is 0"),
        ({"trials": 3, "complementary": True}, "even number"),
        ({"noise": 0}, "noise"),
        ({"noise": float("nan")}, "noise"),
        ({"seed": -1}, "seed"),
    ],
)
def test_unusable_settings_are_told(settings, told):
    with pytest.raises(SignalError, match=told):
        Ensemble(**settings)


def test_unusable_signals_are_told():
    with pytest.raises(SignalError, match="constant"):
        eemd(np.full(50, 3.0))
