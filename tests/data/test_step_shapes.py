"""What steps say that they give is what they give; only those that do not say are tried."""

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import pytest

from weldfusion.data.modality import Modality
from weldfusion.data.prepare import Recipe
from weldfusion.data.settings import Input, ShapedStep
from weldfusion.data.step_shapes import MOST_NOISE, after_steps
from weldfusion.errors import ConfigError, WeldfusionError
from weldfusion.signals.band_spectrogram import BandSpectrogram, ConstantQSpectrogram
from weldfusion.signals.filter_banks import Mel, Octaves
from weldfusion.signals.imf_steps import ImfBand, ImfChannels

RATE = Fraction(8000)
STEPS = [
    ImfBand(50, 500, method="emd"),
    ImfChannels(3, method="emd"),
    BandSpectrogram(256, 80),
    BandSpectrogram(255, 80, Mel(20)),
    BandSpectrogram(256, 100, Octaves(3), padding="reflect"),
    ConstantQSpectrogram(hop=128, low_hz=100.0, bands=24),
]


@dataclass(frozen=True)
class Halved:
    """A step of a user that does not tell."""

    tried: list

    def __call__(self, values, rate):
        self.tried.append(values.shape)
        return values[:, ::2], rate and rate / 2


class Careful:
    """A step that may not be run before the first recording."""

    def shape_after(self, channels, length, rate):
        return 2 * channels, length // 3, rate / 3

    def __call__(self, values, rate):
        raise AssertionError("was run")


def recipe(*steps):
    sound = Modality("sound", "waveform", timed=True, rate=RATE, column="sound")
    return Recipe(sound, Input(steps=steps), channels=2, rate=RATE)


@pytest.mark.parametrize("step", STEPS, ids=lambda step: type(step).__name__)
@pytest.mark.parametrize("length", [2049, 3200])
@pytest.mark.filterwarnings("ignore:n_fft")
def test_a_step_gives_what_it_says(step, length):
    assert isinstance(step, ShapedStep)
    noise = np.random.default_rng(0).normal(size=(2, length)).astype(np.float32)
    values, rate = step(noise, RATE)
    assert (*values.shape, rate) == step.shape_after(2, length, RATE)


@pytest.mark.parametrize(
    ("step", "length", "rate"),
    [
        (ImfBand(50, 500, method="emd"), 2000, None),
        (ImfBand(50, 500, method="emd"), 7, RATE),
        (ImfChannels(3, method="emd"), 7, RATE),
        (BandSpectrogram(256, 80), 2000, None),
        (BandSpectrogram(64, 80), 2000, RATE),
        (BandSpectrogram(256, 80, padding="reflect"), 100, RATE),
        (ConstantQSpectrogram(low_hz=3000.0), 2000, RATE),
    ],
)
def test_what_the_call_refuses_is_refused_before(step, length, rate):
    noise = np.random.default_rng(0).normal(size=(1, length)).astype(np.float32)
    for attempt in (lambda: step.shape_after(1, length, rate), lambda: step(noise, rate)):
        with pytest.raises(WeldfusionError):
            attempt()


def test_only_steps_that_do_not_tell_are_tried():
    tried = []
    assert after_steps(recipe(Careful(), Halved(tried), Careful()), 600, RATE) == (8, 33, RATE / 18)
    assert tried == [(4, 200)]


def test_noise_is_short_for_long_recordings():
    tried = []
    after_steps(recipe(Halved(tried)), 10 * MOST_NOISE, RATE)
    assert tried == [(2, MOST_NOISE)]


@pytest.mark.parametrize("step", [BandSpectrogram(64, 80), ImfBand(50, 500, method="emd")])
def test_a_step_that_does_not_fit_is_named_in_one_line(step):
    with pytest.raises(ConfigError) as problem:
        after_steps(recipe(step), 4, RATE)
    assert str(problem.value).startswith(f"data.inputs.sound.steps[0] {type(step).__name__}: ")
    assert "\n" not in str(problem.value)


def test_a_tried_step_that_gives_nonsense_is_named():
    with pytest.raises(ConfigError, match=r"made-up noise: data.inputs.sound.steps\[0\].*gave shape"):
        after_steps(recipe(lambda values, rate: (values[0], rate)), 100, RATE)
