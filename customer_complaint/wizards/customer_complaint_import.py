from odoo import fields, models

from ..models.complaint_import import HISTORY, MODES, OPEN


class CustomerComplaintImport(models.TransientModel):
    """How a file of complaints is to be understood, asked before Odoo's import opens."""

    _name = "customer.complaint.import"
    _description = "Complaint Import"

    mode = fields.Selection(MODES, required=True, default=HISTORY)
    go_live_at = fields.Datetime(
        string="Deadlines count from",
        required=True,
        default=fields.Datetime.now,
        help="Nobody is late for what was not promised here. The receipt stays as it was.",
    )
    company_id = fields.Many2one(
        "res.company", readonly=True, default=lambda self: self.env.company
    )

    def action_continue(self):
        """Open Odoo's import for this mode."""
        self.ensure_one()
        context = {"complaint_import": self.mode}
        if self.mode == OPEN:
            context["complaint_go_live"] = fields.Datetime.to_string(self.go_live_at)
        return {
            "type": "ir.actions.client",
            "tag": "import",
            "name": self.env._("Import open complaints")
            if self.mode == OPEN
            else self.env._("Import history"),
            "params": {"active_model": "customer.complaint", "context": context},
        }
