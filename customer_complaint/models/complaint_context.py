from babel.dates import format_timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import babel_locale_parse, get_lang

from ..tools.record_types import IS_COMPLAINT
from .customer_complaint_stage import CLOSED_TYPES

# Enough to recognise a complaint or an order; the rest is one click away.
MOST_SHOWN = 4
# Open complaints of one customer among which duplicates are looked for.
MOST_COMPARED = 200


class CustomerComplaint(models.Model):
    """What whoever takes a complaint should see of the customer, while he is still talking."""

    _inherit = "customer.complaint"

    customer_company_id = fields.Many2one(
        "res.partner",
        compute="_compute_customer_company_id",
        export_string_translation=False,
        help="The company to which a new contact person belongs.",
    )
    customer_context = fields.Html(
        string="Customer at a glance",
        compute="_compute_customer_context",
        sanitize=False,
        groups="base.group_user",
    )
    duplicate_ids = fields.Many2many(
        "customer.complaint",
        string="Possible duplicates",
        compute="_compute_duplicate_ids",
        groups="base.group_user",
        help="Open complaints of this customer about the same order, product or category.",
    )
    duplicate_hint = fields.Html(
        compute="_compute_duplicate_hint", sanitize=False, groups="base.group_user"
    )

    @api.depends("commercial_partner_id")
    def _compute_customer_company_id(self):
        for complaint in self:
            customer = complaint.commercial_partner_id
            complaint.customer_company_id = customer.is_company and customer

    @api.depends("commercial_partner_id", "company_id")
    def _compute_customer_context(self):
        for complaint in self:  # a field of the form, read for one at a time
            complaint.customer_context = complaint._render_customer_context()

    def _render_customer_context(self):
        self.ensure_one()
        customer = self.commercial_partner_id
        if not customer:
            return False
        others = (
            Domain("commercial_partner_id", "=", customer._origin.id)
            & Domain("id", "!=", self._origin.id)
            & IS_COMPLAINT
        )
        is_closed = Domain("stage_type", "in", CLOSED_TYPES)
        orders = self._get_last_orders(customer)
        return self.env["ir.qweb"]._render(
            "customer_complaint.complaint_customer_context",
            {
                "groups": [
                    (
                        self.search_count(domain),
                        self.search(
                            domain, order="received_at DESC, id DESC", limit=MOST_SHOWN
                        ),
                        is_open,
                    )
                    for domain, is_open in (
                        (others & ~is_closed, True),
                        (others & is_closed, False),
                    )
                ],
                "orders": orders
                if orders is None
                else [(order, self._describe_age(order)) for order in orders],
                "ago": self._get_age,
                "entitlements": self.env["customer.complaint.entitlement"]._get_running(
                    customer
                ),
            },
        )

    @api.model
    def _get_last_orders(self, customer):
        """The customer's last confirmed orders; None where the user may read no orders."""
        orders = self.env["sale.order"]
        if not orders.has_access("read"):
            return None
        return orders.search(
            [
                ("partner_id", "child_of", customer._origin.id),
                ("state", "=", "sale"),
                ("company_id", "in", self.env.companies.ids),
            ],
            order="date_order DESC, id DESC",
            limit=MOST_SHOWN,
        )

    @api.model
    def _describe_age(self, order):
        """When an order was delivered, where that is known, else when it was placed."""
        if "effective_date" in order._fields and order.effective_date:
            return self.env._(
                "delivered %(ago)s", ago=self._get_age(order.effective_date)
            )
        return self.env._("ordered %(ago)s", ago=self._get_age(order.date_order))

    @api.model
    def _get_age(self, moment):
        """How long ago a moment was, in the user's words: "14 months ago"."""
        age = fields.Datetime.now() - moment
        if age.days < 1:
            return self.env._("today")
        return format_timedelta(
            -age,
            granularity="day",
            threshold=2,  # in months up to two years
            add_direction=True,
            locale=babel_locale_parse(get_lang(self.env).code),
        )

    # ------------------------------------------------------------------
    # Duplicates
    # ------------------------------------------------------------------
    @api.depends(
        "commercial_partner_id",
        "order_id",
        "category_id",
        "line_ids.product_id",
        "record_type",
        "user_id",
        "stage_type",
    )
    def _compute_duplicate_ids(self):
        # Asked until somebody takes it over: then he has decided that it is one of its own.
        asked = self.filtered(
            lambda c: c.commercial_partner_id
            and not c.user_id
            and c.stage_type not in CLOSED_TYPES
        )
        self.duplicate_ids = False
        if not asked:
            return
        candidates = self.search(
            [
                (
                    "commercial_partner_id",
                    "in",
                    asked.commercial_partner_id._origin.ids,
                ),
                ("stage_type", "not in", CLOSED_TYPES),
            ],
            order="received_at DESC, id DESC",
            limit=MOST_COMPARED,
        ).grouped("commercial_partner_id")
        for complaint in asked:
            complaint.duplicate_ids = (
                candidates.get(complaint.commercial_partner_id._origin, self.browse())
                - complaint._origin
            ).filtered(complaint._may_be_same)

    def _may_be_same(self, other):
        """Whether two complaints of one customer look like the same one."""
        self.ensure_one()
        return self.record_type == other.record_type and bool(
            (self.order_id and self.order_id._origin == other.order_id)
            or (self.category_id and self.category_id._origin == other.category_id)
            or self.line_ids.product_id._origin & other.line_ids.product_id
        )

    @api.depends("duplicate_ids")
    def _compute_duplicate_hint(self):
        for complaint in self:
            duplicates = complaint.duplicate_ids._origin
            complaint.duplicate_hint = bool(duplicates) and self.env["ir.qweb"]._render(
                "customer_complaint.complaint_duplicates",
                {
                    "duplicates": duplicates[:MOST_SHOWN],
                    "more": len(duplicates) - MOST_SHOWN,
                    "ago": self._get_age,
                },
            )
