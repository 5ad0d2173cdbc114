"""One training in a process of its own, ours or the tutorial's, and what it took, for `training.py`."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import yaml
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from weldfusion.run.trained import Run

TUTORIAL = Path(__file__).parent / "tutorial_loop.py"
CONFIG: dict[str, Any] = {
    "data": {"inputs": {"photo": {"size": [224, 224]}, "sound": None}},
    "split": "ByColumn",
    "model": {
        "encoders": {
            "photo": {"class_path": "TorchvisionBackbone", "init_args": {"name": "mobilenet_v2"}},
            "sound": {"class_path": "ConvBlocks1d", "init_args": {"widths": [16, 32, 64, 64, 64]}},
        },
        "fusion": {"class_path": "Concat", "init_args": {"absent": "zero"}},
        "modality_dropout": 0.0,
    },
    "training": {
        "batch_size": 32,
        "optimizer": {"class_path": "AdamW", "init_args": {"lr": 1e-3}},
        "scheduler": {"class_path": "ConstantLR", "init_args": {"factor": 1.0, "total_iters": 0}},
    },
}
"""The tutorial's network, optimiser and (constant) learning rate as a config; nothing of speed."""


@dataclass(frozen=True)
class Taken:
    """Seconds of the whole process on the clock and of the processor, seconds of an epoch after the first,
    best accuracy on the validation welds, threads, and the speed settings as resolved."""

    seconds: float
    processor_s: float
    epoch_s: float
    accuracy: float
    threads: int
    speed: dict[str, Any] = field(default_factory=dict)
    folder: Path = Path()


class Ours(Protocol):
    """`ours` with data and place given."""

    def __call__(self, epochs: int, seed: int, speed: Mapping[str, Any]) -> Taken: ...


def tutorial(data: Path, epochs: int, seed: int) -> Taken:
    """The tutorial's loop; `tutorial_loop.py` prints what it measured."""
    seconds, processor_s, text = _run([sys.executable, str(TUTORIAL), str(data), str(epochs), str(seed)])
    told = json.loads(text.splitlines()[-1])
    epoch_s = float(np.median(told["epochs"][1:]))
    return Taken(seconds, processor_s, epoch_s, told["accuracy"], told["threads"])


def ours(data: Path, place: Path, epochs: int, seed: int, speed: Mapping[str, Any]) -> Taken:
    """`weldfusion fit` into a new folder in `place`, with an empty cache."""
    number = len(list(place.glob("run*")))
    folder, cache = place / f"run{number}", place / f"cache{number}"
    config = {**CONFIG, "data": {**CONFIG["data"], "root": str(data), "cache": str(cache)}, "seed": seed}
    config["trainer"] = {"max_epochs": epochs, **speed}
    file = place / f"config{number}.yaml"
    file.write_text(yaml.safe_dump(config, sort_keys=False))
    words = ["fit", "--config", str(file), "--folder", str(folder)]
    seconds, processor_s, _ = _run([sys.executable, "-m", "weldfusion", *words])
    run = Run(folder)
    info = run.folder.info()
    epoch_s = _epoch_s(run.folder.fold(*run.folds[0]))
    return Taken(seconds, processor_s, epoch_s, _accuracy(run), info["threads"], info["speed"], folder)


def _epoch_s(folder: Path) -> float:
    """Median seconds between the ends of epochs, as the log of the run has them."""
    log = EventAccumulator(str(folder / "tensorboard"))
    log.Reload()
    return float(np.median(np.diff([event.wall_time for event in log.Scalars("train_loss")])))


def _accuracy(run: Run) -> float:
    """Share of the validation welds that the best epoch's network names rightly."""
    _, frame = run.predictions("select")
    best = frame.loc[frame.groupby("weld")["value"].idxmax()]
    return float(best["truth"].mean())


def _run(command: Sequence[str]) -> tuple[float, float, str]:
    """Seconds on the clock, seconds of the processor (of its workers too), what was printed."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=os.environ)
    assert process.stdout is not None
    text = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{' '.join(command)} ended with {process.returncode}")
    processor_s = usage.ru_utime + usage.ru_stime
    print(f"{seconds:.1f} s, {processor_s:.1f} s of the processor: {Path(command[-1]).name}", file=sys.stderr)
    return seconds, processor_s, text
