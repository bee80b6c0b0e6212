from odoo import models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import float_compare

# Cents that taxes and quantities leave between a request and its credit note, per line.
ROUNDINGS_PER_LINE = 3


class CustomerComplaintCreditRequest(models.Model):
    """The draft credit note of a request, in the rights of the accountant who asks for it."""

    _inherit = "customer.complaint.credit.request"

    def _can_be_drafted(self):
        """Whether a draft can be made: from the invoice, or of a compensation that needs none."""
        self.ensure_one()
        return bool(self.invoice_id) or self.goodwill_tax == "compensation"

    def _create_credit_note(self):
        """Draft credit note over what is still to be credited, linked to this request."""
        self.ensure_one()
        if self.invoice_id:
            note = self._reverse_invoice()
            self._round_note(note)
        else:
            note = self._create_free_note()
        note.message_post_with_source(
            "mail.message_origin_link",
            render_values={"self": note, "origin": self},
            subtype_xmlid="mail.mt_note",
        )
        self._link(note)
        return note

    def _get_lines_to_credit(self):
        """Products that the draft credits; once a part is credited, the rest is an amount."""
        self.ensure_one()
        is_whole = not self.currency_id.compare_amounts(self.open_amount, self.amount)
        return self.line_ids if is_whole else self.line_ids.browse()

    def _get_note_text(self):
        """What the credit note says it is for."""
        self.ensure_one()
        return f"{self.complaint_name}: {self.reason}"

    def _create_free_note(self):
        """Draft of a goodwill compensation that concerns no invoice: no VAT, no order."""
        self.ensure_one()
        return (
            self.env["account.move"]
            .with_company(self.company_id)
            .create(
                {
                    "move_type": "out_refund",
                    "company_id": self.company_id.id,
                    "partner_id": self.partner_id.id,
                    "currency_id": self.currency_id.id,
                    "ref": self._get_note_text(),
                    "invoice_line_ids": [Command.create(self._prepare_plain_line())],
                }
            )
        )

    def _reverse_invoice(self):
        """Draft by core's own reversal, cut down to what was asked for.

        Fiscal position, currency, accounts, discounts, taxes and analytic distribution come from
        the lines of the invoice.
        """
        self.ensure_one()
        invoice = self.invoice_id.with_company(self.company_id)
        reversal = (
            self.env["account.move.reversal"]
            .with_company(self.company_id)
            .with_context(active_model="account.move", active_ids=invoice.ids)
            .create(
                {"reason": self._get_note_text(), "journal_id": invoice.journal_id.id}
            )
        )
        reversal.refund_moves()
        note = reversal.new_move_ids
        # Core leaves them out; what is due to the customer is due as what he owes.
        values = {"invoice_payment_term_id": invoice.invoice_payment_term_id.id}
        if not self._is_whole_invoice():
            # The amount asked for is final; rounding it to cash would change it again.
            values["invoice_cash_rounding_id"] = False
        commands = self._prepare_note_lines(note)
        if commands:
            values["invoice_line_ids"] = commands
        note.write(values)
        note.invoice_line_ids.filtered(
            lambda line: self._keeps_invoiced(line)
        ).sale_line_ids = False
        return note

    def _keeps_invoiced(self, line):
        """Whether the order of a line of the note counts its product as invoiced as before."""
        self.ensure_one()
        if self.order_effect == "usual":
            # sudo: accounting need not read products of orders; only the choice is taken
            return line.sudo()._get_complaint_order_effect() == "keep"
        return self.order_effect == "keep"

    def _is_whole_invoice(self):
        """Whether the invoice is credited as a whole: every line, every rounding."""
        self.ensure_one()
        total = self.invoice_id.amount_total
        if self.currency_id.compare_amounts(self.open_amount, total):
            return False
        digits = self.env["decimal.precision"].precision_get("Product Unit")
        lines = self._get_lines_to_credit()
        wanted = {line.invoice_line_id: line.quantity for line in lines}
        return bool(wanted) and not any(
            float_compare(line.quantity, wanted.get(line, 0), precision_digits=digits)
            for line in self.invoice_id._get_complaint_product_lines()
        )

    def _round_note(self, note):
        """Make the draft say exactly what was asked for; a real difference is refused."""
        difference = self.open_amount - note.amount_total
        currency = self.currency_id
        if currency.is_zero(difference):
            return
        limit = (
            currency.rounding
            * ROUNDINGS_PER_LINE
            * max(len(self._get_lines_to_credit()), 1)
        )
        limit += self.invoice_id.invoice_cash_rounding_id.rounding
        if currency.compare_amounts(abs(difference), limit) > 0:
            raise UserError(
                self.env._(
                    "The credit note would be over %(total)s, but %(amount)s were asked "
                    "for with %(request)s: the invoice has changed since. Create the "
                    "credit note in accounting and link it, or cancel the request.",
                    total=currency.format(note.amount_total),
                    amount=currency.format(self.open_amount),
                    request=self.name,
                )
            )
        rounding = {
            "name": self.env._("Rounding"),
            "quantity": 1,
            "price_unit": difference,
            "tax_ids": [Command.clear()],
        }
        note.write({"invoice_line_ids": [Command.create(rounding)]})

    def _prepare_note_lines(self, note):
        """Commands that leave in a full reversal just what was asked for.

        A product line keeps its tie to the order: core counts it there as not invoiced any more. An
        amount without products is no line of the order, so that the order stays as it is.
        """
        self.ensure_one()
        lines = self._get_lines_to_credit()
        if not lines:
            return [
                *[Command.delete(line.id) for line in note.invoice_line_ids],
                *[Command.create(values) for values in self._prepare_amount_lines()],
            ]
        wanted = {line.invoice_line_id: line.quantity for line in lines}
        if not all(line in self.invoice_id.invoice_line_ids for line in wanted):
            raise UserError(
                self.env._(
                    "%(invoice)s no longer has all lines of %(request)s. Create the credit "
                    "note in accounting and link it, or cancel the request.",
                    invoice=self.invoice_id.name,
                    request=self.name,
                )
            )
        if self._is_whole_invoice():
            return []
        # Copies stand in the order of their originals.
        originals = self.invoice_id.line_ids.filtered(
            lambda line: line in self.invoice_id.invoice_line_ids
        )
        commands = []
        for original, copied in zip(
            originals, note.invoice_line_ids.sorted("id"), strict=True
        ):
            if original in wanted:
                commands.append(
                    Command.update(copied.id, {"quantity": wanted[original]})
                )
            else:
                commands.append(Command.delete(copied.id))
        return commands

    def _prepare_plain_line(self):
        """The amount in one line without tax: a compensation is no price of what was sold."""
        self.ensure_one()
        values = {
            "name": self._get_note_text(),
            "quantity": 1,
            "price_unit": self.open_amount,
            "tax_ids": [Command.clear()],
        }
        account = self.company_id.complaint_goodwill_account_id
        if account.active:
            values["account_id"] = account.id
        return values

    def _prepare_amount_lines(self):
        """Lines over the amount: its taxes and accounts in the proportions of the invoice.

        Core divides it as it divides a down payment, to the cent.
        """
        self.ensure_one()
        if self.goodwill_tax == "compensation":
            return [self._prepare_plain_line()]
        Tax = self.env["account.tax"]
        parts = Tax._prepare_down_payment_lines(
            base_lines=self.invoice_id._get_rounded_base_and_tax_lines()[0],
            company=self.company_id,
            amount_type="fixed",
            amount=self.open_amount,
            computation_key=f"complaint_credit,{self.id}",
            grouping_function=lambda line: {"account_id": line["account_id"]},
        )
        return [
            {
                "name": self._get_note_text(),
                "quantity": 1,
                "price_unit": part["price_unit"],
                "tax_ids": [Command.set(part["tax_ids"].ids)],
                "account_id": part["account_id"].id,
                "analytic_distribution": part["analytic_distribution"] or False,
                "extra_tax_data": Tax._export_base_line_extra_tax_data(part),
            }
            for part in parts
        ]
