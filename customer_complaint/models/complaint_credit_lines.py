from collections import defaultdict

from odoo import models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import float_compare, float_round

from ..tools import given


class CustomerComplaint(models.Model):
    """What exactly of an invoice a request asks for."""

    _inherit = "customer.complaint"

    def _read_credit_kind(self, lines, goodwill_tax, order_effect):
        """Values of a request that say what kind it is; refuses words that are none."""
        Request = self.env["customer.complaint.credit.request"]
        goodwill_tax, order_effect = (
            given.choice(self.env, value, dict(Request._fields[name].selection))
            for name, value in (
                ("goodwill_tax", goodwill_tax),
                ("order_effect", order_effect),
            )
        )
        if lines and goodwill_tax:
            raise UserError(
                self.env._(
                    "Goodwill is an amount. Ask for products with a request of their own."
                )
            )
        if lines:
            return {"kind": "products", "order_effect": order_effect or False}
        if goodwill_tax:
            return {"kind": "goodwill", "goodwill_tax": goodwill_tax}
        return {"kind": "amount"}

    def _get_asked_lines(self, invoices):
        """Quantity and amount credited or claimed of each invoice line, (0, 0) where none."""
        asked = defaultdict(lambda: (0, 0), invoices._get_complaint_credited_lines())
        # sudo: requests about these invoices may belong to complaints the user cannot read
        for line, quantity, amount in (
            self.env["customer.complaint.credit.request.line"]
            .sudo()
            ._read_group(
                [
                    ("invoice_line_id", "in", invoices.invoice_line_ids.ids),
                    ("request_id.state", "!=", "cancelled"),
                ],
                ["invoice_line_id"],
                ["quantity:sum", "amount:sum"],
            )
        ):
            credited = asked[line]
            asked[line] = (credited[0] + quantity, credited[1] + amount)
        return asked

    def _prepare_credit_lines(self, invoice, quantities):
        """Commands for the lines of a request; refuses lines of other invoices and too much.

        :param dict quantities: quantity by id of the invoice line; JSON sends the ids as text
        """
        digits = self.env["decimal.precision"].precision_get("Product Unit")
        if not isinstance(quantities, dict):
            quantities = {"?": 0}
        wanted = {
            int(given.number(self.env, line_id)): float_round(
                given.number(self.env, quantity), precision_digits=digits
            )
            for line_id, quantity in quantities.items()
        }
        wanted = {line_id: quantity for line_id, quantity in wanted.items() if quantity}
        known = {
            line["id"]: line
            for values in self.get_creditable_invoices()
            if values["id"] == invoice.id
            for line in values["lines"]
        }
        if unknown := wanted.keys() - known.keys():
            raise UserError(
                self.env._(
                    "%(count)s of the chosen lines are not on %(invoice)s.",
                    count=len(unknown),
                    invoice=invoice.name,
                )
            )
        for line_id, quantity in wanted.items():
            line = known[line_id]
            if not 0 < quantity <= line["creditable_quantity"]:
                raise UserError(
                    self.env._(
                        "%(line)s: %(wanted)s cannot be credited, %(rest)s of %(invoiced)s "
                        "are left. Correct the quantity.",
                        line=line["name"],
                        wanted=quantity,
                        rest=line["creditable_quantity"],
                        invoiced=line["quantity"],
                    )
                )
        asked = self._get_asked_lines(invoice)
        commands = []
        for line in invoice.invoice_line_ids.filtered(lambda i: i.id in wanted):
            quantity = wanted[line.id]
            rest = known[line.id]["creditable_quantity"]
            if float_compare(quantity, rest, precision_digits=digits) == 0:
                amount = (
                    line.price_total - asked[line][1]
                )  # the last part takes the cents
            else:
                amount = line.price_total * quantity / line.quantity
            commands.append(
                Command.create(
                    {
                        "invoice_line_id": line.id,
                        "name": known[line.id]["name"],
                        "quantity": quantity,
                        "amount": invoice.currency_id.round(amount),
                    }
                )
            )
        return commands

    def _get_lines_total(self, invoice, commands):
        """Amount of the lines of a request, taxes included.

        Rounding makes the lines differ from the total of the invoice: who asks for all that is
        left gets all that is left.
        """
        total = sum(values["amount"] for _code, _id, values in commands)
        claimed = invoice._get_complaint_claims().get(invoice, 0)
        rest = invoice.amount_total - claimed
        cents = invoice.currency_id.rounding * len(commands)
        if self._is_all_that_is_left(invoice, commands):
            cents += invoice.invoice_cash_rounding_id.rounding
            if not claimed or abs(total - rest) <= cents:
                return rest
        return rest if 0 < rest < total <= rest + cents else total

    def _is_all_that_is_left(self, invoice, commands):
        """Whether a request asks for every product of an invoice that nobody asked for yet."""
        asked = self._get_asked_lines(invoice)
        wanted = {
            values["invoice_line_id"]: values["quantity"] for *_, values in commands
        }
        digits = self.env["decimal.precision"].precision_get("Product Unit")
        return not any(
            float_compare(
                line.quantity - asked[line][0],
                wanted.get(line.id, 0),
                precision_digits=digits,
            )
            > 0
            for line in invoice._get_complaint_product_lines()
        )

    def _get_order_effect(self, invoice, commands):
        """What is usual for the orders of the products: the same for all, or each its own."""
        wanted = {values["invoice_line_id"] for _code, _id, values in commands}
        effects = {
            line._get_complaint_order_effect()
            for line in invoice.invoice_line_ids
            if line.id in wanted
        }
        return effects.pop() if len(effects) == 1 else "usual"


class AccountMove(models.Model):
    _inherit = "account.move"

    def _get_complaint_credited_lines(self):
        """What credit notes that no request for products asked for credit of these invoices.

        A line of a note is about the line of its invoice with the same product, or words where
        there is none. Less than the price counts as less of the quantity.

        :return: dict of (quantity, amount in the invoice's currency) by invoice line
        """
        digits = self.env["decimal.precision"].precision_get("Product Unit")
        taken = defaultdict(float)
        # sudo: notes of accounting; only what is left of the invoice is told
        for note in self.sudo().reversal_move_ids.filtered(
            lambda m: m.move_type == "out_refund" and m.state != "cancel"
        ):
            worth = note._get_complaint_worth()
            if not worth or note.complaint_allocation_ids.request_id.line_ids:
                continue
            invoice = note.reversed_entry_id
            for line in note._get_complaint_product_lines():
                amount = line.currency_id._convert(
                    line.price_total * worth / note.amount_total,
                    invoice.currency_id,
                    invoice.company_id,
                    note.date,
                )
                for sold in invoice._get_complaint_product_lines().filtered(
                    lambda i, n=line: i.product_id == n.product_id
                    and (i.product_id or i.name == n.name)
                ):
                    part = min(amount, sold.price_total - taken[sold])
                    if part > 0:
                        taken[sold] += part
                        amount -= part
        return {
            line.with_env(self.env): (
                float_round(
                    line.quantity * amount / line.price_total, precision_digits=digits
                ),
                amount,
            )
            for line, amount in taken.items()
            if amount
        }

    def _get_complaint_product_lines(self):
        """Lines of an invoice or credit note that stand for something sold."""
        return self.invoice_line_ids.filtered(
            lambda line: line.display_type == "product" and line.quantity > 0
        )
