from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Domain
from odoo.tools.safe_eval import safe_eval

from ..tools.colleagues import WORKERS, colleagues_domain
from .customer_complaint_stage import CLOSED_TYPES

# Beside the shared problems, what departments have to talk about by default.
DEFAULT_DOMAIN = '["|", ("level_rank", "=", 1), ("involved_team_ids", "!=", False)]'
ACTIVITY = "customer_complaint.activity_meeting"


class CustomerComplaintMeeting(models.Model):
    """Departments talk regularly about what is open between them, and agree on measures."""

    _name = "customer.complaint.meeting"
    _description = "Coordination Meeting"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "date desc, id desc"
    _check_company_auto = True

    name = fields.Char(
        string="Meeting",
        required=True,
        default=lambda self: self.env._("Coordination of complaints"),
    )
    date = fields.Datetime(required=True, default=fields.Datetime.now, tracking=True)
    company_id = fields.Many2one(
        "res.company",
        required=True,
        readonly=True,
        index=True,
        default=lambda self: self.env.company,
    )
    team_ids = fields.Many2many(
        "customer.complaint.team",
        string="Departments",
        required=True,
        check_company=True,
        help="Between whom it is, for example customer service and quality.",
    )
    user_id = fields.Many2one(
        "res.users",
        string="Organised by",
        domain=colleagues_domain(WORKERS),
        default=lambda self: self.env.user,
        required=True,
        index=True,
    )
    participant_ids = fields.Many2many(
        "res.users",
        string="Participants",
        domain=colleagues_domain(WORKERS),
        compute="_compute_participant_ids",
        store=True,
        readonly=False,
        precompute=True,
        help="The leaders of the departments by default. Each gets a to-do.",
    )
    repeat_every = fields.Integer(default=4, string="Repeat every")
    repeat_unit = fields.Selection(
        [("weeks", "Weeks"), ("months", "Months")],
        string="Repeated in",
        default="weeks",
        help="Empty: once. Otherwise the next one is planned when this one was held.",
    )
    series_id = fields.Many2one(
        "customer.complaint.meeting",
        string="First of the series",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
    )
    state = fields.Selection(
        [("planned", "Planned"), ("held", "Held")],
        required=True,
        default="planned",
        readonly=True,
        copy=False,
        tracking=True,
    )
    complaint_domain = fields.Char(
        string="Which complaints",
        default=DEFAULT_DOMAIN,
        required=True,
        help="Open complaints of the departments that stand on the agenda.",
    )
    problem_ids = fields.Many2many(
        "customer.complaint.problem", compute="_compute_agenda", string="Open problems"
    )
    complaint_ids = fields.Many2many(
        "customer.complaint", compute="_compute_agenda", string="Open complaints"
    )
    held_problem_ids = fields.Many2many(
        "customer.complaint.problem",
        "customer_complaint_meeting_problem_rel",
        readonly=True,
        copy=False,
        export_string_translation=False,
    )
    held_complaint_ids = fields.Many2many(
        "customer.complaint",
        "customer_complaint_meeting_complaint_rel",
        readonly=True,
        copy=False,
        export_string_translation=False,
    )
    measure_ids = fields.One2many(
        "customer.complaint.meeting.measure", "meeting_id", string="Agreed measures"
    )
    earlier_measure_ids = fields.Many2many(
        "customer.complaint.meeting.measure",
        compute="_compute_earlier_measure_ids",
        string="Open measures of earlier meetings",
    )
    open_measure_count = fields.Integer(
        string="Open measures", compute="_compute_open_measure_count"
    )
    note = fields.Html(string="Minutes", copy=False)

    _repeat_is_positive = models.Constraint(
        "CHECK(repeat_unit IS NULL OR repeat_every > 0)",
        "A meeting is repeated every 1 or more weeks or months. Correct the number, or "
        "empty the unit for a single meeting.",
    )

    # ------------------------------------------------------------------
    # Computes and constraints
    # ------------------------------------------------------------------
    @api.depends("team_ids", "user_id")
    def _compute_participant_ids(self):
        for meeting in self:
            meeting.participant_ids |= meeting.team_ids.leader_id | meeting.user_id

    @api.depends("state", "team_ids", "company_id", "complaint_domain")
    @api.depends_context("uid")
    def _compute_agenda(self):
        for meeting in self:
            if meeting.state == "held":
                meeting.problem_ids = meeting.held_problem_ids
                meeting.complaint_ids = meeting.held_complaint_ids
                continue
            ours = Domain("company_id", "=", meeting.company_id.id)
            teams = meeting.team_ids._origin.ids
            meeting.problem_ids = self.env["customer.complaint.problem"].search(
                ours
                & Domain("state", "=", "open")
                & Domain("team_id", "in", [*teams, False])
            )
            try:
                meeting.complaint_ids = self.env["customer.complaint"].search(
                    ours
                    & Domain("stage_type", "not in", CLOSED_TYPES)
                    & (
                        Domain("team_id", "in", teams)
                        | Domain("involved_team_ids", "in", teams)
                    )
                    & meeting._get_complaint_domain()
                )
            # It asks for what this user may not see, or what is there no longer.
            except (AccessError, ValueError):
                meeting.complaint_ids = False

    def _get_complaint_domain(self):
        self.ensure_one()
        # Never with sudo: it is searched with the rights of whoever looks.
        return Domain(
            safe_eval(self.complaint_domain or "[]", {"uid": self.env.uid}) or []
        )

    @api.depends("state", "series_id")
    def _compute_earlier_measure_ids(self):
        Measure = self.env["customer.complaint.meeting.measure"]
        for meeting in self:
            series = meeting.series_id
            meeting.earlier_measure_ids = (
                Measure.search(
                    (
                        Domain("meeting_id.series_id", "=", series.id)
                        | Domain("meeting_id", "=", series.id)
                    )
                    & Domain("meeting_id", "!=", meeting._origin.id)
                    & Domain("done_at", "=", False)
                )
                if series
                else False
            )

    @api.depends("measure_ids.done_at")
    def _compute_open_measure_count(self):
        for meeting in self:
            meeting.open_measure_count = len(
                meeting.measure_ids.filtered(lambda m: not m.done_at)
            )

    @api.constrains("complaint_domain")
    def _check_complaint_domain(self):
        for meeting in self:
            try:
                self.env["customer.complaint"].search_count(
                    meeting._get_complaint_domain(), limit=1
                )
            except AccessError:
                raise
            except (ValueError, TypeError, SyntaxError, NameError) as error:
                raise ValidationError(
                    self.env._(
                        "%(meeting)s: which complaints stand on the agenda cannot be "
                        "understood. Choose the conditions again.",
                        meeting=meeting.name,
                    )
                ) from error

    # ------------------------------------------------------------------
    # Planning and holding
    # ------------------------------------------------------------------
    @api.model_create_multi
    def create(self, vals_list):
        # Whoever gets a to-do follows by that, also with a measure that is created along.
        quiet = self.with_context(mail_create_nosubscribe=True)
        meetings = super(CustomerComplaintMeeting, quiet).create(vals_list)
        meetings = meetings.with_env(self.env)
        meetings._plan_activities()
        return meetings

    def write(self, vals):
        res = super().write(vals)
        if {"date", "participant_ids", "team_ids"} & vals.keys():
            self._plan_activities()
        return res

    def _plan_activities(self):
        """A to-do for each participant of meetings to come, on the day it is with him."""
        planned = self.filtered(lambda m: m.state == "planned")
        planned.activity_unlink([ACTIVITY])
        for meeting in planned:
            for user in meeting.participant_ids:
                day = fields.Datetime.context_timestamp(
                    meeting.with_context(tz=user.tz), meeting.date
                ).date()
                meeting.with_context(mail_activity_quick_update=True).activity_schedule(
                    ACTIVITY, day, summary=meeting.name, user_id=user.id
                )

    def action_hold(self):
        """Note that it took place: its agenda stays as it is now, and the next one is planned."""
        for meeting in self:
            if meeting.state == "held":
                raise UserError(
                    self.env._(
                        "%(meeting)s was held already. Open the next one of the series.",
                        meeting=meeting.name,
                    )
                )
            meeting.write(
                {
                    "state": "held",
                    "held_problem_ids": [fields.Command.set(meeting.problem_ids.ids)],
                    "held_complaint_ids": [
                        fields.Command.set(meeting.complaint_ids.ids)
                    ],
                }
            )
            meeting.activity_unlink([ACTIVITY])
            if meeting.repeat_unit:
                meeting._plan_next()
        return True

    def _plan_next(self):
        """The next meeting of the series, on the first day of its rhythm that is to come."""
        self.ensure_one()
        step, date, now = 1, self.date, fields.Datetime.now()
        while date <= max(now, self.date):
            date = self.date + relativedelta(
                **{self.repeat_unit: step * self.repeat_every}
            )
            step += 1
        return self.copy(
            {"date": date, "series_id": (self.series_id or self).id, "name": self.name}
        )

    def action_view_series(self):
        """Open the other meetings of the series."""
        self.ensure_one()
        series = self.series_id or self
        return {
            "type": "ir.actions.act_window",
            "name": self.name,
            "res_model": self._name,
            "view_mode": "list,form",
            "domain": ["|", ("series_id", "=", series.id), ("id", "=", series.id)],
        }


