"""The prediction frame: what is refused, and one target as arrays."""

import numpy as np
import pandas as pd
import pytest

from tests.evaluation.made import class_data, long_frame
from weldfusion.errors import RunError
from weldfusion.evaluation.frame import check_frame, target_names, target_tables


@pytest.fixture
def frame():
    flags, probability, group = class_data(12, 3, 4)
    return long_frame(flags, probability, group, ("ok", "oil", "gap"), "class", windows=2)


def test_table_holds_what_went_in_whatever_the_order_of_rows(frame):
    flags, probability, group = class_data(12, 3, 4)
    table = target_tables(frame, "quality")[0]
    assert table.classes == ("ok", "oil", "gap")
    np.testing.assert_array_equal(table.truth, flags)
    np.testing.assert_allclose(table.value, probability)
    assert list(table.group) == list(group)
    shuffled = frame.sample(frac=1, random_state=1)
    again = target_tables(shuffled, "quality")[0]
    order = {key: i for i, key in enumerate(again.keys)}
    rows = [order[key] for key in table.keys]
    columns = [again.classes.index(name) for name in table.classes]
    np.testing.assert_allclose(again.value[rows][:, columns], probability)


def test_unknown_truth_is_told_from_zero(frame):
    frame.loc[frame["weld"] == "w0001", "truth"] = np.nan
    table = target_tables(frame, "quality")[0]
    assert list(np.unique(table.weld[~table.known])) == ["w0001"]
    assert len(table.rows(table.known)) == 10


def test_seeds_are_kept_apart(frame):
    frame2 = frame.assign(seed=7, value=1 / 3)
    tables = target_tables(pd.concat([frame2, frame]), "quality")
    assert list(tables) == [0, 7]
    assert (tables[7].value == 1 / 3).all()
    assert target_names(frame) == ["quality"]


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (lambda f: f.drop(columns="group"), ["column 'group'"]),
        (lambda f: f.rename(columns={"x_mm": "x_m"}), ["'x_mm'", "did you mean x_m?"]),
        (lambda f: f.iloc[:0], ["no rows"]),
        (lambda f: f.assign(value=f["value"].where(f.index != 4)), ["row 4", "w0000", "nan", "0 to 1"]),
        (lambda f: f.assign(value=f["value"].where(f.index != 7, 1.2)), ["row 7", "1.2"]),
        (lambda f: f.assign(kind="clas"), ["kind 'clas'", "did you mean class?"]),
        (lambda f: f.assign(kind=np.where(f.index < 3, "real", "class")), ["more than one kind"]),
    ],
)
def test_a_damaged_frame_is_refused_in_one_line(frame, damage, words):
    with pytest.raises(RunError) as error:
        check_frame(damage(frame), "window")
    message = str(error.value)
    assert "\n" not in message
    assert all(word in message for word in words), message


def test_a_missing_or_doubled_class_row_is_refused(frame):
    check_frame(frame, "window")
    with pytest.raises(RunError, match="class 'oil' has 0 rows"):
        target_tables(frame.drop(index=1), "quality")
    with pytest.raises(RunError, match="class 'ok' has 2 rows"):
        target_tables(frame.iloc[[0, *range(len(frame))]], "quality")
