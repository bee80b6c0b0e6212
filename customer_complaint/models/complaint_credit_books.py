from contextlib import contextmanager

from odoo import api, fields, models

# What a month-end list tells apart; a change of it is kept.
FOLLOWED = ("move_state", "date", "amount")
# Values of a journal entry that can change it.
CAUSES = {"state", "date", "line_ids", "invoice_line_ids", "currency_id"}
# Where a credit note may name the complaint it was made for.
WORDING = {"ref", "narration"}


class CustomerComplaintCreditRequest(models.Model):
    """When a request ended, and what accounting may have issued for it already."""

    _inherit = "customer.complaint.credit.request"

    cancelled_at = fields.Datetime(string="Cancelled on", readonly=True)
    given_up = fields.Json(
        readonly=True,
        help="What was given up of a request that had been issued in part: moment and "
        "amount, each time.",
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
        now = fields.Datetime.now()
        for request, amount in asked.items():
            request.cancelled_at = now
            if given_up := request.currency_id.round(amount - request.amount):
                request.given_up = [
                    *(request.given_up or []),
                    [fields.Datetime.to_string(now), given_up],
                ]
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
        unreversed = min(self.share, self.move_id.amount_total)
        return {
            "reversed_amount": max(unreversed - self.amount, 0),
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
        # What stood for less than a second never was in anybody's list; why it was unlinked is
        # kept all the same.
        self.env["customer.complaint.credit.history"].sudo().create(
            [
                vals
                for vals in vals_list
                if vals.get("reason") or vals["since"] < vals["until"]
            ]
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
    complaint_undone_reversals = fields.Json(
        copy=False,
        groups="account.group_account_invoice,account.group_account_readonly",
        help="Reversals of a credit note that were taken back: id, accounting date, amount, "
        "and when they were.",
    )
    complaint_named_before = fields.Json(
        copy=False,
        groups="account.group_account_invoice,account.group_account_readonly",
        help="What a posted credit note said of a complaint until it was changed: accounting "
        "date, amount, reference, whether it named one, and until when.",
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
        if not (CAUSES | WORDING) & vals.keys():
            return super().write(vals)
        # sudo: kept whoever changes the credit note
        moves = self.sudo()
        if vals.get("state", "posted") != "posted":
            moves._keep_undone_reversals()
        notes = moves.filtered(lambda m: m.move_type == "out_refund")
        with (
            notes.complaint_allocation_ids._keeping_history(),
            notes.filtered(lambda m: m.state == "posted")._keeping_words(),
        ):
            return super().write(vals)

    def _keep_undone_reversals(self):
        """Keep what these reversals took off their credit notes until now."""
        now = fields.Datetime.to_string(fields.Datetime.now())
        for move in self:
            note = move.reversed_entry_id
            if move.state == "posted" and note.move_type == "out_refund":
                note.complaint_undone_reversals = [
                    *(note.complaint_undone_reversals or []),
                    [move.id, fields.Date.to_string(move.date), move.amount_total, now],
                ]

    @contextmanager
    def _keeping_words(self):
        """Keep what these posted notes said of a complaint before the block, where it changed."""
        words = self and self._get_complaint_words()
        before = {note: note._get_said(words) for note in self}
        yield
        now = fields.Datetime.to_string(fields.Datetime.now())
        for note, said in before.items():
            if said != note._get_said(words):
                note.complaint_named_before = [
                    *(note.complaint_named_before or []),
                    {**said, "until": now},
                ]

    def _get_said(self, words):
        self.ensure_one()
        texts = (self.ref, self.narration, *self.invoice_line_ids.mapped("name"))
        text = " ".join(filter(None, texts)).lower()
        return {
            "posted": self.state == "posted",
            "date": fields.Date.to_string(self.date),
            "amount": self.amount_total,
            "ref": self.ref or False,
            "named": any(word.lower() in text for word in words),
        }

    @api.model
    def _get_complaint_words(self):
        """Hook: what a credit note says that was made because of a complaint."""
        sequence = self.env["customer.complaint"]._get_shipped(
            "sequence_customer_complaint", "ir.sequence"
        )
        number = (sequence.prefix or "").split("%")[0]
        languages = [code for code, _name in self.env["res.lang"].get_installed()]
        words = {self.with_context(lang=code).env._("complaint") for code in languages}
        return sorted(words | ({number} if len(number) > 1 else set()))

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

    def _get_complaint_reversed(self, date, moment):
        """What of this credit note was reversed as of a date, in its currency.

        :param date: accounting date, included
        :param moment: what was taken back from this time on was still there
        """
        self.ensure_one()
        then = {
            move.id: (move.date, move.amount_total)
            for move in self.reversal_move_ids
            if move.state == "posted"
        }
        # Of a reversal that was taken back several times the first after the moment tells.
        for move_id, day, amount, at in reversed(self.complaint_undone_reversals or []):
            if fields.Datetime.to_datetime(at) >= moment:
                then[move_id] = (fields.Date.to_date(day), amount)
        return sum(amount for day, amount in then.values() if day <= date)


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
