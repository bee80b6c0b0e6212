from odoo import api, fields, models
from odoo.exceptions import UserError

# Requests of these states reached the books.
BOOKED = ("posted", "paid")
# What the customer is offered: changed after his answer, it is another version.
TERMS = {
    *("type_id", "name", "amount", "currency_id", "product_id", "quantity"),
    *("date_due", "date_from", "date_to"),
}
# What others rely on once the remedy is under way.
PROMISED = ("type_id", "amount", "currency_id", "product_id", "quantity")


class CustomerComplaintRemedy(models.Model):
    """One thing that is done for the customer; what it costs and whether he has it is read.

    Money comes from its credit note requests, goods from the linked document.
    """

    _name = "customer.complaint.remedy"
    _description = "Remedy"
    _inherit = [
        "customer.complaint.method.mixin",
        "customer.complaint.part.mixin",
        "customer.complaint.filter.mixin",
    ]
    _order = "solution_id, sequence, id"
    _check_company_auto = True
    _method_fields = frozenset(
        {
            *("state", "is_open", "cancel_reason", "complaint_id", "company_id"),
            *("delivered_at", "delivered_by_id", "delivery_note"),
            *("document_model", "document_id", "document_name"),
            *("credit_request_ids", "amount_company", "worth"),
            *("is_over_budget", "approver_role", "approver_id", "approval_todo_id"),
            *("raised_by_id", "deviation"),
        }
    )
    _given_once = frozenset({"solution_id"})

    solution_id = fields.Many2one(
        "customer.complaint.solution", required=True, ondelete="cascade", index=True
    )
    # Not precomputed: that would leave a record that never was in the complaint's own list.
    complaint_id = fields.Many2one(
        related="solution_id.complaint_id", store=True, index=True
    )
    company_id = fields.Many2one(related="complaint_id.company_id", store=True)
    sequence = fields.Integer(default=10)
    solution_state = fields.Selection(
        related="solution_id.state", string="State of the solution"
    )
    type_id = fields.Many2one(
        "customer.complaint.remedy.type", required=True, ondelete="restrict", index=True
    )
    proof = fields.Selection(related="type_id.proof")
    type_note = fields.Text(related="type_id.note")
    needs_amount = fields.Boolean(related="type_id.needs_amount")
    needs_product = fields.Boolean(related="type_id.needs_product")
    needs_period = fields.Boolean(related="type_id.needs_period")
    is_relationship = fields.Boolean(related="type_id.is_relationship")
    name = fields.Char(
        compute="_compute_name",
        store=True,
        readonly=False,
        required=True,
        precompute=True,
    )
    currency_id = fields.Many2one(
        "res.currency",
        compute="_compute_currency_id",
        store=True,
        readonly=False,
        required=True,
        precompute=True,
    )
    amount = fields.Monetary(aggregator=None, help="Taxes included.")
    amount_left = fields.Monetary(
        string="Not asked for yet",
        compute="_compute_amount_left",
        compute_sudo=True,
        help="What was promised and accounting was not asked for, taxes included.",
    )
    amount_shown = fields.Char(string="Money", compute="_compute_amount_shown")
    product_id = fields.Many2one(
        "product.product", check_company=True, index="btree_not_null"
    )
    quantity = fields.Float(default=1.0, digits="Product Unit")
    user_id = fields.Many2one(
        "res.users",
        string="Responsible",
        index="btree_not_null",
        default=lambda self: self.env.user,
    )
    date_due = fields.Date(string="Until")
    date_from = fields.Date(string="Entitled from")
    date_to = fields.Date(string="Entitled until")
    credit_request_ids = fields.One2many(
        "customer.complaint.credit.request", "remedy_id", string="Credit note requests"
    )
    document_model = fields.Char(readonly=True, copy=False)
    document_id = fields.Many2oneReference(
        model_field="document_model", readonly=True, copy=False, string="Document"
    )
    document_name = fields.Char(string="Document number", readonly=True, copy=False)
    delivered_at = fields.Datetime(string="Delivered on", readonly=True, copy=False)
    delivered_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    delivery_note = fields.Char(string="Proof", readonly=True, copy=False)
    cancel_reason = fields.Char(string="Why cancelled", readonly=True, copy=False)
    state = fields.Selection(
        [
            ("proposed", "Proposed"),
            ("to_approve", "To approve"),
            ("requested", "Requested"),
            ("booked", "Booked"),
            ("paid", "Paid"),
            ("delivered", "Delivered"),
            ("cancelled", "Cancelled"),
        ],
        compute="_compute_state",
        store=True,
        index=True,
    )
    is_open = fields.Boolean(
        compute="_compute_state",
        store=True,
        help="Promised with the chosen solution, and not delivered as its type asks for.",
    )

    # What similar complaints received beside credit notes.
    _received_idx = models.Index(
        "(complaint_id) INCLUDE (amount_company) "
        "WHERE delivered_at IS NOT NULL AND amount_company > 0"
    )
    _quantity_positive = models.Constraint(
        "CHECK(quantity > 0)", "The quantity of a remedy must be greater than zero."
    )
    _amount_not_negative = models.Constraint(
        "CHECK(amount IS NULL OR amount >= 0)",
        "The amount of a remedy cannot be negative.",
    )
    _period_ordered = models.Constraint(
        "CHECK(date_to IS NULL OR date_from IS NULL OR date_to >= date_from)",
        "An entitlement cannot end before it begins. Correct the dates.",
    )

    @api.depends("type_id")
    def _compute_name(self):
        # The name of a type that was chosen before is nobody's own words.
        types = self.type_id.search([("name", "in", self.mapped("name"))])
        names = set(types.mapped("name"))
        for remedy in self:
            if not remedy.name or remedy.name in names:
                remedy.name = remedy.type_id.name

    @api.depends("amount", "currency_id")
    def _compute_amount_shown(self):
        for remedy in self:
            remedy.amount_shown = (
                remedy.currency_id.format(remedy.amount) if remedy.amount else False
            )

    @api.depends("solution_id")
    def _compute_currency_id(self):
        for remedy in self:
            remedy.currency_id = (
                remedy.currency_id
                or remedy.solution_id.complaint_id.company_id.currency_id
                or self.env.company.currency_id
            )

    @api.depends(
        "type_id.proof",
        "solution_id.state",
        "cancel_reason",
        "delivered_at",
        "amount",
        "currency_id",
        "credit_request_ids.state",
        "credit_request_ids.amount",
    )
    def _compute_state(self):
        for remedy in self:
            remedy.state = remedy._get_state()
            remedy.is_open = (
                remedy.solution_id.state == "chosen" and not remedy._is_delivered()
            )

    def _get_state(self):
        self.ensure_one()
        if self.cancel_reason or self.solution_id.state == "dropped":
            return "cancelled"
        if self.delivered_at:
            return "delivered"
        states = set(self._get_requests().mapped("state"))
        if not states:
            return "proposed"
        if "to_approve" in states:
            return "to_approve"
        if states - set(BOOKED) or self.amount_left:
            return "requested"
        return "paid" if states == {"paid"} else "booked"

    def _get_requests(self):
        """What accounting was asked for and is not cancelled."""
        return self.credit_request_ids.filtered(lambda r: r.state != "cancelled")

    @api.depends(
        "amount",
        "currency_id",
        "type_id.proof",
        "credit_request_ids.state",
        "credit_request_ids.amount",
    )
    def _compute_amount_left(self):
        for remedy in self:
            asked = sum(
                request.currency_id._convert(
                    request.amount,
                    remedy.currency_id,
                    request.company_id,
                    request.requested_on,
                )
                for request in remedy._get_requests()
            )
            remedy.amount_left = remedy.type_id._is_credit() and max(
                remedy.currency_id.round(remedy.amount - asked), 0.0
            )

    def _is_delivered(self):
        """Whether the customer has it, or is not to get it any more."""
        self.ensure_one()
        done = {"delivered", "cancelled"}
        if self.type_id.proof == "credit":
            done |= {"booked", "paid"}
        elif self.type_id.proof == "paid":
            done.add("paid")
        return self.state in done

    def _is_under_way(self):
        """Whether others have acted on it, so that it outlives the solution it was part of."""
        self.ensure_one()
        return self.state not in ("proposed", "cancelled") or bool(
            self.document_id and self.state != "cancelled"
        )

    def _get_state_label(self):
        self.ensure_one()
        return dict(self._fields["state"]._description_selection(self.env))[self.state]

    # ------------------------------------------------------------------
    # Terms
    # ------------------------------------------------------------------
    @api.model_create_multi
    def create(self, vals_list):
        """Add them to their solution; from the dialog of a complaint, to the chosen one."""
        self._find_solution(vals_list)
        ids = {vals["solution_id"] for vals in vals_list if vals.get("solution_id")}
        # What is put on file changes nothing; users cannot set the flag without sudo.
        if not (self.env.su and self.env.context.get("complaint_on_file")):
            self.env["customer.complaint.solution"].browse(ids)._before_change()
        remedies = super().create(vals_list)
        if not self.env.su:
            remedies._check_date_due()
        remedies._sync_promises()
        return remedies

    @api.model
    def _find_solution(self, vals_list):
        complaint_id = self.env.context.get("complaint_promised_for")
        missing = [vals for vals in vals_list if not vals.get("solution_id")]
        if complaint_id and missing:
            complaint = self.env["customer.complaint"].browse(complaint_id)
            complaint.check_access("write")
            self.check_access("create")
            solution = complaint._get_solution()
            for vals in missing:
                vals["solution_id"] = solution.id

    def _put_on_file(self, solution, version):
        """Copies that keep readable what a solution said; these go on in another version."""
        # sudo: the past is written by methods only
        self.sudo().with_context(complaint_on_file=True).create(
            [
                {
                    **data,
                    "solution_id": solution.id,
                    "cancel_reason": self.env._(
                        "Goes on in version %(version)s", version=version
                    ),
                }
                for data in self.sudo()
                .filtered(lambda r: r.state != "cancelled")
                .copy_data()
            ]
        )

    def write(self, vals):
        if changed := self.filtered(lambda r: r._is_changed_by(vals)):
            changed._check_free(vals)
            changed.solution_id._before_change()
        res = super().write(vals)
        if "date_due" in vals:
            changed._check_date_due()
        if {"date_due", "name", "cancel_reason", "delivered_at"} & vals.keys():
            self._sync_promises()
        return res

    @api.ondelete(at_uninstall=False)
    def _unlink_except_promised(self):
        for remedy in self:
            if remedy._is_under_way() or remedy.solution_id.state != "draft":
                raise UserError(
                    self.env._(
                        "%(remedy)s was offered or promised and stays on file. Cancel "
                        "it with a reason.",
                        remedy=remedy.name,
                    )
                )

    def _is_changed_by(self, vals):
        """Whether writing `vals` changes what the customer was offered."""
        self.ensure_one()
        for fname in TERMS & vals.keys():
            field = self._fields[fname]
            new = field.convert_to_cache(vals[fname], self)
            if new != field.convert_to_cache(self[fname], self):
                return True
        return False

    def _check_free(self, vals):
        """What accounting, a colleague or the customer relies on does not change under them."""
        for remedy in self:
            if remedy.state == "cancelled":
                raise UserError(
                    self.env._(
                        "%(remedy)s is cancelled and stays as it is. Add another one.",
                        remedy=remedy.name,
                    )
                )
            # Users cannot set the flag without sudo.
            is_rest = self.env.su and self.env.context.get("complaint_rest_cancelled")
            if remedy._is_under_way() and set(PROMISED) & vals.keys() and not is_rest:
                raise UserError(
                    self.env._(
                        "%(remedy)s is under way (%(state)s): what it is and how much "
                        "cannot change any more. Add another remedy, or cancel what was "
                        "asked for first.",
                        remedy=remedy.name,
                        state=remedy._get_state_label(),
                    )
                )

    def _check_date_due(self):
        today = fields.Date.context_today(self)
        for remedy in self:
            if (
                remedy.state == "proposed"
                and remedy.date_due
                and remedy.date_due < today
            ):
                raise UserError(
                    self.env._(
                        "%(remedy)s cannot be promised for a day that has passed. Choose "
                        "another date.",
                        remedy=remedy.name,
                    )
                )

    def _get_missing(self):
        """What its type asks for and is not said yet, in words."""
        self.ensure_one()
        kind = self.type_id
        wanted = {
            "amount": kind.needs_amount and not self.amount,
            "product_id": kind.needs_product and not self.product_id,
            "date_from": kind.needs_period and not self.date_from,
            "date_to": kind.needs_period and not self.date_to,
        }
        return [
            self._fields[fname]._description_string(self.env)
            for fname, missing in wanted.items()
            if missing
        ]

    # ------------------------------------------------------------------
    # Screens
    # ------------------------------------------------------------------
    def action_view(self):
        """Open the dialog of the remedy."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Remedy"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
            "context": {"complaint_in_dialog": True},
        }

    def action_request(self):
        """Open the dialog that asks accounting for the credit note of this remedy."""
        self.ensure_one()
        action = self.complaint_id.action_request_credit_note()
        return {
            **action,
            "context": {**action["context"], "default_remedy_id": self.id},
        }

    def _trail(self, what, reason=None):
        """Row of the audit trail for each."""
        # sudo: the trail is written by what happens, nobody has rights to write it
        self.env["customer.complaint.event"].sudo().create(
            [
                {
                    "complaint_id": remedy.complaint_id.id,
                    "company_id": remedy.company_id.id,
                    "date": fields.Datetime.now(),
                    "user_id": self.env.uid,
                    "field_name": "remedy_ids",
                    "old": remedy.name,
                    "new": what,
                    "reason": reason or False,
                }
                for remedy in self.sudo()
            ]
        )
