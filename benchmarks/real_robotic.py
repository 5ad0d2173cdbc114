"""Robotic welds, good or defect: sound, photos and readings alone by several encoders, and their fusions.

Needs the recordings: set WELDFUSION_REAL_DATA to the folder with robotic_weld_runs.zip. Whole config
folders held out; single runs held out, which flatters; and folders again with the photos of every third run
taken away. Reduced to two cores: 12 epochs instead of 30, a window of 2 s every 4 s, three photos of 48 ×
108 pixels. 24 runs: intervals are wide, and no row with fewer than some five runs more or less right can be
told from another.
"""

from pathlib import Path

import pandas as pd
from real_studies import Part, benchmark, unzipped

STUDY = "robotic/tables/sensors.yaml"
NAME = "real_robotic"
REDUCED = "12 epochs, a window every 4 s, small photos"


def without_some_photos(home: Path) -> Path:
    """A copy of the data set in which every third run lacks its photos; the recordings are linked."""
    source, folder = unzipped(home, "robotic_weld_runs"), home / "data" / "robotic_photos_missing"
    if not (folder / "manifest.csv").is_file():
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "runs").symlink_to((source / "runs").absolute(), target_is_directory=True)
        (folder / "dataset.yaml").write_bytes((source / "dataset.yaml").read_bytes())
        welds = pd.read_csv(source / "manifest.csv", dtype=str)
        welds.loc[welds.index % 3 == 1, "photos"] = None
        welds.to_csv(folder / "manifest.csv", index=False)
    return folder


PARTS = (
    Part("robotic_by_folder", STUDY, "robotic_weld_runs", f"whole config folders, {REDUCED}"),
    Part("robotic_photos_missing", "robotic/tables/photos_missing.yaml", "robotic_photos_missing",
         f"whole config folders, photos missing in 8 of 24 runs, {REDUCED}", prepare=without_some_photos),
    Part("robotic_by_run", STUDY, "robotic_weld_runs", f"single runs, which flatters, {REDUCED}",
         "robotic_weld_runs_by_run"),
)  # fmt: skip

if __name__ == "__main__":
    raise SystemExit(benchmark(NAME, __doc__, PARTS))
