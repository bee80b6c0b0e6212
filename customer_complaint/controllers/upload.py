import os

from odoo import http
from odoo.http import request

from odoo.addons.mail.controllers.attachment import AttachmentController

MAX_FILE_SIZE = 10 * 1024 * 1024
# Files that a computer or a browser executes. A complaint needs pictures and documents.
REFUSED_EXTENSIONS = frozenset(
    "apk app bat bin cmd com cpl dll dmg exe gadget hta htm html img inf ins iso jar js jse "
    "jsp lnk "
    "msc msi msp pif php ps1 py reg scr sct sh svg swf url vb vbe vbs ws wsc wsf xhtml xml".split()
)
# First bytes of programs, whatever the file is called: Windows, Linux, macOS, shell.
REFUSED_SIGNATURES = (
    b"MZ",
    b"\x7fELF",
    b"\xcf\xfa\xed\xfe",
    b"\xca\xfe\xba\xbe",
    b"#!",
)


class ComplaintUpload(AttachmentController):
    """Customers' uploads to a complaint are limited in size and kind before anything is stored."""

    @http.route()
    def mail_attachment_upload(self, ufile, thread_id, thread_model, *args, **kwargs):
        if thread_model == "customer.complaint" and not request.env.user._is_internal():
            if error := self._check_complaint_upload(ufile):
                return request.make_json_response({"error": error})
        return super().mail_attachment_upload(
            ufile, thread_id, thread_model, *args, **kwargs
        )

    def _check_complaint_upload(self, ufile):
        """Sentence that says why a file is refused, or None; the file can be read afterwards."""
        extension = os.path.splitext(ufile.filename or "")[1].lstrip(".").lower()
        stream = ufile.stream
        stream.seek(0, os.SEEK_END)
        size = stream.tell()
        stream.seek(0)
        head = stream.read(8)
        stream.seek(0)
        if size > MAX_FILE_SIZE:
            return request.env._(
                "%(name)s is larger than %(limit)s MB. Please send a smaller file, for "
                "example a photo in lower resolution.",
                name=ufile.filename,
                limit=MAX_FILE_SIZE // 1024 // 1024,
            )
        if extension in REFUSED_EXTENSIONS or head.startswith(REFUSED_SIGNATURES):
            return request.env._(
                "%(name)s is a program or web page and is not accepted. Please send "
                "pictures, documents or recordings.",
                name=ufile.filename,
            )
        return None
