from odoo.tests import BaseCase, tagged

from ..tools.suppression import is_shown, shown_groups, shown_in_all


@tagged("post_install", "-at_install")
class TestSuppression(BaseCase):
    def test_hidden_group_is_not_the_total_minus_the_others(self):  # S-33, AN-01
        self.assertEqual(shown_groups({"A": 10, "B": 2}, 5), set())
        self.assertEqual(shown_groups({"A": 10, "B": 2, "C": 6}, 5), {"A"})
        self.assertEqual(shown_groups({"A": 10, "B": 2, "C": 3}, 5), {"A"})
        self.assertEqual(shown_groups({"A": 10, "B": 6}, 5), {"A", "B"})
        self.assertEqual(shown_groups({"A": 10, "B": 0}, 5), {"A"})
        self.assertEqual(shown_groups({"A": 3, "B": 1}, 5), set())
        self.assertEqual(shown_groups({}, 5), set())

    def test_comments_need_more_people_than_scores(self):  # S-33, AN-02
        self.assertEqual(
            [is_shown(n, 5) for n in (4, 5, 7, 8)], [False, True, True, True]
        )
        self.assertEqual(
            [is_shown(n, 8) for n in (4, 5, 7, 8)], [False, False, False, True]
        )

    def test_overlapping_groups_do_not_tell_their_difference(self):  # S-33
        # All of team T1 bought P1; one more customer of P1 is of team T2.
        cells = {("P1", "T1"): 6, ("P1", "T2"): 1, ("P2", "T2"): 9}
        shown = shown_in_all(cells, 5)
        self.assertLess(sum(map(len, shown)), 4)
        products, teams = shown
        self.assertFalse(
            "P1" in products and "T1" in teams, "P1 minus T1 is one person"
        )
        self.assertFalse("P2" in products and "T2" in teams, "T2 minus P2 is the same")

    def test_groups_that_are_mixed_well_are_all_shown(self):
        cells = {(product, team): 2 for product in "PQR" for team in "TUV"}
        self.assertEqual(shown_in_all(cells, 5), [set("PQR"), set("TUV")])

    def test_one_breakdown_is_the_simple_case(self):
        for counts in ({"A": 10, "B": 2, "C": 6}, {"A": 5}, {"A": 1}, {}):
            cells = {(group,): n for group, n in counts.items()}
            self.assertEqual(
                shown_in_all(cells, 5), [shown_groups(counts, 5)] if counts else []
            )

    def test_what_cannot_be_proved_safe_is_hidden(self):
        # Everybody is alone in their cell, in many groups: too much to try.
        cells = {(f"P{n % 14}", f"T{n % 15}", f"S{n % 17}"): 1 for n in range(120)}
        shown = shown_in_all(cells, 5)
        self.assertIn(set(), shown)
        self.assertTrue(any(shown), "the rest is shown")
