"""Films: lengths of patches, rate of steam pops, pores without a collapse."""

import numpy as np
import pytest

from weldfusion.simulate.curve import Curve
from weldfusion.simulate.laser.design import Design
from weldfusion.simulate.laser.film import draw_film_pores, draw_films
from weldfusion.simulate.laser.states import FilmStates

SPEED = 0.1


def test_patches_have_the_stated_lengths_and_water_pops() -> None:
    design = Design(4e3, SPEED, 1.0, water=1.0)
    film = draw_films(design, 200_000, np.random.default_rng(0))
    changes = np.flatnonzero(np.diff(film.water.values)) + 1
    lengths = np.diff(changes) / film.water.rate * SPEED
    wet_first = film.water.values[changes[0]] == 1
    wet, dry = (lengths[0::2], lengths[1::2]) if wet_first else (lengths[1::2], lengths[0::2])
    assert wet.mean() == pytest.approx(6e-3, rel=0.1)
    assert dry.mean() == pytest.approx(4e-3, rel=0.1)
    wet_seconds = film.water.values.sum() / film.water.rate
    assert len(film.pops_s) / wet_seconds == pytest.approx(25, rel=0.1)
    assert np.all(film.water.at(film.pops_s) > 0)
    assert not film.oil.values.any()


def test_film_pores_lie_in_oil_or_some_mm_behind_it_and_belong_to_no_collapse() -> None:
    samples = 50_000
    film = FilmStates(Curve(np.zeros(samples), 500.0), Curve(np.ones(samples), 500.0), np.zeros(0))
    pores = draw_film_pores(film, SPEED, 4e-3, np.random.default_rng(1))
    centimetres = 100 * SPEED * samples / 500
    assert len(pores.event) / centimetres == pytest.approx(3.0, rel=0.1)
    assert np.all(pores.event == -1)
    assert np.median(pores.diameter_m) == pytest.approx(120e-6, rel=0.05)


def test_a_clean_plate_has_none() -> None:
    clean = draw_films(Design(4e3, SPEED, 1.0), 1000, np.random.default_rng(0))
    assert not clean.water.values.any()
    assert len(clean.pops_s) == len(draw_film_pores(clean, SPEED, 4e-3, np.random.default_rng(0)).event) == 0
