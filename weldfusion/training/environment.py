"""What a run is made with: versions, threads, speed settings, devices, git state, command."""

import importlib.metadata
import os
import platform
import subprocess
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import torch

import weldfusion

_PACKAGES = ("torch", "lightning", "numpy", "scipy", "pandas", "scikit-learn", "torchvision", "torchaudio")


def environment() -> dict[str, Any]:
    """Versions, threads, speed settings, devices, git state and command of this process, as JSON values."""
    gpus = [torch.cuda.get_device_name(i) for i in range(torch.cuda.device_count())]
    return {
        "weldfusion": weldfusion.__version__,
        "python": platform.python_version(),
        "platform": platform.platform(),
        "processor": processor(),
        "packages": {name: version for name in _PACKAGES if (version := _version(name))},
        "threads": torch.get_num_threads(),
        "processors": os.cpu_count(),
        "cpu": {"vectors": torch.backends.cpu.get_cpu_capability(), "onednn": _onednn()},
        "devices": gpus or ["cpu"],
        "git": git_state(),
        "command": sys.argv,
        "started": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def distributions() -> list[str]:
    """Every installed distribution as `name==version`, as a requirements file has it."""
    found = {(entry.name, entry.version) for entry in importlib.metadata.distributions() if entry.name}
    return [f"{name}=={version}" for name, version in sorted(found, key=lambda pair: pair[0].lower())]


def processor() -> str:
    """Name of the processor, as far as the system tells it."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    named = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return named[0] if named else platform.processor() or platform.machine()


def moved(before: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """What differs between two environments in ways that can change numbers; what one lacks is no difference.

    The number of threads is none of it: a run that goes on takes the number it began with.

    >>> moved({"weldfusion": "0.1", "packages": {"torch": "2.10"}}, {"packages": {"torch": "2.11"}})
    ['torch 2.10 → 2.11']
    """
    old, new = ({**told.get("packages", {}), **told} for told in (before, now))
    names = ("weldfusion", "torch", "numpy", "lightning", "python", "processor", "cpu", "devices")
    shared = [name for name in names if name in old and name in new]
    return [f"{name} {_text(old[name])} → {_text(new[name])}" for name in shared if old[name] != new[name]]


def _text(value: Any) -> str:
    values = value.values() if isinstance(value, dict) else value if isinstance(value, list) else [value]
    return ", ".join(map(str, values))


def git_state() -> dict[str, Any] | None:
    """Commit of the working folder and whether it has changes; None outside a git repository."""

    def git(*arguments: str) -> str:
        done = subprocess.run(
            ["git", *arguments],
            capture_output=True,
            text=True,
            timeout=5,
            check=True,
            stdin=subprocess.DEVNULL,
        )
        return done.stdout.strip()

    try:
        return {"commit": git("rev-parse", "HEAD"), "changed": bool(git("status", "--porcelain", "-uno"))}
    except (OSError, subprocess.SubprocessError):
        return None


def _version(name: str) -> str | None:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None


def _onednn() -> bool:
    """Whether convolutions and products on the CPU may use oneDNN."""
    return bool(torch.backends.mkldnn.is_available() and torch.backends.mkldnn.enabled)
