import numpy as np
import pytest
from scipy.stats import f_oneway

from weldfusion.errors import SignalError
from weldfusion.signals.channel_selection import ChannelSelection


def made() -> tuple[np.ndarray, np.ndarray]:
    """Channels: noise, class and noise, its noisy copy, constant."""
    rng = np.random.default_rng(0)
    classes = np.repeat([0, 1, 2], 20)
    noise = rng.normal(size=(60, 50))
    told = classes[:, None] + rng.normal(size=(60, 50))
    copy = told + 0.05 * rng.normal(size=(60, 50))
    return np.stack([noise, copy, told, np.ones((60, 50))], axis=1), classes


def test_the_relevant_one_of_two_copies_stays():
    windows, classes = made()
    found = ChannelSelection().fit(windows, classes)
    better = 1 + int(np.argmax(found.relevance_[1:3]))
    assert found.kept_.tolist() == [0, better]
    assert np.array_equal(found.transform(windows), windows[:, [0, better]])
    assert ChannelSelection(count=1).fit(windows, classes).kept_.tolist() == [better]


def test_relevance_is_the_f_of_scipy_and_kept_channels_correlate_less():
    windows, classes = made()
    found = ChannelSelection(most=0.5).fit(windows, classes)
    means = windows.mean(axis=2)
    expected = f_oneway(*(means[classes == c, 2] for c in range(3))).statistic
    assert found.relevance_[2] == pytest.approx(expected)
    assert np.isnan(found.relevance_[3])
    kept = np.moveaxis(found.transform(windows), 1, 0).reshape(len(found.kept_), -1)
    assert np.abs(np.corrcoef(kept) - np.eye(len(kept))).max() < 0.5


def test_bad_windows():
    windows, _ = made()
    with pytest.raises(SignalError, match="every channel is constant"):
        ChannelSelection().fit(np.ones((4, 2, 9)))
    with pytest.raises(SignalError, match="fitted were 4"):
        ChannelSelection().fit(windows).transform(windows[:, :2])
    with pytest.raises(SignalError, match="one for each of 60"):
        ChannelSelection().fit(windows, np.zeros(3))
