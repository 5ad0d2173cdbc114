"""The page of a data summary."""

import numpy as np

from tests.report.made import HOSTILE, made_signals
from tests.report.test_page import Page
from weldfusion.data.finding import Finding
from weldfusion.report.data_summary import MOST_EXAMPLES, Example, data_summary_report, mapping_table
from weldfusion.report.page import write_page
from weldfusion.report.signals import SignalView

SUMMARY = {
    "data": [{"field": "name", "value": "spot welds"}, {"field": "welds", "value": 480}],
    "classes": [
        {"target": "quality", "class": HOSTILE, "ISO 6520-1": "", "welds": 12},
        {"target": "quality", "class": "ok", "ISO 6520-1": "", "welds": 9},
    ],
    "values": [],
}


def test_page_holds_tables_findings_and_one_picture_an_example(tmp_path):
    findings = [Finding("warning", "x", "class in one day only"), Finding("error", "y", "file is missing")]
    examples = [Example(HOSTILE, "w0001", made_signals("w0001")), Example("ok", "w0002", {})]
    path = write_page(tmp_path / "summary.html", "Data", data_summary_report(SUMMARY, examples, findings))
    parsed = Page(path.read_text(encoding="utf-8"))
    text = "".join(parsed.texts)
    assert text.index("file is missing") < text.index("class in one day only") < text.index("spot welds")
    assert "script" not in parsed.tags
    assert parsed.tags.count("img") == 1
    assert "No recording of this weld can be drawn." in text
    assert "120" in parsed.texts  # the current among the settings
    assert "Values" not in parsed.texts


def test_columns_that_are_empty_are_left_out():
    table = mapping_table(SUMMARY["classes"])
    assert list(table.columns) == ["target", "class", "welds"]
    assert table.rows[1] == ["quality", "ok", 9]


def test_number_of_examples_is_limited():
    many = [Example("ok", f"w{i:04d}", {"a": SignalView("table", np.ones(1))}) for i in range(40)]
    elements = data_summary_report({}, many)
    headings = [e for e in elements if getattr(e, "level", None) == 3]
    assert len(headings) == MOST_EXAMPLES
