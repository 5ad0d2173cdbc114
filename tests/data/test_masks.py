"""Targets of kind mask: card, check, reading, and that `fit` leaves them alone."""

import numpy as np
import pytest
import yaml
from PIL import Image

from tests.data.masked_set import write_masked
from tests.data.small_set import set_cell
from weldfusion.data.card import read_card, write_card
from weldfusion.data.check import check
from weldfusion.data.dataset import WeldWindows
from weldfusion.data.folder import read_dataset
from weldfusion.data.leave_out import open_dataset
from weldfusion.data.masks import read_mask
from weldfusion.data.settings import DataSettings
from weldfusion.data.summary import summarise
from weldfusion.errors import CardError, ConfigError, ReadError, SplitError


@pytest.fixture
def folder(tmp_path):
    return write_masked(tmp_path / "discs")


def codes(folder):
    return {(f.level, f.code) for f in check(folder, progress=False) if f.field in ("seam", "photo")}


def edit_card(folder, change):
    card = yaml.safe_load((folder / "dataset.yaml").read_text())
    change(card)
    (folder / "dataset.yaml").write_text(yaml.safe_dump(card, sort_keys=False))


def test_the_card_comes_back_as_it_was_written(folder):
    card = read_card(folder / "dataset.yaml")
    write_card(card, folder / "again.yaml")
    assert read_card(folder / "again.yaml") == card
    assert card.targets["seam"].of == "photo"


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ({"kind": "mask", "classes": ["seam"]}, "targets.seam.of: is missing"),
        (
            {"kind": "mask", "of": "phot", "classes": ["seam"]},
            "no modality of kind image; did you mean photo",
        ),
        ({"kind": "mask", "of": "photo", "classes": ["a", "b"]}, "a mask outlines one"),
        ({"kind": "mask", "of": "photo"}, "needs at least 1"),
        ({"kind": "mask", "of": "photo", "classes": ["a"], "level": "sample"}, "has level weld"),
        ({"kind": "class", "of": "photo", "classes": ["a", "b"]}, "outlines nothing"),
    ],
)
def test_wrong_entries_of_the_card(folder, entry, message):
    edit_card(folder, lambda card: card["targets"].update(seam=entry))
    with pytest.raises(CardError, match=message):
        read_card(folder / "dataset.yaml")


def test_a_sound_set_has_no_error_and_tells_the_absent_mask(folder):
    findings = check(folder, progress=False)
    assert {(f.level, f.code) for f in findings} == {("warning", "absent-truth")} | {
        (f.level, f.code) for f in findings if f.code == "class-tied-to-group"
    }
    rows = summarise(read_dataset(folder), progress=False)["classes"]
    seam = {row["class"]: row["welds"] for row in rows if row["target"] == "seam"}
    assert seam == {"seam": 19, "(unknown)": 1}


def test_the_check_finds_what_is_wrong_with_a_mask(folder):
    Image.fromarray(np.zeros((38, 30), np.uint8)).save(folder / "m00.png")  # turned, and empty
    (folder / "m01.png").write_bytes((folder / "m01.png").read_bytes()[:60])
    (folder / "m02.png").unlink()
    grey = np.linspace(0, 255, 30 * 38).reshape(30, 38).astype(np.uint8)
    Image.fromarray(grey).save(folder / "m03.png")
    set_cell(folder, 6, "photo", "")
    set_cell(folder, 7, "photo", "p05.png;p06.png")
    found = {(f.row, f.level, f.code) for f in check(folder, progress=False) if f.field == "seam"}
    assert found - {(None, "warning", "absent-truth")} == {
        (2, "warning", "constant"),
        (2, "error", "wrong-shape"),
        (3, "error", "unreadable"),
        (4, "error", "missing-file"),
        (5, "warning", "mask-levels"),
        (6, "warning", "mask-without-picture"),
        (7, "error", "mask-without-picture"),
    }
    turned = next(f for f in check(folder, progress=False) if f.code == "wrong-shape" and f.field == "seam")
    assert "m00.png: is 38x30 pixels, its picture 30x38; is it turned?" in str(turned)


def test_two_seams_of_one_picture_should_be_of_one_group(folder):
    lines = (folder / "manifest.csv").read_text().splitlines()
    lines[1] = 'w00,p0,"p00.png::/0:15,0:38","m00.png::/0:15,0:38",good'
    lines[2] = 'w01,p9,"p00.png::/15:30,0:38,mirrored","m00.png::/15:30,0:38,mirrored",good'
    (folder / "manifest.csv").write_text("\n".join(lines) + "\n")
    findings = [f for f in check(folder, progress=False) if f.code in ("shared-picture", "wrong-shape")]
    assert [(f.code, f.row, f.field) for f in findings] == [("shared-picture", 3, "photo")]
    assert "give them one plate" in str(findings[0])
    lines[2] = lines[2].replace("p9", "p0")
    (folder / "manifest.csv").write_text("\n".join(lines) + "\n")
    assert not [f for f in check(folder, progress=False) if f.code == "shared-picture"]


def test_a_crop_beyond_the_picture_is_an_error_of_the_check(folder):
    lines = (folder / "manifest.csv").read_text().splitlines()
    lines[1] = 'w00,p0,"p00.png::/0:31,0:38",,good'
    (folder / "manifest.csv").write_text("\n".join(lines) + "\n")
    error = next(f for f in check(folder, progress=False) if f.level == "error")
    assert error.row == 2
    assert "30 rows and 38 columns" in error.message


def test_what_counts_as_inside(tmp_path):
    mask = np.zeros((4, 5), bool)
    mask[1:3, 2:4] = True
    Image.fromarray(mask).save(tmp_path / "bits.png")
    colour = np.zeros((4, 5, 4), np.uint8)
    colour[..., 3] = 255
    colour[mask, 1] = 9
    Image.fromarray(colour).save(tmp_path / "colour.png")
    np.testing.assert_array_equal(read_mask(tmp_path / "bits.png"), mask)
    np.testing.assert_array_equal(read_mask(tmp_path / "colour.png"), mask)
    np.save(tmp_path / "nan.npy", np.full((4, 5, 1), np.nan, np.float32))
    with pytest.raises(ReadError, match="NaN"):
        read_mask(tmp_path / "nan.npy")


def test_fit_leaves_masks_alone(folder):
    settings = DataSettings(root=str(folder))
    assert list(open_dataset(settings).card.targets) == ["verdict"]
    assert list(WeldWindows(read_dataset(folder), settings).targets) == ["verdict"]
    for asked in (["seam"], ["verdict", "seam"]):
        with pytest.raises(ConfigError, match="weldfusion segment"):
            open_dataset(DataSettings(root=str(folder), targets=asked))
    edit_card(folder, lambda card: card["targets"].pop("verdict"))
    with pytest.raises(ConfigError, match="no other target"):
        open_dataset(settings)


def test_nothing_is_stratified_by_a_mask(folder):
    from weldfusion.data.splits import HoldOut

    data = read_dataset(folder)
    with pytest.raises(SplitError, match="seam is a mask"):
        HoldOut(target="seam").folds(data.welds, data.card, 0)
