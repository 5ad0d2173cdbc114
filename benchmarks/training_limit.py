"""How near a training comes to its model's own limit, and how busy the GPU is, for `training.py`."""

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import torch
from harness import Goal, Row, row
from training_runs import Taken

from weldfusion.data.batch import Batch
from weldfusion.data.dataset import WeldWindows
from weldfusion.run.trained import Run
from weldfusion.systems.graph import FusionModel
from weldfusion.training.allocator import keep_memory
from weldfusion.training.devices import device_of
from weldfusion.training.speed import Speed, fuse, sped_up

STEPS = 4


def limit_rows(fit: Taken) -> list[Row]:
    """An epoch of the same network on one batch that stays in memory (of the GPU), beside one of `fit`."""
    run, speed = Run(fit.folder), Speed(**fit.speed)
    if speed.keep_memory:
        keep_memory()
    torch.set_num_threads(fit.threads)
    settings, device = run.settings, device_of(run.settings.trainer)
    windows = WeldWindows(run.dataset(), settings.data)
    parts = {part: windows.subset(sorted(run.welds(run.folds[0][0], part))) for part in ("fit", "select")}
    size = settings.training.batch_size
    batch = parts["fit"].__getitems__(range(min(size, len(parts["fit"])))).to(device)
    model = FusionModel(windows.flows, windows.targets, settings.model).to(device)
    steps = {part: -(-len(its) // size) for part, its in parts.items()}
    with sped_up(model, speed):
        seconds = _epoch(model, batch, speed, steps)
    on_gpu = device.type == "cuda"
    goal = Goal(">=", 0.9) if on_gpu else None
    note = f"{fit.epoch_s:.3g} s an epoch, {seconds:.3g} s from memory" + ("" if on_gpu else "; no GPU here")
    return [row("share of the speed from memory", seconds / fit.epoch_s, "share", goal, note=note)]


def _epoch(model: FusionModel, batch: Batch, speed: Speed, steps: dict[str, int]) -> float:
    """Seconds of the training and validation steps of an epoch, from the median of some of each."""
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
    if speed.fused:
        fuse(optimizer)
    device = next(model.parameters()).device.type

    def step(train: bool) -> None:
        model.train(train)
        with (
            torch.set_grad_enabled(train),
            torch.autocast(device, speed.dtype, enabled=speed.dtype is not None),
        ):
            loss = torch.stack([part.mean() for part in model.training_loss(batch).values()]).sum()
        if train:
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        if device == "cuda":
            torch.cuda.synchronize()

    seconds = {}
    for part, train in (("fit", True), ("select", False)):
        times = []
        for _ in range(1 + STEPS):
            start = time.perf_counter()
            step(train)
            times.append(time.perf_counter() - start)
        seconds[part] = float(np.median(times[1:])) * steps[part]
    return sum(seconds.values())


@contextmanager
def watched() -> Iterator[list[float]]:
    """Percent of the time that the GPU is busy, four times a second; nothing without a GPU."""
    found: list[float] = []
    if not torch.cuda.is_available():
        yield found
        return
    query = ["--query-gpu=utilization.gpu", "--format=csv,noheader,nounits", "-lms", "250"]
    with subprocess.Popen(["nvidia-smi", *query], stdout=subprocess.PIPE, text=True) as meter:
        try:
            yield found
        finally:
            meter.terminate()
            assert meter.stdout is not None
            found += [float(line) for line in meter.stdout.read().split() if line.isdecimal()]
