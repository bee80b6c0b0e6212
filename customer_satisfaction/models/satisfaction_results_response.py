from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools import scores


class CustomerSatisfactionResults(models.AbstractModel):
    """How many of those asked answered."""

    _inherit = "customer.satisfaction.results"

    @api.model
    def _get_response(self, scope):
        """How many were asked in the period and how many of them answered, by plan.

        Without stale answers, who answered late counts as one who did not.
        """
        if scope.filters["method"]:
            # How somebody will answer is not known when he is asked.
            lack = self.env._(
                "How many were asked is not known by survey method. Choose all methods to "
                "see who answered."
            )
            return {
                **self._describe_response(scope, [(None, None, 0, 0)], None),
                "lack": lack,
            }
        domain = (
            Domain("sent_at", ">=", scope.start)
            & Domain("sent_at", "<", scope.end)
            & Domain("plan_id.survey_id", "in", scope.surveys.ids)
            & Domain("state", "in", ("sent", "answered"))
        )
        if scope.filters["plan"]:
            domain &= Domain("plan_id", "=", scope.filters["plan"])
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
            "count(DISTINCT %s) FILTER (WHERE %s = 'answered' AND %s)",
            SQL.identifier(query.table, "id"),
            SQL.identifier(query.table, "state"),
            self._is_fresh_sql(query) if scope.filters["is_fresh"] else SQL("TRUE"),
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
    def _is_fresh_sql(self, query):
        """Whether the answer to an invitation was given in time."""
        answers = self.env["survey.user_input"]
        answers.flush_model(["event_date", "end_datetime"])
        alias = query.left_join(
            query.table, "user_input_id", "survey_user_input", "id", "answer"
        )
        is_fresh = Domain("is_stale", "=", False).optimize_full(answers)
        return is_fresh._to_sql(answers, alias, query)

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
            "lack": False,
            "name": part and part.name,
            "asked": asked,
            "answered": answered,
            **self._describe(scope, scores.share("response", answered, asked), 1),
            "groups": described,
        }
