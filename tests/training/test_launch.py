"""Processes that are started and ended together; here they are small scripts instead of trainings."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from weldfusion.errors import ConfigError, RunError
from weldfusion.training import launch
from weldfusion.training.launch import train_in_processes

ROOT = Path(__file__).parents[2]
HEAD = """
import json, os, pathlib, signal, sys, time
rank, notes = int(os.environ["LOCAL_RANK"]), pathlib.Path(sys.argv[-1])
def note(line, known):
    (notes / f"{rank}.json").write_text(json.dumps({"line": line, "known": known}))
    os._exit(2)
"""


@pytest.fixture(autouse=True)
def short_grace(monkeypatch):
    monkeypatch.setattr(launch, "GRACE_S", 0.5)
    for name in ("MASTER_ADDR", "MASTER_PORT", "NODE_RANK"):
        monkeypatch.delenv(name, raising=False)


def run(script, here=2, machines=1, told=None):
    lines = [] if told is None else told
    train_in_processes([sys.executable, "-c", HEAD + script], here, machines, lines.append)
    return lines


def test_each_process_knows_its_place_and_the_first_one_talks():
    script = 'print(*(os.environ[n] for n in ("LOCAL_RANK", "WORLD_SIZE", "NODE_RANK", "MASTER_ADDR")))'
    assert run(script, here=3) == ["0 3 0 127.0.0.1"]


def test_what_slurm_says_of_the_one_task_does_not_reach_them(monkeypatch):
    monkeypatch.setenv("SLURM_NTASKS", "1")
    assert run('print("SLURM_NTASKS" in os.environ)') == ["False"]


def test_a_killed_process_ends_the_others_and_is_told_in_one_line(tmp_path):
    pids = tmp_path / "pids"
    pids.mkdir()
    script = f"""
(pathlib.Path({str(pids)!r}) / str(os.getpid())).touch()
if rank == 1:
    os.kill(os.getpid(), signal.SIGKILL)
time.sleep(600)
"""
    start = time.monotonic()
    with pytest.raises(RunError, match=r"process 2 of 3 was ended by SIGKILL .*last checkpoint") as found:
        run(script, here=3)
    assert time.monotonic() - start < 30
    assert "\n" not in str(found.value)
    for file in pids.iterdir():
        with pytest.raises(ProcessLookupError):
            os.kill(int(file.name), 0)


def test_an_error_of_weldfusion_is_told_as_it_is_whoever_noticed_first():
    script = """
if rank == 0:
    note("RuntimeError: Connection closed by peer", False)
time.sleep(0.2)
note("w3.wav: is empty", True)
"""
    with pytest.raises(RunError, match=r"^w3\.wav: is empty$"):
        run(script)


def test_any_other_error_is_told_with_its_process():
    with pytest.raises(RunError, match=r"process 1 of 2 failed: KeyError: 'a'; the last checkpoint"):
        run("""note("KeyError: 'a'", False) if rank == 0 else time.sleep(600)""")
    with pytest.raises(RunError, match=r"process 2 of 2 failed: exit code 7, see above"):
        run("os._exit(7 * rank)")


def test_several_machines_need_a_place_to_meet(monkeypatch):
    with pytest.raises(ConfigError, match="2 machines need SLURM, torchrun, or MASTER_ADDR"):
        run("", machines=2)
    for name, value in (("MASTER_ADDR", "far"), ("MASTER_PORT", "29"), ("NODE_RANK", "1")):
        monkeypatch.setenv(name, value)
    script = 'print(*(os.environ[n] for n in ("MASTER_ADDR", "MASTER_PORT", "NODE_RANK", "WORLD_SIZE")))'
    assert run(script, machines=2) == ["far 29 1 4"]


def test_a_killed_launcher_takes_its_processes_along(tmp_path):
    child = f"""
import os, pathlib, time
from weldfusion.training.launch import end_with_launcher
end_with_launcher()
(pathlib.Path({str(tmp_path)!r}) / str(os.getpid())).touch()
time.sleep(600)
"""
    script = f"""
import sys
from weldfusion.training.launch import train_in_processes
train_in_processes([sys.executable, "-c", {child!r}], 2, 1)
"""
    launcher = subprocess.Popen([sys.executable, "-c", script], cwd=ROOT)
    end = time.monotonic() + 30
    while len(list(tmp_path.iterdir())) < 2 and time.monotonic() < end:
        time.sleep(0.02)
    os.kill(launcher.pid, signal.SIGKILL)
    launcher.wait()
    pids = [int(file.name) for file in tmp_path.iterdir()]
    assert len(pids) == 2
    while any(alive(pid) for pid in pids) and time.monotonic() < end:
        time.sleep(0.02)
    assert not any(alive(pid) for pid in pids)


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
