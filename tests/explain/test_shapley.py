"""Shapley values against their definition over orders, known games and shap's exact explainer."""

from itertools import permutations

import numpy as np
import pytest
import shap
from hypothesis import given, settings
from hypothesis import strategies as st

from weldfusion.errors import RunError
from weldfusion.explain.shapley import coalitions, coefficients, players_of, shapley, weights, within


def game(players: int, value) -> np.ndarray:
    """Values of all coalitions of a game that is given as a function of the set of players."""
    return np.array([value(frozenset(np.flatnonzero(row))) for row in coalitions(players)], dtype=float)


def over_orders(values: np.ndarray) -> np.ndarray:
    """The definition: a player's mean gain over all orders in which the players may arrive."""
    players = players_of(len(values))
    orders = list(permutations(range(players)))
    gains = np.zeros((players, *values.shape[1:]))
    for order in orders:
        coalition = 0
        for player in order:
            gains[player] += values[coalition | 1 << player] - values[coalition]
            coalition |= 1 << player
    return gains / len(orders)


def random_game(players: int, seed: int, *shape: int) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(1 << players, *shape))


@pytest.mark.parametrize("players", [1, 2, 3, 4, 5, 6])
def test_equals_the_mean_over_all_orders(players):
    values = random_game(players, players, 3)
    np.testing.assert_allclose(shapley(values), over_orders(values), atol=1e-12)


@pytest.mark.parametrize("players", [2, 3, 4, 7])
def test_the_matrix_gives_the_same(players):
    values = random_game(players, 9, 4)
    np.testing.assert_allclose(coefficients(players) @ values, shapley(values), atol=1e-12)


@pytest.mark.parametrize("players", [2, 3, 4, 6])
def test_equals_the_exact_explainer_of_shap(players):
    """Columns are present (1) or absent (0) sensors; the background is "all absent"."""
    values = random_game(players, 11)

    def predict(mask: np.ndarray) -> np.ndarray:
        return values[(mask.astype(int) << np.arange(players)).sum(axis=1)]

    explainer = shap.explainers.Exact(predict, shap.maskers.Independent(np.zeros((1, players))))
    found = explainer(np.ones((1, players)))
    np.testing.assert_allclose(shapley(values), found.values[0], atol=1e-12)
    assert float(found.base_values[0]) == pytest.approx(values[0])


def test_glove_game():
    """One left glove (0), two right ones (1, 2), a pair is worth 1: 2/3, 1/6, 1/6 (Shapley's example)."""
    pair = game(3, lambda s: float(0 in s and bool(s & {1, 2})))
    np.testing.assert_allclose(shapley(pair), [2 / 3, 1 / 6, 1 / 6], atol=1e-15)


def test_additive_game_gives_each_its_own():
    own = np.array([3.0, -1.5, 0.25, 8.0])
    np.testing.assert_allclose(shapley(game(4, lambda s: sum(own[i] for i in s))), own, atol=1e-14)


def test_unanimity_game_is_split_among_its_members():
    """v(S) = 1 if all of {0, 2, 3} are in S: 1/3 each, nothing for the others."""
    found = shapley(game(5, lambda s: float({0, 2, 3} <= s)))
    np.testing.assert_allclose(found, [1 / 3, 0, 1 / 3, 1 / 3, 0], atol=1e-15)


@settings(max_examples=40, deadline=None)
@given(players=st.integers(1, 6), seed=st.integers(0, 999))
def test_shares_sum_to_the_whole_and_dummies_get_exactly_nothing(players, seed):
    values = random_game(players, seed, 2)
    dummy = seed % players
    without = np.arange(len(values)) & ~(1 << dummy)
    found = shapley(values[without])
    np.testing.assert_allclose(found.sum(axis=0), values[without][-1] - values[0], atol=1e-12)
    assert (found[dummy] == 0.0).all()


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 999), swap=st.permutations(range(4)))
def test_names_of_the_players_do_not_matter(seed, swap):
    values = random_game(4, seed)
    renamed = np.array([values[sum(1 << swap[i] for i in np.flatnonzero(row))] for row in coalitions(4)])
    np.testing.assert_allclose(shapley(renamed), shapley(values)[list(swap)], atol=1e-12)


def test_alike_players_get_alike():
    found = shapley(game(4, lambda s: len(s) ** 2.5))
    np.testing.assert_allclose(found, np.full(4, 4**2.5 / 4), atol=1e-12)


def test_weights_of_all_coalitions_of_a_player_sum_to_one():
    for players in range(1, 13):
        others = coalitions(players)[: 1 << (players - 1)].sum(axis=1)
        assert weights(players)[others].sum() == pytest.approx(1.0, abs=1e-12)


def test_absent_players_get_exactly_nothing_and_the_rest_play_without_them():
    values = random_game(3, 5, 2)
    present = np.array([[True, True], [False, True], [True, True]])
    found = shapley(within(values, present))
    assert found[1, 0] == 0.0
    np.testing.assert_allclose(found[[0, 2], 0], over_orders(values[[0, 1, 4, 5], 0]), atol=1e-12)
    np.testing.assert_allclose(found[:, 1], over_orders(values[:, 1]), atol=1e-12)


def test_too_many_players_are_refused():
    assert len(coalitions(12)) == 4096
    with pytest.raises(RunError, match=r"13 sensors: .* up to 12"):
        coalitions(13)
    with pytest.raises(ValueError, match="6 coalitions"):
        shapley(np.zeros(6))
