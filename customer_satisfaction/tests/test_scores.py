from math import sqrt

from odoo.tests import BaseCase, tagged

from odoo.addons.customer_complaint.tools.statistics import half_up, student_95

from ..tools import indexes, sampling, scores
from ..tools.indexes import Gap, Part


def on_scale(*numbers, first=1):
    """Counts from how many gave each value, from the first on."""
    return dict(enumerate(numbers, first))


class FigureCase(BaseCase):
    """Figures come out as they are published, to 1e-9 of the larger of 1 and the value."""

    def assertFigure(self, found, expected):
        self.assertAlmostEqual(found, expected, delta=1e-9 * max(1, abs(expected)))

    def assertFigures(self, found, expected):
        for one, other in zip(found, expected, strict=True):
            self.assertFigure(one, other)


@tagged("post_install", "-at_install")
class TestScores(FigureCase):
    def test_csat_is_the_share_of_the_two_best_of_five_grades(self):  # S-01
        score = scores.csat(on_scale(14, 9, 10, 32, 42))  # CS-01
        self.assertEqual(score.n, 107)
        self.assertFigures(
            (score.value, score.low, score.high),
            (0.691588785047, 0.598715091322, 0.771182602521),
        )
        score = scores.csat(on_scale(1, 2, 3, 4, 9))  # CS-02: printed as 76.5 % of 17
        self.assertEqual(score.n, 19)
        self.assertFigures(
            (score.value, score.low, score.high),
            (0.684210526316, 0.460104076753, 0.846356209122),
        )

    def test_neutral_is_neither_satisfied_nor_dissatisfied(self):
        found = scores.dissatisfied(on_scale(14, 9, 10, 32, 42))  # IC-01
        self.assertFigures(
            (found.value, found.low, found.high),
            (0.214953271028, 0.147722246405, 0.301942160316),
        )
        self.assertEqual(scores.csat({3: 5}).value, 0)
        self.assertEqual(scores.dissatisfied({3: 5}).value, 0)

    def test_mean_median_and_deviation_of_answers(self):  # S-02, S-35
        found = scores.moments({5: 1, 4: 2, 3: 1, 1: 1})
        self.assertEqual((found.n, found.mean, found.median), (5, 3.4, 4))
        self.assertFigure(
            found.sd, 2.3**0.5
        )  # of the sample: 1.52; of a population 1.36
        self.assertEqual(scores.moments({1: 1, 2: 1}).median, 1.5)
        self.assertEqual(scores.moments({4: 1}), (1, 4, 4, None))
        self.assertEqual(scores.moments({}), (0, None, None, None))
        self.assertFigure(
            scores.likert(on_scale(14, 9, 10, 32, 42)).value, 3.73831775701
        )
        self.assertFigure(scores.likert(on_scale(1, 2, 3, 4, 9)).value, 3.94736842105)

    def test_mean_has_an_interval_within_its_scale(self):
        score = scores.likert({5: 3, 4: 1})
        self.assertEqual((score.high, score.scale), (5, (1, 5)))
        self.assertLess(score.low, score.value)
        self.assertIsNone(
            scores.likert({5: 1}).low, "of one answer nothing can be said"
        )

    def test_a_value_off_the_scale_is_refused(self):  # S-02
        for measure, counts in (
            (scores.csat, {6: 1}),
            (scores.csat, {0: 1}),
            (scores.likert, {5.5: 1}),
            (scores.nps, {11: 1}),
            (scores.nps, {5: -1}),
            (lambda counts: scores.effort(counts, 5, "lower"), {7: 1}),
        ):
            with self.subTest(counts=counts), self.assertRaises(ValueError):
                measure(counts)

    def test_recommendations_fall_in_three_groups(self):  # S-03
        groups = "".join("PRD"[_group(value)] for value in range(11))
        self.assertEqual(groups, "DDDDDDDRRPP")  # NP-00, P promoter, R passive
        score = scores.nps({10: 2, 9: 3, 8: 2, 7: 1, 6: 1, 3: 1})
        self.assertEqual((score.value, score.n), (30, 10))

    def test_standard_error_of_nps(self):
        value, error = scores.wald(162, 54, 324)  # NP-01
        margin = scores.Z_95 * error
        self.assertFigures(
            (value, error, value - margin, value + margin),
            (33.3333333333, 4.140866625, 25.2173838836, 41.4492827831),
        )
        self.assertFigures(scores.wald(8, 0, 8), (100, 0))  # NP-04, wrongly certain

    def test_interval_of_nps_is_the_adjusted_one(self):  # S-03
        self.assertFigures(  # NP-02
            scores.adjusted_wald(162, 54, 324), (33.0275229358, 4.12368369342)
        )
        score = scores.nps({10: 162, 8: 108, 3: 54})
        self.assertFigures(
            (score.value, score.low, score.high),
            (33.3333333333, 24.945251413, 41.1097944585),
        )
        self.assertFigures(  # NP-04: not certain although all say the same
            scores.adjusted_wald(8, 0, 8), (72.7272727273, 17.4436949745)
        )
        score = scores.nps({9: 8})
        self.assertFigures(
            (score.value, score.low, score.high), (100, 38.5382588199, 100)
        )
        self.assertEqual(scores.nps({0: 1}).low, -100, "contains the value")

    def test_effort_on_five_steps_says_which_end_is_good(self):  # S-04
        found = scores.effort(on_scale(190, 240, 110, 330, 140), 5, "lower")
        self.assertEqual(found.mean.n, 1010)  # CE-01: printed as 2.82 of 1000
        self.assertFigures(
            (found.mean.value, found.hard.value, found.easy.value),
            (2.9900990099, 0.46534653465, 0.42574257426),
        )
        turned = scores.effort(on_scale(190, 240, 110, 330, 140), 5, "higher")
        self.assertEqual(turned.mean.value, found.mean.value, "never turned round")
        self.assertEqual(turned.easy.value, found.hard.value)
        self.assertEqual(turned.index.value, -found.index.value)
        with self.assertRaises(ValueError):
            scores.effort({}, 5, False)

    def test_effort_on_seven_steps(self):  # S-04
        found = scores.effort(on_scale(80, 210, 140, 110, 160, 180, 120), 7, "higher")
        self.assertFigures(  # CE-02
            (found.mean.value, found.easy.value, found.easy.low, found.easy.high),
            (4.08, 0.46, 0.429321426881, 0.490984713798),
        )
        self.assertFigure(found.index.value, -13)
        self.assertFigure(scores.rescaled(found.mean).value, 51.3333333333)

    def test_emotion_score_is_the_mean_grade_of_remarks(self):  # S-04
        score = scores.emotion({5: 2, 4.5: 1, 1: 1})
        self.assertEqual((score.metric, score.value, score.n), ("emotion", 3.875, 4))

    def test_a_result_is_shown_on_the_scale_readers_expect(self):  # S-06
        self.assertEqual(scores.rescale(42, (0, 50)), 84)
        self.assertEqual(scores.rescale(1, (1, 5)), 0)
        self.assertEqual(scores.rescale(50, (0, 100), (1, 5)), 3)
        self.assertIsNone(scores.rescale(None, (1, 5)))
        score = scores.rescaled(scores.likert(on_scale(14, 9, 10, 32, 42)))
        self.assertFigure(score.value, 68.4579439252)  # CS-01
        self.assertEqual((score.n, score.scale), (107, (0, 100)))
        self.assertTrue(0 < score.low < score.value < score.high < 100)

    def test_nobody_asked_is_no_result_and_never_0(self):
        for score in (
            scores.csat({}),
            scores.csat({5: 0}),
            scores.nps({}),
            scores.likert({}),
            *scores.effort({}, 7, "higher"),
            scores.rescaled(scores.csat({})),
            indexes.csi([], (1, 5)),
            sampling.response_rate(0, 0),
        ):
            with self.subTest(metric=score.metric):
                self.assertEqual((score.value, score.n, score.low), (None, 0, None))

    def test_no_score_without_the_number_of_answers(self):  # S-10
        known = {"metric": "csat", "scale": (0, 1)}
        with self.assertRaises(TypeError):
            scores.Score(**known, value=0.5)
        for wrong in (
            {"value": 0.5, "n": 0},
            {"value": 0.5, "n": -1},
            {"value": 0.5, "n": 9, "low": 0.4},
            {"value": 0.5, "n": 9, "low": 0.6, "high": 0.7},
            {"value": None, "n": 9, "low": 0.6, "high": 0.7},
        ):
            with self.subTest(wrong=wrong), self.assertRaises(ValueError):
                scores.Score(**known, **wrong)

    def test_share_is_rounded_half_up_for_display(self):
        self.assertEqual(half_up(100 * scores.csat({5: 1, 1: 7}).value), 13)


