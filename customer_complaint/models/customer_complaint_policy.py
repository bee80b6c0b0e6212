from odoo import api, fields, models, tools

DEADLINE_TYPES = [
    ("first_response", "First response"),
    ("completion", "Completion"),
]


class CustomerComplaintPolicy(models.Model):
    _name = "customer.complaint.policy"
    _description = "Deadline Policy"
    _inherit = ["customer.complaint.cached.mixin"]
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    company_id = fields.Many2one(
        "res.company", help="Empty: the policy holds for all companies."
    )
    line_ids = fields.One2many(
        "customer.complaint.policy.line", "policy_id", string="Limits", copy=True
    )
    active = fields.Boolean(default=True)

    @api.model
    @tools.ormcache("company_id", "rank")
    def _get_limits(self, company_id, rank):
        """Limits that hold for a level of a company.

        The first active policy of the company, else the first shared one, decides.

        :return: tuple of (deadline type, hours from receipt), shortest first
        """
        policy = self.sudo().search(
            [("company_id", "=", company_id)], limit=1
        ) or self.sudo().search([("company_id", "=", False)], limit=1)
        lines = policy.line_ids.filtered(lambda line: line.rank == rank)
        return tuple((line.deadline_type, line.hours) for line in lines.sorted("hours"))

    @api.model
    def _get_mean_target(self, company_id, deadline_type):
        """Target of the mean over complaints of a company in hours; None: there is none."""
        return None


class CustomerComplaintPolicyLine(models.Model):
    _name = "customer.complaint.policy.line"
    _description = "Deadline Limit"
    _inherit = ["customer.complaint.cached.mixin"]
    _order = "policy_id, rank, hours, id"

    policy_id = fields.Many2one(
        "customer.complaint.policy", required=True, ondelete="cascade", index=True
    )
    rank = fields.Integer(
        string="Level Rank",
        required=True,
        default=1,
        help="Rank of the levels this limit is for; 1 is the most severe.",
    )
    deadline_type = fields.Selection(
        DEADLINE_TYPES, required=True, default="first_response"
    )
    hours = fields.Float(
        string="Limit (hours)",
        required=True,
        help="Elapsed hours from receipt; nights and weekends count.",
    )

    _hours_positive = models.Constraint(
        "CHECK(hours > 0)", "A limit must be longer than zero hours."
    )
    _line_unique = models.UniqueIndex(
        "(policy_id, rank, deadline_type)",
        "A policy has one limit per level and deadline type. Change the existing line.",
    )
