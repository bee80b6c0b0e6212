"""What is measured, and what the measured number is worth. No database."""

from typing import NamedTuple

from odoo.fields import Domain

from .statistics import (
    count_test,
    half_up,
    mean_interval,
    mean_test,
    rate,
    rate_test,
    wilson,
)

# A change is called more than chance when chance alone brings it in fewer than 5 of 100 cases,
# the counterpart of the 95 % intervals.
ALPHA = 0.05


class Figure(NamedTuple):
    """What is counted: the records of `scope`, a stock, or those of a period by the field `date`.

    `moments` are the beginning of the period before, of the period, and its end, which is excluded.
    For a share, those that satisfy `success` among them; for money, the sum of the field `amount`;
    for a mean, the hours between the two fields of `lasting`, with a `target` if there is one.
    `parts` are further domains whose counts `judge` gets. `per` counts the different values of a
    field instead of records; money is divided by them, or by the sum of a number.
    """

    model: str
    scope: Domain
    date: str | None = None
    moments: tuple = ()
    success: Domain | None = None
    amount: str | None = None
    lasting: tuple = ()
    target: float | None = None
    parts: tuple = ()
    per: str | None = None

    def records(self):
        """Domain of the records behind the number."""
        return self._between(*self.moments[1:]) if self.date else self.scope

    def compared(self):
        """Domain of the records of both periods."""
        return self._between(*self.moments[::2]) if self.date else self.scope

    def is_now(self):
        """Domain that tells the records of the period among those compared."""
        return Domain(self.date, ">=", self.moments[1]) if self.date else Domain.TRUE

    def _between(self, first, last):
        return (
            self.scope & Domain(self.date, ">=", first) & Domain(self.date, "<", last)
        )

    def judge(self, both, good_both, n, good):
        """Measure from the counts of all compared and of the period, and the successes in each."""
        known = {"model": self.model, "domain": list(self.records()), "n": n}
        if not self.date:
            return Measure(**known, value=n)
        before, good_before = both - n, good_both - good
        if self.success is None:
            # None before may be a time before anything was recorded: nothing to compare with.
            p = count_test(n, before) if before else None
            previous = before or None
            return Measure(**known, value=n, previous=previous, previous_n=before, p=p)
        low, high = wilson(good, n) or (None, None)
        return Measure(
            **known,
            value=rate(good, n),
            low=low,
            high=high,
            previous=rate(good_before, before),
            previous_n=before,
            p=rate_test(good, n, good_before, before),
        )

    def judge_mean(self, both, n, mean, variance, mean_before, variance_before):
        """Measure from how many there are in both periods and in this one, and their hours."""
        before = both - n
        low, high = (n and mean_interval(mean, variance or 0, n)) or (None, None)
        return Measure(
            model=self.model,
            domain=list(self.records()),
            value=mean,
            n=n,
            low=low if low is None else max(low, 0),  # nothing takes less than no time
            high=high,
            previous=mean_before,
            previous_n=before,
            p=mean_test(
                mean or 0,
                variance or 0,
                n,
                mean_before or 0,
                variance_before or 0,
                before,
            ),
            target=self.target,
        )


class Measure(NamedTuple):
    """A figure of a period with what is needed to judge it, and the records behind it.

    `value` is a count, a fraction or hours, None when nothing can be said; a sum of money stands in
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
    previous_n: int = 0
    p: float | None = None
    amounts: dict | None = None
    previous_amounts: dict | None = None
    target: float | None = None

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
