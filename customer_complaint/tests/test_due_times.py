import doctest
from datetime import datetime, timedelta

from odoo.tests import BaseCase, tagged

from ..tools import due_times, uploads

START = datetime(2025, 3, 3, 9, 0)


@tagged("post_install", "-at_install")
class TestDueTimes(BaseCase):
    def test_a_limit_counts_elapsed_hours_over_the_weekend(self):
        # C-33
        self.assertEqual(due_times.due_after(START, 120), datetime(2025, 3, 8, 9, 0))

    def test_due_time_equal_to_done_time_is_on_time(self):
        due_at = due_times.due_after(START, 24)
        self.assertEqual(due_times.verdict(due_at, due_at), "on_time")
        self.assertEqual(
            due_times.verdict(due_at, due_at + timedelta(seconds=1)), "overdue"
        )

    def test_a_reminder_never_lies_before_the_start(self):
        due_at = due_times.due_after(START, 2)
        self.assertEqual(due_times.step_time(START, due_at, "before", 4), START)
        self.assertEqual(
            due_times.step_time(START, due_at, "before", 1), START + timedelta(hours=1)
        )

    def test_steps_before_after_and_at_the_start(self):
        due_at = due_times.due_after(START, 24)
        self.assertEqual(due_times.step_time(START, due_at, "start", 5), START)
        self.assertEqual(
            due_times.step_time(START, due_at, "after", 24),
            datetime(2025, 3, 5, 9, 0),
        )

    def test_examples_in_the_documentation_hold(self):
        for module in (due_times, uploads):
            result = doctest.testmod(module)
            self.assertGreater(result.attempted, 0)
            self.assertEqual(result.failed, 0)
