from odoo import api, fields, models
from odoo.tools import SQL

from .customer_complaint_escalation_step import EFFECTS


class CustomerComplaintEscalation(models.Model):
    """Log and order in one: a row says that a step was due for a deadline and whom it concerns.

    A step that concerns a group has a row per person, numbered by `position`. The unique index
    makes each step happen once per due time, whoever runs the engine and whoever is told.
    The automation rules of the escalation (one per effect) work on these rows.
    """

    _name = "customer.complaint.escalation"
    _description = "Complaint Escalation"
    _inherit = ["customer.complaint.filter.mixin"]
    _order = "id desc"

    deadline_id = fields.Many2one(
        "customer.complaint.deadline",
        ondelete="cascade",
        readonly=True,
        help="Empty: a colleague escalated by hand.",
    )
    complaint_id = fields.Many2one(
        "customer.complaint",
        required=True,
        ondelete="cascade",
        index=True,
        readonly=True,
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True
    )
    step_id = fields.Many2one(
        "customer.complaint.escalation.step", ondelete="restrict", readonly=True
    )
    due_at = fields.Datetime(string="Due time concerned", readonly=True)
    step_at = fields.Datetime(string="Planned for", required=True, readonly=True)
    effect = fields.Selection(EFFECTS, required=True, readonly=True)
    from_user_id = fields.Many2one("res.users", string="From", readonly=True)
    user_id = fields.Many2one("res.users", string="To", readonly=True)
    position = fields.Integer(
        readonly=True, aggregator=None, export_string_translation=False
    )
    reason = fields.Char(readonly=True)
    digest_at = fields.Datetime(
        string="In the digest on",
        readonly=True,
        help="When the person told got it by e-mail. Empty: the next daily digest tells.",
    )
    # Set by the effects: what a rule that is switched off did not do is not told either.
    is_queued = fields.Boolean(readonly=True, export_string_translation=False)
    activity_id = fields.Many2one(
        "mail.activity",
        string="To-do",
        readonly=True,
        ondelete="set null",
        index="btree_not_null",
    )

    _once = models.UniqueIndex(
        "(deadline_id, step_id, due_at, position)",
        "An escalation step happens once per deadline and due time.",
    )
    # complaint_digest.py: what waits for the next digest.
    _digest_idx = models.Index("(user_id) WHERE is_queued AND digest_at IS NULL")

    def _execute(self):
        """Run the automation rules on these rows, once per effect."""
        if self:
            self.env["base.automation"]._run_complaint_rules(self)

    # ------------------------------------------------------------------
    # Effects: called by the automation rules with all rows of a batch
    # ------------------------------------------------------------------
    def _effect_activity(self):
        """Give each person told a to-do on the complaint, without an e-mail per to-do."""
        rows = self.filtered("user_id")
        rows._queue()
        return rows._give_todos()

    def _effect_follow(self):
        """Let each person told follow the complaint from now on."""
        told = self.filtered("user_id")
        told._queue()
        for user, rows in told.grouped("user_id").items():
            rows.complaint_id.message_subscribe(partner_ids=user.partner_id.ids)

    def _effect_email(self):
        """Tell by e-mail: all rows wait for the daily digest, the most severe go out now.

        Whoever reads no e-mail gets a to-do instead.
        """
        rows = self.filtered("user_id")
        urgent = rows.filtered(lambda row: row.complaint_id.level_rank == 1)
        reached = rows.filtered(
            lambda row: row._is_told_by_mail()
            and (row in urgent or row.user_id.complaint_digest)
        )
        reached._queue()
        now = urgent & reached
        now.user_id._send_complaint_digest(now)
        (rows - reached)._tell_by_todo()

    def _queue(self):
        """Let the next daily digest tell these rows."""
        self.filtered("user_id").is_queued = True

    def _is_told_by_mail(self):
        """Whether the person told has an address and may still open the complaint."""
        self.ensure_one()
        user = self.user_id
        return bool(user.email) and self.complaint_id._can_tell(user)

    def _tell_by_todo(self):
        """No digest tells these rows: what was to be told by e-mail becomes a to-do.

        Where the person may not be told any more, the next one up gets it.
        """
        self.is_queued = False
        rows = self.filtered(
            lambda row: row.effect == "email" and row.deadline_id.state == "open"
        )
        for row in rows:
            if not row.complaint_id._can_tell(row.user_id):
                row.user_id = row.complaint_id._get_recipients(row.step_id)[:1]
        rows.filtered("user_id")._give_todos()

    def _effect_reassign(self):
        """Make the person told the owner, with a to-do; who owns it already keeps it.

        A complaint that lacks something cannot be assigned: the to-do alone asks him to see to it.
        """
        rows = self.filtered(
            lambda row: row.user_id and row.user_id != row.complaint_id.user_id
        )
        # Several deadlines of a complaint may pass at once: the last one decides.
        last = {row.complaint_id: row for row in rows}
        rows = self.browse().concat(*last.values())
        rows._queue()
        lacking = rows.filtered(
            lambda row: (
                not row.complaint_id.user_id
                and set(row.complaint_id._get_missing("assessed")) - {"owner"}
            )
        )
        lacking._give_todos()
        rows -= lacking
        for user, taken in rows.grouped("user_id").items():
            # One to-do tells him, not a mail per complaint.
            taken.complaint_id.with_context(
                mail_auto_subscribe_no_notify=True
            ).user_id = user
        rows.complaint_id._message_log_batch(
            bodies={
                row.complaint_id.id: self.env._(
                    "Handed over from %(old)s to %(new)s. %(reason)s",
                    old=row.from_user_id.name or self.env._("nobody"),
                    new=row.user_id.name,
                    reason=row._get_reason(),
                )
                for row in rows
            }
        )
        rows._give_todos()

    def _effect_raise_level(self):
        """Raise each complaint by one level, at most to the most severe one.

        A step raises a complaint once for all that is late when it does. So what the new level's
        limit puts into the past is no further miss.
        """
        self._queue()
        earlier = self.search(
            [
                ("complaint_id", "in", self.complaint_id.ids),
                ("effect", "=", "raise_level"),
                ("id", "not in", self.ids),
            ],
            order="id",
        )
        raised_at = {(r.complaint_id, r.step_id): r.create_date for r in earlier}
        chosen = {}
        for row in self:
            key = row.complaint_id, row.step_id
            if key not in raised_at or row.due_at > raised_at[key]:
                chosen.setdefault(key, row)
        rows = self.browse().concat(*chosen.values())
        # Step by step: each raises from where the one before it left the complaint.
        for step, of_step in rows.grouped("step_id").items():
            for (level, company), raised in of_step.grouped(
                lambda r: (r.complaint_id.level_id, r.company_id)
            ).items():
                if above := level._get_next_above(company):
                    raised.complaint_id._change_level(above, step.name)

    def _mark_told(self, at):
        """No digest tells these rows any more."""
        if self:
            self.flush_recordset(["digest_at"])
            self.env.cr.execute(
                SQL(
                    "UPDATE customer_complaint_escalation SET digest_at = %s WHERE id IN %s",
                    at,
                    tuple(self.ids),
                )
            )
            self.invalidate_recordset(["digest_at"], flush=False)

    @api.model
    def _hand_on_todos(self, old_owners):
        """To-dos about running deadlines pass from the owner before to the one there is now.

        :param dict old_owners: owner before by complaint
        """
        complaints = self.env["customer.complaint"].concat(*old_owners)
        # sudo: to-dos of colleagues; who may assign may pass on what comes with it
        rows = self.sudo().search(
            [
                ("complaint_id", "in", complaints.ids),
                ("activity_id", "!=", False),
                ("deadline_id.state", "=", "open"),
            ]
        )
        theirs = rows.filtered(
            lambda row: row.activity_id.user_id == old_owners[row.complaint_id]
        )
        for owner, passed in theirs.grouped(lambda r: r.complaint_id.user_id).items():
            passed.activity_id.with_context(
                mail_activity_quick_update=True
            ).user_id = owner

    def _give_todos(self):
        activity_type = self.env.ref(
            "customer_complaint.mail_activity_type_deadline", raise_if_not_found=False
        ) or self.env.ref("mail.mail_activity_data_todo")
        model_id = self.env["ir.model"]._get_id("customer.complaint")
        activities = (
            self.env["mail.activity"]
            .with_context(mail_activity_quick_update=True)
            .create(
                [
                    {
                        "activity_type_id": activity_type.id,
                        "automated": True,
                        "res_model_id": model_id,
                        "res_id": row.complaint_id.id,
                        "user_id": row.user_id.id,
                        "date_deadline": fields.Datetime.context_timestamp(
                            row, row.due_at or row.step_at
                        ).date(),
                        "summary": row._get_summary(),
                        "note": row._get_reason(),
                    }
                    for row in self._in_language_of_recipients()
                ]
            )
        )
        for row, activity in zip(self, activities, strict=True):
            row.activity_id = activity
        return activities

    def _in_language_of_recipients(self):
        """Each row in the language and time zone of the person told."""
        # An environment per person: Odoo looks through all of them for each context.
        envs = {
            user: self.with_context(lang=user.lang, tz=user.tz).env
            for user in self.user_id
        }
        return [row.with_env(envs[row.user_id]) for row in self]

    def _get_summary(self):
        """Headline of the to-do, in the language of the context."""
        self.ensure_one()
        return self.step_id.name or self.env._("A colleague asks for your help")

    def _get_reason(self):
        """Why this was escalated, in the language of the context."""
        self.ensure_one()
        if not self.deadline_id:
            return self.reason
        return self.deadline_id._get_escalation_reason(self.step_id.timing)

    @api.depends("step_id.name", "complaint_id.name")
    def _compute_display_name(self):
        for row in self:
            parts = [row.complaint_id.name, row.step_id.name or row.reason]
            row.display_name = " · ".join(filter(None, parts))
