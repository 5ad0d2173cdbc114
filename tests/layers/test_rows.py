"""Parts that run on chosen samples only."""

import copy

import pytest
import torch
from torch import nn

from weldfusion.layers.rows import on_rows


@pytest.mark.parametrize("chosen", [[0], [1, 3], [0, 1, 2, 3], []])
def test_chosen_rows_get_the_result_and_others_zero(chosen):
    torch.manual_seed(0)
    linear = nn.Linear(3, 2)
    x = torch.randn(4, 3)
    rows = torch.zeros(4, dtype=torch.bool)
    rows[chosen] = True
    found = on_rows(lambda x, valid: linear(x), x, None, rows, (2,), linear)
    torch.testing.assert_close(found, torch.where(rows.unsqueeze(1), linear(x), torch.zeros(())))


def test_absent_samples_reach_no_batch_statistics():
    norm = nn.BatchNorm1d(3)
    reference = nn.BatchNorm1d(3)
    torch.manual_seed(0)
    x = torch.randn(5, 3)
    rows = torch.tensor([True, False, True, True, False])
    on_rows(lambda x, valid: norm(x), x, None, rows, (3,), norm)
    reference(x[rows])
    torch.testing.assert_close(norm.running_mean, reference.running_mean)


@pytest.fixture
def project():
    """Maps to features, as at the end of MCRNet, with running statistics of its own."""
    torch.manual_seed(0)
    part = nn.Sequential(
        nn.BatchNorm2d(2), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(2, 3), nn.BatchNorm1d(3)
    )
    part(3 * torch.randn(16, 2, 4, 4) + 1)
    return part


@pytest.mark.parametrize("rows", [[True], [False, True]], ids=["whole batch", "only one present"])
def test_features_of_one_sample_are_normalised_as_in_eval_mode(project, rows):
    """The second `project`: torch refuses one value a channel; no update, so the statistics stay."""
    norm, x, rows = project[-1], torch.randn(len(rows), 3), torch.tensor(rows)
    with pytest.raises(ValueError, match="more than 1 value"):
        norm(x[rows])
    before = {name: value.clone() for name, value in norm.state_dict().items()}
    found = on_rows(lambda x, valid: norm(x), x, None, rows, (3,), norm)
    torch.testing.assert_close(dict(norm.state_dict()), before, rtol=0, atol=0)
    assert norm.training
    torch.testing.assert_close(found[rows], norm.eval()(x[rows]))
    assert found[rows].abs().min() > 0


def test_maps_of_one_sample_are_normalised_by_themselves(project):
    """As torch does: running statistics of the maps are updated, of the features they are not."""
    x, reference = torch.randn(1, 2, 4, 4), copy.deepcopy(project[0])
    features = {name: value.clone() for name, value in project[-1].state_dict().items()}
    found = on_rows(lambda x, valid: project(x), x, None, torch.tensor([True]), (3,), project)
    maps = reference(x)
    torch.testing.assert_close(project[0].state_dict(), reference.state_dict())
    torch.testing.assert_close(dict(project[-1].state_dict()), features, rtol=0, atol=0)
    torch.testing.assert_close(found, project[1:].eval()(maps))


def test_several_samples_are_normalised_by_their_batch_after_a_lone_one(project):
    norm, x = project[-1], torch.randn(7, 3)
    for count in (1, 7):
        found = on_rows(
            lambda x, valid: norm(x), x[:count], None, torch.ones(count, dtype=torch.bool), (3,), norm
        )
    torch.testing.assert_close(found, (x - x.mean(0)) / (x.var(0, correction=0) + norm.eps).sqrt())


def test_no_sample_where_other_processes_wait(project):
    """One sample in all: neither process learns statistics, or they would not be the same."""
    before = {name: value.clone() for name, value in project.state_dict().items()}
    rows = torch.tensor([False, False])
    found = on_rows(
        lambda x, valid: project(x), torch.randn(2, 2, 4, 4), None, rows, (3,), project, awaited=1
    )
    assert not found.any()
    torch.testing.assert_close(dict(project.state_dict()), before)


@pytest.mark.parametrize(("awaited", "training"), [(1, False), (2, True), (0, True)])
def test_synchronised_statistics_are_left_alone_only_where_all_processes_have_one_sample(awaited, training):
    norm, modes, rows = nn.SyncBatchNorm(3), [], torch.tensor([True])
    part = lambda x, valid: modes.append(norm.training) or x  # noqa: E731
    on_rows(part, torch.ones(1, 3), None, rows, (3,), norm, awaited)
    assert modes == [training]
    assert norm.training
