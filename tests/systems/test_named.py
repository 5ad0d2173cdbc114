"""A published system and data that do not name the same sensors or targets: told before anything is built."""

import pytest

from weldfusion.data.card import TargetSpec
from weldfusion.data.flow import Flow
from weldfusion.errors import ConfigError
from weldfusion.systems.am_tsfnet import AMTSFNet
from weldfusion.systems.cafnet import CAFNet
from weldfusion.systems.graph import FusionModel
from weldfusion.systems.named import more_than_published
from weldfusion.systems.parts import Parts
from weldfusion.systems.vision_spectrum import VisionSpectrum

SOUND = Flow("waveform", 1, length=64, rate=1000.0)
SPECTRUM = Flow("waveform", 8, length=20, rate=10.0)
PICTURE = Flow("image", 3, size=(32, 32))
CLASS = {"state": TargetSpec("state", "class", classes=("good", "bad"))}
PAIR = {"microphone": SOUND, "photodiode": SOUND}
SEAM = {"image": PICTURE, "spectrum": SPECTRUM}


@pytest.mark.parametrize(
    ("flows", "system", "told"),
    [
        (
            {**PAIR, "noise": SOUND, "camera": PICTURE},
            CAFNet(),
            "data.inputs: CAFNet takes microphone and photodiode; leave out camera, noise: "
            "--data.inputs null --data.inputs '{microphone: {}, photodiode: {}}', each with its settings",
        ),
        (
            PAIR,
            CAFNet(acoustic="microfone"),
            "model.acoustic: CAFNet takes the sensor 'microfone', which data.inputs does not give; "
            "did you mean microphone?",
        ),
        (
            {"microphone": SOUND},
            CAFNet(),
            "model.optical: CAFNet takes the sensor 'photodiode', which data.inputs does not give; "
            "add photodiode to data.inputs",
        ),
        (
            {"infrared": PICTURE, "pool_camera": PICTURE, "microphone": SOUND},
            AMTSFNet(sound=None),
            "data.inputs: AMTSFNet takes infrared and pool_camera; leave out microphone: "
            "--data.inputs null --data.inputs '{infrared: {}, pool_camera: {}}', each with its settings",
        ),
        (
            SEAM,
            VisionSpectrum(target="penetration"),
            "model.target: VisionSpectrum predicts 'penetration', which data.targets does not give; "
            "set --model.target (valid: state)",
        ),
    ],
    ids=["others", "misspelt", "missing", "null", "target"],
)
def test_what_does_not_agree_is_told_where_the_user_wrote_it(flows, system, told):
    with pytest.raises(ConfigError) as error:
        FusionModel(flows, CLASS, system)
    assert str(error.value) == told


def test_own_parts_may_leave_a_sensor_to_its_default_encoder():
    model = FusionModel({**PAIR, "camera": PICTURE}, CLASS, Parts(encoders={}))
    assert set(model.encoders) == {"camera", "microphone", "photodiode"}


def test_a_system_takes_the_sensors_that_it_names():
    assert set(FusionModel(PAIR, CLASS, CAFNet()).encoders) == {"microphone", "photodiode"}


def test_a_system_with_heads_of_its_own_takes_no_further_targets():
    """VisionSpectrum trains its class by the focal loss; what else the card has is not its own."""
    targets = {**CLASS, "depth": TargetSpec("depth", "real", unit="mm")}
    with pytest.raises(ConfigError) as error:
        FusionModel(SEAM, targets, VisionSpectrum())
    assert str(error.value) == (
        "data.targets: VisionSpectrum predicts state; leave out depth: --data.targets '[state]'"
    )


def test_more_targets_than_published_are_told_where_none_was_chosen():
    card = ["depth", "pores", "back_width"]
    told = more_than_published(AMTSFNet(), card)
    assert (
        "AMTSFNet predicts all of the card, back_width, depth and pores, each by a head of its own; its paper"
        in told
    )
    assert "predicts 2" in told
    assert not more_than_published(AMTSFNet(), card[:2])
    assert not more_than_published(Parts(encoders={}), card)
