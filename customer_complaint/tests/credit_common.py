from odoo.fields import Command
from odoo.tests import new_test_user

from .common import ComplaintCommon


class CreditCommon(ComplaintCommon):
    """A posted invoice of the order, an accountant, an approval limit that is out of the way."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if not cls.company.chart_template:
            cls.env["account.chart.template"].try_loading(
                "generic_coa", cls.company, install_demo=False
            )
        cls.company.complaint_credit_approval_amount = 0
        cls.accountant = new_test_user(
            cls.env,
            "t_accountant",
            "account.group_account_invoice",
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
            lang="en_US",
        )
        cls.tax = cls.env["account.tax"].create(
            {"name": "Test 20 %", "amount": 20, "type_tax_use": "sale"}
        )
        cls.order.order_line.filtered("product_id").tax_ids = cls.tax
        # Two cabinets at 100, 20 % tax: 240
        cls.invoice = cls.order._create_invoices()
        cls.invoice.action_post()
        cls.invoice_line = cls.invoice.invoice_line_ids.filtered(
            lambda line: line.display_type == "product"
        )
        cls.complaint = cls.make_owned(order_id=cls.order.id)

    def ask(self, complaint=None, **values):
        """A request in the handler's rights: one of two cabinets, unless told otherwise."""
        complaint = complaint or self.complaint
        if "amount" not in values:
            values.setdefault("lines", {self.invoice_line.id: 1})
        request_id = complaint.request_credit_note(
            values.pop("invoice_id", self.invoice.id),
            values.pop("reason", "Door cracked"),
            **values,
        )
        return self.env["customer.complaint.credit.request"].browse(request_id)

    def promise(self, type_name="goodwill", complaint=None, user=None, **values):
        """A remedy of the chosen solution, in full rights or those of a user."""
        complaint = complaint or self.complaint
        model = self.env["customer.complaint.remedy"]
        return model.with_user(user or self.env.user).create(
            {
                "name": type_name,
                "solution_id": complaint.sudo()._get_solution().id,
                "type_id": self.env.ref(
                    f"customer_complaint.remedy_type_{type_name}"
                ).id,
                **values,
            }
        )

    def limit(self, amount, role="lead", remedy=None, level=None, company=None):
        """A limit, made by a manager."""
        remedy_type = remedy and self.env.ref(
            f"customer_complaint.remedy_type_{remedy}"
        )
        return (
            self.env["customer.complaint.credit.limit"]
            .with_user(self.manager)
            .create(
                {
                    "company_id": (company or self.company).id,
                    "amount": amount,
                    "approver_role": role,
                    "remedy_type_id": remedy_type and remedy_type.id,
                    "level_id": level and level.id,
                }
            )
        )

    def issue(self, request):
        """The draft credit note that accounting creates from a request."""
        request.with_user(self.accountant).action_create_credit_note()
        return request.allocation_ids.move_id

    def make_invoice(self, rows, partner=None, **values):
        """A posted invoice: a (quantity, price, taxes) per line."""
        invoice = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": (partner or self.partner).id,
                "invoice_date": "2025-03-01",
                "invoice_line_ids": [
                    Command.create(
                        {
                            "name": f"Part {quantity}",
                            "quantity": quantity,
                            "price_unit": price,
                            "tax_ids": [Command.set(taxes.ids)],
                        }
                    )
                    for quantity, price, taxes in rows
                ],
                **values,
            }
        )
        invoice.action_post()
        return invoice

    def make_note(self, amount, partner=None, post=True, **values):
        """A credit note made in accounting, without tax."""
        note = self.env["account.move"].create(
            {
                "move_type": "out_refund",
                "partner_id": (partner or self.partner).id,
                "invoice_date": "2025-03-04",
                "invoice_line_ids": [
                    Command.create(
                        {
                            "name": "Refund",
                            "price_unit": amount,
                            "tax_ids": [Command.clear()],
                        }
                    )
                ],
                **values,
            }
        )
        if post:
            note.action_post()
        return note

    def reverse(self, note, amount=None):
        """A posted reversal of a note over one line, of all or so much of it."""
        wizard = self.env["account.move.reversal"].with_context(
            active_model="account.move", active_ids=note.ids
        )
        wizard = wizard.create({"journal_id": note.journal_id.id})
        wizard.refund_moves()
        reversal = wizard.new_move_ids
        if amount:
            reversal.invoice_line_ids.price_unit = amount
        reversal.action_post()
        return reversal

    def notes_on(self, complaint):
        self.flush_tracking()
        return " ".join(complaint.sudo().message_ids.mapped("body"))
