from markupsafe import Markup

from odoo import api, fields, models

from ..tools import due_times

SOON_HOURS = 8


class CustomerComplaint(models.Model):
    """How deadlines are shown: time left, and a history in sentences."""

    _inherit = "customer.complaint"

    time_left = fields.Char(
        string="Time left", compute="_compute_time_left", groups="base.group_user"
    )
    urgency = fields.Selection(
        [
            ("late", "Late"),
            ("soon", "Due within 8 hours"),
            ("planned", "Planned"),
            ("paused", "Paused"),
            ("none", "Nothing due"),
        ],
        compute="_compute_time_left",
        groups="base.group_user",
    )
    then_due = fields.Char(
        compute="_compute_then_due",
        groups="base.group_user",
        help="What is due after the next deadline.",
    )
    deadline_history = fields.Html(
        string="Deadline history",
        compute="_compute_deadline_history",
        sanitize=False,
        groups="base.group_user",
        help="Why each deadline started, waited, moved and stopped.",
    )

    @api.depends("next_due_at", "next_due_type", "paused_at")
    @api.depends_context("lang")
    def _compute_time_left(self):
        now = fields.Datetime.now()
        labels = dict(self._fields["next_due_type"]._description_selection(self.env))
        for complaint in self:
            due_at = complaint.next_due_at
            if not due_at:
                # sudo: what it waits for is no secret to whoever may read the complaint
                reason = complaint.sudo().pause_reason_id.name
                complaint.time_left = complaint.paused_at and (
                    reason or self.env._("Waiting")
                )
                complaint.urgency = "paused" if complaint.paused_at else "none"
                continue
            seconds = (due_at - now).total_seconds()
            complaint.urgency = (
                "late"
                if seconds < 0
                else "soon"
                if seconds <= SOON_HOURS * 3600
                else "planned"
            )
            label = labels[complaint.next_due_type]
            length = self._format_length(seconds)
            complaint.time_left = (
                self.env._(
                    "%(deadline)s late by %(length)s", deadline=label, length=length
                )
                if seconds < 0
                else self.env._(
                    "%(deadline)s in %(length)s", deadline=label, length=length
                )
            )

    @api.depends("deadline_ids.due_at", "deadline_ids.state")
    @api.depends_context("lang", "tz")
    def _compute_then_due(self):
        for complaint in self:
            rows = complaint.deadline_ids.filtered(lambda d: d.state == "open")
            following = rows.sorted("due_at")[1:2]
            complaint.then_due = bool(following) and self.env._(
                "then: %(deadline)s %(moment)s",
                deadline=following._get_label(),
                moment=following._format_moment(following.due_at),
            )

    @api.model
    def _format_length(self, seconds):
        """Two largest units of a length of time, in words of the user's language."""
        days, hours, minutes = due_times.split_duration(seconds)
        if days:
            return self.env._("%(days)s d %(hours)s h", days=days, hours=hours)
        if hours:
            return self.env._(
                "%(hours)s h %(minutes)s min", hours=hours, minutes=minutes
            )
        return self.env._("%(minutes)s min", minutes=minutes)

    # ------------------------------------------------------------------
    # History in sentences
    # ------------------------------------------------------------------
    @api.depends("deadline_ids.due_at", "deadline_ids.state", "paused_at")
    @api.depends_context("lang", "tz")
    def _compute_deadline_history(self):
        for complaint in self:
            lines = Markup("").join(
                Markup("<li><span class='text-muted'>%s</span> %s</li>")
                % (complaint.deadline_ids._format_moment(moment), text)
                for moment, text in complaint._get_deadline_history()
            )
            complaint.deadline_history = lines and Markup("<ul>%s</ul>") % lines

    def _get_deadline_history(self):
        """Why each deadline started, waited, moved and stopped.

        :return: list of (moment, sentence in the user's language), oldest first
        """
        self.ensure_one()
        sentences = [
            *self.deadline_ids._get_history(),
            *self.sudo().pause_ids._get_history(),
        ]
        return sorted(sentences, key=lambda sentence: sentence[0])
