from pathlib import Path

import pytest

from weldfusion.data.init.layout import arrange, find_recordings


def places(folder: Path, names: list[str], ids=()):
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()
    return {
        p.path.relative_to(folder).as_posix(): (p.weld, p.modality, p.label, p.group)
        for p in arrange(find_recordings(folder), ids)
    }


def test_classes(tmp_path):
    got = places(tmp_path, [f"{c}/{c[0]}{i}.wav" for c in ("good", "pore") for i in range(4)])
    assert got["good/g0.wav"] == ("g0", "sound", "good", None)
    assert got["pore/p3.wav"] == ("p3", "sound", "pore", None)


def test_classes_whose_numbering_starts_again(tmp_path):
    got = places(
        tmp_path, [f"{c}/{i}.{s}" for c in ("good", "pore") for i in range(4) for s in ("wav", "png")]
    )
    assert got["good/1.wav"] == ("good-1", "sound", "good", None)
    assert got["pore/1.png"] == ("pore-1", "photos", "pore", None)


@pytest.mark.parametrize("pattern", ["{c}/{s}/{i}.{e}", "{s}/{c}/{i}.{e}", "all/{c}/{s}/{i}.{e}"])
def test_classes_and_sensors(tmp_path, pattern):
    sensors = {"mic": "wav", "camera": "png"}
    got = places(
        tmp_path,
        [
            pattern.format(c=c, s=s, i=f"{c}{i}", e=e)
            for c in ("good", "pore")
            for i in range(5)
            for s, e in sensors.items()
        ],
    )
    assert got[pattern.format(c="pore", s="mic", i="pore2", e="wav")] == ("pore2", "mic", "pore", None)
    assert {(m, label) for _, m, label, _ in got.values()} == {
        (m, label) for m in sensors for label in ("good", "pore")
    }


def test_folders_of_sensors_share_an_id(tmp_path):
    got = places(tmp_path, [f"{s}/w{i}.npy" for s in ("current", "voltage") for i in range(4)])
    assert got["current/w2.npy"] == ("w2", "current", None, None)
    assert got["voltage/w2.npy"] == ("w2", "voltage", None, None)


def test_folders_of_sensors_by_the_suffix_of_their_signals(tmp_path):
    suffixes = {"laser": "h5", "robot": "mat", "plasma": "csv", "top": "tif"}
    got = places(tmp_path, [f"{s}/w{i}.{e}" for s, e in suffixes.items() for i in range(4)])
    assert got["robot/w2.mat"] == ("w2", "robot", None, None)
    assert {place[:2] for place in got.values()} == {(f"w{i}", s) for s in suffixes for i in range(4)}


def test_folders_that_share_a_weld_of_the_table_are_sensors(tmp_path):
    names = [f"{s}/w{i}.csv" for s in ("laser", "robot") for i in range(4)]
    got = places(tmp_path, names, ids=[f"w{i}" for i in range(4)])
    assert got["laser/w2.csv"] == ("w2", "laser", None, None)
    assert got["robot/w2.csv"] == ("w2", "robot", None, None)


def test_one_folder_with_ids(tmp_path):
    got = places(tmp_path, [f"{i:03}.{s}" for i in range(4) for s in ("flac", "jpg")])
    assert got["001.flac"] == ("001", "sound", None, None)
    assert got["001.jpg"] == ("001", "photos", None, None)


def test_endings_name_the_sensor_and_number_photos(tmp_path):
    got = places(tmp_path, [f"{i:03}_{s}.npy" for i in range(4) for s in ("current", "voltage")])
    assert got["002_voltage.npy"] == ("002", "voltage", None, None)
    other = places(tmp_path / "b", ["7.wav", "7_1.jpg", "7_2.jpg", "8.wav", "8_1.jpg"])
    assert other["7_2.jpg"] == ("7", "photos", None, None)


def test_a_folder_for_each_weld(tmp_path):
    got = places(tmp_path, [f"w{i}/{n}" for i in range(5) for n in ("current.csv", "voltage.csv", "end.jpg")])
    assert got["w3/voltage.csv"] == ("w3", "voltage", None, None)
    assert got["w3/end.jpg"] == ("w3", "end", None, None)


def test_a_folder_for_each_weld_named_like_its_files(tmp_path):
    names = [f"runs/{r}/{n}" for r in ("a-1", "b-2", "c-3", "d-4") for n in (f"{r}.flac", f"images/{r}x.jpg")]
    got = places(tmp_path, names)
    assert got["runs/b-2/b-2.flac"] == ("b-2", "sound", None, None)
    assert got["runs/b-2/images/b-2x.jpg"] == ("b-2", "images", None, None)


def test_ids_of_a_table_decide(tmp_path):
    names = ["x/1.wav", "x/1_2.png", "y/2.wav", "y/2_cam.png", "y/other.wav"]
    got = places(tmp_path, names, ids=["1", "2"])
    assert got["x/1_2.png"][:2] == ("1", "photos")
    assert got["y/2_cam.png"][:2] == ("2", "cam")
    assert "y/other.wav" not in got


def test_hidden_and_own_files_are_left_out(tmp_path):
    got = places(tmp_path, ["manifest.csv", ".cache/1.wav", "1.wav", "1.txt"])
    assert list(got) == ["1.wav"]
