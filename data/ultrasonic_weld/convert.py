"""Turn the folder of the ultrasonic welds (index.csv and curves/) into a weldfusion data set, in place.

    python data/ultrasonic_weld/convert.py FOLDER

The curves stay as they are (the card tells the CSV reader where their header ends); `manifest.csv` gets the
machine's scalar readings from those headers.
"""

import re
import shutil
import sys
from pathlib import Path

import pandas as pd


def readings(path: Path) -> dict[str, str]:
    """Entries such as `<Energy>231.5</Energy>` of the header's section WeldValue."""
    text = path.read_text(encoding="utf-8")
    return dict(re.findall(r"<(\w+)>([^<>]*)</\1>", text.split("WeldValue>")[1]))


def convert(folder: Path) -> None:
    index = pd.read_csv(folder / "index.csv", dtype=str).rename(columns={"key": "weld", "path": "curves"})
    scalars = pd.DataFrame([readings(folder / path) for path in index["curves"]])
    index.join(scalars).to_csv(folder / "manifest.csv", index=False)
    shutil.copy(Path(__file__).with_name("dataset.yaml"), folder)


if __name__ == "__main__":
    convert(Path(sys.argv[1]))
