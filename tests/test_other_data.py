"""A run on other data folders: matched by name, refused in one line, welds seen in training told."""

import json
import re
import shutil
import warnings

import numpy as np
import pandas as pd
import pytest
import torch
import yaml

import weldfusion as wf
from tests.permuted_set import changed, permuted, write_set
from weldfusion.data.alignment import aligned
from weldfusion.data.folder import read_dataset
from weldfusion.errors import RunError, WeldfusionWarning

pytestmark = pytest.mark.filterwarnings("ignore::weldfusion.errors.WeldfusionWarning")
KEYS = ["fold", "weld", "target", "class"]


def fitted(root, folder, **more):
    torch.set_num_threads(1)
    overrides = {
        "data.root": str(root), "trainer.max_epochs": 8, "trainer.accelerator": "cpu",
        "training.batch_size": 8, **more,
    }  # fmt: skip
    return wf.fit((), overrides, folder=folder, say=lambda line: None)


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    return write_set(tmp_path_factory.mktemp("data") / "two")


@pytest.fixture(scope="module")
def run(root, tmp_path_factory):
    return fitted(root, tmp_path_factory.mktemp("runs") / "r", **{"split": "KFold", "split.k": 2})


@pytest.fixture
def copy(root, tmp_path):
    """Copies the data set with another card."""

    def made(changes):
        there = shutil.copytree(root, tmp_path / "copy")
        card = yaml.safe_load((there / "dataset.yaml").read_text())
        (there / "dataset.yaml").write_text(yaml.safe_dump(changed(card, changes), sort_keys=False))
        return there

    return made


def test_a_permuted_card_gives_the_same_predictions(run, root, tmp_path):
    there = permuted(root, tmp_path / "permuted")
    for ours, theirs in zip(run.predict(root), run.predict(there), strict=True):
        keys = [*KEYS[:2], *(["window"] if "window" in ours else []), *KEYS[2:]]
        assert ours[keys].equals(theirs[keys])
        np.testing.assert_allclose(ours["truth"], theirs["truth"])
        np.testing.assert_allclose(ours["value"], theirs["value"], rtol=1e-5)


def test_a_permuted_card_gives_the_same_figures(run, root, tmp_path):
    ours = run.evaluate(data=root)
    theirs = run.evaluate(data=permuted(root, tmp_path / "permuted"))
    for target in ours["targets"]:
        for level in ("weld", "window"):
            mine, other = (found["targets"][target][level]["figures"] for found in (ours, theirs))
            assert {k: v["value"] for k, v in mine.items()} == pytest.approx(
                {k: v["value"] for k, v in other.items()}, rel=1e-4
            )
    assert ours["targets"]["defect"]["weld"]["confusion"] == theirs["targets"]["defect"]["weld"]["confusion"]
    assert ours["targets"]["defect"]["classes"] == ["good", "pore", "crack"]


def test_the_runs_own_folder_with_a_card_changed_later(root, tmp_path):
    there = shutil.copytree(root, tmp_path / "own")
    own = fitted(there, tmp_path / "r")
    before = own.predictions()[1]
    card = yaml.safe_load((there / "dataset.yaml").read_text())
    card["targets"]["defect"]["classes"].reverse()
    card["modalities"]["settings"]["columns"].reverse()
    (there / "dataset.yaml").write_text(yaml.safe_dump(card, sort_keys=False))
    pd.testing.assert_frame_equal(before, own.predictions()[1])


