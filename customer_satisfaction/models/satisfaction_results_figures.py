from odoo import api, models

from odoo.addons.customer_complaint.tools import statistics

from ..tools import comparing, scores
from .satisfaction_results import HEADLINES
from .survey_question import EFFORT


class CustomerSatisfactionResults(models.AbstractModel):
    """Figures in words: the value, how sure it is, and how it is made."""

    _inherit = "customer.satisfaction.results"

    # ------------------------------------------------------------------
    # The arithmetic
    # ------------------------------------------------------------------
    @api.model
    def _score(self, questions, counts):
        """The score of a question from how many chose each value."""
        metric = questions[:1].satisfaction_metric
        if metric == "csat":
            return scores.csat(counts)
        if metric == "nps":
            return scores.nps(counts)
        if metric == "solved":
            n = sum(counts.values())
            return scores.share("solved", n - counts.get(0, 0), n)
        if metric in EFFORT:
            steps = int(metric[-1])
            effort = scores.effort(counts, steps, self._get_direction(questions))
            return effort.easy if steps == 7 else effort.mean
        return scores.likert(counts, metric)

    @api.model
    def _get_direction(self, questions):
        """Which end of a scale is the good one."""
        question = questions[:1]
        metric = question.satisfaction_metric
        if metric not in EFFORT:
            return "higher"
        return question.effort_direction or EFFORT[metric]

    @api.model
    def _get_scale(self, questions):
        """Lowest and highest answer to a question."""
        metric = questions[:1].satisfaction_metric
        return scores.SCALES.get(metric, (0, 1))

    @api.model
    def _get_axis(self, questions):
        """Lowest and highest value of a score, with marks for a chart."""
        score = self._score(questions, {})
        low, high = score.scale
        return {
            "low": low,
            "high": high,
            "marks": [
                {"value": mark, "text": self._format_value(score.scale, mark)}
                for mark in (low, (low + high) / 2, high)
            ],
        }

    # ------------------------------------------------------------------
    # A figure, never without n
    # ------------------------------------------------------------------
    @api.model
    def _get_minimum(self, scope):
        """Answers needed for a figure: fewer say next to nothing, or tell who it was."""
        company = self.env.company
        minimum = company.satisfaction_min_answers
        if scope.is_anonymous:
            minimum = max(minimum, company.satisfaction_min_group)
        return minimum

    @api.model
    def _figure(self, scope, questions, counts):
        """A score as the screen and callers get it."""
        return self._describe(scope, self._score(questions, counts))

    @api.model
    def _describe(self, scope, score, minimum=None):
        """A `Score` with its words; without its value when too few answered."""
        n = score.n
        minimum = minimum or self._get_minimum(scope)
        if scope.is_anonymous and n < self.env.company.satisfaction_min_group:
            # How many there are of a small group is told by nothing either.
            return {**self._nothing(), "n": 0}
        if n < minimum or score.value is None:
            return {**self._nothing(), "n": n, "certainty": self._lack(n, minimum)}
        figure = {
            "value": score.value,
            "n": n,
            "low": score.low,
            "high": score.high,
            "text": self._format_value(score.scale, score.value),
        }
        return {**figure, "certainty": self._describe_certainty(score)}

    @api.model
    def _nothing(self):
        """A figure of which nothing can be said."""
        return {
            "value": None,
            "n": 0,
            "low": None,
            "high": None,
            "text": "–",
            "certainty": self.env._("not enough answers"),
        }

    @api.model
    def _lack(self, n, minimum):
        """How many answers are missing for a figure."""
        if not n:
            return self.env._("no answer; %(more)s needed", more=minimum)
        if n == 1:
            return self.env._("1 answer; %(more)s more needed", more=minimum - n)
        return self.env._(
            "%(n)s answers; %(more)s more needed", n=n, more=max(minimum - n, 0)
        )

    @api.model
    def _describe_certainty(self, score):
        n = self._format_count(score.n)
        if score.low is None:
            return self.env._("%(n)s answers", n=n)
        return self.env._(
            "%(n)s answers, between %(low)s and %(high)s",
            n=n,
            low=self._format_value(score.scale, score.low),
            high=self._format_value(score.scale, score.high),
        )

    # ------------------------------------------------------------------
    # Changes
    # ------------------------------------------------------------------
    @api.model
    def _compare(self, scope, questions, now, before):
        """The change of a score, and whether it is more than chance.

        :return: dict of ``change`` (text), ``trend`` (up, down, same), ``tone`` (better, worse)
        """
        one, other = self._score(questions, now), self._score(questions, before)
        if min(one.n, other.n) < self._get_minimum(scope):
            return self._no_change()
        difference = self._get_difference(questions, one, other, now, before)
        before_text = self._format_value(other.scale, other.value)
        known = {"value": before_text, "n": self._format_count(other.n)}
        if not difference.is_significant:
            return {
                "change": self.env._(
                    "%(value)s before (%(n)s answers): may be chance", **known
                ),
                "trend": "same",
                "tone": False,
            }
        is_up = one.value > other.value
        is_better = is_up == (
            one.metric != "ces_mean" or self._get_direction(questions) == "higher"
        )
        text = (
            self.env._("up from %(value)s (%(n)s answers)", **known)
            if is_up
            else self.env._("down from %(value)s (%(n)s answers)", **known)
        )
        return {
            "change": text,
            "trend": "up" if is_up else "down",
            "tone": "better" if is_better else "worse",
        }

    @api.model
    def _no_change(self):
        return {"change": False, "trend": False, "tone": False}

    @api.model
    def _get_difference(self, questions, one, other, now, before):
        if one.scale == scores.SHARE:
            return comparing.share_difference(
                round(other.value * other.n), other.n, round(one.value * one.n), one.n
            )
        if one.metric == "nps":
            return comparing.nps_difference(before, now)
        return comparing.mean_difference(scores.moments(before), scores.moments(now))

    # ------------------------------------------------------------------
    # Words
    # ------------------------------------------------------------------
    @api.model
    def _describe_metric(self, questions):
        """Name, formula and scale of a metric: one abbreviation is used for several things."""
        metric = questions[:1].satisfaction_metric
        lower = self._get_direction(questions) == "lower"
        names = {
            "csat": (
                self.env._("Satisfied (CSAT)"),
                self.env._(
                    "Answers very satisfied or satisfied, divided by all answers. Five "
                    "grades, 5 is best."
                ),
            ),
            "nps": (
                self.env._("Recommendation (NPS)"),
                self.env._(
                    "Share of promoters (9 or 10) minus share of detractors (0 to 6), in "
                    "points from -100 to 100. Asked from 0 to 10."
                ),
            ),
            "effort_7": (
                self.env._("It was easy (CES)"),
                self.env._(
                    "Answers at the easy end (5 to 7 where 7 is easiest), divided by all "
                    "answers. Asked from 1 to 7."
                ),
            ),
            "effort_5": (
                self.env._("Effort (CES)"),
                self.env._("Mean of the answers from 1 to 5; lower is better.")
                if lower
                else self.env._("Mean of the answers from 1 to 5; higher is better."),
            ),
            "emotion": (
                self.env._("Emotion score"),
                self.env._("Mean grade of the remarks that customers chose, 1 to 5."),
            ),
            "solved": (
                self.env._("Solved"),
                self.env._("Answers that it is solved, divided by all answers."),
            ),
        }
        name, formula = names[metric]
        return {
            "name": name,
            "formula": f"{formula} {self._describe_interval()}",
            "axis": self._get_axis(questions),
        }

    @api.model
    def _describe_interval(self):
        return self.env._(
            "In 95 of 100 cases the true value lies in the interval that is shown."
        )

    @api.model
    def _describe_shared(self, scope, questions):
        """Which questions a metric's score is made of, where a survey asks several."""
        if not self._is_shared(scope, questions):
            return False
        titles = dict.fromkeys(
            question.title
            for of_survey in questions.grouped("survey_id").values()
            if len(of_survey) > 1
            for question in of_survey
        )
        return self.env._(
            "One survey asks for this several times: %(questions)s. Of each answer, the "
            "first of them that was answered counts.",
            questions=", ".join(f"“{title}”" for title in titles),
        )

    @api.model
    def _describe_measure(self, scope, questions):
        """What the chosen score is about."""
        question = questions[:1]
        metric = question.satisfaction_metric
        return {
            "code": question.satisfaction_metric,
            "title": question.title
            if len(questions.survey_id) == 1
            else self.env._("%(count)s surveys", count=len(questions.survey_id)),
            "name": self._describe_metric(questions)["name"]
            if metric in HEADLINES
            else question.title,
            "note": self._describe_shared(scope, questions),
        }

    @api.model
    def _get_values(self, questions, counts):
        """All possible answers, the worst one first."""
        low, high = self._get_scale(questions)
        values = (
            range(low, high + 1)
            if all(value == int(value) for value in counts)
            else sorted(counts)
        )
        if self._get_direction(questions) == "lower":
            return list(reversed(values))
        return list(values)

    @api.model
    def _label_value(self, questions, value):
        metric = questions[:1].satisfaction_metric
        grades = {
            5: self.env._("Very satisfied"),
            4: self.env._("Satisfied"),
            3: self.env._("Neutral"),
            2: self.env._("Dissatisfied"),
            1: self.env._("Very dissatisfied"),
        }
        if metric == "csat":
            return grades[value]
        if metric == "solved":
            return self.env._("Solved") if value else self.env._("Not solved")
        return self._format_number(value)

    @api.model
    def _get_tone(self, questions, value):
        """Whether an answer is a good, a middling or a bad one."""
        metric = questions[:1].satisfaction_metric
        if metric == "nps":
            return "good" if value >= 9 else "middle" if value >= 7 else "bad"
        low, high = self._get_scale(questions)
        place = (value - low) / (high - low)
        if self._get_direction(questions) == "lower":
            place = 1 - place
        return "good" if place > 0.6 else "bad" if place < 0.4 else "middle"

    # ------------------------------------------------------------------
    # Numbers
    # ------------------------------------------------------------------
    @api.model
    def _format_value(self, scale, value):
        """A value as it is read: shares in percent, points with their sign, means as numbers."""
        if value is None:
            return "–"
        if tuple(scale) == scores.SHARE:
            return self._format_share(value)
        if tuple(scale) == scores.POINTS:
            points = int(statistics.half_up(value))
            return f"+{points}" if points > 0 else str(points)
        return self._format_number(value, 0 if scale[1] >= 50 else 1)

    @api.model
    def _format_share(self, fraction):
        return f"{int(statistics.half_up(100 * fraction))} %"

    @api.model
    def _format_number(self, value, digits=None):
        """A number in the reader's language; without digits where it is a whole one."""
        if value is None:
            return "–"
        if digits is None:
            digits = 0 if value == int(value) else 2
        value = statistics.half_up(value, digits) or 0.0  # no -0
        lang = self.env["res.lang"]._lang_get(self.env.lang or "en_US")
        return lang.format(f"%.{digits}f", value, grouping=True)

    @api.model
    def _format_count(self, n):
        return self._format_number(n, 0)
