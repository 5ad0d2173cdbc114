"""Late fusion by belief functions: what it gives, what it learns, what it refuses."""

from functools import partial

import numpy as np
import pytest
import torch
from scipy.optimize import minimize
from sklearn.metrics import balanced_accuracy_score

from tests.fusion.late import FLAGS, FORCE, HEAD, VERDICT, all_present, flows, made_outputs
from weldfusion.data.batch import Truth
from weldfusion.errors import ConfigError
from weldfusion.fusion.class_outputs import accuracy_alone
from weldfusion.fusion.dempster_shafer import BEFORE_FIT, LEAST, MOST, DempsterShafer
from weldfusion.fusion.evidential import Evidential, opinion
from weldfusion.systems.join import OutputJoin

NAMES = ("infrared", "photo", "table")
SKILLS = {"infrared": 3.0, "photo": 1.0, "table": 0.0}


def literal(p, w):
    """Pignistic probability and κ of two modalities by section 7.4 of the definition, in plain numpy."""
    (a, b), (u, v) = (w[i] * p[i] for i in range(2)), (1 - w)
    conflict = sum(a[i] * b[j] for i in range(3) for j in range(3) if i != j)
    classes = (a * b + a * v + u * b) / (1 - conflict)
    return classes + u * v / (1 - conflict) / 3, conflict


def test_two_modalities_by_hand():
    outputs, _ = made_outputs(5, {"infrared": 2.0, "photo": 1.0})
    names, weights = ("infrared", "photo"), np.array([0.9, 0.7])
    fusion = DempsterShafer(flows(names))
    fusion.reliability.copy_(torch.tensor(weights))
    present = all_present(names, 5)
    found = fusion(HEAD, outputs, present).exp().numpy()
    conflict = fusion.conflict(HEAD, outputs, present).share.numpy()
    p = np.stack([outputs[name].softmax(dim=-1).numpy() for name in names])
    for i in range(5):
        expected, kappa = literal(p[:, i], weights)
        np.testing.assert_allclose(found[i], expected, rtol=1e-5)
        assert conflict[i] == pytest.approx(kappa, rel=1e-5)


def test_an_absent_modality_is_as_if_it_were_not_there():
    outputs, _ = made_outputs(6, SKILLS)
    present = all_present(NAMES, 6) | {"photo": torch.zeros(6, dtype=torch.bool)}
    found = DempsterShafer(flows(NAMES))(HEAD, outputs, present)
    two = ("infrared", "table")
    torch.testing.assert_close(found, DempsterShafer(flows(two))(HEAD, outputs, all_present(two, 6)))
    nothing = {name: torch.zeros(6, dtype=torch.bool) for name in NAMES}
    fusion = DempsterShafer(flows(NAMES))
    torch.testing.assert_close(fusion(HEAD, outputs, nothing).exp(), torch.full((6, 3), 1 / 3))
    assert not fusion.conflict(HEAD, outputs, nothing).share.any()


def test_reliability_is_the_balanced_accuracy_of_sklearn_on_what_is_known_and_present():
    outputs, truth = made_outputs(200, SKILLS)
    known = torch.arange(200) % 5 != 0
    here = all_present(NAMES, 200) | {"photo": torch.arange(200) % 3 != 0}
    fusion = DempsterShafer(flows(NAMES))
    fusion.fit_outputs(HEAD, outputs, here, Truth(truth.value, known))
    for i, name in enumerate(NAMES):
        rows = known & here[name]
        called = outputs[name][rows].argmax(dim=1)
        expected = balanced_accuracy_score(truth.value[rows], called)
        assert fusion.reliability[i].item() == pytest.approx(expected, abs=1e-6)


def test_what_it_learned_is_told_by_modality():
    outputs, truth = made_outputs(90, SKILLS)
    fusion = DempsterShafer(flows(NAMES))
    fusion.fit_outputs(HEAD, outputs, all_present(NAMES, 90), truth)
    for name in NAMES:
        expected = balanced_accuracy_score(truth.value, outputs[name].argmax(dim=1))
        assert fusion.learned()[name] == {"reliability": pytest.approx(expected, rel=1e-6)}
    assert "fitted reliability" in DempsterShafer(flows(NAMES), reliability="fitted").learned()["photo"]
    assert DempsterShafer(flows(NAMES), reliability=0.7).learned() == {}


def test_a_modality_that_was_always_right_is_not_certain():
    logits = 9.0 * torch.eye(3)
    assert accuracy_alone(logits, torch.arange(3)) == pytest.approx(4 / 5)


def test_nothing_known_changes_nothing():
    outputs, truth = made_outputs(10, SKILLS)
    for how in ("accuracy", "fitted"):
        fusion = DempsterShafer(flows(NAMES), reliability=how)
        unknown = Truth(truth.value, torch.zeros(10, dtype=torch.bool))
        fusion.fit_outputs(HEAD, outputs, all_present(NAMES, 10), unknown)
        assert fusion.reliability.tolist() == pytest.approx([BEFORE_FIT] * 3)


def test_fitted_reliabilities_have_the_least_log_loss():
    """Against a search without gradients by scipy from another start."""
    outputs, truth = made_outputs(300, SKILLS)
    present = all_present(NAMES, 300)
    fusion = DempsterShafer(flows(NAMES), reliability="fitted")
    with torch.no_grad():
        fusion.fit_outputs(HEAD, outputs, present, truth)
    double = {name: x.double() for name, x in outputs.items()}

    def loss(weights):
        probe = DempsterShafer(flows(NAMES)).double()
        probe.reliability.copy_(torch.as_tensor(weights))
        return float(torch.nn.functional.nll_loss(probe(HEAD, double, present), truth.value))

    found = minimize(loss, [0.5] * 3, bounds=[(LEAST, MOST)] * 3, method="Nelder-Mead")
    assert loss(fusion.reliability.double().numpy()) <= found.fun + 1e-4
    assert fusion.reliability[0] > fusion.reliability[2]


