"""Belief functions against exact fractions over explicit subsets, published values, and limits."""

import itertools
import math
from fractions import Fraction
from functools import reduce

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from weldfusion.fusion.conflict_rules import murphy, pcr5, yager
from weldfusion.fusion.evidence import (
    dempster,
    discounted,
    log_of,
    masses_of,
    only_present,
    pignistic,
    simple_support,
    vacuous_like,
)

RULES = [dempster, yager, murphy, pcr5]
ZADEH = [[0.99, 0.01, 0.0, 0.0], [0.0, 0.01, 0.99, 0.0]]


def subsets(masses):
    """Masses on single classes and Θ as a mapping from explicit sets of classes to fractions."""
    count = len(masses) - 1
    found = {frozenset([k]): masses[k] for k in range(count)}
    found[frozenset(range(count))] = masses[count]
    return found


def intersected(one, other):
    """The conjunctive rule of the book: every pair of sets, the empty set included."""
    found = {}
    for (a, p), (b, q) in itertools.product(one.items(), other.items()):
        found[a & b] = found.get(a & b, Fraction(0)) + p * q
    return found


def exact(sources):
    """Dempster's rule in fractions: masses (K + 1,) and conflict."""
    joint = reduce(intersected, map(subsets, sources))
    count = len(sources[0]) - 1
    conflict = joint.get(frozenset(), Fraction(0))
    sets = [*(frozenset([k]) for k in range(count)), frozenset(range(count))]
    return [joint.get(s, Fraction(0)) / (1 - conflict) for s in sets], conflict


def random_sources(seed, sources, classes):
    """Masses as fractions, some of them 0, Θ never."""
    rng = np.random.default_rng(seed)
    whole = rng.integers(0, 1000, (sources, classes + 1))
    whole[:, :-1] *= rng.random((sources, classes)) > 0.2
    whole[:, -1] += 1
    return [[Fraction(int(v), int(row.sum())) for v in row] for row in whole]


def tensor(sources, dtype=torch.float64):
    return torch.tensor([[float(v) for v in row] for row in sources], dtype=dtype)


@pytest.mark.parametrize(("sources", "classes"), [(1, 3), (2, 3), (3, 5), (7, 2), (20, 4), (50, 3), (50, 8)])
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_dempster_equals_exact_fractions(sources, classes, seed):
    given = random_sources(seed, sources, classes)
    masses, conflict = exact(given)
    expected = np.array([float(m) for m in masses])
    found = dempster(log_of(tensor(given)))
    np.testing.assert_allclose(found.log_mass.exp().numpy(), expected, rtol=1e-12, atol=1e-12)
    assert abs(found.conflict.item() - float(conflict)) < 1e-12
    assert not found.total


@pytest.mark.parametrize("sources", [2, 10, 50])
def test_float32_is_finite_and_close(sources):
    given = random_sources(9, sources, 4)
    expected = np.array([float(m) for m in exact(given)[0]])
    found = dempster(log_of(tensor(given, torch.float32))).log_mass.exp()
    assert torch.isfinite(found).all()
    np.testing.assert_allclose(found.numpy(), expected, atol=1e-5)


def test_logarithms_keep_what_is_too_small_for_float32():
    log_masses = torch.log_softmax(torch.tensor([[0.0, 40.0, 10.0, 5.0]] * 20), dim=-1)
    found = dempster(log_masses).log_mass
    exactly = dempster(log_masses.double()).log_mass
    torch.testing.assert_close(found.double(), exactly, rtol=1e-5, atol=1e-5)
    assert found[0] < -100


def test_published_values():
    found = dempster(log_of(torch.tensor([[0.6, 0.3, 0.1, 0], [0.5, 0.4, 0.1, 0]], dtype=torch.float64)))
    np.testing.assert_allclose(found.log_mass.exp(), [0.697674, 0.279070, 0.023256, 0], atol=5e-7)
    assert found.conflict.item() == pytest.approx(0.57, abs=1e-12)
    found = dempster(log_of(torch.tensor([[0.6, 0.2, 0.1, 0.1], [0.5, 0.3, 0, 0.2]], dtype=torch.float64)))
    np.testing.assert_allclose(found.log_mass.exp(), [0.734375, 0.203125, 0.03125, 0.03125], atol=1e-12)
    assert found.conflict.item() == pytest.approx(0.36, abs=1e-12)


def test_zadeh_by_every_rule():
    given = log_of(torch.tensor(ZADEH, dtype=torch.float64))
    by = {rule: rule(given) for rule in RULES}
    assert all(found.conflict.item() == pytest.approx(0.9999, abs=1e-12) for found in by.values())
    np.testing.assert_allclose(by[dempster].log_mass.exp(), [0, 1, 0, 0], atol=1e-12)
    np.testing.assert_allclose(by[yager].log_mass.exp(), [0, 1e-4, 0, 0.9999], atol=1e-12)
    # The mean (.495, .01, .495) with itself: squares over their sum.
    square = np.array([0.495**2, 0.01**2, 0.495**2, 0])
    np.testing.assert_allclose(by[murphy].log_mass.exp(), square / square.sum(), atol=1e-12)
    # By hand: b gets .01² and twice (.01² · .99 / 1.00); a and c share the rest.
    b = 0.01**2 + 2 * 0.01**2 * 0.99 / 1.0
    np.testing.assert_allclose(by[pcr5].log_mass.exp(), [(1 - b) / 2, b, (1 - b) / 2, 0], atol=1e-12)


