"""Ctrl-C in a study kills its cells: Python then has no leaked semaphore to warn of."""

import subprocess
import sys


def test_a_killed_process_leaves_no_semaphore() -> None:
    words = [sys.executable, "-m", "tests.run.killed_bar"]
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    assert "leaked" not in done.stderr
