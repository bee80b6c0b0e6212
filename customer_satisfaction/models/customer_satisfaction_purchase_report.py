from odoo import fields, models
from odoo.tools import SQL


class CustomerSatisfactionPurchaseReport(models.Model):
    """Confirmed orders with the customer's order before and after: who comes back, who stays away.

    A customer is a company or a private person, with all contacts below.
    """

    _name = "customer.satisfaction.purchase.report"
    _description = "Purchases of Customers"
    _auto = False
    _order = "date_order desc, id desc"
    _rec_name = "order_id"
    _depends = {
        "sale.order": [
            *("company_id", "partner_id", "date_order", "state"),
            *("amount_untaxed", "currency_rate"),
        ],
        "res.partner": ["commercial_partner_id"],
    }

    order_id = fields.Many2one("sale.order", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    commercial_partner_id = fields.Many2one(
        "res.partner", string="Customer", readonly=True
    )
    date_order = fields.Datetime(string="Ordered on", readonly=True)
    number = fields.Integer(
        string="Order no.",
        readonly=True,
        aggregator=None,
        help="The how many-th of the customer.",
    )
    previous_order_date = fields.Datetime(string="Ordered before on", readonly=True)
    next_order_date = fields.Datetime(string="Ordered next on", readonly=True)
    lapse_date = fields.Datetime(
        string="A year later", readonly=True, help="A year after the order."
    )
    is_lapsed = fields.Boolean(
        string="Did not come back",
        readonly=True,
        help="Nothing was ordered in the year after this order.",
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    amount = fields.Monetary(
        string="Untaxed amount",
        readonly=True,
        aggregator=None,
        help="In the currency of the company.",
    )
    value_so_far = fields.Monetary(
        string="Customer's value so far",
        readonly=True,
        aggregator=None,
        help="Untaxed amounts of this and all earlier orders of the customer.",
    )

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT o.id AS id, o.id AS order_id, o.company_id,
                COALESCE(p.commercial_partner_id, p.id) AS commercial_partner_id,
                o.date_order,
                row_number() OVER w AS number,
                lag(o.date_order) OVER w AS previous_order_date,
                lead(o.date_order) OVER w AS next_order_date,
                o.date_order + interval '1 year' AS lapse_date,
                COALESCE(lead(o.date_order) OVER w > o.date_order + interval '1 year',
                    TRUE) AS is_lapsed,
                o.amount_untaxed / COALESCE(NULLIF(o.currency_rate, 0), 1) AS amount,
                sum(o.amount_untaxed / COALESCE(NULLIF(o.currency_rate, 0), 1)) OVER w
                    AS value_so_far
            FROM sale_order o JOIN res_partner p ON p.id = o.partner_id
            WHERE o.state = 'sale'
            WINDOW w AS (
                PARTITION BY o.company_id, COALESCE(p.commercial_partner_id, p.id)
                ORDER BY o.date_order, o.id
                ROWS UNBOUNDED PRECEDING
            )
            """
        )
