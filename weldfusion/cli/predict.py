"""`weldfusion predict`: what a run says about new welds."""

from argparse import Namespace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from weldfusion.cli.parser import UsageError, pairs

if TYPE_CHECKING:
    import pandas as pd

    from weldfusion.run import Run

USAGE = "weldfusion predict RUN DIR | weldfusion predict RUN --MODALITY FILE..."
ABOUT = """\
Predict new welds: those of a data folder (its manifest may lack the targets), or one weld from files named
by modality, as in the card of the run:
  weldfusion predict runs/my_welds --sound a.flac --photo b.jpg --settings "200, 15"
A modality that is not given counts as absent. Give an option twice for several photos. If the run holds
several networks (folds, seeds), their mean is told, with the smallest and largest as lower and upper.
Shown are the likeliest class and its probability, labels with theirs, and values; of targets along the weld
the called events (with their greatest probability) and the mean. --out writes every class and every step.
"""
SHOWN = ("weld", "window", "t0_s", "t1_s", "target", "class", "value", "lower", "upper", "present")
MOST_ROWS = 60


def add(verbs: Any) -> None:
    about = "predict new welds with a trained run"
    parser = verbs.add_parser("predict", help=about, usage=USAGE, description=ABOUT, collects=True)
    parser.add_argument("run_folder", metavar="RUN", help="folder of a finished run")
    parser.add_argument("data", metavar="DIR", nargs="?", help="data folder with the new welds")
    parser.add_argument("--out", type=Path, metavar="FILE", help="write the table as .csv or .parquet")
    parser.add_argument("--windows", action="store_true", help="one row per window instead of per weld")
    parser.add_argument(
        "--trust", action="append", default=[], metavar="MODULE", help="allow classes of this module"
    )
    parser.set_defaults(run=run)


def run(arguments: Namespace) -> int:
    if arguments.out is not None and arguments.out.suffix not in (".csv", ".parquet"):
        raise UsageError(f"--out {arguments.out}: the name must end in .csv or .parquet")
    if arguments.data is not None and arguments.others:
        raise UsageError(f"{arguments.others[0]}: give a data folder or files of one weld, not both")
    from weldfusion.run import Run

    trained = Run(arguments.run_folder, arguments.trust)
    windows, welds = _predicted(trained, arguments)
    from weldfusion.data.files import write_frame
    from weldfusion.evaluation.join import mean_of_networks

    table = mean_of_networks(windows if arguments.windows else welds)
    if arguments.out is not None:
        write_frame(arguments.out, table)
        print(f"wrote {len(table)} rows to {arguments.out}")
        return 0
    told = _told(table)
    shown = told[[name for name in SHOWN if name in told and told[name].notna().any()]]
    print(shown.head(MOST_ROWS).to_string(index=False, float_format="{:.4g}".format))
    if len(shown) > MOST_ROWS:
        print(f"… {len(shown) - MOST_ROWS} more rows; write them all with --out FILE.csv")
    return 0


def _told(table: "pd.DataFrame") -> "pd.DataFrame":
    """The rows to show: of a class the likeliest one, of steps along a weld the events and means."""
    import pandas as pd

    from weldfusion.evaluation.along import in_brief
    from weldfusion.evaluation.frame import DENSE

    dense = table["kind"].isin(DENSE)
    whole = table[~dense]
    places = [name for name in ("weld", "window", "target") if name in table]
    likeliest = whole.groupby(places)["value"].transform("max")
    told = whole[(whole["kind"] != "class") | (whole["value"] == likeliest)]
    return pd.concat([told, in_brief(table[dense])], ignore_index=True) if dense.any() else told


def _predicted(trained: "Run", arguments: Namespace) -> "tuple[pd.DataFrame, pd.DataFrame]":
    if arguments.data is not None:
        return trained.predict(arguments.data)
    from weldfusion.data.one_weld import one_weld

    given: dict[str, list[str]] = {}
    for name, value in pairs(arguments.others):
        if value is None:
            raise UsageError(f"--{name}: a file is missing (write --{name} FILE)")
        given.setdefault(name, []).append(value)
    with TemporaryDirectory() as folder:
        return trained.predict(one_weld(trained.card, given, Path(folder)))
