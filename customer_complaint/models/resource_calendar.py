from datetime import timedelta

import pytz

from odoo import models, tools


class Clock:
    """Working time of a calendar."""

    def __init__(self, calendar):
        self.calendar = calendar

    def next_moment(self, at):
        return self.calendar._get_next_moment(at)

    def measure(self, start, end):
        return self.calendar.get_work_hours_count(start, end) * 3600


class ResourceCalendar(models.Model):
    _inherit = "resource.calendar"

    def _get_complaint_clock(self):
        """Working time of this calendar; None when there is none."""
        return Clock(self) if self and self._has_hours() else None

    @tools.ormcache("self.id")
    def _has_hours(self):
        return bool(self.attendance_ids)

    @tools.ormcache("self.id", "at")
    def _get_next_moment(self, at):
        start = pytz.utc.localize(at)
        found = self._work_intervals_batch(start, start + timedelta(days=30))
        for begin, _end, _meta in found[False]:
            return begin.astimezone(pytz.utc).replace(tzinfo=None)
        return at
