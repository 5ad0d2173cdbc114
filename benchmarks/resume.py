"""Training killed with SIGKILL and started again: largest difference of a weight from the unkilled training.

A small model with BatchNorm, dropout, modality dropout and a schedule (`tests/training/fake.py`), killed at
three random steps and at the end of an epoch, with 0 and 2 loader processes; each training is a process.
Then a study of two rows at two fractions on simulated welds, killed in one of the first two and in one of the
last two cells, some time after the first checkpoint: its tables against those of a study that nobody kills.
"""

import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import torch
from harness import Goal, Row, row, run

ROOT = Path(__file__).parents[1]
STEPS, STEPS_PER_EPOCH, NEVER = 21, 7, -1
TABLES = ("table.csv", "table.md", "table.html")
CELLS = ("plain-50pc", "plain-100pc", "balanced-50pc", "balanced-100pc")
STUDY = f"""\
every: {{files: {ROOT}/configs/systems/emmdl/parameters.yaml, data.root: welds, trainer.max_epochs: 30}}
rows:
  plain: {{training.balanced: false}}
  balanced: {{training.balanced: true}}
fractions: [0.5, 1]
targets: quality
"""


def train(folder: Path, workers: int, kill_at: int) -> int:
    """Return code of one training; -9 if it was killed."""
    command = [sys.executable, "-m", "tests.training.killed", str(folder), str(workers), str(kill_at)]
    return subprocess.run(command, cwd=ROOT, check=False, stderr=subprocess.DEVNULL).returncode


def weights(folder: Path) -> dict[str, torch.Tensor]:
    return torch.load(folder / "checkpoints" / "last.ckpt", weights_only=True)["state_dict"]


def difference(a: Path, b: Path) -> float:
    first, second = weights(a), weights(b)
    return max(float((first[name].double() - second[name].double()).abs().max()) for name in first)


def study(place: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "weldfusion", "study", "study.yaml", "--folder", "study"]
    return subprocess.Popen(command, cwd=place, stdout=subprocess.DEVNULL)


def kill_in(place: Path, cell: str, after_s: float) -> None:
    """Kills the study so many seconds after the first checkpoint of a cell; its process ends with it."""
    run, running = place / "study" / "runs" / cell, study(place)
    while not list(run.rglob("last.ckpt")):
        if running.poll() is not None:
            raise RuntimeError(f"the study ended before {cell} had a checkpoint")
        time.sleep(0.02)
    time.sleep(after_s)
    running.send_signal(signal.SIGKILL)
    running.wait()
    time.sleep(1)
    if list(run.rglob("metrics.json")):
        raise RuntimeError(f"{cell} was finished when it should have been killed")


def other_tables(parent: Path, rng: np.random.Generator) -> list[str]:
    """Tables of the killed study that are others than those of the whole one."""
    whole, killed = (parent / name for name in ("whole study", "killed study"))
    make = ["resistance_spot", "welds", "--welds", "32", "--counts", "2:1:1", "--sensors", "parameters"]
    for place in (whole, killed):
        place.mkdir()
        (place / "study.yaml").write_text(STUDY)
        command = [sys.executable, "-m", "weldfusion", "simulate", *make]
        subprocess.run(command, cwd=place, check=True, stdout=subprocess.DEVNULL)
    for cell in (rng.choice(CELLS[:2]), rng.choice(CELLS[2:])):
        kill_in(killed, str(cell), rng.uniform(0, 0.3))
    codes = study(whole).wait(), study(killed).wait()
    if codes != (0, 0):
        raise RuntimeError(f"return codes {codes} of the studies, expected (0, 0)")
    return [
        name
        for name in TABLES
        if (whole / "study" / name).read_bytes() != (killed / "study" / name).read_bytes()
    ]


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
        others = other_tables(Path(parent), rng)
        name = "study of four cells, killed twice: tables that differ"
        rows.append(row(name, len(others), "of 3 tables", Goal("<=", 0.0), note=", ".join(others)))
    return rows


if __name__ == "__main__":
    raise SystemExit(run("resume", __doc__, measure))
