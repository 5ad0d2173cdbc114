"""Welds and ways to change their states, for the tests of the sensors."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from weldfusion.simulate.curve import Curve
from weldfusion.simulate.laser.states import States
from weldfusion.simulate.laser.weld import SimulatedWeld

Change = Callable[[np.ndarray], np.ndarray]


@pytest.fixture(scope="session")
def some_states(plain) -> list[States]:
    """States of six welds without group effects."""
    welds: list[SimulatedWeld] = plain(6, ("noise",))
    return [weld.states for weld in welds]


@pytest.fixture(scope="session")
def changed() -> Callable[[States, str, Change], States]:
    """The states with one curve, such as `keyhole.opening`, replaced by a function of its values."""

    def change(states: States, path: str, function: Change) -> States:
        part, name = path.split(".")
        record = getattr(states, part)
        curve = getattr(record, name)
        return replace(states, **{part: replace(record, **{name: Curve(function(curve.values), curve.rate)})})

    return change