@tagged("post_install", "-at_install")
class TestIndexes(FigureCase):
    def test_satisfaction_index_weighs_by_importance(self):  # S-05, S-11
        parts = [
            Part(weight, mean, n)
            for weight, mean, n in (
                (7, 8, 40),
                (5, 4, 38),
                (9, 8, 40),
                (3, 3, 39),
                (6, 4, 40),
            )
        ]
        score = indexes.csi(parts, (1, 10))  # CI-01: printed as 60.10 %
        self.assertFigure(indexes.weighted_mean(parts), 6.03333333333)
        self.assertFigure(score.value, 55.9259259259)
        self.assertEqual(score.n, 38, "no better than its smallest part")
        self.assertFigure(
            indexes.csi(parts, (0, 10)).value, 60.3333333333
        )  # percent of the maximum

    def test_weights_need_not_add_to_one(self):  # CI: the 0.90 trap
        parts = [
            Part(w, m, 9) for w, m in zip((0.25, 0.35, 0.3), (5, 6, 7), strict=True)
        ]
        same = [part._replace(weight=part.weight / 0.9) for part in parts]
        self.assertFigure(
            indexes.csi(parts, (1, 10)).value, indexes.csi(same, (1, 10)).value
        )
        with self.assertRaises(ValueError):
            indexes.csi([Part(0, 5, 9)], (1, 10))

    def test_part_without_answers_is_left_out(self):
        parts = [Part(1, 4, 9), Part(5, None, 0)]
        self.assertEqual(indexes.csi(parts, (1, 5)).value, 75)
        self.assertEqual(indexes.csi(parts, (1, 5)).n, 9)

    def test_acsi_with_published_and_with_equal_weights(self):
        means = (8.2, 7.8, 7.5)
        weights = (0.3885, 0.3190, 0.2925)
        weighted = [Part(w, m, 250) for w, m in zip(weights, means, strict=True)]
        self.assertFigure(indexes.acsi(weighted).value, 76.3072222222)  # AC-01
        equal = [Part(1, mean, 250) for mean in means]
        self.assertFigure(indexes.acsi(equal).value, 75.9259259259)  # AC-02

    def test_gap_is_experience_minus_expectation(self):  # S-13
        gaps = indexes.servqual(  # SQ-01
            [
                Gap(5.2, 5.3, 60, 0.11),
                Gap(6.4, 5.1, 60, 0.32),
                Gap(6.1, 5.4, 60, 0.22),
                Gap(6.3, 5.9, 58, 0.19),
                Gap(5.8, 5.5, 60, 0.16),
            ]
        )
        self.assertFigures(
            [gap.value for gap in gaps.by_dimension], (0.1, -1.3, -0.7, -0.4, -0.3)
        )
        self.assertFigures((gaps.mean.value, gaps.weighted.value), (-0.52, -0.683))
        self.assertEqual(gaps.weighted.n, 58)

    def test_dimension_without_pairs_has_no_gap(self):  # S-13
        gaps = indexes.servqual([Gap(None, None, 0), Gap(5, 6, 3)])
        self.assertEqual([gap.value for gap in gaps.by_dimension], [None, 1])
        self.assertEqual((gaps.mean.value, gaps.mean.n), (1, 3))

    def test_interval_of_an_index_bears_answers_that_are_missing(self):  # S-05, S-10
        # Two questions, each answered by other people: the variances of two means add up.
        one, other = {5: 6, 3: 4}, {2: 5, 1: 5}
        found = [scores.moments(counts) for counts in (one, other)]
        parts = [Part(w, m.mean, m.n) for w, m in zip((3, 1), found, strict=True)]
        squares = sum(
            times * (share * (value - part.mean)) ** 2
            for share, part, counts in zip(
                indexes.shares(parts), parts, (one, other), strict=True
            )
            for value, times in counts.items()
        )
        score = indexes.csi(parts, (1, 5), squares)
        error = sqrt(
            sum((w / 4 * m.sd) ** 2 / 10 for w, m in zip((3, 1), found, strict=True))
        )
        half = 25 * student_95(9) * error
        self.assertFigures(
            (score.low, score.high), (score.value - half, score.value + half)
        )
        self.assertIsNone(indexes.csi(parts, (1, 5)).low)
        alone = [Part(1, 4, 1), Part(1, 2, 8)]
        self.assertIsNone(indexes.csi(alone, (1, 5), 0.5).low, "of one person")
        sure = indexes.acsi([Part(1, 10, 5)], 0.0)
        self.assertEqual((sure.low, sure.value, sure.high), (100, 100, 100))


def _group(value):
    return scores.nps_groups({value: 1}).index(1)
