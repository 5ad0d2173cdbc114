"""Every published system is built in its paper's size and inputs, with the parameters that are stated."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks"))

from systems_sizes import PAPER, PUBLISHED, structure_of

NEARLY = {"EMMDL": 13_789_763, "AM-TSFNet": 943_136 + 362_370, "MCRNet": 2 * 2_154_256, "RTM": 21_103_174}
"""Where the paper states none: the two views of EMMDL, extractor and fusion of AM-TSFNet, two towers of
MCRNet, without their small rest; RTM as its docstring tells."""


@pytest.mark.parametrize("one", PUBLISHED, ids=lambda one: one.name)
def test_parameters_are_those_that_are_stated(one):
    found = structure_of(one).parameters
    if one.parameters is None:
        assert found == pytest.approx(NEARLY[one.name], rel=0.01)
    else:
        assert found == pytest.approx(one.parameters, rel=0.005 if one.source == PAPER else 0)
