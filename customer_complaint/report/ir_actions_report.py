import io

from reportlab.pdfgen import canvas

from odoo import models
from odoo.exceptions import UserError
from odoo.tools.pdf import PdfFileReader, PdfFileWriter

PREFIX = "customer_complaint.report_"
PAPER = "customer_complaint.paperformat_document"
# Points from the edges of the page; the margins of the paper format leave room for it.
STAMP_SIDE, STAMP_BOTTOM, STAMP_SIZE = 51, 28, 8


class IrActionsReport(models.Model):
    """The documents of a complaint need nothing of wkhtmltopdf but the body.

    A build without patched Qt prints no header, footer or page number, and one document per
    call. So each document is rendered by itself, and number and page are stamped on it.
    """

    _inherit = "ir.actions.report"

    def _is_complaint_document(self):
        return (self.report_name or "").startswith(PREFIX)

    def _get_layout(self):
        # Style and logo stand in the document: nothing is fetched while it is rendered.
        if self._is_complaint_document():
            return self.env.ref("customer_complaint.report_layout")
        return super()._get_layout()

    def _build_wkhtmltopdf_args(self, paperformat_id, *args, **kwargs):
        arguments = super()._build_wkhtmltopdf_args(paperformat_id, *args, **kwargs)
        if paperformat_id == self.env.ref(PAPER, raise_if_not_found=False):
            # No script to wait for.
            delay = arguments.index("--javascript-delay")
            arguments[delay : delay + 2] = ["--disable-javascript"]
        return arguments

    def _render_qweb_pdf_prepare_streams(self, report_ref, data, res_ids=None):
        report = self._get_report(report_ref)
        if not report._is_complaint_document():
            return super()._render_qweb_pdf_prepare_streams(report_ref, data, res_ids)
        if not res_ids:
            raise UserError(
                self.env._("Choose at least one complaint, then print again.")
            )
        streams = {}
        for complaint in self.env[report.model].browse(dict.fromkeys(res_ids)):
            streams |= super()._render_qweb_pdf_prepare_streams(
                report_ref, data, [complaint.id]
            )
            rendered = streams[complaint.id]["stream"]
            # sudo: rendering has checked that the complaint may be read
            stamped = stamp(rendered, complaint.sudo().name)
            streams[complaint.id]["stream"] = stamped
        return streams

    def _get_rendering_context(self, report, docids, data):
        context = super()._get_rendering_context(report, docids, data)
        # What is rendered is taken out, as PDF, page or text.
        if report._is_complaint_document() and report.model == "customer.complaint":
            for complaint in self.env[report.model].browse(docids):
                self.env["customer.complaint.access.log"]._log(
                    "print", complaint, report.sudo().name
                )
        return context


def stamp(stream, number):
    """Put number, page and number of pages below each page of a PDF.

    :param stream: binary file, read from its beginning
    :param str number: of the document; left out when Helvetica cannot write it
    :return: binary file with the stamped PDF
    """
    reader = PdfFileReader(stream, strict=False)
    count = reader.getNumPages()
    pages = [reader.getPage(index) for index in range(count)]
    overlay = io.BytesIO()
    drawing = canvas.Canvas(overlay)
    for index, page in enumerate(pages, start=1):
        width = float(page.mediaBox.getWidth())
        drawing.setPageSize((width, float(page.mediaBox.getHeight())))
        drawing.setFont("Helvetica", STAMP_SIZE)
        drawing.setFillGray(0.35)
        if number.isascii():
            drawing.drawString(STAMP_SIDE, STAMP_BOTTOM, number)
        drawing.drawRightString(width - STAMP_SIDE, STAMP_BOTTOM, f"{index} / {count}")
        drawing.showPage()
    drawing.save()
    stamps = PdfFileReader(overlay)
    writer = PdfFileWriter()
    for index, page in enumerate(pages):
        page.mergePage(stamps.getPage(index))
        writer.addPage(page)
    result = io.BytesIO()
    writer.write(result)
    return result
