from odoo import api, fields, models


class CustomerComplaintComplete(models.TransientModel):
    """What was promised and is not delivered, before the work is called done."""

    _name = "customer.complaint.complete"
    _description = "Complete with Open Remedies"

    complaint_ids = fields.Many2many("customer.complaint", required=True)
    remedy_ids = fields.Many2many(
        "customer.complaint.remedy", compute="_compute_remedy_ids"
    )
    is_blocked = fields.Boolean(compute="_compute_remedy_ids")

    @api.depends("complaint_ids")
    def _compute_remedy_ids(self):
        for wizard in self:
            complaints = wizard.complaint_ids._origin
            wizard.remedy_ids = complaints._get_open_remedies().ids
            wizard.is_blocked = bool(complaints._get_owing("block"))

    def action_complete(self):
        """Complete, where the company only warns.

        :raises UserError: the company blocks it, or the work cannot be completed
        """
        for wizard in self:
            wizard.complaint_ids._check_remedies()
            wizard.complaint_ids.with_context(
                complaint_complete_anyway=True
            ).action_complete()
        return {"type": "ir.actions.client", "tag": "soft_reload"}
