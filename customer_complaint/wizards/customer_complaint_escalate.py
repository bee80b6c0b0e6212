from odoo import api, fields, models
from odoo.exceptions import UserError


class CustomerComplaintEscalate(models.TransientModel):
    """Ask the next one up for help, at any stage and without waiting for a deadline."""

    _name = "customer.complaint.escalate"
    _description = "Escalate Complaints"

    complaint_ids = fields.Many2many("customer.complaint", required=True)
    user_id = fields.Many2one(
        "res.users",
        string="To",
        required=True,
        compute="_compute_user_id",
        store=True,
        readonly=False,
        domain="[('share', '=', False)]",
    )
    reason = fields.Text(required=True)

    @api.depends("complaint_ids")
    def _compute_user_id(self):
        for wizard in self:
            team = wizard.complaint_ids.sudo().team_id[:1]
            leader = team.leader_id._get_complaint_stand_in(team)
            # Whoever leads the team asks those above.
            wizard.user_id = (
                leader
                if leader != self.env.user
                else team._get_top_leader()._get_complaint_stand_in()
            )

    def action_escalate(self):
        """Log the escalation of each complaint and do what the automation rules say."""
        now = fields.Datetime.now()
        supervises = self.env.user.has_group(
            "customer_complaint.group_complaint_supervision"
        )
        for wizard in self:
            wizard.complaint_ids.check_access("read" if supervises else "write")
            if not wizard.reason.strip():
                raise UserError(
                    self.env._("Say why you ask for help: your colleague reads it.")
                )
            told = {c: c._get_told(wizard.user_id) for c in wizard.complaint_ids}
            if not all(told.values()):
                raise UserError(
                    self.env._(
                        "%(user)s may not open these complaints. Choose a colleague who "
                        "works with them.",
                        user=wizard.user_id.name,
                    )
                )
            # sudo: the escalation log is written by methods only; access was checked
            rows = (
                self.env["customer.complaint.escalation"]
                .sudo()
                .create(
                    [
                        {
                            "complaint_id": complaint.id,
                            "company_id": complaint.company_id.id,
                            "step_at": now,
                            "effect": effect,
                            "from_user_id": self.env.uid,
                            "user_id": told[complaint].id,
                            "reason": wizard.reason,
                        }
                        for complaint in wizard.complaint_ids
                        for effect in ("activity", "follow")
                    ]
                )
            )
            rows._execute()
        return {"type": "ir.actions.act_window_close"}
