"""Selections see the fit part only, and give what the scikit-learn transformer gives on its windows."""

import json

import numpy as np
import pandas as pd
import pytest
import torch
import yaml

from tests.training.tiny_data import write_tiny
from weldfusion.config.load import load_settings
from weldfusion.data.batch import Batch
from weldfusion.data.dataset import WeldWindows
from weldfusion.data.flow import Flow
from weldfusion.data.folder import read_dataset
from weldfusion.errors import ConfigError, RunError
from weldfusion.run import Run
from weldfusion.signals.channel_selection import ChannelSelection
from weldfusion.signals.collinearity import StepwiseVif
from weldfusion.training import selecting
from weldfusion.training.atomic import load_state
from weldfusion.training.fit import fit_run
from weldfusion.training.selecting import chosen_windows, filled, first_classes

BASE = {
    "data.windows.length_s": 0.2,
    "trainer.max_epochs": 1,
    "trainer.accelerator": "cpu",
    "training.batch_size": 8,
    "model.select": {
        "settings": {"class_path": "StepwiseVif", "init_args": {"most": 10.0}},
        "curve": {"class_path": "ChannelSelection", "init_args": {"most": 0.95, "count": 2}},
    },
}
pytestmark = pytest.mark.filterwarnings("ignore::weldfusion.errors.WeldfusionWarning")


def write_wide(root):
    """`write_tiny` with a column that is the sum of two, a constant one, and curves of five channels of which
    one is constant and one the noisy copy of another."""
    write_tiny(root)
    table = pd.read_csv(root / "manifest.csv", dtype=str, keep_default_na=False)
    rng = np.random.default_rng(3)
    table["power"] = (table["current"].astype(float) + 2 * table["voltage"].astype(float)).round(3)
    table["plate"] = 2.0
    table.to_csv(root / "manifest.csv", index=False)
    card = yaml.safe_load((root / "dataset.yaml").read_text())
    card["modalities"]["settings"]["columns"] += ["power", "plate"]
    card["modalities"]["curve"]["channels"] = ["u", "copy", "flat", "noise", "other"]
    (root / "dataset.yaml").write_text(yaml.safe_dump(card, sort_keys=False))
    for number, file in enumerate(sorted((root / "curves").glob("*.npy"))):
        u = np.load(file)
        u = u + (1 + number % 2) * 0.5
        noise = rng.normal(size=(2, 40))
        rows = [u, 2 * u + 1e-3 * noise[0], np.full(40, 7.0), noise[0], noise[1] + 0.2 * (number % 2)]
        np.save(file, np.array(rows, dtype=np.float32))
    return root


@pytest.fixture(autouse=True)
def one_thread():
    torch.set_num_threads(1)


def fitted(root, folder, lines=None, **more):
    settings, resolved = load_settings((), {"data.root": str(root), **BASE, **more})
    fit_run(settings, resolved, folder, say=(lines if lines is not None else []).append)
    return Run(folder)


def fit_part(run, root):
    dataset = read_dataset(root)
    return WeldWindows(dataset, run.settings.data).subset(sorted(run.welds("holdout", "fit")))


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    torch.set_num_threads(1)
    folder = tmp_path_factory.mktemp("select")
    root, lines = write_wide(folder / "wide"), []
    return root, fitted(root, folder / "run", lines), lines


def test_kept_is_what_the_transformers_keep_on_the_fit_part(made):
    root, run, _ = made
    model = run.predictor("holdout", 0).model
    fit = fit_part(run, root)
    welds = [weld for weld in read_dataset(root).welds if weld.id in run.welds("holdout", "fit")]
    classes = first_classes(fit)
    labelled = {w.weld: c for w, c in zip(fit.windows, classes, strict=True)}
    table = np.array([weld.values["settings"] for weld in welds if labelled[weld.id] >= 0])
    expected = StepwiseVif(most=10.0).fit(table)
    assert model.selected["settings"].kept == np.flatnonzero(expected.get_support()).tolist()
    batch = fit.__getitems__(list(range(len(fit))))
    rows = batch.present["curve"].numpy() & (classes >= 0)
    windows = batch.inputs["curve"].numpy()[rows].astype(float)
    expected = ChannelSelection(most=0.95, count=2).fit(windows, classes[rows])
    assert model.selected["curve"].kept == expected.kept_.tolist()
    assert 2 not in model.selected["curve"].kept


def test_an_exact_count_makes_the_encoder_smaller(made):
    _, run, _ = made
    model = run.predictor("holdout", 0).model
    assert model.flows["curve"].channels == 5
    assert model.inner_flows["curve"].channels == 2
    first = next(m for m in model.encoders["curve"].modules() if isinstance(m, torch.nn.Conv1d))
    assert first.in_channels == 2


def test_dropped_channels_change_nothing(made):
    root, run, _ = made
    predictor = run.predictor("holdout", 0)
    batch = fit_part(run, root).__getitems__([0, 1, 2, 3])
    before = predictor.raw(batch)
    for name in ("curve", "settings"):
        gone = [c for c in range(batch.inputs[name].shape[1]) if c not in predictor.model.selected[name].kept]
        assert gone
        batch.inputs[name][:, gone] = 1e6
    after = predictor.raw(batch)
    assert all(torch.equal(before[name], after[name]) for name in before)
    batch.inputs["settings"][:, predictor.model.selected["settings"].kept] += 1.0
    assert not torch.equal(before["force"], predictor.raw(batch)["force"])