class CustomerComplaintMeetingMeasure(models.Model):
    """What was agreed in a meeting: what, who, until when, and about which problem."""

    _name = "customer.complaint.meeting.measure"
    _description = "Agreed Measure"
    _order = "done_at desc, date_due, id"
    _check_company_auto = True

    meeting_id = fields.Many2one(
        "customer.complaint.meeting", required=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(related="meeting_id.company_id", store=True)
    name = fields.Char(string="Measure", required=True)
    problem_id = fields.Many2one(
        "customer.complaint.problem",
        string="Shared problem",
        check_company=True,
        index="btree_not_null",
    )
    complaint_id = fields.Many2one(
        "customer.complaint", check_company=True, index="btree_not_null"
    )
    user_id = fields.Many2one(
        "res.users",
        string="Responsible",
        domain=colleagues_domain(WORKERS),
        required=True,
        index=True,
    )
    date_due = fields.Date(string="Until", required=True)
    done_at = fields.Datetime(string="Done on", readonly=True, copy=False)
    is_late = fields.Boolean(compute="_compute_is_late")
    activity_id = fields.Many2one(
        "mail.activity", readonly=True, copy=False, ondelete="set null"
    )

    @api.depends("date_due", "done_at")
    def _compute_is_late(self):
        today = fields.Date.context_today(self)
        for measure in self:
            measure.is_late = bool(
                not measure.done_at and measure.date_due and measure.date_due < today
            )

    @api.model_create_multi
    def create(self, vals_list):
        measures = super().create(vals_list)
        measures._check_subjects()
        for measure in measures:
            measure.activity_id = measure.meeting_id.activity_schedule(
                "mail.mail_activity_data_todo",
                measure.date_due,
                summary=measure.name,
                user_id=measure.user_id.id,
            )
        return measures

    def _check_subjects(self):
        """Nobody names what he may not read: its title would be shown to him."""
        self.complaint_id.check_access("read")
        self.problem_id.check_access("read")

    def write(self, vals):
        res = super().write(vals)
        if {"complaint_id", "problem_id"} & vals.keys():
            self._check_subjects()
        told = {
            theirs: vals[ours]
            for ours, theirs in (
                ("name", "summary"),
                ("user_id", "user_id"),
                ("date_due", "date_deadline"),
            )
            if ours in vals
        }
        if told:
            # sudo: the to-do follows what was written; it may be another's by now
            self.sudo().activity_id.write(told)
        return res

    @api.ondelete(at_uninstall=False)
    def _unlink_with_to_do(self):
        self.sudo().activity_id.unlink()  # sudo: see write

    def action_done(self):
        """Note that the measures were carried out, today; their to-dos are done with them."""
        self.check_access("write")
        doing = self.filtered(lambda m: not m.done_at)
        # sudo: whoever carries it out may not write in the meeting
        doing.sudo().activity_id.action_feedback()
        doing.done_at = fields.Datetime.now()
        return True
