"""Turn the folder of the CMT arc sound (index.csv and its clips) into a weldfusion data set, in place.

    python data/cmt_arc_sound/convert.py FOLDER

The clips of 0.15 s of a class follow each other without a pause, as `index` counts them: each class is one
long recording. They become four blocks of successive clips per class; the last five clips (0.75 s) before the
next block are left out, so that no clip of one block touches one of another. A clip with the same samples as
an earlier one (Excessive_penetration/0266 is 0008) is left out too.
"""

import hashlib
import shutil
import sys
from pathlib import Path

import numpy as np
import pandas as pd

BLOCKS, GAP = 4, 5


def convert(folder: Path) -> None:
    clips = pd.read_csv(folder / "index.csv")
    penetration = clips["class"].str.lower()
    size = clips.groupby("class")["index"].transform("max").add(1).floordiv(BLOCKS)
    block = clips["index"].floordiv(size).clip(upper=BLOCKS - 1)
    between = (clips["index"] - block * size >= size - GAP) & (block < BLOCKS - 1)
    content = clips["file"].map(lambda name: hashlib.sha256((folder / name).read_bytes()).hexdigest())
    gap, copy = "gap between two blocks of one recording", "same samples as an earlier clip"
    welds = pd.DataFrame(
        {
            "weld": penetration + "-" + clips["index"].map("{:04d}".format),
            "microphone": clips["file"],
            "penetration": penetration,
            "block": penetration + "-" + (block + 1).astype(str),
            "exclude": np.select([between, content.duplicated()], [gap, copy], ""),
        }
    )
    welds.to_csv(folder / "manifest.csv", index=False)
    shutil.copy(Path(__file__).with_name("dataset.yaml"), folder)


if __name__ == "__main__":
    convert(Path(sys.argv[1]))
