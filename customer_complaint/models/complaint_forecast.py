from collections import Counter
from datetime import timedelta

from odoo import api, fields, models, tools
from odoo.tools import SQL

from ..tools import statistics
from ..tools.due_times import OVERDUE
from ..tools.measure import percent

# Deadlines that fell due longer ago say little about how work is done today.
HISTORY = timedelta(days=365)
# With fewer finished complaints the chance of one would swing by several percent with each more.
FINISHED_NEEDED = 30
# Those still at risk when the time is over (late, or just in time) decide about the end of the
# curve; of fewer than these it is a guess.
AT_RISK_NEEDED = 10
# Shares of the time are counted in this many steps: the curve stays small, whatever the history.
STEPS = 1000


class CustomerComplaint(models.Model):
    """How likely an open complaint will be completed late, from the company's own history."""

    _inherit = "customer.complaint"

    late_chance = fields.Float(
        string="Chance of being late",
        compute="_compute_late_chance",
        compute_sudo=True,
        aggregator=None,
        groups="base.group_user",
        help="Probability that the completion will be overdue, from how long complaints of "
        "this company took in the last 12 months. Empty when too little is known.",
    )
    late_forecast = fields.Char(
        string="Forecast",
        compute="_compute_late_chance",
        compute_sudo=True,
        groups="base.group_user",
    )

    @api.depends(
        "company_id",
        "level_rank",
        "deadline_ids.state",
        "deadline_ids.start_at",
        "deadline_ids.due_at",
    )
    @api.depends_context("lang")
    def _compute_late_chance(self):
        now = fields.Datetime.now()
        self.late_chance = self.late_forecast = False
        rows = self.env["customer.complaint.deadline"].search_fetch(
            [
                ("complaint_id", "in", self._origin.ids),
                ("deadline_type", "=", "completion"),
                ("owed_to", "=", "customer"),
                ("state", "=", "open"),
                ("moved_overdue", "=", False),
                ("due_at", ">", now),
            ],
            ["complaint_id", "start_at", "due_at"],
        )
        row_of = {row.complaint_id.id: row for row in rows}
        for complaint in self:
            row = row_of.get(complaint._origin.id)
            if not row or row.start_at >= row.due_at:
                continue
            known = complaint._get_completion_history(
                complaint.company_id.id, complaint.level_rank, now.date()
            )
            if not known:
                continue
            curve, n = known
            used = (now - row.start_at) / (row.due_at - row.start_at)
            chance = statistics.chance_to_exceed(curve, 1, max(used, 0))
            if chance is None:
                continue
            complaint.late_chance = chance
            complaint.late_forecast = self.env._(
                "Chance of being late: %(percent)s %%, from %(n)s complaints",
                percent=percent(chance),
                n=n,
            )

    @api.model
    def _get_completion_history(self, company_id, rank, day):
        """Curve of the level where it is known well enough, else of the whole company, else None.

        :return: (curve of `statistics.survival` over the share of the time used, completions)
        """
        curves = self._get_completion_curves(company_id, day)
        return curves.get(rank) or curves.get(None)

    @api.model
    @tools.ormcache("company_id", "day")
    def _get_completion_curves(self, company_id, day):
        """Which share of its time completing takes, estimated once a day.

        What runs still counts with the share it has used so far (censored): leaving it out would
        forget just the slow ones.

        :return: dict of (curve, completions) by rank of the level, None for all levels; without
            those of which too little is known
        """
        counts = {}
        for rank, state, step, count in self._count_completions(company_id):
            for key in (rank, None):
                known = counts.setdefault(key, {"done": Counter(), "open": Counter()})
                known[state][step / STEPS] += count
        return {
            key: (
                tuple(statistics.survival(known["done"], known["open"])),
                known["done"].total() + known["open"].total(),
            )
            for key, known in counts.items()
            if self._is_enough_history(known["done"], known["open"])
        }

    @api.model
    def _is_enough_history(self, done, running):
        at_risk = sum(
            count
            for counter in (done, running)
            for share, count in counter.items()
            if share >= 1
        )
        return done.total() >= FINISHED_NEEDED and at_risk >= AT_RISK_NEEDED

    @api.model
    def _count_completions(self, company_id):
        """Completions owed in the last 12 months: rank, done or open, step of the time, how many.

        Finished is rounded up, so that exactly in time stays in time and a second more is late; all
        that is late is alike. A date moved after it had passed counts as late.
        """
        now = fields.Datetime.now()
        self.env["customer.complaint.deadline"].flush_model()
        self.env["customer.complaint"].flush_model(["level_rank"])
        used = SQL(
            "extract(epoch FROM coalesce(d.done_at, %s) - d.start_at)"
            " / extract(epoch FROM d.due_at - d.start_at) * %s",
            now,
            STEPS,
        )
        return self.env.execute_query(
            SQL(
                """
                SELECT c.level_rank,
                       d.state,
                       CASE WHEN d.result = %(overdue)s OR ceil(%(used)s) > %(all)s
                            THEN %(all)s + 1
                            WHEN d.state = 'done' THEN ceil(%(used)s)
                            ELSE greatest(floor(%(used)s), 0)
                       END::int,
                       count(*)
                  FROM customer_complaint_deadline d
                  JOIN customer_complaint c ON c.id = d.complaint_id
                 WHERE d.company_id = %(company)s
                   AND d.due_at >= %(since)s
                   AND d.deadline_type = 'completion'
                   AND d.owed_to = 'customer'
                   AND d.state IN ('done', 'open')
                   AND d.due_at > d.start_at
              GROUP BY 1, 2, 3
                """,
                overdue=OVERDUE,
                used=used,
                all=STEPS,
                company=company_id,
                since=now - HISTORY,
            )
        )
