"""What trees tell of made parts whose features are the session, the class or nothing."""

import sys
from pathlib import Path

import numpy as np
import pytest
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.linear_model import LinearRegression

sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks"))

from simulator_trees import Trees, answers

SESSIONS = np.repeat(np.arange(12), 20)
TRUTH = {"class": SESSIONS % 2, "session": SESSIONS}
TREES = Trees(ExtraTreesClassifier(20, random_state=0), "class")


def test_features_of_the_class_tell_it_either_way():
    features = TRUTH["class"][:, None].astype(float)
    assert [TREES.score(features, TRUTH, by_session) for by_session in (True, False)] == [1, 1]


def test_features_of_the_session_tell_the_class_only_of_parts_at_random():
    """Trees cannot know the class of a session between two others of the other class."""
    features = SESSIONS[:, None].astype(float)
    assert TREES.score(features, TRUTH, False) == 1
    assert TREES.score(features, TRUTH, True) <= 0.5


def test_sessions_are_held_out_whole():
    """A line through five sessions meets the sixth, whose own value lies far off, as if it were not there."""
    session = np.repeat(np.arange(6), 20)
    wanted = np.where(session == 5, 50.0, session)
    found = answers(LinearRegression(), session[:, None].astype(float), wanted, session)
    assert found[session == 5] == pytest.approx(5)


def test_area_of_noise_is_a_half_and_of_the_event_itself_one():
    rng = np.random.default_rng(0)
    event = rng.random(240) < 0.5
    assert TREES.auc(rng.normal(size=(240, 3)), event, SESSIONS) == pytest.approx(0.5, abs=0.12)
    assert TREES.auc(event[:, None], event, SESSIONS) == 1
