"""How many to ask, and how many answered. Plain Python, no database."""

from math import ceil

from odoo.addons.customer_complaint.tools.statistics import Z_95

from .scores import share

# Variance of one answer: the largest a share can have.
SHARE_VARIANCE = 0.25
# The same for NPS / 100, with a half, a third and a sixth in the three groups.
NPS_VARIANCE = 5 / 9


def sample_size(margin, variance=SHARE_VARIANCE, population=None):
    """Answers needed for an interval of ± `margin`. Figures SS-01, SS-03.

    Normal approximation, with the correction for a finite population (Cochran 1977).

    :param margin: fraction: 0.05 are 5 %, or 5 points of NPS
    :param population: of how many people; None: so many that it does not matter
    :raises ValueError: for a margin that is not positive
    """
    if margin <= 0:
        raise ValueError("a margin of error must be greater than zero")
    n = Z_95**2 * variance / margin**2
    if population:
        n /= 1 + (n - 1) / population
    return min(ceil(n), population or ceil(n))


def invitations_needed(answers, rate):
    """People to invite for that many answers, at a response rate; None when nobody answers."""
    return ceil(answers / rate) if rate else None


def response_rate(answered, invited):
    """Share of those invited who answered (S-29), a `Score`. Figure RR-01."""
    return share("response_rate", answered, invited)


def aapor(complete, partial=0, refused=0, not_contacted=0, other=0, unknown=0):
    """Response rates 1 and 2 of the AAPOR Standard Definitions. Figure RR-02.

    RR1 counts complete answers, RR2 partial ones too; both of all who could have answered, known
    or unknown.

    :return: two `Score`s
    """
    everyone = complete + partial + refused + not_contacted + other + unknown
    return (
        share("response_rate_1", complete, everyone),
        share("response_rate_2", complete + partial, everyone),
    )
