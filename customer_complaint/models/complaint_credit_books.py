from contextlib import contextmanager

from odoo import api, fields, models

# What a month-end list tells apart; a change of it is kept.
FOLLOWED = ("move_state", "date", "amount")
# Values of a journal entry that can change it.
CAUSES = {"state", "date", "line_ids", "invoice_line_ids", "currency_id"}


class CustomerComplaintCreditRequest(models.Model):
    """When a request ended, and what accounting may have issued for it already."""

    _inherit = "customer.complaint.credit.request"

    cancelled_at = fields.Datetime(string="Cancelled on", readonly=True)
    cancelled_amount = fields.Monetary(
        readonly=True,
        aggregator=None,
        help="What was given up of a request that had been issued in part.",
    )
    history_ids = fields.One2many(
        "customer.complaint.credit.history",
        "request_id",
        string="Earlier states",
        groups="account.group_account_invoice,account.group_account_readonly",
    )
    similar_note_ids = fields.Many2many(
        "account.move",
        "customer_complaint_credit_similar_rel",
        string="Possibly the same",
        compute="_compute_similar_note_ids",
        groups="account.group_account_invoice",
        help="Credit notes of this customer that name neither an invoice nor a complaint.",
    )

    @api.depends("state", "commercial_partner_id", "currency_id", "company_id")
    def _compute_similar_note_ids(self):
        self.similar_note_ids = False
        waiting = self.filtered(lambda r: r.state in ("to_approve", "to_do"))
        if not waiting:
            return
        notes = self.env["account.move"].search(
            [
                ("move_type", "=", "out_refund"),
                ("state", "!=", "cancel"),
                ("company_id", "in", waiting.company_id.ids),
                ("commercial_partner_id", "in", waiting.commercial_partner_id.ids),
                ("reversed_entry_id", "=", False),
                ("complaint_allocation_ids", "=", False),
            ]
        )
        for request in waiting:
            request.similar_note_ids = notes.filtered(
                lambda n, r=request: n.company_id == r.company_id
                and n.commercial_partner_id == r.commercial_partner_id
                and n.currency_id == r.currency_id
            )

    def _cancel(self, reason):
        asked = {request: request.amount for request in self.sudo()}
        result = super()._cancel(reason)
        for request, amount in asked.items():
            request.write(
                {
                    "cancelled_at": fields.Datetime.now(),
                    "cancelled_amount": amount - request.amount,
                }
            )
        return result


class CustomerComplaintCreditAllocation(models.Model):
    """Before a link or its credit note changes, how it stood is kept."""

    _inherit = "customer.complaint.credit.allocation"

    since = fields.Datetime(
        required=True,
        readonly=True,
        default=lambda self: fields.Datetime.now(),
        help="Since when it stands like this.",
    )

    def _prepare_history(self):
        self.ensure_one()
        return {
            "request_id": self.request_id.id,
            "move_id": self.move_id.id,
            "move_name": self.move_name,
            "since": self.since,
            "until": fields.Datetime.now(),
            "user_id": self.env.uid,
            **{name: self[name] for name in FOLLOWED},
        }

    @contextmanager
    def _keeping_history(self):
        """Keep how these links stood before the block, where it changed."""
        before = {allocation: allocation._prepare_history() for allocation in self}
        yield
        changed = self.browse(
            allocation.id
            for allocation, kept in before.items()
            if any(kept[name] != allocation[name] for name in FOLLOWED)
        )
        self._write_history([before[allocation] for allocation in changed])
        changed.since = fields.Datetime.now()

    @api.model
    def _write_history(self, vals_list):
        # What stood for less than a second never was in anybody's list.
        self.env["customer.complaint.credit.history"].sudo().create(
            [vals for vals in vals_list if vals["since"] < vals["until"]]
        )

    def _follow_note(self):
        with self._keeping_history():
            return super()._follow_note()

    def unlink(self):
        reason = self.env.context.get("complaint_unlink_reason")
        self._write_history(
            [{**link._prepare_history(), "reason": reason} for link in self]
        )
        return super().unlink()


