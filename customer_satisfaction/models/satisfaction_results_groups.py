from collections import Counter, defaultdict
from typing import NamedTuple

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

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
    """Scores by group."""

    _inherit = "customer.satisfaction.results"

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
        # Submitters see their own complaints only, and these are answers about all.
        if any(
            self.env.user.has_group(f"customer_complaint.group_complaint_{role}")
            for role in ("user", "supervision", "auditor")
        ):
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
            & self._get_score_domain(scope, questions)
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
