from collections import Counter

from odoo import api, fields, models
from odoo.fields import Domain

from odoo.addons.customer_complaint.tools import statistics

from ..tools import scores
from .customer_satisfaction_item import VERDICTS


class CustomerSatisfactionStage(models.Model):
    _name = "customer.satisfaction.stage"
    _description = "Stage of the Customer Journey"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)


class CustomerSatisfactionTouchpoint(models.Model):
    """Journey map: where customers meet us, what hurts there, who answers for it, the score."""

    _name = "customer.satisfaction.touchpoint"
    _description = "Touch Point"
    _order = "stage_id, sequence, id"
    _check_company_auto = True

    name = fields.Char(string="Touch point", required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company",
        default=lambda self: self.env.company,
        help="Empty: the touch point is the same in all companies.",
    )
    stage_id = fields.Many2one(
        "customer.satisfaction.stage",
        string="Stage",
        required=True,
        index=True,
        ondelete="restrict",
        group_expand="_read_group_stage_id",
    )
    pain_points = fields.Text(
        string="Pain points", help="What customers find hard or annoying here."
    )
    user_id = fields.Many2one(
        "res.users",
        string="Responsible",
        domain="[('share', '=', False)]",
        index="btree_not_null",
        help="Who sees to it that the touch point gets better.",
    )
    plan_id = fields.Many2one(
        "customer.satisfaction.plan",
        string="Survey plan",
        check_company=True,
        index="btree_not_null",
        ondelete="set null",
        help="Whose answers are about this touch point.",
    )
    dimension_id = fields.Many2one(
        "customer.satisfaction.dimension",
        index="btree_not_null",
        ondelete="set null",
        help="Only questions about this dimension. With a plan: those of the plan.",
    )
    score = fields.Char(
        compute="_compute_score",
        help="With the number of answers and the 95 % interval: of a dimension the mean of "
        "the metric asked most often, else the share of satisfied answers. Without the "
        "answers to anonymous surveys.",
    )

    @api.model
    def _read_group_stage_id(self, stages, domain):
        # Empty columns as well: that is where the next touch point goes.
        return stages.search([("active", "=", True)])

    @api.depends("plan_id", "dimension_id")
    def _compute_score(self):
        by_dimension = self.filtered("dimension_id")
        by_dimension._compute_dimension_scores()
        Answer = self.env["survey.user_input"]
        by_plan = self - by_dimension
        counts = (
            Answer._get_csat_counts_by(
                "plan_id", [("plan_id", "in", by_plan.plan_id.ids)]
            )
            if by_plan.plan_id
            else {}
        )
        for point in by_plan:
            satisfied, n = counts.get(point.plan_id._origin, (0, 0))
            point.score = Answer._get_csat_text(satisfied, n)
        for point in self.filtered(lambda p: not p.score)._filter_anonymous():
            point.score = self.env._("Anonymous answers: see Reporting, Scores")

    def _compute_dimension_scores(self):
        """Mean per metric and scale, never of several together."""
        if not self:
            return
        groups = self.env["customer.satisfaction.score"]._read_group(
            Domain("dimension_id", "in", self.dimension_id.ids)
            & Domain("is_counted", "=", True)
            & Domain("metric", "in", VERDICTS),
            ["dimension_id", "plan_id", "metric", "effort_direction", "value"],
            ["__count"],
        )
        labels = dict(
            self.env["customer.satisfaction.score"]
            ._fields["metric"]
            ._description_selection(self.env)
        )
        for point in self:
            found = {}
            for dimension, plan, metric, direction, value, count in groups:
                if dimension == point.dimension_id._origin and (
                    not point.plan_id or plan == point.plan_id._origin
                ):
                    counts = found.setdefault((metric, direction), Counter())
                    counts[value] += count
            if not found:
                point.score = False
                continue
            metric, direction = max(found, key=lambda key: found[key].total())
            point.score = self._describe_mean(
                labels[metric], scores.likert(found[metric, direction], metric)
            )

    def _filter_anonymous(self):
        """Those about which anonymous surveys ask: their answers are shown elsewhere."""
        groups = self.env["survey.question"]._read_group(
            Domain("dimension_id", "in", self.dimension_id.ids)
            & Domain("survey_id.is_anonymous", "=", True),
            ["dimension_id"],
        )
        asked = {dimension for (dimension,) in groups}
        return self.filtered(
            lambda point: (
                point.plan_id.survey_id.is_anonymous
                if point.plan_id
                else point.dimension_id._origin in asked
            )
        )

    @api.model
    def _describe_mean(self, label, score):
        """A mean in words: of how many, and how sure; nothing below the least number."""
        n = score.n
        Answer = self.env["survey.user_input"]
        if n < self.env.company.satisfaction_min_answers:
            return Answer._get_csat_text(0, n)
        low, high = (
            (score.value, score.value) if score.low is None else (score.low, score.high)
        )
        return self.env._(
            "%(mean)s of %(most)s, n %(n)s, %(low)s–%(high)s (%(metric)s)",
            mean=f"{statistics.half_up(score.value, 2):g}",
            most=score.scale[1],
            n=n,
            low=f"{statistics.half_up(low, 2):g}",
            high=f"{statistics.half_up(high, 2):g}",
            metric=label,
        )
