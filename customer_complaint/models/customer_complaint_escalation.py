from odoo import api, fields, models

from .customer_complaint_escalation_step import EFFECTS


class CustomerComplaintEscalation(models.Model):
    """Log and order in one: a row says that a step was due for a deadline and whom it concerns.

    The unique index makes each step happen once per due time, whoever runs the engine.
    The automation rules of the escalation (one per effect) work on these rows.
    """

    _name = "customer.complaint.escalation"
    _description = "Complaint Escalation"
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
    reason = fields.Char(readonly=True)
    activity_id = fields.Many2one(
        "mail.activity", string="To-do", readonly=True, ondelete="set null"
    )

    _once = models.UniqueIndex(
        "(deadline_id, step_id, due_at)",
        "An escalation step happens once per deadline and due time.",
    )

    def _execute(self):
        """Run the automation rules on these rows, once per effect."""
        for effect, rows in self.grouped("effect").items():
            self.env["base.automation"]._run_complaint_rules(effect, rows)

    # ------------------------------------------------------------------
    # Effects: called by the automation rules with all rows of a batch
    # ------------------------------------------------------------------
    def _effect_activity(self):
        """Give each person told a to-do on the complaint, without an e-mail per to-do."""
        rows = self.filtered("user_id")
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
                    for row in (r._in_language_of_recipient() for r in rows)
                ]
            )
        )
        for row, activity in zip(rows, activities, strict=True):
            row.activity_id = activity
        return activities

    def _effect_follow(self):
        """Let each person told follow the complaint from now on."""
        for user, rows in self.filtered("user_id").grouped("user_id").items():
            rows.complaint_id.message_subscribe(partner_ids=user.partner_id.ids)

    def _in_language_of_recipient(self):
        self.ensure_one()
        return self.with_context(lang=self.user_id.lang, tz=self.user_id.tz)

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
