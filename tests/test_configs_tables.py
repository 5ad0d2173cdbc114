"""Every study of `configs/` is read, and the model of each of its rows built; no recording is opened."""

import pytest

from tests.test_configs_dry_run import ROOT, card_of, whole_s
from weldfusion.config.load import load_layers
from weldfusion.config.study_file import read_study, row_layers
from weldfusion.data.nominal import nominal_flows
from weldfusion.layers.pretrained import without_pretrained
from weldfusion.report.words import NAMES
from weldfusion.systems.graph import FusionModel

STUDIES = sorted((ROOT / "configs").glob("**/tables/*.yaml"))


def parameters(study, row) -> int:
    settings, _ = load_layers(row_layers(study, row), tell=lambda line: None)
    flows, targets = nominal_flows(card_of(settings.data.root), settings.data, whole_s(settings.data))
    with without_pretrained():
        model = FusionModel(flows, targets, settings.model)
    assert set(study.targets) <= set(model.targets)
    assert settings.trainer["max_epochs"] > 0
    return sum(parameter.numel() for parameter in model.parameters())


@pytest.mark.parametrize("file", STUDIES, ids=lambda file: f"{file.parents[1].name}-{file.stem}")
def test_every_row_builds_its_model(file):
    study = read_study(file)
    assert set(study.figures) <= set(NAMES)
    for row in study.rows:
        assert parameters(study, row) > 0


@pytest.mark.parametrize("file", STUDIES, ids=lambda file: f"{file.parents[1].name}-{file.stem}")
def test_every_published_figure_has_a_column(file):
    study = read_study(file)
    columns = {f"{figure} {fraction * 100:g} %" for figure in study.figures for fraction in study.fractions}
    if study.columns == "figures":
        columns = {*study.figures, *(f"{t} {f}" for t in study.targets for f in study.figures)}
        columns |= {""} if len(study.figures) == 1 and len(study.targets) < 2 else set()
    published = [row.published for row in study.rows if row.published]
    assert bool(published) == bool(study.source)
    assert all(set(one) <= columns for one in published)


def test_the_kernel_lies_where_the_row_says():
    """Parameters of the published code: kernel after the first convolution, after the second, …, none;
    200 fewer each, for one input channel and three classes of these clips (see cnn_sk.yaml)."""
    study = read_study(ROOT / "configs/systems/cnn_sk/tables/sk_depth_cmt.yaml")
    found = [parameters(study, row) for row in study.rows[:6]]
    published = [402_331, 395_515, 419_867, 487_195, 750_875, 1_794_331]
    assert found == [count - (402_331 - found[0]) for count in published]
    assert 0 <= 402_331 - found[0] <= 400
