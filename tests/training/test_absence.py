import numpy as np
import pytest
import torch

from weldfusion.training.absence import hidden

SAMPLES = np.arange(40_000)


def masks(share, present, samples=SAMPLES, epoch=0):
    return hidden(present, samples, share, seed=0, epoch=epoch)


def everything(count):
    return {name: torch.ones(count, dtype=torch.bool) for name in ("a", "b", "c")}


def test_share_of_hidden_modalities():
    hide = masks(0.2, everything(len(SAMPLES)))
    # hidden with chance p, less the third of p³ where all three would go and this one stays
    expected = 0.2 - 0.2**3 / 3
    for mask in hide.values():
        assert float(mask.double().mean()) == pytest.approx(expected, abs=4 * (0.16 / len(SAMPLES)) ** 0.5)


def test_the_last_present_one_is_never_hidden():
    present = everything(len(SAMPLES))
    present["a"] = torch.from_numpy(SAMPLES % 2 == 0)
    present["b"] = torch.from_numpy(SAMPLES % 3 == 0)
    hide = masks(1.0, present)
    left = sum((present[name] & ~hide[name]).int() for name in present)
    assert left.tolist() == [1] * len(SAMPLES)
    assert not any((hide[name] & ~present[name]).any() for name in present)


def test_nothing_present_stays_nothing():
    absent = {name: torch.zeros(3, dtype=torch.bool) for name in ("a", "b")}
    assert not any(mask.any() for mask in masks(1.0, absent, np.arange(3)).values())


def test_depends_on_sample_and_epoch_not_on_the_batch():
    whole = masks(0.5, everything(100), np.arange(100))
    some = masks(0.5, everything(10), np.arange(90, 100))
    assert all(torch.equal(whole[name][90:], some[name]) for name in whole)
    later = masks(0.5, everything(100), np.arange(100), epoch=1)
    assert not all(torch.equal(whole[name], later[name]) for name in whole)
