"""What the answers to one question are worth. Plain Python, no database.

Answers come in as counts, a dictionary {value: how many gave it}, as one grouped query returns
them; what was skipped or left out is not among them. A result is a `Score` and always says of how
many answers it was made. Without any answer its value is None, shown as "–", never 0.
"""

from dataclasses import dataclass
from math import sqrt
from typing import NamedTuple

from odoo.addons.customer_complaint.tools.statistics import (
    Z_95,
    mean_interval,
    rate,
    wilson,
)

SHARE = (0, 1)
POINTS = (-100, 100)
# Lowest and highest value of each question that is answered by a number.
SCALES = {
    "csat": (1, 5),
    "likert": (1, 5),
    "nps": (0, 10),
    "effort_5": (1, 5),
    "effort_7": (1, 7),
    "emotion": (1, 5),
    "acsi": (1, 10),
    "importance": (1, 5),
    "expectation": (1, 7),
    "perception": (1, 7),
    "kano_functional": (1, 5),
    "kano_dysfunctional": (1, 5),
}
# How many answers at each end of an effort scale count as hard and as easy, and as clearly so.
_EFFORT_ENDS = {
    5: {"share": (2, 2), "index": (2, 2)},
    7: {"share": (3, 3), "index": (3, 2)},
}
_DUST = 1e-9


@dataclass(frozen=True, kw_only=True)
class Score:
    """A figure with what is needed to judge it; it cannot be made without `n`.

    `value`, `low` and `high` (its 95 % interval) are on `scale`: a share from 0 to 1, points from
    -100 to 100, or the scale of the question. `value` is None when nothing can be said; the
    interval is None where none can be told.
    """

    metric: str
    value: float | None
    n: int
    scale: tuple
    low: float | None = None
    high: float | None = None

    def __post_init__(self):
        if self.n < 0 or (self.value is not None and not self.n):
            raise ValueError(f"{self.metric}: {self.value} of {self.n} answers")
        interval = (self.low, self.value, self.high)
        if None in interval:
            if (self.low, self.high) != (None, None):
                raise ValueError(f"{self.metric}: half an interval {interval}")
        elif not self.low - _DUST <= self.value <= self.high + _DUST:
            raise ValueError(f"{self.metric}: outside its own interval {interval}")


class Moments(NamedTuple):
    """Three statistics of valid answers; `sd` is of the sample (n - 1), None for one answer."""

    n: int
    mean: float | None = None
    median: float | None = None
    sd: float | None = None


class Effort(NamedTuple):
    """Customer effort, each a `Score`: which one is meant is to be said by its name.

    `mean` is on the scale asked; `easy` and `hard` are the shares at the two ends, whichever
    number stands for easy; `index` is clearly easy minus hard, in points.
    """

    mean: Score
    easy: Score
    hard: Score
    index: Score


def check_counts(counts, scale):
    """Counts without empty ones, as a dictionary.

    :raises ValueError: for a value that is not on the scale, or a negative count; a 6 on a scale of
        five must never slip into a mean
    """
    lowest, highest = scale
    counts = dict(counts)
    for value, n in counts.items():
        if not lowest <= value <= highest or n < 0:
            raise ValueError(f"{n} × {value} on a scale from {lowest} to {highest}")
    return {value: n for value, n in counts.items() if n}


