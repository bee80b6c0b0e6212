from random import Random

from odoo.tests import tagged

from odoo.addons.customer_complaint.tools.statistics import two_sided_p

from ..tools import clusters, comparing, sampling, scores
from .test_scores import FigureCase

# NIST/SEMATECH e-Handbook 7.2.6.2
RESISTIVITIES = (
    95.1772,
    95.1567,
    95.1937,
    95.1959,
    95.1442,
    95.061,
    95.1591,
    95.1195,
    95.1065,
    95.0925,
    95.199,
    95.1682,
)


@tagged("post_install", "-at_install")
class TestComparing(FigureCase):
    def test_difference_of_two_shares(self):  # BA-04
        found = comparing.share_difference(48, 80, 56, 70)
        self.assertFigures(
            (found.value, found.low, found.high, found.p),
            (0.2, 0.0524314724024, 0.333872654037, 0.0080450813682),
        )
        self.assertFigure(found.p, two_sided_p(2.65017195126))
        self.assertEqual((found.n_before, found.n), (80, 70))
        self.assertTrue(found.is_significant)
        self.assertEqual(comparing.share_difference(0, 0, 5, 9)[2:], (None,) * 4)

    def test_difference_of_two_waves_of_nps(self):  # NP-05
        found = comparing.nps_difference({10: 50, 8: 30, 2: 20}, {9: 60, 7: 25, 6: 15})
        error = (found.high - found.low) / 2 / comparing.Z_95
        self.assertFigures(
            (found.value, error, found.value / error, found.p),
            (15, 10.7587173957, 1.39421823702, 0.163251712433),
        )
        self.assertFalse(found.is_significant)
        unanimous = comparing.nps_difference({10: 5}, {10: 9})
        self.assertEqual((unanimous.value, unanimous.p), (0, None))
        self.assertIsNone(comparing.nps_difference({}, {10: 9}).value)

    def test_difference_of_two_means(self):
        before = scores.moments({3: 25, 5: 25})
        now = scores.moments({4: 25, 5: 25})
        found = comparing.mean_difference(before, now)
        self.assertFigure(found.value, 0.5)
        self.assertTrue(found.low < 0.5 < found.high and found.is_significant)
        few = comparing.mean_difference(scores.moments({3: 2}), now)
        self.assertEqual((few.value, few.p), (1.5, None))
        self.assertIsNone(comparing.mean_difference(scores.moments({}), now).value)

    def test_percentile_says_its_kind(self):  # PT-01
        counts = dict.fromkeys(RESISTIVITIES, 1)
        for kind, expected in (
            ("nist", 95.19807),
            ("continuous", 95.19568),
            ("discrete", 95.1959),
        ):
            self.assertFigure(comparing.percentile(counts, 0.9, kind), expected)
        self.assertEqual(comparing.percentile({1: 9, 5: 1}, 0.5), 1)
        self.assertEqual(comparing.percentile({1: 1, 2: 1}, 0.5), 1.5)
        self.assertEqual(comparing.percentile({1: 1, 2: 1}, 0.5, "discrete"), 1)
        self.assertEqual(comparing.percentile({1: 1, 2: 1}, 0), 1)
        self.assertEqual(comparing.percentile({1: 1, 2: 1}, 1, "nist"), 2)
        self.assertIsNone(comparing.percentile({}, 0.5))
        for share, kind in ((1.1, "nist"), (0.5, "other")):
            with self.assertRaises(ValueError):
                comparing.percentile({1: 1}, share, kind)

    def test_sample_sizes(self):  # SS-01, SS-03
        self.assertEqual(sampling.sample_size(0.05), 385)
        self.assertEqual(sampling.sample_size(0.05, population=1000), 278)
        self.assertEqual(sampling.sample_size(0.1, sampling.NPS_VARIANCE), 214)
        self.assertEqual(sampling.sample_size(0.01, population=20), 20)
        self.assertEqual(sampling.invitations_needed(385, 0.2), 1925)
        self.assertIsNone(sampling.invitations_needed(385, 0))
        with self.assertRaises(ValueError):
            sampling.sample_size(0)

    def test_response_rates(self):  # RR-01, RR-02
        score = sampling.response_rate(284, 634)
        self.assertFigure(score.value, 0.447949526814)
        self.assertEqual(score.n, 634)
        rates = sampling.aapor(200, 20, 50, 300, 10, 20)
        self.assertFigures(
            [rate.value for rate in rates], (0.333333333333, 0.366666666667)
        )
        with self.assertRaises(ValueError):
            sampling.response_rate(3, 2)


@tagged("post_install", "-at_install")
class TestClusters(FigureCase):
    def test_three_clusters_by_limits(self):  # S-36
        counts = {1: 2, 2.9: 1, 3: 4, 4: 7, 5: 1}
        self.assertEqual(
            clusters.levels(counts, (3, 4)), {"low": 3, "medium": 4, "high": 8}
        )

    def test_three_clusters_as_close_as_can_be(self):  # S-36
        counts = {1: 3, 1.5: 2, 3: 4, 3.2: 1, 4.5: 9, 5: 8}
        limits = clusters.cluster_limits(counts)
        self.assertEqual(limits, (3, 4.5))
        shuffled = dict(Random(3).sample(sorted(counts.items()), len(counts)))
        self.assertEqual(clusters.cluster_limits(shuffled), limits)
        self.assertEqual(
            clusters.levels(counts, limits), {"low": 5, "medium": 5, "high": 17}
        )
        self.assertIsNone(clusters.cluster_limits({1: 9, 5: 9, 3: 0}))

    def test_no_other_cut_is_closer(self):  # S-36
        random = Random(36)
        for _case in range(20):
            counts = {
                random.randint(10, 50) / 10: random.randint(1, 9) for _v in range(12)
            }
            limits = clusters.cluster_limits(counts)
            values = sorted(counts)
            best = min(
                self._spread(counts, (a, b))
                for a in values[1:]
                for b in values
                if b > a
            )
            self.assertFigure(self._spread(counts, limits), best)

    def _spread(self, counts, limits):
        spread = 0
        for level in clusters.LEVELS:
            inside = {
                v: n for v, n in counts.items() if clusters.level(v, limits) == level
            }
            found = scores.moments(inside)
            spread += sum(n * (v - found.mean) ** 2 for v, n in inside.items())
        return spread

    def test_loyal_is_more_than_satisfied(self):  # S-08
        for grade, recommendation, tier in (
            (5, 7, "satisfied_not_loyal"),
            (5, 9, "satisfied_loyal"),
            (4, 0, "satisfied_not_loyal"),
            (3, 10, "dissatisfied"),
            (1, None, "dissatisfied"),
            (5, None, None),
            (None, 10, None),
        ):
            with self.subTest(grade=grade, recommendation=recommendation):
                self.assertEqual(clusters.tier(grade, recommendation), tier)
        self.assertEqual(
            clusters.tiers({(5, 7): 3, (5, 10): 2, (2, None): 1, (5, None): 4}),
            {"satisfied_loyal": 2, "satisfied_not_loyal": 3, "dissatisfied": 1},
        )
