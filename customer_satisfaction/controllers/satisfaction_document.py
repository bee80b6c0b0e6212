from odoo import http
from odoo.http import request

from odoo.addons.customer_complaint.controllers.public_page import refuse_options

from .satisfaction import SatisfactionPage
from .satisfaction_form import read_form

ROUTE = "/satisfaction/order/<int:order_id>/<string:signature>"


class SatisfactionDocument(SatisfactionPage):
    """The questions behind the code on an order's documents.

    Nothing is stored before the customer sends his answer; then it is the one answer of the plan
    and the order. What it says is not shown to the next who holds the paper.
    """

    @http.route(
        ROUTE,
        type="http",
        auth="public",
        methods=["GET"],
        readonly=True,
        sitemap=False,
    )
    def satisfaction_document_show(self, order_id, signature, **kwargs):
        answer, refusal = self._get_draft(order_id, signature)
        return refusal or self._render_form(answer, {})

    @http.route(
        ROUTE,
        type="http",
        auth="public",
        methods=["POST"],
        sitemap=False,
        max_content_length=256 * 1024,
    )
    def satisfaction_document_save(self, order_id, signature, **kwargs):
        refuse_options("GET", "POST")
        draft, refusal = self._get_draft(order_id, signature)
        if refusal:
            return refusal
        given, wrong = read_form(draft)
        if wrong or not any(given.values()):
            return self._render_form(draft, given, wrong or draft._get_missing(given))
        answer = draft.sale_order_id._get_or_create_document_answer()
        answer = answer.with_context(lang=draft.env.lang)
        if answer.state == "done":
            return self._render("customer_satisfaction.page_answered", answer)
        return self._take(answer, given)

    def _get_draft(self, order_id, signature):
        """A draft of the answer, not stored, and the page shown instead of the questions."""
        # Beyond it there is no such id, and PostgreSQL would say so loudly.
        order = request.env["sale.order"]
        if order_id < 2**31:
            order = order._get_by_signature(order_id, signature)
        Answer = request.env["survey.user_input"].sudo()
        if not order or not order._get_document_plan():
            return Answer, self._render(
                "customer_satisfaction.page_unknown", Answer, 404, is_paper=True
            )
        draft = Answer.new(order._prepare_document_answer())
        draft = draft.with_context(lang=draft._get_answer_lang())
        if order._has_answered():
            return draft, self._render("customer_satisfaction.page_answered", draft)
        return draft, None
