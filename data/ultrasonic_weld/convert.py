"""Turn the folder of the ultrasonic welds (index.csv and curves/) into a weldfusion data set, in place.

    python data/ultrasonic_weld/convert.py FOLDER

The curves stay as they are (the card tells the CSV reader where their header ends); this writes
`manifest.csv` with the machine's scalar readings taken from those headers, and copies `dataset.yaml`.
"""

import csv
import re
import shutil
import sys
from pathlib import Path

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


def convert(folder: Path) -> None:
    with open(folder / "index.csv", newline="", encoding="utf-8") as file:
        index = list(csv.DictReader(file))
    with open(folder / "manifest.csv", "w", newline="", encoding="utf-8") as file:
        columns = ["weld", "day", "curves", "class", "pullout_force_N", *READINGS]
        table = csv.DictWriter(file, columns)
        table.writeheader()
        for row in index:
            header = (folder / row["path"]).read_text(encoding="utf-8").split("#CSV-START#")[0]
            values = dict(re.findall(r"<(\w+)>([^<>]*)</\1>", header))
            table.writerow(
                {"weld": row["key"], "curves": row["path"]}
                | {name: row[name] for name in ("day", "class", "pullout_force_N")}
                | {name: values[tag] for name, tag in READINGS.items()}
            )
    shutil.copy(Path(__file__).with_name("dataset.yaml"), folder)


if __name__ == "__main__":
    convert(Path(sys.argv[1]))