def test_pcr5_of_the_book():
    """Smarandache & Dezert 2005, section 4.1: m1 (.6, 0 | .4), m2 (0, .3 | .7) on A, B, A ∪ B."""
    found = pcr5(log_of(torch.tensor([[0.6, 0.0, 0.4], [0.0, 0.3, 0.7]], dtype=torch.float64)))
    np.testing.assert_allclose(found.log_mass.exp(), [0.54, 0.18, 0.28], atol=1e-12)


@pytest.mark.parametrize("rule", RULES)
def test_total_conflict_is_flagged_and_never_nan(rule):
    given = log_of(torch.tensor([[[1.0, 0, 0], [0.5, 0.4, 0.1]], [[0, 1.0, 0], [0.5, 0.4, 0.1]]]))
    found = rule(given)
    assert found.total.tolist() == [True, False]
    assert found.conflict[0] == 1
    masses = found.log_mass.exp()
    torch.testing.assert_close(masses.sum(dim=-1), torch.ones(2))
    if rule in (dempster, yager):
        assert masses[0].tolist() == [0, 0, 1]
    assert torch.isfinite(pignistic(found.log_mass)).all()


@pytest.mark.parametrize("rule", RULES)
def test_total_conflict_of_two_stays_whatever_comes_after(rule):
    found = rule(log_of(torch.tensor([[1.0, 0, 0], [0, 1.0, 0], [0.2, 0.3, 0.5]])))
    assert found.total
    assert found.conflict == 1
    assert torch.isfinite(pignistic(found.log_mass)).all()


def test_much_conflict_of_many_sources_is_not_total():
    """Sources that leave 1e-20 of each other, one after the other, and a class that the first rules out."""
    low = Fraction(1, 10**20)
    sources = [[1 - low, low, Fraction(0), Fraction(0)], [low, 1 - low, Fraction(0), Fraction(0)]] * 30
    sources += [[Fraction(1, 4)] * 4] * 20
    found = dempster(log_of(tensor(sources)))
    assert not found.total
    np.testing.assert_allclose(found.log_mass.exp(), [0.5, 0.5, 0, 0], atol=1e-12)
    assert found.log_mass[2] == -math.inf


def log_fraction(value):
    """ln of a fraction of any size, from whole numbers of any size."""
    return math.log(value.numerator) - math.log(value.denominator) if value else -math.inf


TINY = [Fraction(0), Fraction(1, 10**40), Fraction(1, 10**150), Fraction(1, 10**220), Fraction(1, 10**290)]


@pytest.mark.parametrize("sources", [1, 2, 5])
def test_masses_of_every_size_equal_exact_fractions_alone_and_in_a_batch(sources):
    """Rows by products and rows in logarithms, side by side: masses of 0, and products down to 1e-1450."""
    seventh = Fraction(1, 7)
    rows = [[[3 * seventh - tiny, tiny, seventh, 3 * seventh]] * sources for tiny in TINY]
    rows[1] = [*rows[1][:-1], [Fraction(0), Fraction(0), Fraction(0), Fraction(1)]]
    log_masses = torch.tensor(
        [[[log_fraction(m) for m in source] for source in row] for row in rows], dtype=torch.float64
    )
    found = dempster(log_masses.transpose(0, 1))
    for i, row in enumerate(rows):
        masses, conflict = exact(row)
        expected = [log_fraction(m) for m in masses]
        np.testing.assert_allclose(found.log_mass[i].numpy(), expected, rtol=1e-12, atol=1e-12)
        assert abs(found.conflict[i].item() - float(conflict)) < 1e-12
        alone = dempster(log_masses[i])
        torch.testing.assert_close(alone.log_mass, found.log_mass[i], rtol=1e-15, atol=1e-15)
        torch.testing.assert_close(alone.conflict, found.conflict[i], rtol=1e-15, atol=1e-15)
    assert not found.total.any()


def test_gradients_of_rows_by_products_and_in_logarithms():
    """e^−600 is below what a product counts from; e^−3 is not."""
    small = torch.tensor([[-3.0, -600.0, -3.0, -600.0]] * 2, dtype=torch.float64)
    log_masses = torch.randn((2, 4, 4), generator=torch.Generator().manual_seed(5), dtype=torch.float64)
    log_masses[..., 1] = small

    def value(given):
        found = dempster(given.log_softmax(dim=-1))
        return found.log_mass, found.conflict

    assert torch.autograd.gradcheck(value, (log_masses.requires_grad_(),))


