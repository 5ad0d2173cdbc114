"""Training of segmenters on drawn objects of known outline."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from PIL import Image

from tests.data.masked_set import disc, shaded, write_masked
from weldfusion.data.dealing import Fold
from weldfusion.data.folder import read_dataset
from weldfusion.encoders.segmented import SegmentedBackbone
from weldfusion.errors import ConfigError, ReadError, RunError
from weldfusion.evaluation.overlap import iou
from weldfusion.training.augment.augmentation import augmented
from weldfusion.training.augment.mirror import Mirror
from weldfusion.training.segmentation import (
    MASK,
    PICTURE,
    Outlined,
    SegmentationSettings,
    train_segmenter,
)
from weldfusion.training.segmentation_data import mask_target, outlined, read_example
from weldfusion.training.segmentation_figures import (
    BASELINE,
    find_masks,
    object_is_bright,
    summary,
    thresholded,
)
from weldfusion.training.segmentation_file import check_segmenters, save_segmenter

SETTINGS = SegmentationSettings((30, 38), (8, 16, 32), epochs=30, batch_size=4)


@pytest.fixture(autouse=True)
def one_thread():
    torch.set_num_threads(1)


def bar(size, rng):
    """bool (height, width): an upright rectangle that lies inside."""
    (top, high), (left, wide) = ((rng.integers(0, n // 2), rng.integers(n // 4, n // 2)) for n in size)
    mask = np.zeros(size, bool)
    mask[top : top + high, left : left + wide] = True
    return mask


def made(draw, count, seed):
    rng = np.random.default_rng(seed)
    masks = np.stack([draw((30, 38), rng) for _ in range(count)])
    pictures = np.stack([shaded(mask, rng)[None] for mask in masks])
    names = np.array([f"w{number}" for number in range(count)], dtype=object)
    return Outlined(pictures, masks, names, names)


@pytest.mark.parametrize("draw", [disc, bar])
def test_learns_what_a_threshold_cannot_find(tmp_path, draw):
    segmenter, outcome = train_segmenter(made(draw, 24, 0), made(draw, 8, 1), SETTINGS, tmp_path, "x")
    test = made(draw, 16, 2)
    with torch.no_grad():
        found = segmenter(torch.from_numpy(test.pictures))[:, 0].numpy() >= 0.5
    ours = [iou(mask, truth) for mask, truth in zip(found, test.masks, strict=True)]
    plain = [
        iou(thresholded(picture[0], True), truth)
        for picture, truth in zip(test.pictures, test.masks, strict=True)
    ]
    assert np.mean(ours) > 0.9
    assert np.mean(plain) < 0.6
    losses = [row["select_loss"] for row in outcome["history"]]
    assert outcome["best_loss"] == min(losses)
    assert outcome["best_epoch"] == 1 + int(np.argmin(losses))


class Interrupted(Exception):
    pass


class Once(Outlined):
    """Raises after some batches."""

    left = 9

    def __getitems__(self, indices):
        Once.left -= 1
        if Once.left < 0:
            raise Interrupted
        return super().__getitems__(indices)


def test_an_interrupted_training_ends_as_if_it_had_not_been(tmp_path):
    short = replace(SETTINGS, epochs=4)
    fit, select = made(disc, 14, 0), made(disc, 5, 1)
    whole, outcome = train_segmenter(fit, select, short, tmp_path / "whole", "x")
    with pytest.raises(Interrupted):
        train_segmenter(
            Once(fit.pictures, fit.masks, fit.welds, fit.groups), select, short, tmp_path / "r", "x"
        )
    assert (tmp_path / "r" / "checkpoints" / "last.ckpt").is_file()
    resumed, again = train_segmenter(fit, select, short, tmp_path / "r", "x")
    assert again == outcome
    for name, tensor in whole.state_dict().items():
        assert torch.equal(resumed.state_dict()[name], tensor), name
    other, _ = train_segmenter(fit, select, replace(short, seed=1), tmp_path / "o", "x")
    assert not torch.equal(other.network.last.weight, whole.network.last.weight)


def test_picture_and_mask_are_mirrored_together():
    data = made(disc, 12, 0)
    data = replace(data, pictures=np.where(data.masks[:, None], 200, 10).astype(np.uint8))
    batch = data.__getitems__(list(range(12)))
    assert torch.equal(batch.targets[MASK].value[:, 0], torch.from_numpy(data.masks).to(torch.uint8))
    turned = augmented(batch, {PICTURE: [Mirror("width"), Mirror("height")]}, 0, 0).inputs[PICTURE]
    assert torch.equal(turned[:, 0] == 200, turned[:, 1] == 1)
    same = [torch.equal(a, b) for a, b in zip(turned, batch.inputs[PICTURE], strict=True)]
    assert 0 < sum(same) < 12


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"size": (15, 64), "widths": (4, 8, 16, 32)}, "15x64, a U-Net of 4 levels needs 16x16"),
        ({"epochs": 0}, "epochs"),
        ({"learning_rate": 0.0}, "learning_rate"),
        ({"seed": -1}, "seed"),
    ],
)
def test_settings_that_cannot_work(changes, message):
    with pytest.raises(ConfigError, match=message):
        replace(SETTINGS, **changes)


@pytest.fixture
def dataset(tmp_path):
    return read_dataset(write_masked(tmp_path / "discs", welds=8, groups=4))


def test_pictures_and_masks_come_in_one_size(dataset):
    target = mask_target(dataset.card)
    whole = outlined(dataset, target, dataset.welds[:3], (30, 38), 1)
    half = outlined(dataset, target, dataset.welds[:3], (15, 19), 3)
    assert (half.pictures.shape, half.masks.shape) == ((3, 3, 15, 19), (3, 15, 19))
    of_four = whole.masks.reshape(3, 15, 2, 19, 2).sum(axis=(2, 4))
    np.testing.assert_array_equal(half.masks, of_four >= 2)


def test_which_mask_is_meant(dataset):
    card = dataset.card
    two = replace(card, targets={**card.targets, "pool": replace(card.targets["seam"], name="pool")})
    assert mask_target(two, "pool").name == "pool"
    for arguments, message in (
        ((two,), "which mask"),
        ((card, "seem"), "did you mean seam"),
        ((card, None, "camera"), "no target of kind mask of camera"),
    ):
        with pytest.raises(ConfigError, match=message):
            mask_target(*arguments)


def test_a_damaged_or_foreign_mask_is_one_line(dataset):
    target = mask_target(dataset.card)
    Image.fromarray(np.ones((38, 30), np.uint8)).save(dataset.root / "m00.png")
    (dataset.root / "m01.png").write_bytes(b"\x89PNG")
    for weld, message in zip(dataset.welds, ("38x30 pixels, its picture 30x38", "m01.png"), strict=False):
        with pytest.raises(ReadError, match=message) as problem:
            read_example(dataset, target, weld)
        assert "\n" not in str(problem.value)


def test_the_baseline_looks_for_dark_objects_where_they_are_dark(dataset):
    target = mask_target(dataset.card)
    example = read_example(dataset, target, dataset.welds[0])
    even = np.where(example.mask, 200, 90).astype(np.uint8)[..., None]
    light, dark = replace(example, picture=even), replace(example, picture=255 - even)
    assert object_is_bright([light, light, dark])
    assert not object_is_bright([dark])
    for one, bright in ((light, True), (dark, False)):
        np.testing.assert_array_equal(thresholded(one.picture, bright), example.mask)


def fold_of(dataset, test):
    return Fold("f", {w.id: "test" if w.id in test else "fit" for w in dataset.welds})


def test_no_fit_on_welds_whose_masks_the_segmenter_saw(dataset, tmp_path):
    torch.manual_seed(0)
    from weldfusion.data.flow import Flow
    from weldfusion.layers.segmenter import Segmenter

    flow, seen = Flow("image", 1, size=(30, 38)), list(dataset.welds[:4])
    with pytest.raises(RunError, match="has none"):
        check_segmenters(SegmentedBackbone(flow), fold_of(dataset, {"w07"}), dataset)
    save_segmenter(
        tmp_path / "s.pt", Segmenter(1, (4, 8), (30, 38)), replace(SETTINGS, widths=(4, 8)), dataset, seen,
        "photo",
    )  # fmt: skip
    model = torch.nn.ModuleDict({"photo": SegmentedBackbone(flow, str(tmp_path / "s.pt"), widths=(4, 8))})
    check_segmenters(model, fold_of(dataset, {"w05", "w07"}), dataset)
    with pytest.raises(RunError, match=r"1 of 2 welds of the test part \(w03 …\)"):
        check_segmenters(model, fold_of(dataset, {"w03", "w07"}), dataset)
    renamed = replace(
        dataset,
        card=replace(dataset.card, name="copy"),
        welds=tuple(replace(weld, id=f"other{weld.row}") for weld in dataset.welds),
    )
    check_segmenters(model, fold_of(renamed, {"other8"}), renamed)
    with pytest.raises(RunError, match="other2"):
        check_segmenters(model, fold_of(renamed, {"other2"}), renamed)


def test_the_difference_is_taken_weld_by_weld(dataset):
    target = mask_target(dataset.card)
    examples = [read_example(dataset, target, weld) for weld in dataset.welds[:6]]

    class Always(torch.nn.Module):
        own_size = (30, 38)
        network = type("Network", (), {"channels": 1})

        def forward(self, x):
            return torch.ones_like(x)

    rows = [found.row(dataset.card, "f") for found in find_masks(Always(), True, examples)]
    for row, example in zip(rows, examples, strict=True):
        assert row["iou U-Net"] == pytest.approx(example.mask.mean())
        assert row[f"iou {BASELINE}"] == pytest.approx(iou(thresholded(example.picture, True), example.mask))
    figures = summary(rows, 0)["iou"]
    gains = [row["iou U-Net"] - row[f"iou {BASELINE}"] for row in rows]
    assert figures["difference"]["value"] == pytest.approx(np.mean(gains))
    assert figures["difference"]["reason"] == "not estimable: only 3 groups"
