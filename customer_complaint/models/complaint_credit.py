from collections import defaultdict
from math import isfinite

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tools import float_compare, float_round, format_list

from ..tools import rows, workbook

# Newest invoices offered when the complaint names no order.
INVOICE_LIMIT = 20


class CustomerComplaint(models.Model):
    """Money back: what can be credited, requests to accounting, and what became of them."""

    _inherit = "customer.complaint"

    credit_request_ids = fields.One2many(
        "customer.complaint.credit.request",
        "complaint_id",
        string="Credit note requests",
        groups="customer_complaint.group_complaint_user",
    )
    credit_allocation_ids = fields.One2many(
        "customer.complaint.credit.allocation",
        "complaint_id",
        string="Credit notes",
        groups="customer_complaint.group_complaint_user",
    )
    credit_summary = fields.Char(
        string="Credit",
        compute="_compute_credit_summary",
        groups="customer_complaint.group_complaint_user",
        help="Requested or issued credit notes, taxes included.",
    )

    @api.depends("credit_request_ids.amount", "credit_request_ids.state")
    def _compute_credit_summary(self):
        sums = {}
        for complaint, currency, amount in self.env[
            "customer.complaint.credit.request"
        ]._read_group(
            [("complaint_id", "in", self.ids), ("state", "!=", "cancelled")],
            ["complaint_id", "currency_id"],
            ["amount:sum"],
        ):
            sums.setdefault(complaint, []).append(currency.format(amount))
        for complaint in self:
            complaint.credit_summary = ", ".join(sums.get(complaint._origin, []))

    def _get_invoiced_partner(self):
        """Who was invoiced and gets the credit note, unless the invoice says otherwise."""
        self.ensure_one()
        return self.invoiced_partner_id or self.partner_id

    def _get_creditable_invoices(self):
        """Posted invoices a credit note may be asked for: of the order, else of the customer.

        Those of somebody else who was invoiced, for example a dealer, only a lead opens up, when no
        order says so.
        """
        self.ensure_one()
        is_lead = self.env.user.has_group("customer_complaint.group_complaint_lead")
        # sudo: handlers have no accounting rights; only what the request needs is handed out
        complaint = self.sudo()
        domain = [
            ("move_type", "=", "out_invoice"),
            ("state", "=", "posted"),
            ("company_id", "=", complaint.company_id.id),
        ]
        if complaint.order_id:
            invoices = complaint.order_id.invoice_ids.filtered_domain(domain)
        else:
            invoices = complaint.env["account.move"]
        partner = complaint._get_invoiced_partner()
        if not is_lead and partner.commercial_partner_id not in (
            complaint.commercial_partner_id,
            complaint.order_id.partner_invoice_id.commercial_partner_id,
        ):
            partner = complaint.partner_id
        if not invoices and partner:
            invoices = invoices.search(
                [
                    *domain,
                    ("commercial_partner_id", "=", partner.commercial_partner_id.id),
                ],
                order="invoice_date desc, id desc",
                limit=INVOICE_LIMIT,
            )
        return invoices

    def get_creditable_invoices(self):
        """What can still be credited for this complaint, for those who may work on it.

        :return: list of dict, an invoice each: id, name, date, currency, total, creditable (amounts
            in its currency, taxes included) and lines: list of dict with id, name, quantity,
            creditable_quantity, amount (of the whole line, taxes included)
        """
        self._check_credit_rights()
        invoices = self._get_creditable_invoices()
        claims = invoices._get_complaint_claims()
        asked = self._get_asked_lines(invoices)
        return [
            {
                "id": invoice.id,
                "name": invoice.name,
                "date": invoice.invoice_date,
                "currency": invoice.currency_id.name,
                "total": invoice.amount_total,
                "creditable": max(invoice.amount_total - claims.get(invoice, 0), 0),
                "lines": [
                    {
                        "id": line.id,
                        "name": line.product_id.display_name or line.name or "",
                        "quantity": line.quantity,
                        "creditable_quantity": line.quantity - asked[line][0],
                        "amount": line.price_total,
                    }
                    for line in invoice.invoice_line_ids
                    if line.display_type == "product" and line.quantity > 0
                ],
            }
            for invoice in invoices
        ]

    def _check_credit_rights(self):
        """Only those who handle the complaint see its invoices and ask for money."""
        self.ensure_one()
        if not self.env.user.has_group("customer_complaint.group_complaint_user"):
            raise AccessError(
                self.env._(
                    "Credit notes are requested by those who handle complaints. Write "
                    "your wish on the complaint."
                )
            )
        self.check_access("write")

    def _get_asked_lines(self, invoices):
        """Quantity and amount that requests claim of each invoice line, (0, 0) where none."""
        # sudo: requests about these invoices may belong to complaints the user cannot read
        asked = defaultdict(lambda: (0, 0))
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
            asked[line] = (quantity, amount)
        return asked

    def request_credit_note(
        self, invoice_id, reason, lines=None, amount=None, remedy_id=None
    ):
        """Ask accounting for a credit note, by invoice line and quantity or by amount.

        :param int invoice_id: one of `get_creditable_invoices`
        :param str reason: what accounting and the customer read
        :param dict lines: quantity by id of the invoice line
        :param float amount: taxes included, in the currency of the invoice; instead of `lines`
        :param int remedy_id: remedy of this complaint that the credit note delivers
        :return: id of the request
        :raises UserError: when the invoice is not of this customer, nothing or too much is asked
        """
        self._check_credit_rights()
        invoice = self._get_creditable_invoices().filtered(lambda i: i.id == invoice_id)
        if not invoice:
            raise UserError(
                self.env._(
                    "Choose a posted invoice of this complaint's order or customer."
                )
            )
        amount = self._read_number(amount or 0)
        commands = self._prepare_credit_lines(invoice, lines or {})
        if commands and amount:
            raise UserError(
                self.env._("Ask either for products or for an amount, not for both.")
            )
        total = sum(values["amount"] for _code, _id, values in commands) or amount
        if commands:
            # The lines of an invoice may add up to cents more than its total.
            rest = invoice.amount_total - invoice._get_complaint_claims().get(
                invoice, 0
            )
            cents = invoice.currency_id.rounding * len(commands)
            if 0 < rest < total <= rest + cents:
                total = rest
        if not (reason or "").strip():
            raise UserError(
                self.env._("Say in a few words what the credit note is for.")
            )
        if invoice.currency_id.compare_amounts(total, 0) <= 0:
            raise UserError(
                self.env._(
                    "Enter a quantity or an amount greater than zero to be credited."
                )
            )
        # sudo: write access on the complaint was checked; requests are written by methods only
        request = (
            self.env["customer.complaint.credit.request"]
            .sudo()
            .create(
                {
                    **self._prepare_credit_request(invoice, reason),
                    "amount": invoice.currency_id.round(total),
                    "remedy_id": self.remedy_ids.filtered(
                        lambda remedy: remedy.id == remedy_id
                    ).id,
                    "line_ids": commands,
                    "needs_approval": self._needs_credit_approval(invoice, total),
                }
            )
        )
        return request.id

    def _prepare_credit_request(self, move, reason):
        """Hook: values of a request about an invoice, or behind a credit note."""
        self.ensure_one()
        return {
            "complaint_id": self.id,
            "user_id": self.env.uid,
            "partner_id": move.partner_id.id,
            "invoice_id": move.id if move.move_type == "out_invoice" else False,
            "currency_id": move.currency_id.id,
            "reason": reason.strip(),
        }

    def _prepare_credit_lines(self, invoice, quantities):
        """Commands for the lines of a request; refuses lines of other invoices and too much.

        :param dict quantities: quantity by id of the invoice line; JSON sends the ids as text
        """
        digits = self.env["decimal.precision"].precision_get("Product Unit")
        if not isinstance(quantities, dict):
            quantities = {"?": 0}
        wanted = {
            int(self._read_number(line_id)): float_round(
                self._read_number(quantity), precision_digits=digits
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

    def _read_number(self, value):
        """A number given over the API; anything else is refused with a sentence."""
        try:
            number = float(value) if not isinstance(value, bool) else None
        except (TypeError, ValueError):
            number = None
        if number is None or not isfinite(number):
            raise UserError(
                self.env._(
                    "“%(value)s” is not a number. Give amounts and quantities as numbers.",
                    value=value,
                )
            )
        return number

    def _needs_credit_approval(self, invoice, amount):
        """Whether a lead has to approve first: above the limit of the company, a setting."""
        company, today = self.company_id.sudo(), fields.Date.context_today(self)
        limit = company.complaint_credit_approval_amount
        # All that is asked for this complaint counts: a sum is not split to pass the limit.
        asked = [(invoice.currency_id, amount)] + [
            (request.currency_id, request.amount)
            for request in (self.sudo() | self.sudo().merged_ids).credit_request_ids
            if request.state != "cancelled" and not request.is_afterwards
        ]
        total = sum(
            currency._convert(part, company.currency_id, company, today)
            for currency, part in asked
        )
        return limit > 0 and company.currency_id.compare_amounts(total, limit) > 0

    @api.ondelete(at_uninstall=False)
    def _unlink_except_credit_requests(self):
        # sudo: what keeps the complaint may be hidden from who deletes it
        kept = self.sudo().filtered("credit_request_ids")
        if kept:
            raise UserError(
                self.env._(
                    "%(complaints)s: credit notes were requested or issued. Archive the "
                    "complaint instead; accounting needs the reason on file.",
                    complaints=format_list(self.env, kept.mapped("name")),
                )
            )

    # ------------------------------------------------------------------
    # Accounting was first
    # ------------------------------------------------------------------
    def link_credit_note(self, number, reason=None):
        """Link a credit note that accounting has issued already; the request is made behind it.

        :param str number: number of the credit note
        :return: id of the request
        :raises UserError: when this customer has no such credit note, or it is used up
        """
        self._check_credit_rights()
        number = (number or "").strip() if isinstance(number, str) else ""
        partner = self._get_invoiced_partner()
        # sudo: handlers have no accounting rights; an exact number of this customer finds it, and
        # a number of anybody else is answered like one that does not exist
        move = self.env["account.move"].sudo()
        if number:
            move = move.search(
                [
                    ("name", "=", number),
                    ("move_type", "=", "out_refund"),
                    ("state", "!=", "cancel"),
                    ("company_id", "=", self.company_id.id),
                    (
                        "commercial_partner_id",
                        "=",
                        partner.sudo().commercial_partner_id.id,
                    ),
                ],
                limit=1,
            )
        if not (partner and move):
            raise UserError(
                self.env._(
                    "%(partner)s has no credit note %(number)s. Compare the number and the "
                    "invoiced customer of the complaint.",
                    partner=partner.display_name or self.partner_name or "–",
                    number=number,
                )
            )
        return self._request_behind(move, reason).id

    def _request_behind(self, move, reason=None):
        """Request for a credit note that exists: nothing to approve, nothing to issue.

        Without sudo rights on the credit note nothing of it is shown.
        """
        self.ensure_one()
        complaint, move = self.sudo(), move.sudo()  # see the callers' checks
        rows.claim(move)
        origin = move.reversed_entry_id
        free = move._get_complaint_free_amount()
        if move.currency_id.compare_amounts(free, 0) <= 0:
            raise UserError(
                self.env._(
                    "%(note)s is linked in full to other requests. Choose another credit "
                    "note, or unlink it there.",
                    note=move.display_name,
                )
            )
        allocation = {"move_id": move.id, "share": free}
        request = self.env["customer.complaint.credit.request"].sudo()
        request = request.create(
            {
                **complaint._prepare_credit_request(
                    move, reason or move.ref or move.display_name
                ),
                "user_id": self.env.uid,
                "is_afterwards": True,
                "invoice_id": origin.id if origin.move_type == "out_invoice" else False,
                "amount": free,
                "allocation_ids": [Command.create(allocation)],
            }
        )
        request._log_linked(move)
        return request

    # ------------------------------------------------------------------
    # Documents
    # ------------------------------------------------------------------
    def _get_report_solution_lines(self):
        """Credit notes that were posted, with what they credit."""
        # sudo: the document goes to the customer the credit note is made out to
        notes = self.sudo().credit_allocation_ids.filtered(
            lambda a: a.move_state == "posted" and a.amount
        )
        return [
            *super()._get_report_solution_lines(),
            *(
                (
                    self.env._("Credit note %(number)s", number=note.move_name),
                    note.currency_id.format(note.amount),
                )
                for note in notes.sorted("id")
            ),
        ]

    @api.model
    def _get_register_columns(self):
        return [
            *super()._get_register_columns(),
            workbook.Column(
                "credit_notes",
                self.env._("Credit notes"),
                24,
                "text",
                self.env._("Numbers of the posted credit notes."),
            ),
            workbook.Column(
                "credited",
                self.env._("Credited"),
                14,
                "amount",
                self.env._(
                    "Posted credit notes with taxes, in the currency of the company."
                ),
            ),
            workbook.Column(
                "credit_currency",
                self.env._("Currency"),
                10,
                "text",
                self.env._("Currency of the company."),
            ),
        ]

    def _get_register_rows(self):
        rows_of_page = super()._get_register_rows()
        # sudo: the complaints are readable, and so is what was credited for them
        notes = (
            self.env["customer.complaint.credit.allocation"]
            .sudo()
            .search(
                [
                    ("complaint_id", "in", self.ids),
                    ("move_state", "=", "posted"),
                    ("amount", ">", 0),
                ],
                order="id",
            )
            .grouped(lambda note: note.complaint_id.id)
        )
        for row in rows_of_page:
            posted = notes.get(row["id"])
            row["credit_notes"] = posted and ", ".join(posted.mapped("move_name"))
            row["credited"] = posted and sum(posted.mapped("amount_company"))
            row["credit_currency"] = posted and posted.company_currency_id.name
        return rows_of_page

    # ------------------------------------------------------------------
    # Screens
    # ------------------------------------------------------------------
    def action_request_credit_note(self):
        """Open the dialog that asks accounting for a credit note."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Request credit note"),
            "res_model": "customer.complaint.credit.ask",
            "view_mode": "form",
            "target": "new",
            "context": {"default_complaint_id": self.id},
        }
