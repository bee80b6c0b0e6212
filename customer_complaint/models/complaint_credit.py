from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tools import float_round, format_list

from ..tools import given, rows, workbook

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

    def _get_credit_partner(self):
        """Whom a credit note may be asked for that no order decides about.

        Somebody else than the customer, for example his dealer, only by a lead.
        """
        self.ensure_one()
        # sudo: customer and order of a complaint that the user works on
        complaint = self.sudo()
        partner = complaint._get_invoiced_partner()
        if partner.commercial_partner_id in (
            complaint.commercial_partner_id,
            complaint.order_id.partner_invoice_id.commercial_partner_id,
        ) or self.env.user.has_group("customer_complaint.group_complaint_lead"):
            return partner
        return complaint.partner_id

    def _get_creditable_invoices(self):
        """Posted invoices a credit note may be asked for: of the order, else of the customer.

        Those of somebody else who was invoiced, for example a dealer, only a lead opens up, when no
        order says so.
        """
        self.ensure_one()
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
        partner = self._get_credit_partner()
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
            creditable_quantity, amount (of the whole line, taxes included), order (its number) and
            order_effect: what is usual for the order when the product is credited
        """
        self._check_credit_rights()
        invoices = self._get_creditable_invoices()
        claims = invoices._get_complaint_claims()
        asked = self._get_asked_lines(invoices)
        digits = self.env["decimal.precision"].precision_get("Product Unit")
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
                        "creditable_quantity": max(
                            float_round(
                                line.quantity - asked[line][0], precision_digits=digits
                            ),
                            0.0,
                        ),
                        "amount": line.price_total,
                        "order": ", ".join(line.sale_line_ids.order_id.mapped("name")),
                        "order_effect": line._get_complaint_order_effect(),
                    }
                    for line in invoice._get_complaint_product_lines()
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

    def request_credit_note(
        self,
        invoice_id,
        reason,
        lines=None,
        amount=None,
        goodwill_tax=None,
        order_effect=None,
        remedy_id=None,
    ):
        """Ask accounting for a credit note: by invoice line and quantity, an amount, or goodwill.

        :param int invoice_id: one of `get_creditable_invoices`; False for a goodwill compensation
            that concerns no invoice
        :param str reason: what accounting and the customer read
        :param dict lines: quantity by id of the invoice line
        :param float amount: taxes included, in the currency of the invoice; instead of `lines`
        :param str goodwill_tax: makes the amount goodwill: `price_reduction` takes back VAT as on
            the invoice, `compensation` has no VAT
        :param str order_effect: of products: `reopen`, the order counts them as not invoiced,
            `keep`, or `usual`, each by the invoicing policy of its product, as when not given
        :param int remedy_id: what it carries out, of the chosen solution; made when none is given
        :return: id of the request
        :raises UserError: when the invoice is not of this customer, nothing or too much is asked
        """
        self._check_credit_rights()
        invoice_id, remedy_id = (
            given.key(self.env, value) for value in (invoice_id, remedy_id)
        )
        reason = given.text(self.env, reason)
        invoice = self._get_creditable_invoices().filtered(lambda i: i.id == invoice_id)
        what = self._read_credit_kind(lines, goodwill_tax, order_effect)
        if not invoice and (invoice_id or what.get("goodwill_tax") != "compensation"):
            raise UserError(
                self.env._(
                    "Choose a posted invoice of this complaint's order or customer. Only a "
                    "goodwill compensation without VAT can do without."
                )
            )
        amount = given.number(self.env, amount or 0)
        commands = self._prepare_credit_lines(invoice, lines or {})
        if commands and amount:
            raise UserError(
                self.env._("Ask either for products or for an amount, not for both.")
            )
        total = amount
        if commands:
            total = self._get_lines_total(invoice, commands)
            what["order_effect"] = what.get("order_effect") or self._get_order_effect(
                invoice, commands
            )
        if not reason:
            raise UserError(
                self.env._("Say in a few words what the credit note is for.")
            )
        values = {**self._prepare_credit_request(invoice, reason), **what}
        currency = self.env["res.currency"].browse(values["currency_id"])
        if currency.compare_amounts(total, 0) <= 0:
            raise UserError(
                self.env._(
                    "Enter a quantity or an amount greater than zero to be credited."
                )
            )
        if not values["partner_id"]:
            raise UserError(
                self.env._(
                    "Nobody is named whom the credit note could be made out to. Enter the "
                    "customer of the complaint first."
                )
            )
        remedy = self._get_remedy_to_credit(
            remedy_id, what["kind"], currency, currency.round(total)
        )
        # Two who ask at once do not both stay below a limit.
        rows.claim(self.sudo())
        approvals = self._get_credit_approvals(currency, total, remedy.type_id)
        # sudo: write access on the complaint was checked; requests are written by methods only
        request = (
            self.env["customer.complaint.credit.request"]
            .sudo()
            .create(
                {
                    **values,
                    "amount": currency.round(total),
                    "line_ids": commands,
                    "remedy_id": remedy.id,
                    "needs_approval": bool(approvals),
                    "approver_role": self._get_approver_role(approvals),
                }
            )
        )
        return request.id

    def _prepare_credit_request(self, move, reason):
        """Hook: values of a request about an invoice, behind a credit note, or about neither."""
        self.ensure_one()
        complaint = self.sudo()  # see the callers' checks
        currency = (
            move.currency_id
            or complaint.order_id.currency_id
            or complaint.company_id.currency_id
        )
        return {
            "complaint_id": self.id,
            "user_id": self.env.uid,
            "partner_id": (move.partner_id or self._get_credit_partner()).id,
            "invoice_id": move.id if move.move_type == "out_invoice" else False,
            "currency_id": currency.id,
            "reason": reason.strip(),
        }

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
    def link_credit_note(self, number, reason=None, remedy_id=None):
        """Link a credit note that accounting has issued already; the request is made behind it.

        :param str number: number of the credit note
        :param int remedy_id: what it carries out, see `request_credit_note`; when not given, a
            promised refund of just this amount
        :return: id of the request
        :raises UserError: when this customer has no such credit note, or it is used up
        """
        self._check_credit_rights()
        remedy_id = given.key(self.env, remedy_id)
        number, reason = (given.text(self.env, value) for value in (number, reason))
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
        return self._request_behind(move, reason, remedy_id).id

    def _request_behind(self, move, reason=None, remedy_id=None):
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
        remedy_id = (
            remedy_id or complaint._get_promised_money(move.currency_id, free).id
        )
        # Credited without an invoice, it was given without a claim; unless it was promised.
        kind = "amount" if origin or remedy_id else "goodwill"
        remedy = complaint._get_remedy_to_credit(
            remedy_id, kind, move.currency_id, free
        )
        request = self.env["customer.complaint.credit.request"].sudo()
        request = request.create(
            {
                **complaint._prepare_credit_request(
                    move, reason or move.ref or move.display_name
                ),
                "user_id": self.env.uid,
                "is_afterwards": True,
                "remedy_id": remedy.id,
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
