"""What is measured, and what the measured number is worth. Plain Python, no database."""

from typing import NamedTuple

from .statistics import count_test, half_up, rate, rate_test, wilson

# A change is called more than chance when chance alone brings it in fewer than 5 of 100 cases,
# the counterpart of the 95 % intervals.
ALPHA = 0.05


class Figure(NamedTuple):
    """What is counted: `domain` of `model`, and `before`, the period before (None for a stock).

    For a share, those that satisfy `success` among them; for money, the sum of the field `amount`.
    """

    model: str
    domain: object
    before: object = None
    success: object = None
    amount: str | None = None

    def parts(self):
        """The domains to count, in the order that `judge` expects; money is summed instead."""
        if self.amount:
            return []
        parts = [part for part in (self.domain, self.before) if part is not None]
        if self.success is not None:
            parts += [part & self.success for part in parts]
        return parts

    def judge(self, counts):
        """Measure of this figure from the counts of its parts."""
        n, *others = counts
        known = {"model": self.model, "domain": list(self.domain), "n": n}
        if self.before is None:
            return Measure(**known, value=n)
        if self.success is None:
            (previous,) = others
            return Measure(
                **known, value=n, previous=previous, p=count_test(n, previous)
            )
        n_before, good, good_before = others
        low, high = wilson(good, n) or (None, None)
        return Measure(
            **known,
            value=rate(good, n),
            low=low,
            high=high,
            previous=rate(good_before, n_before),
            p=rate_test(good, n, good_before, n_before),
        )


class Measure(NamedTuple):
    """A figure of a period with what is needed to judge it, and the records behind it.

    `value` is a count or a fraction, None when nothing can be said; a sum of money stands in
    `amounts` instead, by currency, because different currencies are never added. `p` is the
    probability that chance alone makes a difference as large as that to `previous`.
    """

    model: str
    domain: list
    value: float | None = None
    n: int = 0
    low: float | None = None
    high: float | None = None
    previous: float | None = None
    p: float | None = None
    amounts: dict | None = None
    previous_amounts: dict | None = None

    @property
    def is_significant(self):
        """Whether the change since the period before is more than chance."""
        return self.p is not None and self.p < ALPHA

    def is_uncertain(self, margin):
        """Whether the interval reaches further than `margin` (a fraction) from its middle."""
        return self.low is not None and (self.high - self.low) / 2 > margin


def percent(fraction):
    """Whole percent of a fraction, rounded half-up.

    >>> percent(0.125)
    13
    """
    return int(half_up(100 * fraction))
