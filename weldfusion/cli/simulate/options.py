"""What all verbs of `weldfusion simulate` take, and how they run."""

import shlex
import sys
import textwrap
from argparse import SUPPRESS, Action, ArgumentParser, Namespace
from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from weldfusion.cli.parser import Parser, UsageError

if TYPE_CHECKING:
    from weldfusion.simulate.process import Process


WIDTH = 100


def add_process(verbs: Any, name: str, about: str, sensors: str, run: Callable[[Namespace], int]) -> Parser:
    """The verb of a process, with the options that all have; it has the name of the process's package."""
    told = f"{about}: {sensors}"
    parser: Parser = verbs.add_parser(
        name, help=told, description=f"Make a data set of {about}.", add_help=False
    )
    parser.add_argument("out", metavar="OUT", type=Path, help="folder to make")
    parser.add_argument(
        "--welds", type=int, default=48, metavar="N", help="number of welds, 1 or more [%(default)s]"
    )
    parser.add_argument(
        "--seed", type=int, default=0, metavar="S", help="seed of all randomness, 0 to 2**64 - 1 [0]"
    )
    parser.add_argument("--sensors", metavar="A,B", help="sensors to record (below) [the usual ones]")
    parser.add_argument(
        "--processes", type=int, default=1, metavar="P", help="worker processes, 1 or more [1]"
    )
    parser.add_argument(
        "--difficulty", default="", metavar="K=V,K=V", help="knobs (below), such as group_scale=0 [as frozen]"
    )
    parser.add_argument("-h", "--help", action=_Help, name=name, help="this help")
    parser.set_defaults(run=run, weld_s=None)
    return parser


def add_weld_s(parser: Parser, usual_s: float, shortest_s: float, longest_s: float) -> None:
    """The length of welds, where a process leaves it open."""
    help_text = f"length of a weld in seconds, {shortest_s:g} to {longest_s:g} [%(default)s]"
    parser.add_argument("--weld-s", type=float, default=usual_s, metavar="T", help=help_text)


class _Help(Action):
    """The help of a process; what only its package knows is looked up when it is asked for."""

    def __init__(self, option_strings: list[str], dest: str, name: str, help: str) -> None:
        super().__init__(option_strings, SUPPRESS, nargs=0, default=SUPPRESS, help=help)
        self.name = name

    def __call__(self, parser: ArgumentParser, *given: Any) -> NoReturn:
        parser.epilog = facts(import_module(f"weldfusion.simulate.{self.name}.process").PROCESSES)
        parser.print_help()
        parser.exit()


def facts(processes: "Mapping[str, Process]") -> str:
    """Sensors and knobs of the processes of a package, with the ranges of the knobs."""
    from weldfusion.simulate.difficulty import Difficulty, largest

    lines = []
    for name, process in processes.items():
        usual = ", ".join(one for one in process.sensors if one not in process.unasked)
        named = f"; only where named: {', '.join(process.unasked)}" if process.unasked else ""
        lines.append(f"sensors of {name}: {usual}{named}")
    frozen, knobs = vars(Difficulty()), next(iter(processes.values())).knobs
    told = [f"{knob} 0 to {largest(knob):g} [{frozen[knob]:g}]" for knob in knobs]
    lines.append(f"knobs of --difficulty: {', '.join(told)}; docs/simulator.md tells what they do")
    return "\n".join(textwrap.fill(line, WIDTH, subsequent_indent="  ") for line in lines)


def simulate(process: "Process", arguments: Namespace, config: str) -> int:
    """Write the data set that the options ask for.

    `config`, below `configs/systems`, is that of a published system for all sensors of the process.
    """
    from weldfusion.simulate.data_set import write_data_set
    from weldfusion.simulate.difficulty import parse_difficulty
    from weldfusion.simulate.process import plan_welds

    plan = plan_welds(
        process,
        arguments.welds,
        arguments.seed,
        None if arguments.sensors is None else _names(arguments.sensors),
        arguments.weld_s,
        parse_difficulty(arguments.difficulty, process.knobs),
    )
    folder = write_data_set(process, plan, arguments.out, sys.stderr.isatty(), arguments.processes)
    print(f"wrote {arguments.welds} welds to {folder}")
    where = shlex.quote(str(folder))
    print(f"next: weldfusion data check {where}")
    if arguments.sensors is None:
        print(f"then: weldfusion fit --config configs/systems/{config} --data.root {where}")
    return 0


def _names(text: str) -> tuple[str, ...]:
    names = tuple(name.strip() for name in text.split(","))
    if not all(names):
        raise UsageError(f"--sensors {text!r}: a name is missing; write names with one comma between them")
    for name in names:
        if names.count(name) > 1:
            raise UsageError(f"--sensors {text!r}: {name} is named twice")
    return names