def test_the_selection_never_sees_the_test_part(made, tmp_path):
    """Test welds whose columns are independent and whose constant one varies: the choice stays."""
    _, run, _ = made
    poisoned = write_wide(tmp_path / "wide")
    table = pd.read_csv(poisoned / "manifest.csv", dtype=str, keep_default_na=False)
    test = table["weld"].isin(run.welds("holdout", "test") | run.welds("holdout", "select")).to_numpy()
    rng = np.random.default_rng(0)
    for column in ("power", "plate", "current"):
        table.loc[test, column] = [f"{x:.3f}" for x in rng.normal(0, 1e4, test.sum())]
    table.to_csv(poisoned / "manifest.csv", index=False)
    for weld in table["weld"][test]:
        if (file := poisoned / "curves" / f"{weld}.npy").is_file():
            np.save(file, rng.normal(0, 1e4, (5, 40)).astype(np.float32))
    other = fitted(poisoned, tmp_path / "run")
    assert other.welds("holdout", "test") == run.welds("holdout", "test")
    states = [load_state(r.folder.fold("holdout", 0) / "1-statistics.pt")["buffers"] for r in (run, other)]
    for name in ("settings", "curve"):
        for part in ("index", "used"):
            key = f"selected.of_{name}.{part}"
            assert torch.equal(states[0][key], states[1][key])


def test_what_was_kept_is_told_by_name(made):
    _, run, lines = made
    told = run.folder.info()["selected"]["holdout-seed0"]
    assert "plate" in told["settings"]["dropped"]
    assert len({"current", "voltage", "power"} & set(told["settings"]["kept"])) == 2
    assert "flat" in told["curve"]["dropped"]
    assert any("settings: 2 of 4 channels kept" in line and "plate" in line for line in lines)
    run.evaluate()
    page = next((run.folder.path / "evaluation").rglob("report.html")).read_text()
    assert "settings: 2 of 4 channels kept" in page
    assert json.loads((run.folder.path / "run.json").read_text())["selected"]


def test_explain_goes_through_the_selection(made):
    _, run, _ = made
    shares = run.explain().shares
    assert set(shares["modality"]) >= {"curve", "settings"}
    assert np.isfinite(shares.select_dtypes("number").to_numpy()).any()


@pytest.mark.parametrize(
    ("select", "message"),
    [
        ({"curev": "StepwiseVif"}, r"model\.select\.curev: no such name here; did you mean curve"),
        ({"settings": "ChannelSelektion"}, r"model\.select\.settings: .*did you mean ChannelSelection"),
        (
            {"settings": {"class_path": "ChannelSelection", "init_args": {"count": 9}}},
            r"^model\.select\.settings: count must be from 1 to the 4 channels there are, is 9$",
        ),
    ],
)
def test_wrong_settings_are_told_before_training(made, tmp_path, select, message):
    with pytest.raises(ConfigError, match=message):
        fitted(made[0], tmp_path / "r", **{"model.select": select})


def test_too_few_welds_are_told_in_one_line(made, tmp_path):
    with pytest.raises(RunError, match=r"^model\.select\.settings: table must have more rows than columns"):
        fitted(
            made[0], tmp_path / "r", **{"model.select": {"settings": "StepwiseVif"}, "split.fraction": 0.2}
        )


def test_no_more_than_the_most_windows_spread_over_all(made):
    root, run, _ = made
    fit = fit_part(run, root)
    every, _ = chosen_windows(fit, "curve", None, False, 10_000)
    some, classes = chosen_windows(fit, "curve", first_classes(fit), False, 5)
    assert len(some) == 5
    assert set(some) <= set(every)
    assert {int(c) for c in classes} <= {0, 1}
    once, _ = chosen_windows(fit, "settings", None, True, 10_000)
    assert len(once) == len(fit.welds)


def test_long_windows_are_thinned_and_stay_beside_their_masks(monkeypatch):
    monkeypatch.setattr(selecting, "MOST_VALUES", 200)
    flow = Flow("waveform", 2, length=90)
    every = selecting.stride(4, flow)
    x = torch.arange(4 * 2 * 90, dtype=torch.float32).view(4, 2, 90)
    valid = torch.arange(90) % 7 != 0
    batch = Batch(
        {"curve": x}, {"curve": torch.ones(4, dtype=torch.bool)}, {"curve": valid.expand(4, 90)}, {}
    )
    values, mask = selecting.values_of(batch, "curve", every)
    assert values.size <= 200
    assert np.array_equal(values[..., 1], x[..., every])
    assert np.array_equal(mask[0, 1], valid[::every])


def test_invalid_samples_hold_the_mean_of_their_window():
    values = np.array([[[1.0, 3.0, 0.0]], [[5.0, 0.0, 0.0]]])
    valid = np.array([[[True, True, False]], [[True, False, False]]])
    found = filled(values, valid, Flow("waveform", 1, length=3))
    assert found.tolist() == [[[1.0, 3.0, 2.0]], [[5.0, 5.0, 5.0]]]
