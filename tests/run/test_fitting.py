"""What `fit` tells before it opens a recording."""

import pytest

from weldfusion.data.card import Card, write_card
from weldfusion.data.modality import Modality
from weldfusion.data.target import TargetSpec
from weldfusion.errors import ManifestError, WeldfusionWarning
from weldfusion.run import fit


@pytest.fixture
def folder(tmp_path):
    """A card of two sensors and two targets, and no welds yet."""
    sensors = {
        name: Modality(name, "waveform", True, rate=1000, column=name)
        for name in ("microphone", "photodiode")
    }
    targets = {
        "depth": TargetSpec("depth", "real", unit="mm"),
        "state": TargetSpec("state", "class", classes=("good", "bad")),
    }
    write_card(Card("mine", 52, "steel", sensors, targets), tmp_path / "dataset.yaml")
    return tmp_path


def test_more_targets_than_the_paper_are_told_unless_they_were_chosen(folder, recwarn):
    asked = {"data.root": str(folder), "model": "CAFNet"}
    with (
        pytest.warns(WeldfusionWarning, match="CAFNet predicts all of the card, depth and state"),
        pytest.raises(ManifestError),
    ):
        fit(overrides=asked)
    recwarn.clear()
    with pytest.raises(ManifestError):
        fit(overrides={**asked, "data.targets": ["depth", "state"]})
    assert not [one for one in recwarn if issubclass(one.category, WeldfusionWarning)]
