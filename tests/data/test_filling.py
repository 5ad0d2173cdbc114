"""The cache filled by threads and by processes: the same files, also after a kill."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from tests.data.slow_filling import windows
from tests.training.tiny_data import write_tiny
from weldfusion.errors import ReadError

ROOT = Path(__file__).parents[2]
WELDS = 60
CURVES = 48  # every fifth weld has none


@pytest.fixture(scope="module")
def data(tmp_path_factory) -> Path:
    return write_tiny(tmp_path_factory.mktemp("tiny") / "data", WELDS)


def entries(cache: Path) -> dict[str, bytes]:
    """Finished files by path; a kill may leave one under a temporary name that begins with a dot."""
    return {
        path.relative_to(cache).as_posix(): path.read_bytes()
        for path in cache.rglob("*")
        if path.is_file() and not path.name.startswith(".")
    }


@pytest.fixture(scope="module")
def expected(data, tmp_path_factory) -> dict[str, bytes]:
    cache = tmp_path_factory.mktemp("cache0")
    windows(data, cache, 0).prepare(progress=False)
    found = entries(cache)
    assert len(found) == 2 * CURVES + 1
    return found


@pytest.mark.parametrize("workers", [1, 3])
def test_files_are_the_same_for_any_number_of_workers(data, expected, tmp_path, workers):
    windows(data, tmp_path, workers).prepare(progress=False)
    assert entries(tmp_path) == expected


@pytest.mark.parametrize("workers", [0, 2])
def test_a_kill_leaves_no_process_and_the_files_become_the_same(data, expected, tmp_path, workers):
    cache = tmp_path / "cache"
    code = f"windows(Path({str(data)!r}), Path({str(cache)!r}), {workers}).prepare(progress=False)"
    slowly = {**os.environ, "SLOW_STEP_S": "4"}  # sixteen at a time, so that the kill comes in between
    imports = "from pathlib import Path; from tests.data.slow_filling import windows"
    child = subprocess.Popen([sys.executable, "-c", f"{imports}; {code}"], cwd=ROOT, env=slowly)
    end = time.monotonic() + 120
    while len(list(cache.rglob("*.json"))) < 10 and time.monotonic() < end:
        time.sleep(0.01)
    os.kill(child.pid, signal.SIGKILL)
    assert child.wait() == -signal.SIGKILL
    kept: dict[str, bytes] = {}
    while (now := entries(cache)) != kept and time.monotonic() < end:
        kept = now
        time.sleep(1.0)
    assert 10 <= len(kept) < len(expected)  # nobody went on
    windows(data, cache, workers).prepare(progress=False)
    assert entries(cache) == expected


def test_a_recording_that_is_not_usable_is_told_in_one_line(data, tmp_path):
    path = write_tiny(tmp_path / "data", WELDS) / "curves" / "w40.npy"
    np.save(path, np.full((1, 40), np.inf, np.float32))
    with pytest.raises(ReadError, match=r"w40\.npy") as found:
        windows(tmp_path / "data", tmp_path / "cache", 2).prepare(progress=False)
    assert "\n" not in str(found.value)
