"""The command line: finds the verbs, runs one, turns errors into one line and an exit code."""

import importlib
import os
import pkgutil
import sys
import warnings
from collections.abc import Sequence
from types import ModuleType
from typing import Any

import weldfusion
import weldfusion.cli
from weldfusion.cli.failure import tell
from weldfusion.cli.parser import Parser
from weldfusion.errors import WeldfusionError, WeldfusionWarning

EPILOG = """\
the usual order, on your own recordings:
  weldfusion data init FOLDER         propose a card, a manifest and a config
  weldfusion data check FOLDER        list what is wrong
  weldfusion fit --config FOLDER/config.yaml
  weldfusion evaluate runs/NAME       figures, predictions, report
  weldfusion explain runs/NAME        which sensor, moment and place they come from
  weldfusion predict runs/NAME NEW_FOLDER

weldfusion VERB --help tells the options of a verb. WELDFUSION_DEBUG=1 shows where an error comes from.
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command in this process and gives its exit code: 0 done, 1 findings, 2 bad input, 130
    interrupted, 141 when the reader of the output has gone."""
    words = list(sys.argv[1:] if argv is None else argv)
    with warnings.catch_warnings():
        warnings.simplefilter("always", WeldfusionWarning)
        warnings.showwarning = _show_warning
        try:
            arguments = build_parser().parse_args(words)
            return int(arguments.run(arguments))
        except SystemExit as done:
            return done.code if isinstance(done.code, int) else 0
        except KeyboardInterrupt:
            print("weldfusion: interrupted", file=sys.stderr)
            return 130
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return 141
        except (WeldfusionError, OSError) as error:
            if os.environ.get("WELDFUSION_DEBUG"):
                raise
            return tell(error)


def build_parser() -> Parser:
    """The parser of the whole command line; importing it and the verbs loads no torch."""
    parser = Parser(prog="weldfusion", description=weldfusion.__doc__, epilog=EPILOG)
    parser.add_argument("--version", action="version", version=f"weldfusion {weldfusion.__version__}")
    _add_verbs(parser, weldfusion.cli, "VERB")
    return parser


def _add_verbs(parser: Parser, package: ModuleType, what: str) -> None:
    """Adds every module of the package that has `add`, and every package as a group of verbs."""
    found = parser.add_subparsers(title="verbs", metavar=what, required=True, parser_class=Parser)
    for info in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
        module = importlib.import_module(info.name)
        if info.ispkg:
            about = (module.__doc__ or "").partition("\n")[0]
            told = f"{about[:1].lower()}{about[1:].rstrip('.')}"
            group = found.add_parser(info.name.rpartition(".")[2], help=told, description=about)
            _add_verbs(group, module, "VERB")
        elif hasattr(module, "add"):
            module.add(found)


def _show_warning(message: Warning | str, category: type[Warning], *place: Any, **more: Any) -> None:
    if issubclass(category, WeldfusionWarning) or os.environ.get("WELDFUSION_DEBUG"):
        print(f"weldfusion: warning: {message}", file=sys.stderr)
