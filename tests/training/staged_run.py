"""A run of two gradient stages and a late fusion that learns after them, on the tiny data set."""

from pathlib import Path

from weldfusion.config.load import load_settings
from weldfusion.training.fit import fit_run
from weldfusion.training.folder import RunFolder

STAGED = {
    "data.windows.length_s": 0.2,
    "data.targets": ["defect"],
    "trainer.max_epochs": 2,
    "trainer.accelerator": "cpu",
    "training.batch_size": 8,
    "training.stages": [
        {"modalities": ["curve"]},
        {"modalities": ["settings"], "max_epochs": 3, "batch_size": 4, "balanced": True},
    ],
    "model.fusion": "tests.training.late.ByAccuracy",
    "training.calibrate": True,
}


def fit_staged(root: Path, folder: Path, **more: object) -> RunFolder:
    settings, resolved = load_settings((), {"data.root": str(root), **STAGED, **more}, trust=("tests",))
    return fit_run(settings, resolved, folder, say=lambda line: None)
