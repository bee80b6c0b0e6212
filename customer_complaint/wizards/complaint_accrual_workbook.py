from datetime import datetime, time

from odoo import models

from ..tools import workbook


class CustomerComplaintAccrual(models.TransientModel):
    """The list for the end of a month as a workbook."""

    _inherit = "customer.complaint.accrual"

    def _write_workbook(self, file):
        """Write the list as a workbook into a binary file."""
        self.ensure_one()
        Column = workbook.Column
        labels = dict(self.line_ids._fields["section"]._description_selection(self.env))
        columns = [
            Column(
                "section",
                self.env._("Section"),
                34,
                "text",
                self.env._("How it stood on that day."),
            ),
            Column(
                "request",
                self.env._("Request"),
                14,
                "text",
                self.env._("Credit note request."),
            ),
            Column(
                "complaint",
                self.env._("Complaint"),
                16,
                "text",
                self.env._("Its number."),
            ),
            Column(
                "partner",
                self.env._("Customer"),
                30,
                "text",
                self.env._("Invoiced customer."),
            ),
            Column(
                "invoice",
                self.env._("Invoice"),
                18,
                "text",
                self.env._("What is credited."),
            ),
            Column(
                "note", self.env._("Credit note"), 18, "text", self.env._("Its number.")
            ),
            Column(
                "date",
                self.env._("Accounting date"),
                12,
                "date",
                self.env._("Of the credit note."),
            ),
            Column(
                "since",
                self.env._("Approved or posted on"),
                12,
                "date",
                self.env._(
                    "Approval of the request, or accounting date when it is booked."
                ),
            ),
            Column(
                "user",
                self.env._("Requested by"),
                20,
                "text",
                self.env._("Who asked for it."),
            ),
            Column(
                "approver",
                self.env._("Approved by"),
                20,
                "text",
                self.env._("Who approved it."),
            ),
            Column(
                "reason",
                self.env._("Reason"),
                40,
                "text",
                self.env._("As the credit note says."),
            ),
            Column(
                "amount",
                self.env._("Amount"),
                14,
                "amount",
                self.env._("With taxes, original."),
            ),
            Column(
                "currency",
                self.env._("Currency"),
                10,
                "text",
                self.env._("Of the amount."),
            ),
            Column(
                "amount_company",
                self.env._("In company currency"),
                16,
                "amount",
                self.env._("Booked: rate of the accounting date. Else: of the list's."),
            ),
        ]

        def day(value):
            return value and datetime.combine(value, time.min)

        rows = (
            {
                "section": labels[line.section],
                "request": line.request_id.name or None,
                "complaint": line.complaint_name or None,
                "partner": line.partner_id.display_name or None,
                "invoice": line.invoice_id.name or None,
                "note": line.move_name or None,
                "date": day(line.date) or None,
                "since": day(line.since) or None,
                "user": line.user_id.name or None,
                "approver": line.approver_id.name or None,
                "reason": line.reason or None,
                "amount": line.amount,
                "currency": line.currency_id.name,
                "amount_company": line.amount_company,
            }
            for line in self.line_ids
        )
        facts = [
            (self.display_name, ""),
            (self.env._("Company"), self.company_id.name),
            (self.env._("Currency"), self.currency_id.name),
        ]
        sections = workbook.Table(
            self.env._("Sections"),
            (
                self.env._("Section"),
                self.env._("Count"),
                self.env._("In company currency"),
            ),
            ("text", "number", "amount"),
            [
                (label, len(lines), sum(lines.mapped("amount_company")))
                for label, lines in self._get_sections()
            ]
            + [
                (
                    self.env._("To accrue: approved and not booked"),
                    None,
                    self._get_accrued(),
                )
            ],
        )
        sheets = workbook.Sheets(
            self.env._("Summary"),
            self.env._("Credit notes"),
            self.env._("Columns"),
            None,
        )
        head = (self.env._("Column"), self.env._("Meaning"))
        return workbook.write(file, sheets, facts, [sections], columns, head, rows)
