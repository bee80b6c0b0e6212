from random import Random

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

    def test_the_interval_of_a_mean_is_wider_with_fewer_cases(self):
        # Tables of Student's t
        for df, t in ((1, 12.706), (2, 4.303), (3, 3.182), (9, 2.262), (99, 1.984)):
            self.assertAlmostEqual(statistics.student_95(df) / t, 1, delta=0.002)
        # 10, 40, 80: mean 43.33, variance 1233.33
        low, high = statistics.mean_interval(130 / 3, 3700 / 3, 3)
        self.assertAlmostEqual(low, -43.906, places=2)
        self.assertAlmostEqual(high, 130.573, places=2)
        self.assertIsNone(statistics.mean_interval(10, 0, 1))

    def test_two_means_are_compared_when_there_are_enough_cases(self):
        # z = 1 / sqrt(4/50 + 4/50) = 2.5
        p = statistics.mean_test(10, 4, 50, 11, 4, 50)
        self.assertAlmostEqual(p, 0.0124193307, places=9)
        self.assertIsNone(statistics.mean_test(10, 4, 29, 11, 4, 50))
        self.assertIsNone(statistics.mean_test(10, 0, 50, 11, 0, 50))

    def test_halves_are_rounded_up_for_display(self):
        self.assertEqual(statistics.half_up(2.5), 3)
        self.assertEqual(statistics.half_up(-2.5), -3)
        self.assertEqual(statistics.half_up(0.125, 2), 0.13)

    def test_lasting_longer_is_estimated_with_what_still_runs(self):
        # KM-01: weeks until relapse, Freireich 1963; a plus stands for still without relapse
        weeks = (
            "6 6 6 6+ 7 9+ 10 10+ 11+ 13 16 17+ 19+ 20+ 22 23 25+ 32+ 32+ 34+ 35+"
        ).split()
        curve = statistics.survival(
            [int(week) for week in weeks if not week.endswith("+")],
            [int(week[:-1]) for week in weeks if week.endswith("+")],
        )
        self.assertEqual(
            [(week, round(share, 4)) for week, share in curve],
            [
                (6, 0.8571),
                (7, 0.8067),
                (10, 0.7529),
                (13, 0.6902),
                (16, 0.6275),
                (22, 0.5378),
                (23, 0.4482),
            ],
        )
        median = next(week for week, share in curve if share <= 0.5)
        self.assertEqual(median, 23)
        for week, share in ((0, 1), (5.9, 1), (6, 0.8571), (12, 0.7529), (99, 0.4482)):
            self.assertAlmostEqual(statistics.surviving(curve, week), share, places=4)

    def test_without_censoring_it_is_the_plain_share(self):
        curve = statistics.survival([1, 2, 2, 4])
        self.assertEqual(curve, [(1, 0.75), (2, 0.25), (4, 0.0)])
        self.assertEqual(statistics.survival({1: 1, 2: 2, 4: 1}), curve)
        self.assertEqual(statistics.survival([]), [])
        self.assertEqual(statistics.chance_to_exceed(curve, 2), 0.25)
        self.assertEqual(statistics.chance_to_exceed(curve, 2, 1), 0.25 / 0.75)
        self.assertEqual(statistics.chance_to_exceed(curve, 2, 3), 1.0)
        self.assertIsNone(statistics.chance_to_exceed(curve, 9, 4))

    def test_forecasts_come_true_as_often_as_they_say(self):
        """Back-test: learn from one half of a simulated history, forecast the other."""
        random = Random(58)
        shares = [random.lognormvariate(-0.3, 0.6) for _case in range(6000)]
        watched = [random.uniform(0.1, 3) for _case in range(3000)]
        ended, censored = [], []
        for share, until in zip(shares[:3000], watched, strict=True):
            (ended if share <= until else censored).append(min(share, until))
        curve = statistics.survival(ended, censored)
        outcomes = {}
        for share in shares[3000:]:
            used = random.uniform(0, 1)
            if share > used:
                chance = statistics.chance_to_exceed(curve, 1, used)
                outcomes.setdefault(int(10 * chance), []).append(share > 1)
        self.assertGreaterEqual(len(outcomes), 6)
        for tenth, late in outcomes.items():
            with self.subTest(forecast=f"{tenth}0 to {tenth + 1}0 %", cases=len(late)):
                if len(late) >= 100:
                    rate = sum(late) / len(late)
                    self.assertAlmostEqual(rate, tenth / 10 + 0.05, delta=0.1)
        # Forecast 70 to 80 %: really late in 60 to 90 of 100 cases.
        rate = sum(outcomes[7]) / len(outcomes[7])
        self.assertTrue(0.6 <= rate <= 0.9, rate)
