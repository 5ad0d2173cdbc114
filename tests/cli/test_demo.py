from pathlib import Path

from tests.training.tiny_data import write_tiny
from weldfusion.cli import demo
from weldfusion.cli.main import main
from weldfusion.errors import RunError


def stop(*given):
    raise RunError("stopped before the training")


def test_a_set_of_another_size_is_told_and_used(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    write_tiny(Path(demo.DATA))

    monkeypatch.setattr("weldfusion.run.fit", stop)
    assert main(["demo", "--welds", "10"]) == 2
    assert "data/demo/laser has 24 welds, which are used; delete it to simulate 10" in capsys.readouterr().out


def test_a_set_of_this_size_is_used_silently(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    write_tiny(Path(demo.DATA))
    monkeypatch.setattr("weldfusion.run.fit", stop)
    assert main(["demo", "--welds", "24"]) == 2
    assert capsys.readouterr().out == ""
