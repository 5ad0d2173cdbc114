"""`weldfusion fit` beside PyTorch's own tutorial loop (`tutorial_loop.py`), each in a process of its own.

Both train MobileNetV2 on photos (JPEG, 640 x 480, seen at 224 x 224 pixels) beside a 1-D CNN of five layers
on a second of sound (WAV, 8 kHz), batches of 32, AdamW; 192 welds to learn from, 64 to validate on after each
epoch. Ours is the whole command: start, check, cache, estimate, training, checkpoints, log. Factors of single
measures are of epochs after the first. The two take turns; threads are those of the environment for both.
"""

import json
import tempfile
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import torch
import training_runs as runs
from harness import Goal, Row, row, run, spread
from training_data import write_welds
from training_limit import limit_rows, watched

from weldfusion.training.speed import bf16_here

OFF = {"precision": "32-true", "channels_last": False, "fused": False, "keep_memory": False}
ON = {"channels_last": True, "fused": True, "keep_memory": True, "precision": "bf16-mixed"}


@dataclass(frozen=True)
class Size:
    """How much is measured: welds of each part, how often each is listed, epochs, repeats."""

    parts: dict[str, int]
    copies: int
    epochs: int
    repeats: int
    alone_epochs: int
    alone: bool = True


QUICK = Size({"train": 4, "val": 2, "test": 2}, copies=1, epochs=2, repeats=1, alone_epochs=2, alone=False)
CPU = Size({"train": 192, "val": 64, "test": 2}, copies=1, epochs=17, repeats=2, alone_epochs=2)
GPU = Size({"train": 192, "val": 64, "test": 2}, copies=16, epochs=10, repeats=3, alone_epochs=4)


def measure(quick: bool) -> list[Row]:
    size = QUICK if quick else GPU if torch.cuda.is_available() else CPU
    with tempfile.TemporaryDirectory() as folder:
        data = write_welds(Path(folder) / "welds", size.parts, size.copies)
        ours = partial(runs.ours, data, Path(folder))
        tutorial, fits = [], []
        for repeat in range(size.repeats):
            both = [
                lambda seed: tutorial.append(runs.tutorial(data, size.epochs, seed)),
                lambda seed: fits.append(ours(size.epochs, seed, {})),
            ]
            for take in both if repeat % 2 == 0 else both[::-1]:
                take(repeat)
        rows = whole_rows(tutorial, fits, size)
        rows += measures_rows(ours, float(np.median([one.epoch_s for one in tutorial])), size)
        rows += limit_rows(fits[-1])
        return rows + (busy_rows(ours, size) if torch.cuda.is_available() else [])


def whole_rows(tutorial: list[runs.Taken], fits: list[runs.Taken], size: Size) -> list[Row]:
    """Both as a user starts them."""
    threads, speed = tutorial[0].threads, json.dumps(fits[0].speed)

    def ratio(name: str, what: str, goal: Goal | None = None, note: str = "") -> Row:
        found = np.array([getattr(t, what) / getattr(f, what) for t, f in zip(tutorial, fits, strict=True)])
        medians = [float(np.median([getattr(one, what) for one in many])) for many in (fits, tutorial)]
        seconds = f"{medians[0]:.3g} s against {medians[1]:.3g} s; {spread(found, '').strip()}{note}"
        return row(name, float(np.median(found)), "times", goal, "torch", threads, seconds)

    samples = (size.parts["train"] + size.parts["val"]) * size.copies
    welds = f"{samples} welds an epoch, validation included"
    return [
        ratio(f"whole command, {size.epochs} epochs: speed", "seconds", Goal(">=", 2.5), f"; {speed}"),
        ratio("the same, seconds of the processor", "processor_s"),
        ratio("an epoch after the first: speed", "epoch_s", Goal(">=", 2.5), f"; {welds}"),
        score_row(tutorial, fits, size.parts["val"]),
    ]


def score_row(tutorial: list[runs.Taken], fits: list[runs.Taken], validated: int) -> Row:
    """Accuracy on the validation welds of the best epoch, beside two deviations of such a difference."""
    found = [float(np.mean([one.accuracy for one in many])) for many in (fits, tutorial)]
    mean = float(np.clip(np.mean(found), 0.5 / validated, 1 - 0.5 / validated))
    noise = 2 * float(np.sqrt(2 * mean * (1 - mean) / (validated * len(fits))))
    note = f"ours {found[0]:.3f}, the tutorial's {found[1]:.3f}; goal: within two deviations of chance"
    return row("validation accuracy, ours less the tutorial's", found[0] - found[1], "", Goal(">=", -noise),
               "torch", None, note)  # fmt: skip


def measures_rows(ours: runs.Ours, tutorial_s: float, size: Size) -> list[Row]:
    """Each measure alone, all together, and all but bf16: seconds of an epoch after the first."""
    on_gpu = torch.cuda.is_available()
    alone = {name: ON[name] for name in ON if name != "precision" or on_gpu or bf16_here()}
    if on_gpu:
        alone["pin_memory"] = True
    singly = {name: {name: value} for name, value in alone.items()} if size.alone else {}
    kinds = {"off": {}, **singly, "all": alone}
    if size.alone:
        kinds["whole"] = {**alone, "precision": "32-true"}
    base = {**OFF, "pin_memory": False}
    took = {name: ours(size.alone_epochs, 0, {**base, **more}).epoch_s for name, more in kinds.items()}
    note = f"{took['off']:.3g} s an epoch against {tutorial_s:.3g} s of the tutorial"
    rows = [row("recordings cached once (pictures as 8 bits), alone", tutorial_s / took["off"], "times", None,
                "torch", None, note)]  # fmt: skip
    for name in singly:
        label = "bf16 (trainer.precision)" if name == "precision" else f"trainer.{name}"
        beside = f"{took[name]:.3g} s an epoch against {took['off']:.3g} s with the cache only"
        rows.append(row(f"{label} alone, beside the cache", took["off"] / took[name], "times", note=beside))
    extra = "" if size.alone else "; single measures only in the full version"
    together = "all together" if "precision" in alone else "all together (no bf16 on this processor)"
    rows.append(
        row(
            together,
            tutorial_s / took["all"],
            "times",
            None,
            "torch",
            None,
            f"{took['all']:.3g} s an epoch{extra}",
        )
    )
    if size.alone:
        rows.append(row("all but bf16: not slower where there is none", tutorial_s / took["whole"], "times",
                        Goal(">=", 1.0), "torch", None, f"{took['whole']:.3g} s an epoch"))  # fmt: skip
    return rows


def busy_rows(ours: runs.Ours, size: Size) -> list[Row]:
    """How busy the GPU is in the second half of a fit, after start and checks."""
    with watched() as busy:
        ours(size.epochs, 0, {})
    later = busy[len(busy) // 2 :]
    return [
        row(
            "GPU busy in the second half of a fit",
            float(np.median(later)),
            "%",
            note=f"{len(later)} readings",
        )
    ]


if __name__ == "__main__":
    raise SystemExit(run("training", __doc__, measure))
