from odoo import api, fields, models


class ResourceCalendarExtraDay(models.Model):
    """A day worked although the week or a holiday says otherwise."""

    _name = "resource.calendar.extra.day"
    _description = "Extra Working Day"
    _inherit = ["customer.complaint.cached.mixin"]
    _order = "date desc, id desc"

    calendar_id = fields.Many2one(
        "resource.calendar",
        string="Working schedule",
        required=True,
        default=lambda self: self.env.company.resource_calendar_id,
        ondelete="cascade",
    )
    date = fields.Date(required=True)
    dayofweek = fields.Selection(
        "_get_weekdays",
        string="Worked like",
        required=True,
        default="0",
        help="The hours of this weekday hold on the date, also when it is a public holiday.",
    )
    name = fields.Char(string="Reason")
    hours = fields.Float(
        string="Working hours",
        compute="_compute_hours",
        help="None: nobody works on such a weekday, so the day does not count. Choose another.",
    )

    _date_unique = models.UniqueIndex(
        "(calendar_id, date)",
        "This date already is an extra working day of the schedule. Change the existing line.",
    )

    @api.model
    def _get_weekdays(self):
        attendance = self.env["resource.calendar.attendance"]
        return attendance._fields["dayofweek"]._description_selection(self.env)

    @api.depends(
        "date",
        "dayofweek",
        "calendar_id.two_weeks_calendar",
        "calendar_id.attendance_ids.hour_from",
        "calendar_id.attendance_ids.hour_to",
        "calendar_id.attendance_ids.dayofweek",
    )
    def _compute_hours(self):
        for day in self:
            day.hours = sum(
                shift.hour_to - shift.hour_from for shift in day._get_shifts()
            )

    @api.depends("date", "name")
    def _compute_display_name(self):
        for day in self:
            date = fields.Date.to_string(day.date) or ""
            day.display_name = f"{date} {day.name or ''}".strip()

    def _get_shifts(self):
        """Attendances whose hours hold on this day."""
        self.ensure_one()
        shifts = self.calendar_id._get_global_attendances().filtered(
            lambda shift: shift.dayofweek == self.dayofweek
        )
        if not self.calendar_id.two_weeks_calendar or not self.date:
            return shifts
        week = str(shifts.get_week_type(self.date))
        return shifts.filtered(lambda shift: shift.week_type == week)
