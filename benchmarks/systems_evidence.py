"""Dempster's rule beside py_dempster_shafer: speed on one thread, agreement."""

import numpy as np
import torch
from harness import Goal, Row, interleave, row, spread
from pyds import MassFunction

from weldfusion.fusion.evidence import dempster, log_of

PEER = "py_dempster_shafer"
NAMES = "abcdefgh"
CALLS = 20
"""Ours are timed so many at a time: one alone takes less than a millisecond."""


def measure(quick: bool) -> list[Row]:
    count, repeats = (1_000, 3) if quick else (10_000, 15)
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        rows = [_speed(count, classes, sources, repeats) for classes, sources in ((3, 2), (6, 3))]
        return [*rows, _agreement(count)]
    finally:
        torch.set_num_threads(threads)


def _speed(count: int, classes: int, sources: int, repeats: int) -> Row:
    """Masses in, in logarithms here; masses, κ and the flag of total conflict out. The peer gets its mass
    functions ready-made and gives masses only. Float64, as the peer computes."""
    masses = _random_masses(count, classes, sources)
    log_masses = log_of(masses)
    theirs = _peer_masses(masses)
    with torch.inference_mode():
        times = interleave(
            {
                "ours": lambda: [dempster(log_masses) for _ in range(CALLS)],
                "peer": lambda: [_joined(functions) for functions in theirs],
            },
            repeats,
        )
    each, other = 1e3 * times["ours"] / CALLS, 1e3 * float(np.median(times["peer"]))
    ours = float(np.median(each))
    note = f"{ours:.3g} ms, peer {other:.3g} ms; " + spread(each, "ms")
    what = f"Dempster's rule, {count} samples, {classes} classes, {sources} sources"
    return row(what, other / ours, "times faster", Goal(">=", 300.0), PEER, 1, note)


def _agreement(count: int) -> Row:
    """Largest difference of masses."""
    worst = 0.0
    for classes, sources in ((3, 2), (6, 3), (8, 5)):
        masses = _random_masses(min(count, 1_000), classes, sources)
        sets = [*NAMES[:classes], NAMES[:classes]]
        theirs = [_joined(functions) for functions in _peer_masses(masses)]
        expected = np.array([[found[name] for name in sets] for found in theirs])
        ours = dempster(log_of(masses)).log_mass.exp()
        worst = max(worst, float(np.abs(ours.numpy() - expected).max()))
    note = "3, 6 and 8 classes, 2, 3 and 5 sources"
    return row("Dempster's rule, largest difference", worst, "of mass", Goal("<=", 1e-12), PEER, 1, note)


def _random_masses(count: int, classes: int, sources: int) -> torch.Tensor:
    generator = np.random.Generator(np.random.PCG64(0))
    return torch.as_tensor(generator.dirichlet(np.ones(classes + 1), (sources, count)))


def _peer_masses(masses: torch.Tensor) -> list[list[MassFunction]]:
    classes = masses.shape[-1] - 1
    sets = [*NAMES[:classes], NAMES[:classes]]
    samples = masses.transpose(0, 1).tolist()
    return [[MassFunction(dict(zip(sets, m, strict=True))) for m in sample] for sample in samples]


def _joined(functions: list[MassFunction]) -> MassFunction:
    joined = functions[0]
    for other in functions[1:]:
        joined = joined & other
    return joined
