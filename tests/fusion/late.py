"""Made outputs of modalities of known skill, for tests of late fusions."""

import torch

from weldfusion.data.batch import Truth
from weldfusion.data.card import TargetSpec
from weldfusion.data.flow import Flow
from weldfusion.heads.default import default_head

VERDICT = TargetSpec("verdict", "class", classes=("good", "bad", "explode"))
FORCE = TargetSpec("force", "real", unit="N")
FLAGS = TargetSpec("imperfections", "multilabel", classes=("pore", "crack"))
HEAD = default_head(Flow.features(1), VERDICT)


def flows(names):
    return {name: Flow.features(4) for name in names}


def all_present(names, count):
    return {name: torch.ones(count, dtype=torch.bool) for name in names}


def made_outputs(count, skills, seed=0):
    """Logits (N, 3) by modality, the larger the skill the better, and their truths."""
    generator = torch.Generator().manual_seed(seed)
    truth = torch.randint(0, 3, (count,), generator=generator)
    one_hot = torch.nn.functional.one_hot(truth, 3)
    outputs = {
        name: skill * one_hot + torch.randn((count, 3), generator=generator)
        for name, skill in sorted(skills.items())
    }
    return outputs, Truth(truth, torch.ones(count, dtype=torch.bool))
