"""How many processes train, and whether they share batch statistics; decided without a device."""

import pytest
import torch

from weldfusion.errors import ConfigError
from weldfusion.training.devices import (
    device_of,
    process_count,
    processes_here,
    statistics_together,
    strategy_of,
)
from weldfusion.training.trainer import check_trainer


@pytest.fixture
def two_gpus(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)


@pytest.fixture
def no_gpu(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)


def asked(**given):
    return check_trainer(given)


@pytest.mark.parametrize(("devices", "count"), [("auto", 2), (-1, 2), ("-1", 2), (1, 1), ([1], 1), ("0,", 1)])
def test_devices_of_a_machine_with_two_gpus(two_gpus, devices, count):
    assert processes_here(asked(devices=devices)) == count
    assert process_count(asked(devices=devices, num_nodes=4)) == 4 * count


def test_batch_statistics_are_shared_by_several_gpus_only(two_gpus):
    assert statistics_together(asked(devices=2))
    assert statistics_together(asked(devices=1, num_nodes=2))
    assert not statistics_together(asked())
    assert not statistics_together(asked(devices=2, accelerator="cpu"))
    assert not statistics_together(asked(devices=2, sync_batchnorm=False))


def test_without_cuda_they_cannot_be_shared(no_gpu):
    assert not statistics_together(asked(devices=2))
    with pytest.raises(ConfigError, match="sync_batchnorm: true needs CUDA"):
        statistics_together(asked(devices=2, sync_batchnorm=True))


def test_one_process_needs_no_strategy(no_gpu):
    assert strategy_of(asked()) == strategy_of(asked(devices=1)) == "auto"
    assert strategy_of(asked(devices=2)) == "ddp_find_unused_parameters_true"
    exact = "ddp_find_unused_parameters_false"
    assert strategy_of(asked(devices=2, strategy=exact)) == exact


@pytest.mark.parametrize("strategy", ["fsdp", "ddp_spawn", "dpp"])
def test_a_strategy_that_divides_the_network_is_refused(strategy):
    with pytest.raises(ConfigError, match=rf"trainer\.strategy: '{strategy}'; .*ddp"):
        asked(strategy=strategy)


@pytest.mark.parametrize(("accelerator", "device"), [("auto", "cuda"), ("gpu", "cuda"), ("cpu", "cpu")])
def test_a_run_predicts_where_its_settings_say(two_gpus, accelerator, device):
    assert device_of({"accelerator": accelerator, "max_epochs": 3}) == torch.device(device)
    assert device_of({}) == torch.device("cuda")


def test_a_run_of_a_gpu_predicts_on_a_machine_without_one(no_gpu):
    assert device_of({"accelerator": "gpu"}) == torch.device("cpu")
