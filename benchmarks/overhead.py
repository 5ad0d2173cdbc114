"""Training on cached windows against a plain PyTorch loop over tensors in memory, same model.

Both see the same windows in batches of the same size, with fused AdamW and one cosine by step; ours
shuffles, logs, writes metrics.csv, TensorBoard and a checkpoint per epoch. Speed is the plain loop's time
divided by ours, start and end included.
"""

import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
import yaml
from harness import Goal, Row, interleave, row, run, spread
from torch import nn

from weldfusion.config.load import load_settings
from weldfusion.data.batch import Batch, Truth
from weldfusion.data.dataset import WeldWindows
from weldfusion.data.folder import read_dataset
from weldfusion.systems.graph import FusionModel
from weldfusion.training.allocator import keep_memory
from weldfusion.training.network import NetworkStage
from weldfusion.training.settings import FitSettings

RATE = 20_000
LENGTH = 1024
SENSORS = ("microphone", "photodiode")
CAFNET = Path(__file__).parents[1] / "configs" / "systems" / "cafnet" / "cafnet_small.yaml"
TWO_LAYERS: dict[str, Any] = {
    "data.inputs": {"photodiode": None},
    "data.targets": ["penetration"],
    "data.windows": {"samples_of": "photodiode", "length_s": LENGTH, "hop_s": LENGTH},
    "model.encoders": {"photodiode": {"class_path": "ConvBlocks1d", "init_args": {"widths": [16, 16]}}},
    "training.batch_size": 32,
}


def write_data(root: Path, welds: int, windows: int) -> Path:
    """Welds of noise with two sensors and a class, `windows` windows each."""
    rng = np.random.default_rng(0)
    root.mkdir(parents=True)
    rows = ["weld,session,microphone,photodiode,penetration"]
    for weld in range(welds):
        for sensor in SENSORS:
            values = rng.standard_normal(windows * LENGTH).astype(np.float32)
            np.save(root / f"{sensor}{weld}.npy", values)
        label = ("full", "partial")[weld % 2]
        rows.append(f"w{weld},s{weld % 4},microphone{weld}.npy,photodiode{weld}.npy,{label}")
    (root / "manifest.csv").write_text("\n".join(rows) + "\n")
    wave = {"kind": "waveform", "timed": True, "unit": "V", "rate": RATE}
    card = {
        "weldfusion": 1,
        "name": "noise",
        "process": 52,
        "material": "none",
        "modalities": {name: {**wave, "column": name} for name in SENSORS},
        "targets": {
            "penetration": {"kind": "class", "column": "penetration", "classes": ["full", "partial"]}
        },
        "groups": ["session"],
        "group": "session",
    }
    (root / "dataset.yaml").write_text(yaml.safe_dump(card, sort_keys=False))
    return root


def plain_loop(model: nn.Module, batch: Batch, size: int, epochs: int) -> None:
    """What one would write by hand: tensors in memory, a permutation, five lines a step."""
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3, fused=True)
    steps = epochs * -(-len(batch) // size)
    scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
    model.train()
    for _ in range(epochs):
        order = torch.randperm(len(batch))
        for rows in order.split(size):
            part = Batch(
                {name: x[rows] for name, x in batch.inputs.items()},
                {name: x[rows] for name, x in batch.present.items()},
                {name: x[rows] for name, x in batch.valid.items()},
                {},
            )
            truth: Truth = batch.targets["penetration"]
            loss = nn.functional.cross_entropy(model(part)["penetration"], truth.value[rows])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            scheduler.step()


def ours(model: nn.Module, windows: WeldWindows, settings: FitSettings, epochs: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        trainer = {"max_epochs": epochs, "accelerator": "cpu", "precision": "32-true"}
        dropout = settings.model.parts().modality_dropout
        stage = NetworkStage(settings.training, trainer, dropout, seed=0)
        stage.run(model, windows, None, None, Path(folder))


def compare(name: str, settings: FitSettings, goal: float, seconds: float, repeats: int) -> list[Row]:
    """Both by turns, for about `seconds` each time."""
    windows = WeldWindows(read_dataset(settings.data.root), settings.data)
    windows.prepare(progress=False)
    model = partial(FusionModel, windows.flows, windows.targets, settings.model)
    batch, size = windows.__getitems__(range(len(windows))), settings.training.batch_size
    plain_loop(model(), batch, size, 1)
    start = time.perf_counter()
    plain_loop(model(), batch, size, 1)
    epochs = max(1, round(seconds / (time.perf_counter() - start)))
    both: dict[str, Callable[[], object]] = {
        "plain": lambda: plain_loop(model(), batch, size, epochs),
        "ours": lambda: ours(model(), windows, settings, epochs),
    }
    times = interleave(both, repeats)
    ratio = times["plain"] / times["ours"]
    steps = epochs * -(-len(windows) // size)
    step_ms = {key: float(np.median(values)) / steps * 1e3 for key, values in times.items()}
    note = (
        f"{step_ms['ours']:.2f} against {step_ms['plain']:.2f} ms a step, {steps} steps; {spread(ratio, '')}"
    )
    threads = torch.get_num_threads()
    return [
        row(
            f"{name}: speed of the plain loop",
            float(np.median(ratio)),
            "share",
            Goal(">=", goal),
            "torch",
            threads,
            note.strip(),
        )
    ]


def measure(quick: bool) -> list[Row]:
    keep_memory()
    seconds, repeats = (2.0, 3) if quick else (8.0, 5)
    with tempfile.TemporaryDirectory() as folder:
        root = write_data(Path(folder) / "noise", welds=16, windows=40)
        small, _ = load_settings([CAFNET], {"data.root": str(root)})
        layers, _ = load_settings((), {"data.root": str(root), **TWO_LAYERS})
        return [
            *compare("cafnet_small", small, 0.95, seconds, repeats),
            *compare("1-D CNN of two layers", layers, 0.80, seconds, repeats),
        ]


if __name__ == "__main__":
    raise SystemExit(run("overhead", __doc__, measure))
