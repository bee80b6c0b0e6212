from odoo import api, fields, models


class CustomerComplaintSolution(models.Model):
    """What is to be done for the customer: a version, or one of several alternatives."""

    _name = "customer.complaint.solution"
    _description = "Solution of a Complaint"
    _inherit = ["customer.complaint.part.mixin"]
    _order = "complaint_id, version desc, id"

    complaint_id = fields.Many2one(
        "customer.complaint", required=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(related="complaint_id.company_id", store=True)
    version = fields.Integer(required=True, readonly=True, default=1)
    name = fields.Char(required=True, default=lambda self: self.env._("Solution"))
    measures = fields.Text(help="What is done, in words the customer can read.")
    user_id = fields.Many2one("res.users", string="Responsible", index="btree_not_null")
    date_start = fields.Date(string="From")
    date_end = fields.Date(string="Until")
    basis = fields.Text(
        help="What it rests on: customer feedback, earlier cases, best practice."
    )
    remedy_ids = fields.One2many("customer.complaint.remedy", "solution_id")
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("offered", "Offered"),
            ("chosen", "Chosen"),
            ("dropped", "Dropped"),
        ],
        required=True,
        readonly=True,
        default="draft",
        help="Remedies of a chosen solution are carried out.",
    )
    acceptance = fields.Selection(
        [
            ("accepted", "Accepted"),
            ("rejected", "Rejected"),
            ("no_answer", "No answer"),
        ],
        string="Answer of the customer",
        readonly=True,
        copy=False,
        help="Whether he agrees with the solution; how satisfied he is stands elsewhere.",
    )
    accepted_at = fields.Datetime(string="Answered on", readonly=True, copy=False)
    suggestion = fields.Text(
        string="Suggested by the customer", readonly=True, copy=False
    )

    @api.depends("name", "version")
    def _compute_display_name(self):
        for solution in self:
            solution.display_name = self.env._(
                "%(name)s (version %(version)s)",
                name=solution.name,
                version=solution.version,
            )
