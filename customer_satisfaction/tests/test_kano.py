from odoo.tests import tagged

from ..tools import kano
from .test_scores import FigureCase


@tagged("post_install", "-at_install")
class TestKano(FigureCase):
    def test_each_pair_of_answers_has_its_kind(self):  # S-07, KA-01
        rows = [
            "".join(kano.kind_of(there, missing) for missing in range(1, 6))
            for there in range(1, 6)
        ]
        self.assertEqual(rows, ["QAAAO", "RIIIM", "RIIIM", "RIIIM", "RRRRQ"])
        kinds = "".join(rows)
        self.assertEqual([kinds.count(k) for k in "AOMIRQ"], [3, 1, 3, 9, 7, 2])
        self.assertEqual(set(kinds), set(kano.KINDS))
        for wrong in ((0, 1), (1, 6), (1.5, 1)):
            with self.subTest(wrong=wrong), self.assertRaises(ValueError):
                kano.kind_of(*wrong)

    def test_feature_wins_when_there_and_loses_when_missing(self):  # S-07
        for counts, better, worse in (
            ({"A": 7, "O": 33, "M": 49.3, "I": 9.5}, 0.404858299595, -0.832995951417),
            (
                {"A": 10.4, "O": 45.1, "M": 30.5, "I": 11.5},
                0.569230769231,
                -0.775384615385,
            ),
        ):  # KA-02, KA-03
            self.assertFigures(kano.coefficients(counts), (better, worse))

    def test_class_strength_and_whether_it_is_chance(self):  # S-07, KA-05
        found = kano.kano_of_kinds({"A": 22, "O": 41, "M": 30, "I": 18, "R": 3, "Q": 1})
        self.assertEqual((found.n, found.kind, found.is_key), (115, "O", True))
        self.assertFigures(
            (found.better, found.worse), (0.567567567568, -0.63963963964)
        )
        self.assertFigure(100 * found.category_strength, 9.5652173913)
        self.assertFigure(100 * found.total_strength, 80.8695652174)
        self.assertFigure(kano.fong_limit(41, 30, 115), 11.5597319248)
        self.assertIs(found.is_significant, False, "11 is less than 11.56")

    def test_of_equals_the_more_basic_need_is_taken(self):  # S-07, KA-06
        counts = {"A": 30, "O": 10, "M": 30, "I": 25, "R": 3, "Q": 2}
        self.assertEqual(kano.kano_of_kinds(counts).kind, "M")
        self.assertEqual(kano.kano_of_kinds({"A": 5, "O": 5}).kind, "O")
        self.assertEqual(kano.kano_of_kinds({"A": 5, "I": 3, "R": 4}).kind, "R")

    def test_answers_in_pairs_are_counted(self):
        found = kano.kano({(1, 5): 6, (1, 2): 2, (3, 3): 1})
        self.assertEqual((found.n, found.kind), (9, "O"))
        self.assertEqual((found.counts["A"], found.counts["I"]), (2, 1))

    def test_without_answers_or_direction_nothing_is_said(self):
        self.assertEqual(kano.kano({})[2:], (None,) * 7)
        found = kano.kano({(5, 1): 3})
        self.assertEqual((found.kind, found.better, found.is_key), ("R", None, False))
