from odoo import api, models
from odoo.exceptions import AccessError, UserError


class CustomerComplaintReport(models.AbstractModel):
    """What the documents of a complaint have in common: who may have them, in which language.

    The templates read as superuser, so that names of products or colleagues do not fail on rights
    of their own; what a document tells is decided by the document, not by who prints it.
    """

    _name = "customer.complaint.report"
    _description = "Complaint Document"

    @api.model
    def _get_report_values(self, docids, data=None):
        complaints = self.env["customer.complaint"].browse(docids)
        complaints.check_access("read")
        self._check_document(complaints)
        return {
            "doc_ids": docids,
            "doc_model": complaints._name,
            # sudo: reading each of them was checked above
            "docs": [self._localize(complaint.sudo()) for complaint in complaints],
        }

    def _is_staff(self):
        return self.env.user.has_group("customer_complaint.group_complaint_submitter")

    def _check_document(self, complaints):
        """Refuse, in one sentence, what is not to be printed (yet)."""

    def _localize(self, complaint):
        """The complaint in the language and time zone of the reader."""
        return complaint


class SheetReport(models.AbstractModel):
    """The colleagues' copy, in the language of who prints it."""

    _name = "report.customer_complaint.report_sheet"
    _inherit = ["customer.complaint.report"]
    _description = "Complaint Sheet"

    def _check_document(self, complaints):
        if not self._is_staff():
            raise AccessError(
                self.env._(
                    "This sheet is for colleagues. Download the customer's copy from "
                    "the page of the complaint."
                )
            )


class CustomerDocumentReport(models.AbstractModel):
    _name = "customer.complaint.report.customer"
    _inherit = ["customer.complaint.report"]
    _description = "Complaint Document for the Customer"

    def _localize(self, complaint):
        partner = complaint.partner_id
        company = complaint.company_id.partner_id
        return complaint.with_context(
            lang=partner.lang or company.lang or self.env.lang,
            tz=partner.tz or company.tz or self.env.context.get("tz") or "UTC",
        )


class CustomerSheetReport(models.AbstractModel):
    """The customer's copy: nothing internal, no decision before he was told."""

    _name = "report.customer_complaint.report_sheet_customer"
    _inherit = ["customer.complaint.report.customer"]
    _description = "Complaint Sheet for the Customer"


class FeedbackReport(models.AbstractModel):
    """The letter with result, solution, improvement and follow-up."""

    _name = "report.customer_complaint.report_feedback"
    _inherit = ["customer.complaint.report.customer"]
    _description = "Customer Feedback Report"

    def _check_document(self, complaints):
        # A colleague prints it to tell the outcome with it, the customer once he was told.
        for complaint in complaints.sudo():
            if not complaint._is_given("decision") or not (
                complaint.outcome_at or self._is_staff()
            ):
                raise UserError(
                    self.env._(
                        "%(complaint)s has no outcome to report yet. The feedback report "
                        "can be printed once it is decided, with a reason.",
                        complaint=complaint.name,
                    )
                )
