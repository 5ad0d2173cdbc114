"""Simulated data sets as they lie on disk: the same bytes by any number of processes, and their size."""

import hashlib
import subprocess
import sys
from pathlib import Path

from harness import Goal, Row, row


def same_bytes(parent: Path, process: str, welds: int, *options: str) -> Row:
    """Check 24: `welds` written by 1 and by 4 processes, into `parent`/1 and `parent`/4."""
    written = []
    for processes in ("1", "4"):
        out = parent / processes
        command = [sys.executable, "-m", "weldfusion", "simulate", process, str(out), "--welds", str(welds)]
        command += ["--processes", processes, *options]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        written.append(hashes(out))
    same = float(written[0] == written[1])
    return row("24 1 and 4 processes write the same bytes", same, "", Goal(">=", 1))


def hashes(folder: Path) -> str:
    """One hash of the names and contents of all files."""
    total = hashlib.sha256()
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        total.update(str(file.relative_to(folder)).encode() + file.read_bytes())
    return total.hexdigest()


def megabytes(folder: Path) -> float:
    """Of all files."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6
