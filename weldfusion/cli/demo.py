"""`weldfusion demo`: simulated welds, CAFNet trained, evaluated and explained on them, in a few minutes."""

import sys
from argparse import Namespace
from pathlib import Path
from typing import Any

import weldfusion
from weldfusion.cli.explain import findings_text
from weldfusion.cli.figures import figures_text
from weldfusion.errors import ConfigError

DATA = Path("data/demo/laser")
CONFIG = Path("configs/systems/cafnet/cafnet_small.yaml")
WELDS = 64
WELD_S = 1.0
SENSORS = ("photodiode", "microphone")
TEST = 0.4
NEXT = """
the same on your own recordings:
  weldfusion data init FOLDER
  weldfusion data check FOLDER
  weldfusion fit --config FOLDER/config.yaml
  weldfusion evaluate runs/NAME
  weldfusion explain runs/NAME
  weldfusion predict runs/NAME FOLDER_OF_NEW_WELDS"""


def add(verbs: Any) -> None:
    about = "simulate welds, train CAFNet on them, evaluate and explain it"
    parser = verbs.add_parser("demo", help=about, description=f"{about}: data in {DATA}, run in runs/demo.")
    parser.add_argument("--welds", type=int, default=WELDS, metavar="N", help="number of welds [%(default)s]")
    parser.add_argument("--epochs", type=int, metavar="N", help="epochs [as in the config]")
    parser.set_defaults(run=run)


def run(arguments: Namespace) -> int:
    config = Path(weldfusion.__file__).parents[1] / CONFIG
    if not config.is_file():
        raise ConfigError(
            f"{config}: no such file; the demo needs weldfusion's own folder, not only the package"
        )
    from weldfusion.data.folder import read_dataset
    from weldfusion.simulate.laser.process import simulate_laser

    if not (DATA / "dataset.yaml").is_file():
        print(f"simulating {arguments.welds} laser welds into {DATA}")
        shown = sys.stderr.isatty()
        simulate_laser(DATA, arguments.welds, seed=0, sensors=SENSORS, weld_s=WELD_S, progress=shown)
    elif (there := len(read_dataset(DATA).welds)) != arguments.welds:
        print(f"{DATA} has {there} welds, which are used; delete it to simulate {arguments.welds}")
    from weldfusion.run import fit
    from weldfusion.run.one_class import one_class_lines

    overrides: dict[str, Any] = {"name": "demo", "data.root": str(DATA), "split.test": TEST}
    if arguments.epochs is not None:
        overrides |= {"name": f"demo-{arguments.epochs}", "trainer.max_epochs": arguments.epochs}
    trained = fit(config, overrides)
    metrics = trained.evaluate()
    units = {name: target.unit for name, target in trained.card.targets.items()}
    folder = trained.evaluation_folder()
    print(figures_text(metrics, units, one_class_lines(trained.folder, folder)))
    print(f"\nreport: {folder / 'report.html'}\n\nwhat the model relies on")
    print(findings_text(trained.explain()))
    print(f"\nexplanation: {trained.explanation_folder() / 'explanation.html'}\n{NEXT}")
    return 0
