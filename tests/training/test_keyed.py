import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import kstest, pearsonr

from weldfusion.training.keyed import generator, seed_of, uniforms


def test_seed_is_numpys_seed_sequence():
    assert seed_of(3, 1, 4) == int(
        np.random.SeedSequence((3, 1, 4)).generate_state(1, np.uint64)[0] >> np.uint64(1)
    )


@given(st.lists(st.integers(0, 2**40), min_size=1, max_size=4))
def test_same_key_same_stream(keys):
    assert (generator(*keys).random(4) == generator(*keys).random(4)).all()


@given(st.lists(st.integers(0, 10**9), min_size=1, max_size=20), st.integers(0, 2**31), st.integers(1, 5))
def test_a_row_depends_on_its_sample_alone(samples, seed, count):
    rows = uniforms((seed, 2), np.array(samples), count)
    alone = np.concatenate([uniforms((seed, 2), np.array([sample]), count) for sample in samples])
    assert rows.shape == (len(samples), count)
    assert (rows == alone).all()


@pytest.mark.parametrize("seed", [0, 1, 99])
def test_numbers_are_uniform_and_independent(seed):
    drawn = uniforms((seed, 7), np.arange(20_000), 2)
    assert kstest(drawn.ravel(), "uniform").pvalue > 1e-4
    assert abs(pearsonr(drawn[:, 0], drawn[:, 1]).statistic) < 0.03
    assert abs(pearsonr(drawn[:-1, 0], drawn[1:, 0]).statistic) < 0.03
    following = uniforms((seed, 8), np.arange(20_000), 2)
    assert abs(pearsonr(drawn[:, 0], following[:, 0]).statistic) < 0.03
