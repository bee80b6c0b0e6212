from odoo import api, fields, models

from .customer_complaint_credit_request import APPROVER_ROLES


class CustomerComplaintCreditLimit(models.Model):
    """Above which amount who approves; the strictest wins, also over the company's amount.

    It holds for credit note requests, and for every other remedy with an amount or goods.
    """

    _name = "customer.complaint.credit.limit"
    _description = "Approval Limit"
    _order = "company_id, remedy_type_id, level_id, amount, id"
    _check_company_auto = True

    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    remedy_type_id = fields.Many2one(
        "customer.complaint.remedy.type",
        ondelete="cascade",
        index="btree_not_null",
        help="Empty: every remedy with an amount or goods.",
    )
    level_id = fields.Many2one(
        "customer.complaint.level",
        ondelete="cascade",
        index="btree_not_null",
        help="Empty: complaints of every level.",
    )
    remedy_shown = fields.Char(string="Remedy type in words", compute="_compute_shown")
    level_shown = fields.Char(string="Level in words", compute="_compute_shown")
    amount = fields.Monetary(
        string="Above",
        required=True,
        # A line left empty by mistake asks for no more than the company does for credit notes.
        default=lambda self: self.env.company.complaint_credit_approval_amount,
        help="All that is given for one complaint counts together, with a credit note or "
        "without, taxes included; goods count with what they were sold for. 0: every amount "
        "is approved.",
    )
    approver_role = fields.Selection(
        APPROVER_ROLES, string="Approved by", required=True, default="lead"
    )

    _amount_positive = models.Constraint(
        "CHECK(amount >= 0)",
        "The amount above which somebody approves cannot be negative. Enter 0 for every "
        "amount.",
    )
    _case_unique = models.UniqueIndex(
        "(company_id, COALESCE(remedy_type_id, 0), COALESCE(level_id, 0), approver_role)",
        "There is a limit for this remedy, level and approver already. Change its amount.",
    )

    @api.depends("remedy_type_id.name", "level_id.name")
    def _compute_shown(self):
        for limit in self:
            limit.remedy_shown = limit.remedy_type_id.name or self.env._("Every type")
            limit.level_shown = limit.level_id.name or self.env._("Every level")

    @api.depends("remedy_type_id", "level_id", "amount", "approver_role")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for limit in self:
            limit.display_name = limit.currency_id and limit._get_sentence()

    @api.model
    def _find(self, complaint, remedy_type):
        """Limits that hold for a remedy of this type."""
        return self.search(
            [
                ("company_id", "=", complaint.company_id.id),
                ("remedy_type_id", "in", [False, *remedy_type.ids]),
                ("level_id", "in", [False, *complaint.level_id.ids]),
            ]
        )

    def _get_sentence(self):
        """What the limit says, for whoever promises or asks for money."""
        self.ensure_one()
        about = " · ".join(
            name for name in (self.remedy_type_id.name, self.level_id.name) if name
        ) or self.env._("Every remedy")
        is_manager = self.approver_role == "manager"
        amount = self.currency_id.format(self.amount)
        if self.currency_id.is_zero(self.amount):
            if is_manager:
                return self.env._("%(about)s: a manager always approves.", about=about)
            return self.env._("%(about)s: a team lead always approves.", about=about)
        if is_manager:
            return self.env._(
                "%(about)s: above %(amount)s a manager approves.",
                about=about,
                amount=amount,
            )
        return self.env._(
            "%(about)s: above %(amount)s a team lead approves.",
            about=about,
            amount=amount,
        )
