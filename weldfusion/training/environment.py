"""What a run is made with: versions, threads, speed settings, devices, git state, command."""

import importlib.metadata
import os
import platform
import subprocess
import sys
from datetime import UTC, datetime
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
