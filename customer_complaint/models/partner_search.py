import re
import unicodedata

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

# Documents looked through for one search; a number that ends many of them is none.
MOST_DOCUMENTS = 20
# Numbers are dialled with and without country code and leading zeros; their ends are the same.
COMPARED_DIGITS = 8


class ResPartner(models.Model):
    """Whoever takes a complaint finds the customer by what he says on the phone.

    With `complaint_customer_search` in the context, contacts are found by phone number, order
    number and invoice number as well, and shown with phone and e-mail.
    """

    _inherit = "res.partner"

    @api.depends("phone")
    @api.depends_context("complaint_customer_search")
    def _compute_display_name(self):
        res = super()._compute_display_name()
        context = self.env.context
        if context.get("complaint_customer_search") and context.get(
            "formatted_display_name"
        ):
            for partner in self:
                known = " · ".join(filter(None, [partner.phone, partner.email]))
                if known:
                    partner.display_name += f" \t --{known}--"
        return res

    @api.model
    def _search_display_name(self, operator, value):
        domain = super()._search_display_name(operator, value)
        if (
            self.env.context.get("complaint_customer_search")
            and operator == "ilike"
            and isinstance(value, str)
        ):
            value = unicodedata.normalize("NFKC", value).strip()
            domain = Domain.OR(
                [domain, self._search_by_phone(value), self._search_by_document(value)]
            )
        return domain

    @api.model
    def _search_by_phone(self, value):
        """Domain of contacts whose phone number has these digits, however it is written."""
        digits = re.sub(r"\D", "", value).lstrip("0")[-COMPARED_DIGITS:]
        if len(digits) < 4 or re.search(r"[^\d\s()+./-]", value):
            return Domain.FALSE

        def to_sql(model, alias, query):
            phone = model._field_to_sql(alias, "phone", query)
            return SQL(
                r"regexp_replace(%s, '\D', '', 'g') LIKE %s", phone, f"%{digits}%"
            )

        return Domain.custom(to_sql=to_sql)

    @api.model
    def _search_by_document(self, value):
        """Domain of the customers of the order or invoice whose number ends like this."""
        if len(value) < 3 or not any(letter.isdigit() for letter in value):
            return Domain.FALSE
        ends = Domain("name", "=ilike", f"%{value}")
        found = self.browse()
        orders = self.env["sale.order"]
        if orders.has_access("read"):
            named = ends | Domain("client_order_ref", "=ilike", f"%{value}")
            found |= orders.search(named, limit=MOST_DOCUMENTS).partner_id
        if self.env.user.has_group("customer_complaint.group_complaint_user"):
            sent = Domain("move_type", "in", ("out_invoice", "out_refund"))
            mine = Domain("company_id", "in", self.env.companies.ids)
            # sudo: handlers need no rights in accounting; they learn whose invoice it is
            invoices = self.env["account.move"].sudo()
            found |= invoices.search(
                ends & sent & mine, limit=MOST_DOCUMENTS
            ).partner_id
        return Domain("id", "in", found.ids)
