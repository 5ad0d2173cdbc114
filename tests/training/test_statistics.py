import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from weldfusion.data.batch import Batch, Where
from weldfusion.data.flow import Flow
from weldfusion.training.standardisation import standardisation
from weldfusion.training.statistics import Moments


@given(
    st.lists(st.integers(1, 5), min_size=1, max_size=6),
    st.floats(-1e6, 1e6),
    st.integers(0, 2**32),
)
def test_equal_to_numpy_on_all_data(sizes, offset, seed):
    rng = np.random.default_rng(seed)
    parts = [rng.standard_normal((size, 3, 11)) + offset for size in sizes]
    mask = [rng.random((size, 1, 11)) < 0.7 for size in sizes]
    moments = Moments()
    for values, valid in zip(parts, mask, strict=True):
        moments.add(values, valid)
    mean, std = moments.result()
    chosen = np.broadcast_to(np.concatenate(mask), (sum(sizes), 3, 11))
    for c in range(3):
        values = np.concatenate(parts)[:, c][chosen[:, c]]
        if len(values):
            np.testing.assert_allclose(mean[c], values.mean(), rtol=1e-12, atol=1e-12)
            np.testing.assert_allclose(std[c], values.std(), rtol=1e-6, atol=1e-9)


def test_order_and_batch_size_change_no_bit():
    rng = np.random.default_rng(0)
    values = rng.standard_normal((200, 2, 37)).astype(np.float32) * 10.0 ** rng.integers(-6, 6, (200, 1, 1))
    one, other = Moments(), Moments()
    one.add(values)
    for chunk in np.array_split(values[rng.permutation(200)], 17):
        other.add(chunk)
    assert all((a == b).all() for a, b in zip(one.result(), other.result(), strict=True))


def test_large_offset_keeps_the_deviation():
    values = 1e6 + np.sin(np.arange(10_000))[None, None]
    moments = Moments()
    moments.add(values)
    assert moments.result()[1][0] == pytest.approx(np.sin(np.arange(10_000)).std(), rel=1e-9)


def test_channel_without_values_and_nothing_added():
    moments = Moments()
    with pytest.raises(ValueError, match="no samples"):
        moments.result()
    moments.add(np.ones((2, 1, 4)), np.zeros((2, 1, 4), dtype=bool))
    assert [part.tolist() for part in moments.result()] == [[0.0], [1.0]]


def batch(numbers, rng_values):
    count = len(numbers)
    nothing = np.zeros(count)
    welds = np.array([f"w{n // 2}" for n in numbers], dtype=object)
    return Batch(
        inputs={name: torch.from_numpy(value[numbers]) for name, value in rng_values.items()},
        present={name: torch.tensor([n // 2 != 1 for n in numbers]) for name in rng_values},
        valid={"photos": torch.tensor([[True, n % 4 < 2] for n in numbers])},
        targets={},
        where=Where(np.array(numbers), welds, welds, np.array(numbers) % 2, nothing, nothing, nothing),
    )


def test_kinds_masks_absence_and_once_per_weld():
    rng = np.random.default_rng(0)
    values = {
        "curve": rng.standard_normal((12, 2, 5)).astype(np.float32),
        "photos": rng.integers(0, 256, (12, 2, 3, 4, 4)).astype(np.uint8),
        "table": rng.standard_normal((6, 3)).astype(np.float32).repeat(2, axis=0),
    }
    flows = {
        "curve": Flow("waveform", 2, length=5),
        "photos": Flow("image", 3, size=(4, 4), count=2),
        "table": Flow("table", 3),
    }
    batches = [batch(numbers, values) for numbers in ([0, 1, 2], [3, 4, 5, 6, 7], [8, 9, 10, 11])]
    got = standardisation(batches, flows, {"table"})
    here = np.array([n // 2 != 1 for n in range(12)])
    curve = values["curve"][here].astype(float)
    np.testing.assert_allclose(got["curve"], (curve.mean((0, 2)), curve.std((0, 2))), rtol=1e-12)
    table = values["table"][::2][[0, 2, 3, 4, 5]].astype(float)
    np.testing.assert_allclose(got["table"], (table.mean(0), table.std(0)), rtol=1e-12)
    photos = values["photos"] / 255.0
    shown = np.concatenate([photos[here][:, 0], photos[here & (np.arange(12) % 4 < 2)][:, 1]])
    np.testing.assert_allclose(got["photos"], (shown.mean((0, 2, 3)), shown.std((0, 2, 3))), rtol=1e-12)
