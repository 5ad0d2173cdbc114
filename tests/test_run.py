"""The Python verbs on a small data set."""

import html
import json
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import torch

import weldfusion as wf
from tests.training.tiny_data import write_tiny
from weldfusion.data import dataset
from weldfusion.data.dataset import WeldWindows
from weldfusion.data.folder import read_dataset
from weldfusion.data.layout import lay_out
from weldfusion.errors import ConfigError, RunError
from weldfusion.evaluation.frame import check_frame, target_tables
from weldfusion.run.laid_out import LaidOut

pytestmark = pytest.mark.filterwarnings("ignore::weldfusion.errors.WeldfusionWarning")


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    return write_tiny(tmp_path_factory.mktemp("data") / "tiny")


@pytest.fixture(scope="module")
def run(root, tmp_path_factory):
    torch.set_num_threads(1)
    overrides = {
        "data.root": str(root), "data.windows.length_s": 0.2, "trainer.max_epochs": 30,
        "trainer.accelerator": "cpu", "training.batch_size": 8, "split": "KFold", "split.k": 3,
    }  # fmt: skip
    folder = tmp_path_factory.mktemp("runs") / "r"
    return wf.fit((), overrides, folder=folder, say=lambda line: None)


def test_importing_the_package_loads_no_torch():
    script = "import sys, weldfusion; assert 'torch' not in sys.modules; assert 'fit' in weldfusion.__all__"
    subprocess.run([sys.executable, "-c", script], check=True)


def test_out_of_fold_predictions_cover_every_weld_once(run, root):
    windows, welds = run.predictions()
    check_frame(windows, "window")
    check_frame(welds, "weld")
    records = read_dataset(root).welds
    assert sorted(target_tables(welds, "defect")[0].weld) == [weld.id for weld in records]
    wanted = sum(2 if weld.has("curve") else 1 for weld in records)
    assert len(target_tables(windows, "defect")[0]) == wanted


def test_learns_what_is_easy(run):
    welds = run.predictions()[1]
    defect = target_tables(welds, "defect")[0].rows(target_tables(welds, "defect")[0].known)
    assert (defect.value.argmax(1) == defect.truth.argmax(1)).mean() > 0.9
    force = target_tables(welds, "force")[0]
    assert np.corrcoef(force.value[:, 0], force.truth[:, 0])[0, 1] > 0.9


def test_a_prediction_does_not_depend_on_the_batch(run, root):
    predictor = run.predictor("fold1", 0)
    windows = WeldWindows(read_dataset(root), run.settings.data)
    whole = predictor.predict(windows, batch_size=64)
    single = predictor.predict(windows, batch_size=1)
    np.testing.assert_allclose(whole["value"], single["value"], rtol=1e-4, atol=1e-5)
    assert whole.drop(columns="value").equals(single.drop(columns="value"))


def test_predictions_are_the_models_own(run, root):
    predictor = run.predictor("fold1", 0)
    windows = WeldWindows(read_dataset(root), run.settings.data)
    frame = predictor.predict(windows)
    with torch.no_grad():
        raw = predictor.model(windows[5].to(predictor.device))["defect"].cpu()
    row = frame[(frame["weld"] == "w02") & (frame["window"] == 1) & (frame["target"] == "defect")]
    np.testing.assert_allclose(row["value"], torch.softmax(raw, 1)[0], rtol=1e-5)


def test_windows_are_laid_out_once_for_all_networks(run, root, monkeypatch):
    laid = []
    monkeypatch.setattr(dataset, "lay_out", lambda *given: laid.append(given) or lay_out(*given))
    windows = run.predictions()[0]
    assert len(run.folds) == 3
    assert len(laid) == 1
    assert run.explain().detailed
    assert len(laid) == 2
    for fold, seed in run.folds:
        own = WeldWindows(read_dataset(root), run.settings.data, sorted(run.welds(fold, "test")))
        expected = run.predictor(fold, seed).predict(own).drop(columns="group")
        found = windows[windows["fold"] == fold].drop(columns="group")
        pd.testing.assert_frame_equal(found.reset_index(drop=True), expected)


def test_networks_of_other_sizes_get_windows_of_their_own(run, root):
    laid_out = LaidOut(read_dataset(root), run.settings.data)
    flows = run.predictor("fold1", 0).model.flows
    first = laid_out.of(["w01", "w02"], flows)
    assert laid_out.of(["w02"], flows).welds == ["w02"]
    name = next(name for name, flow in flows.items() if flow.kind == "waveform")
    longer = {**flows, name: replace(flows[name], length=2 * flows[name].length)}
    assert laid_out.of(["w02"], longer).flows != first.flows == flows


def test_predict_gives_every_network_for_all_welds_of_another_folder(run, tmp_path):
    other = write_tiny(tmp_path / "other", welds=6, groups=3)
    welds = run.predict(other)[1]
    assert sorted(set(welds["fold"])) == ["fold1", "fold2", "fold3"]
    assert (welds.groupby(["fold", "target"])["weld"].nunique() == 6).all()


