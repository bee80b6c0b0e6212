import doctest
from datetime import datetime, timedelta, timezone

from odoo.tests import BaseCase, tagged

from ..tools import due_times, uploads

START = datetime(2025, 3, 3, 9, 0)


@tagged("post_install", "-at_install")
class TestDueTimes(BaseCase):
    def test_tv_1_graded_limits_count_elapsed_hours_over_the_weekend(self):
        # C-33
        for hours, due_at in (
            (24, datetime(2025, 3, 4, 9)),
            (48, datetime(2025, 3, 5, 9)),
            (72, datetime(2025, 3, 6, 9)),
            (120, datetime(2025, 3, 8, 9)),  # a Saturday
        ):
            self.assertEqual(due_times.due_after(START, hours), due_at)

    def test_tv_3_uniform_limits_count_elapsed_hours(self):
        for days in (1, 2, 3):
            self.assertEqual(
                due_times.due_after(START, 24 * days, "hour"),
                datetime(2025, 3, 3 + days, 9),
            )

    def test_a_broken_amount_ends_on_a_whole_second(self):
        due_at = due_times.due_after(START, 1 / 3 + 1e-5)
        self.assertEqual(due_at, datetime(2025, 3, 3, 9, 20))

    def test_a_pause_that_begins_when_it_is_due_changes_nothing(self):
        due_at, later = datetime(2025, 3, 4, 9), datetime(2025, 3, 9, 9)
        self.assertEqual(due_times.after_pause(due_at, due_at, later), due_at)
        a_second_before = due_at - timedelta(seconds=1)
        self.assertEqual(
            due_times.after_pause(due_at, a_second_before, later),
            later + timedelta(seconds=1),
        )

    def test_a_pause_after_the_last_working_hour_saves_no_working_time(self):
        def weekdays(year, month):
            days = (datetime(year, month, day) for day in range(1, 29))
            return tuple(
                (day.replace(hour=9), day.replace(hour=17))
                for day in days
                if day.weekday() < 5
            )

        clock = due_times.WorkingTime(weekdays, timezone.utc)
        monday = datetime(2025, 3, 3, 20)  # received after hours
        due_at = due_times.due_after(monday, 1, "working_day", clock)
        self.assertEqual(due_at, datetime(2025, 3, 4, 20))
        for paused_at, expected in (
            (datetime(2025, 3, 4, 16), datetime(2025, 3, 6, 17)),
            (datetime(2025, 3, 4, 17), due_at),
        ):
            self.assertEqual(
                due_times.after_pause(
                    due_at, paused_at, datetime(2025, 3, 6, 16), "working_day", clock
                ),
                expected,
            )

    def test_a_pause_that_goes_on_lasts_to_the_end_of_the_timeline(self):
        tuesday, friday = datetime(2025, 3, 4), datetime(2025, 3, 7)
        self.assertEqual(
            due_times.segments(START, friday, [(tuesday, None)]),
            [(START, tuesday, "running"), (tuesday, friday, "paused")],
        )
        self.assertEqual(due_times.segments(START, START, []), [])

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
