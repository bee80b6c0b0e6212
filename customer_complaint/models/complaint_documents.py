import base64
import re

from odoo import api, fields, models
from odoo.exceptions import UserError

DOCUMENTS = {
    "sheet": "customer_complaint.report_sheet",
    "customer_sheet": "customer_complaint.report_sheet_customer",
    "feedback": "customer_complaint.report_feedback",
}


class CustomerComplaint(models.Model):
    """What is printed about a complaint: the sheet, and the feedback report to the customer."""

    _inherit = "customer.complaint"

    improvement = fields.Text(
        string="Improvement measures",
        copy=False,
        groups="base.group_user",
        help="What we change so that it does not happen again. Stands in the feedback "
        "report to the customer.",
    )
    follow_up_plan = fields.Text(
        string="Follow-up plan",
        copy=False,
        groups="base.group_user",
        help="Who contacts the customer again, when and about what. Stands in the "
        "feedback report to the customer.",
    )

    def get_document(self, kind):
        """Render a document of these complaints as one PDF, in their order.

        :param str kind: "sheet" (colleagues' copy), "customer_sheet" (customer's copy) or
            "feedback" (letter with the result)
        :return: dict with "name" (file name) and "content" (base64)
        :raises AccessError: when a complaint may not be read, or the sheet is not for the caller
        :raises UserError: unknown kind, no complaint, or no outcome to report yet
        """
        name, content = self._render_document(kind)[:2]
        return {"name": name, "content": base64.b64encode(content).decode()}

    def _render_document(self, kind):
        """File name, content and type of a document; the report checks who may have it."""
        if kind not in DOCUMENTS:
            raise UserError(
                self.env._(
                    "There is no document “%(kind)s”. Choose one of %(kinds)s.",
                    kind=kind,
                    kinds=", ".join(DOCUMENTS),
                )
            )
        if not self:
            raise UserError(
                self.env._("Choose at least one complaint, then print again.")
            )
        # sudo: the report itself is no secret; the complaints are read as the caller
        report = self.env.ref(f"{DOCUMENTS[kind]}_action").sudo()
        content, extension = (
            self.env["ir.actions.report"]
            .sudo(self.env.su)
            ._render_qweb_pdf(report.report_name, self.ids)
        )
        name = self._get_document_name(report.name) if len(self) == 1 else report.name
        return f"{name}.{extension}", content, extension

    def _get_document_name(self, title):
        """File name without extension, for example "Complaint sheet CC-2026-00042"."""
        self.ensure_one()
        number = re.sub(r"[^\w.]+", "-", self.sudo().name).strip("-")
        return f"{title} {number}"

    def action_print_feedback(self):
        """Print the feedback report to the customer."""
        report = self.env.ref("customer_complaint.report_feedback_action")
        return report.report_action(self, config=False)

    # ------------------------------------------------------------------
    # Content
    # ------------------------------------------------------------------
    def _get_report_solution_lines(self):
        """Hook: what was done for the customer, a list of (label, text) for the documents."""
        self.ensure_one()
        return []

    def _get_report_salutation(self):
        """First line of a letter, in its language."""
        self.ensure_one()
        name = self.partner_name
        return self.env._("Dear %(name)s,", name=name) if name else ""

    def _get_report_deadlines(self):
        """Deadlines for the colleagues' sheet: dict with type, round, due, done and verdict."""
        self.ensure_one()
        rows = self.deadline_ids.sorted(lambda d: (d.round, d.due_at, d.id))
        fields_ = rows._fields
        types = dict(fields_["deadline_type"]._description_selection(self.env))
        states = dict(fields_["state"]._description_selection(self.env))
        results = dict(fields_["result"]._description_selection(self.env))
        return [
            {
                "type": types[row.deadline_type],
                "round": row.round,
                "due_at": row.due_at,
                "done_at": row.done_at,
                "verdict": results.get("overdue" if row.is_late else row.result)
                or states[row.state],
            }
            for row in rows
        ]

    @api.model
    def _get_paragraphs(self, text):
        """Lines of a text; each is a block that a page break may follow but not cut."""
        return [line for line in (text or "").splitlines() if line.strip()]

    @api.model
    def _get_address_lines(self, partner):
        """Lines of an address as its country writes it, without the name."""
        address = partner._display_address(without_company=True) if partner else ""
        return self._get_paragraphs(address)
