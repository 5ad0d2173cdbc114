"""What a model gets of videos, HDF5, MATLAB files and spectra: what was written, at its time."""

from pathlib import Path

import h5py
import numpy as np
import pytest

from tests.data.films import frames, write_video
from tests.data.test_damaged_formats import write_formats
from weldfusion.cli.main import main
from weldfusion.data.dataset import WeldWindows
from weldfusion.data.folder import Dataset, read_dataset
from weldfusion.data.one_weld import one_weld
from weldfusion.data.same_welds import overlap
from weldfusion.data.settings import DataSettings, Input, Windows
from weldfusion.errors import ReadError


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    """The set of all formats, with a second camera."""
    root = write_formats(tmp_path_factory.mktemp("formats") / "set")
    lines = (root / "manifest.csv").read_text().splitlines()
    for number in range(6):
        write_video(root / f"side{number}.mkv", frames(20, 12, 16, seed=50 + number), fps=50)
    (root / "manifest.csv").write_text(
        "\n".join([f"{lines[0]},side", *(f"{line},side{n}.mkv" for n, line in enumerate(lines[1:]))]) + "\n"
    )
    card = (root / "dataset.yaml").read_text()
    side = "modalities:\n  side: {kind: image_sequence, rate: 50, column: side}\n"
    (root / "dataset.yaml").write_text(card.replace("modalities:\n", side))
    return read_dataset(root)


def test_flows_and_values(dataset: Dataset) -> None:
    settings = DataSettings(
        str(dataset.root),
        inputs={"camera": Input(frames=2), "side": Input(frames=4), "spectra": None, "force": None,
                "current": None},
        windows=Windows(0.2),
    )  # fmt: skip
    windows = WeldWindows(dataset, settings)
    assert {name: flow.kind for name, flow in windows.flows.items()} == {
        "camera": "image", "side": "image", "spectra": "waveform", "force": "waveform", "current": "waveform",
    }  # fmt: skip
    assert windows.flows["spectra"].shape == (5, 20)
    batch = windows[1]  # the second window of weld 0, from 0.2 to 0.4 s
    assert batch.inputs["camera"].shape == (1, 2, 3, 24, 32)
    # At 25 Hz the window has frames 5 to 9; two evenly spaced moments are 0.25 and 0.35 s.
    expected = frames(10)[[6, 8]].transpose(0, 3, 1, 2)
    np.testing.assert_array_equal(batch.inputs["camera"][0].numpy(), expected)
    # At 50 Hz it has frames 10 to 19; four moments are 0.225, 0.275, 0.325 and 0.375 s.
    expected = frames(20, 12, 16, seed=50)[[11, 13, 16, 18]].transpose(0, 3, 1, 2)
    np.testing.assert_array_equal(batch.inputs["side"][0].numpy(), expected)
    spectra = np.loadtxt(dataset.root / "w0.csv", delimiter=",", skiprows=1)
    np.testing.assert_allclose(batch.inputs["spectra"][0].numpy(), spectra[20:].T.astype(np.float32))
    with h5py.File(dataset.root / "w0.h5") as file:
        np.testing.assert_array_equal(
            batch.inputs["force"][0, 0].numpy(), file["run/force"][20:].astype("f4")
        )


def test_an_hdf5_that_was_changed_is_prepared_anew(dataset: Dataset) -> None:
    settings = DataSettings(str(dataset.root), inputs={"force": None})
    before = WeldWindows(dataset, settings)[2].inputs["force"].numpy()
    with h5py.File(dataset.root / "w2.h5", "a") as file:
        file["run/force"][:] += 1
        file["note"] = "changed"
    after = WeldWindows(dataset, settings)[2].inputs["force"].numpy()
    np.testing.assert_allclose(after, before + 1, rtol=1e-5)


def test_the_same_weld_is_known_by_its_array(dataset: Dataset) -> None:
    assert overlap(dataset.welds[:2], dataset.welds[1:]).same == ("w1",)


def test_files_of_one_weld_may_name_arrays_and_globs(dataset: Dataset) -> None:
    given = {"force": [f"{dataset.root}/w1.h5::/run/force"], "camera": [f"{dataset.root}/w[12].avi"]}
    weld = one_weld(dataset.card, given, dataset.root).welds[0]
    assert [path.name for path in weld.files["camera"]] == ["w1.avi", "w2.avi"]
    assert weld.files["force"][0].as_posix().endswith("w1.h5::/run/force")
    with pytest.raises(ReadError, match=r"--camera: nowhere\.avi: no such file"):
        one_weld(dataset.card, {"camera": ["nowhere.avi"]}, dataset.root)


def test_a_video_alone_is_predicted(
    dataset: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    config = tmp_path / "config.yaml"
    config.write_text(
        f"name: films\ndata: {{root: {dataset.root}, inputs: {{camera: {{frames: 2}}, spectra: {{}}}}}}\n"
        "training: {batch_size: 4}\ntrainer: {max_epochs: 1, accelerator: cpu}\n"
    )
    assert main(["fit", "--config", str(config)]) == 0
    capsys.readouterr()
    new = write_video(tmp_path / "x.avi", frames(10, seed=99))
    assert main(["predict", "runs/films", "--camera", str(new)]) == 0
    printed = capsys.readouterr().out
    assert "new weld" in printed
    assert printed.split()[-1] == "camera"
    assert main(["predict", "runs/films", "--camera", str(dataset.root / "w0.csv")]) == 2
    assert "w0.csv" in capsys.readouterr().err
