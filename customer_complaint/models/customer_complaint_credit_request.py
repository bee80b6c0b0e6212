from collections import defaultdict

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..tools import given, rows

STATES = [
    ("to_approve", "To approve"),
    ("to_do", "To issue"),
    ("draft", "Draft"),
    ("posted", "Posted"),
    ("paid", "Settled"),
    ("cancelled", "Cancelled"),
]
# Core's words for a credit note whose amount reached the customer or his open invoice.
SETTLED = ("paid", "in_payment")
APPROVER_ROLES = [("lead", "Team lead"), ("manager", "Manager")]


class CustomerComplaintCreditRequest(models.Model):
    """What accounting reads of a complaint: whom to credit, how much, for which invoice lines.

    It stands between two people who need no rights on each other's documents. It is made and moved
    by methods only; amounts booked, their state and number are read from the credit notes.
    """

    _name = "customer.complaint.credit.request"
    _description = "Credit Note Request"
    _inherit = [
        "customer.complaint.part.mixin",
        "customer.complaint.filter.mixin",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "id desc"
    _mail_post_access = "read"
    _rec_names_search = ["name", "complaint_name", "partner_id"]

    name = fields.Char(string="Number", readonly=True, copy=False, default="/")
    # Its name holds the customer's own words, which accounting need not read.
    complaint_id = fields.Many2one(
        "customer.complaint",
        required=True,
        readonly=True,
        ondelete="restrict",
        index=True,
        groups="customer_complaint.group_complaint_user",
    )
    complaint_name = fields.Char(
        related="complaint_id.name", string="Complaint number", store=True
    )
    remedy_id = fields.Many2one(
        "customer.complaint.remedy",
        readonly=True,
        index="btree_not_null",
        groups="customer_complaint.group_complaint_user",
    )
    company_id = fields.Many2one(
        related="complaint_id.company_id", store=True, index=True
    )
    user_id = fields.Many2one("res.users", string="Requested by", readonly=True)
    partner_id = fields.Many2one(
        "res.partner", string="Invoiced customer", required=True, readonly=True
    )
    commercial_partner_id = fields.Many2one(
        related="partner_id.commercial_partner_id", store=True, index=True
    )
    invoice_id = fields.Many2one(
        "account.move", readonly=True, ondelete="set null", index="btree_not_null"
    )
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    line_ids = fields.One2many(
        "customer.complaint.credit.request.line", "request_id", readonly=True
    )
    amount = fields.Monetary(
        required=True, readonly=True, aggregator=None, help="Taxes included."
    )
    reason = fields.Char(
        required=True, readonly=True, help="Accounting and the credit note show it."
    )
    is_afterwards = fields.Boolean(
        string="Credit note came first",
        readonly=True,
        help="Made behind a credit note that accounting issued first.",
    )
    kind = fields.Selection(
        [
            ("products", "Products of an invoice"),
            ("amount", "An amount"),
            ("goodwill", "Goodwill"),
        ],
        string="What is credited",
        required=True,
        readonly=True,
        default="amount",
    )
    goodwill_tax = fields.Selection(
        [
            ("price_reduction", "Price reduction, with VAT"),
            ("compensation", "Compensation, without VAT"),
        ],
        string="Goodwill as",
        readonly=True,
        help="A price reduction takes back VAT in the proportions of the invoice. A "
        "compensation leaves price and VAT of what was sold as they are.",
    )
    order_effect = fields.Selection(
        [
            ("reopen", "To be invoiced again"),
            ("keep", "Stays invoiced"),
            ("usual", "As usual for each product"),
        ],
        string="Sales order",
        readonly=True,
        help="Whether the sales order counts the credited products as not invoiced. Usual is "
        "that, for what is invoiced by delivery; what is invoiced as ordered stays invoiced.",
    )
    needs_approval = fields.Boolean(readonly=True)
    approver_role = fields.Selection(
        APPROVER_ROLES,
        string="To be approved by",
        required=True,
        readonly=True,
        default="lead",
    )
    approver_id = fields.Many2one("res.users", string="Approved by", readonly=True)
    approved_at = fields.Datetime(string="Approved on", readonly=True)
    cancel_reason = fields.Char(string="Why cancelled", readonly=True, tracking=True)

    allocation_ids = fields.One2many(
        "customer.complaint.credit.allocation", "request_id", string="Credit notes"
    )
    open_amount = fields.Monetary(
        compute="_compute_state",
        store=True,
        aggregator=None,
        string="Not issued yet",
    )
    state = fields.Selection(
        STATES, compute="_compute_state", store=True, tracking=True, index=True
    )
    age_days = fields.Integer(
        string="Age (days)", compute="_compute_age_days", aggregator=None
    )

    _name_unique = models.UniqueIndex("(name)", "The number of a request is unique.")
    _amount_positive = models.Constraint(
        "CHECK(amount > 0)", "The amount to credit must be greater than zero."
    )
    # The work list of accounting, and what waits for a document opened there.
    _waiting_idx = models.Index(
        "(company_id, id) WHERE state IN ('to_approve', 'to_do')"
    )

    # On which invoices similar complaints were credited.
    _credited_idx = models.Index(
        "(complaint_id) INCLUDE (invoice_id) "
        "WHERE invoice_id IS NOT NULL AND state != 'cancelled'"
    )

    @api.depends(
        "amount",
        "needs_approval",
        "approved_at",
        "cancel_reason",
        "is_afterwards",
        "allocation_ids.amount",
        "allocation_ids.move_state",
        "allocation_ids.payment_state",
    )
    def _compute_state(self):
        for request in self:
            issued = request._get_issued()
            # Behind a credit note nobody asks for more than the note: nothing of it is ever to
            # be issued, also when the note is reversed, cancelled or deleted.
            rest = request.amount - sum(issued.mapped("amount"))
            request.open_amount = 0 if request.is_afterwards else max(rest, 0)
            request.state = request._get_state(issued)

    def _get_issued(self):
        """Allocations that credit something: not cancelled, not undone by a reversal."""
        return self.allocation_ids.filtered(
            lambda a: a.move_state != "cancel" and a.amount
        )

    def _get_state(self, issued):
        if self.cancel_reason or (self.is_afterwards and not issued):
            return "cancelled"
        if self.needs_approval and not self.approved_at:
            return "to_approve"
        if self.currency_id.compare_amounts(self.open_amount, 0) > 0:
            return "to_do"
        if "draft" in issued.mapped("move_state"):
            return "draft"
        if all(note.payment_state in SETTLED for note in issued):
            return "paid"
        return "posted"

    def _get_remedy_type(self):
        """Type of the remedy that the credit note delivers."""
        self.ensure_one()
        return self.remedy_id.type_id or self.complaint_id._get_credit_remedy_type(
            self.kind
        )

    def _get_state_label(self):
        states = self._fields["state"]._description_selection(self.env)
        return dict(states)[self.state]

    @api.depends("create_date")
    def _compute_age_days(self):
        now = fields.Datetime.now()
        for request in self:
            created = request.create_date or now
            request.age_days = (now - created).days

    @api.model_create_multi
    def create(self, vals_list):
        sequence = self.env["customer.complaint"]._get_shipped(
            "sequence_credit_request", "ir.sequence"
        )
        for vals in vals_list:
            vals["name"] = sequence.next_by_id()
        requests = super().create(vals_list)
        # What is asked for is reserved: two requests cannot both claim the same rest.
        requests.invoice_id._check_complaint_credit(requested=True)
        requests._ask_for_approval()
        return requests

    # ------------------------------------------------------------------
    # Giving up
    # ------------------------------------------------------------------
    def action_cancel(self):
        """Ask for the reason, then cancel."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Cancel request"),
            "res_model": "customer.complaint.credit.cancel",
            "view_mode": "form",
            "target": "new",
            "context": {"default_request_ids": self.ids},
        }

    def _cancel(self, reason):
        """Give up what is not issued yet; by accounting, a lead, or whoever asked.

        A request that is issued in part ends with what is issued.
        """
        self.check_access("read")
        reason = given.text(self.env, reason)
        if not reason:
            raise UserError(
                self.env._("Say why the credit note is not needed any more.")
            )
        if not self._is_accountant():
            others = self.filtered(lambda r: r.user_id != self.env.user)
            if others:
                others._check_judge()
        rows.claim(self.sudo())  # accounting may issue it at the same moment
        for request in self:
            if request.state not in ("to_approve", "to_do"):
                raise UserError(
                    self.env._(
                        "%(request)s has a credit note or is cancelled already. Unlink or "
                        "cancel the credit note first.",
                        request=request.name,
                    )
                )
        self._log_on_complaints(
            lambda request: self.env._(
                "%(amount)s of credit note request %(request)s were cancelled: %(reason)s",
                request=request.name,
                amount=request.currency_id.format(request.open_amount),
                reason=reason,
            )
        )
        # sudo: who may cancel was checked; the request is written by methods only
        for request in self.sudo():
            if issued := sum(request._get_issued().mapped("amount")):
                request.amount = issued
            else:
                request.cancel_reason = reason
        self._withdraw_to_do()

    # ------------------------------------------------------------------
    # Issuing by accounting
    # ------------------------------------------------------------------
    def _is_accountant(self):
        return self.env.user.has_group("account.group_account_invoice")

    def _check_to_issue(self):
        """Refuse who may not issue, and what is not to be issued."""
        if not self._is_accountant():
            raise AccessError(
                self.env._(
                    "Credit notes are issued by accounting. The request stands in its "
                    "work list."
                )
            )
        self.check_access("read")
        for request in self:
            if request.state != "to_do":
                raise UserError(
                    self.env._(
                        "%(request)s is not to be issued: %(state)s. Choose requests that "
                        "wait for a credit note.",
                        request=request.name,
                        state=request._get_state_label(),
                    )
                )

    def action_create_credit_note(self):
        """Make a draft credit note from the invoice of each request and open it.

        :raises UserError: when a request has no invoice or is not to be issued
        """
        self._check_to_issue()
        # Whoever comes second waits here, before he has made anything.
        rows.claim(self)
        rows.claim(self.invoice_id)
        notes = self.env["account.move"]
        for request in self:
            if not request._can_be_drafted():
                raise UserError(
                    self.env._(
                        "%(request)s names no invoice. Create the credit note in "
                        "accounting and link it here.",
                        request=request.name,
                    )
                )
            request.invoice_id.check_access("read")
            notes += request._create_credit_note()
        return notes._get_complaint_notes_action()

    def action_link_credit_note(self):
        """Open the dialog that links an existing credit note."""
        self.ensure_one()
        self._check_to_issue()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Link credit note"),
            "res_model": "customer.complaint.credit.link",
            "view_mode": "form",
            "target": "new",
            "context": {"default_request_id": self.id},
        }

    def link_credit_note(self, move_id):
        """Link an existing credit note, draft or posted, with as much of it as the request needs.

        :param int move_id: id of a customer credit note the user may read
        :raises UserError: when it does not fit: other customer, company, currency or invoice, all
            of its amount linked already, or more than the invoice allows
        """
        self.ensure_one()
        self._check_to_issue()
        move = self.env["account.move"].browse(given.key(self.env, move_id)).exists()
        if not move:
            raise UserError(
                self.env._("This credit note does not exist any more. Choose another.")
            )
        move.check_access("read")
        self._link(move)
        return True

    def _link(self, move):
        """Tie a credit note to this request, with as much of it as is free and needed."""
        self.ensure_one()
        move.ensure_one()
        self._check_fits(move)
        # sudo: whoever links was checked to be an accountant, or works on the complaint; rows are
        # written by methods only
        request = self.sudo()
        for records in (request, move.sudo() | request.invoice_id):
            rows.claim(records)
        if move in request.allocation_ids.move_id:
            raise UserError(
                self.env._(
                    "%(note)s is linked to %(request)s already.",
                    note=move.display_name,
                    request=request.name,
                )
            )
        free = move.sudo()._get_complaint_free_amount()
        if request.currency_id.compare_amounts(free, 0) <= 0:
            raise UserError(
                self.env._(
                    "%(note)s is linked in full to other requests. Choose another credit "
                    "note, or unlink it there.",
                    note=move.display_name,
                )
            )
        self.env["customer.complaint.credit.allocation"].sudo().create(
            {
                "request_id": request.id,
                "move_id": move.id,
                "share": min(free, request.open_amount),
            }
        )
        (request.invoice_id | move.sudo().reversed_entry_id)._check_complaint_credit()
        self._log_linked(move)

    def _log_linked(self, move):
        self._log_on_complaints(
            lambda request: self.env._(
                "Credit note %(note)s is linked to request %(request)s.",
                note=move.display_name,
                request=request.name,
            )
        )

    def _check_fits(self, move):
        """Refuse a credit note that cannot settle this request; says why."""
        self.ensure_one()
        move = move.sudo()  # compared only; what is said names the note the user gave
        invoice = self.invoice_id.sudo()
        if invoice and invoice.state != "posted":
            problem = self.env._(
                "invoice %(invoice)s is no longer posted", invoice=invoice.display_name
            )
        elif move.move_type != "out_refund" or move.state == "cancel":
            problem = self.env._("it is not a valid customer credit note")
        elif move.company_id != self.company_id:
            problem = self.env._("it belongs to another company")
        elif move.commercial_partner_id != self.commercial_partner_id:
            problem = self.env._(
                "it is made out to %(other)s, but %(customer)s was invoiced",
                other=move.commercial_partner_id.display_name,
                customer=self.commercial_partner_id.display_name,
            )
        elif move.currency_id != self.currency_id:
            problem = self.env._(
                "it is in %(other)s, the request in %(currency)s",
                other=move.currency_id.name,
                currency=self.currency_id.name,
            )
        elif invoice and move.reversed_entry_id not in (invoice, invoice.browse()):
            problem = self.env._(
                "it credits invoice %(other)s, the request is about %(invoice)s",
                other=move.reversed_entry_id.name,
                invoice=invoice.name,
            )
        else:
            return
        raise UserError(
            self.env._(
                "%(note)s does not fit %(request)s: %(problem)s. Choose another "
                "credit note or correct this one.",
                note=move.display_name,
                request=self.name,
                problem=problem,
            )
        )

    def _log_on_complaints(self, get_body):
        """Internal note on the complaint of each request.

        :param get_body: function of a request, returns the text
        """
        bodies = defaultdict(list)
        for request in self.sudo():  # accounting cannot read complaints
            bodies[request.complaint_id.id].append(get_body(request))
        self.env["customer.complaint"].sudo().browse(bodies)._message_log_batch(
            bodies={key: Markup("<br/>").join(texts) for key, texts in bodies.items()},
            author_id=self.env.user.partner_id.id,
        )


class CustomerComplaintCreditRequestLine(models.Model):
    """An invoice line with the quantity to credit; keeps its words when the invoice changes."""

    _name = "customer.complaint.credit.request.line"
    _description = "Credit Note Request Line"
    _order = "request_id, id"

    request_id = fields.Many2one(
        "customer.complaint.credit.request",
        required=True,
        ondelete="cascade",
        index=True,
    )
    company_id = fields.Many2one(related="request_id.company_id", store=True)
    currency_id = fields.Many2one(related="request_id.currency_id")
    invoice_line_id = fields.Many2one(
        "account.move.line", ondelete="set null", index="btree_not_null"
    )
    name = fields.Char(string="Description", required=True)
    quantity = fields.Float(digits="Product Unit", required=True)
    amount = fields.Monetary(help="Taxes included.")

    _quantity_positive = models.Constraint(
        "CHECK(quantity > 0)", "The quantity to credit must be greater than zero."
    )
