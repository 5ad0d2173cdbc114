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

COLUMNS = [
    "Pressure",
    "CO2 Weld Flow",
    "Feed",
    "Primary Weld Current",
    "Wire Consumed",
    "Secondary Weld Voltage",
]
RATE = 9.0
MARGIN_S = 3.0


def even_readings(path: Path) -> pd.DataFrame:
    raw = pd.read_csv(path)
    clock = pd.to_datetime(raw["Time"], format="%H:%M:%S.%f")
    seconds = (clock - clock.iloc[0]).dt.total_seconds().to_numpy()
    grid = np.arange(0, seconds[-1], 1 / RATE)
    return pd.DataFrame({name: np.interp(grid, seconds, raw[name].to_numpy(float)) for name in COLUMNS})


def convert(folder: Path) -> None:
    rows = []
    for run, label, config in pd.read_csv(folder / "index.csv").itertuples(index=False):
        home = Path("runs") / run
        readings = even_readings(folder / home / f"{run}.csv")
        readings.to_csv(folder / home / "readings_9Hz.csv", index=False, float_format="%.4f")
        burning = np.flatnonzero(readings["Primary Weld Current"].to_numpy() > 20) / RATE
        rows.append(
            {
                "weld": run,
                "config_folder": config,
                "sound": home / f"{run}.flac",
                "readings": home / "readings_9Hz.csv",
                "photos": home / "images" / "*.jpg",
                "verdict": "good" if label == "good_weld" else "defect",
                "label": label,
                "active_from": round(burning[0] + MARGIN_S, 3),
                "active_to": round(burning[-1] - MARGIN_S, 3),
            }
        )
    pd.DataFrame(rows).to_csv(folder / "manifest.csv", index=False)
    shutil.copy(Path(__file__).with_name("dataset.yaml"), folder)


if __name__ == "__main__":
    convert(Path(sys.argv[1]))
