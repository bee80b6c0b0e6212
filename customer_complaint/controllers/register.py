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
        return send_workbook(
            lambda file: Complaint._write_register(file, domain, words),
            Complaint._get_register_name(),
        )

    @http.route(
        "/customer_complaint/costs/<int:statement_id>",
        type="http",
        auth="user",
        methods=["GET"],
    )
    def download_costs(self, statement_id, **kwargs):
        # A record rule: whoever prepared it reads it, nobody else.
        statement = request.env["customer.complaint.cost.statement"].browse(
            statement_id
        )
        return send_workbook(statement._write_workbook, statement._get_file_name())


def send_workbook(write, name):
    """Response with a workbook that `write` puts into a file on disk."""
    file = tempfile.TemporaryFile()
    try:
        write(file)
    except Exception:
        file.close()
        raise
    size = file.tell()
    file.seek(0)
    _logger.info("%s downloaded by %s", name, request.env.user.login)
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
