"""Cache: only what is whole is trusted."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from weldfusion.data.cache import Cache, cache_size, clear_cache, key_of

KEY = key_of(test=1)


@pytest.fixture
def array() -> np.ndarray:
    return np.random.default_rng(0).standard_normal((3, 1000)).astype(np.float32)


@pytest.fixture
def cache(tmp_path: Path, array: np.ndarray) -> Cache:
    cache = Cache(tmp_path)
    cache.store(KEY, array)
    return cache


def files(folder: Path) -> tuple[Path, Path]:
    (path,), (side,) = folder.rglob("*.bin"), folder.rglob("*.json")
    return path, side


@pytest.mark.parametrize("dtype", [np.float32, np.uint8, np.float64])
@pytest.mark.parametrize("shape", [(3, 7), (2, 3, 4, 5), (6,), (0, 4)])
def test_gives_back_what_was_stored(tmp_path, dtype, shape):
    array = np.random.default_rng(0).integers(0, 200, shape).astype(dtype)
    Cache(tmp_path).store(KEY, array)
    found = Cache(tmp_path).load(KEY)
    assert found.dtype == dtype
    assert found.shape == shape
    np.testing.assert_array_equal(found, array)


def test_what_was_not_stored_is_absent(tmp_path):
    assert Cache(tmp_path / "nowhere").load(KEY) is None


def test_entries_are_read_only(cache):
    with pytest.raises(ValueError, match="read-only"):
        cache.load(KEY)[0, 0] = 1


@pytest.mark.parametrize("length", [0, 1, 11999])
def test_a_truncated_array_is_not_trusted(cache, tmp_path, length):
    os.truncate(files(tmp_path)[0], length)
    assert cache.load(KEY) is None
    assert Cache(tmp_path).load(KEY) is None


def test_a_changed_byte_is_not_trusted(cache, tmp_path):
    path, _ = files(tmp_path)
    content = bytearray(path.read_bytes())
    content[5000] ^= 1
    path.write_bytes(content)
    assert Cache(tmp_path).load(KEY) is None


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"dtype": "?!", "shape": [1]}'])
def test_a_damaged_sidecar_is_not_trusted(cache, tmp_path, text):
    files(tmp_path)[1].write_text(text)
    assert Cache(tmp_path).load(KEY) is None


def test_an_entry_of_another_version_is_not_trusted(cache, tmp_path):
    _, side = files(tmp_path)
    side.write_text(json.dumps(json.loads(side.read_text()) | {"version": 0}))
    assert Cache(tmp_path).load(KEY) is None


def test_an_array_without_sidecar_is_not_trusted(cache, tmp_path):
    files(tmp_path)[1].unlink()
    assert Cache(tmp_path).load(KEY) is None


def test_a_damaged_entry_is_replaced(cache, tmp_path, array):
    os.truncate(files(tmp_path)[0], 5)
    cache.store(KEY, array)
    np.testing.assert_array_equal(Cache(tmp_path).load(KEY), array)


WRITER = """
import sys, numpy as np
from pathlib import Path
from weldfusion.data.cache import Cache, key_of
cache = Cache(Path(sys.argv[1]))
print("ready", flush=True)
for number in range(10**6):
    cache.store(key_of(number=number % 40), np.full((1, 400_000), number % 40, np.float32))
"""


def test_a_kill_while_writing_leaves_nothing_that_is_trusted_wrongly(tmp_path):
    for attempt in range(4):
        writer = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(tmp_path)], stdout=subprocess.PIPE, text=True
        )
        assert writer.stdout is not None
        assert writer.stdout.readline() == "ready\n"
        time.sleep(0.05 + 0.037 * attempt)
        writer.send_signal(signal.SIGKILL)
        writer.wait()
        writer.stdout.close()
        cache = Cache(tmp_path)
        for number in range(40):
            array = cache.load(key_of(number=number))
            assert array is None or (array.shape == (1, 400_000) and (array == number).all())
    assert cache_size(tmp_path)[0] > 0


def test_size_and_clear(cache, tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    count, size = cache_size(tmp_path)
    assert count == 3
    assert size > 12000
    freed = clear_cache(tmp_path)
    assert freed == (2, size - 4)
    assert (tmp_path / "notes.txt").read_text() == "mine"
    assert cache.load(KEY) is None
    assert clear_cache(tmp_path / "nowhere") == (0, 0)
