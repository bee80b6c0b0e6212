import logging

import psycopg2
from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.tools import SQL

_logger = logging.getLogger(__name__)

UNITS = [
    ("days", "Days"),
    ("weeks", "Weeks"),
    ("months", "Months"),
    ("years", "Years"),
]


def get_period(start, number, unit, day):
    """The period of a regular rhythm in which a day lies.

    :param date start: first day of the first period
    :param int number: length of a period in units
    :param str unit: days, weeks, months or years
    :return: (first day, first day of the next one), or None before the start
    """
    if day < start:
        return None
    if unit in ("days", "weeks"):
        past = (day - start).days // (number * (7 if unit == "weeks" else 1))
    else:
        months = (day.year - start.year) * 12 + day.month - start.month
        past = months // (number * (12 if unit == "years" else 1))
    first = start + relativedelta(**{unit: number * past})
    if first > day:  # it begins later in this month
        past -= 1
        first = start + relativedelta(**{unit: number * past})
    return first, start + relativedelta(**{unit: number * (past + 1)})


class CustomerSatisfactionPlan(models.Model):
    """A group of customers: at regular times, spread over each period, or all at once by hand."""

    _inherit = "customer.satisfaction.plan"

    interval_number = fields.Integer(string="Ask every", default=3, aggregator=None)
    interval_unit = fields.Selection(
        UNITS, string="Unit", required=True, default="months"
    )
    start_date = fields.Date(
        string="First period begins on", default=fields.Date.context_today
    )
    interval_ids = fields.One2many(
        "customer.satisfaction.plan.interval",
        "plan_id",
        string="Other rhythms",
        copy=True,
    )

    _interval_positive = models.Constraint(
        "CHECK(interval_number > 0)", "A period is at least one day long."
    )

    @api.model
    def _cron_plan(self, now=None):
        """Let plans look whom to ask: about delivered orders, and in their group.

        A plan that fails is logged and stops no other. Follow-ups that failed are tried again.
        """
        now = now or fields.Datetime.now()
        self.env["survey.user_input"]._retry_follow_ups()
        plans = self.search([("trigger", "in", ("order_delivered", "periodic"))])
        for plan in plans:
            try:
                with self.env.cr.savepoint():
                    if plan.trigger == "order_delivered":
                        plan._plan_delivered(now)
                    else:
                        plan._plan_period(now)
            except psycopg2.OperationalError:
                raise  # the transaction itself is lost; the cron starts it again
            except Exception:
                _logger.exception("Survey plan %s could not look whom to ask.", plan.id)
            if not self.env["ir.cron"]._commit_progress(1):
                return

    def _plan_period(self, now):
        """Plan an invitation for each customer of the group who has none in his period.

        One statement for all of them. The day is drawn by the database, so that the
        invitations are spread over what is left of the period. EXCEPT reads what is planned
        once: an anti-join reads it again for each customer while the table is new and grows.

        :return: number of new invitations
        """
        self.ensure_one()
        rhythms = self._get_rhythms(now.date())
        if not rhythms:
            return 0
        self.env["res.partner"].flush_model()
        self.env["sale.order"].flush_model()
        self.env["sale.order.line"].flush_model(["product_id", "order_id"])
        group = self.env["res.partner"]._search(self._get_group_domain())
        return self._insert_invitations(
            {
                "company_id": SQL("%s", self.company_id.id),
                "period": SQL("to_char(r.first_day, 'YYYY-MM-DD')"),
                "send_at": self._get_spread(now),
            },
            SQL(
                """
                (SELECT c.id, %(choice)s AS no
                   FROM res_partner c
                   LEFT JOIN (%(trade)s) t
                     ON t.commercial_partner_id = c.commercial_partner_id
                  WHERE c.id IN %(group)s
                 EXCEPT
                 SELECT i.partner_id, r.no
                   FROM customer_satisfaction_invitation i
                   JOIN (VALUES %(rhythms)s) r (no, first_day, next_day)
                     ON i.send_at >= r.first_day
                  WHERE i.plan_id = %(plan)s AND i.period IS NOT NULL) due
                JOIN res_partner p ON p.id = due.id
                JOIN (VALUES %(rhythms)s) r (no, first_day, next_day) ON r.no = due.no
                """,
                choice=self._get_rhythm_choice(now),
                trade=self._get_trade(),
                group=group.subselect(),
                rhythms=SQL(", ").join(
                    SQL("(%s, %s::timestamp, %s::timestamp)", *rhythm)
                    for rhythm in rhythms
                ),
                plan=self.id,
            ),
        )

    def _get_rhythms(self, day):
        """(number, first day, first day of the next period) of those that have begun."""
        start = self.start_date or day
        lines = [*self.interval_ids, self]
        periods = (
            get_period(start, line.interval_number, line.interval_unit, day)
            for line in lines
            if line.interval_number
        )
        numbers = (no for no, line in enumerate(lines) if line.interval_number)
        return [
            (no, *period) for no, period in zip(numbers, periods, strict=True) if period
        ]

    def _get_period_name(self, day):
        """Name of the plan's own period in which a day lies, or False."""
        start = self.start_date or day
        period = get_period(start, self.interval_number, self.interval_unit, day)
        return period and fields.Date.to_string(period[0])

    def _get_rhythm_choice(self, now):
        """SQL: number of the first rhythm that fits the contact `c`, who traded as `t`."""
        cases = [
            SQL("WHEN %s THEN %s", line._get_condition(now), no)
            for no, line in enumerate(self.interval_ids)
        ]
        if not cases:
            return SQL("0")
        return SQL("CASE %s ELSE %s END", SQL(" ").join(cases), len(cases))

    def _get_trade(self):
        """SQL: number of orders and the last one of each company of customers."""
        return SQL(
            """
            SELECT b.commercial_partner_id, count(*) AS orders,
                   max(o.date_order) AS last_order
              FROM sale_order o JOIN res_partner b ON b.id = o.partner_id
             WHERE o.state = 'sale' AND o.company_id = %s
             GROUP BY b.commercial_partner_id
            """,
            self.company_id.id,
        )

    def _get_spread(self, now):
        """SQL: a moment in what is left of the period, by chance but always the same."""
        return SQL(
            """
            greatest(r.first_day, %(now)s::timestamp)
            + (r.next_day - greatest(r.first_day, %(now)s::timestamp))
            * ((hashtextextended(p.id::text, %(seed)s) & 1048575) / 1048576.0)
            """,
            now=now,
            seed=self.sample_seed,
        )

    # ------------------------------------------------------------------
    # By hand
    # ------------------------------------------------------------------
    def action_preview(self):
        """Open who would be asked at this moment, who not and why; see the wizard."""
        self.ensure_one()
        self.check_access("write")
        action = self.env["ir.actions.actions"]._for_xml_id(
            "customer_satisfaction.customer_satisfaction_ask_action"
        )
        action["name"] = self.env._("Who would be asked now")
        action["context"] = {
            "default_plan_id": self.id,
            "default_company_id": (self.company_id or self.env.company).id,
            "active_model": self._name,
            "ask_about_plan": True,
        }
        return action

    def _plan_now(self, now, company, domain):
        """Plan an invitation for all contacts of a domain who have none of this moment.

        :return: number of new invitations
        """
        self.ensure_one()
        self.env["res.partner"].flush_model()
        group = self.env["res.partner"]._search(domain)
        return self._insert_invitations(
            {
                "company_id": SQL("%s", company.id),
                "period": SQL("%s", fields.Datetime.to_string(now)),
                "send_at": SQL("%s::timestamp", now),
            },
            SQL("res_partner p WHERE p.id IN %s", group.subselect()),
        )
