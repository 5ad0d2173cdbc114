"""Shares of sensors: complete on every fusion, 0 where a sensor is absent or ignored, the same as by hand."""

from dataclasses import replace
from itertools import permutations

import numpy as np
import pytest
import shap
import torch

from tests.explain.networks import FLOWS, PARTS, SIZE, batch, predictor
from weldfusion.data.batch import Truth
from weldfusion.data.card import TargetSpec
from weldfusion.data.flow import Flow
from weldfusion.explain.coalitions import at_mean, background_of, coalition_values
from weldfusion.explain.explanation import SHARE_COLUMNS, completeness_error
from weldfusion.explain.shapley import coalitions
from weldfusion.explain.shares import batch_shares, truth_of
from weldfusion.systems.parts import Parts

NAMES = sorted(FLOWS)
BACKGROUNDS = ["absent", "training mean"]


def hidden(network, x, row) -> dict[str, np.ndarray]:
    """What the predictor itself says when the sensors that are not in `row` are hidden: (B, K) by target."""
    present = {name: mask & bool(row[NAMES.index(name)]) for name, mask in x.present.items()}
    raw = network.raw(replace(x, present=present))
    heads = network.model.head
    return {t: torch.stack(list(heads(t).decode(raw[t]).values()), dim=1).double().numpy() for t in raw}


@pytest.mark.parametrize("kind", PARTS)
def test_a_coalition_is_what_the_predictor_says_without_the_others(kind):
    network, x = predictor(kind), batch()
    values = coalition_values(network, x, "absent")
    for number, row in enumerate(coalitions(len(NAMES))):
        for target, expected in hidden(network, x, row).items():
            np.testing.assert_allclose(values[target][number], expected, rtol=2e-5, atol=2e-5)


@pytest.mark.parametrize("kind", PARTS)
def test_with_the_training_mean_a_coalition_is_what_the_predictor_says_of_mean_inputs(kind):
    network, x = predictor(kind), batch()
    values = coalition_values(network, x, "training mean")
    mean = at_mean(network.model, x)
    for number, row in enumerate(coalitions(len(NAMES))):
        mixed = {n: (x if row[i] else mean).inputs[n] for i, n in enumerate(NAMES)}
        raw = network.raw(replace(x, inputs=mixed))
        for target in raw:
            expected = torch.stack(list(network.model.head(target).decode(raw[target]).values()), dim=1)
            np.testing.assert_allclose(values[target][number], expected, rtol=2e-5, atol=2e-5)


def test_the_mean_is_what_standardises_to_nothing():
    network, x = predictor(), batch()
    for name, values in at_mean(network.model, x).inputs.items():
        assert float(network.model.standardise[name](values).abs().max()) == 0.0


@pytest.mark.parametrize("background", BACKGROUNDS)
@pytest.mark.parametrize("kind", PARTS)
def test_shares_are_complete_and_exactly_nothing_for_absent_sensors(kind, background):
    network, x = predictor(kind), batch()
    shares = batch_shares(network, x, background)
    assert list(shares.columns) == list(SHARE_COLUMNS)
    assert len(shares) == SIZE * 6 * len(NAMES)
    assert completeness_error(shares) < 1e-12
    assert (shares["share"][~shares["present"]] == 0.0).all()
    assert (shares["share"][shares["present"]] != 0.0).mean() > 0.9
    sound = shares[(shares["modality"] == "sound") & (shares["target"] == "force")]
    assert sound["present"].tolist() == x.present["sound"].tolist()


@pytest.mark.parametrize("kind", ["hidden layers", "attention, late"])
def test_full_is_what_the_run_predicts(kind):
    network, x = predictor(kind), batch()
    shares = batch_shares(network, x, "absent")
    for target, expected in hidden(network, x, np.ones(len(NAMES), dtype=bool)).items():
        rows = shares[(shares["target"] == target) & (shares["modality"] == "sound")]
        np.testing.assert_allclose(rows["full"], expected.ravel(), rtol=2e-5, atol=2e-5)


@pytest.mark.parametrize("kind", ["concatenation", "attention"])
def test_equals_shap_on_the_network_itself(kind):
    network, x = predictor(kind), batch(complete=True)
    values = coalition_values(network, x, "absent")["state"]
    shares = batch_shares(network, x, "absent")
    rows = shares[(shares["target"] == "state") & (shares["class"] == "crack") & (shares["window"] == 1)]

    def predict(mask: np.ndarray) -> np.ndarray:
        return values[(mask.astype(int) << np.arange(len(NAMES))).sum(axis=1), 1, 2]

    explainer = shap.explainers.Exact(predict, shap.maskers.Independent(np.zeros((1, len(NAMES)))))
    found = explainer(np.ones((1, len(NAMES)))).values[0]
    np.testing.assert_allclose(rows["share"][rows["weld"] == "A"], found, atol=1e-12)


