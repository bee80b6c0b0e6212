from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from .customer_satisfaction_item import METRICS

CSAT_GRADES = [1, 2, 3, 4, 5]
NPS_RANGE = (0, 10)
OUTCOMES = {"solved", "not_solved"}
# An object, so that no caller can say it from outside.
CHECKED_LATER = object()
# What our own light page can show; anything else is answered on the survey app's page.
LIGHT_TYPES = {"simple_choice", "multiple_choice", "scale", "text_box", "char_box"}


class SurveyQuestion(models.Model):
    _inherit = "survey.question"

    is_satisfaction = fields.Boolean(related="survey_id.is_satisfaction")
    satisfaction_metric = fields.Selection(
        METRICS,
        string="Metric",
        help="Which score the answer gives. Several questions with one metric: the first "
        "one that is answered counts.",
    )
    item_id = fields.Many2one(
        "customer.satisfaction.item",
        string="From the question bank",
        index="btree_not_null",
        ondelete="restrict",
    )
    dimension_id = fields.Many2one(
        "customer.satisfaction.dimension", index="btree_not_null", ondelete="restrict"
    )
    satisfaction_weight = fields.Float(
        string="Weight",
        default=1.0,
        aggregator=None,
        help="What it counts in an index, against the other questions.",
    )
    is_reversed = fields.Boolean(
        string="Reversed",
        help="Agreement means something bad: the value is turned round before it counts.",
    )
    effort_direction = fields.Selection(
        [("lower", "Lower is better"), ("higher", "Higher is better")],
        help="Of a question about effort: which end of its scale is the good one.",
    )
    pair_question_id = fields.Many2one(
        "survey.question",
        string="Pair of",
        index="btree_not_null",
        ondelete="restrict",
        help="Perception: the question about the expectation. Kano, missing: the question "
        "about what is there.",
    )

    @api.constrains(
        "satisfaction_metric",
        "question_type",
        "scale_min",
        "scale_max",
        "suggested_answer_ids",
    )
    def _check_satisfaction_metric(self):
        for question in self:
            question._check_metric(question.suggested_answer_ids)

    def _check_metric(self, options):
        """Refuse a question that cannot measure its metric with these options."""
        for question in self:
            if question.satisfaction_metric == "csat" and (
                question.question_type != "simple_choice"
                or sorted(options.mapped("satisfaction_grade")) != CSAT_GRADES
            ):
                raise ValidationError(
                    self.env._(
                        "%(question)s: a CSAT question lets people choose one of five "
                        "answers. Give each answer one of the grades 1 to 5, 5 for very "
                        "satisfied.",
                        question=question.title,
                    )
                )
            if question.satisfaction_metric == "nps" and (
                question.question_type != "scale"
                or (question.scale_min, question.scale_max) != NPS_RANGE
            ):
                raise ValidationError(
                    self.env._(
                        "%(question)s: an NPS question is a scale from 0 to 10.",
                        question=question.title,
                    )
                )
            if question.satisfaction_metric == "solved" and (
                question.question_type != "simple_choice"
                or set(options.mapped("satisfaction_solved")) != OUTCOMES
                or len(options) != len(OUTCOMES)
            ):
                raise ValidationError(
                    self.env._(
                        "%(question)s: an outcome question lets people choose one of two "
                        "answers. Mark one of them as solved and the other one as not "
                        "solved.",
                        question=question.title,
                    )
                )

    @api.constrains("satisfaction_metric", "survey_id")
    def _check_outcome_plans(self):
        self._get_outcome_plans(self.survey_id)._check_outcome_survey()

    def _get_outcome_plans(self, surveys):
        # sudo: who edits a survey need not see the plans that use it
        return (
            self.env["customer.satisfaction.plan"]
            .sudo()
            .search(
                [
                    ("trigger", "=", "complaint_outcome"),
                    ("survey_id", "in", surveys.ids),
                ]
            )
        )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_outcome_plan(self):
        for plan in self._get_outcome_plans(self.survey_id):
            left = set(
                (plan.survey_id.question_ids - self).mapped("satisfaction_metric")
            )
            if not left.issuperset(("solved", "csat")):
                raise UserError(
                    self.env._(
                        "The plan %(plan)s asks with the outcome message: it needs the "
                        "questions about outcome and CSAT. Archive the plan first.",
                        plan=plan.name,
                    )
                )

    def write(self, vals):
        # Options may be replaced one by one; together they are checked afterwards.
        if "suggested_answer_ids" in vals:
            self = self.with_context(satisfaction_options=CHECKED_LATER)
        return super().write(vals)

    def validate_question(self, answer, comment=None):
        """Core checks that there is an answer; here it must also be one to this question."""
        if (
            self.survey_id.is_satisfaction
            and answer
            and not self._is_possible_answer(answer)
        ):
            return {
                self.id: self.env._(
                    "This is not an answer to this question. Please choose or enter one."
                )
            }
        return super().validate_question(answer, comment)

    def _is_light(self):
        """Whether our own page can ask this question."""
        self.ensure_one()
        return (
            self.question_type in LIGHT_TYPES
            and not self.comments_allowed
            and not self.triggering_answer_ids
        )

    def _is_possible_answer(self, answer):
        """Whether a submitted value is of the right kind, in range and an option of this question.

        :param answer: as `validate_question` receives it, straight from the request
        """
        self.ensure_one()
        if self.question_type == "scale":
            return str(answer) in map(str, range(self.scale_min, self.scale_max + 1))
        if self.question_type in ("simple_choice", "multiple_choice"):
            return self._are_options(answer if isinstance(answer, list) else [answer])
        if self.question_type == "matrix":
            rows = set(map(str, self.matrix_row_ids.ids))
            return isinstance(answer, dict) and all(
                row in rows
                and isinstance(columns, list)
                and (len(columns) == 1 or self.matrix_subtype == "multiple")
                and self._are_options(columns)
                for row, columns in answer.items()
            )
        return isinstance(answer, str)

    def _are_options(self, answers):
        chosen = list(map(str, answers))
        options = set(map(str, self.suggested_answer_ids.ids))
        return len(set(chosen)) == len(chosen) and options.issuperset(chosen)


class SurveyQuestionAnswer(models.Model):
    _inherit = "survey.question.answer"

    satisfaction_grade = fields.Integer(
        string="Grade",
        aggregator=None,
        help="Of an answer to a CSAT question: 5 very satisfied to 1 very dissatisfied.",
    )
    satisfaction_solved = fields.Selection(
        [("solved", "Solved"), ("not_solved", "Not solved")],
        string="Outcome",
        help="Of an answer to an outcome question: what it says about the complaint.",
    )

    @api.constrains("question_id", "satisfaction_grade", "satisfaction_solved")
    def _check_question(self):
        if not self._is_checked_later():
            self.question_id._check_satisfaction_metric()

    @api.ondelete(at_uninstall=False)
    def _unlink_except_measuring(self):
        if not self._is_checked_later():
            for question, options in self.grouped("question_id").items():
                question._check_metric(question.suggested_answer_ids - options)

    def _is_checked_later(self):
        return self.env.context.get("satisfaction_options") is CHECKED_LATER
