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
# How many were late or close to it decides; of fewer than these the end of the curve is a guess.
LATE_NEEDED = 10
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
        return self._get_completion_curve(
            company_id, rank, day
        ) or self._get_completion_curve(company_id, False, day)

    @api.model
    @tools.ormcache("company_id", "rank", "day")
    def _get_completion_curve(self, company_id, rank, day):
        """Which share of its time completing takes, estimated once a day.

        What runs still counts with the share it has used so far (censored): leaving it out would
        forget just the slow ones.
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
        # Finished is rounded up, so that exactly in time stays in time and a second more is late;
        # all that is late is alike. A date moved after it had passed counts as late.
        found = self.env.execute_query(
            SQL(
                """
                SELECT d.state,
                       CASE WHEN d.result = %(overdue)s OR ceil(%(used)s) > %(all)s
                            THEN %(all)s + 1
                            WHEN d.state = 'done' THEN ceil(%(used)s)
                            ELSE floor(%(used)s)
                       END::int AS step,
                       count(*)
                  FROM customer_complaint_deadline d
                  JOIN customer_complaint c ON c.id = d.complaint_id
                 WHERE d.company_id = %(company)s
                   AND d.due_at >= %(since)s
                   AND d.deadline_type = 'completion'
                   AND d.owed_to = 'customer'
                   AND d.state IN ('done', 'open')
                   AND d.due_at > d.start_at
                   AND %(level)s
              GROUP BY 1, 2
                """,
                overdue=OVERDUE,
                used=used,
                all=STEPS,
                company=company_id,
                since=now - HISTORY,
                level=SQL("c.level_rank = %s", rank) if rank else SQL("TRUE"),
            )
        )
        counts = {"done": {}, "open": {}}
        for state, step, count in found:
            counts[state][max(step, 0) / STEPS] = count
        finished = sum(counts["done"].values())
        late = sum(
            count
            for steps in counts.values()
            for share, count in steps.items()
            if share >= 1
        )
        if finished < FINISHED_NEEDED or late < LATE_NEEDED:
            return None
        n = finished + sum(counts["open"].values())
        return tuple(statistics.survival(counts["done"], counts["open"])), n
