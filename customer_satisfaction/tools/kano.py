"""Kano: what a feature does for satisfaction, from a pair of questions. Plain Python.

"How is it for you if it is there?" and "… if it is missing?" are answered with 1 I like it, 2 I
expect it, 3 neutral, 4 I can live with it, 5 I dislike it. Kano 1984; evaluation table and classes
after Berger and others 1993.
"""

from math import sqrt
from typing import NamedTuple

KINDS = {
    "M": "must_be",
    "O": "one_dimensional",
    "A": "attractive",
    "I": "indifferent",
    "R": "reverse",
    "Q": "questionable",
}
# Row: answer to "there", column: answer to "missing".
TABLE = ("QAAAO", "RIIIM", "RIIIM", "RIIIM", "RRRRQ")
# Key success factors and all else (S-07); of equals the first is taken.
KEY, OTHER = "MOA", "IRQ"
# Fong 1996: one-sided 5 %.
_Z_90 = 1.65


class Kano(NamedTuple):
    """What customers make of a feature; everything is None without answers.

    `kind` is a letter of `KINDS`; `better` (0…1) and `worse` (-1…0) say how much satisfaction it
    wins when there, and loses when missing; `category_strength` is the lead of the largest kind,
    `total_strength` the share of all that call for it. Without `is_significant` the two largest
    kinds may have changed places by chance.
    """

    n: int
    counts: dict
    kind: str | None = None
    is_key: bool | None = None
    better: float | None = None
    worse: float | None = None
    category_strength: float | None = None
    total_strength: float | None = None
    is_significant: bool | None = None


def kind_of(functional, dysfunctional):
    """Letter for one customer's pair of answers, 1 to 5 each. Figure KA-01: all 25 cells.

    :raises ValueError: for an answer that is not on the scale
    """
    if functional not in range(1, 6) or dysfunctional not in range(1, 6):
        raise ValueError(f"({functional}, {dysfunctional}) is no pair of answers")
    return TABLE[int(functional) - 1][int(dysfunctional) - 1]


def kano(pairs):
    """Class and coefficients of a feature (S-07).

    :param pairs: {(answer if there, answer if missing): n}
    """
    counts = dict.fromkeys(KINDS, 0)
    for pair, n in dict(pairs).items():
        counts[kind_of(*pair)] += n
    return kano_of_kinds(counts)


def kano_of_kinds(counts):
    """As `kano`, from how many fell in each kind. Figures KA-02 to KA-06."""
    counts = {kind: counts.get(kind, 0) for kind in KINDS}
    n = sum(counts.values())
    if not n:
        return Kano(0, counts)
    called_for = sum(counts[kind] for kind in KEY)
    kinds = KEY if called_for > n - called_for else OTHER
    better, worse = coefficients(counts)
    largest, second, *_less = sorted(counts.values(), reverse=True)
    kind = max(kinds, key=counts.get)
    return Kano(
        n=n,
        counts=counts,
        kind=kind,
        is_key=kind in KEY,
        better=better,
        worse=worse,
        category_strength=(largest - second) / n,
        total_strength=called_for / n,
        is_significant=largest - second >= fong_limit(largest, second, n),
    )


def coefficients(counts):
    """Better and worse (Berger and others 1993), over the kinds that have a direction.

    :return: (0…1, -1…0); (None, None) when all answers are reverse or questionable
    """
    base = sum(counts[kind] for kind in "AOMI")
    if not base:
        return None, None
    better = (counts["A"] + counts["O"]) / base
    return better, -(counts["O"] + counts["M"]) / base


def fong_limit(largest, second, n):
    """How far the two largest kinds must lie apart to be more than chance (Fong 1996)."""
    both = largest + second
    return _Z_90 * sqrt(both * (2 * n - both) / (2 * n))
