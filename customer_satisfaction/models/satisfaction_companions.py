from odoo import fields, models
from odoo.tools import format_date
from odoo.tools.misc import formatLang


class ResPartner(models.Model):
    """What a customer does, beside what he says: companions of the scores in his file."""

    _inherit = "res.partner"

    satisfaction_recommendation = fields.Char(
        string="Recommends us",
        compute="_compute_satisfaction_recommendation",
        groups="customer_satisfaction.group_satisfaction_user",
        help="NPS question: the last answer, on its scale from 0 to 10.",
    )
    satisfaction_purchases = fields.Char(
        string="Purchases",
        compute="_compute_satisfaction_purchases",
        groups="customer_satisfaction.group_satisfaction_manager",
        help="Confirmed orders of the company or person, with all contacts: how many, and "
        "their untaxed amounts together (lifetime value so far). Who ordered nothing for a "
        "year has not come back.",
    )

    def _compute_satisfaction_recommendation(self):
        """The last one, one query for all partners."""
        last = {}
        for partner, date, value in self.env["customer.satisfaction.score"]._read_group(
            [
                ("partner_id", "in", self.ids),
                ("metric", "=", "nps"),
                ("is_counted", "=", True),
            ],
            ["partner_id", "date:day", "value"],
            order="date:day",
        ):
            last[partner.id] = (date, value)
        for partner in self:
            partner.satisfaction_recommendation = self.env._("No answer yet")
            if known := last.get(partner.id):
                date, value = known
                partner.satisfaction_recommendation = self.env._(
                    "%(value)s of 10, on %(day)s",
                    value=int(value),
                    day=format_date(self.env, date),
                )

    def _compute_satisfaction_purchases(self):
        """From the last order in each company, one query for all partners."""
        last = {}
        for order in self.env["customer.satisfaction.purchase.report"].search(
            [
                ("commercial_partner_id", "in", self.commercial_partner_id.ids),
                ("next_order_date", "=", False),
            ]
        ):
            last.setdefault(order.commercial_partner_id, []).append(order)
        now = fields.Datetime.now()
        for partner in self:
            parts = []
            for order in last.get(partner.commercial_partner_id, []):
                values = {
                    "n": order.number,
                    "value": formatLang(
                        self.env, order.value_so_far, currency_obj=order.currency_id
                    ),
                    "day": format_date(self.env, order.date_order),
                }
                parts.append(
                    self.env._(
                        "%(n)s orders, %(value)s; did not come back after %(day)s",
                        **values,
                    )
                    if order.lapse_date < now
                    else self.env._(
                        "%(n)s orders, %(value)s; last on %(day)s", **values
                    )
                )
            partner.satisfaction_purchases = " · ".join(parts) or self.env._(
                "No order yet"
            )