def random_masses(seed, *shape):
    masses = torch.rand(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
    return log_of(masses / masses.sum(dim=-1, keepdim=True))


@pytest.mark.parametrize("rule", RULES)
def test_a_vacuous_source_is_neutral(rule):
    given = random_masses(0, 3, 5, 4)
    more = torch.cat([given[:2], vacuous_like(given[:1]), given[2:]])
    for found, expected in zip(rule(more), rule(given), strict=True):
        torch.testing.assert_close(found, expected)
    hidden = only_present(given, torch.tensor([True, False, True]).view(3, 1).expand(3, 5))
    torch.testing.assert_close(rule(hidden).log_mass, rule(given[[0, 2]]).log_mass)
    nothing = rule(vacuous_like(given))
    assert torch.equal(nothing.log_mass, vacuous_like(given[0]))
    assert not nothing.conflict.any()


@pytest.mark.parametrize("rule", [dempster, yager, murphy])
def test_the_order_of_sources_does_not_count(rule):
    given = random_masses(1, 3, 4, 4)
    first = rule(given).log_mass
    for order in itertools.permutations(range(3)):
        torch.testing.assert_close(rule(given[list(order)]).log_mass, first)


@given(
    st.integers(0, 2**31), st.integers(1, 6), st.integers(2, 5), st.floats(0.1, 60.0), st.sampled_from(RULES)
)
@settings(max_examples=60, deadline=None)
def test_masses_sum_to_one_and_gradients_are_finite(seed, sources, classes, sharpness, rule):
    rng = np.random.default_rng(seed)
    logits = torch.tensor(rng.normal(size=(sources, 3, classes)) * sharpness, dtype=torch.float32)
    logits.requires_grad_()
    weight = torch.tensor(rng.uniform(0.01, 0.999, (sources, 1)), dtype=torch.float32, requires_grad=True)
    found = rule(masses_of(logits.log_softmax(dim=-1), weight))
    total = found.log_mass.exp().sum(dim=-1)
    torch.testing.assert_close(total, torch.ones(3), rtol=1e-4, atol=1e-5)
    assert ((found.conflict >= 0) & (found.conflict <= 1)).all()
    (pignistic(found.log_mass)[:, 0].sum() + found.conflict.sum()).backward()
    assert torch.isfinite(logits.grad).all()
    assert torch.isfinite(weight.grad).all()


@pytest.mark.parametrize("rule", RULES)
def test_gradients_equal_differences(rule):
    logits = torch.randn((3, 2, 4), generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    logits[1, 0] = 0.0
    reliability = torch.tensor([[0.9], [0.8], [0.7]], dtype=torch.float64)

    def value(logits, reliability):
        found = rule(masses_of(logits.log_softmax(dim=-1), reliability))
        return pignistic(found.log_mass), found.conflict

    assert torch.autograd.gradcheck(value, (logits.requires_grad_(), reliability.requires_grad_()))


def test_gradient_where_class_and_theta_are_equal():
    logits = torch.zeros((2, 1, 3), dtype=torch.float64, requires_grad=True)
    reliability = torch.full((2, 1), 0.75, dtype=torch.float64)

    def value(logits):
        return dempster(masses_of(logits.log_softmax(dim=-1), reliability)).log_mass

    assert torch.autograd.gradcheck(value, (logits,))


def test_discounts():
    probability = torch.tensor([0.7, 0.2, 0.1], dtype=torch.float64)
    half = torch.tensor(0.5, dtype=torch.float64)
    torch.testing.assert_close(
        masses_of(log_of(probability), half).exp(), torch.tensor([0.35, 0.1, 0.05, 0.5], dtype=torch.float64)
    )
    torch.testing.assert_close(
        simple_support(log_of(probability), half).exp(), torch.tensor([0.35, 0, 0, 0.65], dtype=torch.float64)
    )
    masses = torch.tensor([0.4, 0.3, 0.3], dtype=torch.float64)
    torch.testing.assert_close(
        discounted(log_of(masses), half).exp(), torch.tensor([0.2, 0.15, 0.65], dtype=torch.float64)
    )
    torch.testing.assert_close(discounted(log_of(masses), half * 2).exp(), masses)
    assert discounted(log_of(masses), half * 0).exp().tolist() == [0, 0, 1]


def test_whole_reliability_is_the_normalised_product():
    log_p = torch.randn((3, 6, 4), generator=torch.Generator().manual_seed(2)).double().log_softmax(dim=-1)
    found = dempster(masses_of(log_p, torch.ones((3, 1), dtype=torch.float64)))
    torch.testing.assert_close(pignistic(found.log_mass), log_p.sum(dim=0).log_softmax(dim=-1))


def test_pignistic_shares_theta():
    found = pignistic(log_of(torch.tensor([0.2, 0.1, 0.0, 0.7]))).exp()
    np.testing.assert_allclose(found, [0.2 + 0.7 / 3, 0.1 + 0.7 / 3, 0.7 / 3], rtol=1e-6)
    assert math.isclose(found.sum().item(), 1.0, rel_tol=1e-6)
