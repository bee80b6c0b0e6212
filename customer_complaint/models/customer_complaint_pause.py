from odoo import fields, models


class CustomerComplaintPause(models.Model):
    """A time in which a complaint waited; deadlines that may wait do not run in it.

    Pauses belong to the complaint, not to a deadline: each due time follows from its start, its
    limit and these rows, in whatever order things happened.
    """

    _name = "customer.complaint.pause"
    _description = "Complaint Pause"
    _inherit = ["customer.complaint.part.mixin"]
    _order = "start_at, id"
    _rec_name = "reason_id"

    complaint_id = fields.Many2one(
        "customer.complaint", required=True, readonly=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="complaint_id.company_id", store=True, precompute=True, index=True
    )
    start_at = fields.Datetime(string="From", required=True, readonly=True)
    end_at = fields.Datetime(string="Until", readonly=True)
    reason_id = fields.Many2one(
        "customer.complaint.deadline.reason", readonly=True, ondelete="restrict"
    )
    stage_id = fields.Many2one(
        "customer.complaint.stage",
        readonly=True,
        ondelete="set null",
        help="The stage that pauses; it ends when the complaint leaves it.",
    )
    note = fields.Text(readonly=True)
    user_id = fields.Many2one("res.users", string="By", readonly=True)
    end_user_id = fields.Many2one("res.users", string="Ended by", readonly=True)

    _forward = models.Constraint(
        "CHECK(end_at IS NULL OR end_at >= start_at)",
        "A pause cannot end before it began.",
    )
    _one_running = models.UniqueIndex(
        "(complaint_id) WHERE end_at IS NULL", "A complaint is paused once at a time."
    )
    _complaint_idx = models.Index("(complaint_id, start_at)")
