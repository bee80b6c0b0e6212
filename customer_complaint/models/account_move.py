from odoo import fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command, Domain

from ..tools import given, rows


class AccountMove(models.Model):
    _name = "account.move"
    _inherit = ["account.move", "customer.complaint.origin.mixin"]

    complaint_allocation_ids = fields.One2many(
        "customer.complaint.credit.allocation",
        "move_id",
        groups="account.group_account_invoice,account.group_account_readonly",
    )
    complaint_names = fields.Char(
        string="Complaint",
        compute="_compute_complaint_names",
        search="_search_complaint_names",
        groups="account.group_account_invoice,account.group_account_readonly",
    )
    waiting_credit_request_ids = fields.Many2many(
        "customer.complaint.credit.request",
        "customer_complaint_credit_waiting_rel",
        string="Requested credit notes",
        compute="_compute_waiting_credit_request_ids",
        groups="account.group_account_invoice",
    )

    def _compute_complaint_names(self):
        for move in self:
            names = move.complaint_allocation_ids.request_id.mapped("complaint_name")
            move.complaint_names = ", ".join(dict.fromkeys(names)) or False

    def _search_complaint_names(self, operator, value):
        if operator not in ("in", "like", "ilike", "=ilike"):
            return NotImplemented
        path = "complaint_allocation_ids.request_id.complaint_name"
        if operator != "in":
            return Domain(path, operator, value)
        domain = Domain(path, "in", [name for name in value if name])
        if not all(value):
            domain |= Domain("complaint_allocation_ids", "=", False)
        return domain

    def _compute_waiting_credit_request_ids(self):
        """Requests that wait for this invoice, or that this credit note could settle."""
        self.waiting_credit_request_ids = False
        sales = self.filtered(
            lambda m: m.move_type in ("out_invoice", "out_refund")
            and m.state != "cancel"
        )
        if not sales:
            return
        waiting = self.env["customer.complaint.credit.request"].search(
            [
                ("state", "=", "to_do"),
                ("company_id", "in", sales.company_id.ids),
                ("commercial_partner_id", "in", sales.commercial_partner_id.ids),
            ]
        )
        for move in sales:
            move.waiting_credit_request_ids = waiting.filtered(
                lambda r, m=move: m._can_settle(r)
            )

    def _can_settle(self, request):
        """Whether a waiting request belongs to this invoice, or may be settled by this note."""
        self.ensure_one()
        if self.move_type == "out_invoice":
            return request.invoice_id == self
        return (
            not self.complaint_allocation_ids
            and request.company_id == self.company_id
            and request.commercial_partner_id == self.commercial_partner_id
            and request.currency_id == self.currency_id
            and (
                not self.reversed_entry_id
                or not request.invoice_id
                or self.reversed_entry_id == request.invoice_id
            )
        )

    # ------------------------------------------------------------------
    # Guard: never more credited than invoiced
    # ------------------------------------------------------------------
    def _check_complaint_credit(self, requested=False):
        """Refuse when these invoices would be credited with more than they were made out for.

        Counted are the credit notes that reverse the invoice, whoever made them, and other notes
        linked to its requests.

        :param bool requested: count also what open requests still claim
        """
        invoices = self.sudo().filtered(lambda m: m.move_type == "out_invoice")
        if not invoices:
            return
        rows.claim(invoices)
        claimed = invoices._get_complaint_claims(requested)
        for invoice in invoices:
            rest = invoice.amount_total - claimed.get(invoice, 0)
            if invoice.currency_id.compare_amounts(rest, 0) < 0:
                raise UserError(
                    self.env._(
                        "%(invoice)s was made out for %(total)s. With this, %(claimed)s "
                        "would be credited or requested: %(over)s too much. Reduce the "
                        "amount, or cancel an earlier request.",
                        invoice=invoice.name,
                        total=invoice.currency_id.format(invoice.amount_total),
                        claimed=invoice.currency_id.format(claimed[invoice]),
                        over=invoice.currency_id.format(-rest),
                    )
                )

    def _get_complaint_claims(self, requested=True):
        """What is credited on these invoices or claimed by requests, in each one's currency.

        :param bool requested: count also what open requests still claim
        :return: dict of amounts by invoice; those without are missing
        """
        Request = self.env["customer.complaint.credit.request"].sudo()
        claims = {}
        for invoice, currency, amount, day in (
            self.env["account.move"]
            .sudo()
            ._read_group(
                [
                    ("reversed_entry_id", "in", self.ids),
                    ("move_type", "=", "out_refund"),
                    ("state", "!=", "cancel"),
                ],
                ["reversed_entry_id", "currency_id"],
                ["amount_total:sum", "invoice_date:max"],
            )
        ):
            claims[invoice] = claims.get(invoice, 0) + currency._convert(
                amount,
                invoice.currency_id,
                invoice.company_id,
                day or fields.Date.context_today(self),
            )
        # What was credited and taken back again is no longer credited.
        for undone in (
            self.env["account.move"]
            .sudo()
            .search(
                [
                    ("reversed_entry_id.reversed_entry_id", "in", self.ids),
                    ("reversed_entry_id.move_type", "=", "out_refund"),
                    ("state", "=", "posted"),
                ]
            )
        ):
            invoice = undone.reversed_entry_id.reversed_entry_id
            claims[invoice] = claims.get(invoice, 0) - undone.currency_id._convert(
                undone.amount_total,
                invoice.currency_id,
                invoice.company_id,
                undone.date,
            )
        for request in Request.search(
            [("invoice_id", "in", self.ids), ("state", "!=", "cancelled")]
        ):
            invoice = request.invoice_id
            others = request.allocation_ids.filtered(
                lambda a, i=invoice: a.move_state != "cancel"
                and a.move_id.reversed_entry_id != i
            )
            claims[invoice] = (
                claims.get(invoice, 0)
                + (request.open_amount if requested else 0)
                + sum(others.mapped("amount"))
            )
        return claims

    def _get_complaint_free_amount(self):
        """What of this credit note no request has claimed yet."""
        self.ensure_one()
        taken = sum(self.complaint_allocation_ids.mapped("amount"))
        return self._get_complaint_worth() - taken

    def _get_complaint_worth(self):
        """What a credit note is worth after what was reversed of it, in its currency."""
        self.ensure_one()
        undone = self.reversal_move_ids.filtered(lambda m: m.state == "posted")
        return max(self.amount_total - sum(undone.mapped("amount_total")), 0)

    def _get_complaint_part(self, link, links):
        """What one of the links to this credit note gets of its worth.

        Who came first is served first: together they never get more than it is worth.
        """
        self.ensure_one()
        earlier = links.filtered(lambda other: other._origin.id < link._origin.id)
        rest = self._get_complaint_worth() - sum(earlier.mapped("share"))
        return max(min(link.share, rest), 0)

    def link_to_complaint(self, number):
        """Link a credit note nobody requested to a complaint; the request is made behind it.

        For accounting, which does not read complaints: the number must be that of a complaint of
        the customer the credit note is made out to.

        :param str number: number of the complaint
        :return: id of the request
        :raises UserError: when this customer has no such complaint, or the note is used up
        """
        self.ensure_one()
        if not self.env.user.has_group("account.group_account_invoice"):
            raise AccessError(
                self.env._("Only accounting links credit notes to complaints.")
            )
        self.check_access("write")
        # sudo: accounting reads no complaints; another customer's number is answered like one
        # that does not exist
        complaint = (
            self.env["customer.complaint"]
            .sudo()
            .search(
                [
                    ("name", "=", given.text(self.env, number)),
                    ("company_id", "=", self.company_id.id),
                ]
            )
            .filtered(
                lambda c: c._get_invoiced_partner().commercial_partner_id
                == self.commercial_partner_id
            )
        )
        if self.move_type != "out_refund" or self.state == "cancel" or not complaint:
            raise UserError(
                self.env._(
                    "%(partner)s has no complaint %(number)s that this credit note could "
                    "settle. Compare the number and the invoiced customer.",
                    partner=self.commercial_partner_id.display_name,
                    number=number,
                )
            )
        return complaint._request_behind(self).id

    def _post(self, soft=True):
        """A credit note of a complaint is checked again: its draft may have been changed."""
        notes = self.sudo().filtered(
            lambda m: m.move_type == "out_refund" and m.complaint_allocation_ids
        )
        for note in notes:
            links = note.complaint_allocation_ids
            # A single link takes what the note says; several would take it from each other.
            if (
                len(links) > 1
                and note.currency_id.compare_amounts(
                    sum(links.mapped("share")), note.amount_total
                )
                > 0
            ):
                raise UserError(
                    self.env._(
                        "%(note)s is linked to complaints with more than its amount. Unlink "
                        "one of them on the request, then post.",
                        note=note.display_name,
                    )
                )
            for allocation in note.complaint_allocation_ids:
                allocation.request_id._check_fits(note)
                allocation._follow_note()
        posted = super()._post(soft)
        (
            notes.reversed_entry_id
            | notes.complaint_allocation_ids.request_id.invoice_id
        )._check_complaint_credit()
        for note in notes & posted.sudo():
            note.complaint_allocation_ids.request_id._log_on_complaints(
                lambda request, note=note: self.env._(
                    "Credit note %(note)s over %(amount)s was posted.",
                    note=note.name,
                    amount=note.currency_id.format(note.amount_total),
                )
            )
        return posted

    # ------------------------------------------------------------------
    # Complaints opened from an invoice
    # ------------------------------------------------------------------
    def _prepare_complaint_values(self):
        self.ensure_one()
        lines = self.invoice_line_ids.filtered(
            lambda line: line.product_id and line.quantity > 0
        )
        # sudo: whoever reads the invoice may learn of which order it is; the order itself is
        # taken over only by those who may read it
        orders = lines.sudo().sale_line_ids.order_id.sudo(False)
        order = orders if len(orders) == 1 and orders.has_access("read") else None
        values = order._prepare_complaint_values() if order else {}
        return {
            **values,
            "company_id": self.company_id.id,
            "partner_id": values.get("partner_id") or self.partner_id.id,
            "invoiced_partner_id": self.partner_id.id,
            "salesperson_id": self.invoice_user_id.id,
            "line_ids": [
                Command.create(line._prepare_complaint_line_values(order))
                for line in lines
            ],
        }

    def action_open_complaint(self):
        self.ensure_one()
        if (
            self.move_type not in ("out_invoice", "out_refund")
            or self.state != "posted"
        ):
            raise UserError(
                self.env._(
                    "%(document)s is no posted invoice of a customer. Open the complaint "
                    "from the order or the customer.",
                    document=self.display_name,
                )
            )
        return super().action_open_complaint()

    # ------------------------------------------------------------------
    # Buttons
    # ------------------------------------------------------------------
    def _get_complaint_notes_action(self):
        action = {
            "type": "ir.actions.act_window",
            "name": self.env._("Credit notes"),
            "res_model": "account.move",
            "context": {"default_move_type": "out_refund"},
        }
        if len(self) == 1:
            return {**action, "view_mode": "form", "res_id": self.id}
        return {**action, "view_mode": "list,form", "domain": [("id", "in", self.ids)]}

    def action_view_credit_requests(self):
        """Open the credit note requests of these documents, linked or waiting."""
        requests = (
            self.complaint_allocation_ids.request_id | self.waiting_credit_request_ids
        )
        action = self.env["ir.actions.actions"]._for_xml_id(
            "customer_complaint.customer_complaint_credit_request_action"
        )
        if len(requests) == 1:
            action.update(
                {"views": [(False, "form")], "res_id": requests.id, "context": {}}
            )
        else:
            action.update({"domain": [("id", "in", requests.ids)], "context": {}})
        return action

    def action_link_complaint(self):
        """Link this credit note to a waiting request, or to a complaint by its number."""
        self.ensure_one()
        waiting = self.waiting_credit_request_ids
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Link to a complaint"),
            "res_model": "customer.complaint.credit.link",
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_move_id": self.id,
                "default_request_id": self.env.context.get("credit_request_id")
                or (waiting.id if len(waiting) == 1 else False),
            },
        }


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    def _get_complaint_order_effect(self):
        """What is usual for the order when this product is credited.

        What is invoiced by delivery comes back with a return, so that the order has to follow; what
        is invoiced as ordered would be invoiced once more.
        """
        self.ensure_one()
        policies = self.sale_line_ids.product_id.mapped("invoice_policy")
        return "reopen" if policies and set(policies) == {"delivery"} else "keep"

    def _prepare_complaint_line_values(self, order=None):
        """Hook: what a complaint line takes over from an invoice line.

        :param order: the order the complaint is about, when the user may read it
        """
        self.ensure_one()
        return {
            "order_line_id": self.sale_line_ids[:1].id if order else False,
            "product_id": self.product_id.id,
            "name": self.product_id.display_name or self.name,
            "quantity": self.quantity,
            "uom_id": self.product_uom_id.id,
        }