def test_a_sensor_that_the_network_ignores_gets_nothing():
    network, x = predictor("concatenation"), batch(complete=True)
    sizes = [FLOWS_OUT(network, name) for name in NAMES]
    start = sum(sizes[: NAMES.index("sound")])
    with torch.no_grad():
        for target in network.model.targets:
            network.model.head(target).linear.weight[:, start : start + sizes[NAMES.index("sound")]] = 0.0
    shares = batch_shares(network, x, "training mean")
    by_sensor = shares["share"].abs().groupby(shares["modality"]).max()
    assert by_sensor["sound"] < 1e-6
    assert by_sensor.drop("sound").min() > 1e-3


def FLOWS_OUT(network, name: str) -> int:
    return network.model.late[name].channels


def test_twin_sensors_get_alike():
    twins = {"a": Flow("waveform", 1, length=64, rate=1e3), "b": Flow("waveform", 1, length=64, rate=1e3)}
    network = predictor("late", twins)
    model = network.model
    model.encoders["b"].load_state_dict(model.encoders["a"].state_dict())
    model.standardise["b"].load_state_dict(model.standardise["a"].state_dict())
    for target in model.targets:
        first, second = model.join.heads_of(target)
        second.load_state_dict(first.state_dict())
    x = batch(twins, complete=True)
    x = replace(x, inputs={"a": x.inputs["a"], "b": x.inputs["a"].clone()})
    shares = batch_shares(network, x, "absent")
    a, b = (shares["share"][shares["modality"] == name].to_numpy() for name in "ab")
    np.testing.assert_allclose(a, b, atol=1e-7)
    assert np.abs(a).max() > 0.01


def test_addition_in_a_number_is_additive():
    """Sum of features and a linear head: each sensor's share is its own term, whatever the others do."""
    network, x = predictor("addition"), batch(complete=True)
    values = coalition_values(network, x, "absent")["force"][:, :, 0]
    shares = batch_shares(network, x, "absent")
    for place in range(len(NAMES)):
        others = [c for c in range(1, 16) if not c >> place & 1]
        gains = np.array([values[c | 1 << place] - values[c] for c in others])
        np.testing.assert_allclose(gains, gains[:1].repeat(len(others), 0), rtol=1e-3, atol=1e-3)
    assert set(shares["kind"]) == {"class", "multilabel", "real"}


def test_shares_of_classes_cancel_over_the_classes_of_a_target():
    shares = batch_shares(predictor(), batch(), "absent")
    of_class = shares[shares["target"] == "state"]
    total = of_class.groupby(["weld", "window", "modality"])["share"].sum()
    np.testing.assert_allclose(total, 0.0, atol=1e-6)


def test_the_same_twice_and_whatever_the_order_in_the_file():
    one = batch_shares(predictor("attention"), batch(), "absent")
    other = batch_shares(predictor("attention"), batch(), "absent")
    assert one.equals(other)


def test_one_sensor_gets_everything():
    flows = {"current": FLOWS["current"]}
    shares = batch_shares(predictor("concatenation", flows), batch(flows), "absent")
    np.testing.assert_allclose(shares["share"], shares["full"] - shares["base"], atol=1e-15)


def test_truths_of_every_kind():
    known = torch.tensor([True, False])
    flags = Truth(torch.tensor([[1.0, 0.0], [0.0, 0.0]]), known)
    multi = TargetSpec("m", "multilabel", classes=("x", "y"))
    np.testing.assert_array_equal(truth_of(multi, flags, 2), [[1, 0], [np.nan, np.nan]])
    curve = TargetSpec("c", "curve", level="sample", step_s=0.1, steps=3)
    steps = Truth(torch.tensor([[1.0, torch.nan, 3.0], [0.0, 0.0, 0.0]]), known)
    np.testing.assert_array_equal(truth_of(curve, steps, 2), [[2.0], [np.nan]])
    assert np.isnan(truth_of(multi, None, 2)).all()


def test_the_background_follows_the_training():
    assert background_of(Parts(modality_dropout=0.1)) == "absent"
    assert background_of(Parts(modality_dropout=0.0)) == "training mean"


def test_orders_of_players_agree_with_names():
    """Bit i of a coalition is the i-th sensor by name."""
    network, x = predictor("hidden layers"), batch(complete=True)
    values = coalition_values(network, x, "absent")["force"]
    only = {name: hidden(network, x, np.array(NAMES) == name)["force"] for name in NAMES}
    for place, name in enumerate(NAMES):
        np.testing.assert_allclose(values[1 << place], only[name], rtol=2e-5)
    assert len({float(v[0, 0]) for v in only.values()}) == len(list(permutations(NAMES, 1)))
