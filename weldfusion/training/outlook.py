"""What a training will take, told before it starts: parameters, windows, time, memory, disk."""

import copy
import os
import resource
import shutil
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryFile

import torch
from torch import Tensor, nn

from weldfusion.data.dealing import Fold, Part, shared_groups
from weldfusion.data.files import bytes_in_words
from weldfusion.systems.graph import FusionModel
from weldfusion.training.limits import limits_told
from weldfusion.training.loader import Windows
from weldfusion.training.sampler import shuffled
from weldfusion.training.speed import Speed, sped_up

PARTS: tuple[Part, ...] = ("fit", "select", "calibrate", "test")
_TRIAL_STEPS, _TRIAL_S = 3, 1.0
_STATES_PER_WEIGHT = 3
"""A checkpoint holds weights and AdamW's two moments."""


@dataclass(frozen=True)
class Outlook:
    """Seconds of one step (with its share of what an epoch ends with), bytes of memory, bytes of a state
    of the network."""

    step_s: float
    memory: int
    state: int


@dataclass(frozen=True)
class Inner:
    """The networks trained for calibration: how many, and the steps of all their gradient stages together."""

    networks: int
    steps: Sequence[int]


def trial(
    model: nn.Module,
    windows: Windows,
    select: Windows | None,
    batch_size: int,
    device: torch.device,
    speed: Speed,
) -> Outlook:
    """Times some steps (reading, forward, backward), one of validation and the writing of a state, on a copy
    of the model; the model stays as it is. Raises RunError if a step needs too much memory."""
    copied = copy.deepcopy(model).to(device).train()
    weights = sum(p.numel() * p.element_size() for p in model.parameters())

    def step(part: Windows, number: int) -> list[Tensor]:
        chosen = shuffled(len(part), 0, number)[:batch_size]
        batch = part.__getitems__(chosen.tolist()).to(device)
        with torch.autocast(device.type, speed.dtype, enabled=speed.dtype is not None):
            losses: Mapping[str, Tensor] = copied.training_loss(batch)  # type: ignore[operator]
        return [loss.float().mean() for loss in losses.values()]

    def train(number: int) -> None:
        torch.stack(step(windows, number)).sum().backward()

    with sped_up(copied, replace(speed, compile=False)), limits_told(batch_size):
        took: list[float] = []
        while len(took) < 2 or (len(took) < _TRIAL_STEPS and sum(took) < _TRIAL_S):
            took.append(_seconds(partial(train, len(took)), device))
        of_epoch = (1 + _STATES_PER_WEIGHT) * _seconds(partial(_write, copied), device)
        if select is not None and len(select):
            copied.eval()
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


def averaged_lines(model: FusionModel) -> list[str]:
    """Whose tokens the last join sees only as their mean."""
    names = [name for name, flow in model.late.items() if flow.kind == "tokens"]
    if not names:
        return []
    return [
        f"  tokens of {', '.join(names)} are averaged before the last join, which does not see their order; "
        "exchanges and trunks do"
    ]


def parts_lines(fold: Fold, windows: Mapping[str, int], card_groups: Mapping[str, str]) -> list[str]:
    """One line per part: welds, groups, windows; and how many groups training and test share.

    `windows` counts the windows of a part where they are known; `card_groups` is weld id → group of the
    card, whatever the fold kept together.

    >>> fold = Fold("f", {"a": "fit", "b": "test"}, {"a": "a", "b": "b"})
    >>> for line in parts_lines(fold, {"fit": 7}, {"a": "monday", "b": "monday"}):
    ...     print(line)
      fit       1 weld, 1 group, 7 windows
      test      1 weld, 1 group
      0 welds and 1 group shared between training and test
    """
    named = fold.groups or {}
    lines = []
    for part in PARTS:
        if not (welds := fold.welds(part)):
            continue
        groups = {named.get(weld, weld) for weld in welds}
        counted = f", {counted_as(windows[part], 'window')}" if part in windows else ""
        of_part = f"{counted_as(len(welds), 'weld')}, {counted_as(len(groups), 'group')}"
        lines.append(f"  {part:<9} {of_part}{counted}")
    shared = counted_as(len(shared_groups(fold, card_groups)), "group")
    return [*lines, f"  0 welds and {shared} shared between training and test"]


def counted_as(count: int, noun: str) -> str:
    """A number with its noun.

    >>> counted_as(1, "group"), counted_as(0, "group")
    ('1 group', '0 groups')
    """
    return f"{count} {noun}{'' if count == 1 else 's'}"


def outlook_lines(
    model: nn.Module, stages: Sequence[tuple[int, Outlook]], inner: Inner | None, folder: Path
) -> list[str]:
    """Parameters, time, memory and disk in words; `stages` are the steps of each training and its outlook,
    `inner` the networks that calibration trains besides."""
    parameters = sum(p.numel() for p in model.parameters() if p.requires_grad)
    memory = bytes_in_words(max(outlook.memory for _, outlook in stages))
    disk = bytes_in_words(disk_of(stages[0][1].state, len(stages), inner.networks if inner else 0))
    each = [one.step_s for _, one in stages]
    counts = [count for count, _ in stages]
    if inner:
        counts = [own + more for own, more in zip(counts, inner.steps, strict=True)]
    steps, seconds = sum(counts), sum(count * s for count, s in zip(counts, each, strict=True))
    of_them = f", {sum(inner.steps)} of them for calibration" if inner else ""
    free = bytes_in_words(shutil.disk_usage(existing(folder)).free)
    return [
        f"  {parameters:,} parameters",
        f"  {counted_as(steps, 'step')}{of_them}, about {duration(seconds)} "
        f"({seconds / max(1, steps) * 1e3:.0f} ms a step)",
        f"  memory about {memory}, disk {disk} of {free} free",
    ]


def disk_of(state: int, stages: int, inner: int) -> int:
    """Most bytes on disk while a fold is fitted: of each gradient stage its state, best and last checkpoint,
    one state more after several; the inner networks keep their states, one of them its checkpoints.

    >>> disk_of(1, stages=1, inner=0), disk_of(1, stages=2, inner=4)
    (5, 31)
    """
    states = stages + (stages > 1)
    checkpoints = stages * (1 + _STATES_PER_WEIGHT)
    return state * ((1 + inner) * states + (2 if inner else 1) * checkpoints)


def existing(folder: Path) -> Path:
    """The folder, or the nearest one above it that exists."""
    return next(path for path in (folder.absolute(), *folder.absolute().parents) if path.exists())


def duration(seconds: float) -> str:
    """Seconds in words.

    >>> duration(5), duration(400), duration(9000)
    ('5 s', '7 min', '2.5 h')
    """
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
