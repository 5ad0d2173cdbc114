"""Stacking against scipy's minimum of the written-out objective; the mixture of experts by hand."""

import numpy as np
import pytest
import torch
from scipy.optimize import minimize, nnls
from scipy.special import log_softmax, logsumexp

from tests.fusion.late import FLAGS, FORCE, HEAD, VERDICT, all_present, flows, made_outputs
from weldfusion.data.batch import Truth
from weldfusion.data.flow import Flow
from weldfusion.errors import ConfigError
from weldfusion.fusion.mean_probability import MeanProbability
from weldfusion.fusion.mixture_of_experts import MixtureOfExperts
from weldfusion.fusion.stacking import Stacking
from weldfusion.heads.default import default_head

NAMES = ("infrared", "photo")
SKILLS = {"infrared": 2.0, "photo": 1.0}


def stacking(target=VERDICT, names=NAMES, **settings):
    fusion = Stacking(flows(names), **settings)
    fusion.bind(target)
    return fusion


def test_before_fitting_it_is_the_mean_log_probability_of_those_present():
    outputs, _ = made_outputs(6, SKILLS)
    present = all_present(NAMES, 6) | {"photo": torch.arange(6) < 3}
    found = stacking()(HEAD, outputs, present).numpy()
    log_p = {name: np.maximum(log_softmax(x.numpy(), axis=1), np.log(1e-4)) for name, x in outputs.items()}
    np.testing.assert_allclose(found[:3], (log_p["infrared"] + log_p["photo"])[:3] / 2, rtol=1e-5)
    np.testing.assert_allclose(found[3:], log_p["infrared"][3:], rtol=1e-5)


def test_classes_equal_the_minimum_found_by_scipy():
    count, strength = 120, 2.0
    outputs, truth = made_outputs(count, SKILLS)
    here = all_present(NAMES, count) | {"photo": torch.arange(count) % 4 != 0}
    fusion = stacking(strength=strength).double()
    with torch.no_grad():
        fusion.fit_outputs(HEAD, outputs, here, truth)
    log_p = np.stack(
        [np.maximum(log_softmax(outputs[n].double().numpy(), axis=1), np.log(1e-4)) for n in NAMES]
    )
    there = np.stack([here[n].numpy() for n in NAMES])
    mean = np.stack([log_p[m][there[m]].mean(axis=0) for m in range(2)])
    pool = np.stack([np.mean([log_p[m, i] for m in range(2) if there[m, i]], axis=0) for i in range(count)])
    seen = np.concatenate(
        [np.where(there[m][:, None], log_p[m] - mean[m], 0.0) for m in range(2)]
        + [~there.T.astype(bool), np.ones((count, 1))],
        axis=1,
    )
    label = truth.value.numpy()

    def objective(flat):
        logits = pool + seen @ flat.reshape(3, -1).T
        loss = (logsumexp(logits, axis=1) - logits[np.arange(count), label]).sum()
        return loss + strength / 2 * (flat**2).sum()

    best = minimize(objective, np.zeros(3 * seen.shape[1]), method="BFGS", options={"gtol": 1e-6})
    np.testing.assert_allclose(fusion.weight.numpy(), best.x.reshape(3, -1), atol=1e-4)
    given = {name: x.double() for name, x in outputs.items()}
    expected = pool + seen @ best.x.reshape(3, -1).T
    np.testing.assert_allclose(fusion(HEAD, given, here).numpy(), expected, atol=1e-3)


def test_the_weight_of_a_modality_is_that_of_its_log_probability_in_its_own_class():
    """1 / M of the mean log-probability plus what the regression adds from the same class, on average."""
    fusion, (outputs, truth) = stacking().double(), made_outputs(60, SKILLS)
    assert fusion.learned() == {name: {"weight": pytest.approx(0.5)} for name in NAMES}
    with torch.no_grad():
        fusion.fit_outputs(HEAD, outputs, all_present(NAMES, 60), truth)
    told = fusion.learned()
    assert told["infrared"]["weight"] > told["photo"]["weight"]
    for m, name in enumerate(NAMES):
        moved = [0.5 + float(fusion.weight[k, 3 * m + k]) for k in range(3)]
        assert told[name]["weight"] == pytest.approx(np.mean(moved), rel=1e-6)


