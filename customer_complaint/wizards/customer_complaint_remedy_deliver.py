from odoo import api, fields, models


class CustomerComplaintRemedyDeliver(models.TransientModel):
    """Since when the customer has what was promised, and what shows it."""

    _name = "customer.complaint.remedy.deliver"
    _description = "Delivery of Remedies"

    remedy_ids = fields.Many2many("customer.complaint.remedy", required=True)
    delivered_at = fields.Datetime(
        string="When", required=True, default=fields.Datetime.now
    )
    note = fields.Char(
        string="What shows it",
        help="For example a signature, the number of a parcel, the words of a talk.",
    )
    must_note = fields.Boolean(compute="_compute_asked")
    must_tell = fields.Boolean(compute="_compute_asked")

    @api.depends("remedy_ids")
    def _compute_asked(self):
        for wizard in self:
            remedies = wizard.remedy_ids
            proofs = set(remedies.mapped("proof"))
            wizard.must_note = bool({"document", "note"} & proofs)
            wizard.must_tell = any(
                remedy.proof == "told" and not remedy._is_told() for remedy in remedies
            )

    def action_deliver(self):
        """Mark the remedies as delivered.

        :raises UserError: something else proves one of them, or its proof is missing
        """
        for wizard in self:
            wizard.remedy_ids.deliver(wizard.delivered_at, wizard.note)
        return {"type": "ir.actions.act_window_close"}

    def action_log_contact(self):
        """Log the talk that tells the customer; then the remedy can be marked."""
        self.ensure_one()
        return self.remedy_ids.complaint_id.action_log_contact()
