"""Folders of videos, HDF5 and MATLAB files, spectra and thermal images: what is proposed can be checked,
summarised and is what was written."""

from fractions import Fraction
from pathlib import Path

import h5py
import numpy as np
import tifffile
from scipy.io import savemat

from tests.data.films import frames, write_video
from weldfusion.data.check import check
from weldfusion.data.folder import Dataset, read_dataset
from weldfusion.data.init.proposal import propose
from weldfusion.data.init.write import write_proposal
from weldfusion.data.summary import summarise

rng = np.random.default_rng(4)


def proposed(root: Path) -> Dataset:
    write_proposal(propose(root), root)
    dataset = read_dataset(root)
    errors = [found for found in check(root, progress=False) if found.level == "error"]
    assert [str(found) for found in errors if found.field != "label"] == []
    return dataset


def test_videos_in_folders_of_classes(tmp_path: Path) -> None:
    for number, label in enumerate(("good", "pore", "good", "pore")):
        (tmp_path / label).mkdir(exist_ok=True)
        write_video(tmp_path / label / f"weld{number}.avi", frames(8, seed=number), fps=50)
    dataset = proposed(tmp_path)
    modality = dataset.card.modalities["video"]
    assert (modality.kind, modality.rate, modality.size) == ("image_sequence", Fraction(50), (24, 32))
    assert modality.channels == ("red", "green", "blue")
    assert {weld.targets["label"] for weld in dataset.welds} == {"good", "pore"}
    (row,) = summarise(dataset, progress=False)["modalities"]
    assert row["median s"] == 8 / 50


def test_a_grey_video_is_seen(tmp_path: Path) -> None:
    for number in range(3):
        grey = np.repeat(frames(5, seed=number)[..., :1], 3, axis=3)
        write_video(tmp_path / f"w{number}.avi", grey)
    modality = proposed(tmp_path).card.modalities["video"]
    assert (modality.channels, modality.reader) == (("grey",), {"colour": "grey"})


def test_arrays_of_an_hdf5_file_become_sensors(tmp_path: Path) -> None:
    for number in range(3):
        with h5py.File(tmp_path / f"w{number}.h5", "w") as file:
            file["daq/force"] = rng.standard_normal((100, 2))
            file["daq/force"].attrs["fs"] = 200
            file["camera/frames"] = rng.integers(0, 255, (20, 12, 16), dtype=np.uint8)
            file["plume/spectra"] = rng.uniform(0, 1, (50, 6))
            file["plume/wavelength_nm"] = np.linspace(400, 500, 6)
            file["serial"] = 1234
    dataset = proposed(tmp_path)
    cards = dataset.card.modalities
    assert set(cards) == {"force", "frames", "spectra"}
    assert (cards["force"].rate, cards["force"].reader) == (Fraction(200), {"time_axis": 0})
    assert cards["frames"].kind == "image_sequence"
    assert cards["frames"].rate == 40  # 20 frames in the 0.5 s of the force
    assert cards["spectra"].kind == "spectrum_sequence"
    np.testing.assert_allclose(cards["spectra"].wavelengths_nm, np.linspace(400, 500, 6))
    assert dataset.welds[0].files["force"][0].as_posix().endswith("w0.h5::/daq/force")


def test_variables_of_a_matlab_file_become_sensors(tmp_path: Path) -> None:
    for number in range(3):
        run = {"current": rng.standard_normal(300), "voltage": rng.standard_normal(300)}
        movie = rng.integers(0, 255, (12, 16, 9), dtype=np.uint8)
        savemat(tmp_path / f"w{number}.mat", {"run": run, "movie": movie, "operator": "A"})
    dataset = proposed(tmp_path)
    assert set(dataset.card.modalities) == {"current", "voltage", "movie"}
    assert dataset.card.modalities["movie"].reader == {"axes": "yxt"}
    assert dataset.welds[1].files["current"][0].name == "w1.mat::run.current"


def test_a_csv_with_wavelengths_in_its_header_is_spectra(tmp_path: Path) -> None:
    axis = [404.7, 435.8, 546.1, 577.0, 579.1, 650.0, 700.5, 800.0]
    for number in range(3):
        lines = ["ms," + ",".join(map(str, axis))]
        lines += [f"{4 * k}," + ",".join(f"{v:.4f}" for v in rng.uniform(0, 1, 8)) for k in range(30)]
        (tmp_path / f"w{number}.csv").write_text("\n".join(lines) + "\n")
    modality = proposed(tmp_path).card.modalities["signals"]
    assert modality.kind == "spectrum_sequence"
    assert modality.wavelengths_nm == tuple(axis)
    assert modality.rate == 250
    assert modality.reader == {"time": "ms", "time_unit": "ms"}


def test_pages_of_a_thermal_tiff_are_frames(tmp_path: Path) -> None:
    for number in range(3):
        pixels = rng.uniform(300, 1500, (10, 6, 8)).astype(np.float16)
        tifffile.imwrite(tmp_path / f"w{number}.tif", pixels, photometric="minisblack")
    modality = proposed(tmp_path).card.modalities["photos"]
    assert (modality.kind, modality.channels, modality.size) == ("image_sequence", ("grey",), (6, 8))
