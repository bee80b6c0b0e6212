from collections import Counter, defaultdict

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools import scores
from .satisfaction_results import COMMENTS, RATED


class CustomerSatisfactionResults(models.AbstractModel):
    """Questions and dimensions, what was said in own words, and what was left out."""

    _inherit = "customer.satisfaction.results"

    # ------------------------------------------------------------------
    # Questions and dimensions
    # ------------------------------------------------------------------
    @api.model
    def _get_questions(self, scope, cube, measures):
        """Mean, median and standard deviation of each rated question, dimension and survey.

        Only what was asked on one scale is put together.
        """
        rows, dimensions, everything = [], defaultdict(list), defaultdict(list)
        dimension_ids = {
            questions: questions[:1].dimension_id for questions in measures.values()
        }
        self.env["customer.satisfaction.dimension"].concat(
            *dimension_ids.values()
        ).fetch(["name"])
        for questions in measures.values():
            question = questions[:1]
            if question.satisfaction_metric not in RATED:
                continue
            counts = self._sum(scope, cube, questions, "now")
            scale = self._get_scale(questions)
            kind = (
                question.satisfaction_metric,
                scale,
                self._get_direction(question),
            )
            dimensions[question.dimension_id, kind].append((questions, counts))
            everything[kind].append(counts)
        for (dimension, kind), parts in sorted(
            dimensions.items(), key=lambda item: (item[0][1][0], item[0][0].id or 1e9)
        ):
            total = sum((counts for _questions, counts in parts), Counter())
            if dimension and len(parts) > 1:
                rows.append(
                    self._describe_moments(
                        scope, kind, total, name=dimension.name, level="dimension"
                    )
                )
            for questions, counts in parts:
                rows.append(
                    {
                        **self._describe_moments(
                            scope,
                            kind,
                            counts,
                            name=questions[:1].title,
                            level="part"
                            if dimension and len(parts) > 1
                            else "question",
                            dimension=len(parts) == 1 and dimension.name,
                        ),
                        "code": f"q{questions[:1].id}",
                        "records": self._records(scope, questions, scope.period()),
                    }
                )
        field = scope.questions._fields["satisfaction_metric"]
        metrics = dict(field._description_selection(self.env))
        totals = [
            self._describe_moments(
                scope,
                kind,
                sum(parts, Counter()),
                name=self.env._("All: %(metric)s", metric=metrics[kind[0]]),
                level="survey",
            )
            for kind, parts in everything.items()
            if len(parts) > 1
        ]
        return [*totals, *rows]

    @api.model
    def _describe_moments(self, scope, kind, counts, **known):
        """A row of the table of questions; means on the scale that the reader wants."""
        metric, scale, _direction = kind
        row = {"level": "question", "dimension": False, "code": False, "records": False}
        row.update(known)
        counted = scores.moments(counts)
        score = scores.likert(counts, metric) if metric in scores.SCALES else None
        minimum = self._get_minimum(scope)
        shown = scope.filters["scale"]
        to = scale if shown == "own" else (0, int(shown))
        if known["level"] in ("dimension", "survey") and score.value is not None:
            # Several answers of one person: an interval would claim too much.
            score = scores.Score(
                metric=metric, value=score.value, n=score.n, scale=score.scale
            )
        row.update(self._describe(scope, scores.rescaled(score, to)))
        is_told = counted.n >= minimum
        stretch = (to[1] - to[0]) / (scale[1] - scale[0])
        row.update(
            median=self._format_number(scores.rescale(counted.median, scale, to), 1)
            if is_told
            else "–",
            sd=self._format_number(counted.sd * stretch, 2)
            if is_told and counted.sd is not None
            else "–",
            scale=f"{to[0]}–{to[1]}",
            axis={"low": to[0], "high": to[1]},
        )
        return row

    # ------------------------------------------------------------------
    # Own words, and what is left out
    # ------------------------------------------------------------------
    @api.model
    def _get_comments(self, scope, questions):
        """The latest comments, each with the answer that was given to the chosen question."""
        query = self._query(
            scope.domain & scope.period() & self._get_score_domain(scope, questions)
        )
        line = query.join(
            query.table,
            "user_input_id",
            "survey_user_input_line",
            "user_input_id",
            "line",
        )
        text = SQL.identifier(line, "value_text_box")
        query.add_where(SQL("%s > ''", text))
        query.order = SQL(
            "%s DESC, %s DESC",
            SQL.identifier(query.table, "date"),
            SQL.identifier(line, "id"),
        )
        query.limit = COMMENTS
        self.env["survey.user_input.line"].flush_model(["value_text_box"])
        rows = self.env.execute_query(
            query.select(
                SQL.identifier(query.table, "user_input_id"),
                SQL.identifier(query.table, "date"),
                SQL.identifier(query.table, "value"),
                text,
                SQL("count(*) OVER ()"),
            )
        )
        return {
            "count": rows[0][4] if rows else 0,
            "minimum": 1,
            "texts": [
                {
                    "id": answer_id,
                    "date": fields.Date.to_string(
                        fields.Datetime.context_timestamp(self, date)
                    ),
                    "label": self._label_value(questions, value),
                    "tone": self._get_tone(questions, value),
                    "text": said,
                }
                for answer_id, date, value, said, _count in rows
            ],
        }

    @api.model
    def _get_excluded(self, scope):
        """How many answers of the period count nowhere, by reason."""
        domain = self._get_answers_domain(scope) & Domain("exclusion", "!=", False)
        answers = self.env["survey.user_input"]
        reasons = dict(answers._fields["exclusion"]._description_selection(self.env))
        return [
            {
                "name": reasons.get(reason, reason),
                "count": count,
                "domain": list(domain & Domain("exclusion", "=", reason)),
            }
            for reason, count in answers._read_group(domain, ["exclusion"], ["__count"])
        ]
