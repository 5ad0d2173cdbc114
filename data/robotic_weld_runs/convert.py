"""Turn the folder of the robotic welds (index.csv and runs/) into a weldfusion data set, in place.

    python data/robotic_weld_runs/convert.py FOLDER

The readings come at uneven steps of about 1/9 s: they are put on an even 9 Hz clock. The active part is where
the arc burns, less 3 s at both ends, because sound and readings were started by hand. Run and part numbers
end in the defect's code and are therefore no input.
"""

import shutil
import sys
from pathlib import Path

import numpy as np
import pandas as pd

from weldfusion.signals.arc import find_arc

RATE, MARGIN_S = 9.0, 3.0


def active_part(home: Path) -> tuple[float, float]:
    """Writes the even readings of a run; gives the seconds between which the arc surely burns."""
    raw = pd.read_csv(home / f"{home.name}.csv")
    clock = pd.to_timedelta(raw["Time"])
    seconds = (clock - clock[0]).dt.total_seconds().to_numpy()
    grid = np.arange(0, seconds[-1], 1 / RATE)
    numbers = raw.dropna(axis=1).select_dtypes("number")
    even = pd.DataFrame({name: np.interp(grid, seconds, raw[name]) for name in numbers})
    even.to_csv(home / "readings_9Hz.csv", index=False, float_format="%.4f")
    arc = find_arc(even["Primary Weld Current"].to_numpy(), RATE)
    return round(arc.begin_s + MARGIN_S, 3), round(arc.end_s - MARGIN_S, 3)


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