def test_it_learns_that_a_modality_mixes_two_classes_up():
    outputs, truth = made_outputs(600, {"infrared": 3.0, "photo": 0.5})
    outputs["infrared"] = outputs["infrared"][:, [1, 0, 2]]
    fresh, target = made_outputs(600, {"infrared": 3.0, "photo": 0.5}, seed=5)
    fresh["infrared"] = fresh["infrared"][:, [1, 0, 2]]
    fusion, present = stacking(), all_present(NAMES, 600)
    before = (fusion(HEAD, fresh, present).argmax(dim=1) == target.value).float().mean()
    fusion.fit_outputs(HEAD, outputs, present, truth)
    after = (fusion(HEAD, fresh, present).argmax(dim=1) == target.value).float().mean()
    assert before < 0.6
    assert after > 0.85


def test_numbers_equal_normalised_non_negative_least_squares():
    generator = np.random.Generator(np.random.PCG64(0))
    truth = generator.normal(300.0, 50.0, 80)
    values = {
        "infrared": truth + generator.normal(0, 20, 80),
        "photo": truth + generator.normal(0, 40, 80),
        "table": -truth + 600,
    }
    head = default_head(Flow.features(1), FORCE)
    head.fit_truth(truth, np.ones(80, dtype=bool))
    outputs = {
        name: torch.tensor((v - truth.mean()) / truth.std(), dtype=torch.float32)
        for name, v in values.items()
    }
    fusion = stacking(FORCE, names=tuple(values))
    present = all_present(values, 80)
    known = Truth(torch.tensor(truth, dtype=torch.float32), torch.ones(80, dtype=torch.bool))
    fusion.fit_outputs(head, outputs, present, known)
    matrix = np.stack([values[name] for name in sorted(values)], axis=1)
    weights, _ = nnls(matrix - truth.mean(), truth - truth.mean())
    np.testing.assert_allclose(fusion.weight, weights / weights.sum(), atol=1e-5)
    assert fusion.weight[2] == 0
    found = head.decode(fusion(head, outputs, present))[""].numpy()
    np.testing.assert_allclose(found, matrix @ weights / weights.sum(), rtol=1e-5)
    # Only the modality without weight is there: it is taken as it is.
    alone = {name: torch.full((80,), name == "table") for name in values}
    np.testing.assert_allclose(head.decode(fusion(head, outputs, alone))[""], values["table"], rtol=1e-4)


def test_what_it_refuses():
    with pytest.raises(ConfigError, match="imperfections is multilabel"):
        stacking(FLAGS)
    with pytest.raises(ConfigError, match="strength is 0, expected above 0"):
        Stacking(flows(NAMES), strength=0)


def experts(target=VERDICT):
    fusion = MixtureOfExperts(flows(NAMES))
    fusion.bind(target)
    return fusion


def test_a_mixture_begins_as_the_mean_probability():
    outputs, _ = made_outputs(6, SKILLS)
    present = all_present(NAMES, 6) | {"photo": torch.arange(6) < 3}
    expected = MeanProbability(flows(NAMES))(HEAD, outputs, present)
    torch.testing.assert_close(experts()(HEAD, outputs, present), expected)


def test_a_mixture_learns_whom_to_trust_and_falls_back():
    """The photo is right only where it is sure; a constant mean of probabilities cannot do as well."""
    generator = torch.Generator().manual_seed(0)
    truth = torch.randint(0, 3, (400,), generator=generator)
    one_hot = torch.nn.functional.one_hot(truth, 3).float()
    sure = torch.rand(400, generator=generator) < 0.5
    noise = 2.0 * torch.nn.functional.one_hot(torch.randint(0, 3, (400,), generator=generator), 3)
    outputs = {
        "photo": torch.where(sure[:, None], 6 * one_hot, noise),
        "infrared": 1.5 * one_hot + noise.flip(0),
    }
    present, known = all_present(NAMES, 400), Truth(truth, torch.ones(400, dtype=torch.bool))
    torch.manual_seed(0)
    fusion = experts()
    first = HEAD.loss(fusion(HEAD, outputs, present), known).mean().item()
    optimiser = torch.optim.Adam(fusion.parameters(), lr=0.05)
    for _ in range(150):
        optimiser.zero_grad()
        loss = HEAD.loss(fusion(HEAD, outputs, present), known).mean()
        loss.backward()
        optimiser.step()
    assert loss.item() < 0.8 * first
    raw = torch.stack([outputs[name] for name in sorted(NAMES)])
    weights = fusion.weights(raw, torch.ones(2, 400, dtype=torch.bool))
    assert weights[1][sure].mean() > weights[1][~sure].mean() + 0.3
    torch.testing.assert_close(weights.sum(dim=0), torch.ones(400))
    only = present | {"photo": torch.zeros(400, dtype=torch.bool)}
    expected = outputs["infrared"].log_softmax(dim=-1)
    torch.testing.assert_close(fusion(HEAD, outputs, only).log_softmax(dim=-1), expected)
