"""What holds for every satisfaction figure, whatever was answered.

Answers are drawn at random but the same in every run.
"""

import dataclasses
import importlib
import importlib.util
import os
import sys
import types
from pathlib import Path
from statistics import mean, median, stdev

import pytest
from conftest import drawn
from hypothesis import given
from hypothesis import strategies as st

ADDONS = Path(__file__).parents[1]


def load(name):
    """A module of the tools, without the addon around it."""
    shared = "odoo.addons.customer_complaint.tools.statistics"
    if shared not in sys.modules:
        path = ADDONS / "customer_complaint" / "tools" / "statistics.py"
        spec = importlib.util.spec_from_file_location(shared, path)
        sys.modules[shared] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[shared])
        tools = types.ModuleType("satisfaction_tools")
        tools.__path__ = [str(ADDONS / "customer_satisfaction" / "tools")]
        sys.modules[tools.__name__] = tools
    return importlib.import_module(f"satisfaction_tools.{name}")


scores = load("scores")
clusters, comparing, drivers = load("clusters"), load("comparing"), load("drivers")
indexes, kano, sampling = load("indexes"), load("kano"), load("sampling")

CASES = 1000 if os.environ.get("FULL") else 150


def counts_on(first, last):
    numbers = st.integers(0, 12) | st.integers(0, 5000)
    return st.dictionaries(st.integers(first, last), numbers)


CSAT, NPS, SEVEN = counts_on(1, 5), counts_on(0, 10), counts_on(1, 7)
PAIRS = st.dictionaries(
    st.tuples(st.integers(1, 5), st.integers(1, 5)), st.integers(0, 40)
)


@st.composite
def results(draw):
    """Every result the library gives for some answers."""
    csat, nps, seven = draw(CSAT), draw(NPS), draw(SEVEN)
    direction = draw(st.sampled_from(("lower", "higher")))
    means = [scores.moments(csat), scores.moments(seven)]
    parts = [indexes.Part(i, found.mean, found.n) for i, found in enumerate(means, 1)]
    squares = draw(st.none() | st.floats(0, 10))
    gap = indexes.Gap(
        *(min(7, m.mean) if m.n else None for m in means),
        min(m.n for m in means),
        sd=draw(st.none() | st.floats(0, 6)),
    )
    if not gap.n:
        gap = indexes.Gap(None, None, 0)
    rows = [(grade, grade % 3, n % 4) for grade, n in csat.items()]
    gaps = indexes.servqual([gap], squares, squares)
    return [
        scores.csat(csat),
        scores.dissatisfied(csat),
        scores.likert(csat),
        scores.emotion(csat),
        scores.nps(nps),
        *scores.effort(csat, 5, direction),
        *scores.effort(seven, 7, direction),
        scores.rescaled(scores.likert(csat)),
        indexes.csi(parts, (1, 7), squares),
        indexes.acsi(parts, squares),
        *gaps.by_dimension,
        gaps.mean,
        gaps.weighted,
        sampling.response_rate(min(csat.values(), default=0), sum(csat.values())),
        *sampling.aapor(*(csat.get(at, 0) for at in range(1, 6))),
        drivers.cronbach(rows),
    ]


@drawn(CASES)
@given(results())
def test_no_result_without_its_number_of_answers(found):  # S-10
    for score in found:
        assert isinstance(score, scores.Score)
        assert isinstance(score.n, int)
        assert (score.value is None) or score.n > 0
        assert score.n or score.value is None
        assert "n" in dataclasses.asdict(score)


@drawn(CASES)
@given(results())
def test_interval_contains_its_value_and_stays_on_its_scale(found):  # S-01 S-03 S-04
    for score in found:
        lowest, highest = score.scale
        if score.value is not None and lowest is not None:
            assert lowest - 1e-9 <= score.value <= highest + 1e-9
        if score.low is not None:
            assert score.low - 1e-9 <= score.value <= score.high + 1e-9
            assert lowest <= score.low + 1e-9 and score.high <= highest + 1e-9


@drawn(CASES)
@given(CSAT, st.integers(2, 9))
def test_more_answers_of_the_same_kind_change_no_value_and_narrow_the_interval(
    counts, times
):
    once = scores.csat(counts)
    many = scores.csat({value: n * times for value, n in counts.items()})
    if once.n:
        assert many.value == pytest.approx(once.value)
        assert many.high - many.low < once.high - once.low


@drawn(CASES)
@given(CSAT)
def test_counts_give_what_the_answers_one_by_one_give(counts):  # S-35
    few = {value: n % 30 for value, n in counts.items()}
    answers = sorted(value for value, n in few.items() for _ in range(n))
    found = scores.moments(few)
    assert found.n == len(answers)
    if answers:
        assert found.mean == pytest.approx(mean(answers))
        assert found.median == median(answers)
        if found.n > 1:
            assert found.sd == pytest.approx(stdev(answers), abs=1e-9)
        for kind in ("continuous", "nist", "discrete"):
            shares = [comparing.percentile(few, at / 20, kind) for at in range(21)]
            assert shares == sorted(shares)
            assert answers[0] <= shares[0] and shares[-1] <= answers[-1]


@drawn(CASES)
@given(NPS, NPS)
def test_nps_of_two_waves_differs_by_the_difference(before, now):
    found = comparing.nps_difference(before, now)
    one, other = scores.nps(before), scores.nps(now)
    assert (found.n_before, found.n) == (one.n, other.n)
    if one.n and other.n:
        assert found.value == pytest.approx(other.value - one.value, abs=1e-9)
        back = comparing.nps_difference(now, before)
        assert back.value == pytest.approx(-found.value, abs=1e-9)
        assert back.p == (found.p and pytest.approx(found.p))


@drawn(CASES)
@given(st.tuples(*[st.integers(0, 60)] * 2), st.tuples(*[st.integers(0, 60)] * 2))
def test_difference_of_shares_lies_in_its_interval(before, now):
    found = comparing.share_difference(before[0], sum(before), now[0], sum(now))
    if found.value is not None:
        assert -1 - 1e-9 <= found.low - 1e-9 <= found.value <= found.high + 1e-9


@drawn(CASES)
@given(PAIRS)
def test_kano_counts_every_pair_once(pairs):  # S-07
    found = kano.kano(pairs)
    assert found.n == sum(pairs.values()) == sum(found.counts.values())
    if found.better is not None:
        assert 0 <= found.better <= 1 and -1 <= found.worse <= 0
    assert (found.kind is None) == (not found.n)


@drawn(CASES)
@given(
    st.lists(
        st.tuples(*[st.integers(1, 5)] * 4, st.none() | st.integers(1, 5)), max_size=60
    )
)
def test_relative_weights_are_shares(rows):
    weights, r2 = drivers.relative_weights(rows)
    if weights is not None:
        assert all(weight >= 0 for weight in weights)
        assert sum(weights) == pytest.approx(1)
        assert 0 < r2 <= 1 + 1e-9
        model = drivers.regression(rows)
        if model:
            assert r2 == pytest.approx(model.r2, abs=1e-7)


@drawn(CASES)
@given(st.dictionaries(st.integers(10, 50), st.integers(1, 30), min_size=3))
def test_clusters_are_in_order_and_none_is_empty(counts):  # S-36
    limits = clusters.cluster_limits(counts)
    found = clusters.levels(counts, limits)
    assert sum(found.values()) == sum(counts.values())
    assert all(found.values())
    ranks = [clusters.LEVELS.index(clusters.level(v, limits)) for v in sorted(counts)]
    assert ranks == sorted(ranks)
