from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tools import format_list

from ..tools import scores

# What an answer measures; the lists of the question bank and of surveys are one.
METRICS = [
    ("csat", "CSAT: satisfaction, five grades"),
    ("likert", "Agreement, 1 to 5"),
    ("nps", "NPS: recommendation, 0 to 10"),
    ("effort_5", "CES: effort, 1 to 5"),
    ("effort_7", "CES: was it easy, 1 to 7"),
    ("emotion", "Emotion score: remarks with grades"),
    ("acsi", "ACSI: one of three questions, 1 to 10"),
    ("importance", "Importance of a dimension, 1 to 5"),
    ("expectation", "Expectation, 1 to 7"),
    ("perception", "Perception, 1 to 7"),
    ("kano_functional", "Kano: what if it is there"),
    ("kano_dysfunctional", "Kano: what if it is missing"),
    ("solved", "Outcome: solved or not"),
]
# Statements, with which one can disagree.
REVERSIBLE = {"likert", "expectation", "perception"}
# Asked in pairs: the one first that the other one is compared with.
PAIRS = {"perception": "expectation", "kano_dysfunctional": "kano_functional"}
# A survey made of more sections is titled by the first one.
TITLED = 3
# Lowest and highest value of each; the outcome is 1 or 0.
SCALES = scores.SCALES | {"solved": (0, 1)}
# What people say about their experience; what they expect or find important is no verdict.
VERDICTS = ("csat", "likert", "effort_5", "effort_7", "emotion", "acsi", "perception")


class CustomerSatisfactionItem(models.Model):
    """Question bank: one wording and one meaning, used by several surveys."""

    _name = "customer.satisfaction.item"
    _description = "Question of the Bank"
    _order = "sequence, id"

    name = fields.Char(string="Question", required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    metric = fields.Selection(METRICS, help="Empty: free text.")
    dimension_id = fields.Many2one(
        "customer.satisfaction.dimension", index=True, ondelete="restrict"
    )
    is_reversed = fields.Boolean(
        string="Reversed",
        help="Agreement means something bad: the value is turned round before it counts.",
    )

    @api.constrains("metric", "is_reversed")
    def _check_is_reversed(self):
        for item in self.filtered("is_reversed"):
            if item.metric not in REVERSIBLE:
                raise ValidationError(
                    self.env._(
                        "%(question)s: only a statement that people agree with or not "
                        "can be reversed.",
                        question=item.name,
                    )
                )

    def _prepare_question_values(self):
        """A survey's question that asks this, in the language of the environment."""
        self.ensure_one()
        return {
            **self.env["survey.question"]._prepare_metric_values(self.metric),
            "title": self.name,
            "item_id": self.id,
            "dimension_id": self.dimension_id.id,
            "satisfaction_metric": self.metric,
            "is_reversed": self.is_reversed,
        }


class CustomerSatisfactionSection(models.Model):
    """A questionnaire section that can be loaded into a survey: a set of dimensions."""

    _name = "customer.satisfaction.section"
    _description = "Questionnaire Section"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Char()
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    line_ids = fields.One2many(
        "customer.satisfaction.section.line",
        "section_id",
        string="Questions",
        copy=True,
    )
    question_count = fields.Integer(
        string="Number of questions", compute="_compute_question_count"
    )

    _code_unique = models.UniqueIndex("(code)", "This code is taken.")

    @api.depends("line_ids")
    def _compute_question_count(self):
        for section in self:
            section.question_count = len(section.line_ids)

    def action_make_survey(self):
        """Make a survey of these sections, titled by them in every installed language.

        :return: action that opens it
        """
        if not self:
            raise UserError(
                self.env._("Choose the sections of which to make a survey.")
            )
        survey = self.env["survey.survey"].create(
            {
                "title": self._get_survey_title(),
                "is_satisfaction": True,
                "survey_type": "survey",
                "access_mode": "token",
                "questions_layout": "one_page",
                "scoring_type": "no_scoring",
                "lang_ids": [Command.clear()],  # asked in any
            }
        )
        for lang in _get_languages(self.env):
            title = self.with_context(lang=lang)._get_survey_title()
            survey.with_context(lang=lang).title = title
        self._load_into(survey)
        return {
            "type": "ir.actions.act_window",
            "res_model": "survey.survey",
            "res_id": survey.id,
            "views": [(False, "form")],
        }

    def _get_survey_title(self):
        """What a survey of these sections is called until somebody finds a better title."""
        names = self.mapped("name")
        if len(names) > TITLED:
            return self.env._(
                "%(section)s and %(count)s more", section=names[0], count=len(names) - 1
            )
        return format_list(self.env, names)

    def _load_into(self, survey):
        """Append these sections to a survey: a page each, with its questions in pairs.

        The questions are the survey's own, worded in every installed language, and know which
        question of the bank they are. For his own words a customer is asked once.
        """
        last = max(survey.question_and_page_ids.mapped("sequence"), default=0)
        places, asked = [], survey.question_ids.item_id
        for section in self:
            lines = section.line_ids.filtered(
                lambda line, asked=asked: line.metric or line.item_id not in asked
            )
            places += [section, *lines]
            asked |= lines.item_id
        questions = survey.question_and_page_ids.browse()
        for lang in _get_languages(self.env):
            vals_list = [
                place.with_context(lang=lang)._prepare_question_values()
                for place in places
            ]
            if not questions:
                questions = questions.with_context(lang=lang).create(
                    [
                        {**vals, "survey_id": survey.id, "sequence": last + number}
                        for number, vals in enumerate(vals_list, 1)
                    ]
                )
            else:
                for question, vals in zip(questions, vals_list, strict=True):
                    question.with_context(lang=lang)._translate(vals)
        self._pair(questions)
        return questions

    def _pair(self, questions):
        """Let each second question of a pair know the first one before it on its dimension."""
        first = {}
        for question in questions:
            metric, about = question.satisfaction_metric, question.dimension_id
            first[metric, about] = question
            if metric in PAIRS:
                question.pair_question_id = first.get((PAIRS[metric], about))

    def _prepare_question_values(self):
        self.ensure_one()
        return {
            "title": self.name,
            "is_page": True,
            "question_type": False,
            # "After an order: CSAT and NPS" is how we talk, not how customers do.
            "is_title_internal": True,
        }


class CustomerSatisfactionSectionLine(models.Model):
    _name = "customer.satisfaction.section.line"
    _description = "Question of a Questionnaire Section"
    _order = "section_id, sequence, id"

    section_id = fields.Many2one(
        "customer.satisfaction.section", required=True, index=True, ondelete="cascade"
    )
    sequence = fields.Integer(default=10)
    item_id = fields.Many2one(
        "customer.satisfaction.item",
        string="Question",
        required=True,
        index=True,
        ondelete="restrict",
    )
    metric = fields.Selection(related="item_id.metric")
    dimension_id = fields.Many2one(related="item_id.dimension_id")
    is_reversed = fields.Boolean(related="item_id.is_reversed")
    weight = fields.Float(
        default=1.0,
        aggregator=None,
        help="What it counts in an index, against the other questions.",
    )

    _weight_positive = models.Constraint(
        "CHECK(weight > 0)", "A weight must be greater than zero."
    )

    def _prepare_question_values(self):
        self.ensure_one()
        return {
            **self.item_id._prepare_question_values(),
            "satisfaction_weight": self.weight,
        }


def _get_languages(env):
    """Codes of the installed languages, after English, from which the others are taken."""
    langs = {code for code, _name in env["res.lang"].get_installed()}
    return ["en_US", *sorted(langs - {"en_US"})]
