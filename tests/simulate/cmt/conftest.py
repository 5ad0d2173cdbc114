"""Welds that several tests look at, made once."""

from collections.abc import Callable

import numpy as np
import pytest

from weldfusion.simulate.cmt.design import Joint
from weldfusion.simulate.cmt.inputs import RATE, Inputs
from weldfusion.simulate.cmt.pool import NOMINAL_ARC_M
from weldfusion.simulate.cmt.preset import CMT, ArcPreset
from weldfusion.simulate.cmt.states import States, simulate_states
from weldfusion.simulate.groups import Groups, Place

Make = Callable[..., States]


@pytest.fixture(scope="session")
def plain_groups() -> Groups:
    """Groups without effects."""
    return Groups(0, "cmt", Place("m1", "m1s1", "m1s1w1", 0.0), 0.0)


@pytest.fixture(scope="session")
def steady() -> Make:
    """States of a weld in which nothing wanders: wire (m/s), gap (m), seconds, preset, seed."""

    def make(
        wire: float = 6 / 60,
        gap: float = 0.4e-3,
        seconds: float = 4.0,
        preset: ArcPreset = CMT,
        seed: int = 0,
    ) -> States:
        def level(value: float) -> np.ndarray:
            return np.full(round(seconds * RATE), value)

        inputs = Inputs(level(wire), level(gap), level(NOMINAL_ARC_M), level(1.0), level(1.0))
        joint = Joint(2.5e-3, gap, NOMINAL_ARC_M, 1.0, 1.0, 1.0, 0.0)
        return simulate_states(joint, inputs, 5e-3, preset, np.random.default_rng(seed))

    return make
