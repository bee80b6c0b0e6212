from typing import NamedTuple

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..tools import given
from ..tools.measure import percent
from ..tools.statistics import far_off
from .customer_complaint_credit_request import SETTLED
from .customer_complaint_stage import CLOSED_TYPES

# Prices and habits change: older complaints say little about what is fair today.
COMPARED_MONTHS = 24
# Newest credit notes and invoices shown; the rest is in the sums.
MOST_SHOWN = 4


class Comparison(NamedTuple):
    """What similar closed complaints received, with taxes, in the currency of the company.

    `amounts` and `shares` (of what was invoiced or ordered, fractions) are the ends of the middle
    half with the median between them; None when fewer than `minimum` received something.
    """

    minimum: int
    similar: int = 0
    received: int = 0
    amounts: tuple | None = None
    shares: tuple | None = None


class CustomerComplaint(models.Model):
    """Fairness: what was given already, what others received, what the team may still give."""

    _inherit = "customer.complaint"

    fairness = fields.Html(
        string="Given already and elsewhere",
        compute="_compute_fairness",
        sanitize=False,
        groups="customer_complaint.group_complaint_user",
    )

    @api.depends(
        "credit_request_ids.state",
        "credit_allocation_ids.amount",
        "remedy_ids.delivered_at",
        "category_id",
        "level_id",
        "partner_id",
        "order_id",
        "team_id",
    )
    def _compute_fairness(self):
        for complaint in self:  # a field of the form, read for one at a time
            saved = complaint._origin
            # Money of the customer is shown to those who may ask for some, while they may.
            if (
                saved
                and saved.stage_type not in CLOSED_TYPES
                and saved.has_access("write")
            ):
                complaint.fairness = saved._render_fairness(saved._get_fairness())
            else:
                complaint.fairness = False

    # ------------------------------------------------------------------
    # What similar complaints received
    # ------------------------------------------------------------------
    def _get_comparison(self):
        """What similar complaints received, of all teams of the company: numbers, no names.

        Similar are closed complaints of the same canonical class and rank of level, with the
        setting also about a product of the same category. What was merged into one counts there.
        Posted credit notes count, and remedies with an amount, like a coupon, once delivered.
        Quartiles are those of `percentile_cont` (type 7: linear between neighbours).
        """
        self.ensure_one()
        # sudo: the settings of the company
        minimum = self.company_id.sudo().complaint_fair_minimum
        if not self.category_id:
            return Comparison(minimum)
        for model, fnames in {
            "customer.complaint": ["stage_type", "closed_at", "level_rank"],
            "customer.complaint.credit.allocation": ["amount_company", "move_state"],
            "customer.complaint.credit.request": ["state", "invoice_id"],
            "customer.complaint.remedy": ["delivered_at", "amount_company"],
        }.items():
            self.env[model].flush_model(fnames)
        # Counts the complaints of teams the user may not read: a statistic, and never a few.
        [[similar, received, with_share, amounts, shares]] = self.env.execute_query(
            SQL(
                """
                WITH alike AS MATERIALIZED (
                    SELECT complaint.id, complaint.order_id
                      FROM customer_complaint complaint
                     WHERE complaint.company_id = %(company)s
                       AND complaint.closed_at >= %(since)s
                       AND complaint.stage_type IN %(closed)s
                       AND complaint.record_type = 'complaint'
                       AND complaint.merged_into_id IS NULL
                       AND complaint.level_rank = %(rank)s
                       AND complaint.category_id IN %(categories)s
                       AND complaint.id != %(itself)s
                       AND %(narrower)s
                ), part AS MATERIALIZED (
                    SELECT id, id AS alike_id FROM alike
                     UNION ALL
                    SELECT merged.id, merged.merged_into_id
                      FROM customer_complaint merged
                     WHERE merged.merged_into_id IS NOT NULL
                       AND merged.merged_into_id IN (SELECT id FROM alike)
                ), given AS (
                    SELECT part.alike_id, allocation.amount_company AS amount
                      FROM part
                      JOIN customer_complaint_credit_allocation allocation
                        ON allocation.complaint_id = part.id
                     WHERE allocation.move_state = 'posted'
                       AND allocation.amount_company > 0
                     UNION ALL
                    SELECT part.alike_id, remedy.amount_company
                      FROM part
                      JOIN customer_complaint_remedy remedy
                        ON remedy.complaint_id = part.id
                     WHERE remedy.delivered_at IS NOT NULL
                       AND remedy.amount_company > 0
                ), credited AS MATERIALIZED (
                    SELECT alike_id, SUM(amount::float8) AS amount
                      FROM given
                     GROUP BY alike_id
                ), invoice AS (
                    SELECT DISTINCT part.alike_id, request.invoice_id AS id
                      FROM part
                      JOIN credited ON credited.alike_id = part.alike_id
                      JOIN customer_complaint_credit_request request
                        ON request.complaint_id = part.id
                     WHERE request.invoice_id IS NOT NULL
                       AND request.state != 'cancelled'
                ), invoiced AS (
                    SELECT invoice.alike_id, SUM(move.amount_total_signed::float8) AS amount
                      FROM invoice
                      JOIN account_move move ON move.id = invoice.id
                     GROUP BY invoice.alike_id
                ), received AS (
                    SELECT credited.amount,
                           (credited.amount / NULLIF(COALESCE(
                               invoiced.amount,
                               sale.amount_total / NULLIF(sale.currency_rate, 0)
                           ), 0))::float8 AS share
                      FROM credited
                      JOIN alike ON alike.id = credited.alike_id
                 LEFT JOIN invoiced ON invoiced.alike_id = credited.alike_id
                 LEFT JOIN sale_order sale ON sale.id = alike.order_id
                )
                SELECT (SELECT COUNT(*) FROM alike),
                       COUNT(amount),
                       COUNT(share),
                       PERCENTILE_CONT(ARRAY[0.25, 0.5, 0.75])
                           WITHIN GROUP (ORDER BY amount),
                       PERCENTILE_CONT(ARRAY[0.25, 0.5, 0.75])
                           WITHIN GROUP (ORDER BY share)
                  FROM received
                """,
                company=self.company_id.id,
                since=fields.Datetime.now() - relativedelta(months=COMPARED_MONTHS),
                closed=CLOSED_TYPES,
                rank=self.level_rank,
                categories=self._get_alike_categories(),
                itself=self.id or 0,
                narrower=self._get_same_products(),
            )
        )
        return Comparison(
            minimum,
            similar,
            received,
            tuple(amounts) if received >= minimum else None,
            tuple(shares) if with_share >= minimum else None,
        )

    def _get_alike_categories(self):
        """Ids of the categories of the same canonical class, archived ones as well."""
        # sudo: what a class is called elsewhere is no secret
        categories = self.category_id.sudo().with_context(active_test=False)
        return (
            categories.search([("canonical_class", "=", self.canonical_class)])._ids
            or categories._ids
        )

    def _get_same_products(self):
        """Condition on `complaint`: about a product of the same category, where that is set."""
        categories = self.line_ids.product_id.sudo().categ_id
        if not (self.company_id.sudo().complaint_fair_by_product and categories):
            return SQL("TRUE")
        return SQL(
            """EXISTS (
                SELECT 1
                  FROM customer_complaint_line line
                  JOIN product_product product ON product.id = line.product_id
                  JOIN product_template template ON template.id = product.product_tmpl_id
                 WHERE line.complaint_id = complaint.id
                   AND template.categ_id IN %s
            )""",
            categories._ids,
        )

    def _get_counted_requests(self):
        """What was asked for this complaint and those merged into it, and not cancelled."""
        # sudo: see the callers' checks; those merged may belong to other teams
        complaints = self.sudo() | self.sudo().merged_ids
        return complaints.credit_request_ids.filtered(lambda r: r.state != "cancelled")

    def _get_counted_amount(self):
        """What was asked for, and what was given without a credit note, like a coupon."""
        # sudo: see `_get_counted_requests`
        remedies = (self.sudo() | self.sudo().merged_ids).remedy_ids
        return sum(self._get_counted_requests().mapped("amount_company")) + sum(
            remedies.filtered("delivered_at").mapped("amount_company")
        )

    def _get_disputed_value(self, invoices):
        """What was invoiced, else ordered, with taxes, in the currency of the company."""
        # sudo: only the share is shown
        invoices, order = invoices.sudo(), self.order_id.sudo()
        if value := sum(invoices.mapped("amount_total_signed")):
            return value
        return order.amount_total / (order.currency_rate or 1) if order else 0.0

    def _judge_amount(self, comparison, amount, invoices):
        """Whether an amount is far off from what similar complaints received.

        Far off are those that are so as an amount and, where that is known, as a share of what was
        invoiced: more for a large order is no favour.

        :param float amount: all that is asked for, in the currency of the company
        :return: 1 far more, -1 far less, 0 neither or unknown
        """
        # sudo: the settings of the company
        factor = self.company_id.sudo().complaint_fair_factor
        if not (comparison.amounts and factor and amount > 0):
            return 0
        judged = far_off(amount, *comparison.amounts[::2], factor)
        value = self._get_disputed_value(invoices)
        if comparison.shares and value > 0:
            share = far_off(amount / value, *comparison.shares[::2], factor)
            return judged if share == judged else 0
        return judged

    def request_credit_note(
        self, invoice_id, reason, *args, deviation_reason=None, **values
    ):
        """Ask accounting for a credit note; see `complaint_credit`.

        What is far off from what similar complaints received needs a reason of its own, which the
        approver reads; goodwill above the team's budget waits for a manager.

        :param str deviation_reason: why this customer receives far more or less than others
        :raises UserError: also when that reason is needed and missing
        """
        request_id = super().request_credit_note(invoice_id, reason, *args, **values)
        # sudo: the request was just made in the rights of the user; it is written by methods only
        request = self.env["customer.complaint.credit.request"].sudo()
        request = request.browse(request_id)
        request._compare(given.text(self.env, deviation_reason))
        request._check_budget()
        return request_id

    # ------------------------------------------------------------------
    # In plain words
    # ------------------------------------------------------------------
    def _get_fairness(self, asking=0.0, invoices=None, goodwill=0.0):
        """What stands in the panel, for one complaint whose rights were checked.

        :param float asking: what is about to be asked, in the currency of the company
        :param invoices: those about to be credited
        :param float goodwill: what of `asking` the goodwill budget pays
        """
        self.ensure_one()
        requests = self._get_counted_requests()
        comparison = self._get_comparison()
        return {
            **self._get_given_already(),
            "comparison": comparison,
            "deviation": self._describe_deviation(
                comparison,
                self._get_counted_amount() + asking,
                requests.invoice_id | (invoices or requests.invoice_id),
            ),
            "budget": self._get_budget_left(goodwill),
        }

    def _render_fairness(self, fairness):
        """The panel as HTML, from `_get_fairness`."""
        return self.env["ir.qweb"]._render(
            "customer_complaint.complaint_fairness",
            {
                **fairness,
                "complaint": self,
                "months": COMPARED_MONTHS,
                "money": self.company_id.currency_id.format,
                "percent": percent,
            },
        )

    def _describe_deviation(self, comparison, amount, invoices):
        """How an amount is far off from what similar complaints received; empty when it is not."""
        judged = self._judge_amount(comparison, amount, invoices)
        if not judged:
            return ""
        currency = self.company_id.currency_id
        low, _median, high = comparison.amounts
        values = {
            "amount": currency.format(amount),
            "low": currency.format(low),
            "high": currency.format(high),
            "n": comparison.received,
        }
        if judged > 0:
            return self.env._(
                "Far more than usual: %(amount)s in all. The middle half of %(n)s similar "
                "complaints received %(low)s to %(high)s.",
                **values,
            )
        return self.env._(
            "Far less than usual: %(amount)s in all. The middle half of %(n)s similar "
            "complaints received %(low)s to %(high)s.",
            **values,
        )

    def _get_given_already(self):
        """What was credited or asked for on the invoices of this complaint and to the customer.

        :return: dict of `notes` (newest credit notes), `note_sums` (by currency, all of them),
            `paid` (by currency, money paid to the customer that no credit note explains),
            `claims` (invoice, credited or requested on it), `waiting` (by currency, requested and
            not issued)
        """
        invoices = self._get_creditable_invoices()
        customers = invoices.commercial_partner_id | self.commercial_partner_id
        # sudo: handlers have no accounting rights; they see what this customer was credited, as
        # they see his invoices when they ask for a credit note
        Move = self.env["account.move"].sudo()
        Request = self.env["customer.complaint.credit.request"].sudo()
        credited = [
            ("partner_id", "child_of", customers.ids),
            ("company_id", "=", self.company_id.id),
            ("move_type", "=", "out_refund"),
            ("state", "!=", "cancel"),
            ("payment_state", "!=", "reversed"),
        ]
        waiting = [
            ("commercial_partner_id", "in", customers.ids),
            ("company_id", "=", self.company_id.id),
            ("state", "in", ("to_approve", "to_do")),
        ]
        paid = [
            ("partner_id", "child_of", customers.ids),
            ("company_id", "=", self.company_id.id),
            ("parent_state", "=", "posted"),
            ("account_id.account_type", "=", "asset_receivable"),
            ("journal_id.type", "in", ("bank", "cash", "credit")),
            ("amount_residual", ">", 0),
        ]
        claims = invoices._get_complaint_claims()
        return {
            "notes": [
                (note, self._describe_note(note))
                for note in Move.search(
                    credited, order="invoice_date DESC, id DESC", limit=MOST_SHOWN
                )
            ],
            "note_sums": [
                (count, currency.format(amount))
                for currency, count, amount in Move._read_group(
                    credited, ["currency_id"], ["__count", "amount_total:sum"]
                )
            ],
            "paid": [
                currency.format(amount)
                for currency, amount in Move.line_ids._read_group(
                    paid, ["currency_id"], ["amount_residual_currency:sum"]
                )
            ],
            "claims": [
                (invoice, claims[invoice])
                for invoice in invoices
                if claims.get(invoice)
            ][:MOST_SHOWN],
            "waiting": [
                currency.format(amount)
                for currency, amount in Request._read_group(
                    waiting, ["currency_id"], ["open_amount:sum"]
                )
            ],
        }

    def _describe_note(self, note):
        if note.state == "draft":
            return self.env._("draft")
        if note.payment_state in SETTLED:
            return self.env._("settled")
        return self.env._("posted, open")

    def _get_budget_left(self, goodwill=0.0):
        """The team's goodwill budget of today with what is left after `goodwill`, or None."""
        # sudo: whoever asks for money of a team sees what it may still give
        budget = self.env["customer.complaint.budget"].sudo()._find(self)
        if not budget:
            return None
        left = budget.amount - budget._get_used().get(budget.id, 0.0)
        return {
            "budget": budget,
            "left": left,
            "over": max(goodwill - max(left, 0), 0.0),
        }

    def _check_deviation(self, deviation, reason):
        """Refuse what is far off without a reason."""
        if deviation and not reason:
            raise UserError(
                self.env._(
                    "%(deviation)s Say why this customer should receive so much more or "
                    "less; the approver reads it.",
                    deviation=deviation,
                )
            )
