"""Turn the folder of the ultrasonic welds (index.csv and curves/) into a weldfusion data set, in place.

    python data/ultrasonic_weld/convert.py FOLDER

The curves stay as they are (the card tells the CSV reader where their header ends); this writes
`manifest.csv` with the machine's scalar readings taken from those headers, and copies `dataset.yaml`.
"""

import re
import shutil
import sys
from pathlib import Path

import pandas as pd

READINGS = {
    "weld_time_ms": "WeldTime",
    "distance_difference_mm": "DistDiff",
    "distance_absolute_mm": "DistAbs",
    "cycle_time_ms": "CycleTime",
    "trigger_distance_mm": "TrigDist",
    "run_speed": "RunSpeed",
    "energy_Ws": "Energy",
    "max_power_W": "MaxPower",
    "max_force_N": "MaxForce",
    "trigger_force_N": "TrigForce",
    "loss_power_W": "LossPower",
}


def readings(path: Path) -> dict[str, str]:
    """The header's entries `<Energy>231.5</Energy>` as columns of the manifest."""
    header = path.read_text(encoding="utf-8").split("#CSV-START#")[0]
    values = dict(re.findall(r"<(\w+)>([^<>]*)</\1>", header))
    return {column: values[tag] for column, tag in READINGS.items()}


def convert(folder: Path) -> None:
    index = pd.read_csv(folder / "index.csv", dtype=str)
    index = index.rename(columns={"key": "weld", "path": "curves"})
    scalars = pd.DataFrame([readings(folder / path) for path in index["curves"]])
    index.join(scalars).to_csv(folder / "manifest.csv", index=False)
    shutil.copy(Path(__file__).with_name("dataset.yaml"), folder)


if __name__ == "__main__":
    convert(Path(sys.argv[1]))
