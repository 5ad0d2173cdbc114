"""Attention between sensors: rows sum to 1 over valid tokens, on real axes, as the exchange uses it."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.explain.networks import WINDOW_S, batch, predictor
from weldfusion.explain.attention import batch_attention, joined, joined_axis
from weldfusion.explain.explanation import Axis
from weldfusion.explain.sources import token_axis


@pytest.mark.parametrize("kind", ["attention", "attention, late"])
def test_rows_sum_to_one_over_valid_tokens(kind):
    model, x = predictor(kind).model, batch()
    found = batch_attention(model, x)
    assert len(found) == (6 if kind == "attention" else 8)
    for one in found:
        both = (x.present[one.query] & x.present[one.key]).numpy()
        assert np.isnan(one.weights[~both]).all()
        rows = one.weights[both].sum(axis=2)
        real = ~np.isnan(rows)
        assert real.any()
        np.testing.assert_allclose(rows[real], 1.0, atol=1e-5)
        assert (one.weights[both][real] >= 0).all()
    padded = next(one for one in found if one.query == "sound")
    assert np.isnan(padded.weights[3]).any() == (x.valid["sound"][3].sum() < 1024).item()


def test_the_weights_are_those_that_the_exchange_uses():
    """Value vectors replaced by one-hot tokens would give these weights; here: the same as by hand."""
    model, x = predictor("attention").model, batch(complete=True)
    here = model.presence(x, {})
    with torch.no_grad():
        tokens, _ = model.stems(x, here)
    block = model.exchanges[0].blocks["current"]["sound"]
    query = block.query(block.query_norm(tokens["current"]))
    key = block.key_value(block.key_norm(tokens["sound"])).chunk(2, dim=-1)[0]
    expected = (query @ key.transpose(1, 2) / query.shape[-1] ** 0.5).softmax(dim=-1).detach()
    one = next(o for o in batch_attention(model, x) if (o.listener, o.key) == ("current", "sound"))
    np.testing.assert_allclose(one.weights, expected, atol=1e-6)


def test_no_attention_no_weights():
    assert batch_attention(predictor("concatenation").model, batch()) == []


def test_token_axes():
    model = predictor("attention").model
    current = token_axis(model, "current", 16, WINDOW_S)
    np.testing.assert_allclose(current.centres, (np.arange(16) * 4 + 1.5) / 1000)
    assert (current.name, current.unit) == ("time", "s")
    sound = token_axis(model, "sound", 7, WINDOW_S).centres
    np.testing.assert_allclose(sound, (np.arange(7) * 128 + (127 + 96) / 2) / 16_000)
    assert token_axis(model, "photos", 3, WINDOW_S).name == "picture"
    assert token_axis(model, "current", 9, WINDOW_S).name == "step"


@settings(max_examples=40, deadline=None)
@given(queries=st.integers(1, 40), keys=st.integers(1, 40), most=st.integers(1, 12), seed=st.integers(0, 99))
def test_joining_cells_keeps_the_sum_of_rows(queries, keys, most, seed):
    generator = np.random.default_rng(seed)
    weights = generator.gamma(0.3, size=(2, queries, keys)) + 1e-9
    weights /= weights.sum(axis=2, keepdims=True)
    usable = generator.random((2, queries)) > 0.3
    cells = joined(weights, usable, most)
    assert cells.shape == (2, min(queries, most), min(keys, most))
    total = cells.sum(axis=2)
    np.testing.assert_allclose(total[~np.isnan(total)], 1.0, atol=1e-5)
    assert np.isnan(total).all() == (not usable.any())


def test_cells_are_means_of_their_tokens():
    axis = joined_axis(Axis("time", "s", np.arange(64.0)))
    np.testing.assert_allclose(axis.centres, np.arange(32) * 2 + 0.5)
    assert joined_axis(Axis("time", "s", np.arange(5.0))).centres.tolist() == [0, 1, 2, 3, 4]
