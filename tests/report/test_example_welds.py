"""Example welds of a data summary are of the class they are shown for and have every sensor."""

from tests.data.small_set import write_set
from weldfusion.cli.main import main
from weldfusion.data.folder import read_dataset
from weldfusion.report.example_welds import example_welds


def test_one_example_of_each_class(tmp_path):
    dataset = read_dataset(write_set(tmp_path / "small"))
    examples = example_welds(dataset)
    assert [example.label for example in examples] == ["verdict: good", "verdict: pore"]
    truth = {weld.id: weld.targets["verdict"] for weld in dataset.welds}
    assert [truth[example.weld] for example in examples] == ["good", "pore"]
    assert all(set(example.signals) == {"sound", "photos", "settings"} for example in examples)


def test_the_page_of_the_summary(tmp_path, capsys):
    write_set(tmp_path / "small")
    page = tmp_path / "page.html"
    assert main(["data", "summary", str(tmp_path / "small"), "--html", str(page)]) == 0
    assert "verdict" in capsys.readouterr().out
    text = page.read_text("utf-8")
    assert "verdict: good" in text
    assert "<svg" in text or "data:image" in text
    assert page.stat().st_size < 2e6
