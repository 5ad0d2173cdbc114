"""Turn the folder of the robotic welds (index.csv and runs/) into a weldfusion data set, in place.

    python data/robotic_weld_runs/convert.py FOLDER

Sound and photos stay as they are. The readings come at uneven steps of about 1/9 s: they are put on an
even 9 Hz clock by linear interpolation. The active part is where the arc burns (current over 20 A),
less 3 s at both ends, because sound and readings were started by hand. Run and part numbers end in
the defect's code and are therefore no input.
"""

import shutil
import sys
from pathlib import Path

import numpy as np
import pandas as pd

CURRENT = "Primary Weld Current"
COLUMNS = ["Pressure", "CO2 Weld Flow", "Feed", CURRENT, "Wire Consumed", "Secondary Weld Voltage"]
RATE = 9.0
MARGIN_S = 3.0


def even_readings(path: Path) -> pd.DataFrame:
    raw = pd.read_csv(path)
    clock = pd.to_timedelta(raw["Time"])
    seconds = (clock - clock[0]).dt.total_seconds().to_numpy()
    grid = np.arange(0, seconds[-1], 1 / RATE)
    return pd.DataFrame({name: np.interp(grid, seconds, raw[name].to_numpy(float)) for name in COLUMNS})


def active_part(home: Path) -> tuple[float, float]:
    """Writes the even readings of a run; gives the seconds between which the arc surely burns."""
    readings = even_readings(home / f"{home.name}.csv")
    readings.to_csv(home / "readings_9Hz.csv", index=False, float_format="%.4f")
    burning = np.flatnonzero(readings[CURRENT] > 20) / RATE
    return round(burning[0] + MARGIN_S, 3), round(burning[-1] - MARGIN_S, 3)


def convert(folder: Path) -> None:
    welds = pd.read_csv(folder / "index.csv").rename(columns={"run": "weld"})
    home = "runs/" + welds["weld"]
    welds["sound"] = home + "/" + welds["weld"] + ".flac"
    welds["readings"] = home + "/readings_9Hz.csv"
    welds["photos"] = home + "/images/*.jpg"
    welds["verdict"] = np.where(welds["label"] == "good_weld", "good", "defect")
    welds[["active_from", "active_to"]] = [active_part(folder / path) for path in home]
    welds.to_csv(folder / "manifest.csv", index=False)
    shutil.copy(Path(__file__).with_name("dataset.yaml"), folder)


if __name__ == "__main__":
    convert(Path(sys.argv[1]))
