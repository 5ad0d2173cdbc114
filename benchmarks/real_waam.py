"""Wire-arc tube: the height increment of every segment of a layer, from speed, arc and infrared camera.

Needs the recordings: set WELDFUSION_REAL_DATA to the folder with waam_tube.zip. By blocks of 15 successive
layers, and by build: there open or closed loop, hot or cold and the day change all at once, and two builds
are too few for an interval. The simple baselines of every report see plain features of a window of 12
segments and the step's place in it; beside them stand two that see each segment: extra trees and a ridge
regression on the readings of the segment and of two neighbours on either side.
"""

import numpy as np
import pandas as pd
from harness import Row
from real_studies import Part, benchmark, beside
from sklearn.ensemble import ExtraTreesRegressor
from sklearn.impute import SimpleImputer
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import weldfusion as wf
from weldfusion.evaluation.baselines import TRAIN_PARTS
from weldfusion.evaluation.evaluate import Frames

STUDY = "waam_tube/tables/sensors.yaml"
NAME = "real_waam"
NEIGHBOURS = 2
COLUMNS = {
    "motion": ["vel_set", "vel", "place"],
    "arc": ["voltage", "current", "wire_feed"],
    "infrared": ["ir_avg", "ir_max"],
}


def segments(trained: wf.Run) -> tuple[pd.DataFrame, list[str]]:
    """A row for every segment of every layer (weld, seg, dh) and the columns of the run's own sensors, of the
    segment and of its neighbours; outside the layer the outermost segment stands for them."""
    dataset = trained.dataset(None)
    wanted = [name for sensor in trained.settings.data.inputs or COLUMNS for name in COLUMNS[sensor]]
    layers = []
    for weld in dataset.welds:
        layer = pd.read_csv(dataset.root / "layers" / f"{weld.id}.csv")[wanted]
        count = len(layer)
        shifts = range(-NEIGHBOURS, NEIGHBOURS + 1)
        around = [layer.iloc[np.clip(np.arange(count) + shift, 0, count - 1)].to_numpy() for shift in shifts]
        readings = pd.DataFrame(np.hstack(around)).add_prefix("x")
        dh = np.load(dataset.root / "layers" / f"{weld.id}_dh.npy")
        layers.append(readings.assign(weld=weld.id, seg=np.arange(count), dh=dh))
    table = pd.concat(layers, ignore_index=True)
    return table, [str(name) for name in table if str(name).startswith("x")]


def by_segment(trained: wf.Run) -> dict[str, Frames]:
    """Out-of-fold predictions of both models, laid out as those of the run's first network of each fold."""
    table, columns = segments(trained)
    names = {"extra trees on segments": ExtraTreesRegressor(300, min_samples_leaf=3, random_state=0),
             "ridge on segments": make_pipeline(StandardScaler(), Ridge())}  # fmt: skip
    first = [frame[frame["seed"] == frame["seed"].min()] for frame in trained.predictions()]
    found = {}
    for name, model in names.items():
        value: dict[tuple[str, str, int], float] = {}
        for fold in trained.split.values():
            part = table["weld"].map(fold.parts)
            fit, test = part.isin(TRAIN_PARTS) & table["dh"].notna(), part == "test"
            told = make_pipeline(SimpleImputer(strategy="median"), model)
            told.fit(table.loc[fit, columns].to_numpy(), table.loc[fit, "dh"].to_numpy())
            predicted = told.predict(table.loc[test, columns].to_numpy())
            keys = zip(table.loc[test, "weld"], table.loc[test, "seg"], strict=True)
            value |= {(fold.name, *key): one for key, one in zip(keys, predicted, strict=True)}
        windows, welds = (_with(frame, value, name) for frame in first)
        found[name] = windows, welds
    return found


def on_segments(title: str, trained: wf.Run) -> list[Row]:
    return beside(title, trained, by_segment(trained), "mae")


def _with(frame: pd.DataFrame, value: dict[tuple[str, str, int], float], name: str) -> pd.DataFrame:
    """The frame with other values: those of the segment in which each step begins."""
    begin = (frame["t0_s"] + 1e-6).astype(int)
    keys = zip(frame["fold"], frame["weld"], begin, strict=True)
    return frame.assign(value=[value[key] for key in keys], model=name)


PARTS = (
    Part("waam_by_block", STUDY, "waam_tube", "blocks of 15 layers", further=on_segments),
    Part(
        "waam_by_build", STUDY, "waam_tube", "each build left out", "waam_tube_by_build", further=on_segments
    ),
)

if __name__ == "__main__":
    raise SystemExit(benchmark(NAME, __doc__, PARTS))
