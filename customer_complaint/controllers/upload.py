import os

from odoo import http
from odoo.http import request

from odoo.addons.mail.controllers.attachment import AttachmentController


class ComplaintUpload(AttachmentController):
    """Customers' files for a complaint are checked before anything is stored."""

    @http.route()
    def mail_attachment_upload(self, ufile, thread_id, thread_model, *args, **kwargs):
        if thread_model == "customer.complaint" and not request.env.user._is_internal():
            stream = ufile.stream
            size = stream.seek(0, os.SEEK_END)
            stream.seek(0)
            head = stream.read(8)
            stream.seek(0)
            error = request.env[thread_model]._refuse_file(ufile.filename, size, head)
            if error:
                return request.make_json_response({"error": error})
        return super().mail_attachment_upload(
            ufile, thread_id, thread_model, *args, **kwargs
        )
