"""An interrupted training goes on as if nothing had happened: difference of all weights exactly 0."""

import signal
import subprocess
import sys
from functools import partial
from pathlib import Path

import lightning.pytorch as pl
import pytest
import torch
from torch.optim.lr_scheduler import ReduceLROnPlateau, StepLR

from tests.training.fake import FakeWindows, fresh_model, largest_difference, stage, weights
from weldfusion.data.batch import Batch
from weldfusion.errors import ConfigError, RunError

FIT, SELECT = FakeWindows(53), FakeWindows(20, 1000)
STEPS_PER_EPOCH = 7


class Interrupted(Exception):
    pass


class StopAt(pl.Callback):
    def __init__(self, step):
        self.step = step

    def on_train_batch_start(self, trainer, *_):
        if trainer.global_step == self.step:
            raise Interrupted


@pytest.fixture(autouse=True)
def one_thread():
    torch.set_num_threads(1)


def train(folder, extra=(), workers=0, every_s=0.0, select=SELECT, classes=None, trainer=None, **settings):
    model = fresh_model()
    one = stage(tuple(extra), workers, every_s, **settings)
    if trainer:
        one = type(one)(**{**vars(one), "trainer": {**one.trainer, **trainer}})
    outcome = one.run(model, FIT, select, classes, folder)
    last = torch.load(folder / "checkpoints" / "last.ckpt", weights_only=True)
    return {**last["state_dict"], **{f"best.{k}": v for k, v in weights(model).items()}}, outcome


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory):
    torch.set_num_threads(1)
    return train(tmp_path_factory.mktemp("whole"))


@pytest.mark.parametrize("every_s", [0.0, 1e9], ids=["every step", "every epoch"])
@pytest.mark.parametrize("step", [1, 7, 10, 20])
def test_resumed_training_is_equal(tmp_path, uninterrupted, step, every_s):
    with pytest.raises(Interrupted):
        train(tmp_path, [StopAt(step)], every_s=every_s)
    resumed, outcome = train(tmp_path, every_s=every_s)
    assert largest_difference(resumed, uninterrupted[0]) == 0
    assert outcome == uninterrupted[1]


@pytest.mark.parametrize("workers", [0, 2])
def test_killed_training_is_equal(tmp_path, uninterrupted, workers):
    folders = {step: tmp_path / str(step) for step in (5, STEPS_PER_EPOCH)}
    children = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.training.killed", str(folder), str(workers), str(step)]
        )
        for step, folder in folders.items()
    ]
    assert [child.wait(timeout=120) for child in children] == [-signal.SIGKILL] * len(folders)
    for folder in folders.values():
        resumed, outcome = train(folder, workers=workers)
        assert largest_difference(resumed, uninterrupted[0]) == 0
        assert outcome == uninterrupted[1]


def test_number_of_workers_changes_no_bit(tmp_path, uninterrupted):
    assert largest_difference(train(tmp_path, workers=2)[0], uninterrupted[0]) == 0


def test_seed_and_dropout_change_the_weights(tmp_path, uninterrupted):
    one = stage()
    other = type(one)(**{**vars(one), "seed": 8})
    model = fresh_model()
    other.run(model, FIT, SELECT, None, tmp_path)
    last = torch.load(tmp_path / "checkpoints" / "last.ckpt", weights_only=True)["state_dict"]
    assert max(float((last[k] - uninterrupted[0][k]).abs().max()) for k in last) > 1e-4


def test_augmentation_changes_the_weights(tmp_path, uninterrupted):
    plain = train(tmp_path, augment=None)[0]
    assert largest_difference(plain, uninterrupted[0]) > 1e-4


@pytest.mark.parametrize(
    "settings",
    [
        {"scheduler": partial(StepLR, step_size=1, gamma=0.5), "scheduler_step": "epoch"},
        {"optimizer": partial(torch.optim.SGD, lr=0.05, momentum=0.9)},
        {"trainer": {"accumulate_grad_batches": 3, "gradient_clip_val": 0.5}},
        {"trainer": {"precision": "bf16-mixed"}},
        {"select": None},
        {"classes": FIT.label.numpy(), "balanced": True},
        {"patience": 1},
    ],
    ids=lambda settings: next(iter(settings)),
)
def test_resumed_training_is_equal_with_other_settings(tmp_path, settings):
    whole, outcome = train(tmp_path / "whole", **settings)
    steps = [3, 4] if "accumulate_grad_batches" in settings.get("trainer", {}) else [3, 9]
    for step in steps:
        try:
            train(tmp_path / str(step), [StopAt(step)], **settings)
        except Interrupted:
            resumed, again = train(tmp_path / str(step), **settings)
            assert largest_difference(resumed, whole) == 0
            assert again == outcome
    assert (tmp_path / "3" / "checkpoints" / "last.ckpt").is_file()


