from datetime import datetime, timedelta

from psycopg2.errors import UniqueViolation
from pytz import timezone, utc

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from ..tools.due_times import (
    WORKING_DAY,
    WORKING_HOUR,
    due_after,
    falls_back,
    replay,
)
from .common import ComplaintCommon

MONDAY_TO_FRIDAY = range(5)
WHOLE_WEEK = range(7)


@tagged("post_install", "-at_install")
class TestCalendars(ComplaintCommon):
    def calendar(self, *shifts, days=MONDAY_TO_FRIDAY, tz="UTC", **values):
        """A calendar with these shifts (from, to) on each of the days."""
        return self.env["resource.calendar"].create(
            {
                "name": "Test hours",
                "tz": tz,
                "company_id": self.company.id,
                "attendance_ids": [Command.clear()]
                + [
                    Command.create(
                        {
                            "name": "Shift",
                            "dayofweek": str(day),
                            "hour_from": opens,
                            "hour_to": closes,
                        }
                    )
                    for day in days
                    for opens, closes in shifts
                ],
                **values,
            }
        )

    def close(self, calendar, opened, closed, **values):
        """A public holiday of the calendar between two local moments."""
        zone = timezone(calendar.tz or "UTC")
        date_from, date_to = (
            zone.localize(moment).astimezone(utc).replace(tzinfo=None)
            for moment in (opened, closed)
        )
        return self.env["resource.calendar.leaves"].create(
            {
                "name": "Holiday",
                "calendar_id": calendar.id,
                "date_from": date_from,
                "date_to": date_to,
                **values,
            }
        )

    def close_day(self, calendar, *dates, **values):
        """Public holidays as the calendar's form makes them: to the last second of the day."""
        for date in dates:
            last = date + timedelta(hours=23, minutes=59, seconds=59)
            self.close(calendar, date, last, **values)

    def work_extra(self, calendar, date, dayofweek="0"):
        return self.env["resource.calendar.extra.day"].create(
            {"calendar_id": calendar.id, "date": date, "dayofweek": dayofweek}
        )

    def due(self, calendar, start, amount, unit=WORKING_HOUR):
        """Due time of a limit, both as the local clock of the calendar shows them."""
        zone = timezone(calendar.tz)
        start = zone.localize(start).astimezone(utc).replace(tzinfo=None)
        due = due_after(start, amount, unit, calendar._get_complaint_clock())
        return due.replace(tzinfo=utc).astimezone(zone).replace(tzinfo=None)

    # figures

    def test_cal_01_four_hours_from_16_end_at_10_the_next_day(self):
        self.assertEqual(
            self.due(self.calendar((8, 18)), datetime(2026, 3, 3, 16), 4),
            datetime(2026, 3, 4, 10),
        )

    def test_cal_02_hours_used_up_at_closing_are_due_at_closing(self):
        # C-40
        self.assertEqual(
            self.due(self.calendar((9, 17)), datetime(2026, 3, 2, 9), 16),
            datetime(2026, 3, 3, 17),
        )

    def test_cal_03_a_pause_keeps_the_working_time_that_was_left(self):
        calendar = self.calendar((9, 17))
        start = datetime(2026, 3, 6, 15)
        pause = (datetime(2026, 3, 6, 16), datetime(2026, 3, 9, 10))
        clock = calendar._get_complaint_clock()
        self.assertEqual(self.due(calendar, start, 8), datetime(2026, 3, 9, 15))
        self.assertEqual(
            replay(start, 8, WORKING_HOUR, clock, [pause]), datetime(2026, 3, 9, 17)
        )

    def test_cal_04a_working_days_leave_out_the_weekend(self):
        calendar = self.calendar((9, 17), tz="Europe/London")
        received = datetime(2026, 1, 2, 11)
        self.assertEqual(
            self.due(calendar, received, 3, WORKING_DAY), datetime(2026, 1, 7, 11)
        )
        self.assertEqual(
            self.due(calendar, received, 8 * 7 * 24, "hour"), datetime(2026, 2, 27, 11)
        )

    def test_cal_04b_working_days_leave_out_holidays(self):
        calendar = self.calendar((9, 17), tz="Europe/London")
        self.close_day(
            calendar,
            datetime(2025, 12, 25),
            datetime(2025, 12, 26),
            datetime(2026, 1, 1),
        )
        received = datetime(2025, 12, 24, 11)
        self.assertEqual(
            self.due(calendar, received, 3, WORKING_DAY), datetime(2025, 12, 31, 11)
        )
        self.assertEqual(
            self.due(calendar, received, 8 * 7 * 24, "hour"), datetime(2026, 2, 18, 11)
        )

    def test_cal_06_24_hours_around_the_clock_pass_the_change_to_summer_time(self):
        #
        calendar = self.calendar((0, 24), days=WHOLE_WEEK, tz="Europe/Berlin")
        start = datetime(2026, 3, 28, 12)
        for unit in ("hour", WORKING_HOUR):
            with self.subTest(unit=unit):
                self.assertEqual(
                    self.due(calendar, start, 24, unit), datetime(2026, 3, 29, 13)
                )

    def test_cal_07_a_sunday_worked_for_a_holiday_is_a_working_day(self):
        calendar = self.calendar((9, 18), tz="Asia/Shanghai")
        self.close_day(calendar, *(datetime(2025, 5, day) for day in range(1, 6)))
        received = datetime(2025, 4, 25, 10)
        self.assertEqual(
            self.due(calendar, received, 5, WORKING_DAY), datetime(2025, 5, 7, 10)
        )
        self.work_extra(calendar, "2025-04-27", "4")
        self.assertEqual(
            self.due(calendar, received, 5, WORKING_DAY), datetime(2025, 5, 6, 10)
        )

    def test_tv_2_two_working_days_from_friday_end_on_tuesday(self):
        # C-40
        calendar = self.calendar((8, 12), (13, 17), tz="Europe/Brussels")
        self.assertEqual(
            self.due(calendar, datetime(2025, 3, 7, 16), 2, WORKING_DAY),
            datetime(2025, 3, 11, 16),
        )

    # time zones and daylight saving

    def test_working_hours_follow_the_clock_over_both_changes(self):
        #
        calendar = self.calendar((9, 17), tz="Europe/Berlin")
        for friday, amount, unit, hour in (
            (datetime(2026, 3, 27, 16), 2, WORKING_HOUR, 10),
            (datetime(2026, 10, 23, 16), 2, WORKING_HOUR, 10),
            (datetime(2026, 3, 27, 11), 1, WORKING_DAY, 11),
            (datetime(2026, 10, 23, 11), 1, WORKING_DAY, 11),
        ):
            with self.subTest(friday=friday, unit=unit):
                monday = friday.replace(hour=hour) + timedelta(days=3)
                self.assertEqual(self.due(calendar, friday, amount, unit), monday)

    def test_a_night_shift_is_an_hour_shorter_or_longer_at_the_change(self):
        #
        calendar = self.calendar((0, 8), days=WHOLE_WEEK, tz="Europe/Berlin")
        self.assertEqual(
            self.due(calendar, datetime(2026, 3, 29), 4), datetime(2026, 3, 29, 5)
        )
        self.assertEqual(
            self.due(calendar, datetime(2026, 10, 25), 4), datetime(2026, 10, 25, 3)
        )

    def test_the_calendar_s_zone_counts_and_not_the_user_s(self):
        #
        calendar = self.calendar((9, 17), tz="Asia/Shanghai")
        start = datetime(2026, 3, 2, 1)  # 09:00 in Shanghai
        self.handler.tz = "America/New_York"
        for user in (self.manager, self.handler, self.employee):
            for zone in ("UTC", "Pacific/Auckland"):
                self.env.registry.clear_cache()
                clock = (
                    calendar.with_user(user)
                    .with_context(tz=zone, employee_timezone=timezone(zone))
                    ._get_complaint_clock()
                )
                self.assertEqual(clock.add(start, 8 * 3600), datetime(2026, 3, 2, 9))

    # shifts and time off

    def test_the_lunch_break_does_not_count(self):
        calendar = self.calendar((8, 12), (13, 17))
        calendar.attendance_ids = [
            Command.create(
                {
                    "name": "Lunch",
                    "dayofweek": "0",
                    "hour_from": 12,
                    "hour_to": 13,
                    "day_period": "lunch",
                }
            )
        ]
        self.assertEqual(
            self.due(calendar, datetime(2026, 3, 2, 11), 2), datetime(2026, 3, 2, 14)
        )
        self.assertEqual(
            self.due(calendar, datetime(2026, 3, 2, 8), 4), datetime(2026, 3, 2, 12)
        )

    def test_two_shifts_that_touch_are_one(self):
        calendar = self.calendar((6, 14), (14, 22))
        self.assertEqual(
            self.due(calendar, datetime(2026, 3, 2, 13), 10), datetime(2026, 3, 3, 7)
        )

    def test_around_the_clock_there_is_no_lost_instant(self):
        calendar = self.calendar((0, 24), days=WHOLE_WEEK)
        start = datetime(2026, 1, 30, 21, 30)
        self.assertEqual(self.due(calendar, start, 24 * 40), start + timedelta(days=40))

    def test_time_off_in_the_middle_does_not_count(self):
        calendar = self.calendar((9, 17))
        self.close_day(calendar, datetime(2026, 3, 3))
        self.assertEqual(
            self.due(calendar, datetime(2026, 3, 2, 16), 2), datetime(2026, 3, 4, 10)
        )

    def test_half_a_day_off_leaves_a_working_day_with_half_its_hours(self):
        calendar = self.calendar((9, 17))
        self.close(calendar, datetime(2026, 3, 3, 13), datetime(2026, 3, 3, 23, 59, 59))
        start = datetime(2026, 3, 2, 16)
        self.assertEqual(self.due(calendar, start, 6), datetime(2026, 3, 4, 10))
        self.assertEqual(
            self.due(calendar, start, 1, WORKING_DAY), datetime(2026, 3, 3, 16)
        )

    def test_a_holiday_around_the_clock_leaves_no_second_of_work(self):
        calendar = self.calendar((0, 24), days=WHOLE_WEEK)
        self.close_day(calendar, datetime(2026, 3, 3))
        start = datetime(2026, 3, 2, 12)
        self.assertEqual(
            self.due(calendar, start, 1, WORKING_DAY), datetime(2026, 3, 4, 12)
        )
        self.assertEqual(self.due(calendar, start, 13), datetime(2026, 3, 4, 1))

    def test_only_holidays_of_everybody_in_the_company_count(self):
        calendar = self.calendar((9, 17))
        other = self.env["res.company"].create({"name": "Other company"})
        resource = self.env["resource.resource"].create(
            {"name": "Somebody", "calendar_id": calendar.id}
        )
        none = self.env["resource.calendar"]
        tuesday, start = datetime(2026, 3, 3), datetime(2026, 3, 2, 16)
        self.close_day(calendar, tuesday, resource_id=resource.id)
        self.close_day(calendar, tuesday, time_type="other")
        theirs = none.leave_ids.with_company(other).create(
            {"date_from": tuesday, "date_to": datetime(2026, 3, 4)}
        )
        self.assertEqual(theirs.company_id, other)
        self.assertEqual(self.due(calendar, start, 2), datetime(2026, 3, 3, 10))
        self.close_day(none, tuesday)
        self.assertEqual(self.due(calendar, start, 2), datetime(2026, 3, 4, 10))

    def test_a_shared_calendar_takes_the_holidays_of_the_company_asked_for(self):
        other = self.env["res.company"].create({"name": "Other company"})
        calendar = self.calendar((9, 17), company_id=False)
        self.close_day(self.env["resource.calendar"], datetime(2026, 3, 3))
        start = datetime(2026, 3, 2, 16)
        for company, day in ((None, 4), (self.company, 4), (other, 3)):
            clock = calendar._get_complaint_clock(company)
            self.assertEqual(clock.add(start, 7200), datetime(2026, 3, day, 10))

    def test_two_weeks_take_turns(self):
        calendar = self.calendar((9, 17), days=[0])
        calendar.switch_calendar_type()
        calendar.attendance_ids.filtered(
            lambda shift: shift.week_type == "1" and not shift.display_type
        ).unlink()
        first, second = (
            self.due(calendar, datetime(2026, 3, 1), days, WORKING_DAY)
            for days in (1, 2)
        )
        self.assertEqual(second - first, timedelta(days=14))
        extra = self.work_extra(calendar, first + timedelta(days=1))
        idle = self.work_extra(calendar, first + timedelta(days=8))
        self.assertEqual((extra.hours, idle.hours), (8, 0))
        self.assertEqual(
            self.due(calendar, first, 1, WORKING_DAY), first + timedelta(days=1)
        )

    # no working hours

    def test_a_calendar_without_fixed_hours_has_no_clock(self):
        empty = self.calendar()
        flexible = self.calendar((9, 17), schedule_type="flexible")
        for calendar in (empty, flexible, self.env["resource.calendar"]):
            self.assertIsNone(calendar._get_complaint_clock())

    def test_a_limit_nobody_works_for_is_counted_as_elapsed_time(self):
        calendar = self.calendar((9, 17))
        self.close(calendar, datetime(2026, 3, 3), datetime(2030, 1, 1))
        clock = calendar._get_complaint_clock()
        start = datetime(2026, 3, 2, 16)
        for amount, fallen in ((2, True), (1, False)):
            self.assertEqual(falls_back(start, amount, WORKING_HOUR, clock), fallen)
            self.assertEqual(
                due_after(start, amount, WORKING_HOUR, clock),
                start + timedelta(hours=amount),
            )
        self.assertTrue(falls_back(start, 2, WORKING_DAY, None))
        self.assertFalse(falls_back(start, 2, "hour", None))
        self.assertEqual(
            due_after(start, 2, WORKING_DAY, None), start + timedelta(days=2)
        )

    # extra working days

    def test_an_extra_day_has_the_hours_of_the_weekday_it_is_worked_like(self):
        calendar = self.calendar((9, 17))
        calendar.attendance_ids.filtered(lambda s: s.dayofweek == "4").hour_to = 12
        saturday = self.work_extra(calendar, "2026-03-07", "4")
        self.assertEqual(saturday.hours, 3)
        self.assertEqual(
            self.due(calendar, datetime(2026, 3, 6, 11), 5), datetime(2026, 3, 9, 10)
        )

    def test_an_extra_day_wins_over_a_holiday_and_over_the_week(self):
        calendar = self.calendar((9, 17))
        self.close_day(calendar, datetime(2026, 3, 3))
        start = datetime(2026, 3, 2, 16)
        self.assertEqual(self.due(calendar, start, 2), datetime(2026, 3, 4, 10))
        day = self.work_extra(calendar, "2026-03-03", "1")
        self.assertEqual(self.due(calendar, start, 2), datetime(2026, 3, 3, 10))
        day.dayofweek = "6"
        self.assertEqual(self.due(calendar, start, 2), datetime(2026, 3, 4, 10))

    def test_other_apps_do_not_see_extra_days(self):
        calendar = self.calendar((9, 17))
        self.work_extra(calendar, "2026-03-07")
        friday = datetime(2026, 3, 6, 16)
        self.assertEqual(self.due(calendar, friday, 2), datetime(2026, 3, 7, 10))
        self.assertEqual(
            calendar.plan_hours(2, friday, compute_leaves=True),
            datetime(2026, 3, 9, 10),
        )

    def test_extra_days_are_entered_on_the_calendar(self):
        calendar = self.calendar((9, 17))
        form = Form(calendar)
        with form.extra_day_ids.new() as line:
            line.date = "2026-03-07"
            line.dayofweek = "4"
            self.assertEqual(line.hours, 8)
        form.save()
        self.assertEqual(
            self.due(calendar, datetime(2026, 3, 6, 16), 2), datetime(2026, 3, 7, 10)
        )
        self.assertEqual(calendar.copy().extra_day_ids.mapped("dayofweek"), ["4"])

    def test_a_date_is_an_extra_day_of_a_calendar_once(self):
        calendar = self.calendar((9, 17))
        self.work_extra(calendar, "2026-03-07")
        with (
            mute_logger("odoo.sql_db"),
            self.assertRefused(UniqueViolation, "date_unique"),
        ):
            self.work_extra(calendar, "2026-03-07", "1")

    def test_complaint_managers_keep_extra_days_and_others_read_them(self):
        calendar = self.calendar((9, 17))
        other = self.env["res.company"].create({"name": "Other company"})
        theirs = self.calendar((9, 17), company_id=other.id)
        day = self.work_extra(calendar, "2026-03-07")
        hidden = self.work_extra(theirs, "2026-03-07")
        day.with_user(self.manager).dayofweek = "3"
        self.assertEqual(day.with_user(self.employee).dayofweek, "3")
        with self.assertRefused(AccessError, "Extra Working Day"):
            day.with_user(self.lead).dayofweek = "2"
        found = self.env["resource.calendar.extra.day"].with_user(self.manager)
        self.assertNotIn(hidden, found.search([]))

    # the cache

    def test_a_warm_clock_costs_no_query(self):
        calendar = self.calendar((9, 17))
        start = datetime(2026, 3, 2, 9)
        for unit, amount in ((WORKING_HOUR, 100), (WORKING_DAY, 20)):
            due = due_after(start, amount, unit, calendar._get_complaint_clock())
            self.env.invalidate_all()
            with self.assertQueryCount(0):
                again = due_after(start, amount, unit, calendar._get_complaint_clock())
            self.assertEqual(again, due)

    def test_what_changes_the_hours_changes_the_next_due_time(self):
        calendar = self.calendar((9, 17))
        start = datetime(2026, 3, 2, 16)

        def is_due(*moment):
            self.assertEqual(self.due(calendar, start, 2), datetime(2026, *moment))

        is_due(3, 3, 10)
        tuesday = calendar.attendance_ids.filtered(lambda s: s.dayofweek == "1")
        tuesday.hour_from = 11
        is_due(3, 3, 12)
        tuesday.unlink()
        is_due(3, 4, 10)
        self.close_day(calendar, datetime(2026, 3, 4))
        is_due(3, 5, 10)
        day = self.work_extra(calendar, "2026-03-04")
        is_due(3, 4, 10)
        day.date = "2026-03-03"
        is_due(3, 3, 10)
        day.unlink()
        is_due(3, 5, 10)
        holiday = self.env["resource.calendar.leaves"].search(
            [("calendar_id", "=", calendar.id)]
        )
        holiday.date_from += timedelta(hours=12)
        is_due(3, 4, 10)
        holiday.unlink()
        calendar.tz = "Asia/Tokyo"
        start = datetime(2026, 3, 2, 9)
        is_due(3, 2, 11)
        calendar.schedule_type = "flexible"
        self.assertIsNone(calendar._get_complaint_clock())

    def test_an_employee_s_time_off_leaves_the_cache_alone(self):
        calendar = self.calendar((9, 17))
        resource = self.env["resource.resource"].create(
            {"name": "Somebody", "calendar_id": calendar.id}
        )
        start = datetime(2026, 3, 2, 16)
        self.due(calendar, start, 2)
        day_off = self.env["resource.calendar.leaves"].create(
            {
                "resource_id": resource.id,
                "calendar_id": calendar.id,
                "date_from": datetime(2026, 3, 3),
                "date_to": datetime(2026, 3, 4),
            }
        )
        day_off.date_from += timedelta(hours=1)
        self.env.invalidate_all()
        with self.assertQueryCount(0):
            due = calendar._get_complaint_clock().add(start, 7200)
        self.assertEqual(due, datetime(2026, 3, 3, 10))
        day_off.resource_id = False  # now it is everybody's
        self.assertEqual(self.due(calendar, start, 2), datetime(2026, 3, 4, 10))
