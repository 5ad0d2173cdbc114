"""Some steps of a training on trial: what one takes in time and memory."""

import copy
import os
import resource
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from tempfile import TemporaryFile

import torch
from torch import Tensor, nn

from weldfusion.data.batch import Batch
from weldfusion.training.limits import limits_told
from weldfusion.training.loader import Windows
from weldfusion.training.sampler import shuffled
from weldfusion.training.speed import Speed, sped_up

STATES_PER_WEIGHT = 3
"""A checkpoint holds weights and AdamW's two moments."""
_TRIAL_STEPS, _TRIAL_S = 3, 1.0


@dataclass(frozen=True)
class Outlook:
    """Seconds of one step (with its share of what an epoch ends with), bytes of memory, bytes of a state
    of the network."""

    step_s: float
    memory: int
    state: int


def trial(
    model: nn.Module,
    windows: Windows,
    select: Windows | None,
    batch_size: int,
    device: torch.device,
    speed: Speed,
) -> Outlook:
    """Times some steps (reading, forward, backward), one of validation and the writing of a state, on a copy
    of the model; the model stays as it is. What a step reads was read once before, so that preparing
    recordings is no part of it. Raises RunError if a step needs too much memory."""
    copied = copy.deepcopy(model).to(device).train()
    weights = sum(p.numel() * p.element_size() for p in model.parameters())

    def read(part: Windows, number: int) -> Batch:
        return part.__getitems__(shuffled(len(part), 0, number)[:batch_size].tolist())

    def step(part: Windows, number: int) -> list[Tensor]:
        batch = read(part, number).to(device)
        with torch.autocast(device.type, speed.dtype, enabled=speed.dtype is not None):
            losses: Mapping[str, Tensor] = copied.training_loss(batch)  # type: ignore[operator]
        return [loss.float().mean() for loss in losses.values()]

    def train(number: int) -> None:
        torch.stack(step(windows, number)).sum().backward()

    with sped_up(copied, replace(speed, compile=False)), limits_told(batch_size):
        took: list[float] = []
        while len(took) < 2 or (len(took) < _TRIAL_STEPS and sum(took) < _TRIAL_S):
            read(windows, len(took))
            took.append(_seconds(partial(train, len(took)), device))
        of_epoch = (1 + STATES_PER_WEIGHT) * _seconds(partial(_write, copied), device)
        if select is not None and len(select):
            copied.eval()
            read(select, 0)
            with torch.no_grad():
                of_epoch += _seconds(partial(step, select, 0), device) * -(-len(select) // batch_size)
    share = of_epoch / -(-len(windows) // batch_size)
    return Outlook(min(took) + share, peak_memory(device) + 2 * weights, weights)


def _seconds(run: Callable[[], object], device: torch.device) -> float:
    start = time.perf_counter()
    run()
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    return time.perf_counter() - start


def _write(model: nn.Module) -> None:
    """Writes the network's state to a temporary file, as a checkpoint does."""
    with TemporaryFile() as file:
        torch.save(model.state_dict(), file)
        file.flush()
        os.fsync(file.fileno())


def peak_memory(device: torch.device) -> int:
    """Most bytes this process has held: of the GPU's memory there, else of the machine's."""
    if device.type == "cuda":
        return int(torch.cuda.max_memory_allocated(device))
    unit = 1 if sys.platform == "darwin" else 1024
    return int(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss) * unit