def test_best_epoch_has_the_least_selection_loss(uninterrupted):
    outcome = uninterrupted[1]
    losses = [row["select_loss"] for row in outcome["history"]]
    assert outcome["best_loss"] == min(losses)
    assert outcome["best_epoch"] == losses.index(min(losses)) + 1


def test_selection_loss_is_the_mean_over_known_windows(tmp_path, uninterrupted):
    model = fresh_model()
    model.load_state_dict(
        {k.removeprefix("best."): v for k, v in uninterrupted[0].items() if k.startswith("best.")}
    )
    model.eval()
    batch = SELECT.__getitems__(range(len(SELECT)))
    truth = batch.targets["defect"]
    with torch.no_grad():
        logits = model(batch)["defect"][truth.known]
    expected = float(torch.nn.functional.cross_entropy(logits, truth.value[truth.known]))
    assert uninterrupted[1]["best_loss"] == pytest.approx(expected, rel=1e-6)


def test_patience_ends_the_training_and_a_finished_run_stays(tmp_path):
    class Rising(pl.Callback):
        def on_train_batch_start(self, trainer, module, *_):
            for parameter in module.parameters():
                parameter.data.mul_(1.5)

    trainer = {"max_epochs": 20}
    outcome = train(tmp_path, [Rising()], patience=2, trainer=trainer)[1]
    assert len(outcome["history"]) == outcome["best_epoch"] + 2 < 20
    again = train(tmp_path, [Rising()], patience=2, trainer=trainer)[1]
    assert again == outcome


def test_loss_that_is_not_finite_is_one_line_and_keeps_the_last_checkpoint(tmp_path):
    class Burst(pl.Callback):
        def on_train_batch_start(self, trainer, module, *_):
            if trainer.global_step == 10:
                module.model.out.weight.data.fill_(float("inf"))

    with pytest.raises(RunError, match=r"epoch 2, step 4: the loss is not finite.*learning rate") as caught:
        train(tmp_path, [Burst()])
    assert "\n" not in str(caught.value)
    kept = torch.load(tmp_path / "checkpoints" / "last.ckpt", weights_only=True)
    assert all(bool(torch.isfinite(value).all()) for value in kept["state_dict"].values())


def test_stopped_by_hand_stays_a_keyboard_interrupt(tmp_path, uninterrupted):
    class ByHand(StopAt):
        def on_train_batch_start(self, trainer, *_):
            if trainer.global_step == self.step:
                raise KeyboardInterrupt

    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt):
        train(tmp_path, [ByHand(9)])
    assert signal.getsignal(signal.SIGINT) is before
    assert largest_difference(train(tmp_path)[0], uninterrupted[0]) == 0


def test_input_that_is_not_finite_is_named(tmp_path):
    class Broken(FakeWindows):
        def __getitems__(self, indices) -> Batch:
            batch = super().__getitems__(indices)
            batch.inputs["curve"][0, 0, 0] = float("nan")
            return batch

    with pytest.raises(RunError, match="input curve is not finite"):
        stage().run(fresh_model(), Broken(53), None, None, tmp_path)


def test_checkpoints_are_read_without_unpickling_code(tmp_path, uninterrupted):
    train(tmp_path)
    files = sorted((tmp_path / "checkpoints").iterdir())
    assert [file.name for file in files] == ["best.ckpt", "last.ckpt"]
    for file in files:
        torch.load(file, weights_only=True)


def test_metrics_are_written_once_per_epoch(tmp_path):
    with pytest.raises(Interrupted):
        train(tmp_path, [StopAt(16)])
    train(tmp_path)
    lines = Path(tmp_path, "metrics.csv").read_text().splitlines()
    assert lines[0] == "epoch,step,train_loss,learning_rate,select_loss"
    assert [line.split(",")[:2] for line in lines[1:]] == [["1", "7"], ["2", "14"], ["3", "21"]]
    assert list((tmp_path / "tensorboard").iterdir())


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"scheduler": ReduceLROnPlateau}, "training.scheduler: ReduceLROnPlateau"),
        ({"target_weights": {"defcet": 2.0}}, "target_weights.defcet.*did you mean defect"),
        ({"trainer": {"max_epochs": -1}}, "trainer.max_epochs"),
    ],
)
def test_settings_that_cannot_work(tmp_path, settings, message):
    with pytest.raises(ConfigError, match=message):
        train(tmp_path, **settings)
