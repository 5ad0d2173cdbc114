"""The truth beside a weld: complete, and labels follow from it."""

from pathlib import Path

import numpy as np
import pytest

from weldfusion.data.card import read_card
from weldfusion.data.manifest import read_manifest
from weldfusion.simulate.laser.process import simulate_laser
from weldfusion.simulate.laser.weld import SENSORS, device_of

WELDS, SECONDS = 6, 1.0


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return simulate_laser(
        tmp_path_factory.mktemp("truth") / "welds", WELDS, 8, weld_s=SECONDS, progress=False
    )


@pytest.fixture(scope="module")
def pairs(root: Path) -> list:
    welds = read_manifest(root / "manifest.csv", read_card(root / "dataset.yaml"))
    return [(weld, np.load(root / "truth" / f"{weld.id}.npz")) for weld in welds]


def test_states_have_the_stated_rates(pairs) -> None:
    for _, truth in pairs:
        for name in ("keyhole.depth_m", "keyhole.open_root", "keyhole.plume_temperature_k", "bead.depth_m"):
            assert truth[name].shape == (2_000,)
            assert truth[name].dtype == np.float32
        for name in ("heat.pool_width_m", "film.water", "inputs.gap_m", "inputs.focus_m"):
            assert truth[name].shape == (500,)
        assert (truth["rate_hz.fast"], truth["rate_hz.slow"]) == (2_000, 500)


def test_labels_follow_from_the_truth(pairs) -> None:
    for weld, truth in pairs:
        assert 1e3 * truth["bead.depth_m"].mean() == pytest.approx(weld.targets["depth_mm"], abs=1e-3)
        along = np.load(weld.targets["depth"])
        assert np.allclose(along[0], 1e3 * truth["bead.depth_m"].reshape(-1, 2).mean(1), atol=1e-5)
        width = np.load(weld.targets["back_width"])
        assert np.allclose(width[0], 1e3 * truth["bead.back_width_m"].reshape(-1, 2).mean(1), atol=1e-5)
        rows = Path(weld.targets["pores"]).read_text().splitlines()
        assert rows[0] == "t0_s,t1_s,value"
        counts = truth["pores.survived"] & (truth["pores.diameter_m"] >= 50e-6)
        inside = [[float(cell) for cell in row.split(",")[:2]] for row in rows[1:]]
        for time in truth["pores.time_s"][counts]:
            assert any(start <= time <= end for start, end in inside)
        assert len(inside) <= counts.sum()
        reach = 2 * 0.5e-3 / float(truth["design.speed_m_s"])
        assert sum(end - start for start, end in inside) <= counts.sum() * reach + 1e-5
        opened = truth["keyhole.open_root"].reshape(-1, 50).mean(1) > 0.5
        along = Path(weld.targets["penetration"]).read_text().splitlines()[1:]
        assert [row.endswith("FP") for row in along] == opened.tolist()


def test_events_tell_kind_and_pore(pairs) -> None:
    for _, truth in pairs:
        assert set(truth["events.kind"]) <= set(range(len(truth["event_kinds"])))
        bore = np.isfinite(truth["events.pore_diameter_m"])
        assert bore.sum() == len(truth["pores.event"])
        assert np.array_equal(np.flatnonzero(bore), np.sort(truth["pores.event"]))
        assert truth["events.pore_survived"].sum() == truth["pores.survived"].sum()
        assert np.all((truth["events.drop"] >= 0.3) & (truth["events.drop"] <= 0.9))


def test_set_up_clock_and_dropouts_of_every_sensor_are_told(pairs) -> None:
    for weld, truth in pairs:
        for name in filter(device_of, SENSORS):
            assert truth[f"{name}.dropouts_s"].shape[1] == 2
            assert abs(truth[f"{name}.offset_s"] - weld.offset_s[name]) < 1.2e-3
            assert truth[f"{name}.clock_ppm"] == pytest.approx(weld.clock_ppm[name], abs=1e-2)
        assert truth["photodiode.setup.gain"].shape == (3,)
        assert 0.1 < truth["microphone.setup.distance_m"] < 0.5
        assert str(truth["place.session"]) == weld.groups["session"]
        assert str(truth["design.cause"]).startswith("nominal depth")
        assert 3.6e-3 < truth["joint.plate_m"] < 4.4e-3
