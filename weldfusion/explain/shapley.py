"""Exact Shapley values from the values of all coalitions (arithmetic only)."""

from math import factorial

import numpy as np

from weldfusion.errors import RunError

MOST_PLAYERS = 12


def players_of(coalitions: int) -> int:
    """
    >>> players_of(8)
    3
    """
    players = coalitions.bit_length() - 1
    if coalitions != 1 << players or players < 1:
        raise ValueError(f"{coalitions} coalitions are not all subsets of some players")
    return players


def coalitions(players: int) -> np.ndarray:
    """bool (2^M, M): who takes part; player i in coalition c where bit i of c is set.

    Raises RunError for more than 12 players, whose 4096 coalitions would take too long.

    >>> coalitions(2).astype(int).tolist()
    [[0, 0], [1, 0], [0, 1], [1, 1]]
    """
    if players > MOST_PLAYERS:
        raise RunError(
            f"{players} sensors: shares are computed over all 2^{players} combinations, which is done for "
            f"up to {MOST_PLAYERS} sensors; train with fewer (data.inputs)"
        )
    return (np.arange(1 << players)[:, None] >> np.arange(players) & 1).astype(bool)


def weights(players: int) -> np.ndarray:
    """(M,) weight of a coalition of s others that a player joins: s! (M − 1 − s)! / M!.

    >>> weights(3).tolist()
    [0.3333333333333333, 0.16666666666666666, 0.3333333333333333]
    """
    return np.array([factorial(s) * factorial(players - 1 - s) / factorial(players) for s in range(players)])


def coefficients(players: int) -> np.ndarray:
    """(M, 2^M) matrix that turns values of coalitions into Shapley values; each row sums to 0.

    >>> coefficients(2).tolist()
    [[-0.5, 0.5, -0.5, 0.5], [-0.5, -0.5, 0.5, 0.5]]
    """
    member = coalitions(players)
    size = member.sum(axis=1)
    factor = weights(players)
    joined = factor[np.clip(size - 1, 0, None)]
    left_out = factor[np.clip(size, None, players - 1)]
    return np.where(member.T, joined, -left_out)


def shapley(values: np.ndarray) -> np.ndarray:
    """Shapley values (M, …) of the coalition values (2^M, …), coalition c at index c (see `coalitions`).

    φ_i = Σ_S |S|! (M − 1 − |S|)! / M! · (v(S ∪ i) − v(S)) over the coalitions S without i
    (Shapley 1953, doi:10.1515/9781400881970-018). Summed over differences, so that a player who changes
    nothing gets exactly 0. In float64; the sum over players is v(all) − v(nobody) up to rounding.

    >>> shapley(np.array([0.0, 1.0, 2.0, 5.0])).tolist()
    [2.0, 3.0]
    """
    values = np.asarray(values, dtype=np.float64)
    players = players_of(len(values))
    others = coalitions(players - 1).sum(axis=1) if players > 1 else np.zeros(1, dtype=int)
    factor = weights(players)[others]
    found = np.empty((players, *values.shape[1:]))
    for player in range(players):
        halves = values.reshape(-1, 2, 1 << player, *values.shape[1:])
        gain = (halves[:, 1] - halves[:, 0]).reshape(len(factor), -1)
        found[player] = (factor @ gain).reshape(values.shape[1:])
    return found


def within(values: np.ndarray, present: np.ndarray) -> np.ndarray:
    """Coalition values (2^M, N, …) of N samples, each coalition cut to the players who are there at all.

    `present` is bool (M, N). Whether an absent player joins thus changes nothing, to the last bit.

    >>> within(np.array([[0.0], [1.0], [2.0], [5.0]]), np.array([[True], [False]])).ravel().tolist()
    [0.0, 1.0, 0.0, 1.0]
    """
    bits = (np.asarray(present) << np.arange(len(present))[:, None]).sum(axis=0)
    effective = np.arange(len(values))[:, None] & bits[None]
    return values[effective, np.arange(values.shape[1])[None]]
