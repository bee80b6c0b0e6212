from collections import defaultdict

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..tools import given, rows

STAFF = (
    "customer_complaint.group_complaint_user,"
    "customer_complaint.group_complaint_supervision,"
    "customer_complaint.group_complaint_auditor"
)
ACCOUNTING = "account.group_account_invoice,account.group_account_readonly"
KINDS = [
    ("freight", "Freight"),
    ("labour", "Labour"),
    ("write_off", "Write-off"),
    ("replacement", "Replacement at cost"),
    ("restock", "Back into stock"),
    ("other", "Other"),
]
# What comes back to us: it lowers what the complaint costs.
GAINS = ("restock",)
# Kinds that are worth what the product costs us.
AT_COST = ("write_off", "replacement", "restock")
# Written by accounting only, with the methods below, and what is read from that.
BOOKING = {
    *("move_line_id", "takes_all", "share", "basis", "booked", "estimated"),
    *("company_id", "complaint_name"),
}
# What may still be said better of a cost that is booked.
WORDS = {"name", "product_id", "remedy_id"}
# Balances of customers, suppliers and banks are no costs.
NO_COST = ("asset_receivable", "liability_payable", "asset_cash")


class CustomerComplaintCost(models.Model):
    """What a complaint costs besides its remedies: an estimate until accounting books it.

    A booked row names the posted journal item that holds its amount; its estimate does not
    count any more, so the two are never added. Once the entry is reversed, the estimate counts
    again.
    """

    _name = "customer.complaint.cost"
    _description = "Cost of a Complaint"
    _inherit = ["customer.complaint.part.mixin"]
    _order = "date desc, id desc"

    complaint_id = fields.Many2one(
        "customer.complaint",
        required=True,
        ondelete="cascade",
        index=True,
        groups=STAFF,
    )
    complaint_name = fields.Char(
        related="complaint_id.name", string="Complaint number", store=True
    )
    company_id = fields.Many2one(
        related="complaint_id.company_id", store=True, precompute=True, index=True
    )
    company_currency_id = fields.Many2one(
        related="company_id.currency_id", string="Company currency"
    )
    kind = fields.Selection(KINDS, required=True)
    name = fields.Char(
        string="What for", required=True, help="Accounting reads it, to book the cost."
    )
    date = fields.Date(required=True, default=fields.Date.context_today)
    remedy_id = fields.Many2one(
        "customer.complaint.remedy",
        ondelete="set null",
        index="btree_not_null",
        domain="[('complaint_id', '=', complaint_id)]",
        groups=STAFF,
        help="The replacement whose cost this is: it takes the place of the cost that is "
        "calculated from the order.",
    )
    product_id = fields.Many2one("product.product", index="btree_not_null")
    quantity = fields.Float(default=1.0, digits="Product Unit", aggregator=None)
    currency_id = fields.Many2one(
        "res.currency",
        compute="_compute_currency_id",
        store=True,
        readonly=False,
        required=True,
        precompute=True,
    )
    unit_cost = fields.Float(
        compute="_compute_unit_cost",
        store=True,
        readonly=False,
        digits="Product Price",
        aggregator=None,
        help="Per unit or hour, without taxes; proposed from the product.",
    )
    amount = fields.Monetary(
        string="Estimate",
        compute="_compute_amount",
        store=True,
        readonly=False,
        aggregator=None,
        help="Quantity times unit cost, unless you enter it; without taxes. What comes "
        "back into stock is entered without sign and subtracted.",
    )
    move_line_id = fields.Many2one(
        "account.move.line",
        string="Journal item",
        readonly=True,
        copy=False,
        ondelete="set null",
        index="btree_not_null",
        groups=ACCOUNTING,
    )
    move_name = fields.Char(string="Journal entry", compute="_compute_move_name")
    share = fields.Monetary(
        readonly=True,
        copy=False,
        aggregator=None,
        currency_field="company_currency_id",
        help="How much of the journal item is this cost, unless all of it is.",
    )
    takes_all = fields.Boolean(
        string="All of the journal item",
        readonly=True,
        copy=False,
        help="Whatever the journal item says is this cost, also when it is corrected.",
    )
    basis = fields.Selection(
        [("booked", "Booked"), ("estimated", "Estimated")],
        compute="_compute_figures",
        store=True,
    )
    booked = fields.Monetary(
        compute="_compute_figures",
        store=True,
        currency_field="company_currency_id",
        help="From the journal item, in company currency, less what was reversed of it.",
    )
    estimated = fields.Monetary(
        compute="_compute_figures",
        store=True,
        currency_field="company_currency_id",
        help="In company currency, as long as nothing is booked.",
    )

    _amount_positive = models.Constraint(
        "CHECK(amount >= 0)",
        "Enter the estimate without a sign: the kind says whether it is subtracted.",
    )

    @api.depends("complaint_id")
    def _compute_currency_id(self):
        for cost in self:
            cost.currency_id = (
                cost.currency_id
                or cost.complaint_id.company_id.currency_id
                or self.env.company.currency_id
            )

    @api.depends("kind", "product_id")
    def _compute_unit_cost(self):
        for cost in self:
            cost.unit_cost = cost.unit_cost
            if cost.product_id and cost.kind in AT_COST:
                company = cost.company_id or self.env.company
                product = cost.product_id.with_company(company)
                cost.unit_cost = company.currency_id._convert(
                    product.standard_price, cost.currency_id, company, cost.date
                )

    @api.depends("quantity", "unit_cost")
    def _compute_amount(self):
        for cost in self:
            # An amount alone stays, until there is something to calculate it from.
            cost.amount = (
                cost.quantity * cost.unit_cost if cost.unit_cost else cost.amount
            )

    @api.depends("move_line_id.move_id.name")
    def _compute_move_name(self):
        for cost in self:
            # sudo: complaint users see the number without rights on accounting
            cost.move_name = cost.sudo().move_line_id.move_id.name

    @api.depends(
        "kind",
        "amount",
        "currency_id",
        "date",
        "company_id",
        "share",
        "takes_all",
        "move_line_id.parent_state",
        "move_line_id.balance",
        "move_line_id.move_id.reversal_move_ids.state",
        "move_line_id.move_id.reversal_move_ids.amount_total",
    )
    def _compute_figures(self):
        for cost in self:
            item = cost.move_line_id
            left = item._get_complaint_worth() if item.parent_state == "posted" else 0
            if left or (item.parent_state == "posted" and not item.balance):
                cost.basis, cost.estimated = "booked", 0
                share = cost._get_share()
                cost.booked = share * left / item.balance if item.balance else share
                continue
            cost.basis, cost.booked = "estimated", 0
            company = cost.company_id or self.env.company
            cost.estimated = (cost.currency_id or company.currency_id)._convert(
                -cost.amount if cost.kind in GAINS else cost.amount,
                company.currency_id,
                company,
                cost.date or fields.Date.context_today(cost),
            )

    def _get_share(self):
        """What of the journal item is this cost, signed like its balance."""
        self.ensure_one()
        return self.move_line_id.balance if self.takes_all else self.share

    # ------------------------------------------------------------------
    # Rights
    # ------------------------------------------------------------------
    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_booking(vals)
        # Nor may a default of the context book anything.
        context = self.env.context
        guarded = {f"default_{fname}" for fname in BOOKING} & context.keys()
        if guarded and not self.env.su:
            self = self.with_context(  # pylint: disable=context-overridden
                {key: context[key] for key in context.keys() - guarded}
            )
        return super().create(vals_list)

    def write(self, vals):
        self._check_booking(vals)
        # sudo: complaint users see that it is booked, not the journal item
        booked = self.sudo().filtered("move_line_id")
        if booked and not self.env.su and set(vals) - WORDS:
            raise UserError(
                self.env._(
                    "%(cost)s is booked with %(entry)s. Ask accounting to unlink the "
                    "journal item, then change it.",
                    cost=booked[0].name,
                    entry=booked[0].move_name,
                )
            )
        if "complaint_id" in vals and any(
            cost.complaint_id.id != vals["complaint_id"] for cost in self
        ):
            raise AccessError(
                self.env._("A cost stays with its complaint. Add a new one instead.")
            )
        return super().write(vals)

    def _check_booking(self, vals):
        if not self.env.su and BOOKING & vals.keys():
            raise AccessError(
                self.env._(
                    "Accounting books costs, under Vendors, Costs of complaints to book."
                )
            )

    @api.constrains("remedy_id", "complaint_id")
    def _check_remedy(self):
        """Its cost takes the place of the calculated one: of no other complaint's remedy."""
        # sudo: remedies of complaints that the user does not read
        for cost in self.sudo().filtered("remedy_id"):
            if cost.remedy_id.complaint_id != cost.complaint_id:
                raise UserError(
                    self.env._(
                        "%(cost)s names a remedy of another complaint. Choose one of "
                        "this complaint.",
                        cost=cost.name,
                    )
                )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_booked(self):
        # sudo: complaint users see that it is booked, not the journal item
        for cost in self.sudo().filtered("move_line_id")[:1]:
            raise UserError(
                self.env._(
                    "%(cost)s is booked with %(entry)s and stays. Ask accounting to "
                    "unlink the journal item first.",
                    cost=cost.name,
                    entry=cost.move_name,
                )
            )

    def _check_accountant(self):
        if not self.env.user.has_group("account.group_account_invoice"):
            raise AccessError(
                self.env._("Only accounting ties costs to journal items.")
            )
        self.check_access("read")

    # ------------------------------------------------------------------
    # Booking by accounting
    # ------------------------------------------------------------------
    def link_journal_item(self, move_line_id, amount=0.0):
        """Book these costs with a posted journal item.

        Several costs divide the amount by their estimates.

        :param int move_line_id: id of the journal item, of the company of the costs
        :param float amount: how much of it, in company currency, signed like its balance;
            0: all that no other cost has
        :raises AccessError: for anybody but accounting
        :raises UserError: when the item does not fit, or its amount is used up
        """
        self._check_accountant()
        move_line_id = given.key(self.env, move_line_id)
        amount = given.number(self.env, amount or 0)
        item = self.env["account.move.line"].browse(move_line_id).exists()
        item.check_access("read")
        self._check_journal_item(item)
        rows.claim(item)
        currency = item.company_id.currency_id
        amount = currency.round(amount) or item._get_complaint_free_balance()
        if not amount and item.balance:
            raise UserError(
                self.env._(
                    "All of %(item)s is used for other costs of complaints.",
                    item=item.display_name,
                )
            )
        whole = len(self) == 1 and not currency.compare_amounts(amount, item.balance)
        # sudo: rows are booked by methods only; the accountant was checked
        for cost, share in zip(
            self.sudo(), self._divide(amount, currency), strict=True
        ):
            cost.write({"move_line_id": item.id, "takes_all": whole, "share": share})
        item._check_complaint_costs()
        self._log_on_complaints(
            lambda cost: self.env._(
                "%(cost)s was booked with %(amount)s (%(entry)s).",
                cost=cost.name,
                amount=currency.format(cost.booked),
                entry=cost.move_name,
            )
        )
        return True

    def _divide(self, amount, currency):
        """Shares of an amount by estimate, which add up to it to the cent."""
        weights = [abs(cost.estimated) for cost in self]
        total = sum(weights)
        if not total:
            weights, total = [1] * len(self), len(self)
        shares, given, reached = [], 0, 0
        for weight in weights:
            reached += weight
            upto = currency.round(amount * reached / total)
            shares.append(upto - given)
            given = upto
        return shares

    def _check_journal_item(self, item):
        """Refuse a journal item that cannot be the cost of these complaints."""
        if any(cost.sudo().move_line_id for cost in self):
            raise UserError(
                self.env._(
                    "One of these costs is booked already. Unlink its journal item first."
                )
            )
        if not item or item.parent_state != "posted":
            raise UserError(
                self.env._(
                    "Costs are booked with posted journal items. Post the entry first."
                )
            )
        if self.company_id != item.company_id:
            raise UserError(
                self.env._(
                    "%(item)s belongs to %(company)s, the complaint does not. Choose an "
                    "item of the company that received the complaint.",
                    item=item.display_name,
                    company=item.company_id.name,
                )
            )
        if item.balance and not item._get_complaint_worth():
            raise UserError(
                self.env._(
                    "%(entry)s was reversed: it costs nothing any more. Choose another "
                    "journal item.",
                    entry=item.move_id.display_name,
                )
            )
        if item.account_id.account_type in NO_COST:
            raise UserError(
                self.env._(
                    "%(account)s holds what is owed or paid, not what it cost. Choose "
                    "the item on the account of expenses.",
                    account=item.account_id.display_name,
                )
            )
        if item._is_complaint_source():
            raise UserError(
                self.env._(
                    "%(entry)s is linked to a complaint and counts already. Choose "
                    "another journal item.",
                    entry=item.move_id.display_name,
                )
            )

    def action_book(self):
        """Ask for the journal item of these costs."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Book costs"),
            "res_model": "customer.complaint.cost.book",
            "view_mode": "form",
            "target": "new",
            "context": {"default_cost_ids": self.ids},
        }

    def action_unlink_journal_item(self):
        """Untie costs from their journal items: they are estimates again.

        :raises AccessError: for anybody but accounting
        """
        self._check_accountant()
        # sudo: rows are booked by methods only; the accountant was checked
        booked = self.sudo().filtered("move_line_id")
        booked._log_on_complaints(
            lambda cost: self.env._(
                "%(cost)s is no longer booked with %(entry)s.",
                cost=cost.name,
                entry=cost.move_name,
            )
        )
        booked.write({"move_line_id": False, "takes_all": False, "share": 0})
        return True

    def action_view_journal_items(self):
        """Open the journal items behind these costs, for accounting."""
        return self.move_line_id._get_complaint_items_action()

    def _log_on_complaints(self, tell):
        """Internal note on the complaint of each cost.

        :param tell: function of a cost, returns the text
        """
        bodies = defaultdict(list)
        for cost in self.sudo():  # accounting cannot read complaints
            bodies[cost.complaint_id.id].append(tell(cost))
        self.env["customer.complaint"].sudo().browse(bodies)._message_log_batch(
            bodies={key: Markup("<br/>").join(texts) for key, texts in bodies.items()},
            author_id=self.env.user.partner_id.id,
        )
