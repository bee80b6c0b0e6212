from odoo import fields, models

from .customer_satisfaction_item import VERDICTS
from .satisfaction_wording import get_scale_labels

DETRACTORS = range(7)
# As the faces of the page: `satisfaction.css`.
GRADE_COLORS = {5: "#8fd19e", 4: "#c9e6a0", 3: "#f5e59a", 2: "#f7c48b", 1: "#f2a39b"}


class SurveyQuestion(models.Model):
    """How a question looks on the customer's page and in messages."""

    _inherit = "survey.question"

    interviewer_note = fields.Text(
        translate=True,
        help="For colleagues who ask in person: how to ask, what to ask next. Customers "
        "do not see it.",
    )

    def _is_closed(self):
        """Whether it is answered by choosing, not by writing."""
        self.ensure_one()
        return self.question_type in ("scale", "simple_choice", "multiple_choice")

    def _get_scale_ends(self):
        """What the low end, the middle and the high end of the scale say."""
        self.ensure_one()
        own = (self.scale_min_label, self.scale_mid_label, self.scale_max_label)
        usual = get_scale_labels(self.env, self.satisfaction_metric)
        return tuple(
            label or default for label, default in zip(own, usual, strict=True)
        )

    def _get_choices(self):
        """What can be chosen: pairs of the value as the page sends it and its words."""
        self.ensure_one()
        if self.question_type == "scale":
            steps = range(self.scale_min, self.scale_max + 1)
            return [(str(step), str(step)) for step in steps]
        return [(str(option.id), option.value) for option in self.suggested_answer_ids]

    def _get_worst_choice(self):
        """The bad end of its scale as the page sends it; None where it has none."""
        self.ensure_one()
        if self.question_type != "scale" or self.satisfaction_metric not in VERDICTS:
            return None
        is_high_bad = self.is_reversed or self.effort_direction == "lower"
        return str(self.scale_max if is_high_bad else self.scale_min)


class SurveyUserInput(models.Model):
    _inherit = "survey.user_input"

    def _get_low_values(self, answers=None):
        """Values after which the customer is asked what went wrong, by question.

        :param dict answers: what was answered, value by question; None while nothing was
        """
        self.ensure_one()
        questions = self.survey_id.question_ids
        low_grade = self._get_low_grade()
        low = {}
        for question in questions:
            options = question.suggested_answer_ids
            if question.satisfaction_metric == "csat":
                bad = options.filtered(lambda o: 0 < o.satisfaction_grade <= low_grade)
            elif question.satisfaction_metric == "solved":
                bad = options.filtered(lambda o: o.satisfaction_solved == "not_solved")
            else:
                continue
            low[question] = set(map(str, bad.ids))
        # Who is asked how satisfied he is says it there, unless he left that open.
        graded = [
            question for question in low if question.satisfaction_metric == "csat"
        ]
        if answers is not None:
            graded = [question for question in graded if answers.get(question)]
        if not graded and (nps := self.survey_id._get_metric_question("nps")):
            low[nps] = set(map(str, DETRACTORS))
        # Where neither is asked, the worst answer to any question about the experience.
        return low or {
            question: {worst}
            for question in questions
            if (worst := question._get_worst_choice())
        }

    def _get_mail_question(self):
        """The first question, if a message can ask it: answered by choosing one thing."""
        self.ensure_one()
        first = self.survey_id.question_ids[:1]
        choosing = first.question_type in ("scale", "simple_choice")
        return first if choosing and self.survey_id.is_light else first.browse()

    def _get_mail_choices(self):
        """Choices of the first question for a message: words, address and colour.

        An address only chooses beforehand on the customer's page; nothing is stored until
        he sends it there. Mail scanners open every link.

        :return: list of dicts `label`, `url`, `color`; empty when it cannot be asked there
        """
        question = self._get_mail_question()
        if not question:
            return []
        url = self._get_answer_url()
        is_csat = question.satisfaction_metric == "csat"
        grades = {
            str(option.id): option.satisfaction_grade
            for option in question.suggested_answer_ids
            if is_csat
        }
        return [
            {
                "label": label,
                "url": f"{url}?q{question.id}={value}",
                "color": GRADE_COLORS.get(grades.get(value), "#f4f1f6"),
            }
            for value, label in question._get_choices()
        ]
