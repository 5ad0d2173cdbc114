"""CEEMDAN beside a literal, slow version of the papers on PyEMD's sifting, and beside PyEMD's own CEEMDAN."""

import numpy as np
import pytest
from made_signals import keyhole
from PyEMD import CEEMDAN, EMD

from weldfusion.errors import SignalError
from weldfusion.signals.ceemdan import ceemdan
from weldfusion.signals.eemd import Ensemble


def two_tones(n=300, seed=0):
    t = np.arange(n) / n
    noise = 0.1 * np.random.default_rng(seed).standard_normal(n)
    return np.sin(2 * np.pi * 30 * t) + np.sin(2 * np.pi * 5 * t) + t + noise


def first_imf(z):
    peer = EMD()
    peer.emd(z, max_imf=1)
    return peer.imfs[0] if len(peer.imfs) else np.zeros_like(z)


def literal(x, ensemble, variant):
    """The algorithm as the papers write it, all noise modes kept."""
    noise = ensemble.noise_of(range(ensemble.trials), len(x))
    modes = [EMD().emd(w) for w in noise]
    r, imfs = x / x.std(), []
    while True:
        k = len(imfs)
        turns = EMD().find_extrema(np.arange(len(r)), r)
        if k and (len(turns[0]) + len(turns[2]) <= 2 or np.ptp(r) < 0.01 or np.abs(r).sum() < 0.05):
            return np.array(imfs) * x.std(), r * x.std()
        noisy = []
        for w, of_trial in zip(noise, modes, strict=True):
            if variant == "improved":
                mode = of_trial[k] if k < len(of_trial) else 0 * w
                mode = mode / of_trial[0].std() if k == 0 else mode
            else:
                mode = w if k == 0 else of_trial[k - 1] if k - 1 < len(of_trial) else 0 * w
            noisy.append(r + ensemble.noise * r.std() * mode)
        if variant == "improved":
            rest = np.mean([z - first_imf(z) for z in noisy], axis=0)
            imfs.append(r - rest)
        else:
            imfs.append(np.mean([first_imf(z) for z in noisy], axis=0))
        r = r - imfs[-1]


@pytest.mark.parametrize("variant", ["improved", "original"])
@pytest.mark.parametrize("seed", [0, 1])
def test_equals_the_literal_algorithm(variant, seed):
    x, ensemble = two_tones(seed=seed), Ensemble(trials=5, seed=seed)
    imfs, residue = literal(x, ensemble, variant)
    found = ceemdan(x, ensemble, variant)
    assert found.imfs.shape == imfs.shape
    np.testing.assert_allclose(found.imfs, imfs, rtol=0, atol=1e-12 * np.ptp(x))
    np.testing.assert_allclose(found.residue, residue, rtol=0, atol=1e-12 * np.ptp(x))


class GivenNoise(Ensemble):
    """Noise whose first modes have unit deviation, so that PyEMD's own scaling of modes changes nothing."""

    def noise_of(self, trials, time):
        noise = super().noise_of(range(self.trials), time)
        for _ in range(3):
            noise = np.array([w / EMD().emd(w)[0].std() for w in noise])
        return noise[trials.start : trials.stop].copy()


def test_equals_pyemd_where_the_added_noise_cancels():
    """PyEMD takes the mean of first IMFs in its first stage, which is the paper's where the noise cancels."""
    x, ensemble = two_tones(), GivenNoise(trials=8, noise=0.05, complementary=True)
    peer = CEEMDAN(trials=8, epsilon=0.05, parallel=False)
    peer.generate_noise = lambda scale, size: ensemble.noise_of(range(8), len(x))
    theirs = peer(x)
    found = ceemdan(x, ensemble)
    np.testing.assert_allclose(np.vstack([found.imfs, found.residue]), theirs, rtol=0, atol=1e-12 * np.ptp(x))


@pytest.mark.parametrize("variant", ["improved", "original"])
def test_the_sum_is_the_signal_for_any_threads(variant):
    x = np.stack([keyhole(400, 1), 1e3 * keyhole(400, 2), two_tones(400)])
    found = ceemdan(x, Ensemble(trials=30), variant, threads=1)
    assert np.abs(found.imfs.sum(-2) + found.residue - x).max() <= 1e-13 * np.ptp(x)
    other = ceemdan(x, Ensemble(trials=30), variant, threads=4)
    assert np.array_equal(found.imfs, other.imfs)
    alone = ceemdan(x[2], Ensemble(trials=30), variant)
    assert np.array_equal(alone.imfs, found.imfs[2][: found.counts[2]])


def test_most_imfs():
    found = ceemdan(two_tones(), Ensemble(trials=4), most_imfs=2)
    assert found.imfs.shape == (2, 300)
    np.testing.assert_allclose(found.imfs.sum(0) + found.residue, two_tones(), rtol=0, atol=1e-13)


def test_unusable_arguments_are_told():
    with pytest.raises(SignalError, match="did you mean improved"):
        ceemdan(two_tones(), variant="improvd")
    with pytest.raises(SignalError, match="is nan"):
        ceemdan(np.where(np.arange(99) == 3, np.nan, 1.0))
