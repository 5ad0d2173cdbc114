"""Robotic welds, first round: each sensor alone by several encoders, and their fusions, one seed.

Needs the recordings: set WELDFUSION_REAL_DATA to the folder with robotic_weld_runs.zip. Every row is a balanced
accuracy per weld (good or defect) of out-of-fold predictions, whole config folders held out, with its 95 % interval
over folders; the note tells the best simple baseline on the same sensors and folds. `real_data.py` has the rows of
the first configs (sound, photos, concat) with three seeds. No setting was chosen by a score: sizes and epochs were
written down before the first run, for a few minutes on two cores.
"""

import os
import tempfile
from pathlib import Path

from harness import Row, run
from real_data import converted, fitted, told

ALONE = ("readings", "sound_cnn1d", "sound_cnn_sk", "photos_resnet")
FUSED = ("late", "attention", "mfb_sound_readings", "mfb_readings_photos", "dempster_shafer")


def measure(quick: bool) -> list[Row]:
    source = Path(os.environ.get("WELDFUSION_REAL_DATA", ""))
    overrides = {"trainer.max_epochs": 1} if quick else {}
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        welds = converted(source, "robotic_weld_runs", home)
        for name in ("readings", "mfb_sound_readings") if quick else (*ALONE, *FUSED):
            rows += told(fitted("robotic_weld_runs", f"robotic/{name}", welds, home, overrides))
    return rows


if __name__ == "__main__":
    raise SystemExit(run("systems_robotic", __doc__, measure))
