"""The simulated processes, found by their files: each package of this folder with a module `process`."""

import pkgutil
from collections.abc import Mapping
from importlib import import_module
from importlib.util import find_spec

import weldfusion.simulate
from weldfusion.errors import WeldfusionError, did_you_mean
from weldfusion.simulate.process import Process


def all_processes() -> Mapping[str, Process]:
    """Every process by its name, as the `PROCESSES` of its module say."""
    found: dict[str, Process] = {}
    for info in pkgutil.iter_modules(weldfusion.simulate.__path__, "weldfusion.simulate."):
        name = f"{info.name}.process"
        if info.ispkg and find_spec(name) is not None:
            found |= import_module(name).PROCESSES
    return found


def find_process(name: str) -> Process:
    """The process of a name without version.

    >>> find_process("laser_al").version
    'laser_al/1'

    Raises:
        WeldfusionError: there is none; the nearest name is told.
    """
    processes = all_processes()
    if name not in processes:
        raise WeldfusionError(f"process: none is called {name!r}; {did_you_mean(name, processes)}")
    return processes[name]
