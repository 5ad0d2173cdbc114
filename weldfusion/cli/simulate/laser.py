"""`weldfusion simulate laser`: a data set of simulated laser keyhole welds."""

import sys
from argparse import Namespace
from pathlib import Path
from typing import Any


def add(verbs: Any) -> None:
    about = "laser keyhole welds with photodiodes, microphone, OCT and parameters"
    parser = verbs.add_parser("laser", help=about, description=f"Make a data set of {about}.")
    parser.add_argument("out", metavar="OUT", type=Path, help="folder to make")
    parser.add_argument("--welds", type=int, default=48, metavar="N", help="number of welds [%(default)s]")
    parser.add_argument("--seed", type=int, default=0, metavar="S", help="seed of all randomness [0]")
    parser.add_argument(
        "--weld-s", type=float, default=2.0, metavar="T", help="length of a weld in seconds [%(default)s]"
    )
    parser.add_argument("--processes", type=int, default=1, metavar="P", help="worker processes [1]")
    parser.set_defaults(run=run)


def run(arguments: Namespace) -> int:
    from weldfusion.simulate.laser import simulate_laser

    folder = simulate_laser(
        arguments.out,
        arguments.welds,
        arguments.seed,
        weld_s=arguments.weld_s,
        progress=sys.stderr.isatty(),
        processes=arguments.processes,
    )
    print(f"wrote {arguments.welds} welds to {folder}")
    print(f"next: weldfusion fit {folder}")
    return 0