class AccountMove(models.Model):
    """What a complaint's credit note says of it, and what it said before."""

    _inherit = "account.move"

    red_letter_number = fields.Char(
        string="Red-letter invoice",
        copy=False,
        tracking=True,
        help="Number of the red-letter invoice (红字发票) issued for this credit note.",
    )
    complaint_reason = fields.Char(
        string="Reason of the complaint",
        compute="_compute_complaint_people",
        groups="account.group_account_invoice,account.group_account_readonly",
    )
    complaint_invoice_ids = fields.Many2many(
        "account.move",
        "customer_complaint_credited_invoice_rel",
        string="Credited invoice",
        compute="_compute_complaint_people",
        groups="account.group_account_invoice,account.group_account_readonly",
    )
    complaint_requester_ids = fields.Many2many(
        "res.users",
        "customer_complaint_credit_requester_rel",
        string="Requested by",
        compute="_compute_complaint_people",
        groups="account.group_account_invoice,account.group_account_readonly",
    )
    complaint_approver_ids = fields.Many2many(
        "res.users",
        "customer_complaint_credit_approver_rel",
        string="Approved by",
        compute="_compute_complaint_people",
        groups="account.group_account_invoice,account.group_account_readonly",
    )
    complaint_undone_payments = fields.Json(
        copy=False,
        groups="account.group_account_invoice,account.group_account_readonly",
        help="Reconciliations of a complaint's credit note that were undone: accounting "
        "date, amount, and when they were undone.",
    )

    @api.depends("complaint_allocation_ids.request_id", "reversed_entry_id")
    def _compute_complaint_people(self):
        for move in self:
            requests = move.complaint_allocation_ids.request_id
            reasons = dict.fromkeys(requests.sorted("id").mapped("reason"))
            move.complaint_reason = "; ".join(reasons) or False
            move.complaint_invoice_ids = (
                requests and move.reversed_entry_id or requests.invoice_id
            )
            move.complaint_requester_ids = requests.user_id
            move.complaint_approver_ids = requests.approver_id

    def _get_complaint_facts(self):
        """What the printed credit note says of its complaints: pairs of label and text."""
        self.ensure_one()
        # sudo: the credit note is shown; of the complaint it says what accounting reads too
        note = self.sudo()
        if note.move_type != "out_refund":
            return []
        facts = [(self.env._("Red-letter invoice"), note.red_letter_number)]
        if note.complaint_allocation_ids:
            facts = [
                (self.env._("Complaint"), note.complaint_names),
                (self.env._("Reason"), note.complaint_reason),
                (
                    self.env._("Invoice"),
                    ", ".join(note.complaint_invoice_ids.mapped("name")),
                ),
                *facts,
                (
                    self.env._("Requested by"),
                    ", ".join(note.complaint_requester_ids.mapped("name")),
                ),
                (
                    self.env._("Approved by"),
                    ", ".join(note.complaint_approver_ids.mapped("name")),
                ),
            ]
        return [(label, text) for label, text in facts if text]

    def write(self, vals):
        if not CAUSES & vals.keys():
            return super().write(vals)
        notes = self.filtered(lambda m: m.move_type == "out_refund")
        # sudo: kept whoever changes the credit note
        with notes.sudo().complaint_allocation_ids._keeping_history():
            return super().write(vals)

    def unlink(self):
        # Before the lines go: until then the draft says how much it was over.
        # sudo: whoever deletes the draft may; the links follow it
        self.sudo().complaint_allocation_ids.unlink()
        return super().unlink()

    def _get_complaint_paid(self, date, moment):
        """What of this credit note was reconciled as of a date, in its currency.

        :param date: accounting date, included
        :param moment: what was undone from this time on was still there
        """
        self.ensure_one()
        partials = self.line_ids.matched_debit_ids.filtered(
            lambda p: p.max_date <= date
        )
        undone = sum(
            amount
            for day, amount, undone_at in self.complaint_undone_payments or []
            if fields.Date.to_date(day) <= date
            and fields.Datetime.to_datetime(undone_at) >= moment
        )
        return sum(partials.mapped("credit_amount_currency")) + undone


class AccountPartialReconcile(models.Model):
    _inherit = "account.partial.reconcile"

    def unlink(self):
        # sudo: kept whoever takes the payment back; core names a row once for either side
        partials = self.sudo() | self.browse()
        now = fields.Datetime.to_string(fields.Datetime.now())
        for note, undone in partials.grouped(
            lambda p: p.credit_move_id.move_id
        ).items():
            if note.move_type == "out_refund" and note.complaint_allocation_ids:
                note.complaint_undone_payments = [
                    *(note.complaint_undone_payments or []),
                    *(
                        [
                            fields.Date.to_string(partial.max_date),
                            partial.credit_amount_currency,
                            now,
                        ]
                        for partial in undone
                    ),
                ]
        return super().unlink()
