from datetime import datetime, timedelta
from functools import partial
from itertools import chain

from pytz import timezone, utc

from odoo import fields, models, tools
from odoo.tools.date_utils import float_to_time
from odoo.tools.intervals import Intervals

from ..tools.due_times import WorkingTime


class ResourceCalendar(models.Model):
    """Working time as deadlines count it: with extra working days, and cached by the month."""

    _name = "resource.calendar"
    _inherit = ["resource.calendar", "customer.complaint.cached.mixin"]

    extra_day_ids = fields.One2many(
        "resource.calendar.extra.day",
        "calendar_id",
        string="Extra working days",
        copy=True,
        help="Days worked although the week or a holiday says otherwise, such as a Saturday worked "
        "in exchange for a day off. The deadlines of complaints count them; other apps do not.",
    )

    def _get_complaint_clock(self, company=None):
        """Working time of this calendar, for `due_times`.

        Holidays are those of this calendar and those of the company without a calendar.

        :param company: whose holidays count where companies share the calendar; the user's unless
            given. A calendar of one company always takes that one's.
        :return: a `WorkingTime` to use within this transaction; None for no calendar, and for one
            without fixed working hours (empty or flexible)
        """
        known = self and self._get_complaint_hours()
        if not known:
            return None
        zone, company_id = known
        company_id = company_id or (company or self.env.company).id
        return WorkingTime(
            partial(self._get_complaint_intervals, company_id), timezone(zone)
        )

    def action_complaint_recompute(self):
        """Show what these working hours as they are now would change for open complaints."""
        self.ensure_one()
        return self.env["customer.complaint.recompute"]._open(calendar_id=self.id)

    @tools.ormcache("self.id")
    def _get_complaint_hours(self):
        """Time zone and company of a calendar with fixed working hours, else None."""
        calendar = self.sudo()  # the same hours for everybody
        if calendar.flexible_hours or not any(
            shift.hour_from < shift.hour_to
            for shift in calendar._get_global_attendances()
        ):
            return None
        return calendar.tz, calendar.company_id.id

    @tools.ormcache("self.id", "company_id", "year", "month")
    def _get_complaint_intervals(self, company_id, year, month):
        """Working time of a month of the local calendar, as `WorkingTime` wants it."""
        calendar = self.sudo()  # the same hours for everybody
        zone = timezone(calendar.tz)

        def midnight(date):
            return zone.localize(datetime.combine(date, datetime.min.time()))

        first = fields.Date.to_date(f"{year}-{month:02}-01")
        start, end = midnight(first), midnight(tools.date_utils.add(first, months=1))
        holidays = [
            ("time_type", "=", "leave"),
            ("resource_id", "=", False),
            "|",
            ("calendar_id", "=", calendar.id),
            ("company_id", "in", [False, company_id]),
        ]
        extra_days = calendar.extra_day_ids.filtered(
            lambda day: (day.date.year, day.date.month) == (year, month)
        )
        usual = (
            calendar._attendance_intervals_batch(start, end)[False]
            - calendar._leave_intervals_batch(start, end, domain=holidays)[False]
            - Intervals(
                (midnight(day.date), midnight(day.date + timedelta(days=1)), day)
                for day in extra_days
            )
        )
        extra = (
            tuple(
                zone.localize(datetime.combine(day.date, float_to_time(hour)))
                for hour in (shift.hour_from, shift.hour_to)
            )
            for day in extra_days
            for shift in day._get_shifts()
        )
        return _joined(chain((shift[:2] for shift in usual), extra))


class ResourceCalendarAttendance(models.Model):
    _name = "resource.calendar.attendance"
    _inherit = ["resource.calendar.attendance", "customer.complaint.cached.mixin"]


def _joined(spans):
    """Spans as sorted pairs of naive UTC moments in whole minutes; those that touch become one.

    Core lets a day end with its last microsecond and a holiday with its last second: in whole
    minutes both are midnight.
    """
    joined = []
    for opened, closed in sorted(tuple(map(_to_minute, span)) for span in spans):
        if joined and opened <= joined[-1][1]:
            joined[-1][1] = max(closed, joined[-1][1])
        elif opened < closed:
            joined.append([opened, closed])
    return tuple(map(tuple, joined))


def _to_minute(moment):
    moment = moment.astimezone(utc).replace(tzinfo=None) + timedelta(seconds=30)
    return moment.replace(second=0, microsecond=0)