def test_a_number_is_kept():
    outputs, truth = made_outputs(30, SKILLS)
    fusion = DempsterShafer(flows(NAMES), reliability=0.6)
    fusion.fit_outputs(HEAD, outputs, all_present(NAMES, 30), truth)
    assert fusion.reliability.tolist() == pytest.approx([0.6] * 3)
    with pytest.raises(
        ConfigError, match=r"reliability is 1\.5, expected accuracy, fitted or a number 0 … 1"
    ):
        DempsterShafer(flows(NAMES), reliability=1.5)


@pytest.mark.parametrize("rule", ["dempster", "yager", "murphy", "pcr5"])
@pytest.mark.parametrize("support", ["all", "top"])
def test_total_conflict_and_every_rule(rule, support):
    outputs = {"infrared": torch.tensor([[200.0, 0, 0]]), "photo": torch.tensor([[0.0, 200, 0]])}
    fusion = DempsterShafer(flows(outputs), rule, reliability=1.0, support=support)
    found = fusion(HEAD, outputs, all_present(outputs, 1))
    assert torch.isfinite(found).all()
    torch.testing.assert_close(found.exp().sum(), torch.tensor(1.0))
    share, total = fusion.conflict(HEAD, outputs, all_present(outputs, 1))
    torch.testing.assert_close(share, torch.ones(1))
    assert total.tolist() == [support == "top"]  # a softmax leaves something of every class


@pytest.mark.parametrize("part", [DempsterShafer, Evidential])
@pytest.mark.parametrize("target", [FORCE, FLAGS])
def test_only_classes(part, target):
    message = f"model.fusion: {part.__name__} joins what modalities say .* {target.name} is {target.kind}"
    with pytest.raises(ConfigError, match=message):
        OutputJoin(part, flows(NAMES), {target.name: target}, {})


def test_the_fusion_is_better_than_each_alone_and_wrong_calls_have_more_conflict():
    skills = {"infrared": 1.5, "photo": 1.5, "table": 1.5}
    outputs, truth = made_outputs(600, skills, seed=1)
    fresh, target = made_outputs(600, skills, seed=2)
    fusion = DempsterShafer(flows(NAMES))
    present = all_present(NAMES, 600)
    fusion.fit_outputs(HEAD, outputs, present, truth)
    right = fusion(HEAD, fresh, present).argmax(dim=1) == target.value
    best = max((x.argmax(dim=1) == target.value).float().mean() for x in fresh.values())
    assert right.float().mean() > best + 0.05
    conflict = fusion.conflict(HEAD, fresh, present).share
    assert conflict[~right].mean() > conflict[right].mean()


def test_state_goes_with_the_model():
    join = OutputJoin(partial(DempsterShafer, rule="yager"), flows(NAMES), {"verdict": VERDICT}, {})
    assert sum(name.endswith("reliability") for name in join.state_dict()) == 1


def test_opinion_of_sensoy():
    """Sensoy et al. 2018, section 3: evidence (40, 1 … ) of ten classes; no evidence is u = 1."""
    evidence = torch.tensor([40.0, 1, 2], dtype=torch.float64)
    logits = evidence.expm1().log()  # softplus(x) = e
    strength = float(evidence.sum()) + 3
    expected = [*(evidence / strength).tolist(), 3 / strength]
    np.testing.assert_allclose(opinion(logits).exp().numpy(), expected, rtol=1e-9)
    nothing = opinion(torch.full((3,), -80.0))
    assert nothing.exp().tolist() == pytest.approx([0, 0, 0, 1])
    assert torch.isfinite(nothing).all()


def test_joined_evidence_of_trusted_multi_view():
    """Han et al. 2021, definition 4, with plain numbers: b = (b1 b2 + b1 u2 + b2 u1) / (1 − C), S = K / u."""
    alpha = np.array([[4.0, 1.5, 1.0], [2.0, 3.0, 1.2]])
    strength = alpha.sum(axis=1, keepdims=True)
    b, u = (alpha - 1) / strength, 3 / strength[:, 0]
    left = 1 - (np.outer(b[0], b[1]).sum() - (b[0] * b[1]).sum())
    joined_b = (b[0] * b[1] + b[0] * u[1] + b[1] * u[0]) / left
    joined_s = 3 / (u[0] * u[1] / left)
    expected = (joined_b * joined_s + 1) / joined_s
    evidence = torch.tensor(alpha - 1).clamp(min=1e-12)
    outputs = {"one": evidence.expm1().log()[:1], "two": evidence.expm1().log()[1:]}
    found = Evidential(flows(outputs))(HEAD, outputs, all_present(outputs, 1))
    np.testing.assert_allclose(found.exp()[0], expected, rtol=1e-6)
    # Cross-entropy of the head is the type II likelihood ln S − ln α of the joined opinion.
    joined_alpha = joined_b * joined_s + 1
    loss = HEAD.loss(found, Truth(torch.tensor([0]), torch.tensor([True])))
    assert loss.item() == pytest.approx(np.log(joined_s) - np.log(joined_alpha[0]), rel=1e-5)
