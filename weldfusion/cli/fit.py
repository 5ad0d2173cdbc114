"""`weldfusion fit`: trains all folds and seeds of a config into one run."""

import json
from argparse import Namespace
from pathlib import Path
from typing import Any

from weldfusion.cli.parser import UsageError, pairs

USAGE = "weldfusion fit [DATA_FOLDER] [--config FILE]... [--KEY VALUE]..."
ABOUT = """\
Train a model into a run folder. Settings come from config files, in order, then from --KEY VALUE, where KEY
is any setting below and VALUE is YAML: --model.exchange null, --data.targets "[class]". A class is given by
its name, its arguments under it: --model.encoders.sound MelCNN --model.encoders.sound.widths "[16, 32]".
Fitting again with the same name goes on where it stopped; with more --seeds it trains those that are missing.
"""
EXAMPLES = """\
examples:
  weldfusion fit my_welds
      all sensors and targets of a data folder, default parts, a hold-out of whole groups
  weldfusion fit --config my_welds/config.yaml --folds 5 --seeds 3 --name five_folds
      five folds of whole groups, each with three seeds, in runs/five_folds
  weldfusion fit --config configs/systems/cafnet/cafnet.yaml --model.exchange null --trainer.max_epochs 5
      a published system without its exchange between the sensors, five epochs

also: --KEY.help lists the classes for a setting, --KEY.help NAME the settings of a class, as in
--model.fusion.help Concat; --help-trainer lists the settings of Lightning's Trainer.
"""


def add(verbs: Any) -> None:
    about = "train a model into a run folder"
    parser = verbs.add_parser(
        "fit", help=about, usage=USAGE, description=ABOUT, add_help=False, collects=True
    )
    parser.add_argument("data", nargs="?", metavar="DATA_FOLDER", help="data folder, same as --data.root")
    options = parser.add_argument_group("options")
    options.add_argument(
        "--config", action="append", default=[], metavar="FILE", help="config file; repeatable"
    )
    options.add_argument(
        "--folds", type=int, metavar="K", help="K folds of whole groups: --split KFold --split.k K"
    )
    options.add_argument("--folder", type=Path, metavar="DIR", help="the run's folder [runs/NAME]")
    options.add_argument(
        "--trust",
        action="append",
        default=[],
        metavar="MODULE",
        help="allow classes of this module; repeatable",
    )
    options.add_argument("--print_config", action="store_true", help="print the resolved config and stop")
    options.add_argument("-h", "--help", action="store_true", help="this help")
    options.add_argument("--help-trainer", action="store_true", help="settings of Lightning's Trainer")
    parser.set_defaults(run=run, parser=parser)


def run(arguments: Namespace) -> int:
    if arguments.help or arguments.help_trainer:
        return _print_help(arguments)
    for key, name in pairs(arguments.others):
        if key.endswith(".help"):
            return _print_help_on(key.removesuffix(".help"), name, arguments.trust)
    if arguments.print_config:
        return _print_config(arguments)
    from weldfusion.run import fit

    trained = fit(arguments.config, _overrides(arguments), arguments.folder, arguments.trust)
    print(f"next: weldfusion evaluate {trained.folder.path}")
    return 0


def _print_config(arguments: Namespace) -> int:
    import yaml

    from weldfusion.config.load import load_settings

    _, resolved = load_settings(arguments.config, _overrides(arguments), arguments.trust)
    print(yaml.safe_dump(resolved, sort_keys=False, allow_unicode=True), end="")
    return 0


def _overrides(arguments: Namespace) -> list[str]:
    """Settings on the command line as --key value words; the sugar first."""
    words: list[str] = []
    if arguments.data is not None:
        if Path(arguments.data).suffix in (".yaml", ".yml"):
            raise UsageError(f"{arguments.data}: a config file; write --config {arguments.data}")
        if any(key == "data.root" for key, _ in pairs(arguments.others)):
            raise UsageError(f"DATA_FOLDER {arguments.data} and --data.root are both given; leave one out")
        words += [f"--data.root={json.dumps(arguments.data)}"]
    if arguments.folds is not None:
        words += ["--split", "KFold", f"--split.k={arguments.folds}"]
    return words + arguments.others


def _print_help(arguments: Namespace) -> int:
    if arguments.help_trainer:
        from weldfusion.config.help import settings_list
        from weldfusion.config.trainer import trainer_settings

        print(settings_list(trainer_settings(), "trainer"))
        return 0
    from weldfusion.config.help import settings_help
    from weldfusion.training.settings import FitSettings

    print(arguments.parser.format_help(), EXAMPLES, sep="\n")
    print(f"settings (type) [default]:\n{settings_help(FitSettings)}")
    return 0


def _print_help_on(key: str, name: str | None, trust: list[str]) -> int:
    from weldfusion.config.help import help_on
    from weldfusion.training.settings import FitSettings

    print(help_on(FitSettings, key, name, trust))
    return 0
