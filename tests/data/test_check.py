"""Every finding of the data check, provoked on the small set; thresholds against scikit-learn and numpy."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import soundfile
from PIL import Image

from tests.data.small_set import add_column, edit, set_cell, write_set
from weldfusion.data.check import as_json, check, exit_code, format_findings
from weldfusion.data.finding import Finding
from weldfusion.errors import CardError

DAYS = [f"day {number // 2}" for number in range(12)]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_set(tmp_path / "set")


def found(folder: Path, code: str) -> list[Finding]:
    return [finding for finding in check(folder, progress=False) if finding.code == code]


def write_sound(folder: Path, samples: np.ndarray, name: str = "k", rate: int = 8000) -> None:
    soundfile.write(folder / f"sound/{name}.wav", samples, rate, subtype="FLOAT")


def set_column(folder: Path, column: str, values: Sequence[str]) -> None:
    for row, value in enumerate(values, start=2):
        set_cell(folder, row, column, value)


def test_everything_is_listed_in_one_pass(folder: Path) -> None:
    edit(folder / "dataset.yaml", "    unit: Pa", "    unti: Pa")
    edit(folder / "dataset.yaml", "2011", "2019")
    set_cell(folder, 3, "verdict", "por")
    set_cell(folder, 4, "force_n", "x")
    (folder / "sound/b.wav").unlink()
    (folder / "photos/g.png").write_bytes(b"")
    lines = [str(finding) for finding in check(folder, progress=False) if finding.level == "error"]
    places = [
        "modalities.sound.unti", "targets.verdict.codes.pore", "row 3, verdict", "row 4, force_n",
        "row 4, sound", "row 5, photos",
    ]  # fmt: skip
    assert all(any(place in line for line in lines) for place in places), lines
    assert len(lines) == len(places)


@pytest.mark.parametrize(
    ("samples", "code"),
    [
        (np.zeros(4000), "dead"),
        (np.full(4000, 0.25), "constant"),
        (np.clip(np.sin(np.arange(4000) / 7), -0.8, 0.8), "clipped"),
    ],
)
def test_odd_channel(folder: Path, samples: np.ndarray, code: str) -> None:
    write_sound(folder, samples)
    (finding,) = found(folder, code)
    assert (finding.level, finding.row, finding.field) == ("warning", 2, "sound")


def test_before_and_after_its_active_part_a_signal_may_rest(folder: Path) -> None:
    samples = np.maximum(0.01 * np.sin(np.arange(4000) / 5), 0)
    samples[1600:3200] += 1 + np.sin(np.arange(1600) / 7)
    write_sound(folder, samples)
    assert [finding.field for finding in found(folder, "clipped")] == ["sound"]
    add_column(folder, "active_from", ["0.2"] * 12)
    add_column(folder, "active_to", ["0.4"] * 12)
    assert found(folder, "clipped") == []
    write_sound(folder, np.where(samples > 1, 1.0, samples))
    assert [finding.field for finding in found(folder, "clipped")] == ["sound"]


def test_constant_photo_and_wrong_size(folder: Path) -> None:
    Image.fromarray(np.zeros((10, 16, 3), dtype=np.uint8)).save(folder / "photos/k.png")
    assert "every pixel" in found(folder, "constant")[0].message
    assert "10x16" in found(folder, "wrong-shape")[0].message


def test_declared_nan_up_to_the_permitted_share(folder: Path) -> None:
    samples = np.random.default_rng(0).normal(0, 0.1, 4000)
    samples[:200] = np.nan
    write_sound(folder, samples)
    assert "5.00%" in found(folder, "undeclared-missing")[0].message
    edit(folder / "dataset.yaml", "    unit: Pa", "    missing: nan\n    max_missing: 0.05")
    assert check(folder, progress=False) == []
    edit(folder / "dataset.yaml", "0.05", "0.04")
    assert "permits 4.00%" in found(folder, "too-much-missing")[0].message


def test_same_content_in_another_format(folder: Path) -> None:
    samples, rate = soundfile.read(folder / "sound/k.wav", dtype="float32")
    soundfile.write(folder / "sound/d.flac", samples, rate)
    set_cell(folder, 3, "sound", "sound/d.flac")
    (finding,) = found(folder, "identical-content")
    assert finding.level == "error"
    assert "'k'" in finding.message


def test_durations_that_disagree(folder: Path) -> None:
    card = "  force:\n    kind: waveform\n    rate: 100\n    column: force_file\n"
    edit(folder / "dataset.yaml", "targets", card + "targets")
    samples = np.random.default_rng(0).normal(size=(12, 50))
    names = []
    for number, row in enumerate(samples):
        np.save(folder / f"force{number}.npy", row if number else row[:40])
        names.append(f"force{number}.npy")
    add_column(folder, "force_file", names)
    (finding,) = found(folder, "rate-and-length")
    assert (finding.row, finding.field) == (2, "force")
    assert "0.4 s" in finding.message
    assert "0.5 s" in finding.message


def test_class_in_one_group(folder: Path) -> None:
    set_column(folder, "verdict", ["pore", "pore", *["good"] * 10])
    (finding,) = found(folder, "class-in-one-group")
    assert "'pore'" in finding.message
    assert "'day 0'" in finding.message
    assert found(folder, "rare-class")


def test_class_tied_to_group(folder: Path) -> None:
    set_column(folder, "verdict", ["good", "good", "pore", "pore"] * 3)
    (finding,) = found(folder, "class-tied-to-group")
    assert "class and day cannot be told apart" in finding.message


def test_few_groups_one_group_none(folder: Path) -> None:
    set_column(folder, "day", ["a", "b"] * 6)
    assert found(folder, "few-groups")
    set_column(folder, "day", ["a"] * 12)
    assert found(folder, "one-group")
    edit(folder / "dataset.yaml", "groups: [day]\n", "")
    assert found(folder, "no-groups")[0].level == "warning"


def test_absent_truth(folder: Path) -> None:
    set_cell(folder, 5, "force_n", "")
    assert "1 of 12" in found(folder, "absent-truth")[0].message
    set_column(folder, "force_n", [""] * 12)
    assert found(folder, "no-truth")[0].level == "error"


def test_class_without_weld(folder: Path) -> None:
    edit(folder / "dataset.yaml", "[good, pore]", "[good, pore, crack]")
    assert "'crack'" in found(folder, "empty-class")[0].message


def test_weld_without_recording(folder: Path) -> None:
    for column in ("sound", "photos", "current_a", "gas_l_min"):
        set_cell(folder, 4, column, "")
    assert found(folder, "no-recording")[0].row == 4


def test_split_without_a_part(folder: Path) -> None:
    add_column(folder, "split", ["fit", "fit", *["test"] * 9, ""])
    assert found(folder, "no-part")[0].row == 13


def gives_away(folder: Path) -> set[str]:
    return {finding.field for finding in found(folder, "gives-label-away")}


def test_column_that_gives_the_label_away(folder: Path) -> None:
    add_column(folder, "line", ["L1", "L2"] * 6)
    set_column(folder, "current_a", [str(200 + 5 * (number % 2) + number / 100) for number in range(12)])
    assert gives_away(folder) == {"line", "current_a"}


def test_identifier_and_path_that_give_the_label_away_are_told_in_one_line(folder: Path) -> None:
    codes = ("00", "07")
    set_column(folder, "weld", [f"{number:02d}-{codes[number % 2]}" for number in range(12)])
    for number, name in enumerate("kdbgajecifhl"):
        target = folder / f"runs/{codes[number % 2]}"
        target.mkdir(parents=True, exist_ok=True)
        (folder / f"photos/{name}.png").rename(target / f"{name}.png")
        set_cell(folder, number + 2, "photos", f"runs/{codes[number % 2]}/{name}.png")
    assert gives_away(folder) == set()
    findings = check(folder, progress=False)
    assert {finding.field for finding in findings} == {"weld", "photos"}
    assert format_findings(findings).splitlines() == [
        "warning (2): manifest.csv, photos: 'verdict' can be told from it; ids and paths are not used as "
        "input; likewise weld [name-tells-label]",
        "0 errors, 2 warnings (--json lists each one)",
    ]


def test_a_path_that_repeats_the_identifier_is_told_once(folder: Path) -> None:
    ids = [f"{number:02d}-{('00', '07')[number % 2]}" for number in range(12)]
    set_column(folder, "weld", ids)
    for row, (name, weld) in enumerate(zip("kdbgajecifhl", ids, strict=True), start=2):
        (folder / f"sound/{name}.wav").rename(folder / f"sound/{weld}.wav")
        set_cell(folder, row, "sound", f"sound/{weld}.wav")
    assert [finding.field for finding in found(folder, "name-tells-label")] == ["weld"]
    assert gives_away(folder) == set()


def test_duration_that_gives_the_label_away(folder: Path) -> None:
    rng = np.random.default_rng(3)
    for number, name in enumerate("kdbgajecifhl"):
        write_sound(folder, rng.normal(0, 0.1, 4000 + 500 * (number % 2) + number), name)
    assert gives_away(folder) == {"duration of sound"}


def test_stated_or_not(folder: Path) -> None:
    edit(folder / "dataset.yaml", "process: 135", "process: 0")
    edit(folder / "dataset.yaml", "license: CC-BY-4.0\n", "")
    codes = [finding.code for finding in check(folder, progress=False)]
    assert codes == ["no-process", "no-license"]


def test_excluded_welds_are_not_opened(folder: Path) -> None:
    (folder / "sound/k.wav").unlink()
    assert found(folder, "missing-file")
    add_column(folder, "exclude", ["arc out", *[""] * 11])
    assert not found(folder, "missing-file")


def test_exit_codes_and_text(folder: Path) -> None:
    assert exit_code([]) == exit_code([], strict=True) == 0
    set_column(folder, "day", ["a", "a", "b", "b"] * 3)
    warnings = check(folder, progress=False)
    assert (exit_code(warnings), exit_code(warnings, strict=True)) == (0, 1)
    for name in "kdbgajec":
        (folder / f"sound/{name}.wav").unlink()
    findings = check(folder, progress=False)
    text = format_findings(findings)
    assert exit_code(findings) == 1
    assert text.startswith("error (8): manifest.csv row 2, sound: sound/k.wav of weld 'k': no such file;")
    assert "; likewise row 3, row 4 and 5 more [missing-file]\n" in text
    assert text.splitlines()[-1] == "8 errors, 1 warning (--json lists each one)"
    assert len(as_json(findings)) == 9
    assert str(folder) not in text
    assert as_json(findings)[0]["code"] == "missing-file"


@pytest.mark.parametrize(
    ("level", "name", "content", "place"),
    [
        ("interval", "x.csv", b"t0_s,t1_s,value\n0,0.2,good\n0.2,0.5,por\n", "x.csv: row 3"),
        ("interval", "x.csv", b"t0_s,t1_s,value\n0.2,0.1,good\n", "x.csv: row 2"),
        ("interval", "x.csv", b"start,end\n", "t0_s,t1_s,value"),
        ("sample", "x.csv", b"v\n0\n1\n7\n", "7 is no class number"),
        ("sample", "y.csv", b"", "no such file"),
    ],
)
def test_truth_along_the_weld(folder: Path, level: str, name: str, content: bytes, place: str) -> None:
    rate = "\n    rate: 10" if level == "sample" else ""
    edit(folder / "dataset.yaml", "kind: class", f"kind: class\n    level: {level}{rate}")
    (folder / "x.csv").write_bytes(content)
    set_column(folder, "verdict", [name, *[""] * 11])
    (finding,) = [finding for finding in check(folder, progress=False) if finding.level == "error"]
    assert (finding.row, finding.field) == (2, "verdict")
    assert place in finding.message


def test_no_folder(tmp_path: Path) -> None:
    with pytest.raises(CardError, match="no such folder"):
        check(tmp_path / "nowhere")
