"""A number of samples that a window is to have, against those that were recorded in it."""

import warnings
from fractions import Fraction

import pytest

from weldfusion.data.card import Card, Modality, TargetSpec
from weldfusion.data.inputs import check_samples
from weldfusion.data.nominal import nominal_flows
from weldfusion.data.settings import DataSettings, Input, Windows
from weldfusion.errors import ConfigError, WeldfusionWarning

LIGHT = Modality("light", "waveform", True, rate=Fraction(280), column="light")
CARD = Card("mine", 52, "copper", {"light": LIGHT}, {"depth": TargetSpec("depth", "real")})


def flows(length_s):
    settings = DataSettings(inputs={"light": Input(samples=560)}, windows=Windows(length_s=length_s))
    return nominal_flows(CARD, settings, weld_s=2.0)[0]


def test_a_window_of_less_than_two_recorded_samples_is_an_error():
    with pytest.raises(ConfigError) as error:
        flows(0.002)
    assert str(error.value) == (
        "data.windows.length_s: 0.002 s holds 0.56 recorded samples of light (280 Hz), of which "
        "data.inputs.light.samples would make 560; take at least 0.00715 s; 2 s holds 560"
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", WeldfusionWarning)
        check_samples(LIGHT, 560, Fraction("0.00715"))  # the advice is right: 2.002 samples


def test_strong_stretching_is_told():
    with pytest.warns(WeldfusionWarning, match=r"0.05 s holds 14 recorded samples of light.*2 s holds 560$"):
        assert flows(0.05)["light"].shape == (1, 560)


def test_a_rate_far_above_the_recorded_one_is_told():
    def at(rate):
        return nominal_flows(CARD, DataSettings(inputs={"light": Input(rate=rate)}), weld_s=2.0)[0][
            "light"
        ].shape

    with pytest.warns(WeldfusionWarning, match=r"data\.inputs\.light\.rate: 1400 Hz is made of 280 Hz"):
        assert at(1400) == (1, 2800)
    with warnings.catch_warnings():
        warnings.simplefilter("error", WeldfusionWarning)
        assert at(1120) == (1, 2240)


@pytest.mark.parametrize("length_s", [0.5, 2.0, None])
def test_up_to_four_times_and_whole_welds_pass_without_a_word(length_s):
    with warnings.catch_warnings():
        warnings.simplefilter("error", WeldfusionWarning)
        flows(length_s)
