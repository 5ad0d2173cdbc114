import logging
import warnings

import pytest
import torch

from weldfusion.errors import ConfigError
from weldfusion.training.speed import resolved
from weldfusion.training.trainer import (
    DEFAULTS,
    REFUSED,
    build_trainer,
    check_trainer,
    quiet_lightning,
)


@pytest.mark.parametrize("key", REFUSED)
def test_what_the_run_sets_itself_is_refused_with_a_reason(key):
    with pytest.raises(ConfigError, match=rf"trainer\.{key}: cannot be set here \(\w+"):
        check_trainer({key: 1})


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"max_epoch": 3}, "trainer.max_epoch: .* did you mean max_epochs"),
        ({"gradient_clip": 3}, "did you mean gradient_clip_val"),
        ({"precision": "bf16-true"}, "trainer.precision: 'bf16-true'; did you mean bf16-mixed"),
        ({"precision": 8}, "valid: 16-mixed, 32-true, auto, bf16-mixed"),
    ],
)
def test_unknown_arguments_are_told_with_the_nearest(given, message):
    with pytest.raises(ConfigError, match=message):
        check_trainer(given)


def test_arguments_of_the_user_come_before_our_defaults():
    given = {"max_epochs": 3, "gradient_clip_val": 1.0, "accumulate_grad_batches": 2, "devices": 2}
    assert check_trainer(given) == {**DEFAULTS, **given}


@pytest.mark.parametrize(
    ("cuda", "bf16", "accelerator", "expected"),
    [
        (False, False, "auto", "32-true"),
        (True, True, "auto", "bf16-mixed"),
        (True, False, "gpu", "32-true"),
        (True, True, "cpu", "32-true"),
    ],
)
def test_automatic_precision(monkeypatch, cuda, bf16, accelerator, expected):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: cuda)
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda: bf16)
    assert resolved({"precision": "auto", "accelerator": accelerator}).precision == expected


def test_what_lightning_refuses_is_one_line(tmp_path):
    with pytest.raises(ConfigError, match=r"^trainer: ") as caught:
        build_trainer({"accelerator": "cpu", "gradient_clip_algorithm": "nonsense"}, tmp_path, [])
    assert "\n" not in str(caught.value)


def test_lightning_is_quiet_inside_and_as_before_after():
    logger = logging.getLogger("lightning.pytorch")
    before = logger.level
    with quiet_lightning(), warnings.catch_warnings(record=True) as seen:
        assert logger.level == logging.ERROR
    assert logger.level == before
    assert not seen
