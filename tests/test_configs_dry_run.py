"""Every config of `configs/` is loaded, checked and its model built (which passes zeros through it on the
meta device); no recording is opened.

A config without `data.root` is joined with each file of `configs/data` that its folder is named after.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from weldfusion.config.load import load_resolved, load_settings
from weldfusion.data.card import Card, read_card
from weldfusion.data.inputs import chosen_inputs, chosen_targets
from weldfusion.data.nominal import nominal_flows
from weldfusion.data.settings import DataSettings
from weldfusion.simulate.find import all_processes
from weldfusion.simulate.process import plan_welds
from weldfusion.systems.graph import FusionModel

ROOT = Path(__file__).parents[1]
DATA = sorted((ROOT / "configs" / "data").rglob("*.yaml"))
SYSTEMS = sorted(
    file for file in (ROOT / "configs" / "systems").rglob("*.yaml") if file.parent.name != "tables"
)  # studies: test_configs_tables.py
WHOLE_S = 2.0


def whole_s(data: DataSettings) -> float:
    """Length of a recording: WHOLE_S, or a window where that is longer."""
    return max(WHOLE_S, data.windows.length_s or 0.0)


def card_of(root: str) -> Card:
    """The card that belongs to a config's data folder; of a simulated process for one that bears its name."""
    name = Path(root).name
    process = all_processes().get("laser_al" if name == "laser" else name)
    if process is not None:
        return process.card(plan_welds(process, welds=4, seed=0))
    return read_card(ROOT / Path(root).parent / "dataset.yaml")


def data_root(file: Path) -> str | None:
    return (yaml.safe_load(file.read_text("utf-8")).get("data") or {}).get("root")


def combinations(file: Path) -> list[list[Path]]:
    """The files with which a config makes a whole."""
    if data_root(file):
        return [[file]]
    return [[base, file] for base in DATA if base.stem.startswith(file.parent.name)]


def plain(value: Any) -> Any:
    """What an object is made of, to compare those that have no equality of their own (augmentations)."""
    if isinstance(value, Mapping):
        return {key: plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [plain(inner) for inner in value]
    if isinstance(value, type) or not hasattr(value, "__dict__"):
        return value
    return type(value), plain(vars(value))


@pytest.mark.parametrize("file", SYSTEMS, ids=lambda file: f"{file.parent.name}-{file.stem}")
def test_config_builds_its_model(file):
    wholes = combinations(file)
    assert wholes, f"{file}: no file of configs/data is named {file.parent.name}…"
    for files in wholes:
        settings, resolved = load_settings(files)
        assert plain(load_resolved(yaml.safe_load(yaml.safe_dump(resolved)))) == plain(settings)
        card = card_of(settings.data.root)
        flows, targets = nominal_flows(card, settings.data, whole_s(settings.data))
        model = FusionModel(flows, targets, settings.model)
        assert set(model.targets) == set(settings.data.targets or card.targets)
        assert sum(parameter.numel() for parameter in model.parameters()) > 0


@pytest.mark.parametrize("file", DATA, ids=lambda file: file.stem)
def test_data_config_fits_its_card(file):
    root = data_root(file)
    bases = [[file]] if root else [[base, file] for base in DATA if data_root(base)]
    files = next(files for files in bases if root or file.stem.startswith(files[0].stem))
    settings, _ = load_settings(files)
    card = card_of(settings.data.root)
    assert chosen_inputs(card, settings.data)
    assert chosen_targets(card, settings.data)
    for name in settings.data.leave_out or {}:
        assert name in card.targets or name in card.groups
