"""A window laid in silence: where it lies, what the encoder sees, and the mean over a longer picture."""

from functools import partial

import numpy as np
import pytest
import torch

from weldfusion.data.flow import Flow
from weldfusion.encoders.in_silence import InSilence
from weldfusion.encoders.mel import MelCNN
from weldfusion.errors import ConfigError
from weldfusion.explain.places import survey
from weldfusion.explain.raw_axis import cell_centres
from weldfusion.systems.cnn_sk import SoundCNNSK
from weldfusion.testing import check_encoder

CLIP = Flow("waveform", 2, length=300, rate=8000.0)


def laid(samples: int = 2000, copies: int = 1) -> InSilence:
    return InSilence(CLIP, partial(MelCNN, n_fft=256, hop=64, widths=(4,)), samples, copies)


def test_a_tested_window_lies_in_the_middle():
    x = torch.randn(3, 2, 300)
    expected = torch.zeros(3, 2, 2000)
    expected[:, :, 850:1150] = x
    assert torch.equal(laid().eval().silence(x), expected)


def test_in_training_it_lies_anywhere_whole_and_the_draw_is_keyed():
    encoder, x = laid(), torch.rand(400, 2, 300) + 0.5
    torch.manual_seed(1)
    found = encoder.silence(x)
    torch.manual_seed(1)
    assert torch.equal(encoder.silence(x), found)
    starts = (found[:, 0] != 0).int().argmax(dim=1)
    for row, start, given in zip(found, starts, x, strict=True):
        assert torch.equal(row[:, start : start + 300], given)
    assert torch.count_nonzero(found) == x.numel()
    assert starts.min() < 40
    assert starts.max() > 1660
    assert (
        abs(starts.float().mean() - 850) < 4 * 491 / 400**0.5
    )  # 491: deviation of an even draw from 0 to 1700


def test_copies_are_equal_channels():
    found = laid(copies=3).eval().silence(torch.randn(2, 2, 300))
    assert found.shape == (2, 6, 2000)
    assert torch.equal(found[:, :2], found[:, 2:4])
    assert torch.equal(found[:, :2], found[:, 4:])


def test_an_explanation_counts_time_from_the_window_not_from_the_silence():
    """The sixth convolution of the published network has cells of 64 hops; in reflect padding frame i is
    centred on sample i * hop of the long signal, which begins 84 692 samples before the clip."""
    flow = Flow("waveform", 1, length=6615, rate=44_100.0)
    model = SoundCNNSK("sound", widths=(2,) * 6, hop=512, silence=176_000).parts().encoders["sound"](flow)
    place, passed = survey(model, flow)
    centres = cell_centres(passed.time, 6615, place.cells[1])
    np.testing.assert_allclose(centres, np.arange(6) * 64 * 512 - 84_692, atol=1)


def test_contract():
    check_encoder(
        lambda flow: InSilence(flow, partial(MelCNN, n_fft=256, hop=64, widths=(4,)), 1000, 2), CLIP
    )


@pytest.mark.parametrize(
    ("flow", "samples", "copies", "told"),
    [
        (CLIP, 299, 1, "samples is 299, but a window has 300"),
        (CLIP, 400, 0, "copies is 0"),
        (Flow("table", 3), 400, 1, "not table"),
    ],
)
def test_settings_that_cannot_work(flow, samples, copies, told):
    with pytest.raises(ConfigError, match=told):
        InSilence(flow, MelCNN, samples, copies)
