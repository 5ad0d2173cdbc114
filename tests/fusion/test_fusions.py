"""Joins of features and of outputs, written out by hand."""

import numpy as np
import pytest
import torch

from weldfusion.data.card import TargetSpec
from weldfusion.data.flow import Flow
from weldfusion.errors import ConfigError
from weldfusion.fusion.addition import Addition
from weldfusion.fusion.concat import Concat
from weldfusion.fusion.mean_probability import MeanProbability
from weldfusion.heads.default import default_head

FLOWS = {"sound": Flow.features(2), "photo": Flow.features(3)}
X = {
    "sound": torch.tensor([[1.0, 2.0], [3.0, 4.0]]),
    "photo": torch.tensor([[5.0, 6.0, 7.0], [8.0, 9.0, 10.0]]),
}
PRESENT = {"sound": torch.tensor([True, False]), "photo": torch.tensor([True, True])}
VERDICT = TargetSpec("verdict", "class", classes=("good", "bad"))


def test_concatenation_goes_by_sorted_name_with_zeros_for_what_is_absent():
    found = Concat(FLOWS, absent="zero")(X, PRESENT)
    assert found.tolist() == [[5, 6, 7, 1, 2], [8, 9, 10, 0, 0]]


def test_concatenation_puts_in_the_learned_vector():
    fusion = Concat(FLOWS)
    with torch.no_grad():
        fusion.absent.vectors["of_sound"].copy_(torch.tensor([-1.0, -2.0]))
    assert fusion(X, PRESENT).tolist() == [[5, 6, 7, 1, 2], [8, 9, 10, -1, -2]]


def test_settings_of_the_paper_add_no_parameters():
    assert sum(p.numel() for p in Concat(FLOWS, absent="zero").parameters()) == 0
    assert sum(p.numel() for p in Concat(FLOWS).parameters()) == 5


def test_addition_is_the_sum_of_linear_maps_of_what_is_present():
    torch.manual_seed(0)
    fusion = Addition(FLOWS, size=4, absent="zero")
    sound, photo = fusion.projections["sound"], fusion.projections["photo"]
    expected = X["photo"] @ photo.weight.T + photo.bias
    expected = expected + PRESENT["sound"].unsqueeze(1) * (X["sound"] @ sound.weight.T + sound.bias)
    torch.testing.assert_close(fusion(X, PRESENT), expected)
    assert fusion.out == Flow.features(4)


@pytest.mark.parametrize("part", [Concat, Addition, MeanProbability])
def test_only_features_are_joined(part):
    with pytest.raises(ConfigError, match="photo gives maps"):
        part({"sound": Flow.features(2), "photo": Flow("maps", 3, size=(2, 2))})
    with pytest.raises(ConfigError, match="at least one modality"):
        part({})


def test_mean_of_probabilities_of_those_present():
    head = default_head(Flow.features(1), VERDICT)
    chance = {"photo": np.array([[0.9, 0.1], [0.3, 0.7]]), "sound": np.array([[0.5, 0.5], [0.8, 0.2]])}
    outputs = {name: torch.tensor(p, dtype=torch.float32).log() * 1.0 + 3.0 for name, p in chance.items()}
    raw = MeanProbability(FLOWS)(head, outputs, PRESENT)
    found = torch.stack(list(head.decode(raw).values()), dim=1).numpy()
    np.testing.assert_allclose(found, [[0.7, 0.3], [0.3, 0.7]], atol=1e-6)


def test_mean_of_values_of_those_present():
    head = default_head(Flow.features(1), TargetSpec("force", "real"))
    head.fit_truth(np.array([100.0, 300.0]), np.array([True, True]))
    outputs = {"photo": torch.tensor([1.0, -1.0]), "sound": torch.tensor([2.0, 50.0])}
    raw = MeanProbability(FLOWS)(head, outputs, PRESENT)
    assert head.decode(raw)[""].tolist() == [350.0, 100.0]
