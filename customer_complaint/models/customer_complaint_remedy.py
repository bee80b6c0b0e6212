from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..tools import given

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
    _inherit = ["customer.complaint.method.mixin", "customer.complaint.part.mixin"]
    _order = "solution_id, sequence, id"
    _check_company_auto = True
    _method_fields = frozenset(
        {
            *("state", "is_open", "cancel_reason", "complaint_id", "company_id"),
            *("delivered_at", "delivered_by_id", "delivery_note"),
            *("document_model", "document_id", "document_name"),
            *("credit_request_ids", "amount_company"),
            *("is_over_budget", "approver_role", "approver_id", "approval_todo_id"),
            "raised_by_id",
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

    @api.depends(
        "amount",
        "currency_id",
        "credit_request_ids.state",
        "credit_request_ids.amount",
    )
    def _compute_amount_shown(self):
        """What is promised; and how much of it was asked for, when that is less."""
        for remedy in self:
            currency = remedy.currency_id
            shown = currency.format(remedy.amount) if remedy.amount else False
            # sudo: who sees the remedy sees how much of it accounting was asked for
            requests = remedy.sudo().credit_request_ids.filtered(
                lambda r: r.state != "cancelled"
            )
            asked = sum(requests.mapped("amount"))
            if (
                requests.currency_id == currency
                and currency.compare_amounts(asked, remedy.amount) < 0
            ):
                shown = self.env._(
                    "%(asked)s of %(promised)s",
                    asked=currency.format(asked),
                    promised=shown,
                )
            remedy.amount_shown = shown

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
        states = set(self.credit_request_ids.mapped("state")) - {"cancelled"}
        if not states:
            return "proposed"
        if "to_approve" in states:
            return "to_approve"
        if states - set(BOOKED):
            return "requested"
        return "paid" if states == {"paid"} else "booked"

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
            if remedy._is_under_way() and set(PROMISED) & vals.keys():
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
    # Delivery
    # ------------------------------------------------------------------
    def _check_staff(self):
        """Only those who handle the complaint carry its remedies out."""
        if not self.env.user.has_group("customer_complaint.group_complaint_user"):
            raise AccessError(
                self.env._("Remedies are carried out by those who handle complaints.")
            )
        self.check_access("write")
        self.complaint_id.check_access("write")

    def action_deliver(self):
        """Ask since when the customer has it, and what shows it."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Delivered"),
            "res_model": "customer.complaint.remedy.deliver",
            "view_mode": "form",
            "target": "new",
            "context": {"default_remedy_ids": self.ids},
        }

    def deliver(self, at=None, note=None):
        """Record that the customer has it: by whom, when, and what shows it.

        :param datetime at: when he got it, now by default
        :param str note: what shows it, for example a signature or the words of a talk
        :raises UserError: it is not chosen, delivered already, or something else proves it
        """
        self._check_staff()
        at = given.moment(self.env, at) or fields.Datetime.now()
        note = given.text(self.env, note)
        for remedy in self:
            if problem := remedy._get_delivery_problem(at, note):
                raise UserError(
                    self.env._(
                        "%(remedy)s: %(problem)s",
                        remedy=remedy.name,
                        problem=problem,
                    )
                )
        # sudo: written by methods only; access was checked
        self.sudo().write(
            {
                "delivered_at": at,
                "delivered_by_id": self.env.uid,
                "delivery_note": note or False,
            }
        )
        self._trail(self.env._("Delivered"), note)
        return True

    def _get_delivery_problem(self, at, note):
        """Sentence that says why it cannot be marked as delivered at `at`, or None."""
        self.ensure_one()
        if self.solution_id.state != "chosen":
            return self.env._("its solution is not chosen yet. Choose it first.")
        if self.state in ("delivered", "cancelled"):
            return self.env._("it is delivered or cancelled already.")
        if self.type_id._is_credit():
            return self.env._(
                "accounting delivers it with a credit note. Request the credit note."
            )
        if self.document_id:
            return self.env._(
                "%(document)s delivers it as soon as it is done.",
                document=self.document_name,
            )
        if at > fields.Datetime.now():
            return self.env._("it cannot have been delivered in the future.")
        if missing := self._get_missing():
            return self.env._("fill in first: %(missing)s.", missing=", ".join(missing))
        if self.proof == "told" and not self._is_told():
            return self.env._(
                "the customer was not told since. Send him a message, or log the talk "
                "with Log contact."
            )
        if self.proof in ("document", "note") and not note:
            return self.env._("say what shows it: a document, a signature, a talk.")
        return None

    def _is_told(self):
        """Whether the customer was written or spoken to since the remedy was agreed."""
        self.ensure_one()
        told_at = self.sudo().complaint_id.told_at  # only a moment
        return bool(told_at and told_at >= self.create_date.replace(microsecond=0))

    def action_undo_delivery(self):
        """The customer does not have it after all: it is owed again."""
        self._check_staff()
        delivered = self.filtered("delivered_at")
        delivered.sudo().write(  # see `deliver`
            {"delivered_at": False, "delivered_by_id": False, "delivery_note": False}
        )
        delivered._trail(self.env._("Not delivered after all"))
        return True

    def action_cancel(self):
        """Ask for the reason, then cancel."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Cancel remedy"),
            "res_model": "customer.complaint.remedy.cancel",
            "view_mode": "form",
            "target": "new",
            "context": {"default_remedy_ids": self.ids},
        }

    def cancel(self, reason):
        """Give a remedy up; the reason stays on file.

        :raises UserError: it is delivered, or accounting has a request for it
        """
        self._check_staff()
        reason = given.text(self.env, reason)
        if not reason:
            raise UserError(self.env._("Say why the customer does not get it."))
        for remedy in self:
            if remedy.state in ("delivered", "cancelled"):
                raise UserError(
                    self.env._(
                        "%(remedy)s is delivered or cancelled already.",
                        remedy=remedy.name,
                    )
                )
            if remedy.document_id and remedy._is_document_alive():
                raise UserError(
                    self.env._(
                        "%(remedy)s is carried out with %(document)s. Cancel or unlink "
                        "that first.",
                        remedy=remedy.name,
                        document=remedy.document_name,
                    )
                )
            if remedy.credit_request_ids and remedy.state != "proposed":
                raise UserError(
                    self.env._(
                        "%(remedy)s: accounting was asked for a credit note. Cancel that "
                        "request first.",
                        remedy=remedy.name,
                    )
                )
        self.solution_id.filtered("acceptance")._before_change()
        self.sudo().cancel_reason = reason  # see `deliver`
        self._trail(self.env._("Cancelled"), reason)
        return True

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
