from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command

from .customer_satisfaction_item import METRICS, PAIRS, REVERSIBLE, SCALES
from .satisfaction_wording import CHOSEN, get_options, get_scale_labels

GRADES = [1, 2, 3, 4, 5]
OUTCOMES = {"solved", "not_solved"}
# The wording, which can be translated.
TEXTS = {
    "title",
    "description",
    "scale_min_label",
    "scale_mid_label",
    "scale_max_label",
}
# Several remarks may be chosen; of all else one.
CHOICE_TYPES = {metric: "simple_choice" for metric in CHOSEN} | {
    "emotion": "multiple_choice"
}
# An object, so that no caller can say it from outside.
CHECKED_LATER = object()
# Which end is the good one, as the two are asked everywhere: how much effort, and was it easy.
EFFORT = {"effort_5": "lower", "effort_7": "higher"}
# What our own light page can show; anything else is answered on the survey app's page.
LIGHT_TYPES = {"simple_choice", "multiple_choice", "scale", "text_box", "char_box"}
# What decides about it, see `_is_light`.
SHAPE = (
    "question_type",
    "comments_allowed",
    "save_as_email",
    "save_as_nickname",
    "triggering_answer_ids.question_id",  # also of an option that is deleted
)


def is_number(answer):
    """Whether an answer came as a number: core takes 0 for no answer."""
    return isinstance(answer, int | float) and not isinstance(answer, bool)


