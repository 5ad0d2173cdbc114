"""Named streams: reproducible, distinct, independent."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from weldfusion.simulate.streams import stream

words = st.text(min_size=1, max_size=12)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**64 - 1), words, words, words)
def test_same_key_same_numbers(seed: int, process: str, subject: str, name: str) -> None:
    first = stream(seed, process, subject, name).random(4)
    assert np.array_equal(first, stream(seed, process, subject, name).random(4))
    assert not np.array_equal(first, stream(seed, process, subject, name + "'").random(4))
    assert not np.array_equal(first, stream(seed ^ (1 << 40), process, subject, name).random(4))


def test_streams_are_uncorrelated() -> None:
    a, b = (stream(7, "laser_al", "w00001", name).standard_normal(40_000) for name in ("states", "events"))
    assert abs(np.corrcoef(a, b)[0, 1]) < 4 / np.sqrt(40_000)