FLAGS = {"kind": "multilabel", "column": "defect", "classes": ["good", "pore", "crack"]}
REFUSED = {
    "unit of a sensor": (
        {"modalities.curve.unit": "mV"},
        r"dataset.yaml: modalities.curve.unit: is 'mV', must be 'V'",
    ),
    "unit of a target": ({"targets.force.unit": "kN"}, r"targets.force.unit: is 'kN', must be 'N'"),
    "channel missing": (
        {"modalities.curve.channels": ["u", "j"]},
        r"modalities.curve.channels: has no 'i', the run needs u, i",
    ),
    "channels unnamed": ({"modalities.curve.channels": None}, r"modalities.curve.channels: are not named"),
    "column missing": (
        {"modalities.settings.columns": ["current", "force2"]},
        r"modalities.settings.channels: has no 'voltage'",
    ),
    "kind": ({"targets.force": FLAGS}, r"targets.force.kind: is 'multilabel', must be 'real'"),
    "modality missing": (
        {"modalities.settings": None},
        r"modalities.settings: is missing, but the run was trained with it",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_does_not_fit_is_refused_in_one_line(run, copy, name):
    changes, message = REFUSED[name]
    there = copy(changes)
    table = pd.read_csv(there / "manifest.csv").assign(force2=1.0)
    table.to_csv(there / "manifest.csv", index=False)
    with pytest.raises(RunError, match=message) as caught:
        run.predict(there)
    assert "\n" not in str(caught.value)


def test_a_class_that_the_run_does_not_know_is_refused(run, root, tmp_path):
    there = permuted(root, tmp_path / "permuted", {"w03": "burnt"})
    with pytest.raises(
        RunError, match="manifest row 5: defect: 'burnt' is no class of the run; valid: crack"
    ):
        run.evaluate(data=there)


def test_a_target_that_the_folder_lacks_has_no_truth(run, copy):
    metrics = run.evaluate(data=copy({"targets.force": None}))
    assert metrics["targets"]["force"]["weld"]["reason"] == "no truth is known"
    assert metrics["targets"]["defect"]["weld"]["figures"]


def test_left_out_classes_are_left_out_again_and_counted(root, tmp_path):
    less = fitted(
        root, tmp_path / "r", **{"data.leave_out": {"defect": ["crack"]}, "data.targets": ["defect"]}
    )
    metrics = less.evaluate(data=root)
    assert metrics["targets"]["defect"]["classes"] == ["good", "pore"]
    assert metrics["targets"]["defect"]["weld"]["rows"] == 16
    assert "8 of 24 welds are left out, as the run was trained without defect crack" in metrics["warnings"]


def test_aligned_twice_is_aligned_once(run, root, tmp_path):
    once = aligned(read_dataset(permuted(root, tmp_path / "p")), run.card, run.settings.data)
    assert aligned(once, run.card, run.settings.data) == once


def test_welds_seen_in_training_are_told(run, root, tmp_path):
    there = permuted(root, tmp_path / "renamed")
    shutil.copy(root / "curves/w05.npy", there / "curves/w05.npy")
    card = yaml.safe_load((there / "dataset.yaml").read_text())
    card["modalities"]["curve"]["channels"] = ["u", "i"]
    rows = pd.read_csv(there / "manifest.csv")
    rows = rows[rows["weld"] == "w05"].assign(weld="another name")
    rows.to_csv(there / "manifest.csv", index=False)
    (there / "dataset.yaml").write_text(yaml.safe_dump(card, sort_keys=False))
    metrics = run.evaluate(data=there)
    assert metrics["warnings"][0].startswith("1 of 1 welds were seen in training (another name)")
    assert metrics["seen_in_training"]


def test_same_ids_with_other_recordings_are_no_training_welds(run, tmp_path):
    there = write_set(tmp_path / "new", welds=12)
    for path in (there / "curves").iterdir():
        np.save(path, np.load(path) * 1.01)
    metrics = run.evaluate(data=there)
    assert not metrics["seen_in_training"]
    assert metrics["warnings"][0].startswith("12 of 12 welds have the id of a weld of training, but other")


def test_without_the_training_folder_the_id_tells(root, tmp_path):
    there = shutil.copytree(root, tmp_path / "own")
    moved = fitted(there, tmp_path / "r")
    there.rename(tmp_path / "away")
    metrics = moved.evaluate(data=tmp_path / "away")
    trained = sum(part != "test" for part in moved.split["holdout"].parts.values())
    assert metrics["warnings"][0].startswith(f"{trained} of 24 welds were seen in training")


def test_another_data_set_is_predicted_by_the_mean_of_all_networks(run, tmp_path):
    there = write_set(tmp_path / "new", welds=12)
    metrics = run.evaluate(data=there)
    folder = run.evaluation_folder(data=there)
    kept = pd.read_parquet(folder / "predictions_weld.parquet")
    mean = run.predict(there)[1].groupby(["weld", "target", "class"])["value"].mean()
    np.testing.assert_allclose(
        kept.set_index(["weld", "target", "class"])["value"].sort_index(), mean.sort_index()
    )
    assert metrics["networks"] == 2
    assert metrics["targets"]["defect"]["weld"]["rows"] == 12
    page = (folder / "report.html").read_text()
    assert "another data set, mean of 2 networks" in page
    assert "out-of-fold" not in page
    assert json.loads((folder / "metrics.json").read_text()) == metrics


def test_training_without_modality_dropout_is_told(root, tmp_path):
    bare = fitted(root, tmp_path / "r", **{"model.modality_dropout": 0.0, "trainer.max_epochs": 1})
    assert any("absence of a sensor was never trained" in line for line in bare.evaluate()["warnings"])


def test_modality_dropout_needs_no_such_warning(run):
    assert not any("absence of a sensor" in line for line in run.evaluate()["warnings"])


def test_groups_of_the_card_that_training_and_test_share_are_counted(root, tmp_path):
    lines = []
    overrides = {
        "data.root": str(root),
        "split.by": "weld",
        "trainer.max_epochs": 1,
        "trainer.accelerator": "cpu",
    }
    single = wf.fit((), overrides, folder=tmp_path / "r", say=lines.append)
    parts = single.split["holdout"].parts
    days = {weld.id: weld.groups["day"] for weld in read_dataset(root).welds}
    tested = {days[weld] for weld, part in parts.items() if part == "test"}
    shared = tested & {days[weld] for weld, part in parts.items() if part in ("fit", "select")}
    assert shared
    assert f"  0 welds and {len(shared)} groups shared between training and test" in lines
    single.evaluate()
    page = (single.evaluation_folder() / "report.html").read_text()
    cells = re.findall(r"<td[^>]*>(.*?)</td>", page.partition(">groups in test and training<")[2])
    counted = [sum(part == name for part in parts.values()) for name in ("fit", "select", "test")]
    assert cells[:6] == ["holdout", *map(str, counted), str(counted[2]), str(len(shared))]
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        wf.fit((), {**overrides, "split": {"class_path": "FromFile", "path": str(single.folder.split)}},
               folder=tmp_path / "again", say=lambda line: None)  # fmt: skip
    told = [str(w.message) for w in caught if issubclass(w.category, WeldfusionWarning)]
    assert any(f"holdout: {len(shared)} groups of 'day' are in training and test" in text for text in told)


def test_a_fit_that_goes_on_keeps_the_card_it_began_with(root, tmp_path):
    """One network is taken away, classes and columns are permuted in place: the same weights again."""
    home = shutil.copytree(root, tmp_path / "home")
    begun = fitted(home, tmp_path / "run", **{"seeds": 2})
    network = next(begun.folder.path.glob("*-seed1/2-network.pt"))
    expected = torch.load(network, weights_only=True)["model"]
    shutil.rmtree(network.parent)
    there = permuted(root, tmp_path / "permuted")
    shutil.rmtree(home)
    shutil.copytree(there, home)
    fitted(home, tmp_path / "run", **{"seeds": 2})
    found = torch.load(network, weights_only=True)["model"]
    assert all(torch.equal(found[name], expected[name]) for name in expected)
