"""Decompositions as steps of a config: what they give, that they are cached, and that a config names them."""

from fractions import Fraction

import numpy as np
import pytest

from weldfusion.data.prepare import plain_step
from weldfusion.errors import SignalError
from weldfusion.signals.imf_steps import ImfBand, ImfChannels

RATE = Fraction(1000)
TIME = np.arange(1000) / 1000
FAST, SLOW = np.sin(2 * np.pi * 60 * TIME), np.sin(2 * np.pi * 4 * TIME + 1)
FEW = {"trials": 10, "noise": 0.05}


@pytest.mark.parametrize("method", ["emd", "eemd", "ceemdan"])
def test_a_band_keeps_one_of_two_tones(method):
    values = np.stack([FAST + SLOW, 1e-3 * (FAST - SLOW)]).astype(np.float32)
    kept, rate = ImfBand(30, 120, method=method, **FEW)(values, RATE)
    assert (kept.dtype, rate) == (np.float32, RATE)
    for row, wanted in zip(kept, [FAST, 1e-3 * FAST], strict=True):
        assert np.corrcoef(row, wanted)[0, 1] > 0.98


def test_the_residue_is_kept_where_asked():
    values = (FAST + 5)[None]
    without, _ = ImfBand(30, 120, method="emd")(values, RATE)
    with_rest, _ = ImfBand(30, 120, residue=True, method="emd")(values, RATE)
    assert abs(without.mean()) < 0.01
    np.testing.assert_allclose(with_rest[0], values[0], atol=0.05)


@pytest.mark.parametrize("count", [1, 2, 30])
def test_channels_add_up_to_the_signal(count):
    values = np.stack([FAST + SLOW, SLOW + TIME])
    parts, rate = ImfChannels(count, **FEW)(values, RATE)
    assert (parts.shape, rate) == ((2 * (count + 1), 1000), RATE)
    np.testing.assert_allclose(parts.reshape(2, count + 1, 1000).sum(1), values, atol=1e-5)


def test_the_cache_key_holds_every_setting():
    steps = [
        ImfBand(1, 2),
        ImfBand(1, 3),
        ImfBand(1, 2, residue=True),
        ImfBand(1, 2, method="emd"),
        ImfBand(1, 2, seed=1),
        ImfBand(1, 2, trials=50),
    ]
    assert len({str(plain_step(step)) for step in steps}) == len(steps)


def test_a_config_names_them(tmp_path):
    from weldfusion.config.load import load_settings

    file = tmp_path / "fit.yaml"
    step = "{class_path: ImfBand, init_args: {low_hz: 100, high_hz: 2000, trials: 20}}"
    file.write_text(f"data: {{root: x, inputs: {{sound: {{steps: [{step}]}}}}}}")
    settings, _ = load_settings([file])
    assert settings.data.inputs["sound"].steps == [ImfBand(100, 2000, trials=20)]


def test_unusable_settings_are_told():
    with pytest.raises(SignalError, match="did you mean emd or eemd"):
        ImfBand(1, 2, method="emdd")
    with pytest.raises(SignalError, match="high_hz"):
        ImfBand(3, 2)
    with pytest.raises(SignalError, match="even number"):
        ImfBand(1, 2, trials=7)
    with pytest.raises(SignalError, match="count"):
        ImfChannels(0)
    with pytest.raises(SignalError, match="fixed rate"):
        ImfBand(1, 2)(FAST[None], None)
