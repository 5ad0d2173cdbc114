"""Wavelet packets as steps of a config: what they give, and that a config names them."""

from fractions import Fraction

import numpy as np
import pytest
import pywt

from weldfusion.data.prepare import plain_step
from weldfusion.data.settings import ShapedStep
from weldfusion.errors import ConfigError, SignalError
from weldfusion.signals.loudness import ClipDecibels, Decibels
from weldfusion.signals.packet_steps import EnergyShares, PacketEnergies

RATE = Fraction(8000)


def noise(*shape):
    return np.random.Generator(np.random.PCG64(1)).normal(size=shape).astype(np.float32)


@pytest.mark.parametrize(("window", "hop", "level"), [(20, 7, 2), (21, 20, 3), (300, 100, 4)])
def test_each_window_equals_pywt(window, hop, level):
    values = noise(2, 1000)
    found, rate = PacketEnergies(window, hop, "db2", level)(values, RATE)
    bands = 2**level
    assert (found.dtype, rate) == (np.float32, RATE / hop)
    assert found.shape == (2 * bands, 1000 // hop + 1)
    for frame in (2, found.shape[1] // 2):
        begin = max(frame * hop - window // 2, 0)
        if frame * hop - window // 2 < 0:
            continue
        for channel in range(2):
            part = values[channel, begin : begin + window].astype(float)
            nodes = pywt.WaveletPacket(part, "db2", "symmetric", maxlevel=level).get_level(level, "freq")
            expected = [10 * np.log10(np.square(node.data).sum() / window) for node in nodes]
            own = found[channel * bands : (channel + 1) * bands, frame]
            np.testing.assert_allclose(own, expected, atol=1e-3)


def test_a_burst_is_where_and_when_it_is():
    values = np.zeros((1, 8000), np.float32)
    values[0, 3000:3400] = np.sin(2 * np.pi * 1250 * np.arange(400) / 8000)
    found, rate = PacketEnergies(256, 80, "db20", 3)(values, RATE)
    band, frame = np.unravel_index(found.argmax(), found.shape)
    assert band == 2
    assert 3000 <= frame * 80 <= 3400
    assert float(rate) == 100.0
    assert found[:, 10].max() == pytest.approx(-100.0)


def test_shares_add_up_and_know_no_gain():
    step = PacketEnergies(64, 32, loudness=EnergyShares())
    values = noise(1, 2000)
    found, _ = step(values, RATE)
    np.testing.assert_allclose(found.sum(axis=0), 1.0, rtol=1e-5)
    np.testing.assert_allclose(step(1000 * values, RATE)[0], found, rtol=1e-4)


@pytest.mark.parametrize("loudness", [Decibels(), ClipDecibels(), EnergyShares()])
@pytest.mark.parametrize("length", [11, 12, 20, 199, 2000])
def test_the_shape_is_known_before(length, loudness):
    step = PacketEnergies(21, 5, level=2, loudness=loudness)
    assert isinstance(step, ShapedStep)
    found, rate = step(noise(3, length), RATE)
    assert (*found.shape, rate) == step.shape_after(3, length, RATE)
    assert np.isfinite(found).all()


def test_the_cache_key_holds_every_setting():
    steps = [
        PacketEnergies(64, 32),
        PacketEnergies(65, 32),
        PacketEnergies(64, 33),
        PacketEnergies(64, 32, "db2"),
        PacketEnergies(64, 32, level=2),
        PacketEnergies(64, 32, mode="zero"),
        PacketEnergies(64, 32, loudness=EnergyShares()),
    ]
    assert len({str(plain_step(step)) for step in steps}) == len(steps)


def test_a_config_names_them(tmp_path):
    from weldfusion.config.load import load_settings

    file = tmp_path / "fit.yaml"
    step = "{class_path: PacketEnergies, init_args: {window: 20, hop: 10, level: 2, loudness: EnergyShares}}"
    file.write_text(f"data: {{root: x, inputs: {{sound: {{steps: [{step}]}}}}}}")
    loaded, _ = load_settings([file])
    assert loaded.data.inputs["sound"].steps == [PacketEnergies(20, 10, level=2, loudness=EnergyShares())]


def test_unusable_settings_are_told():
    with pytest.raises(SignalError, match="did you mean"):
        PacketEnergies(wavelet="dbb4")
    with pytest.raises(SignalError, match="level 5 needs at least 32"):
        PacketEnergies(window=20, level=5)
    with pytest.raises(SignalError, match="hop"):
        PacketEnergies(hop=0)
    with pytest.raises(ConfigError, match="known rate"):
        PacketEnergies()(noise(1, 1000), None)
    with pytest.raises(SignalError, match="needs over half"):
        PacketEnergies(256)(noise(1, 100), RATE)
    with pytest.raises(SignalError, match="NaN"):
        PacketEnergies(20, 10, level=2)(np.full((1, 100), np.nan), RATE)
