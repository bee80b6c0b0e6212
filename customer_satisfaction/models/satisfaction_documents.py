import base64
from hashlib import sha256

from reportlab.graphics.barcode import createBarcodeDrawing

from odoo import api, fields, models
from odoo.tools import consteq, hmac

from odoo.addons.customer_complaint.tools import rows

QR_SIZE = 140


class SaleOrder(models.Model):
    """The question on paper: a code on the documents of an order, signed for this order alone."""

    _inherit = "sale.order"

    def _get_satisfaction_signature(self):
        """Signs the address on paper; another customer of the order needs another paper."""
        self.ensure_one()
        about = f"{self.id} {self.partner_id.id}"
        return hmac(self.env(su=True), "satisfaction document", about, sha256)[:32]

    def _get_document_url(self):
        """Address of the questions about this order for its paper, or False.

        False while the company does not want it, without a plan, before confirmation and
        once the customer has answered, by this code or the same survey in another way.
        """
        self.ensure_one()
        plan = self._get_document_plan()
        if not plan or self._has_answered():
            return False
        return (
            f"{self.get_base_url()}/satisfaction/order/{self.id}/"
            f"{self._get_satisfaction_signature()}"
        )

    def _get_document_qr(self):
        """The address as a code to scan, a data URI; sharp at any size."""
        drawing = createBarcodeDrawing(
            "QR",
            value=self._get_document_url(),
            width=QR_SIZE,
            height=QR_SIZE,
            barLevel="M",
        )
        image = base64.b64encode(drawing.asString("svg").encode()).decode()
        return f"data:image/svg+xml;base64,{image}"

    def _get_document_plan(self):
        """The plan by which this order's documents ask, or an empty recordset."""
        self.ensure_one()
        # sudo: who prints an order need not be allowed to plan surveys
        Plan = self.env["customer.satisfaction.plan"].sudo()
        if self.state != "sale":
            return Plan
        plans = Plan.search(
            [
                ("trigger", "=", "document"),
                ("company_id", "in", (self.company_id.id, False)),
                ("survey_id.active", "=", True),
            ]
        ).filtered(lambda p: p.survey_id.is_light and not p.survey_id.is_anonymous)
        return plans.filtered("company_id")[:1] or plans[:1]

    def _get_document_answer(self):
        """What the customer answered by the code of this order's documents, if anything."""
        self.ensure_one()
        # sudo: see `_get_document_plan`
        return (
            self.env["survey.user_input"]
            .sudo()
            .search(
                [
                    ("sale_order_id", "=", self.id),
                    ("plan_id", "=", self._get_document_plan().id),
                    ("survey_method", "=", "qr"),
                    ("test_entry", "=", False),
                ]
            )
        )

    def _has_answered(self):
        """Whether this order was answered about, by the code or with the plan's survey.

        With an earlier version, too. What was said about a complaint of it is about that.
        """
        self.ensure_one()
        surveys = self._get_document_plan().survey_id._get_versions()
        if self._get_document_answer().state == "done":
            return True
        # sudo: see `_get_document_plan`
        return bool(
            self.env["survey.user_input"]
            .sudo()
            .search_count(
                [
                    ("sale_order_id", "=", self.id),
                    ("complaint_id", "=", False),
                    ("survey_id", "in", surveys.ids),
                    ("state", "=", "done"),
                    ("test_entry", "=", False),
                ],
                limit=1,
            )
        )

    def _prepare_document_answer(self):
        """Values of the answer by the code of this order's documents."""
        self.ensure_one()
        plan = self._get_document_plan()
        partner = self.partner_id
        # What was begun goes on with the version of then.
        survey = self._get_document_answer().survey_id or plan.survey_id
        return {
            "survey_id": survey.id,
            "plan_id": plan.id,
            "sale_order_id": self.id,
            "company_id": self.company_id.id,
            "partner_id": partner.id,
            "email": partner.email_normalized,
            "nickname": partner.name,
            "lang_id": self.env["res.lang"]._get_data(code=partner.lang).id,
            "event_date": self.date_order,
            "survey_method": "qr",
        }

    def _get_or_create_document_answer(self):
        """The one answer of this order and plan; two scans at once get the same."""
        self.ensure_one()
        if answer := self._get_document_answer():
            return answer
        rows.claim(self)  # who waits here for another scan finds that one's answer
        # sudo: the caller checked the signature
        Answer = self.env["survey.user_input"].sudo()
        return Answer.with_context(tracking_disable=True).create(
            self._prepare_document_answer()
        )

    @api.model
    def _get_by_signature(self, order_id, signature):
        """The order of a printed address, as superuser; empty for a forged one."""
        # sudo: the signature is the right; it opens the questions about this one order
        order = self.sudo().browse(order_id).exists()
        # Only ASCII can be compared.
        if (
            order
            and signature.isascii()
            and consteq(order._get_satisfaction_signature(), signature)
        ):
            return order
        return order.browse()


class AccountMove(models.Model):
    _inherit = "account.move"

    def _get_satisfaction_order(self):
        """The order whose question stands on this invoice, or an empty recordset."""
        self.ensure_one()
        if self.move_type != "out_invoice" or self.state != "posted":
            return self.env["sale.order"]
        # sudo: who prints an invoice need not have rights on orders
        orders = self.sudo().line_ids.sale_line_ids.order_id
        return orders.filtered(lambda order: order._get_document_url())[:1]


class SurveyUserInput(models.Model):
    _inherit = "survey.user_input"

    # Two scans of one paper: see `_get_or_create_document_answer`.
    _document_unique = models.UniqueIndex(
        "(plan_id, sale_order_id) WHERE survey_method = 'qr' "
        "AND sale_order_id IS NOT NULL AND test_entry IS NOT TRUE",
        "The code of a document is answered once.",
    )


class ResCompany(models.Model):
    _inherit = "res.company"

    satisfaction_on_orders = fields.Boolean(
        string="Question on orders",
        help="Confirmed orders carry a code and a link to the questions of the survey "
        "plan By the code on documents: on paper and on the customer's portal page.",
    )
    satisfaction_on_invoices = fields.Boolean(
        string="Question on invoices",
        help="The same on invoices of orders.",
    )


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    satisfaction_on_orders = fields.Boolean(
        related="company_id.satisfaction_on_orders", readonly=False
    )
    satisfaction_on_invoices = fields.Boolean(
        related="company_id.satisfaction_on_invoices", readonly=False
    )
