"""Turn the folder of the flash butt welds (index.csv and its records) into a weldfusion data set, in place.

    python data/flash_weld/convert.py FOLDER

A bad weld takes longer, so the length of a record alone tells it (AUC 0.997): only the first 30 s of every
record are the active part, which all records have. All bad welds are in shift 0 and come in runs, so the
welds of a shift are put into blocks of 22 successive ones, to be held out as a whole. `split` is for the
question across shifts: shift 0 is trained on, the others are tested.
"""

import shutil
import sys
from pathlib import Path

import numpy as np
import pandas as pd

FIRST_S, BLOCK = 30, 22


def convert(folder: Path) -> None:
    index = pd.read_csv(folder / "index.csv").sort_values("time", kind="stable")
    block = index.groupby("shift").cumcount() // BLOCK + 1
    shift = index["shift"].astype(str)
    welds = pd.DataFrame(
        {
            "weld": index["file"].str.removesuffix(".csv"),
            "record": index["file"],
            "verdict": index["label"],
            "shift": shift,
            "block": shift + "-" + block.map("{:02d}".format),
            "active_from": 0,
            "active_to": FIRST_S,
            "split": np.where(index["shift"] == 0, "train", "test"),
        }
    )
    welds.to_csv(folder / "manifest.csv", index=False)
    shutil.copy(Path(__file__).with_name("dataset.yaml"), folder)


if __name__ == "__main__":
    convert(Path(sys.argv[1]))
