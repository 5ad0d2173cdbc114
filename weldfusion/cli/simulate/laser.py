"""`weldfusion simulate laser`: a data set of simulated laser keyhole welds."""

import sys
from argparse import Namespace
from dataclasses import replace
from pathlib import Path
from typing import Any

from weldfusion.cli.parser import UsageError


def add(verbs: Any) -> None:
    about = "laser keyhole welds with photodiodes, microphone, OCT, cameras, spectrometer and parameters"
    parser = verbs.add_parser("laser", help=about, description=f"Make a data set of {about}.")
    parser.add_argument("out", metavar="OUT", type=Path, help="folder to make")
    parser.add_argument("--welds", type=int, default=48, metavar="N", help="number of welds [%(default)s]")
    parser.add_argument("--seed", type=int, default=0, metavar="S", help="seed of all randomness [0]")
    parser.add_argument(
        "--preset",
        default="laser_al",
        metavar="NAME",
        help="laser_al: aluminium plate, laser_ss: lap joint of stainless steel [%(default)s]",
    )
    parser.add_argument("--sensors", metavar="A,B", help="sensors to record [all but back_diode]")
    parser.add_argument(
        "--weld-s", type=float, default=2.0, metavar="T", help="length of a weld in seconds [%(default)s]"
    )
    parser.add_argument("--processes", type=int, default=1, metavar="P", help="worker processes [1]")
    parser.add_argument(
        "--difficulty",
        default="",
        metavar="K=V,K=V",
        help="knobs such as group_scale=0,noise_scale=2 (docs/simulator.md) [as frozen]",
    )
    parser.set_defaults(run=run)


def run(arguments: Namespace) -> int:
    from weldfusion.simulate.difficulty import parse_difficulty
    from weldfusion.simulate.preset import find_preset

    preset = replace(find_preset(arguments.preset), difficulty=parse_difficulty(arguments.difficulty))
    named = None if arguments.sensors is None else _names(arguments.sensors)
    from weldfusion.simulate.laser import simulate_laser  # slow to load: typing mistakes are told before
    from weldfusion.simulate.laser_weld import SENSORS

    sensors = SENSORS if named is None else named
    folder = simulate_laser(
        arguments.out,
        arguments.welds,
        arguments.seed,
        sensors=sensors,
        weld_s=arguments.weld_s,
        progress=sys.stderr.isatty(),
        processes=arguments.processes,
        preset=preset,
    )
    print(f"wrote {arguments.welds} welds to {folder}")
    print(f"next: weldfusion fit {folder}")
    return 0


def _names(text: str) -> tuple[str, ...]:
    names = tuple(name.strip() for name in text.split(","))
    if not all(names):
        raise UsageError(f"--sensors {text!r}: a name is missing; write names with one comma between them")
    for name in names:
        if names.count(name) > 1:
            raise UsageError(f"--sensors {text!r}: {name} is named twice")
    return names
