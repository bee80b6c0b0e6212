from collections import Counter, defaultdict
from typing import NamedTuple

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools import scores
from .satisfaction_results import COMMENTS, RATED

GROUPS = 30  # of a breakdown, the largest


class Breakdown(NamedTuple):
    """A way to divide answers: joins that lead to the groups, and what opens one of them.

    `joins` are (table, column on the left, column on the right), each from the one before; the
    last table has the `label`. `path` leads from a score to the group in a domain.
    """

    name: str
    path: str
    model: str | None
    joins: tuple
    label: str = "name"


class CustomerSatisfactionResults(models.AbstractModel):
    """Scores by group, how many of those asked answered, and what was left out."""

    _inherit = "customer.satisfaction.results"

    # ------------------------------------------------------------------
    # By segment, product, handler, ...
    # ------------------------------------------------------------------
    @api.model
    def _get_breakdowns(self, scope):
        """Hook: by what scores can be divided, by code."""
        product = (
            ("product_product", "product_id", "id"),
            ("product_template", "product_tmpl_id", "id"),
        )
        parts = {
            "product": Breakdown(
                self.env._("Product"), "product_id", "product.template", product
            ),
            "handler": Breakdown(
                self.env._("Handler"),
                "handler_id",
                "res.partner",
                (
                    ("res_users", "handler_id", "id"),
                    ("res_partner", "partner_id", "id"),
                ),
            ),
            "team": Breakdown(
                self.env._("Team"),
                "team_id",
                "customer.complaint.team",
                (("customer_complaint_team", "team_id", "id"),),
            ),
            "segment": Breakdown(
                self.env._("Customer segment (tag)"),
                "commercial_partner_id.category_id",
                "res.partner.category",
                (
                    (
                        "res_partner_res_partner_category_rel",
                        "commercial_partner_id",
                        "partner_id",
                    ),
                    ("res_partner_category", "category_id", "id"),
                ),
            ),
            "region": Breakdown(
                self.env._("Country"),
                "country_id",
                "res.country",
                (("res_country", "country_id", "id"),),
            ),
            "method": Breakdown(self.env._("Survey method"), "survey_method", None, ()),
            "plan": Breakdown(
                self.env._("Survey plan"),
                "plan_id",
                "customer.satisfaction.plan",
                (("customer_satisfaction_plan", "plan_id", "id"),),
            ),
            "survey": Breakdown(
                self.env._("Survey"),
                "survey_id",
                "survey.survey",
                (("survey_survey", "survey_id", "id"),),
                "title",
            ),
        }
        if self.env["customer.complaint"].has_access("read"):
            complaint = ("customer_complaint", "complaint_id", "id")
            parts["channel"] = Breakdown(
                self.env._("Channel of the complaint"),
                "complaint_id.channel_id",
                "customer.complaint.channel",
                (complaint, ("customer_complaint_channel", "channel_id", "id")),
            )
            parts["category"] = Breakdown(
                self.env._("Category of the complaint"),
                "complaint_id.category_id",
                "customer.complaint.category",
                (complaint, ("customer_complaint_category", "category_id", "id")),
            )
        return parts

    @api.model
    def _get_breakdown(self, scope, questions):
        """The chosen score for each group, the largest groups first."""
        parts = self._get_breakdowns(scope)
        code = scope.filters["by"]
        if code not in parts:
            code = scope.filters["by"] = next(iter(parts))
        part = parts[code]
        query = self._query(
            scope.domain
            & scope.period()
            & Domain("question_id", "in", questions.ids)
            & Domain(part.path.split(".")[0], "!=", False)
        )
        group, label = self._join(query, query.table, part)
        query.groupby = SQL("1, 2, 3")
        counts, names = defaultdict(Counter), {}
        for key, name, value, count in self.env.execute_query(
            query.select(
                group,
                label,
                SQL.identifier(query.table, "value"),
                SQL("count(*)"),
            )
        ):
            # Two versions of a product are one product to its reader.
            names[key] = name
            counts[key][value] += count
        methods = self._get_methods() if not part.model else {}
        groups = [
            {
                "id": key,
                "name": methods.get(key, names[key] or ""),
                **self._figure(scope, questions, counts[key]),
                "records": self._records(
                    scope, questions, scope.period(), self._part_domain(code, part, key)
                ),
            }
            for key in counts
        ]
        groups.sort(key=lambda group: (-group["n"], str(group["name"])))
        if scope.filters["order"] == "worst":
            sign = -1 if self._get_direction(questions) == "lower" else 1
            # Those of which nothing can be said last.
            groups.sort(key=lambda g: (g["value"] is None, sign * (g["value"] or 0)))
        return {
            "by": code,
            "name": part.name,
            "axis": self._get_axis(questions),
            "groups": groups[:GROUPS],
            "more": max(len(groups) - GROUPS, 0),
            "minimum": self._get_minimum(scope),
        }

    @api.model
    def _part_domain(self, code, part, key):
        if code == "product":
            return Domain("product_id.product_tmpl_id", "=", key)
        if code == "handler":
            return Domain("handler_id.partner_id", "=", key)
        return Domain(part.path, "=", key)

    @api.model
    def _join(self, query, table, part, left=False):
        """Join what a breakdown needs; `left`: also what is in no group.

        :return: (SQL of the group, SQL of its name)
        """
        alias = table
        join = query.left_join if left else query.join
        for target, column, other in part.joins:
            alias = join(alias, column, target, other, f"by_{column}")
        if not part.model:
            column = SQL.identifier(alias, part.path)
            return column, column
        label = self.env[part.model]._field_to_sql(alias, part.label, query)
        return SQL.identifier(alias, "id"), label

    # ------------------------------------------------------------------
    # Who was asked, who answered
    # ------------------------------------------------------------------
    @api.model
    def _get_response(self, scope):
        """How many were asked in the period and how many of them answered, by plan."""
        domain = (
            Domain("sent_at", ">=", scope.start)
            & Domain("sent_at", "<", scope.end)
            & Domain("plan_id.survey_id", "in", scope.surveys.ids)
            & Domain("state", "in", ("sent", "answered"))
        )
        if scope.filters["plan"]:
            domain &= Domain("plan_id", "=", int(scope.filters["plan"]))
        by = scope.filters["by"]
        parts = {
            code: part
            for code, part in self._get_breakdowns(scope).items()
            if code in ("plan", "region", "segment")
        }
        part = parts.get(by) or parts.get("plan")
        invitations = self.env["customer.satisfaction.invitation"]
        invitations.flush_model()
        query = invitations._search(domain)
        count = SQL("count(DISTINCT %s)", SQL.identifier(query.table, "id"))
        answered = SQL(
            "count(DISTINCT %s) FILTER (WHERE %s = 'answered')",
            SQL.identifier(query.table, "id"),
            SQL.identifier(query.table, "state"),
        )
        if not part:  # anonymous: in no groups
            rows = [
                (None, None, *self.env.execute_query(query.select(count, answered))[0])
            ]
            return self._describe_response(scope, rows, None)
        group, label = self._join_response(query, part)
        query.groupby = SQL("GROUPING SETS ((), (1, 2))")
        rows = self.env.execute_query(
            query.select(group, label, count, answered, SQL("GROUPING(%s)", group))
        )
        total = [row[:4] for row in rows if row[4]]
        groups = [row[:4] for row in rows if not row[4] and row[0]]
        return self._describe_response(scope, [*total, *groups], part)

    @api.model
    def _join_response(self, query, part):
        alias = query.table
        if part.model == "customer.satisfaction.plan":
            return self._join(query, alias, part)
        partner = query.left_join(
            alias, "partner_id", "res_partner", "id", "by_partner_id"
        )
        company = query.left_join(
            partner, "commercial_partner_id", "res_partner", "id", "commercial"
        )
        if part.model == "res.country":
            alias = query.left_join(
                company, "country_id", "res_country", "id", "country_id"
            )
        else:
            tags = query.left_join(
                company,
                "id",
                "res_partner_res_partner_category_rel",
                "partner_id",
                "tags",
            )
            alias = query.left_join(
                tags, "category_id", "res_partner_category", "id", "category_id"
            )
        label = self.env[part.model]._field_to_sql(alias, "name", query)
        return SQL.identifier(alias, "id"), label

    @api.model
    def _describe_response(self, scope, rows, part):
        (_id, _name, asked, answered), *groups = rows
        described = [
            {
                "name": name,
                "asked": count,
                "answered": got,
                **self._describe(scope, scores.share("response", got, count), 1),
            }
            for _id, name, count, got in sorted(groups, key=lambda row: -row[2])
        ]
        return {
            "name": part and part.name,
            "asked": asked,
            "answered": answered,
            **self._describe(scope, scores.share("response", answered, asked), 1),
            "groups": described,
        }

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
            counts = self._sum(cube, questions, "now")
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
            scope.domain & scope.period() & Domain("question_id", "in", questions.ids)
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
        domain = (
            Domain("survey_id", "in", scope.surveys.ids)
            & Domain("exclusion", "!=", False)
            & Domain("end_datetime", ">=", scope.start)
            & Domain("end_datetime", "<", scope.end)
        )
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
