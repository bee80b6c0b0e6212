import logging
import tempfile

from werkzeug.wsgi import wrap_file

from odoo import http
from odoo.http import content_disposition, request

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_logger = logging.getLogger(__name__)


class ComplaintRegister(http.Controller):
    """The register as a file; it is written to disk and sent from there, whatever its size."""

    @http.route(
        "/customer_complaint/register/<int:register_id>",
        type="http",
        auth="user",
        methods=["GET"],
    )
    def download(self, register_id, **kwargs):
        # A record rule: whoever prepared it reads it, nobody else.
        register = request.env["customer.complaint.register"].browse(register_id)
        domain, words = register._get_domain(), register._get_words()
        Complaint = request.env["customer.complaint"]
        file = tempfile.TemporaryFile()
        try:
            count = Complaint._write_register(file, domain, words)
        except Exception:
            file.close()
            raise
        _logger.info(
            "Register of %s complaints downloaded by %s", count, request.env.user.login
        )
        return send_workbook(file, Complaint._get_register_name())


def send_workbook(file, name):
    """Response that sends a file from disk; it is at its end, as after writing."""
    size = file.tell()
    file.seek(0)
    response = request.make_response(
        wrap_file(request.httprequest.environ, file),
        headers=[
            ("Content-Type", XLSX),
            ("Content-Length", size),
            ("Content-Disposition", content_disposition(name)),
        ],
    )
    response.direct_passthrough = True
    return response
