"""The script in data/waam_tube: counts, what is no input, and which way a layer was welded."""

import runpy
import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from weldfusion.data.check import check
from weldfusion.data.folder import Dataset, read_dataset
from weldfusion.data.readers.find import read

SCRIPT = runpy.run_path(str(Path(__file__).parents[2] / "data" / "waam_tube" / "convert.py"))
BUILDS = ("CL_cold", "OL_hot")


@pytest.fixture(scope="module")
def tube(real_data: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    folder = tmp_path_factory.mktemp("tube") / "data"
    shutil.copytree(real_data("waam_tube"), folder)
    SCRIPT["convert"](folder)
    return read_dataset(folder)


def layer(dataset: Dataset, build: str, number: int) -> pd.DataFrame:
    return pd.read_csv(dataset.root / "layers" / f"{build}-{number:03d}.csv")


@pytest.mark.real_data
def test_layers_are_those_that_were_published_in_blocks_of_15(tube: Dataset) -> None:
    assert Counter(weld.groups["build"] for weld in tube.welds) == dict.fromkeys(BUILDS, 105)
    blocks = Counter((weld.groups["build"], weld.groups["block"]) for weld in tube.welds)
    assert blocks == {(build, f"{build}-{n}"): 15 for build in BUILDS for n in range(1, 8)}
    assert [found.message for found in check(tube.root) if found.level == "error"] == []


@pytest.mark.real_data
def test_results_of_the_same_layer_are_no_input(tube: Dataset) -> None:
    channels = {name for modality in tube.card.modalities.values() for name in modality.channels}
    assert channels == {"vel_set", "vel", "place", "voltage", "current", "wire_feed", "ir_avg", "ir_max"}
    written = {name for file in (tube.root / "layers").glob("*.csv") for name in pd.read_csv(file, nrows=0)}
    assert written == channels


@pytest.mark.real_data
def test_increments_are_those_of_the_table(tube: Dataset) -> None:
    unknown = 0
    for build in BUILDS:
        table = pd.read_csv(tube.root / f"{build}.csv")
        for number in range(1, 106, 13):
            expected = table[table["layer"] == number].set_index("seg")["dh"].sort_index()
            found = read(tube.root / "layers" / f"{build}-{number:03d}_dh.npy", {}).values[0]
            assert np.allclose(found, expected, rtol=1e-6, equal_nan=True)
        unknown += sum(np.isnan(np.load(f)).sum() for f in (tube.root / "layers").glob(f"{build}*_dh.npy"))
    assert unknown == 76 + 52


@pytest.mark.real_data
def test_segments_run_in_the_order_of_welding_and_places_on_the_tube_stay(tube: Dataset) -> None:
    """In open loop the speed was planned for each place once: it repeats by place in every layer, by segment
    only in every second one. The arc starts (at low voltage) at the first segment of either direction."""
    by_place, by_segment = [], []
    for number in range(2, 106):
        one, before = layer(tube, "OL_hot", number), layer(tube, "OL_hot", number - 1)
        by_segment.append(np.abs(one["vel_set"] - before["vel_set"]).mean())
        plans = [side.set_index("place")["vel_set"].sort_index() for side in (one, before)]
        by_place.append(np.abs(plans[0] - plans[1]).mean())
        assert set(one["place"]) == set(range(48))
        assert one["place"].iloc[0] == 47 - before["place"].iloc[0]
    assert np.median(by_place) < 0.2 * np.median(by_segment)
    first = np.array([layer(tube, "OL_hot", n)["voltage"].to_numpy() for n in range(1, 106)])
    for side in (first[::2], first[1::2]):
        assert side[:, 0].mean() < side[:, -1].mean() - 2


def test_a_layer_that_lacks_a_segment_is_told(tmp_path: Path) -> None:
    (tmp_path / "layers").mkdir()
    short = pd.DataFrame({"seg": range(47), "dir": 1, "dh": 1.0})
    with pytest.raises(SystemExit, match="OL_hot-001 has segments"):
        SCRIPT["write_layer"](tmp_path, "OL_hot-001", short)
