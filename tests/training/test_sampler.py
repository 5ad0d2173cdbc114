import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from weldfusion.training.sampler import KeyedBatchSampler, balanced


def sampler(count=10, batch_size=3, seed=0, epoch=0, processed=0, **more):
    return KeyedBatchSampler(count, batch_size, seed, lambda: (epoch, processed), **more)


@given(st.integers(1, 200), st.integers(1, 40), st.integers(0, 5))
def test_every_window_comes_once(count, batch_size, epoch):
    batches = list(sampler(count, batch_size, epoch=epoch))
    assert sorted(index for batch in batches for index in batch) == list(range(count))
    assert len(batches) == len(sampler(count, batch_size))


def test_order_changes_with_epoch_and_seed_only():
    assert list(sampler(epoch=1)) == list(sampler(epoch=1))
    assert list(sampler(epoch=1)) != list(sampler(epoch=2))
    assert list(sampler(seed=1)) != list(sampler(seed=2))


@pytest.mark.parametrize("processed", [0, 1, 3])
def test_goes_on_after_processed_batches(processed):
    assert list(sampler(processed=processed)) == list(sampler())[processed:]


def test_a_finished_epoch_starts_anew():
    assert list(sampler(processed=4)) == list(sampler())


@given(st.integers(1, 5), st.integers(5, 60), st.integers(5, 12))
def test_ranks_share_each_batch_of_one_order(world, count, batch_size):
    ranks = [list(sampler(count, batch_size, rank=rank, world=world)) for rank in range(world)]
    assert len({len(batches) for batches in ranks}) == 1
    assert all(batch for batches in ranks for batch in batches)
    together = [index for batches in ranks for batch in batches for index in batch]
    assert sorted(together) == list(range(count))
    whole = list(sampler(count, batch_size))
    assert {i for rank in ranks for i in rank[0]} >= set(whole[0])


@given(st.lists(st.integers(-1, 3), min_size=1, max_size=80), st.integers(0, 3))
def test_balanced_drawing_takes_classes_equally_often(classes, epoch):
    numbers = np.array(classes)
    drawn = balanced(numbers, 0, epoch)
    assert len(drawn) == len(numbers)
    _, often = np.unique(numbers[drawn], return_counts=True)
    share = len(numbers) / len(np.unique(numbers))
    assert (np.abs(often - share) < 1).all()


def test_balanced_drawing_repeats_a_window_only_when_its_class_is_used_up():
    numbers = np.array([0] * 90 + [1] * 10)
    drawn = balanced(numbers, 0, 0)
    _, often = np.unique(drawn[numbers[drawn] == 0], return_counts=True)
    assert often.max() == 1
    _, often = np.unique(drawn[numbers[drawn] == 1], return_counts=True)
    assert set(often.tolist()) == {5}
