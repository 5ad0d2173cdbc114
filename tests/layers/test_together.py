"""Statistics over all processes: as in one process, and nobody waits for a process that has no sample."""

import os
import sys
from functools import partial
from pathlib import Path

import pytest
import torch
from torch import nn
from torch.nn.modules.batchnorm import _BatchNorm

import weldfusion.encoders
from tests.test_contract import NEEDED
from weldfusion.data.flow import Flow
from weldfusion.encoders.encoder import Encoder
from weldfusion.encoders.mel import MelCNN
from weldfusion.encoders.statistics import Statistics
from weldfusion.errors import ConfigError
from weldfusion.layers.together import scales_together
from weldfusion.systems.branch import run_encoder
from weldfusion.testing.parts import parts_of
from weldfusion.training.launch import end_with_launcher, train_in_processes

FLOW = Flow("waveform", 2, length=50)
FLOWS = [Flow("waveform", 1, length=4096, rate=16000.0), Flow("image", 3, size=(48, 40)), Flow("table", 5),
         Flow.features(7)]  # fmt: skip
STEPS = [[3, 2], [4, 0], [0, 0], [1, 3]]
"""Samples with the sensor in each step, by process; each has four samples of the batch."""


def batches():
    draw = torch.Generator().manual_seed(0)
    return [torch.randn(2, 4, *FLOW.shape, generator=draw) for _ in STEPS]


def seen_by(rank):
    encoder = Statistics(FLOW).train()
    with scales_together(encoder):
        for step, x in zip(STEPS, batches(), strict=True):
            here = torch.arange(4) < step[rank]
            run_encoder(encoder, x[rank], None, here, encoder.out)
    return encoder.scale.state_dict()


def test_scales_of_two_processes_count_the_samples_of_both(tmp_path):
    train_in_processes([sys.executable, "-m", "tests.layers.test_together", str(tmp_path)], 2, 1)
    one, other = (torch.load(tmp_path / f"{rank}.pt", weights_only=True) for rank in (0, 1))
    alone = Statistics(FLOW).train()
    for step, x in zip(STEPS, batches(), strict=True):
        for rank, count in enumerate(step):
            alone(x[rank, :count])
    assert one["samples"] == 3 + 2 + 4 + 1 + 3
    for name, expected in alone.scale.state_dict().items():
        torch.testing.assert_close(one[name], expected)
        assert torch.equal(one[name], other[name])


@pytest.mark.parametrize("part", parts_of(weldfusion.encoders, Encoder), ids=lambda part: part.__name__)
def test_encoders_take_an_empty_batch(part):
    make = partial(part, **NEEDED.get(part.__name__, {}))
    for flow in FLOWS:
        try:
            encoder = make(flow).train()
        except ConfigError:
            continue
        for module in encoder.modules():
            if isinstance(module, _BatchNorm):
                module.eval()  # on a GPU it is nn.SyncBatchNorm, which takes an empty batch in training too
        assert encoder(torch.zeros(0, *flow.shape), None).shape == (0, *encoder.out.shape)


def test_encoders_work_with_synchronised_batch_normalisation():
    """Without several processes torch's SyncBatchNorm does what BatchNorm does."""
    torch.manual_seed(0)
    plain = MelCNN(FLOWS[0])
    x, valid = torch.randn(3, *FLOWS[0].shape), torch.ones(3, 4096, dtype=torch.bool)
    expected = plain(x, valid)
    torch.manual_seed(0)
    together = nn.SyncBatchNorm.convert_sync_batchnorm(MelCNN(FLOWS[0]))
    assert any(isinstance(module, nn.SyncBatchNorm) for module in together.modules())
    torch.testing.assert_close(together(x, valid), expected)


if __name__ == "__main__":
    end_with_launcher()
    rank = int(os.environ["LOCAL_RANK"])
    torch.distributed.init_process_group("gloo", rank=rank)
    torch.save(seen_by(rank), Path(sys.argv[1]) / f"{rank}.pt")
    torch.distributed.destroy_process_group()
