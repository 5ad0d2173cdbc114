"""CNN-SK and LeNet on the paper's own clips of arc sound, by block of successive clips and by clip.

Needs the recordings: set WELDFUSION_REAL_DATA to the folder with cmt_arc_sound.zip. Four folds, one seed.
By clip is the paper's protocol and flatters, because neighbouring clips of one recording are trained on; by
block is the honest least, and even there class and recording cannot be told apart.
"""

import os
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

from harness import Row, run
from real_data import CONFIGS, converted, told

import weldfusion as wf

SYSTEMS = ("cnn_sk", "lenet")
DIVISIONS = ("cmt_arc_sound", "cmt_arc_sound_by_clip")
EPOCHS = 12


def measure(quick: bool) -> list[Row]:
    source = Path(os.environ.get("WELDFUSION_REAL_DATA", ""))
    epochs = 1 if quick else EPOCHS
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        clips = converted(source, "cmt_arc_sound", home)
        cases = [(data, system) for system in SYSTEMS for data in DIVISIONS]
        rows: list[Row] = []
        for data, system in cases[:1] if quick else cases:
            trained = fitted(data, system, clips, home, epochs)
            rows += [
                replace(one, note=f"{one.note}; 4 folds, 1 seed, {epochs} epochs") for one in told(trained)
            ]
    return rows


def fitted(data: str, system: str, clips: Path, home: Path, epochs: int) -> wf.Run:
    """The config of the system first: that of the data replaces its simulated welds."""
    files = [CONFIGS / "systems" / "cnn_sk" / f"{system}.yaml", CONFIGS / "data" / f"{data}.yaml"]
    changes: dict[str, Any] = {"data.root": str(clips), "trainer.max_epochs": epochs}
    return wf.fit(files, changes, home / "runs" / f"{data}-{system}")


if __name__ == "__main__":
    raise SystemExit(run("systems_cmt", __doc__, measure))
