"""Training killed with SIGKILL and started again: largest difference of a weight from the unkilled training.

A small model with BatchNorm, dropout, modality dropout and a schedule (`tests/training/fake.py`), killed at
three random steps and at the end of an epoch, with 0 and 2 loader processes; each training is a process.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import torch
from harness import Goal, Row, row, run

ROOT = Path(__file__).parents[1]
STEPS, STEPS_PER_EPOCH, NEVER = 21, 7, -1


def train(folder: Path, workers: int, kill_at: int) -> int:
    """Return code of one training; -9 if it was killed."""
    command = [sys.executable, "-m", "tests.training.killed", str(folder), str(workers), str(kill_at)]
    return subprocess.run(command, cwd=ROOT, check=False, stderr=subprocess.DEVNULL).returncode


def weights(folder: Path) -> dict[str, torch.Tensor]:
    return torch.load(folder / "checkpoints" / "last.ckpt", weights_only=True)["state_dict"]


def difference(a: Path, b: Path) -> float:
    first, second = weights(a), weights(b)
    return max(float((first[name].double() - second[name].double()).abs().max()) for name in first)


def measure(quick: bool) -> list[Row]:
    rng = np.random.default_rng(0)
    steps = sorted(rng.choice(np.arange(1, STEPS), 1 if quick else 3, replace=False).tolist())
    rows = []
    with tempfile.TemporaryDirectory() as parent:
        whole = Path(parent) / "whole"
        if train(whole, 0, NEVER) != 0:
            raise RuntimeError("the training that nobody kills failed")
        for workers in (0, 2):
            for step in [*steps, STEPS_PER_EPOCH]:
                folder = Path(parent) / f"{workers}-{step}"
                codes = train(folder, workers, step), train(folder, workers, NEVER)
                if codes != (-9, 0):
                    raise RuntimeError(f"return codes {codes}, expected (-9, 0)")
                where = "end of epoch 1" if step == STEPS_PER_EPOCH else f"step {step}"
                name = f"killed at {where}, {workers} loader processes"
                rows.append(row(name, difference(folder, whole), "difference", Goal("<=", 0.0), threads=1))
    return rows


if __name__ == "__main__":
    raise SystemExit(run("resume", __doc__, measure))
