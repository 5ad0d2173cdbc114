"""The truth beside a weld: complete, and labels follow from it."""

from pathlib import Path

import numpy as np
import pytest

from weldfusion.data.card import read_card
from weldfusion.data.manifest import read_manifest
from weldfusion.simulate.aluminium_tig.process import AluminiumTig
from weldfusion.simulate.data_set import write_data_set
from weldfusion.simulate.process import plan_welds


@pytest.fixture(scope="module")
def pairs(tmp_path_factory: pytest.TempPathFactory) -> list:
    process = AluminiumTig(64)
    out = tmp_path_factory.mktemp("truth") / "welds"
    root = write_data_set(process, plan_welds(process, 12, 8, ["noise", "parameters"], 20.0), out, False)
    welds = read_manifest(root / "manifest.csv", read_card(root / "dataset.yaml"))
    return [(weld, np.load(root / "truth" / f"{weld.id}.npz")) for weld in welds]


def mean(values: np.ndarray) -> np.ndarray:
    return values.reshape(20, 64).mean(axis=1)


def test_states_along_follow_from_the_truth(pairs) -> None:
    for weld, truth in pairs:
        rows = Path(weld.targets["state"]).read_text().splitlines()[1:]
        told = [row.split(",")[2] for row in rows]
        t, width = float(truth["plate_mm"]), truth["pool.width_mm"]
        offset = np.abs(truth["joint.offset_mm"])
        depth = mean(truth["pool.depth_mm"]) / t
        side = mean(width / 2 - offset) / float(truth["groove_half_mm"])
        through = mean(truth["pool.back_width_mm"] / width) > 0.9
        hole = mean(truth["pool.sag_mm"]) > t
        aside = (mean(offset) > 0.8) | (mean(np.abs(truth["joint.hilo_mm"])) > 0.5)
        for k, name in enumerate(told):
            if through[k] or hole[k]:
                assert name == "burn-through"
            elif mean(truth["joint.film"])[k] > 0.3:
                assert name == "contamination"
            elif aside[k]:
                assert name == "misalignment"
            elif depth[k] < 0.8:
                assert name == "lack of penetration"
            else:
                assert name == ("lack of fusion" if side[k] < 1 else "good")


def test_curves_are_means_of_the_truth(pairs) -> None:
    for weld, truth in pairs:
        for target, curve in (("depth", "pool.depth_mm"), ("back_width", "pool.back_width_mm")):
            along = np.load(weld.targets[target])
            assert np.allclose(along[0], truth[curve].reshape(-1, 8).mean(1), atol=1e-4)


def test_the_truth_tells_cause_events_groups_and_sensors(pairs) -> None:
    for weld, truth in pairs:
        assert str(truth["design.cause"])
        assert truth["event_kinds"].tolist() == ["speed dip", "current dip"]
        assert len(truth["events.kind"]) == len(truth["events.time_s"])
        assert str(truth["place.session"]) == weld.groups["session"]
        assert {"noise.setup.level", "noise.dropouts_s", "noise.offset_s"} <= set(truth.files)
        assert {"met.groove_half_mm", "met.efficiency", "inputs.current_a"} <= set(truth.files)


def test_what_goes_wrong_is_no_parameter(pairs) -> None:
    for weld, truth in pairs:
        assert weld.values["parameters"] == pytest.approx(
            (float(truth["design.current_a"]), float(truth["design.speed_mm_s"])), rel=1e-5
        )
        assert weld.speed_mm_s == pytest.approx(float(truth["design.speed_mm_s"]), rel=1e-5)
