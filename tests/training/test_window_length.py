"""Windows that count samples: what is told of them, and when seconds seem to be meant."""

import warnings
from fractions import Fraction

import pytest

from weldfusion.data.card import Card, Modality
from weldfusion.data.settings import DataSettings, Input, Windows
from weldfusion.errors import WeldfusionWarning
from weldfusion.training.window_length import warn_of_short_windows, window_length

MODALITIES = {
    "photodiode": Modality("photodiode", "waveform", True, rate=Fraction(20000), column="p"),
    "camera": Modality("camera", "image_sequence", True, rate=Fraction(25), column="c"),
}
CARD = Card("mine", 52, "steel", MODALITIES, {})


def data(length, of, **inputs):
    return DataSettings(inputs=inputs or None, windows=Windows(length_s=length, samples_of=of))


@pytest.mark.parametrize(("settings", "told"), [
    (data(1024, "photodiode"), "windows of 1024 samples of photodiode = 51.2 ms"),
    (data(30, "photodiode"), "windows of 30 samples of photodiode = 1.5 ms"),
    (data(1000, "photodiode", photodiode=Input(rate=500)), "windows of 1000 samples of photodiode = 2 s"),
    (data(5, "camera"), "windows of 5 samples of camera = 200 ms"),
    (data(0.5, None), ""),
])  # fmt: skip
def test_a_window_in_samples_and_in_time(settings, told):
    assert window_length(settings, CARD) == told


def test_a_length_that_was_meant_in_seconds_is_warned_of():
    with pytest.warns(WeldfusionWarning, match=r"30 samples of photodiode = 1\.5 ms; with samples_of: null"):
        warn_of_short_windows(data(30, "photodiode"), CARD)


@pytest.mark.parametrize("settings", [data(1024, "photodiode"), data(5, "camera"), data(0.001, None)])
def test_other_lengths_are_not(settings):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warn_of_short_windows(settings, CARD)
