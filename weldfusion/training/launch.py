"""Starts the processes of a training on this machine, and ends them together."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

from weldfusion.errors import ConfigError, RunError

GRACE_S = 5.0
KEPT = "the last checkpoint is kept, fit again to go on"


def train_in_processes(
    command: Sequence[str], here: int, machines: int, say: Callable[[str], None] = print
) -> None:
    """Runs `command NOTES` once for each process of this machine and waits for all.

    A process that fails leaves `NOTES/<rank>.json` with `line`, what a user should read, and `known`,
    whether that is an error of weldfusion. The first process's output goes to `say`.

    Raises RunError, after all have ended, if one failed or was ended from outside; ConfigError if it is
    not known where the other machines are.
    """
    with TemporaryDirectory() as notes:
        place = _meeting_place(here, machines)
        children = [_start([*command, notes], place, rank) for rank in range(here)]
        told = threading.Thread(target=_tell, args=(children[0], say), daemon=True)
        told.start()
        try:
            first_to_fail = _wait(children)
        finally:
            _end(children)
        told.join()
        if first_to_fail is not None:
            raise RunError(_failure(first_to_fail, children, Path(notes)))


def end_with_launcher() -> None:
    """Called in a launched process: ends it as soon as the launching process has ended, in whatever way,
    because then its input ends."""

    def watch() -> None:
        while os.read(sys.stdin.fileno(), 1):
            pass
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def _meeting_place(here: int, machines: int) -> dict[str, str]:
    """Where the processes find each other, as environment variables."""
    given = {name: os.environ[name] for name in ("MASTER_ADDR", "MASTER_PORT") if name in os.environ}
    if machines > 1 and len(given) < 2:
        raise ConfigError(
            f"trainer.num_nodes: {machines} machines need SLURM, torchrun, or MASTER_ADDR, MASTER_PORT and "
            "NODE_RANK in the environment of each"
        )
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    others = {"NODE_RANK": os.environ.get("NODE_RANK", "0"), "WORLD_SIZE": str(here * machines)}
    return {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": port, **given, **others}


def _start(command: Sequence[str], place: Mapping[str, str], rank: int) -> subprocess.Popen[str]:
    """One process; its input stays open as long as this one lives."""
    path = os.pathsep.join(entry for entry in sys.path if entry)
    own = {name: value for name, value in os.environ.items() if not name.startswith("SLURM_")}
    return subprocess.Popen(
        list(command),
        env={"TORCH_CPP_LOG_LEVEL": "ERROR", **own, **place, "LOCAL_RANK": str(rank), "PYTHONPATH": path},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE if rank == 0 else subprocess.DEVNULL,
        text=True,
    )


def _tell(child: subprocess.Popen[str], say: Callable[[str], None]) -> None:
    assert child.stdout is not None
    for line in child.stdout:
        say(line.rstrip("\n"))


def _wait(children: Sequence[subprocess.Popen[str]]) -> int | None:
    """The number of the first child that fails, None when all are done."""
    while True:
        codes = [child.poll() for child in children]
        for rank, code in enumerate(codes):
            if code:
                return rank
        if None not in codes:
            return None
        time.sleep(0.05)


def _end(children: Sequence[subprocess.Popen[str]]) -> None:
    """Gives the others time to find out by themselves, then ends them."""
    end = time.monotonic() + GRACE_S
    for child in children:
        try:
            child.wait(max(0.0, end - time.monotonic()))
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def _failure(first: int, children: Sequence[subprocess.Popen[str]], notes: Path) -> str:
    """One line: an error of weldfusion, else how the first one ended."""
    told = {int(file.stem): json.loads(file.read_text(encoding="utf-8")) for file in notes.glob("*.json")}
    for note in told.values():
        if note["known"]:
            return str(note["line"])
    which, code = f"process {first + 1} of {len(children)}", children[first].returncode
    if code < 0:
        name = signal.Signals(-code).name
        memory = " (often for want of memory)" if code == -signal.SIGKILL else ""
        return f"training: {which} was ended by {name}{memory}; {KEPT}"
    why = told[first]["line"] if first in told else f"exit code {code}, see above"
    return f"training: {which} failed: {why}; {KEPT}"
