from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from .satisfaction_plan_group import UNITS


class CustomerSatisfactionPlanInterval(models.Model):
    """Another rhythm of a plan for some of its customers; the first that fits holds."""

    _name = "customer.satisfaction.plan.interval"
    _description = "Survey Interval"
    _order = "sequence, id"

    plan_id = fields.Many2one(
        "customer.satisfaction.plan", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="plan_id.company_id")
    sequence = fields.Integer(default=10)
    category_id = fields.Many2one(
        "product.category",
        string="Type of service",
        ondelete="cascade",
        help="Customers who ordered something of this product category, or below it.",
    )
    lifecycle = fields.Selection(
        [
            ("first", "First order"),
            ("active", "Active"),
            ("dormant", "Dormant"),
        ],
        string="Stage of the customer's life",
        help="First order: exactly one order so far. Dormant: no order for as many days as "
        "the settings say.",
    )
    interval_number = fields.Integer(
        string="Ask every", default=1, aggregator=None, help="0: never."
    )
    interval_unit = fields.Selection(
        UNITS, string="Unit", required=True, default="months"
    )

    _interval_not_negative = models.Constraint(
        "CHECK(interval_number >= 0)", "Enter 0 for customers who are never asked."
    )
    _for_somebody = models.Constraint(
        "CHECK(category_id IS NOT NULL OR lifecycle IS NOT NULL)",
        "Choose a type of service or a stage of the customer's life. The rhythm of all "
        "others stands above.",
    )

    @api.depends("category_id", "lifecycle")
    def _compute_display_name(self):
        stages = dict(self._fields["lifecycle"]._description_selection(self.env))
        for line in self:
            names = (line.category_id.name, stages.get(line.lifecycle))
            line.display_name = ", ".join(filter(None, names))

    def _get_condition(self, now):
        """SQL: whether a contact `c`, whose company traded as `t`, belongs to this rhythm."""
        self.ensure_one()
        conditions = []
        if self.category_id:
            categories = self.env["product.category"].search(
                [("id", "child_of", self.category_id.id)]
            )
            conditions.append(
                SQL(
                    """
                    c.commercial_partner_id IN (
                        SELECT b.commercial_partner_id
                          FROM sale_order_line l
                          JOIN sale_order o ON o.id = l.order_id
                          JOIN res_partner b ON b.id = o.partner_id
                          JOIN product_product v ON v.id = l.product_id
                          JOIN product_template d ON d.id = v.product_tmpl_id
                         WHERE o.state = 'sale' AND o.company_id = %s
                           AND d.categ_id IN %s)
                    """,
                    self.plan_id.company_id.id,
                    categories._ids,
                )
            )
        if self.lifecycle:
            days = self.plan_id.company_id.satisfaction_dormant_days
            since = now - timedelta(days=days)
            conditions.append(
                {
                    "first": SQL("(t.orders = 1 AND t.last_order >= %s)", since),
                    "active": SQL("(t.orders > 1 AND t.last_order >= %s)", since),
                    "dormant": SQL("t.last_order < %s", since),
                }[self.lifecycle]
            )
        return SQL(" AND ").join(conditions)
