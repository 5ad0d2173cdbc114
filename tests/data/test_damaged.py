"""Damaged input of many kinds: one line that names file and field, never a traceback."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile

from tests.data.small_set import add_column, edit, set_cell, write_set
from weldfusion.data.check import check, exit_code
from weldfusion.data.folder import read_dataset
from weldfusion.errors import WeldfusionError

Damage = Callable[[Path], object]


def card(old: str, new: str) -> Damage:
    return lambda folder: edit(folder / "dataset.yaml", old, new)


def cell(row: int, column: str, value: str) -> Damage:
    return lambda folder: set_cell(folder, row, column, value)


def written(name: str, content: bytes) -> Damage:
    return lambda folder: (folder / name).write_bytes(content)


def cut(name: str, keep: int) -> Damage:
    return lambda folder: (folder / name).write_bytes((folder / name).read_bytes()[:keep])


# name: (damage, texts that the line must hold); `read_dataset` must refuse these too.
CARDS_AND_MANIFESTS: dict[str, tuple[Damage, tuple[str, ...]]] = {
    "no card": (lambda folder: (folder / "dataset.yaml").unlink(), ("dataset.yaml", "data init")),
    "card is no YAML": (card("weldfusion: 1", "weldfusion: ["), ("dataset.yaml", "line")),
    "card is binary": (written("dataset.yaml", b"\xff\xfe\x00\x80"), ("dataset.yaml", "UTF-8")),
    "card is a text": (written("dataset.yaml", b"hello"), ("dataset.yaml", "key: value")),
    "card is empty": (written("dataset.yaml", b""), ("dataset.yaml", "weldfusion", "is missing")),
    "key twice": (
        card("    unit: Pa", "    unit: Pa\n    unit: V"),
        ("dataset.yaml", "line 11", "'unit'", "twice"),
    ),
    "future version": (card("weldfusion: 1", "weldfusion: 2"), ("dataset.yaml", "weldfusion", "version 2")),
    "unknown key": (
        card("    rate: 8000", "    rte: 8000"),
        ("dataset.yaml", "modalities.sound.rte", "did you mean rate?"),
    ),
    "unknown top key": (card("license:", "licence:"), ("dataset.yaml", "licence", "did you mean license?")),
    "unknown kind": (card("kind: waveform", "kind: wave"), ("modalities.sound.kind", "'wave'", "waveform")),
    "rate of zero": (card("rate: 8000", "rate: 0"), ("modalities.sound.rate", "above 0")),
    "rate is text": (card("rate: 8000", "rate: fast"), ("modalities.sound.rate", "'fast'", "16000")),
    "rate is NaN": (card("rate: 8000", "rate: .nan"), ("modalities.sound.rate", "nan")),
    "no rate": (card("    rate: 8000\n", ""), ("modalities.sound.rate", "is missing")),
    "rate of a photo": (card("    size: [12, 16]", "    rate: 5"), ("modalities.photos.rate", "timed")),
    "bad size": (card("size: [12, 16]", "size: [12, 0]"), ("modalities.photos.size", "[height, width]")),
    "class not text": (card("[good, pore]", "[yes, pore]"), ("targets.verdict.classes", "True", "quotes")),
    "class twice": (
        card("[good, pore]", "[good, pore, pore]"),
        ("targets.verdict.classes", "'pore'", "twice"),
    ),
    "one class": (card("[good, pore]", "[pore]"), ("targets.verdict.classes", "at least 2")),
    "code of no class": (card("{pore: 2011}", "{pores: 2011}"), ("targets.verdict.codes.pores", "pore?")),
    "unknown code": (card("2011", "2019"), ("targets.verdict.codes.pore", "2019", "2011 gas pore")),
    "unknown process": (card("process: 135", "process: 139"), ("process", "139", "ISO 4063")),
    "group not declared": (card("groups: [day]", "groups: [day]\ngroup: dya"), ("group", "'dya'", "day?")),
    "missing share without nan": (
        card("rate: 8000", "rate: 8000\n    max_missing: 0.1"),
        ("modalities.sound.max_missing", "missing: nan"),
    ),
    "truth as input": (
        card("[current_a, gas_l_min]", "[current_a, force_n]"),
        ("modalities.settings", "'force_n'"),
    ),
    "two manifests": (written("manifest.parquet", b"x"), ("manifest.csv", "keep one")),
    "no manifest": (lambda folder: (folder / "manifest.csv").unlink(), ("no manifest.csv",)),
    "empty manifest": (written("manifest.csv", b""), ("manifest.csv row 1", "header")),
    "header only": (
        written("manifest.csv", b"weld,day,sound,photos,current_a,gas_l_min,verdict,force_n\n"),
        ("manifest.csv", "no rows"),
    ),
    "semicolons": (written("manifest.csv", b"weld;day\na;b\n"), ("manifest.csv row 1", "commas")),
    "manifest not UTF-8": (
        written("manifest.csv", "weld,Größe\n".encode("latin-1")),
        ("manifest.csv", "UTF-8"),
    ),
    "column twice": (lambda f: add_column(f, "day", ["x"] * 12), ("manifest.csv row 1", "'day'", "twice")),
    "column missing": (
        lambda folder: edit(folder / "manifest.csv", "verdict", "verdct"),
        ("row 1", "'verdict'", "verdct?"),
    ),
    "row too short": (
        lambda folder: edit(folder / "manifest.csv", "k,day 0,", "k,"),
        ("manifest.csv row 2", "7", "8"),
    ),
    "broken quote": (
        lambda folder: edit(folder / "manifest.csv", "k,day", '"k,day'),
        ("manifest.csv", "quotes"),
    ),
    "unknown class": (cell(3, "verdict", "por"), ("manifest.csv row 3", "verdict", "'por'", "pore?")),
    "text as number": (cell(4, "current_a", "high"), ("manifest.csv row 4", "current_a", "'high'", "number")),
    "infinite number": (cell(4, "force_n", "inf"), ("manifest.csv row 4", "force_n", "finite")),
    "undeclared empty value": (cell(5, "gas_l_min", ""), ("manifest.csv row 5", "gas_l_min", "missing: nan")),
    "id twice": (cell(6, "weld", "k"), ("manifest.csv row 6", "weld", "'k'", "row 2")),
    "id empty": (cell(6, "weld", ""), ("manifest.csv row 6", "weld", "id")),
    "group empty": (cell(7, "day", ""), ("manifest.csv row 7", "day", "group")),
    "absolute path": (cell(8, "sound", "/tmp/x.wav"), ("manifest.csv row 8", "sound", "relative")),
    "glob of nothing": (
        cell(8, "photos", "photos/x*.png"),
        ("manifest.csv row 8", "photos", "'photos/x*.png'"),
    ),
    "two sounds": (
        cell(8, "sound", "sound/k.wav;sound/d.wav"),
        ("manifest.csv row 8", "sound", "2 files", "one file"),
    ),
    "active part backwards": (
        lambda f: (add_column(f, "active_from", ["0.3"] * 12), add_column(f, "active_to", ["0.2"] * 12)),
        ("manifest.csv row 2", "active_to", "0.2", "0.3"),
    ),
    "negative speed": (lambda f: add_column(f, "speed_mm_s", ["-5"] * 12), ("row 2", "speed_mm_s", "-5")),
    "unknown override": (
        lambda f: add_column(f, "sound.offset", ["0"] * 12),
        ("row 1", "sound.offset", "sound.offset_s"),
    ),
    "all excluded": (lambda f: add_column(f, "exclude", ["arc out"] * 12), ("manifest.csv", "excluded")),
}


def tone(name: str, rate: int = 8000, channels: int = 1, subtype: str = "PCM_16") -> Damage:
    noise = np.random.default_rng(1).normal(0, 0.1, (rate // 2, channels))
    return lambda folder: soundfile.write(folder / name, noise, rate, subtype=subtype)


def bad_samples(value: float) -> Damage:
    noise = np.random.default_rng(2).normal(0, 0.1, 4000)
    noise[100] = value
    return lambda folder: soundfile.write(folder / "sound/k.wav", noise, 8000, subtype="FLOAT")


def read_with(options: str, content: bytes, suffix: str = "csv") -> Damage:
    """The sound of the first weld in a text table, and options for its reader."""

    def damage(folder: Path) -> None:
        edit(folder / "dataset.yaml", "    rate: 8000", f"    rate: 8000\n    reader: {{{options}}}")
        (folder / f"sound/k.{suffix}").write_bytes(content)
        for row in range(2, 14):
            set_cell(folder, row, "sound", f"sound/k.{suffix}" if row == 2 else "")

    return damage


def objects(folder: Path) -> None:
    np.save(folder / "sound/k.npy", np.array([{"a": 1}], dtype=object), allow_pickle=True)
    set_cell(folder, 2, "sound", "sound/k.npy")


def half_array(folder: Path) -> None:
    np.save(folder / "sound/k.npy", np.arange(4000, dtype=np.float32))
    cut("sound/k.npy", 9000)(folder)
    set_cell(folder, 2, "sound", "sound/k.npy")


def same_sound(folder: Path) -> None:
    (folder / "sound/d.wav").write_bytes((folder / "sound/k.wav").read_bytes())


# Recordings: only the check opens them all.
RECORDINGS: dict[str, tuple[Damage, tuple[str, ...]]] = {
    "missing file": (cell(2, "sound", "sound/x.wav"), ("manifest.csv row 2", "sound/x.wav", "no such file")),
    "path is a folder": (cell(2, "sound", "sound"), ("manifest.csv row 2", "is a folder")),
    "no reader": (cell(2, "sound", "manifest.csv.wavv"), ("no such file",)),
    "unknown suffix": (
        lambda f: (written("sound/k.wv", b"x")(f), cell(2, "sound", "sound/k.wv")(f)),
        ("sound/k.wv", ".wav"),
    ),
    "empty file": (written("sound/k.wav", b""), ("sound/k.wav", "empty")),
    "no sound file": (written("sound/k.wav", b"hello world, hello weld"), ("sound/k.wav", "sound file")),
    "truncated WAV": (cut("sound/k.wav", 3000), ("sound/k.wav", "truncated")),
    "truncated PNG": (cut("photos/k.png", 200), ("photos/k.png", "read")),
    "PNG that is none": (written("photos/k.png", b"GIF89a"), ("photos/k.png", "image")),
    "wrong rate": (
        tone("sound/k.wav", rate=16000),
        ("sound/k.wav", "16000 Hz", "modalities.sound.rate", "8000 Hz"),
    ),
    "two channels": (
        tone("sound/k.wav", channels=2),
        ("sound/d.wav", "1 channels", "the first recording has 2"),
    ),
    "colour photo": (
        card("size: [12, 16]", "channels: [grey]"),
        ("photos/k.png", "3 channels", "expected 1"),
    ),
    "NaN in a sound": (bad_samples(np.nan), ("sound/k.wav", "NaN", "missing: nan")),
    "infinite sound": (bad_samples(np.inf), ("sound/k.wav", "1 values are infinite")),
    "same content": (same_sound, ("sound/d.wav", "weld 'd'", "weld 'k'", "row 2")),
    "pickled objects": (objects, ("sound/k.npy",)),
    "truncated NPY": (half_array, ("sound/k.npy",)),
    "CSV with text": (read_with("", b"p\n1\n2\nx\n4\n"), ("sound/k.csv row 4", "'p'", "'x'", "number")),
    "CSV with decimal comma": (
        read_with("sep: ';'", b"p;q\n1,5;2\n"),
        ("sound/k.csv row 2", "'p'", "'1,5'", "reader.decimal"),
    ),
    "CSV cut in a row": (
        read_with("columns: [q]", b"p,q\n1,2\n3,4\n5"),
        ("sound/k.csv row 4", "'q'", "ends before", "truncated"),
    ),
    "CSV column missing": (
        read_with("columns: [pres]", b"press,q\n1,2\n"),
        ("reader.columns", "'pres'", "press?"),
    ),
    "CSV without mark": (
        read_with("skip_until: START", b"p\n1\n"),
        ("sound/k.csv", "reader.skip_until", "'START'"),
    ),
    "CSV header only": (read_with("", b"p\n"), ("sound/k.csv", "no rows")),
    "CSV with zero bytes": (read_with("", b"p\n1\n\0\0\0\n"), ("sound/k.csv", "zero bytes")),
    "unknown reader option": (
        read_with("separator: ';'", b"p\n1\n"),
        ("sound/k.csv: reader.separator", "valid: columns", "sep"),
    ),
    "time runs back": (
        read_with("time: t", b"t,p\n0,1\n1,2\n0.5,3\n"),
        ("sound/k.csv", "'t'", "does not rise"),
    ),
    "Parquet that is none": (read_with("", b"PAR1xxxxPAR1", "parquet"), ("sound/k.parquet", "Parquet")),
    "active part after the end": (
        lambda f: add_column(f, "active_from", ["9"] * 12),
        ("manifest.csv row 2", "active_from", "9 s"),
    ),
    "group in two parts": (
        lambda f: add_column(f, "split", ["fit", "test"] * 6),
        ("manifest.csv", "split", "'day 0'", "fit, test"),
    ),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_set(tmp_path / "set")


def test_undamaged_set_has_no_findings(folder: Path) -> None:
    assert check(folder, progress=False) == []
    assert len(read_dataset(folder).welds) == 12


@pytest.mark.parametrize("name", CARDS_AND_MANIFESTS)
def test_card_or_manifest(name: str, folder: Path) -> None:
    damage, texts = CARDS_AND_MANIFESTS[name]
    damage(folder)
    with pytest.raises(WeldfusionError) as caught:
        read_dataset(folder)
    line = str(caught.value)
    assert "\n" not in line
    assert all(text in line for text in texts), line
    assert_found(folder, texts)


@pytest.mark.parametrize("name", RECORDINGS)
def test_recording(name: str, folder: Path) -> None:
    damage, texts = RECORDINGS[name]
    damage(folder)
    assert_found(folder, texts)


def assert_found(folder: Path, texts: tuple[str, ...]) -> None:
    """One error of the check holds all texts, in one line."""
    findings = check(folder, progress=False)
    lines = [str(finding) for finding in findings if finding.level == "error"]
    assert any(all(text in line for text in texts) for line in lines), lines
    assert not any("\n" in line for line in lines)
    assert exit_code(findings) == 1
