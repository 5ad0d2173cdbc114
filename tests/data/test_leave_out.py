from pathlib import Path

import pytest

from weldfusion.data.card import Card, TargetSpec
from weldfusion.data.folder import Dataset
from weldfusion.data.leave_out import leave_out
from weldfusion.data.weld import Weld
from weldfusion.errors import ConfigError


def dataset() -> Dataset:
    target = TargetSpec("class", "class", column="class", classes=("ok", "offset", "oil"), codes={"oil": 401})
    card = Card("d", 41, "Cu", {}, {"class": target}, groups=("day",), group="day")
    rows = [("a", "ok", "mon"), ("b", "offset", "tue"), ("c", "oil", "wed"), ("d", "ok", "wed")]
    welds = tuple(
        Weld(name, i + 2, groups={"day": day}, targets={"class": label})
        for i, (name, label, day) in enumerate(rows)
    )
    return Dataset(Path("x"), card, welds)


def test_class_goes_with_its_welds_and_from_the_card() -> None:
    less = leave_out(dataset(), {"class": ["oil"]})
    assert [weld.id for weld in less.welds] == ["a", "b", "d"]
    assert less.card.targets["class"].classes == ("ok", "offset")
    assert less.card.targets["class"].codes == {}
    assert [(weld.id, weld.exclude) for weld in less.excluded] == [("c", "the config leaves out class oil")]


def test_group_goes_and_classes_stay() -> None:
    less = leave_out(dataset(), {"day": ["wed"]})
    assert [weld.id for weld in less.welds] == ["a", "b"]
    assert less.card == dataset().card


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"klass": ["ok"]}, "'klass' is no class target of whole welds and no group; did you mean class?"),
        ({"class": ["offsett"]}, "data.leave_out.class: no 'offsett'; did you mean offset?"),
        ({"day": ["mon", "tue", "wed"]}, "leaves no weld"),
        ({"class": ["ok", "oil"]}, "leaves 1 class; two must stay"),
    ],
)
def test_mistakes_are_told(values: dict[str, list[str]], message: str) -> None:
    with pytest.raises(ConfigError, match=message.replace("?", r"\?")):
        leave_out(dataset(), values)
