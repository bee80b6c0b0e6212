from odoo import fields, models


class CustomerComplaintDeadlineEvent(models.Model):
    """What happened to a deadline after it began; written once, never changed."""

    _name = "customer.complaint.deadline.event"
    _description = "Complaint Deadline Event"
    _order = "at, id"
    _rec_name = "kind"

    deadline_id = fields.Many2one(
        "customer.complaint.deadline",
        required=True,
        readonly=True,
        ondelete="cascade",
        index=True,
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    kind = fields.Selection(
        [("moved", "Moved"), ("met", "Met"), ("dropped", "No longer owed")],
        required=True,
        readonly=True,
    )
    at = fields.Datetime(string="When", required=True, readonly=True)
    user_id = fields.Many2one("res.users", string="By", readonly=True)
    reason = fields.Text(readonly=True)
    reason_id = fields.Many2one(
        "customer.complaint.deadline.reason",
        string="Reason told",
        readonly=True,
        ondelete="restrict",
    )
    is_told = fields.Boolean(
        string="Customer told",
        readonly=True,
        help="The customer was told about the new date and its reason.",
    )
    old_due_at = fields.Datetime(string="Due before", readonly=True)
    new_due_at = fields.Datetime(string="Due after", readonly=True)
