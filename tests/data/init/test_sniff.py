import io
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest

from weldfusion.data.init.sniff import rate_of, sniff


@pytest.mark.parametrize(("separator", "decimal"), [",.", ";.", ";,", "\t.", "\t,"])
@pytest.mark.parametrize("head", ["", "<Machine>\n<Force>8000</Force>\n#START#\n"])
def test_finds_header_and_rate_as_pandas_reads_them(tmp_path, separator, decimal, head):
    frame = pd.DataFrame({"ms": np.arange(50) / 2, "Power[W]": np.arange(50.0), "Force": 2.5 + np.arange(50)})
    file = tmp_path / "a.csv"
    file.write_text(head + frame.to_csv(sep=separator, decimal=decimal, index=False))
    found = sniff(file)
    assert found is not None
    assert found.before == head.strip().rpartition("\n")[2]
    again = pd.read_csv(
        io.StringIO(file.read_text()), sep=found.separator, skiprows=found.skip, decimal=found.decimal
    )
    pd.testing.assert_frame_equal(again[list(found.columns)], frame[["Power[W]", "Force"]])
    assert (found.time, found.time_unit, found.rate) == ("ms", "ms", Fraction(2000))


def test_text_and_empty_columns_are_no_channels(tmp_path):
    file = tmp_path / "a.csv"
    file.write_text("Feed,Remarks ,Voltage\n1,,20.5\n2,,\n3,,21\n")
    found = sniff(file)
    assert found is not None
    assert found.columns == ("Feed", "Voltage")
    assert (found.time, found.rate, found.rows) == (None, None, 3)


@pytest.mark.parametrize("text", ["", "only text\nno numbers here\n", "1,2\n3,4\n"])
def test_no_table_with_a_header(tmp_path, text):
    file = tmp_path / "a.csv"
    file.write_text(text)
    assert sniff(file) is None


def test_a_time_that_does_not_rise_is_no_time(tmp_path):
    file = tmp_path / "a.csv"
    file.write_text("t,v\n1,2\n1,3\n0,4\n")
    found = sniff(file)
    assert found is not None
    assert found.time is None


def test_rates_are_exact_where_they_can_be():
    assert rate_of(1 / 44100) == 44100
    assert rate_of(1 / 9.0) == 9
    assert float(rate_of(0.3)) == pytest.approx(1 / 0.3, rel=1e-6)


def test_clock_times_and_a_header_longer_than_the_rows(tmp_path):
    file = tmp_path / "a.csv"
    rows = [f"2/9/2023,11:59:{10 + i * 0.25:06.3f},w,{i}" for i in range(8)]
    file.write_text("Date,Time,Part,Current,Remarks \n" + "\n".join(rows))
    found = sniff(file)
    assert found is not None
    assert (found.columns, found.time, found.rate) == (("Current",), None, 4)
