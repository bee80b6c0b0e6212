from collections import Counter, defaultdict
from itertools import pairwise

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools import clusters, drivers, scores
from ..tools.comparing import percentile

# Points of a plot; more would be a cloud.
CASES = 400
# Where clusters are cut when they are not computed: as the words of the grades say.
LIMITS = {"csat": (3, 4), "likert": (3, 4), "nps": (7, 9)}


class CustomerSatisfactionResults(models.AbstractModel):
    """Further pages; here those about customers and about handling time."""

    _inherit = "customer.satisfaction.results"

    @api.model
    @api.readonly
    def get_page(self, page, filters=None):
        """A page beside the scores: "customers", "drivers", "kano", "gaps" or "handling".

        :param dict filters: as of `get_results`; ``cut`` ("fixed" or "computed") says where
            clusters are cut, ``cross`` ("means", "medians" or "midpoint") where the lines of the
            importance–performance plot are
        :return: dict with ``filters``, ``options``, ``base`` as of `get_results`, and ``page``,
            what the page shows; each figure has its ``n``
        :raises AccessError: for users who do not read answers
        :raises UserError: for an unknown page or filter
        """
        self._check_filters(filters)
        scope = self._read_scope({"cut": "fixed", "cross": "means", **(filters or {})})
        self = self._in_zone(scope)
        pages = {
            "customers": self._get_customers,
            "drivers": self._get_drivers,
            "kano": self._get_kano,
            "gaps": self._get_gaps,
            "handling": self._get_handling,
        }
        self._check_choice(page, pages)
        return {**self._describe_scope(scope), "page": pages[page](scope)}

    @api.model
    def _lacking(self, text):
        """A page on which nothing can be shown, with what is missing."""
        return {"lack": text}

    # ------------------------------------------------------------------
    # Customers: clusters and tiers
    # ------------------------------------------------------------------
    @api.model
    def _get_customers(self, scope):
        """Customers by how satisfied they are, per quarter, and how loyal."""
        self._check_choice(scope.filters["cut"], {"fixed": 1, "computed": 1})
        headlines = self._get_headlines(scope)
        metric = next((m for m in ("csat", "nps") if m in headlines), None)
        if scope.is_anonymous or not metric:
            return self._lacking(
                self.env._(
                    "Customers are sorted by their answers about satisfaction or "
                    "recommendation. Choose a survey that asks for it and is not anonymous."
                )
            )
        return {
            "quarters": self._get_clusters(scope, headlines[metric]),
            "scale": self._describe_metric(headlines[metric])["name"],
            "tiers": self._get_tiers(scope, headlines),
        }

    @api.model
    def _get_clusters(self, scope, questions):
        """How many customers were high, medium and low in each of the last quarters."""
        months = self._get_month_starts()
        firsts = [*months[:-1:3][-5:], months[-1]]
        moments = [self._to_utc(day) for day in firsts]
        query = self._query(
            scope.domain
            & self._get_score_domain(scope, questions)
            & Domain("date", ">=", moments[0])
            & Domain("commercial_partner_id", "!=", False)
        )
        query.groupby = SQL("1, 2")
        customers = query.select(
            SQL(
                "width_bucket(%s, %s::timestamp[]) AS quarter",
                SQL.identifier(query.table, "date"),
                moments,
            ),
            SQL.identifier(query.table, "commercial_partner_id"),
            SQL(
                "round(avg(%s)::numeric, 1) AS mean",
                SQL.identifier(query.table, "value"),
            ),
        )
        counts = defaultdict(Counter)
        for quarter, mean, count in self.env.execute_query(
            SQL("SELECT quarter, mean, count(*) FROM (%s) c GROUP BY 1, 2", customers)
        ):
            counts[quarter][float(mean)] = count
        names = {
            "high": self.env._("High"),
            "medium": self.env._("Medium"),
            "low": self.env._("Low"),
        }
        fixed = LIMITS[questions[:1].satisfaction_metric]
        rows = []
        for index, (first, _last) in enumerate(pairwise(firsts), start=1):
            n = counts[index].total()
            limits = fixed
            if scope.filters["cut"] == "computed":
                limits = clusters.cluster_limits(counts[index])
            enough = n >= self._get_minimum(scope) and limits
            found = clusters.levels(counts[index], limits) if enough else {}
            rows.append(
                {
                    "name": self._name_quarter(first),
                    "n": n,
                    "lack": not enough
                    and self.env._(
                        "%(n)s customers answered; at least %(least)s are needed",
                        n=n,
                        least=self._get_minimum(scope),
                    ),
                    "limits": enough
                    and self.env._(
                        "medium from %(medium)s, high from %(high)s",
                        medium=self._format_number(limits[0], 1),
                        high=self._format_number(limits[1], 1),
                    ),
                    "levels": [
                        {
                            "code": code,
                            "label": names[code],
                            "count": found[code],
                            **self._describe(scope, scores.share(code, found[code], n)),
                        }
                        for code in names
                        if enough
                    ],
                }
            )
        return rows[::-1]

    @api.model
    def _get_tiers(self, scope, headlines):
        """Satisfied and loyal, satisfied but not loyal, dissatisfied."""
        if not {"csat", "nps"} <= headlines.keys():
            return None
        query = self._query(
            scope.domain
            & scope.period()
            & self._get_score_domain(scope, headlines["csat"])
        )
        other = query.join(
            query.table,
            "user_input_id",
            "customer_satisfaction_score",
            "user_input_id",
            "loyalty",
        )
        query.add_where(
            self._get_score_domain(scope, headlines["nps"])
            .optimize_full(self.env["customer.satisfaction.score"])
            ._to_sql(self.env["customer.satisfaction.score"], other, query)
        )
        query.groupby = SQL("1, 2")
        pairs = {
            (grade, recommendation): count
            for grade, recommendation, count in self.env.execute_query(
                query.select(
                    SQL.identifier(query.table, "value"),
                    SQL.identifier(other, "value"),
                    SQL("count(*)"),
                )
            )
        }
        found = clusters.tiers(pairs)
        n = sum(found.values())
        names = {
            "satisfied_loyal": (self.env._("Satisfied and loyal"), "good"),
            "satisfied_not_loyal": (self.env._("Satisfied but not loyal"), "middle"),
            "dissatisfied": (self.env._("Dissatisfied"), "bad"),
        }
        return {
            "n": n,
            "lack": n < self._get_minimum(scope)
            and self._lack(n, self._get_minimum(scope)),
            "formula": self.env._(
                "Satisfied: grade 4 or 5, all others count as dissatisfied. Loyal: "
                "recommends with 9 or 10. Only who answered both is counted."
            ),
            "levels": [
                {
                    "code": code,
                    "label": name,
                    "tone": tone,
                    "count": found[code],
                    **self._describe(scope, scores.share(code, found[code], n)),
                }
                for code, (name, tone) in names.items()
            ],
        }

    # ------------------------------------------------------------------
    # Handling time
    # ------------------------------------------------------------------
    @api.model
    def _get_handling(self, scope):
        """How long complaints took, beside what their customers said."""
        headlines = self._get_headlines(scope)
        metric = next((m for m in ("csat", "nps") if m in headlines), None)
        if (
            scope.is_anonymous
            or not metric
            or not self.env["customer.complaint"].has_access("read")
        ):
            return self._lacking(
                self.env._(
                    "The handling time is that of complaints. Choose a survey about "
                    "complaints that is not anonymous; you need the right to read them."
                )
            )
        questions = headlines[metric]
        # The user's own complaints only.
        allowed = self.env["customer.complaint"]._search(
            [("closed_at", "!=", False), ("active", "in", [True, False])]
        )
        query = self._query(
            scope.domain
            & scope.period()
            & self._get_score_domain(scope, questions)
            & Domain("complaint_id", "in", allowed)
        )
        complaint = query.join(
            query.table, "complaint_id", "customer_complaint", "id", "complaint"
        )
        query.order = SQL("%s DESC", SQL.identifier(query.table, "date"))
        cases = [
            (value, float(days), complaint_id, name)
            for value, days, complaint_id, name in self.env.execute_query(
                query.select(
                    SQL.identifier(query.table, "value"),
                    SQL(
                        "round(extract(epoch FROM %s - %s)::numeric / 86400, 1)",
                        SQL.identifier(complaint, "closed_at"),
                        SQL.identifier(complaint, "received_at"),
                    ),
                    SQL.identifier(complaint, "id"),
                    SQL.identifier(complaint, "name"),
                )
            )
            if days is not None and days >= 0
        ]
        n = len(cases)
        if n < self._get_minimum(scope):
            return self._lacking(self._lack(n, self._get_minimum(scope)))
        together, _n = drivers.correlation([case[:2] for case in cases])
        return {
            "name": self._describe_metric(questions)["name"],
            "n": n,
            "correlation": {
                "value": together,
                "n": n,
                "text": self._format_number(together, 2),
            },
            "rows": self._describe_handling(scope, questions, cases),
            "longest": max(case[1] for case in cases[:CASES]) or 1,
            "low": self._get_scale(questions)[0],
            "high": self._get_scale(questions)[1],
            "cases": [
                {"value": value, "days": days, "id": complaint_id, "name": name, "n": 1}
                for value, days, complaint_id, name in cases[:CASES]
            ],
            "more": max(n - CASES, 0),
            "formula": self.env._(
                "From the arrival of a complaint until it was closed, in days; beside what "
                "its customer answered. The correlation runs from -1 (the longer, the worse) "
                "to 1."
            ),
        }

    @api.model
    def _describe_handling(self, scope, questions, cases):
        """Middle handling time for each answer, best answer first."""
        by_value = defaultdict(Counter)
        for value, days, *_case in cases:
            by_value[value][days] += 1
        rows = []
        for value in reversed(self._get_values(questions, by_value)):
            counts = by_value[value]
            n = counts.total()
            told = n >= min(5, self._get_minimum(scope))
            middle = percentile(counts, 0.5) if told else None
            rows.append(
                {
                    "label": self._label_value(questions, value),
                    "tone": self._get_tone(questions, value),
                    "n": n,
                    "value": middle,
                    "text": self._format_number(middle, 1),
                    "late": self._format_number(percentile(counts, 0.9), 1)
                    if told
                    else "–",
                    "records": self._records(
                        scope, questions, scope.period(), Domain("value", "=", value)
                    ),
                }
            )
        return rows
