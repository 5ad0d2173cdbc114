"""The common harness of the benchmarks: ours and the peer by turns in one process, medians, one table.

A benchmark is a file `benchmarks/<name>.py` with a function `measure(quick: bool) -> list[Row]` and

    if __name__ == "__main__":
        raise SystemExit(run("<name>", __doc__, measure))
"""

import argparse
import importlib.metadata
import json
import os
import platform
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from weldfusion.data.files import write_text

RESULTS = Path(__file__).parent / "results"
PACKAGES = ("weldfusion", "torch", "lightning", "numpy", "scipy", "scikit-learn", "numba")


@dataclass(frozen=True)
class Goal:
    """What a value should reach.

    >>> Goal(">=", 0.95).met(0.96), str(Goal("<=", 240))
    (True, '<= 240')
    """

    sign: Literal[">=", "<="]
    value: float

    def met(self, value: float) -> bool:
        """Whether `value` reaches the goal; NaN never does."""
        return value >= self.value if self.sign == ">=" else value <= self.value

    def __str__(self) -> str:
        return f"{self.sign} {self.value:g}"


@dataclass(frozen=True)
class Row:
    """One measured figure of a benchmark; `goal`, `met` and the peer are empty where there is none."""

    name: str
    value: float
    unit: str = ""
    goal: str | None = None
    met: bool | None = None
    peer: str | None = None
    peer_version: str | None = None
    threads: int | None = None
    note: str = ""


def row(
    name: str,
    value: float,
    unit: str = "",
    goal: Goal | None = None,
    peer: str | None = None,
    threads: int | None = None,
    note: str = "",
) -> Row:
    """A row with the goal compared and the installed version of the peer (a distribution's name).

    >>> row("speed", 2.0, "times", goal=Goal(">=", 1.5), peer="numpy").met
    True
    """
    return Row(
        name=name,
        value=float(value),
        unit=unit,
        goal=str(goal) if goal else None,
        met=goal.met(float(value)) if goal else None,
        peer=peer,
        peer_version=version(peer) if peer else None,
        threads=threads,
        note=note,
    )


def version(distribution: str) -> str | None:
    """Installed version of a distribution, None where it is not installed."""
    try:
        return importlib.metadata.version(distribution)
    except importlib.metadata.PackageNotFoundError:
        return None


def interleave(
    functions: Mapping[str, Callable[[], object]], repeats: int, warmup: int = 1
) -> dict[str, np.ndarray]:
    """Times functions by turns, so that a slow minute of the machine hits all of them alike.

    Every second round runs in the opposite order. `warmup` rounds come first and are not counted.
    Returns seconds of shape (repeats,) by name; compare `np.median` of them.
    """
    if repeats < 1:
        raise ValueError(f"repeats is {repeats}, expected at least 1")
    seconds: dict[str, list[float]] = {name: [] for name in functions}
    for turn in range(warmup + repeats):
        for name in list(functions) if turn % 2 == 0 else list(functions)[::-1]:
            begin = time.perf_counter()
            functions[name]()
            if turn >= warmup:
                seconds[name].append(time.perf_counter() - begin)
    return {name: np.array(times) for name, times in seconds.items()}


def spread(times: np.ndarray, unit: str = "s") -> str:
    """Range of repeated measurements, for a row's note.

    >>> spread(np.array([1.0, 2.0, 4.0]))
    '3 repeats, 1 to 4 s'
    """
    return f"{len(times)} repeats, {times.min():.3g} to {times.max():.3g} {unit}"


def machine() -> dict[str, object]:
    """Processor, cores, memory, threads and versions; nothing that names the machine or its user."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return {
        "processor": _processor(),
        "cores": cores,
        "memory_gib": _memory_gib(),
        "threads": os.environ.get("OMP_NUM_THREADS", "default"),
        "system": platform.system(),
        "python": platform.python_version(),
        "versions": {name: found for name in PACKAGES if (found := version(name))},
    }


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    if info.exists():
        for line in info.read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _memory_gib() -> float | None:
    if not hasattr(os, "sysconf") or "SC_PHYS_PAGES" not in os.sysconf_names:
        return None
    return round(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30, 1)


def table(rows: Sequence[Row]) -> str:
    """The rows as a Markdown table."""
    head = ["name", "value", "unit", "goal", "met", "peer", "threads", "note"]
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    for r in rows:
        peer = " ".join(part for part in (r.peer, r.peer_version) if part)
        met = {True: "yes", False: "**no**", None: ""}[r.met]
        cells = [r.name, f"{r.value:.4g}", r.unit, r.goal or "", met, peer, r.threads or "", r.note]
        lines.append("| " + " | ".join(str(cell).replace("|", "\\|") for cell in cells) + " |")
    return "\n".join(lines)


def write(file: Path, name: str, command: str, rows: Sequence[Row], origin: str = "") -> None:
    """Writes `file` (JSON: command, machine, rows) and the same as Markdown beside it, each atomically.

    `origin` says where the rows come from, where not all were measured by this command.
    """
    described = machine()
    told = {"name": name, "command": command} | ({"origin": origin} if origin else {})
    content = {**told, "machine": described, "rows": [asdict(r) for r in rows]}
    about = "\n".join(f"- {key}: {value}" for key, value in described.items())
    head = "\n\n".join(part for part in (f"# {name}", f"`{command}`", origin) if part)
    text = f"{head}\n\n{table(rows)}\n\n{about}\n"
    for target, body in (
        (file, json.dumps(content, indent=2, allow_nan=True) + "\n"),
        (file.with_suffix(".md"), text),
    ):
        write_text(target, body)


def run(
    name: str,
    description: str | None,
    measure: Callable[[bool], list[Row]],
    argv: Sequence[str] | None = None,
    further: Sequence[argparse.ArgumentParser] = (),
    also: str = "",
    origin: str = "",
) -> int:
    """The command line of a benchmark: `--quick` measures little, `--json FILE` says where to keep it.

    `further` are parsers of options that the benchmark itself has read from `argv`. For the record, `also`
    are those that the command was called with; `origin`: see `write`. A full run is kept in
    `benchmarks/results/<name>.json` and `.md`, a quick one only with `--json`.
    Returns 0; a goal that is not met is a result and is printed, not an error.
    """
    parser = argparse.ArgumentParser(prog=f"benchmarks/{name}.py", description=description, parents=further)
    parser.add_argument("--quick", action="store_true", help="a small version, to see that it works")
    parser.add_argument("--json", type=Path, metavar="FILE", help="where to write the rows")
    options = parser.parse_args(argv)
    rows = measure(options.quick)
    print(table(rows))
    file = options.json or (None if options.quick else RESULTS / f"{name}.json")
    if file:
        command = f"python benchmarks/{name}.py{also}{' --quick' if options.quick else ''}"
        write(file, name, command, rows, "" if options.quick else origin)
    return 0
