from odoo import http
from odoo.http import request

from odoo.addons.customer_complaint.controllers.public_page import refuse_options

from .satisfaction import SatisfactionPage


class StopPage(SatisfactionPage):
    """One button that ends all surveys for an address, and the same page to take it back.

    GET shows and never writes: mail scanners open every link.
    """

    @http.route(
        "/satisfaction/<string:token>/stop",
        type="http",
        auth="public",
        methods=["GET"],
        readonly=True,
        sitemap=False,
    )
    def satisfaction_stop_show(self, token, **kwargs):
        answer = self._get_answer(token)
        return self._render_stop(answer, self._is_stopped(answer))

    @http.route(
        "/satisfaction/<string:token>/stop",
        type="http",
        auth="public",
        methods=["POST"],
        sitemap=False,
        max_content_length=64 * 1024,
    )
    def satisfaction_stop_save(self, token, again=None, **kwargs):
        refuse_options("GET", "POST")
        answer = self._get_answer(token)
        if answer:
            # sudo: the token is the right; it decides about its own address
            optouts = request.env["customer.satisfaction.optout"].sudo()
            addresses = answer._get_invited_addresses()
            if again:
                optouts._resume(addresses)
            else:
                optouts._stop(addresses, "page")
        return self._render_stop(answer, self._is_stopped(answer), resumed=bool(again))

    def _is_stopped(self, answer):
        if not answer:
            return False
        # sudo: see satisfaction_stop_save
        optouts = request.env["customer.satisfaction.optout"].sudo()
        domain = [("email", "in", answer._get_invited_addresses())]
        return bool(optouts.search_count(domain, limit=1))

    def _render_stop(self, answer, stopped, resumed=False):
        """An expired link still ends the surveys; a forged one is told so."""
        if not answer or not answer._get_invited_addresses():
            return self._render("customer_satisfaction.page_unknown", answer, 404)
        return self._render(
            "customer_satisfaction.page_stop", answer, stopped=stopped, resumed=resumed
        )
