"""The structure of a config's model, from a data folder's headers or from a card alone."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from weldfusion.config.load import load_settings
from weldfusion.data.card import Card, read_card
from weldfusion.data.dataset import WeldWindows
from weldfusion.data.leave_out import open_dataset
from weldfusion.data.nominal import nominal_flows
from weldfusion.errors import ConfigError
from weldfusion.simulate.find import all_processes, find_process
from weldfusion.simulate.process import plan_welds
from weldfusion.systems.measure import measured
from weldfusion.systems.structure import Structure


def describe(
    config: str | Path | Sequence[str | Path] = (),
    overrides: Mapping[str, Any] | Sequence[str] = (),
    card: Card | None = None,
    weld_s: float = 2.0,
    trust: Sequence[str] = (),
) -> Structure:
    """The parts of the model that a config (one file or several, joined in order) would train.

    Args:
        config: YAML files.
        overrides: `{"model.exchange": None}` or `["--model.exchange", "null"]`.
        card: build it from this card and no data folder, as if every weld lasted `weld_s` seconds.
        weld_s: only with `card`.
        trust: modules outside weldfusion that the config may name.

    Raises WeldfusionError, one line that says what is wrong where. No recording is decoded.
    """
    files = [config] if isinstance(config, str | Path) else list(config)
    settings, _ = load_settings(files, overrides, trust)
    if card is not None:
        return measured(*nominal_flows(card, settings.data, weld_s), settings.model, settings.name or "")
    if not settings.data.root:
        raise ConfigError("data.root: no data folder; give one, or --card for a model without data")
    windows = WeldWindows(open_dataset(settings.data), settings.data)
    return measured(windows.flows, windows.targets, settings.model, settings.name or "")


def card_of(text: str) -> Card:
    """The card of a file or folder, or of the simulator for the name of a process (`laser_al`).

    Raises WeldfusionError where there is no such file and no such process.
    """
    path = Path(text)
    if path.is_dir():
        path = path / "dataset.yaml"
    if path.suffix or path.exists():
        return read_card(path)
    process = find_process(text)
    return process.card(plan_welds(process, welds=1, seed=0))


def card_of_root(root: str, project: Path) -> Card:
    """The card that belongs to the `data.root` of a config of this project, which need not be there.

    Of the simulator where the folder bears the name of a process (`data/zoo/cmt`; `laser` is `laser_al`),
    else `dataset.yaml` beside the folder (`data/<set>/raw`).
    """
    name = {"laser": "laser_al"}.get(Path(root).name, Path(root).name)
    known = name in all_processes()
    return card_of(name if known else str(project / Path(root).parent / "dataset.yaml"))
