from odoo import http
from odoo.http import request

from .register import send_workbook


class ComplaintAccrual(http.Controller):
    @http.route(
        "/customer_complaint/accrual/<int:accrual_id>",
        type="http",
        auth="user",
        methods=["GET"],
    )
    def download(self, accrual_id, **kwargs):
        """The list of credit notes as of a date, as a workbook."""
        # A record rule: whoever prepared it reads it, nobody else.
        accrual = request.env["customer.complaint.accrual"].browse(accrual_id)
        accrual.check_access("read")
        return send_workbook(accrual._write_workbook, f"{accrual.display_name}.xlsx")
