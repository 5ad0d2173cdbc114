"""What all verbs of `weldfusion simulate` take, and how they run."""

import sys
from argparse import Namespace
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from weldfusion.cli.parser import Parser, UsageError

if TYPE_CHECKING:
    from weldfusion.simulate.process import Process


def add_process(verbs: Any, name: str, about: str, run: Callable[[Namespace], int]) -> Parser:
    """The verb of a process, with the options that all have."""
    parser: Parser = verbs.add_parser(name, help=about, description=f"Make a data set of {about}.")
    parser.add_argument("out", metavar="OUT", type=Path, help="folder to make")
    parser.add_argument("--welds", type=int, default=48, metavar="N", help="number of welds [%(default)s]")
    parser.add_argument("--seed", type=int, default=0, metavar="S", help="seed of all randomness [0]")
    parser.add_argument("--sensors", metavar="A,B", help="sensors to record [the usual ones]")
    parser.add_argument("--processes", type=int, default=1, metavar="P", help="worker processes [1]")
    parser.add_argument(
        "--difficulty",
        default="",
        metavar="K=V,K=V",
        help="knobs such as group_scale=0,noise_scale=2 (docs/simulator.md) [as frozen]",
    )
    parser.set_defaults(run=run, weld_s=None)
    return parser


def add_weld_s(parser: Parser, usual_s: float) -> None:
    """The length of welds, where a process leaves it open."""
    help_text = "length of a weld in seconds [%(default)s]"
    parser.add_argument("--weld-s", type=float, default=usual_s, metavar="T", help=help_text)


def simulate(process: "Process", arguments: Namespace) -> int:
    """Write the data set that the options ask for."""
    from weldfusion.simulate.data_set import write_data_set
    from weldfusion.simulate.difficulty import parse_difficulty
    from weldfusion.simulate.process import plan_welds

    plan = plan_welds(
        process,
        arguments.welds,
        arguments.seed,
        None if arguments.sensors is None else _names(arguments.sensors),
        arguments.weld_s,
        parse_difficulty(arguments.difficulty),
    )
    folder = write_data_set(process, plan, arguments.out, sys.stderr.isatty(), arguments.processes)
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
