"""Turn the folder of the wire-arc tubes (a table of layers × segments a build) into a data set, in place.

    python data/waam_tube/convert.py FOLDER

A layer becomes a "weld" of 48 segments, one sample each. `seg` counts them in the order of welding: the arc
starts at segment 0 in both directions, and the planned speed of one layer is that of the one before
reversed. `dir` tells from which side, so the place on the tube (0 to 47) is `seg` or 47 − `seg`; it is
written beside the speed. `height_error` is measured on the same layer as the target and `energy` is a
running sum that counts the segments: neither becomes an input. Blocks of 15 successive layers stay
together.
"""

import shutil
import sys
from pathlib import Path

import numpy as np
import pandas as pd

SEGMENTS, BLOCK = 48, 15
SENSORS = ["vel_set", "vel", "place", "voltage", "current", "wire_feed", "ir_avg", "ir_max"]


def write_layer(folder: Path, name: str, layer: pd.DataFrame) -> None:
    """Sensors as `layers/<name>.csv`, height increments (NaN: not measured) as `<name>_dh.npy`."""
    layer = layer.sort_values("seg")
    if layer["seg"].tolist() != list(range(SEGMENTS)):
        raise SystemExit(
            f"{folder}: {name} has segments {layer['seg'].tolist()}, expected 0 to {SEGMENTS - 1}"
        )
    place = np.where(layer["dir"] == 1, layer["seg"], SEGMENTS - 1 - layer["seg"])
    layer.assign(place=place)[SENSORS].to_csv(folder / "layers" / f"{name}.csv", index=False)
    np.save(folder / "layers" / f"{name}_dh.npy", layer["dh"].to_numpy(np.float32))


def convert(folder: Path) -> None:
    (folder / "layers").mkdir(exist_ok=True)
    rows = []
    for file in pd.read_csv(folder / "index.csv")["file"]:
        build = file.removesuffix(".csv")
        for number, layer in pd.read_csv(folder / file).groupby("layer"):
            name = f"{build}-{number:03d}"
            write_layer(folder, name, layer)
            block = (number - 1) // BLOCK + 1
            rows.append((name, f"layers/{name}.csv", f"layers/{name}_dh.npy", build, f"{build}-{block}"))
    welds = pd.DataFrame(rows, columns=["weld", "segments", "height_increment", "build", "block"])
    welds.to_csv(folder / "manifest.csv", index=False)
    shutil.copy(Path(__file__).with_name("dataset.yaml"), folder)


if __name__ == "__main__":
    convert(Path(sys.argv[1]))
