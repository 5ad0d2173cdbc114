"""Robotic welds, first round: each sensor alone by several encoders, and their fusions, one seed.

Needs the recordings: set WELDFUSION_REAL_DATA to the folder with robotic_weld_runs.zip. Every row is a
balanced accuracy per weld (good or defect) of out-of-fold predictions, whole config folders held out, with
its 95 % interval over folders; the note tells the best simple baseline on the same sensors and folds.
Reduced to minutes on two cores: 12 epochs instead of 30, three photos of 48 × 108 pixels; these sizes were
chosen for time, none by a score. `real_data.py` has sound, photos, late and concat in full.
"""

import tempfile
from dataclasses import replace
from pathlib import Path

from harness import Row, run
from real_sets import converted, fitted, recordings, told

EPOCHS = 12
SYSTEMS = (
    "readings",
    "sound_cnn_sk",
    "mfb_sound_readings",
    "late",
    "attention",
    "dempster_shafer",
    "photos_resnet",
    "sound_cnn1d",
)
PHOTOS = {"size": [48, 108], "max_items": 3}
WITH_PHOTOS = ("late", "attention", "dempster_shafer")


def measure(quick: bool) -> list[Row]:
    epochs = 1 if quick else EPOCHS
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        welds = converted(recordings(), "robotic_weld_runs", home)
        for name in SYSTEMS[:1] if quick else SYSTEMS:
            photos = {"data.inputs.photos": PHOTOS} if name in WITH_PHOTOS else {}
            reduced = {"trainer.max_epochs": epochs, **photos}
            trained = fitted("robotic_weld_runs", f"robotic/{name}", welds, home, reduced)
            rows += [
                replace(one, note=f"{one.note}; 4 folds, 1 seed, {epochs} epochs") for one in told(trained)
            ]
    return rows


if __name__ == "__main__":
    raise SystemExit(run("systems_robotic", __doc__, measure))
