from odoo import api, fields, models


class CustomerComplaint(models.Model):
    """Why it happened: the analysis ends with a department and a person who answer for it."""

    _inherit = "customer.complaint"

    cause = fields.Text(
        copy=False,
        groups="base.group_user",
        help="Why it could happen; for colleagues.",
    )
    cause_team_id = fields.Many2one(
        "customer.complaint.team",
        string="Responsible department",
        check_company=True,
        copy=False,
        index="btree_not_null",
        tracking=True,
        groups="base.group_user",
        help="Where the cause lies; it need not be the department that handles the "
        "complaint.",
    )
    cause_user_id = fields.Many2one(
        "res.users",
        string="Responsible person",
        # Whoever works in the company: the cause may lie with people who handle no complaints.
        domain="[('share', '=', False), ('company_ids', 'in', [company_id])]",
        compute="_compute_cause_user_id",
        store=True,
        readonly=False,
        precompute=True,
        copy=False,
        index="btree_not_null",
        tracking=True,
        groups="base.group_user",
        help="Who sees to it that the cause is removed.",
    )

    @api.depends("cause_team_id")
    def _compute_cause_user_id(self):
        for complaint in self:
            complaint.cause_user_id = (
                complaint.cause_user_id or complaint.cause_team_id.leader_id
            )

    def _is_cause_found(self):
        """Whether the cause is named, and who answers for it."""
        self.ensure_one()
        return bool(
            (self.cause or "").strip() and self.cause_team_id and self.cause_user_id
        )