class SurveyQuestion(models.Model):
    _inherit = "survey.question"

    is_satisfaction = fields.Boolean(related="survey_id.is_satisfaction")
    is_title_internal = fields.Boolean(
        string="Title only for colleagues",
        help="The customer sees the questions of the section without its title.",
    )
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
        compute="_compute_effort_direction",
        store=True,
        readonly=False,
        help="Of a question about effort: which end of its scale is the good one.",
    )
    pair_question_id = fields.Many2one(
        "survey.question",
        string="Pair of",
        copy=False,  # of the copied survey: see `survey.survey.copy`
        index="btree_not_null",
        ondelete="restrict",
        help="Perception: the question about the expectation. Kano, missing: the question "
        "about what is there.",
    )

    _satisfaction_weight_positive = models.Constraint(
        "CHECK(satisfaction_weight > 0)", "A weight must be greater than zero."
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
        for question in self.filtered("satisfaction_metric"):
            metric = question.satisfaction_metric
            if metric in CHOICE_TYPES:
                wrong = question._get_option_error(options)
            elif (
                question.question_type,
                question.scale_min,
                question.scale_max,
            ) != ("scale", *SCALES[metric]):
                low, high = SCALES[metric]
                wrong = self.env._(
                    "%(question)s: the metric %(metric)s is asked on a scale from "
                    "%(low)s to %(high)s. Choose the question type Scale and these ends.",
                    question=question.title,
                    metric=question._get_metric_name(),
                    low=low,
                    high=high,
                )
            else:
                wrong = None
            if wrong:
                raise ValidationError(wrong)

    def _get_option_error(self, options):
        """What is wrong with the choices of a question for its metric, or None."""
        metric, title = self.satisfaction_metric, self.title
        grades = sorted(options.mapped("satisfaction_grade"))
        right_type = self.question_type == CHOICE_TYPES[metric]
        if metric == "csat" and not (right_type and grades == GRADES):
            return self.env._(
                "%(question)s: a CSAT question lets people choose one of five "
                "answers. Give each answer one of the grades 1 to 5, 5 for very "
                "satisfied.",
                question=title,
            )
        if metric in ("kano_functional", "kano_dysfunctional") and not (
            right_type and grades == GRADES
        ):
            return self.env._(
                "%(question)s: a Kano question lets people choose one of five answers. "
                "Give each answer one of the grades 1 to 5, from 1 for I like it to 5 "
                "for I dislike it.",
                question=title,
            )
        if metric == "emotion" and not (
            right_type and grades and set(GRADES).issuperset(grades)
        ):
            return self.env._(
                "%(question)s: an emotion score lets people choose several remarks. "
                "Give each remark a grade from 1 to 5, 5 for the best.",
                question=title,
            )
        if metric == "solved" and not (
            right_type
            and len(options) == len(OUTCOMES)
            and set(options.mapped("satisfaction_solved")) == OUTCOMES
        ):
            return self.env._(
                "%(question)s: an outcome question lets people choose one of two "
                "answers. Mark one of them as solved and the other one as not "
                "solved.",
                question=title,
            )
        return None

    def _get_metric_name(self):
        self.ensure_one()
        names = dict(
            self._fields["satisfaction_metric"]._description_selection(self.env)
        )
        return names[self.satisfaction_metric]

    @api.constrains("satisfaction_metric", "is_reversed")
    def _check_is_reversed(self):
        for question in self.filtered("is_reversed"):
            if question.satisfaction_metric not in REVERSIBLE:
                raise ValidationError(
                    self.env._(
                        "%(question)s: only a statement that people agree with or not "
                        "can be reversed.",
                        question=question.title,
                    )
                )

    @api.constrains("satisfaction_metric", "pair_question_id", "survey_id")
    def _check_pair(self):
        for question in self.filtered("pair_question_id"):
            first = question.pair_question_id
            if (
                first.survey_id != question.survey_id
                or not first.satisfaction_metric
                or first.satisfaction_metric != PAIRS.get(question.satisfaction_metric)
            ):
                raise ValidationError(
                    self.env._(
                        "%(question)s: a pair is a perception and its expectation, or "
                        "the two questions of Kano's model, both in this survey.",
                        question=question.title,
                    )
                )

    @api.depends("satisfaction_metric")
    def _compute_effort_direction(self):
        for question in self:
            question.effort_direction = EFFORT.get(question.satisfaction_metric)

    @api.onchange("item_id")
    def _onchange_item_id(self):
        if self.item_id:
            values = self.item_id._prepare_question_values()
            options = values.pop("suggested_answer_ids", [])
            self.update(values)
            self.suggested_answer_ids = [Command.clear(), *options]

    @api.onchange("satisfaction_metric")
    def _onchange_satisfaction_metric(self):
        if self.satisfaction_metric:
            values = self._prepare_metric_values(self.satisfaction_metric)
            options = values.pop("suggested_answer_ids", [])
            self.update(values)
            if self.satisfaction_metric not in REVERSIBLE:
                self.is_reversed = False
            if options and not self.suggested_answer_ids:
                self.suggested_answer_ids = options

    def _translate(self, vals):
        """Take over texts in the language of the environment, from values as of `create`."""
        self.ensure_one()
        self.write({name: vals[name] for name in TEXTS & vals.keys()})
        for option, (_command, _id, values) in zip(
            self.suggested_answer_ids,
            vals.get("suggested_answer_ids", ()),
            strict=True,
        ):
            option.value = values["value"]

    @api.model
    def _prepare_metric_values(self, metric):
        """What a question needs to measure `metric`, in the language of the environment."""
        if metric in CHOSEN:
            grade = (
                "satisfaction_solved" if metric == "solved" else "satisfaction_grade"
            )
            return {
                "question_type": CHOICE_TYPES[metric],
                "suggested_answer_ids": [
                    Command.create({"sequence": number, "value": name, grade: value})
                    for number, (name, value) in enumerate(
                        get_options(self.env, metric)
                    )
                ],
            }
        if metric in SCALES:
            low, high = SCALES[metric]
            ends = get_scale_labels(self.env, metric)
            return {
                "question_type": "scale",
                "scale_min": low,
                "scale_max": high,
                "scale_min_label": ends[0],
                "scale_mid_label": ends[1],
                "scale_max_label": ends[2],
            }
        return {"question_type": "text_box"}

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
        if self.survey_id.is_satisfaction and is_number(answer):
            answer = str(answer)  # 0 is an answer
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
            and not (self.save_as_email or self.save_as_nickname)
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
        help="CSAT: 5 very satisfied to 1 very dissatisfied. Remarks: 5 the best. Kano: 1 "
        "I like it to 5 I dislike it.",
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
