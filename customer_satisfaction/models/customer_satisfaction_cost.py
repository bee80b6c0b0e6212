from datetime import datetime, time, timedelta

import pytz

from odoo import api, fields, models


class CustomerSatisfactionCost(models.Model):
    """What it cost to win customers in a period, entered by hand: no ledger knows it."""

    _name = "customer.satisfaction.cost"
    _description = "Acquisition Cost"
    _order = "date_to desc, id desc"
    _rec_name = "note"

    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    date_from = fields.Date(string="From", required=True)
    date_to = fields.Date(string="To", required=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    amount = fields.Monetary(
        required=True, help="Advertising, sales and discounts to win new customers."
    )
    new_customers = fields.Integer(
        string="New customers",
        compute="_compute_new_customers",
        store=True,
        readonly=False,
        help="Customers with their first confirmed order in this period, as counted when "
        "it was entered. Correct it where you know better.",
    )
    amount_each = fields.Monetary(
        string="For each new customer",
        compute="_compute_amount_each",
        help="Amount divided by new customers.",
    )
    note = fields.Char(string="What for")

    _period_possible = models.Constraint(
        "CHECK(date_from <= date_to)", "The period ends before it begins."
    )
    _not_negative = models.Constraint(
        "CHECK(amount >= 0 AND new_customers >= 0)",
        "Cost and number of customers cannot be negative.",
    )

    @api.depends("date_from", "date_to", "company_id")
    def _compute_new_customers(self):
        # A row per period that somebody enters by hand: they are few.
        for cost in self:
            cost.new_customers = cost._count_new_customers()

    def _count_new_customers(self):
        if not (self.date_from and self.date_to and self.company_id):
            return 0
        zone = pytz.timezone(self.company_id.partner_id.tz or self.env.user.tz or "UTC")

        def begins(day):
            moment = zone.localize(datetime.combine(day, time.min))
            return moment.astimezone(pytz.utc).replace(tzinfo=None)

        # sudo: how many there are, for who may enter the cost
        return (
            self.env["customer.satisfaction.purchase.report"]
            .sudo()
            .search_count(
                [
                    ("company_id", "=", self.company_id.id),
                    ("date_order", ">=", begins(self.date_from)),
                    ("date_order", "<", begins(self.date_to + timedelta(days=1))),
                    ("previous_order_date", "=", False),
                ]
            )
        )

    @api.depends("amount", "new_customers")
    def _compute_amount_each(self):
        for cost in self:
            cost.amount_each = (
                cost.amount / cost.new_customers if cost.new_customers else 0
            )
