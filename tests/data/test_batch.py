"""The batch checks itself."""

import pickle
from dataclasses import replace

import pytest
import torch

from weldfusion.data.batch import Batch, Truth


def make_batch() -> Batch:
    return Batch(
        inputs={
            "sound": torch.zeros(3, 2, 8),
            "photo": torch.zeros(3, 4, 3, 5, 5),
            "table": torch.zeros(3, 6),
        },
        present={name: torch.ones(3, dtype=torch.bool) for name in ("sound", "photo", "table")},
        valid={"photo": torch.ones(3, 4, dtype=torch.bool), "sound": torch.ones(3, 8, dtype=torch.bool)},
        targets={"state": Truth(torch.zeros(3, dtype=torch.int64), torch.ones(3, dtype=torch.bool))},
    )


def test_names_are_sorted():
    batch = make_batch()
    assert list(batch.inputs) == list(batch.present) == ["photo", "sound", "table"]
    assert len(batch) == 3


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"inputs": {}}, "at least one modality"),
        ({"present": {"sound": torch.ones(3, dtype=torch.bool)}}, "present names"),
        ({"valid": {"smell": torch.ones(3, 8, dtype=torch.bool)}}, r"valid names \['smell'\]"),
        ({"valid": {"sound": torch.ones(3, 7, dtype=torch.bool)}}, r"valid\[sound\].*\(3, 8\)"),
        ({"valid": {"photo": torch.ones(3, 3, dtype=torch.bool)}}, r"valid\[photo\].*\(3, 4\)"),
        ({"valid": {"sound": torch.ones(3, 8)}}, r"valid\[sound\] is torch.float32"),
        ({"targets": {"state": Truth(torch.zeros(2), torch.ones(2, dtype=torch.bool))}}, "state"),
        ({"targets": {"state": Truth(torch.zeros(2), torch.ones(3, dtype=torch.bool))}}, "has 2 values"),
    ],
)
def test_what_does_not_fit_is_named(change, message):
    with pytest.raises(ValueError, match=message):
        replace(make_batch(), **change)


def test_moves_and_pickles_whole():
    batch = make_batch().to("cpu")
    again = pickle.loads(pickle.dumps(batch))
    assert again.inputs.keys() == batch.inputs.keys()
    assert again.targets["state"].known.all()
    moved = make_batch().to("meta")
    assert all(tensor.is_meta for tensor in (*moved.inputs.values(), *moved.valid.values()))
    assert moved.targets["state"].value.is_meta
