"""The seven states follow from the states alone, by their rules and their precedence."""

import inspect
from dataclasses import replace

import numpy as np
import pytest

from weldfusion.simulate.busbar import labels
from weldfusion.simulate.busbar.preset import BUSBAR
from weldfusion.simulate.busbar.states import SeamStates
from weldfusion.simulate.curve import Curve

LIMITS = (BUSBAR.power_w, BUSBAR.defocus_m)


def level(curve: Curve, value: float) -> Curve:
    return Curve(np.full(len(curve), value), curve.rate)


@pytest.fixture(scope="module")
def sound(seams) -> SeamStates:
    """A seam whose curves are level and lie within all limits."""
    states = next(seam.states for seam in seams if seam.design.cause == "none")
    weld = states.weld
    heat = replace(
        weld.heat,
        power_w=level(weld.heat.power_w, BUSBAR.power_w),
        pool_width_m=level(weld.heat.pool_width_m, 1.2e-3),
    )
    film = replace(weld.film, water=level(weld.film.water, 0.02), oil=level(weld.film.oil, 0.01))
    return replace(
        states,
        weld=replace(weld, heat=heat, film=film),
        sheet_m=2e-3,
        focus_m=level(states.focus_m, 0.0),
        gap_m=level(states.gap_m, 0.6e-3),
        interface_m=level(states.interface_m, 0.9e-3),
    )


def patched(curve: Curve, share: float, value: float) -> Curve:
    values = curve.values.copy()
    values[: round(share * len(values))] = value
    return Curve(values, curve.rate)


def with_film(states: SeamStates, **curves: Curve) -> SeamStates:
    return replace(states, weld=replace(states.weld, film=replace(states.weld.film, **curves)))


def with_power(states: SeamStates, share: float) -> SeamStates:
    heat = states.weld.heat
    power = level(heat.power_w, share * BUSBAR.power_w)
    return replace(states, weld=replace(states.weld, heat=replace(heat, power_w=power)))


def test_each_cause_on_both_sides_of_its_limit(sound) -> None:
    def state(states: SeamStates) -> str:
        return labels.state(states, *LIMITS)

    assert state(sound) == "baseline"
    assert state(with_power(sound, 0.86)) == "baseline"
    assert state(with_power(sound, 0.84)) == "low_power"
    assert state(replace(sound, gap_m=level(sound.gap_m, 0.51e-3))) == "baseline"
    assert state(replace(sound, gap_m=level(sound.gap_m, 0.49e-3))) == "low_gap"
    for sign in (-1, 1):
        assert state(replace(sound, focus_m=level(sound.focus_m, sign * 3.4e-3))) == "baseline"
        assert state(replace(sound, focus_m=level(sound.focus_m, sign * 3.6e-3))) == "defocus"
    for name in ("water", "oil"):
        film = getattr(sound.weld.film, name)
        assert state(with_film(sound, **{name: patched(film, 0.28, 0.8)})) == "baseline"
        assert state(with_film(sound, **{name: patched(film, 0.32, 0.8)})) == name
    narrow = 0.29 * 1.2e-3
    assert state(replace(sound, interface_m=patched(sound.interface_m, 0.49, narrow))) == "baseline"
    assert state(replace(sound, interface_m=patched(sound.interface_m, 0.52, narrow))) == "cold_weld"


def test_a_cold_weld_goes_before_every_cause(sound) -> None:
    weak = with_power(with_film(sound, oil=level(sound.weld.film.oil, 1.0)), 0.7)
    assert labels.state(weak, *LIMITS) == "low_power"
    cold = replace(weak, interface_m=level(sound.interface_m, 0.0))
    assert labels.state(cold, *LIMITS) == "cold_weld"


def test_films_are_told_where_they_lie(sound) -> None:
    water = level(sound.weld.film.water, 0.0)
    water.values[50:100] = 0.6
    wet = with_film(sound, water=water)
    assert labels.film_intervals(wet) == [(0.1, 0.2, "water")]


def test_labels_need_states_and_no_sensor() -> None:
    for name, function in inspect.getmembers(labels, inspect.isfunction):
        if function.__module__ == labels.__name__:
            taken = inspect.signature(function, eval_str=True).parameters.values()
            kinds = {parameter.annotation.__qualname__ for parameter in taken}
            assert kinds <= {"SeamStates", "Curve", "float"}, name


def test_the_planned_cause_mostly_comes_true(seams) -> None:
    named = {"none": "baseline", "wide gap": "cold_weld"}
    for cause in ("none", "low power", "low gap", "wide gap", "defocus", "water", "oil"):
        found = [labels.state(s.states, *LIMITS) for s in seams if s.design.cause == cause]
        assert found.count(named.get(cause, cause.replace(" ", "_"))) > len(found) / 2
