"""Running statistics against numpy over all batches together."""

import numpy as np
import torch

from weldfusion.layers.running_scale import RunningScale


def test_after_training_it_is_numpys_standardisation_of_all_rows() -> None:
    rng = np.random.default_rng(0)
    rows = rng.normal(3.0, 2.0, size=(90, 4)).astype(np.float32)
    scale = RunningScale(4).train()
    for part in np.array_split(rows, 7):
        scale(torch.tensor(part), torch.ones(len(part), dtype=torch.bool))
    scale.eval()
    found = scale(torch.tensor(rows[:5]), torch.ones(5, dtype=torch.bool)).numpy()
    np.testing.assert_allclose(found, ((rows - rows.mean(0)) / rows.std(0))[:5], atol=1e-5)


def test_rows_without_content_are_not_counted_and_a_constant_keeps_its_unit() -> None:
    scale = RunningScale(2).train()
    x = torch.tensor([[1.0, 7.0], [3.0, 7.0], [99.0, 99.0]])
    found = scale(x, torch.tensor([True, True, False]))
    assert found[:2].tolist() == [[-1.0, 0.0], [1.0, 0.0]]
    assert found[2].tolist() == [6.0, 6.0]
