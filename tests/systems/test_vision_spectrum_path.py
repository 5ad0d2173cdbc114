"""The paper's whole way on drawn busbars: two seams a picture → outlines → segmenter → fusion → figures."""

import csv
import json

import numpy as np
import pandas as pd
import pytest
import torch
from PIL import Image

from tests.systems.busbars import CHANNELS, HALF, write_busbars
from weldfusion.cli.main import main
from weldfusion.data.folder import read_dataset
from weldfusion.data.readers.find import read
from weldfusion.explain.storage import read_explanation

CONFIG = """
data:
  inputs: {photo: {size: [24, 40]}, spectrum: {samples: 20}}
  targets: [state]
  windows: {length_s: 2}
model:
  class_path: VisionSpectrum
  init_args:
    image: photo
    channels: 5
    sizes: {tokens: 16, heads: 2}
    backbone:
      class_path: SegmentedBackbone
      init_args:
        widths: [8, 16]
        backbone: {class_path: SmallCNN2d, init_args: {widths: [8, 16], out: maps}}
training:
  batch_size: 8
  optimizer: {class_path: torch.optim.AdamW, init_args: {lr: 2.0e-3}}
trainer: {max_epochs: 30}
"""


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    torch.set_num_threads(1)
    folder = tmp_path_factory.mktemp("busbars")
    data, run = str(write_busbars(folder / "busbars")), str(folder / "run")
    segmenter = folder / "seams" / "segmenter.pt"
    small = ["--size", "24", "40", "--widths", "8,16", "--epochs", "12"]
    use = ["--model.backbone.segmenter", str(segmenter)]
    (folder / "busbar.yaml").write_text(CONFIG)
    for words in (
        ["data", "check", data],
        ["segment", data, "--folder", str(folder / "seams"), *small],
        ["fit", data, "--config", str(folder / "busbar.yaml"), "--folder", run, *use],
        ["evaluate", run],
        ["explain", run],
    ):
        assert main(words) == 0, words
    return folder


def test_both_seams_of_a_picture_lie_alike_and_stay_together(finished):
    dataset = read_dataset(finished / "busbars")
    first, second = dataset.welds[:2]
    whole = np.asarray(Image.open(finished / "busbars" / "b00.png"))
    for weld, part in ((first, whole[HALF - 1 :: -1]), (second, whole[HALF:])):
        (path,) = weld.files["photo"]
        np.testing.assert_array_equal(np.squeeze(read(path).values), part)
    with (finished / "run" / "split.csv").open() as file:
        parts = {}
        for row in csv.DictReader(file):
            parts.setdefault(row["weld"][:3], set()).add(row["part"])
    assert all(len(found) == 1 for found in parts.values())
    assert {"fit", "select", "test"} <= set().union(*parts.values())


def test_the_outline_is_learned_and_used(finished):
    figures = json.loads((finished / "seams" / "metrics.json").read_text())["figures"]["iou"]
    assert figures["U-Net"]["value"] > 0.9
    assert figures["difference"]["lower"] > 0
    trained = torch.load(finished / "seams" / "segmenter.pt", weights_only=True)["model"]
    kept = torch.load(finished / "run" / "holdout-seed0" / "2-network.pt", weights_only=True)["model"]
    ours = {name.partition("segmenter.")[2]: t for name, t in kept.items() if "segmenter." in name}
    assert ours.keys() == trained.keys()
    assert all(torch.equal(ours[name], tensor) for name, tensor in trained.items())


def test_the_copied_wavelength_is_not_selected(finished):
    state = torch.load(finished / "run" / "holdout-seed0" / "2-network.pt", weights_only=True)["model"]
    index, used = (
        next(t for n, t in state.items() if n.endswith(f"spectrum.{end}")) for end in ("index", "used")
    )
    kept = set(index[used].tolist())
    assert len(kept & {0, 1}) == 1
    assert kept | {0, 1} == set(range(CHANNELS))


def test_states_that_need_both_sensors_are_told(finished):
    frame = pd.read_parquet(finished / "run" / "evaluation" / "busbars-test" / "predictions_weld.parquet")
    best = frame.loc[frame.groupby("weld")["value"].idxmax()]
    assert len(best) == 18  # the picture alone, or the spectrum alone, tells two of three states apart
    assert (best["truth"] == 1).mean() > 0.8


def test_attention_names_the_wavelength(finished):
    found = read_explanation(finished / "run" / "explanation" / "busbars-test")
    one = found.attention[0]
    assert (one.listener, one.key) == ("photo", "spectrum")
    assert one.key_axis.name == "channel"
    kept = one.key_axis.centres
    assert len(kept) == 5
    assert 4 in kept
    assert len(set(kept) & {0, 1}) == 1
    map_ = next(one for one in found.maps if one.modality == "spectrum")
    assert [axis.name for axis in map_.axes] == ["channel"]
    page = (finished / "run" / "explanation" / "busbars-test" / "explanation.html").read_text()
    assert "wavelength" in page
