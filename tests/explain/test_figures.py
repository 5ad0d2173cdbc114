"""Figures of shares by hand, and their intervals from whole groups."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from tests.explain.made import made_shares
from weldfusion.explain.explanation import POINTING_COLUMNS
from weldfusion.explain.figures import Draw, figures, predicted, sizes

NONE = pd.DataFrame(columns=list(POINTING_COLUMNS))


def entry(rows: list[dict], **wanted: str) -> dict:
    return next(r for r in rows if all(r[name.replace("klass", "class")] == v for name, v in wanted.items()))


def test_sizes_and_portions_by_hand():
    shares = made_shares()
    found = figures(shares, NONE, ["noise"], seed=0)
    one = entry(found["shares"], target="penetration", klass="PP", modality="sound")
    rows = shares[shares["class"] == "PP"]
    own = rows[rows["modality"] == "sound"].groupby("weld")["share"].apply(lambda s: s.abs().mean())
    whole = rows.groupby(["weld", "modality"])["share"].apply(lambda s: s.abs().mean()).groupby("weld").sum()
    assert one["size"]["value"] == pytest.approx(own.mean(), rel=1e-12)
    assert one["portion"]["value"] == pytest.approx(own.sum() / whole.sum(), rel=1e-12)
    assert (one["welds"], one["groups"]) == (12, 6)
    assert one["size"]["lower"] < one["size"]["value"] < one["size"]["upper"]
    portions = [r["portion"]["value"] for r in found["shares"] if r["class"] == "PP"]
    assert sum(portions) == pytest.approx(1.0)
    assert found["completeness"] < 1e-12


def test_the_mean_where_a_class_is_predicted():
    shares = made_shares()
    found = figures(shares, NONE, [], seed=0)["shares"]
    of = shares[shares["target"] == "penetration"]
    table = of.drop_duplicates(["weld", "window", "class"]).pivot(
        index=["weld", "window"], columns="class", values="full"
    )
    likeliest = table.idxmax(axis=1)
    rows = of[(of["modality"] == "photodiode") & (of["class"] == "FP")].set_index(["weld", "window"])
    expected = rows["share"][likeliest[likeliest == "FP"].index].mean()
    one = entry(found, target="penetration", klass="FP", modality="photodiode")
    assert one["mean_when_predicted"]["value"] == pytest.approx(expected)
    real = entry(found, target="depth_mm", modality="photodiode")
    of_depth = shares[(shares["target"] == "depth_mm") & (shares["modality"] == "photodiode")]
    assert real["mean_when_predicted"]["value"] == pytest.approx(of_depth["share"].mean())


def test_events_count_wherever_their_mean_over_the_steps_lies():
    shares = made_shares().assign(full=0.1)
    flag = np.where(shares["kind"] == "class", "multilabel", shares["kind"])
    assert not predicted(shares.assign(kind=flag))[flag == "multilabel"].any()
    assert predicted(shares.assign(kind="intervals")).all()


def test_a_class_that_is_never_predicted_has_no_mean():
    shares = made_shares()
    never = shares["full"].where(shares["class"] != "LP", -1.0)
    one = entry(figures(shares.assign(full=never), NONE, [], 0)["shares"], klass="LP", modality="sound")
    assert one["mean_when_predicted"] == {
        "value": None, "lower": None, "upper": None, "reason": "nothing to measure"
    }  # fmt: skip


def test_several_networks_of_a_weld_count_once():
    shares = made_shares()
    twice = pd.concat([shares, shares.assign(seed=1)], ignore_index=True)
    one, two = (
        entry(figures(s, NONE, [], 0)["shares"], klass="PP", modality="sound") for s in (shares, twice)
    )
    assert one["size"] == pytest.approx(two["size"])
    assert len(sizes(twice)) == len(sizes(shares))


def test_too_few_groups_give_no_interval():
    shares = made_shares()
    few = shares[shares["group"].isin(["S0", "S1"])]
    one = entry(figures(few, NONE, [], 0)["shares"], klass="PP", modality="sound")
    assert one["size"]["lower"] is None
    assert one["size"]["reason"] == "not estimable: only 2 groups"


def test_what_noise_gets_is_told():
    shares = made_shares()
    found = figures(shares, NONE, ["noise", "not there"], 0)["false_attribution"]
    assert [row["target"] for row in found] == ["penetration", "depth_mm"]
    of = shares[shares["target"] == "penetration"]
    mean = of.assign(size=of["share"].abs()).groupby(["weld", "modality"])["size"].sum().unstack()
    expected = mean["noise"].sum() / mean.to_numpy().sum()
    assert found[0]["portion"]["value"] == pytest.approx(expected)
    assert figures(shares, NONE, [], 0)["false_attribution"] == []


def test_hits_are_counted_by_output_and_sensor():
    rows = [
        dict(
            zip(
                POINTING_COLUMNS,
                (f"W{g}", f"g{g}", w, "t", "c", "sound", w == 0 or g > 4, 0.25, "f", 0),
                strict=True,
            )
        )
        for g in range(6)
        for w in range(2)
    ]
    draw = Draw(np.array([f"g{g}" for g in range(6)]), 0)
    from weldfusion.explain.figures import pointing_figures

    (one,) = pointing_figures(pd.DataFrame(rows), draw)
    assert (one["windows"], one["hits"], one["chance"]) == (12, 7, 0.25)
    assert one["rate"]["value"] == pytest.approx(7 / 12)
    assert one["rate"]["lower"] < 7 / 12 < one["rate"]["upper"]


def test_intervals_are_those_of_a_bootstrap_over_groups_written_out():
    generator = np.random.default_rng(0)
    group = np.repeat([f"g{i}" for i in range(12)], 5)
    values = generator.normal(1, 1, 60) + np.repeat(generator.normal(0, 1, 12), 5)
    found = Draw(np.unique(group), 3).ratio(group, values, np.ones(60))
    means = []
    for _ in range(4000):
        drawn = generator.integers(0, 12, 12)
        means.append(values.reshape(12, 5)[np.argsort(np.unique(group))][drawn].mean())
    tail = stats.norm.cdf(-np.sqrt(12 / 11) * stats.t(11).ppf(0.975))
    edges = np.quantile(means, [tail, 1 - tail])
    np.testing.assert_allclose([found["lower"], found["upper"]], edges, atol=0.08)


def test_predicted_rows():
    frame = pd.DataFrame(
        {
            "fold": "f", "seed": 0, "weld": "w", "window": 0,
            "target": ["a", "a", "b", "b", "c"], "kind": ["class"] * 2 + ["multilabel"] * 2 + ["real"],
            "full": [0.4, 0.6, 0.7, 0.2, -3.0],
        }
    )  # fmt: skip
    assert predicted(frame).tolist() == [False, True, True, False, True]
