"""What a measured indicator is worth. Plain Python, no database."""

from typing import NamedTuple

from .statistics import half_up

# A change is called more than chance when chance alone brings it in fewer than 5 of 100 cases,
# the counterpart of the 95 % intervals.
ALPHA = 0.05


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
    # False: this user may not see what is measured.
    readable: bool = True

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