def test_errors_are_one_line(run, tmp_path):
    with pytest.raises(RunError, match="not a run folder"):
        wf.Run(tmp_path)
    with pytest.raises(RunError, match="did you mean test"):
        run.predictions("tset")
    with pytest.raises(RunError, match="no fold9 seed 0; "):
        run.predictor("fold9", 0)
    with pytest.raises(ConfigError, match=r"data\.root: no data folder"):
        wf.fit()


def test_an_unfinished_fold_is_told(run, tmp_path):
    (tmp_path / "fold1-seed0").mkdir()
    for name in ("run.json", "config.yaml", "card.yaml", "split.csv"):
        (tmp_path / name).write_bytes((run.folder.path / name).read_bytes())
    with pytest.raises(RunError, match="not finished; run the same fit again"):
        wf.Run(tmp_path).predictions()


def test_evaluate_writes_everything(run, root):
    metrics = run.evaluate()
    folder = run.evaluation_folder()
    assert folder == run.folder.path / "evaluation" / "tiny-test"
    assert json.loads((folder / "metrics.json").read_text()) == metrics
    welds = pd.read_parquet(folder / "predictions_weld.parquet")
    table = target_tables(welds, "defect")[0]
    table = table.rows(table.known)
    right = (table.value.argmax(1) == table.truth.argmax(1)).mean()
    figures = metrics["targets"]["defect"]["weld"]
    assert figures["figures"]["accuracy"]["value"] == pytest.approx(right)
    assert "extra trees, all sensors" in figures["baselines"]
    page = (folder / "report.html").read_text()
    assert "Learning curves" in page
    assert "<img" in page


def test_evaluate_another_data_set(run, tmp_path):
    other = write_tiny(tmp_path / "other", welds=12, groups=6)
    metrics = run.evaluate(data=other)
    assert metrics["targets"]["force"]["weld"]["baselines"] == {}
    assert (run.folder.path / "evaluation" / "other-all" / "report.html").is_file()


@pytest.fixture(scope="module")
def by_weld(tmp_path_factory):
    """Two seeds, welds divided one by one although the card names days; no day holds two classes."""
    root = write_tiny(tmp_path_factory.mktemp("data") / "days")
    table = pd.read_csv(root / "manifest.csv", dtype=str, keep_default_na=False)
    table["day"] = [f"d{number % 4}" for number in range(len(table))]
    table.to_csv(root / "manifest.csv", index=False)
    overrides = {
        "data.root": str(root), "data.windows.length_s": 0.2, "data.targets": ["defect"],
        "trainer.max_epochs": 8, "trainer.accelerator": "cpu", "training.batch_size": 8, "split": "KFold",
        "split.k": 3, "split.by": "weld", "seeds": 2,
    }  # fmt: skip
    folder = tmp_path_factory.mktemp("runs") / "r"
    return wf.fit((), overrides, folder=folder, say=lambda line: None)


def test_intervals_resample_what_the_split_kept_together(run, by_weld):
    for one, groups in ((run, 8), (by_weld, 24)):
        windows, welds = one.predictions()
        kept = {weld: group for fold in one.split.values() for weld, group in fold.groups.items()}
        for frame in (windows, welds):
            assert (frame["group"] == frame["weld"].map(kept)).all()
        assert welds["group"].nunique() == groups


def test_limits_of_the_figures_are_told_by_themselves(by_weld):
    metrics = by_weld.evaluate()
    told = "\n".join(metrics["warnings"])
    assert "intervals over single welds; welds of one day resemble each other, so they are too narrow" in told
    assert "no day holds two classes of 'defect': class and day cannot be told apart" in told
    assert set(by_weld.folder.warnings()) <= set(metrics["warnings"])
    assert any("divided one by one" in text for text in by_weld.folder.warnings())
    page = (by_weld.evaluation_folder() / "report.html").read_text()
    assert "class and day cannot be told apart" in page
    assert all(str(finding) in html.unescape(page) for finding in by_weld.folder.findings())


def test_mean_of_the_networks_of_each_fold_beside_the_best_baseline(by_weld):
    level = by_weld.evaluate()["targets"]["defect"]["weld"]
    welds = by_weld.predictions()[1]
    table = welds.pivot_table(index="weld", columns="class", values="value", aggfunc="mean")
    truth = welds[welds["truth"] == 1].drop_duplicates("weld").set_index("weld")["class"]
    right = (table.loc[truth.index].idxmax(axis=1) == truth).mean()
    ensemble = level["ensemble"]
    assert ensemble["networks"] == 2
    assert ensemble["figures"]["accuracy"]["value"] == pytest.approx(right)
    best = level["baselines"][level["best_baseline"]]["figures"]["accuracy"]["value"]
    assert ensemble["difference"]["accuracy"]["value"] == pytest.approx(right - best)
    page = (by_weld.evaluation_folder() / "report.html").read_text()
    assert "mean of 2 networks" in page


def test_all_parts_are_marked_as_seen_in_training(run):
    metrics = run.evaluate("all")
    assert metrics["seen_in_training"]
    assert metrics["targets"]["force"]["weld"]["rows"] == 3 * 24
    assert metrics["warnings"][0].startswith("seen in training")
    folder = run.evaluation_folder("all")
    assert folder.name == "tiny-all-parts"
    assert "SEEN IN TRAINING: defect" in (folder / "report.html").read_text()
    assert not run.evaluate()["seen_in_training"]