def moments(counts):
    """Mean, median and standard deviation (S-35); see `Moments`.

    :param counts: {value: n}, of one scale
    """
    n = sum(counts.values())
    if not n:
        return Moments(0)
    mean = sum(value * times for value, times in counts.items()) / n
    squares = sum(times * (value - mean) ** 2 for value, times in counts.items())
    middle = _at(counts, (n - 1) // 2), _at(counts, n // 2)
    return Moments(n, mean, sum(middle) / 2, sqrt(squares / (n - 1)) if n > 1 else None)


def _at(counts, position):
    """The value at a position, counted from 0, when all answers stand in order."""
    for value in sorted(counts):
        position -= counts[value]
        if position < 0:
            return value
    return None


def csat(counts):
    """CSAT: share of the two best of five grades (S-01). Figures CS-01, CS-02.

    Top-2-box over all valid answers, interval after Wilson 1927. Note that vendors use the same
    abbreviation for the mean and for percent of the maximum.

    :param counts: {grade 1…5: n}
    """
    return _end_share("csat", check_counts(counts, SCALES["csat"]), {4, 5})


def dissatisfied(counts):
    """Share of the two worst of five grades; 3 is neither, so this is not 1 - CSAT."""
    return _end_share("dissatisfied", check_counts(counts, SCALES["csat"]), {1, 2})


def likert(counts, metric="likert"):
    """Mean on the scale of the question (S-02), with its interval by Student's t.

    :param metric: a key of `SCALES`: importance, expectation, … are read the same way
    """
    scale = SCALES[metric]
    return _mean(metric, check_counts(counts, scale), scale)


def emotion(counts):
    """Emotion score: mean grade of the remarks customers chose (S-04), 1 to 5."""
    return likert(counts, "emotion")


def nps_groups(counts):
    """Promoters (9–10), passives (7–8), detractors (0–6); Reichheld 2003. Figure NP-00."""
    counts = check_counts(counts, SCALES["nps"])
    promoters = sum(n for value, n in counts.items() if value >= 9)
    detractors = sum(n for value, n in counts.items() if value < 7)
    return promoters, sum(counts.values()) - promoters - detractors, detractors


def nps(counts):
    """NPS: share of promoters minus share of detractors, in points (S-03). Figures NP-01…NP-04.

    The interval is the adjusted Wald one (Rocks 2016, The American Statistician): it does not claim
    certainty when everybody says the same.

    :param counts: {recommendation 0…10: n}
    """
    promoters, passives, detractors = nps_groups(counts)
    return net("nps", promoters, detractors, promoters + passives + detractors)


def net(metric, liked, disliked, n):
    """Share `liked` minus share `disliked` of `n`, in points, with the adjusted Wald interval."""
    if not n:
        return Score(metric=metric, value=None, n=0, scale=POINTS)
    value = 100 * (liked - disliked) / n
    centre, error = adjusted_wald(liked, disliked, n)
    # A single answer lies outside the interval around the adjusted centre.
    low = min(value, max(POINTS[0], centre - Z_95 * error))
    high = max(value, min(POINTS[1], centre + Z_95 * error))
    return Score(metric=metric, value=value, n=n, scale=POINTS, low=low, high=high)


def adjusted_wald(liked, disliked, n):
    """Centre and standard error, in points, after adding 3/4 to both sides and 3 to all."""
    return wald(liked + 0.75, disliked + 0.75, n + 3)


def wald(liked, disliked, n):
    """Net share and its standard error, in points: variance p + d - (p - d)². Figure NP-01."""
    p, d = liked / n, disliked / n
    # Rounding leaves dust below 0 where all say the same.
    return 100 * (p - d), 100 * sqrt(max(0.0, p + d - (p - d) ** 2) / n)


def effort(counts, steps, direction):
    """Customer effort (S-04) on five or seven steps. Figures CE-01, CE-02.

    Five steps ask for the effort (Dixon, Freeman, Toman 2010: lower is better, some vendors invert
    it), seven whether it was made easy (CEB 2013: share of 5–7). The direction is of the question.

    :param steps: 5 or 7
    :param direction: "lower" or "higher": which end is the good one
    """
    scale = (1, steps)
    counts = check_counts(counts, scale)
    if direction not in ("lower", "higher"):
        raise ValueError(f"{direction} is no direction")
    # 1 is the hardest from here on.
    from_hard = {
        (value if direction == "higher" else steps + 1 - value): n
        for value, n in counts.items()
    }

    def ends(kind):
        hard, easy = _EFFORT_ENDS[steps][kind]
        return set(range(1, hard + 1)), set(range(steps + 1 - easy, steps + 1))

    hard, easy = ends("share")
    clearly_hard, clearly_easy = (_among(from_hard, end) for end in ends("index"))
    return Effort(
        mean=_mean("ces_mean", counts, scale),
        easy=_end_share("ces_easy", from_hard, easy),
        hard=_end_share("ces_hard", from_hard, hard),
        index=net("ces_index", clearly_easy, clearly_hard, sum(counts.values())),
    )


def rescale(value, scale, to=(0, 100)):
    """The same place on another scale (S-06): 3 of 1…5 is 50 of 0…100; None stays None.

    Not percent of the maximum: on a scale that begins with 1 nobody can give 0.

    >>> rescale(42, (0, 50))
    84.0
    """
    if value is None:
        return None
    share = (value - scale[0]) / (scale[1] - scale[0])
    return to[0] + share * (to[1] - to[0])


def rescaled(score, to=(0, 100)):
    """A `Score` on another scale, interval and all."""
    value, low, high = (
        rescale(number, score.scale, to)
        for number in (score.value, score.low, score.high)
    )
    return Score(
        metric=score.metric, value=value, n=score.n, scale=to, low=low, high=high
    )


def share(metric, part, n):
    """Share `part` of `n` as a `Score`, interval after Wilson."""
    low, high = wilson(part, n) or (None, None)
    return Score(
        metric=metric, value=rate(part, n), n=n, scale=SHARE, low=low, high=high
    )


def _among(counts, values):
    return sum(n for value, n in counts.items() if value in values)


def _end_share(metric, counts, values):
    return share(metric, _among(counts, values), sum(counts.values()))


def _mean(metric, counts, scale):
    n, mean, _median, sd = moments(counts)
    low = high = None
    if n > 1:
        low, high = mean_interval(mean, sd**2, n)
        low, high = max(low, scale[0]), min(high, scale[1])
    return Score(metric=metric, value=mean, n=n, scale=scale, low=low, high=high)
