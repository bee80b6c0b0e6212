from odoo.tests import BaseCase, tagged

from ..tools import statistics


@tagged("post_install", "-at_install")
class TestStatistics(BaseCase):
    def test_the_interval_of_a_rate_is_the_score_interval(self):
        for successes, n, low, high in (
            (74, 107, 0.5987150913, 0.7711826025),
            (13, 19, 0.4601040768, 0.8463562091),
            (81, 263, 0.2552885199, 0.3662095770),
            (0, 20, 0.0, 0.1611251581),
            (1, 29, 0.0061132143, 0.1717552188),
        ):
            with self.subTest(successes=successes, n=n):
                interval = statistics.wilson(successes, n)
                self.assertAlmostEqual(interval[0], low, places=9)
                self.assertAlmostEqual(interval[1], high, places=9)

    def test_nothing_asked_is_no_rate_and_no_interval(self):
        self.assertIsNone(statistics.rate(0, 0))
        self.assertIsNone(statistics.wilson(0, 0))

    def test_impossible_counts_are_refused(self):
        for successes, n in ((3, 2), (-1, 2)):
            with self.subTest(successes=successes), self.assertRaises(ValueError):
                statistics.rate(successes, n)

    def test_two_rates_are_compared_with_the_pooled_test(self):
        self.assertAlmostEqual(
            statistics.rate_test(56, 70, 48, 80), 0.0080450814, places=9
        )
        self.assertIsNone(statistics.rate_test(0, 0, 1, 2))
        self.assertIsNone(statistics.rate_test(5, 5, 9, 9))

    def test_two_counts_are_compared_with_the_exact_test(self):
        self.assertAlmostEqual(statistics.count_test(30, 15), 0.0357, places=4)
        self.assertEqual(statistics.count_test(30, 15), statistics.count_test(15, 30))
        self.assertEqual(statistics.count_test(7, 7), 1.0)
        self.assertIsNone(statistics.count_test(0, 0))

    def test_the_two_ways_to_compare_counts_agree_where_they_meet(self):
        exact = statistics.count_test(530, 470)
        self.assertAlmostEqual(exact, statistics.count_test(531, 471), places=3)

    def test_halves_are_rounded_up_for_display(self):
        self.assertEqual(statistics.half_up(2.5), 3)
        self.assertEqual(statistics.half_up(-2.5), -3)
        self.assertEqual(statistics.half_up(0.125, 2), 0.13)
