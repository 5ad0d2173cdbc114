"""The nuisance sensor tells nothing of the weld."""

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import balanced_accuracy_score, roc_auc_score
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from weldfusion.simulate.laser.labels import penetration_along
from weldfusion.simulate.laser.weld import SimulatedWeld


def test_noise_is_at_chance(welds: list[SimulatedWeld]) -> None:
    features, labels = [], []
    for weld in welds:
        recording = weld.recordings["noise"]
        names = penetration_along(weld.states, 0.05).labels
        start = np.searchsorted(recording.true.times(2.0), np.arange(len(names)) * 0.05)
        for first, name in zip(start, names, strict=True):
            window = recording.values[0, first : first + 48]
            power = np.abs(np.fft.rfft(window)) ** 2
            features.append(
                [window.mean(), window.std(), *np.log([p.sum() + 1e-6 for p in np.split(power[1:], 4)])]
            )
            labels.append(name)
    truth = np.array(labels)
    model = make_pipeline(StandardScaler(), LogisticRegression(class_weight="balanced"))
    folds = StratifiedKFold(5, shuffle=True, random_state=0)
    chance = cross_val_predict(model, np.array(features), truth, cv=folds, method="predict_proba")
    names = np.unique(truth)
    assert abs(balanced_accuracy_score(truth, names[chance.argmax(axis=1)]) - 1 / 3) < 0.05
    for column, name in enumerate(names):
        assert abs(roc_auc_score(truth == name, chance[:, column]) - 0.5) < 0.07
