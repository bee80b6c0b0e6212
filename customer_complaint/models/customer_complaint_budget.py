from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL, format_date

from ..tools import rows


class CustomerComplaintBudget(models.Model):
    """What a team may give in a period without a claim; more needs a manager's approval."""

    _name = "customer.complaint.budget"
    _description = "Goodwill Budget"
    _order = "date_from desc, team_id, id"
    _check_company_auto = True

    team_id = fields.Many2one(
        "customer.complaint.team",
        required=True,
        ondelete="cascade",
        check_company=True,
        index=True,
    )
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    date_from = fields.Date(
        string="From",
        required=True,
        default=lambda self: fields.Date.start_of(
            fields.Date.context_today(self), "year"
        ),
    )
    date_to = fields.Date(
        string="Until",
        required=True,
        default=lambda self: fields.Date.end_of(
            fields.Date.context_today(self), "year"
        ),
    )
    amount = fields.Monetary(
        string="Budget",
        required=True,
        help="With taxes, in the currency of the company. 0: a manager approves all "
        "goodwill.",
    )
    used = fields.Monetary(
        compute="_compute_used",
        help="Goodwill requested in the period by complaints of the team, and not "
        "cancelled.",
    )
    left = fields.Monetary(string="Remaining", compute="_compute_used")
    used_percent = fields.Float(string="Used (%)", compute="_compute_used")

    _amount_positive = models.Constraint(
        "CHECK(amount >= 0)",
        "A goodwill budget cannot be negative. Enter 0 to have all goodwill approved.",
    )
    _dates_in_order = models.Constraint(
        "CHECK(date_from <= date_to)",
        "A goodwill budget ends on the day it begins or later. Correct the dates.",
    )

    @api.depends("team_id", "date_from", "date_to")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for budget in self:
            budget.display_name = self.env._(
                "%(team)s, %(start)s to %(end)s",
                team=budget.team_id.display_name,
                start=format_date(self.env, budget.date_from),
                end=format_date(self.env, budget.date_to),
            )

    @api.depends("team_id", "company_id", "date_from", "date_to", "amount")
    def _compute_used(self):
        used = self._get_used()
        for budget in self:
            budget.used = used.get(budget._origin.id, 0.0)
            budget.left = budget.amount - budget.used
            budget.used_percent = (
                100 * budget.used / budget.amount if budget.amount else 0.0
            )

    @api.constrains("team_id", "company_id", "date_from", "date_to")
    def _check_overlap(self):
        """A day belongs to one budget of a team."""
        # sudo: budgets of teams the user does not see; what overlaps is one of his team
        for budget in self.sudo():
            other = self.sudo().search(
                [
                    ("id", "!=", budget.id),
                    ("team_id", "=", budget.team_id.id),
                    ("company_id", "=", budget.company_id.id),
                    ("date_from", "<=", budget.date_to),
                    ("date_to", ">=", budget.date_from),
                ],
                limit=1,
            )
            if other:
                raise ValidationError(
                    self.env._(
                        "%(team)s has a goodwill budget for some of these days already: "
                        "%(other)s. Change one of the periods.",
                        team=budget.team_id.display_name,
                        other=other.display_name,
                    )
                )

    @api.model
    def _find(self, complaint, day=None):
        """The budget that pays goodwill of a complaint on a day, today by default."""
        day = day or fields.Date.context_today(self)
        return self.search(
            [
                ("team_id", "=", complaint.team_id.id),
                ("company_id", "=", complaint.company_id.id),
                ("date_from", "<=", day),
                ("date_to", ">=", day),
            ],
            limit=1,
        )

    @api.model
    def _get_excess(self, complaint, day):
        """What a complaint's goodwill of a day is above its budget, in words; "" if it is not."""
        budget = self._find(complaint, day)
        if not budget:
            return ""
        rows.claim(budget)  # two who give at once do not both see the same rest
        over = budget._get_used().get(budget.id, 0.0) - budget.amount
        if budget.currency_id.compare_amounts(over, 0) <= 0:
            return ""
        return self.env._(
            "Goodwill of %(team)s is %(over)s above the budget until %(end)s: a manager "
            "has to approve it.",
            team=budget.team_id.display_name,
            over=budget.currency_id.format(over),
            end=fields.Date.to_string(budget.date_to),
        )

    def _get_used(self):
        """What was given of each budget, in its currency: one statement, however many there are.

        Credit notes count from their request on; other goodwill, like a coupon, from the day
        it was proposed, once it is promised with the chosen solution: delivery moves no figure.
        Goods count with their worth.

        :return: dict of amounts by id; those without are missing
        """
        ids = self._origin._ids
        if not ids:
            return {}
        self.env.flush_all()
        return dict(
            self.env.execute_query(
                SQL(
                    """
                    WITH given AS (
                        SELECT request.complaint_id,
                               request.amount_company AS amount,
                               request.requested_on AS day
                          FROM customer_complaint_remedy_type remedy_type
                          JOIN customer_complaint_remedy remedy
                            ON remedy.type_id = remedy_type.id
                          JOIN customer_complaint_credit_request request
                            ON request.remedy_id = remedy.id
                         WHERE remedy_type.is_goodwill
                           AND request.state != 'cancelled'
                         UNION ALL
                        SELECT remedy.complaint_id,
                               remedy.worth,
                               remedy.proposed_on
                          FROM customer_complaint_remedy_type remedy_type
                          JOIN customer_complaint_remedy remedy
                            ON remedy.type_id = remedy_type.id
                         WHERE remedy_type.is_goodwill
                           AND remedy_type.proof NOT IN ('credit', 'paid')
                           AND (remedy.is_open OR remedy.state = 'delivered')
                    )
                    SELECT budget.id, SUM(given.amount)::float8
                      FROM customer_complaint_budget budget
                      JOIN given ON given.day BETWEEN budget.date_from AND budget.date_to
                      JOIN customer_complaint complaint
                        ON complaint.id = given.complaint_id
                       AND complaint.team_id = budget.team_id
                       AND complaint.company_id = budget.company_id
                     WHERE budget.id IN %s
                     GROUP BY budget.id
                    """,
                    ids,
                )
            )
        )

    def action_view_requests(self):
        """Open the credit note requests that use this budget."""
        self.ensure_one()
        action = self.env["ir.actions.actions"]._for_xml_id(
            "customer_complaint.customer_complaint_credit_request_action_followed"
        )
        return {
            **action,
            "name": self.display_name,
            "context": {},
            "domain": [
                ("complaint_id.team_id", "=", self.team_id.id),
                ("company_id", "=", self.company_id.id),
                ("remedy_id.type_id.is_goodwill", "=", True),
                ("requested_on", ">=", self.date_from),
                ("requested_on", "<=", self.date_to),
                ("state", "!=", "cancelled"),
            ],
        }


class CustomerComplaintRemedy(models.Model):
    _inherit = "customer.complaint.remedy"

    company_currency_id = fields.Many2one(
        related="company_id.currency_id", string="Company currency"
    )
    amount_company = fields.Monetary(
        string="Amount in company currency",
        compute="_compute_amount_company",
        store=True,
        currency_field="company_currency_id",
        help="Taxes included, at the rate of the day it was proposed.",
    )
    proposed_on = fields.Date(
        compute="_compute_amount_company",
        store=True,
        help="As the calendar of whoever proposed it showed it; counts in the goodwill "
        "budget.",
    )

    @api.depends("amount", "currency_id", "company_id")
    def _compute_amount_company(self):
        for remedy in self:
            company = remedy.company_id or self.env.company
            in_zone = remedy.with_context(tz=remedy.create_uid.tz or self.env.user.tz)
            moment = remedy.create_date or fields.Datetime.now()
            day = fields.Datetime.context_timestamp(in_zone, moment).date()
            remedy.proposed_on = day
            remedy.amount_company = remedy.currency_id._convert(
                remedy.amount,
                company.currency_id,
                company,
                day,
            )
