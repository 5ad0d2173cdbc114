"""Log files of welding robots as they come: clock times as text, a last column named but never written."""

import numpy as np
import pytest

from weldfusion.data.init.proposal import propose
from weldfusion.data.readers.find import read
from weldfusion.errors import ReadError

HEADER = "Date,Time,Part No,Feed,Voltage,Remarks \n"


def test_rows_shorter_than_the_header(tmp_path):
    rows = [f"2/9/2023,11:49:{i / 8:06.3f},a,{i},{i / 2}\n" for i in range(40)]
    for weld in ("a", "b"):
        (tmp_path / f"{weld}.csv").write_text(HEADER + "".join(rows))
    modality = propose(tmp_path).card.modalities["signals"]
    assert (modality.channels, modality.rate) == (("Feed", "Voltage"), 8)
    values = read(tmp_path / "a.csv", modality.reader).values
    np.testing.assert_array_equal(values, [np.arange(40), np.arange(40) / 2])


def test_a_first_row_that_ends_before_a_wanted_column(tmp_path):
    file = tmp_path / "a.csv"
    file.write_text(HEADER + "2/9/2023,11:49:01,a\n2/9/2023,11:49:02,a,1,2\n")
    with pytest.raises(ReadError, match=r"row 2, column 'Feed'"):
        read(file, {"columns": ["Feed", "Voltage"]})


def test_only_some_rows_reach_the_last_column(tmp_path):
    file = tmp_path / "a.csv"
    file.write_text("x,y,Remarks\n1,2\n3,4,spatter\n5,6\n")
    assert read(file, {"columns": ["y"]}).values.tolist() == [[2, 4, 6]]
