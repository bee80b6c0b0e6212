from collections import defaultdict

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

from odoo.addons.customer_complaint.tools import statistics

SATISFIED_FROM = 4  # CSAT counts the best two of the five grades


class SurveyUserInput(models.Model):
    """CSAT: the share of satisfied answers, computed here and nowhere else."""

    _inherit = "survey.user_input"

    @api.model
    def _get_csat_counts(self, domain):
        """Answers that count for CSAT, within what the user may read.

        :param domain: which answers
        :return: (satisfied, n)
        """
        return self._get_csat_counts_by(None, domain).get(None, (0, 0))

    @api.model
    def _get_csat_counts_by(self, groupby, domain):
        """As `_get_csat_counts`, one query for all groups.

        :param str groupby: field, with granularity for a date, or None for one group
        :return: dict (satisfied, n) by value of the group
        """
        counts = defaultdict(lambda: [0, 0])
        for *group, grade, count in self._read_group(
            Domain(domain) & self._get_csat_domain(),
            [groupby, "csat_grade"] if groupby else ["csat_grade"],
            ["__count"],
        ):
            entry = counts[group[0] if groupby else None]
            entry[0] += count if grade >= SATISFIED_FROM else 0
            entry[1] += count
        return {group: tuple(entry) for group, entry in counts.items()}

    @api.model
    def _get_csat_domain(self):
        """Answers that count for CSAT."""
        return (
            Domain("csat_grade", ">", 0)
            & Domain("state", "=", "done")
            & Domain("test_entry", "=", False)
            & Domain("exclusion", "=", False)
        )

    @api.model
    def _get_csat_sql(self, groupby):
        """As `_get_csat_counts_by` of all answers, for use in another statement.

        :param str groupby: a many2one field
        :return: SQL of rows (id, satisfied, n)
        """
        query = self._search(self._get_csat_domain() & Domain(groupby, "!=", False))
        query.groupby = self._field_to_sql(query.table, groupby, query)
        return query.select(
            SQL("%s AS id", query.groupby),
            SQL(
                "count(*) FILTER (WHERE %s >= %s) AS satisfied",
                self._field_to_sql(query.table, "csat_grade", query),
                SATISFIED_FROM,
            ),
            SQL("count(*) AS n"),
        )

    @api.model
    def _get_csat_text(self, satisfied, n):
        """CSAT in words: the rate and, never without it, how much it is worth.

        :return: text such as "83 %, n 12, 55–95 %" or "3 answers, too few for a rate"; empty
            without answers
        """
        if not n:
            return ""
        if n == 1 < self.env.company.satisfaction_min_answers:
            return self.env._("1 answer, too few for a rate")
        if n < self.env.company.satisfaction_min_answers:
            return self.env._("%(n)s answers, too few for a rate", n=n)
        low, high = statistics.wilson(satisfied, n)
        return self.env._(
            "%(rate)s %%, n %(n)s, %(low)s–%(high)s %%",
            rate=_percent(satisfied / n),
            n=n,
            low=_percent(low),
            high=_percent(high),
        )


def _percent(fraction):
    return int(statistics.half_up(100 * fraction))
