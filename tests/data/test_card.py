"""The card: what is written is read back, entries mean what YAML says."""

from fractions import Fraction
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from tests.data.small_set import CARD
from weldfusion.data.card import Card, Modality, TargetSpec, parse_card, read_card, write_card
from weldfusion.data.iso4063 import PROCESSES
from weldfusion.data.iso6520 import IMPERFECTIONS
from weldfusion.errors import CardError

words = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=8).filter(
    lambda text: ";" not in text and text != "-"
)
names = st.from_regex(r"[a-z][a-z0-9_]{0,6}", fullmatch=True)
rates = st.fractions(min_value=Fraction(1, 1000), max_value=10**6, max_denominator=1000)
word_lists = st.lists(words, min_size=2, max_size=4, unique=True).map(tuple)


@st.composite
def waveforms(draw: st.DrawFn) -> Modality:
    permitted = draw(st.sampled_from([0.0, 0.25]))
    return Modality(
        name=draw(names), kind="waveform", timed=True, unit=draw(words), rate=draw(rates),
        channels=draw(word_lists), column=f"file {draw(words)}", missing="nan" if permitted else "error",
        max_missing=permitted, offset_s=draw(st.floats(-5, 5)), reader={"sep": ";"},
    )  # fmt: skip


@st.composite
def targets(draw: st.DrawFn) -> TargetSpec:
    classes = draw(word_lists)
    codes = {classes[0]: draw(st.sampled_from(sorted(IMPERFECTIONS)))}
    return TargetSpec(draw(names), "class", column=f"truth {draw(words)}", classes=classes, codes=codes)


@given(waveforms(), targets(), st.sampled_from(sorted(PROCESSES)))
def test_written_card_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, modality: Modality, target: TargetSpec, process: int
) -> None:
    path = tmp_path_factory.mktemp("card") / "dataset.yaml"
    table = Modality("settings", "table", timed=False, channels=("a", "b"), columns=("a", "b"))
    modalities = {"settings": table, modality.name: modality}
    card = Card("x", process, "", modalities, {target.name: target}, ("day",), "day", {"license": "CC0"})
    write_card(card, path)
    assert read_card(path) == card
    assert [file.name for file in path.parent.iterdir()] == ["dataset.yaml"]


@pytest.mark.parametrize(
    ("written", "rate"),
    [
        ("16000", 16000),
        ("0.1", Fraction(1, 10)),
        ("44100/3", 14700),
        ("1e3", 1000),
        ("'1/3'", Fraction(1, 3)),
    ],
)
def test_rates_are_exact(tmp_path: Path, written: str, rate: Fraction) -> None:
    path = tmp_path / "dataset.yaml"
    path.write_text(CARD.replace("8000", written))
    assert read_card(path).modalities["sound"].rate == rate


def test_defaults(tmp_path: Path) -> None:
    path = tmp_path / "dataset.yaml"
    path.write_text(CARD + "datePublished: 2024-02-03\n")
    card = read_card(path)
    assert card.group == "day"
    assert card.modalities["sound"].timed
    assert not card.modalities["photos"].timed
    assert card.modalities["settings"].channels == ("current_a", "gas_l_min")
    assert card.targets["verdict"].column == "verdict"
    assert card.about == {"license": "CC-BY-4.0", "datePublished": "2024-02-03"}


def test_all_problems_are_collected_and_counted(tmp_path: Path) -> None:
    path = tmp_path / "dataset.yaml"
    path.write_text(CARD.replace("rate: 8000", "rate: -1").replace("135", "9999").replace("2011", "1"))
    card, findings = parse_card(path)
    assert {finding.field for finding in findings} == {
        "process", "modalities.sound.rate", "targets.verdict.codes.pore",
    }  # fmt: skip
    assert set(card.modalities) == {"sound", "photos", "settings"}
    with pytest.raises(CardError, match="2 more"):
        read_card(path)


def test_of_an_unknown_kind_only_that_and_unknown_keys_are_told(tmp_path: Path) -> None:
    path = tmp_path / "dataset.yaml"
    text = CARD.replace("kind: real", "kind: number").replace("kind: image", "kind: picture")
    path.write_text(text.replace("rate: 8000", "rte: 8000"))
    _, findings = parse_card(path)
    assert [finding.field for finding in findings] == [
        "modalities.sound.rte", "modalities.sound.rate", "modalities.photos.kind", "targets.force.kind",
    ]  # fmt: skip
    path.write_text(CARD.replace("kind: real", "knd: real"))
    _, findings = parse_card(path)
    assert [(finding.field, finding.message.split(";")[0]) for finding in findings] == [
        ("targets.force.kind", "is missing"), ("targets.force.knd", "unknown key"),
    ]  # fmt: skip


@pytest.mark.parametrize("name", sorted(set(yaml.safe_load(CARD)) - {"material", "license", "groups"}))
def test_needed_keys(tmp_path: Path, name: str) -> None:
    content = yaml.safe_load(CARD)
    del content[name]
    path = tmp_path / "dataset.yaml"
    path.write_text(yaml.safe_dump(content))
    with pytest.raises(CardError, match=rf"{name}: is missing"):
        read_card(path)
