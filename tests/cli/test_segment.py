"""`weldfusion segment` from masks to a fit that uses what it learned."""

import json
import re
import shutil

import pytest
import torch

from tests.data.masked_set import write_masked
from weldfusion.cli.main import main
from weldfusion.run import Run

FAST = ["--size", "30", "38", "--widths", "8,16,32", "--epochs", "24", "--batch-size", "4"]
FIT = [
    "--trainer.max_epochs", "1", "--model.encoders.photo", "SegmentedBackbone",
    "--model.encoders.photo.widths", "[8, 16, 32]", "--model.encoders.photo.backbone", "SmallCNN2d",
    "--model.encoders.photo.backbone.widths", "[4, 8]",
]  # fmt: skip


@pytest.fixture(scope="module")
def segmented(tmp_path_factory):
    torch.set_num_threads(1)
    folder = tmp_path_factory.mktemp("segment")
    write_masked(folder / "discs", welds=48, groups=24)
    assert main(["segment", str(folder / "discs"), "--folder", str(folder / "out"), *FAST]) == 0
    return folder


def test_figures_and_page(segmented):
    metrics = json.loads((segmented / "out" / "metrics.json").read_text())
    network, gain = metrics["figures"]["iou"]["U-Net"], metrics["figures"]["iou"]["difference"]
    assert network["value"] > 0.9
    assert 0.85 < network["lower"] < network["value"] < network["upper"] <= 1
    assert gain["lower"] > 0.3
    page = (segmented / "out" / "report.html").read_text()
    assert "better than a plain threshold" in page
    assert "the U-Net is</th>" in page
    assert f"better by {gain['value']:.3f} [" in page
    assert len(page) < 500_000
    seen = set(torch.load(segmented / "out" / "segmenter.pt", weights_only=True)["welds"])
    tested = {row["weld"] for row in metrics["welds"]}
    assert not seen & tested
    assert len(seen | tested) == 47  # one weld has no mask


def test_called_again_nothing_is_trained(segmented, capsys):
    before = (segmented / "out" / "segmenter.pt").stat().st_mtime_ns
    assert main(["segment", str(segmented / "discs"), "--folder", str(segmented / "out"), *FAST]) == 0
    assert (segmented / "out" / "segmenter.pt").stat().st_mtime_ns == before
    told = capsys.readouterr().out
    assert "pictures to fit" not in told
    assert "IoU (intersection over union)" in told
    assert re.search(r"the U-Net is *\n.*better by 0\.\d+ \[0\.\d+, 0\.\d+\]\n", told)


@pytest.mark.parametrize("trained", [True, False])
def test_checkpoints_go_when_the_segmenter_is_there_and_nothing_else_does(segmented, tmp_path, trained):
    """As a process leaves them that is killed at the end, or before."""
    out = shutil.copytree(segmented / "out", tmp_path / "out")
    left, others = out / "checkpoints", out / "mine" / "checkpoints"
    others.mkdir(parents=True)
    if trained:
        left.mkdir()
        (left / "last.ckpt").touch()
    else:
        (out / "segmenter.pt").unlink()
    assert main(["segment", str(segmented / "discs"), "--folder", str(out), *FAST]) == 0
    assert (out / "segmenter.pt").is_file()
    assert not left.exists()
    assert others.is_dir()


def test_fit_and_predict_with_it(segmented, capsys):
    file = segmented / "out" / "segmenter.pt"
    words = [*FIT, "--model.encoders.photo.segmenter", str(file)]
    assert main(["fit", str(segmented / "discs"), "--folder", str(segmented / "run"), *words]) == 0
    moved = shutil.move(file, segmented / "moved.pt")
    try:
        run = Run(segmented / "run")
        assert list(run.card.targets) == ["verdict"]
        run.evaluate()
        trained = torch.load(moved, weights_only=True)["model"]
        kept = torch.load(segmented / "run" / "holdout-seed0" / "2-network.pt", weights_only=True)["model"]
        ours = {name.partition("segmenter.")[2]: t for name, t in kept.items() if "segmenter." in name}
        assert ours.keys() == trained.keys()
        assert all(torch.equal(ours[name], tensor) for name, tensor in trained.items())
    finally:
        shutil.move(moved, file)


def test_a_fit_that_tests_what_the_segmenter_saw_is_refused(segmented, capsys):
    words = [*FIT, "--model.encoders.photo.segmenter", str(segmented / "out" / "segmenter.pt")]
    words += ["--split", "HoldOut", "--split.test", "0.6"]
    assert main(["fit", str(segmented / "discs"), "--folder", str(segmented / "leaky"), *words]) == 2
    told = capsys.readouterr().err.strip().splitlines()[-1]
    assert "the segmenter was trained on" in told
    assert "split.csv" in told
    assert not list((segmented / "leaky").rglob("2-network.pt"))


def test_folds_test_every_weld_once(segmented):
    words = [
        *FAST[:5], "--epochs", "2", "--folds", "2", "--folder", str(segmented / "folds"),
    ]  # fmt: skip
    assert main(["segment", str(segmented / "discs"), *words]) == 0
    rows = json.loads((segmented / "folds" / "metrics.json").read_text())["welds"]
    assert len({row["weld"] for row in rows}) == len(rows) == 47
    assert (segmented / "folds" / "fold2" / "segmenter.pt").is_file()


def test_damaged_results_are_one_line(segmented, tmp_path, capsys):
    words = ["segment", str(segmented / "discs"), *FAST, "--folder"]
    for name, message in (
        ("settings.json", "settings.json: cannot be read"),
        ("segmenter.pt", "train it again"),
    ):
        folder = tmp_path / name
        shutil.copytree(segmented / "out", folder)
        (folder / name).write_bytes(b"{")
        assert main([*words, str(folder)]) == 2
        assert message in capsys.readouterr().err.strip().splitlines()[-1]
    (tmp_path / "used").mkdir()
    (tmp_path / "used" / "mine.txt").write_text("x")
    assert main([*words, str(tmp_path / "used")]) == 2
    assert "holds no segmenter" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--widths", "8;16"], "write whole numbers"),
        (["--size", "4", "64"], "size: is 4x64"),
        (["--target", "seem"], "did you mean seam?"),
        (["--target", "verdict"], "--target verdict: no mask"),
        (["--split", "nowhere.csv"], "nowhere.csv"),
        (["--split", "x.csv", "--folds", "3"], "leave out --folds"),
        (["--folds", "99"], "99 folds of 24 groups"),
        (["--epochs", "7"], "holds a segmenter of other settings"),
    ],
)
def test_wrong_calls_are_one_line(segmented, words, message, capsys):
    assert main(["segment", str(segmented / "discs"), "--folder", str(segmented / "out"), *words]) == 2
    told = capsys.readouterr().err.strip().splitlines()
    assert message in told[-1]
    assert "Traceback" not in "\n".join(told)
