from odoo import api, fields, models

from ..models.customer_complaint_deadline import KEPT_BY


class CustomerComplaintPromise(models.TransientModel):
    """A date that customers were promised by a way the system does not see."""

    _name = "customer.complaint.promise"
    _description = "Promised Date of Complaints"

    complaint_ids = fields.Many2many("customer.complaint", required=True)
    due_at = fields.Datetime(string="Promised date", required=True)
    kept_by = fields.Selection(
        KEPT_BY, string="Kept by", default="telling", required=True
    )
    commitment = fields.Char(
        string="What is promised",
        compute="_compute_commitment",
        store=True,
        readonly=False,
        required=True,
        precompute=True,
        help="In the customer's language: he reads it on his page.",
    )

    @api.depends("complaint_ids", "kept_by")
    def _compute_commitment(self):
        for wizard in self:
            if not wizard.commitment and wizard.kept_by == "telling":
                for complaint in wizard.complaint_ids[:1]:
                    wizard.commitment = complaint._get_news_label()

    def action_promise(self):
        """Open the commitment in the ledger of every complaint.

        :raises AccessError: without the right to work on one of them
        :raises UserError: the date lies in the past
        """
        for wizard in self:
            wizard.complaint_ids.check_access("write")
            complaints = wizard.complaint_ids
            text = complaints._to_promised_text(wizard.commitment)
            complaints._promise(wizard.due_at, text, wizard.kept_by)
        return {"type": "ir.actions.act_window_close"}
