"""Figures made of several questions: satisfaction indexes and the gap to what was expected.

Each part brings the number of its answers; an index is worth no more than its smallest part, so its
`n` is the smallest one. Parts nobody answered are left out, and the others weigh more.
"""

from typing import NamedTuple

from .scores import SCALES, Score, rescale

INDEX = (0, 100)


class Part(NamedTuple):
    """A question or dimension of an index: its weight against the others, its mean, its answers."""

    weight: float
    mean: float | None
    n: int


class Gap(NamedTuple):
    """A dimension of a gap analysis: what was expected and what was experienced, on one scale."""

    expectation: float | None
    perception: float | None
    n: int
    weight: float = 1.0


class Gaps(NamedTuple):
    """The gap of each dimension, their plain mean and their weighted mean, each a `Score`."""

    by_dimension: list
    mean: Score
    weighted: Score


def weighted_mean(parts):
    """Mean of the parts by their weights, which need not add to 1; None without answers.

    :raises ValueError: for weights that are not positive
    """
    if any(part.weight <= 0 for part in parts):
        raise ValueError("a weight must be greater than zero")
    parts = [part for part in parts if part.n]
    weights = sum(part.weight for part in parts)
    return sum(p.weight * p.mean for p in parts) / weights if parts else None


def csi(parts, scale):
    """CSI: weighted satisfaction index from 0 to 100 (S-05). Figure CI-01.

    (S - lowest) / (highest - lowest) × 100 with S the mean by importance. On a scale from 1 this is
    not percent of the maximum.

    :param parts: list of `Part`, all on `scale`
    """
    mean = weighted_mean(parts)
    return _index("csi", rescale(mean, scale, INDEX), parts, INDEX)


def acsi(parts):
    """ACSI formula: index from 0 to 100 of three questions from 1 to 10. Figures AC-01, AC-02.

    Fornell and others 1996: overall satisfaction, against expectations, against the ideal. The
    index' own weights are not published; equal ones are the usual approximation.
    """
    mean = weighted_mean(parts)
    return _index("acsi", rescale(mean, SCALES["acsi"], INDEX), parts, INDEX)


def servqual(dimensions):
    """Gap model: mean perception minus mean expectation by dimension (S-13). Figure SQ-01.

    Parasuraman, Zeithaml, Berry 1988. Below 0 less was experienced than expected.

    :param dimensions: list of `Gap`, answers in pairs
    """
    width = SCALES["perception"][1] - SCALES["perception"][0]
    scale = (-width, width)
    gaps = [
        Part(gap.weight, gap.perception - gap.expectation if gap.n else None, gap.n)
        for gap in dimensions
    ]
    equal = [gap._replace(weight=1) for gap in gaps]
    return Gaps(
        [Score(metric="gap", value=gap.mean, n=gap.n, scale=scale) for gap in gaps],
        _index("gap", weighted_mean(equal), gaps, scale),
        _index("gap", weighted_mean(gaps), gaps, scale),
    )


def _index(metric, value, parts, scale):
    n = min((part.n for part in parts if part.n), default=0)
    return Score(metric=metric, value=value, n=n, scale=scale)
