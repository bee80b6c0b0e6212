import json

from odoo import http
from odoo.exceptions import UserError
from odoo.http import request

from odoo.addons.customer_complaint.controllers.register import XLSX, send_workbook

KINDS = {"xlsx": XLSX, "csv": "text/csv; charset=utf-8"}


class SatisfactionResults(http.Controller):
    """Answers as a file, written to disk and sent from there, whatever its size."""

    @http.route(
        "/customer_satisfaction/answers.<string:kind>",
        type="http",
        auth="user",
        methods=["GET"],
    )
    def download_answers(self, kind, filters="{}", cids="", **kwargs):
        if kind not in KINDS:
            raise request.not_found()
        try:
            chosen = json.loads(filters)
        except ValueError:
            chosen = None
        if not isinstance(chosen, dict):
            raise UserError(request.env._("Open the results and export from there."))
        results = request.env["customer.satisfaction.results"]
        companies = [int(c) for c in cids.split(",") if c.isdigit()]
        if companies:
            # Beyond the user's own ones `env.companies` refuses.
            results = results.with_context(allowed_company_ids=companies)
        response = send_workbook(
            lambda file: results._write_answers(file, chosen, kind),
            results._get_export_name(kind),
        )
        response.headers["Content-Type"] = KINDS[kind]
        return response
