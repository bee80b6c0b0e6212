from datetime import datetime, timedelta
from typing import NamedTuple

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command, Domain
from odoo.tools import format_list
from odoo.tools.misc import format_date, format_datetime

from .customer_complaint_stage import STILL_TO_DO

# Key of the absences of a moment in the cache of the transaction.
CACHE = "customer.complaint.absence"
# Set by the hand-over, never by hand: whoever could choose them could take any complaint.
PROCESS_FIELDS = {"handed_over_ids", "handed_to_ids"}


class Away(NamedTuple):
    """Somebody is away: until when (UTC, excluded), and the id of his own deputy or False."""

    until: datetime
    deputy_id: int


class CustomerComplaintAbsence(models.Model):
    """A colleague is away from-to; his deputy is named, told and asked instead of him."""

    _name = "customer.complaint.absence"
    _description = "Absence"
    _order = "date_from, id"
    _rec_names_search = ["user_id", "deputy_id", "reason"]

    user_id = fields.Many2one(
        "res.users",
        string="Who is away",
        required=True,
        default=lambda self: self.env.user,
        domain="[('id', 'in', allowed_user_ids)]",
        ondelete="cascade",
    )
    allowed_user_ids = fields.Many2many(
        "res.users",
        compute="_compute_allowed_user_ids",
        export_string_translation=False,
    )
    company_id = fields.Many2one(
        related="user_id.company_id", store=True, precompute=True, index=True
    )
    date_from = fields.Datetime(string="From", required=True)
    date_to = fields.Datetime(string="To", required=True)
    deputy_id = fields.Many2one(
        "res.users",
        string="Deputy",
        domain=lambda self: [
            (
                "all_group_ids",
                "in",
                self.env.ref("customer_complaint.group_complaint_user").ids,
            )
        ],
        ondelete="set null",
        help="Empty: the deputies of the team, then its leader. Who may not open the "
        "complaints of the team gets them only by handing over.",
    )
    reason = fields.Char()
    is_current = fields.Boolean(
        string="Away now", compute="_compute_is_current", search="_search_is_current"
    )
    open_count = fields.Integer(
        string="Open complaints", compute="_compute_open_count", aggregator=None
    )
    handed_over_ids = fields.Many2many(
        "customer.complaint", string="Handed over", readonly=True, copy=False
    )
    handed_to_ids = fields.Many2many(
        "res.users",
        "customer_complaint_absence_handed_to_rel",
        string="Handed over to",
        readonly=True,
        copy=False,
    )
    handed_count = fields.Integer(
        string="With the deputy", compute="_compute_handed_count", aggregator=None
    )

    _ends_after_start = models.Constraint(
        "CHECK(date_to > date_from)",
        "An absence ends after it began. Correct the dates.",
    )
    _deputy_is_another = models.Constraint(
        "CHECK(deputy_id <> user_id)",
        "Nobody stands in for himself. Choose another deputy.",
    )
    # Ranges on both sides need no extension of the database.
    _no_overlap = models.Constraint(
        "EXCLUDE USING gist (int4range(user_id, user_id, '[]') WITH &&, "
        "tsrange(date_from, date_to) WITH &&)",
        "This absence overlaps with another one of the same person. Change that one "
        "instead.",
    )
    # `_get_current`
    _end_idx = models.Index("(date_to, date_from)")

    # ------------------------------------------------------------------
    # Computes and constraints
    # ------------------------------------------------------------------
    @api.depends("user_id", "date_from", "date_to")
    @api.depends_context("lang", "tz")
    def _compute_display_name(self):
        for absence in self:
            name = absence.user_id.name or ""
            if absence.date_from and absence.date_to:
                # Until Monday 0:00 means that Sunday is the last day.
                first, last = (
                    format_date(
                        self.env,
                        fields.Datetime.context_timestamp(self, moment).date(),
                        date_format="medium",
                    )
                    for moment in (
                        absence.date_from,
                        absence.date_to - timedelta(seconds=1),
                    )
                )
                days = first if first == last else f"{first} – {last}"
                name = f"{name}, {days}"
            absence.display_name = name

    @api.depends_context("uid")
    def _compute_allowed_user_ids(self):
        """For whom the current user may enter an absence; what holds is the record rules."""
        user = self.env.user
        if user.has_group("customer_complaint.group_complaint_manager"):
            group = self.env.ref("customer_complaint.group_complaint_submitter")
            # sudo: groups are read by administrators only
            allowed = group.sudo().all_user_ids.filtered(
                lambda u: u.company_id in self.env.companies and not u.share
            )
        else:
            allowed = user | user.complaint_led_user_ids
        self.allowed_user_ids = allowed.sudo(False)

    @api.depends("date_from", "date_to")
    def _compute_is_current(self):
        now = fields.Datetime.now()
        for absence in self:
            absence.is_current = bool(
                absence.date_from
                and absence.date_to
                and absence.date_from <= now < absence.date_to
            )

    @api.model
    def _search_is_current(self, operator, value):
        if operator != "in":
            return NotImplemented
        return self._at(fields.Datetime.now())

    @api.depends("user_id")
    def _compute_open_count(self):
        # sudo: the number only, of every company he works for
        counts = dict(
            self.env["customer.complaint"]
            .sudo()
            ._read_group(self._get_open_domain(), ["user_id"], ["__count"])
        )
        for absence in self:
            absence.open_count = counts.get(absence.user_id, 0)

    @api.depends(
        "handed_over_ids.user_id",
        "handed_over_ids.stage_type",
        "handed_over_ids.next_due_at",
    )
    def _compute_handed_count(self):
        for absence in self:
            absence.handed_count = len(absence._get_to_take_back())

    @api.constrains("deputy_id", "user_id")
    def _check_deputy(self):
        for absence in self:
            # sudo: companies of colleagues
            deputy = absence.deputy_id.sudo()
            if deputy and not (
                deputy.has_group("customer_complaint.group_complaint_user")
                and absence.company_id in deputy.company_ids
            ):
                raise ValidationError(
                    self.env._(
                        "%(deputy)s does not handle complaints of %(company)s and cannot "
                        "stand in. Choose another deputy.",
                        deputy=deputy.name,
                        company=absence.company_id.name,
                    )
                )

    # ------------------------------------------------------------------
    # Create, write, delete
    # ------------------------------------------------------------------
    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            self._check_process_fields({fname for vals in vals_list for fname in vals})
        self.env.cr.cache.pop(CACHE, None)
        return super().create(vals_list)

    def write(self, vals):
        if not self.env.su:
            self._check_process_fields(vals)
            if any(
                absence.user_id.id != vals.get("user_id", absence.user_id.id)
                for absence in self
            ):
                raise UserError(
                    self.env._(
                        "An absence stays with the person it was entered for. Enter a "
                        "new one for the other person."
                    )
                )
        self.env.cr.cache.pop(CACHE, None)
        return super().write(vals)

    def unlink(self):
        self.env.cr.cache.pop(CACHE, None)
        return super().unlink()

    @api.model
    def _check_process_fields(self, fnames):
        if PROCESS_FIELDS & set(fnames):
            raise AccessError(
                self.env._(
                    "What was handed over is recorded by the button Hand over and cannot "
                    "be written directly."
                )
            )

    # ------------------------------------------------------------------
    # Who is away
    # ------------------------------------------------------------------
    @api.model
    def _at(self, moment):
        """Domain of the absences of a moment."""
        return Domain("date_from", "<=", moment) & Domain("date_to", ">", moment)

    @api.model
    def _get_current(self, at=None):
        """Everybody who is away at `at` (default: now): `Away` by id of the user.

        Asked for once per moment and transaction, however many people are looked up.
        """
        at = at or fields.Datetime.now()
        known = self.env.cr.cache.setdefault(CACHE, {})
        if at not in known:
            away = self._get_time_off(at)
            # sudo: that somebody is away is no secret, why he is stays one
            absences = self.sudo().search_fetch(
                self._at(at), ["user_id", "date_to", "deputy_id"]
            )
            for absence in absences:
                deputy = absence.deputy_id.filtered("active")
                away[absence.user_id.id] = Away(absence.date_to, deputy.id)
            known[at] = away
        return known[at]

    @api.model
    def _get_time_off(self, at):
        """Hook: who has validated leave at `at` where the Time Off app is installed."""
        leaves = self.env.get("hr.leave")
        if leaves is None:
            return {}
        # sudo: leaves are private; only until when somebody is away is taken from them
        found = leaves.sudo().search_fetch(
            self._at(at)
            & Domain("state", "=", "validate")
            & Domain("user_id", "!=", False)
            & Domain("holiday_status_id.time_type", "=", "leave"),
            ["user_id", "date_to"],
            order="date_to",
        )
        return {leave.user_id.id: Away(leave.date_to, False) for leave in found}

    @api.model
    def _format_until(self, until):
        """Last day of an absence that ends at `until`; the time when it is today."""
        now = fields.Datetime.context_timestamp(self, fields.Datetime.now())
        last = fields.Datetime.context_timestamp(self, until)
        if last.date() == now.date():
            return format_datetime(self.env, until, dt_format="HH:mm")
        # Until Monday 0:00 means that Sunday is the last day.
        day = (last - timedelta(seconds=1)).date()
        return format_date(self.env, day, date_format="medium")

    # ------------------------------------------------------------------
    # Handing over
    # ------------------------------------------------------------------
    @api.model
    def _forget(self, complaints):
        """These complaints are nobody's to take back any more."""
        # sudo: absences of colleagues
        absences = self.sudo().search([("handed_over_ids", "in", complaints.ids)])
        absences.handed_over_ids = [Command.unlink(c.id) for c in complaints]

    def _get_open_domain(self):
        return Domain("user_id", "in", self.user_id.ids) & STILL_TO_DO

    def _get_deputy(self):
        """Who takes the complaints: the deputy, or whoever stands in for him at this moment."""
        self.ensure_one()
        if not self.deputy_id:
            raise UserError(
                self.env._(
                    "%(absence)s: no deputy takes the complaints. Choose a deputy first.",
                    absence=self.display_name,
                )
            )
        deputy = self.deputy_id._get_complaint_stand_in()
        return deputy if deputy != self.user_id else self.deputy_id

    def action_hand_over(self):
        """Make the deputy the owner of what is still to do for whoever is away.

        It is found in all companies; what the current user may not write, or the deputy's
        companies do not include, stays and is counted in the answer.

        :raises UserError: when no deputy is named
        """
        self.check_access("write")
        count = left = 0
        for absence in self:
            deputy = absence._get_deputy()
            # sudo: their number is told; handed over is what the current user may write
            found = (
                self.env["customer.complaint"].sudo().search(absence._get_open_domain())
            )
            # sudo: companies of colleagues
            companies = deputy.sudo().company_ids
            complaints = absence._filter_own(
                found.filtered_domain([("company_id", "in", companies.ids)])
            )
            absence._change_owner(
                complaints,
                deputy,
                lambda env, a=absence, d=deputy: env._(
                    "Handed over from %(user)s to %(deputy)s until %(until)s.",
                    user=a.user_id.name,
                    deputy=d.name,
                    until=a.with_env(env)._format_until(a.date_to),
                ),
            )
            # sudo: recorded here only; write access was checked
            absence.sudo().write(
                {
                    "handed_over_ids": [
                        Command.link(complaint.id) for complaint in complaints
                    ],
                    "handed_to_ids": [Command.link(deputy.id)],
                }
            )
            for model in (
                "customer.complaint.credit.request",
                "customer.complaint.remedy",
            ):
                self.env[model]._pass_on_approvals(absence.user_id, deputy)
            count += len(complaints)
            left += len(found) - len(complaints)
        text = self.env._("Complaints handed over: %(count)s", count=count)
        if left:
            stay = self.env._(
                "%(count)s stay: another company or no rights.", count=left
            )
            return self._say(f"{text}. {stay}", "warning")
        return self._say(text)

    def _filter_own(self, complaints):
        """Those the current user may write, in any of his companies, ticked or not."""
        company_ids = dict.fromkeys(
            (*self.env.companies.ids, *self.env.user._get_company_ids())
        )
        model = self.env["customer.complaint"].with_context(
            allowed_company_ids=list(company_ids)
        )
        return model.browse(complaints.ids)._filtered_access("write")

    def action_take_back(self):
        """Make who was away the owner again of what the deputy still has."""
        self.check_access("write")
        count = 0
        for absence in self:
            complaints = absence._get_to_take_back()
            absence._change_owner(
                complaints,
                absence.user_id,
                lambda env, a=absence: env._(
                    "%(user)s is back and takes the complaint over again.",
                    user=a.user_id.name,
                ),
            )
            # sudo: see action_hand_over
            absence.sudo().write({"handed_over_ids": [Command.clear()]})
            count += len(complaints)
        return self._say(self.env._("Complaints taken back: %(count)s", count=count))

    def _get_to_take_back(self):
        """Complaints handed over that a deputy still owns, with something left to do.

        What was closed meanwhile, or changed hands otherwise, is no longer handed over.
        """
        # sudo: they belonged to who is away; whoever may write the absence gives them back
        absence = self.sudo()
        return absence.handed_over_ids.filtered(
            lambda c: c.user_id in absence.handed_to_ids
        ).filtered_domain(STILL_TO_DO)

    def _change_owner(self, complaints, user, describe):
        """One write for all, with a line in each history, the to-dos, and one message.

        :param describe: gives the text in the language of an environment
        """
        if not complaints:
            return
        text = describe(self.env)
        complaints._message_log_batch(bodies=dict.fromkeys(complaints.ids, text))
        # sudo: to-dos go along with the complaint they belong to
        activities = complaints.sudo().activity_ids.filtered(
            lambda a: a.user_id in complaints.user_id
        )
        activities.with_context(mail_activity_quick_update=True).user_id = user
        # One message instead of one per complaint.
        complaints.with_context(
            mail_auto_subscribe_no_notify=True, complaint_hand_over=True
        ).user_id = user
        env = self.with_context(lang=user.lang, tz=user.tz).env
        self.env["mail.thread"].message_notify(
            partner_ids=user.partner_id.ids,
            subject=env._("Open complaints for you: %(count)s", count=len(complaints)),
            body=describe(env)
            + "\n"
            + env._(
                "You are the owner now of: %(complaints)s. They stand in My work.",
                complaints=format_list(self.env, complaints.mapped("name")),
            ),
        )

    @api.model
    def _say(self, text, kind="success"):
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "message": text,
                "type": kind,
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }
