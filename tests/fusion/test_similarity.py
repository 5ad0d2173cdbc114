"""Similarity of the features of modalities: values known by hand, the sign, gradients, what does not fit."""

from functools import partial

import numpy as np
import pytest
import torch

from weldfusion.data.flow import Flow
from weldfusion.encoders.projection import Projection
from weldfusion.encoders.table import TableMLP
from weldfusion.errors import ConfigError
from weldfusion.fusion.similarity import Similarity, angular_distance, cosine_distance
from weldfusion.testing import check_penalty

TWO = {"sound": Flow.features(6), "video": Flow.features(6)}
THREE = {**TWO, "heat": Flow.features(6)}


def here(flows, count=4):
    return {name: torch.ones(count, dtype=torch.bool) for name in flows}


@pytest.mark.parametrize(("angle", "expected"), [(0, 0), (np.pi / 3, 1 / 3), (np.pi / 2, 0.5), (np.pi, 1)])
def test_distance_of_vectors_at_a_known_angle(angle, expected):
    """The notes' table: identical 0, orthogonal 0.5, opposite 1; the formula as printed is 1 minus that."""
    a, b = torch.tensor([2.0, 0.0]), 3 * torch.tensor([np.cos(angle), np.sin(angle)], dtype=torch.float32)
    assert float(angular_distance(a, b)) == pytest.approx(expected, abs=1e-6)
    assert float(cosine_distance(a, b)) == pytest.approx(1 - np.cos(angle), abs=1e-6)


def test_the_angle_is_that_of_numpy():
    draw = np.random.default_rng(0)
    a, b = draw.standard_normal((2, 100, 7))
    s = (a * b).sum(1) / np.linalg.norm(a, axis=1) / np.linalg.norm(b, axis=1)
    ours = angular_distance(torch.tensor(a), torch.tensor(b)).numpy()
    np.testing.assert_allclose(ours, np.arccos(s) / np.pi, atol=1e-6)


@pytest.mark.parametrize("distance", ["angle", "cosine"])
@pytest.mark.parametrize("flows", [TWO, THREE], ids=len)
def test_contract(distance, flows):
    check_penalty(partial(Similarity, distance=distance), flows)


@pytest.mark.parametrize("distance", ["angle", "cosine"])
def test_a_gradient_step_makes_features_more_alike(distance):
    """The formula as printed would make them less so."""
    torch.manual_seed(0)
    x = {name: torch.randn(4, 6, requires_grad=True) for name in TWO}
    cosine = lambda: torch.cosine_similarity(x["sound"], x["video"])  # noqa: E731
    before = cosine().detach()
    penalty = Similarity(TWO, distance=distance)
    penalty(x, here(TWO)).sum().backward()
    with torch.no_grad():
        for value in x.values():
            value -= 0.1 * value.grad
    assert bool((cosine() > before).all())


@pytest.mark.parametrize("other", ["identical", "opposite", "zero"])
@pytest.mark.parametrize("distance", ["angle", "cosine"])
def test_the_gradient_is_finite_where_that_of_arccos_is_not(distance, other):
    a = torch.randn(3, 6, generator=torch.Generator().manual_seed(0))
    b = {"identical": a.clone(), "opposite": -a, "zero": torch.zeros_like(a)}[other]
    x = {"sound": a.requires_grad_(), "video": b.requires_grad_()}
    if other == "zero":
        x["sound"] = torch.zeros(3, 6, requires_grad=True)
    Similarity(TWO, distance=distance)(x, here(TWO, 3)).sum().backward()
    assert all(bool(torch.isfinite(value.grad).all()) for value in x.values())


def test_pairs_that_are_present_are_averaged():
    e = torch.eye(6)
    x = {"heat": e[:1].repeat(4, 1), "sound": e[1:2].repeat(4, 1), "video": -e[:1].repeat(4, 1)}
    present = here(THREE)
    present["video"][1:] = False
    present["sound"][2] = False
    found = Similarity(THREE)(x, present)
    assert found.tolist() == pytest.approx([(0.5 + 1 + 0.5) / 3, 0.5, 0, 0.5])
    assert Similarity(THREE, between=["heat", "video"])(x, here(THREE)).tolist() == pytest.approx([1.0] * 4)


def test_the_weight_rises_to_its_value():
    penalty = Similarity(TWO, weight=0.4, warmup=0.5)
    weights = [penalty.weight_at(progress) for progress in (0, 0.25, 0.5, 1)]
    assert weights == pytest.approx([0, 0.2, 0.4, 0.4])
    assert Similarity(TWO, weight=0.4).weight_at(0) == 0.4


def test_features_of_other_sizes_are_told_with_a_trunk_that_fits():
    flows = {"sound": Flow.features(64), "video": Flow.features(16)}
    with pytest.raises(ConfigError) as told:
        Similarity(flows)
    assert str(told.value) == (
        "Similarity compares features of one size, not sound 64, video 16; bring them to one by trunks, such "
        "as model.trunks.sound: {class_path: Projection, size: 16}"
    )
    flows["sound"] = Projection(flows["sound"], 16).out
    assert Similarity(flows).names == ["sound", "video"]


@pytest.mark.parametrize(("settings", "told"), [
    ({"between": ["sound", "vdeo"]}, "between: no modality vdeo; did you mean video"),
    ({"between": ["sound"]}, "compares at least two modalities, not sound"),
    ({"weight": -1.0}, "weight: must be at least 0, is -1"),
    ({"warmup": 2.0}, "warmup: must be from 0 to 1, is 2"),
    ({"distance": "angel"}, "distance: 'angel'; did you mean angle"),
])  # fmt: skip
def test_wrong_settings_are_told(settings, told):
    with pytest.raises(ConfigError, match=told):
        Similarity(TWO, **settings)


def test_tables_have_features_of_one_size_by_default():
    flows = {name: TableMLP(Flow("table", columns)).out for name, columns in (("a", 3), ("b", 9))}
    assert Similarity(flows).names == ["a", "b"]
