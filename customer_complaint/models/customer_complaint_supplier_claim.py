from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import format_list

from ..tools import given, rows

STATES = [
    ("open", "Open"),
    ("draft", "Draft"),
    ("partly", "Partly credited"),
    ("posted", "Credit note posted"),
    ("paid", "Settled"),
    ("closed", "Given up"),
]
SETTLED = ("paid", "in_payment")
# Set by methods, or read from the complaint and the vendor credit notes.
METHOD_FIELDS = {
    *("name", "complaint_name", "company_id", "commercial_partner_id"),
    *("close_reason", "credited_amount", "open_amount", "state", "allocation_ids"),
}


class CustomerComplaintSupplierClaim(models.Model):
    """What we ask a supplier to pay for a complaint; what he paid is read from accounting.

    Accountants read it and tie vendor credit notes to it. They read no complaint.
    """

    _name = "customer.complaint.supplier.claim"
    _description = "Supplier Claim"
    _inherit = ["customer.complaint.part.mixin", "mail.thread", "mail.activity.mixin"]
    _order = "id desc"
    _mail_post_access = "read"
    _rec_names_search = ["name", "complaint_name", "partner_id", "reference"]
    _check_company_auto = True

    name = fields.Char(
        string="Number",
        readonly=True,
        copy=False,
        default=lambda self: self.env._("New claim"),
    )
    # Its name holds the customer's own words, which accounting need not read.
    complaint_id = fields.Many2one(
        "customer.complaint",
        required=True,
        ondelete="restrict",
        index=True,
        groups="customer_complaint.group_complaint_user",
    )
    complaint_name = fields.Char(
        related="complaint_id.name", string="Complaint number", store=True
    )
    company_id = fields.Many2one(
        related="complaint_id.company_id", store=True, index=True, precompute=True
    )
    user_id = fields.Many2one(
        "res.users",
        string="Claimed by",
        default=lambda self: self.env.user,
        index="btree_not_null",
    )
    partner_id = fields.Many2one(
        "res.partner",
        string="Supplier",
        required=True,
        check_company=True,
        tracking=True,
    )
    commercial_partner_id = fields.Many2one(
        related="partner_id.commercial_partner_id", store=True, index=True
    )
    product_id = fields.Many2one(
        "product.product", check_company=True, index="btree_not_null"
    )
    currency_id = fields.Many2one(
        "res.currency",
        compute="_compute_currency_id",
        store=True,
        readonly=False,
        required=True,
        precompute=True,
    )
    amount = fields.Monetary(
        string="Expected",
        required=True,
        aggregator=None,
        tracking=True,
        help="What the supplier is asked for, taxes included.",
    )
    reason = fields.Char(
        required=True,
        help="Accounting and the supplier read it: no words of customers.",
    )
    reference = fields.Char(
        string="Supplier's reference", help="His number of the claim or return."
    )
    date = fields.Date(
        string="Claimed on", required=True, default=fields.Date.context_today
    )
    close_reason = fields.Char(
        string="Why given up", readonly=True, copy=False, tracking=True
    )
    allocation_ids = fields.One2many(
        "customer.complaint.supplier.allocation",
        "claim_id",
        string="Vendor credit notes",
    )
    credited_amount = fields.Monetary(
        string="Credited", compute="_compute_state", store=True, aggregator=None
    )
    open_amount = fields.Monetary(
        string="Not credited yet", compute="_compute_state", store=True, aggregator=None
    )
    state = fields.Selection(
        STATES, compute="_compute_state", store=True, tracking=True, index=True
    )

    _name_unique = models.UniqueIndex("(name)", "The number of a claim is unique.")
    _amount_positive = models.Constraint(
        "CHECK(amount > 0)", "Enter what the supplier is asked for, more than zero."
    )

    @api.depends("complaint_id")
    def _compute_currency_id(self):
        for claim in self:
            claim.currency_id = (
                claim.currency_id
                or claim.complaint_id.company_id.currency_id
                or self.env.company.currency_id
            )

    @api.depends(
        "amount",
        "close_reason",
        "allocation_ids.amount",
        "allocation_ids.move_state",
        "allocation_ids.payment_state",
    )
    def _compute_state(self):
        for claim in self:
            credited = claim.allocation_ids.filtered(
                lambda a: a.move_state == "posted" and a.amount
            )
            claim.credited_amount = sum(credited.mapped("amount"))
            claim.open_amount = max(claim.amount - claim.credited_amount, 0)
            claim.state = claim._get_state(credited)

    def _get_state(self, credited):
        if credited and self.currency_id.is_zero(self.open_amount):
            if all(note.payment_state in SETTLED for note in credited):
                return "paid"
            return "posted"
        if self.close_reason:
            return "closed"
        if credited:
            return "partly"
        if "draft" in self.allocation_ids.mapped("move_state"):
            return "draft"
        return "open"

    @api.model_create_multi
    def create(self, vals_list):
        sequence = self.env["customer.complaint"]._get_shipped(
            "sequence_supplier_claim", "ir.sequence"
        )
        for vals in vals_list:
            self._check_method_values(vals)
            vals["name"] = sequence.next_by_id()
        claims = super().create(vals_list)
        if not self.env.su:
            claims.complaint_id.check_access("write")
        for claim in claims:
            claim._log_on_complaint(
                self.env._(
                    "Claim %(claim)s over %(amount)s to supplier %(supplier)s.",
                    claim=claim.name,
                    amount=claim.currency_id.format(claim.amount),
                    supplier=claim.partner_id.display_name,
                )
            )
        return claims

    def write(self, vals):
        self._check_method_values(vals, {"complaint_id"})
        if not self.env.su and {"partner_id", "currency_id"} & vals.keys():
            self._check_unlinked()
        return super().write(vals)

    def _check_method_values(self, vals, fixed=frozenset()):
        if not self.env.su and (METHOD_FIELDS | fixed) & vals.keys():
            raise AccessError(
                self.env._(
                    "Number, complaint and state of a claim are set by its buttons, not "
                    "written."
                )
            )

    def _check_unlinked(self):
        """What accounting relies on stays once a credit note is linked."""
        if linked := self.filtered("allocation_ids"):
            raise UserError(
                self.env._(
                    "%(claims)s: a vendor credit note is linked. Supplier and currency "
                    "stay; accounting can unlink it.",
                    claims=format_list(self.env, linked.mapped("name")),
                )
            )

    def _log_on_complaint(self, body):
        self.ensure_one()
        # sudo: accounting cannot read complaints; a note about its own doing
        self.sudo().complaint_id._message_log(
            body=body, author_id=self.env.user.partner_id.id
        )

    # ------------------------------------------------------------------
    # Giving up
    # ------------------------------------------------------------------
    def action_close(self):
        """Ask why nothing more is to be got from the supplier."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Give up the claim"),
            "res_model": "customer.complaint.supplier.close",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_claim_ids": self.ids},
        }

    def close(self, reason):
        """Give up what the supplier has not credited.

        :param str reason: why, for those who wonder later
        :raises UserError: when there is no reason, or nothing is open
        """
        self._check_may_handle()
        reason = given.text(self.env, reason)
        for claim in self:
            if not reason or claim.state in ("posted", "paid", "closed"):
                raise UserError(
                    self.env._(
                        "Say why %(claim)s is given up; only an open claim can be.",
                        claim=claim.name,
                    )
                )
            claim._log_on_complaint(
                self.env._(
                    "Claim %(claim)s was given up: %(reason)s",
                    claim=claim.name,
                    reason=reason,
                )
            )
        self.sudo().close_reason = reason  # sudo: rights were checked above
        return True

    def action_reopen(self):
        """Ask the supplier again."""
        self._check_may_handle()
        self.sudo().close_reason = False  # sudo: rights were checked above
        return True

    def _check_may_handle(self):
        """Claims are given up by accounting, or by who works on the complaint."""
        if self._is_accountant():
            self.check_access("read")
            return
        self.check_access("write")
        self.complaint_id.check_access("write")

    # ------------------------------------------------------------------
    # Vendor credit notes
    # ------------------------------------------------------------------
    def _is_accountant(self):
        return self.env.user.has_group("account.group_account_invoice")

    def action_link_refund(self):
        """Open the dialog that links a vendor credit note."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Link vendor credit note"),
            "res_model": "customer.complaint.supplier.link",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_claim_id": self.id},
        }

    def link_refund(self, move_id, amount=None):
        """Link a vendor credit note, draft or posted, with as much of it as the claim needs.

        :param int move_id: id of a vendor credit note the user may read
        :param float amount: taxes included, in its currency; what is open of the claim and free
            on the note when not given
        :return: id of the link
        :raises AccessError: for anybody but accounting
        :raises UserError: when it does not fit: other supplier, company or currency, or used up
        """
        self.ensure_one()
        if not self._is_accountant():
            raise AccessError(
                self.env._("Only accounting links vendor credit notes to claims.")
            )
        self.check_access("read")
        move = self.env["account.move"].browse(given.key(self.env, move_id)).exists()
        if not move:
            raise UserError(
                self.env._("This credit note does not exist any more. Choose another.")
            )
        move.check_access("read")
        self._check_fits(move)
        # sudo: the accountant was checked; rows are written by methods only
        claim = self.sudo()
        for records in (claim, move.sudo()):
            rows.claim(records)
        if move in claim.allocation_ids.move_id:
            raise UserError(
                self.env._(
                    "%(note)s is linked to %(claim)s already.",
                    note=move.display_name,
                    claim=claim.name,
                )
            )
        free = move.sudo()._get_claim_free_amount()
        share = min(free, claim.open_amount)
        if amount is not None:
            share = given.number(self.env, amount)
        if claim.currency_id.compare_amounts(share, 0) <= 0 or (
            claim.currency_id.compare_amounts(share, free) > 0
        ):
            raise UserError(
                self.env._(
                    "%(share)s of %(note)s cannot be linked to %(claim)s: %(free)s of it "
                    "are free, %(open)s are expected. Choose another credit note or "
                    "amount.",
                    share=claim.currency_id.format(share),
                    note=move.display_name,
                    claim=claim.name,
                    free=claim.currency_id.format(max(free, 0)),
                    open=claim.currency_id.format(claim.open_amount),
                )
            )
        allocation = (
            self.env["customer.complaint.supplier.allocation"]
            .sudo()
            .create({"claim_id": claim.id, "move_id": move.id, "share": share})
        )
        claim._log_on_complaint(
            self.env._(
                "Vendor credit note %(note)s is linked to claim %(claim)s.",
                note=allocation.move_name,
                claim=claim.name,
            )
        )
        return allocation.id

    def _check_fits(self, move):
        """Refuse a document that cannot settle this claim; says why."""
        self.ensure_one()
        move = move.sudo()  # compared only
        if move.move_type != "in_refund" or move.state == "cancel":
            problem = self.env._("it is not a valid vendor credit note")
        elif move.company_id != self.company_id:
            problem = self.env._("it belongs to another company")
        elif move.commercial_partner_id != self.commercial_partner_id:
            problem = self.env._(
                "it comes from %(other)s, the claim goes to %(supplier)s",
                other=move.commercial_partner_id.display_name,
                supplier=self.commercial_partner_id.display_name,
            )
        elif move.currency_id != self.currency_id:
            problem = self.env._(
                "it is in %(other)s, the claim in %(currency)s",
                other=move.currency_id.name,
                currency=self.currency_id.name,
            )
        else:
            return
        raise UserError(
            self.env._(
                "%(note)s does not fit %(claim)s: %(problem)s. Choose another credit note "
                "or correct this one.",
                note=move.display_name,
                claim=self.name,
                problem=problem,
            )
        )
