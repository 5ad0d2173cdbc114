import pytest
import torch
from torch.optim.lr_scheduler import CosineAnnealingLR

from weldfusion.training.schedules import OneCosine


def rates(make, steps):
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=0.3)
    scheduler = make(optimizer)
    seen = []
    for _ in range(steps):
        seen.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    return seen


def one_cosine(total, **settings):
    def make(optimizer):
        scheduler = OneCosine(optimizer, **settings)
        scheduler.span(total)
        return scheduler

    return make


def test_is_torchs_cosine_without_warmup():
    torchs = rates(lambda optimizer: CosineAnnealingLR(optimizer, T_max=17, eta_min=0.03), 17)
    assert rates(one_cosine(17, final=0.1), 17) == pytest.approx(torchs, rel=1e-9)


def test_warmup_is_linear_and_peak_is_the_given_rate():
    seen = rates(one_cosine(40, warmup=0.25), 40)
    assert seen[:11] == pytest.approx([0.3 * (i + 1) / 11 for i in range(11)])
    assert max(seen) == pytest.approx(0.3)
    assert seen[10:] == sorted(seen[10:], reverse=True)


def test_state_restores_the_place():
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=0.3)
    scheduler = one_cosine(10)(optimizer)
    for _ in range(4):
        optimizer.step()
        scheduler.step()
    again = one_cosine(10)(torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=0.3))
    again.load_state_dict(scheduler.state_dict())
    assert again.last_epoch == 4
    assert again.get_last_lr() == scheduler.get_last_lr()
