from collections import defaultdict
from itertools import chain

from odoo import api, models
from odoo.tools import SQL

from ..tools import indexes, scores


class CustomerSatisfactionResults(models.AbstractModel):
    """Figures made of several questions."""

    _inherit = "customer.satisfaction.results"

    @api.model
    def _get_indexes(self, scope, cube, measures):
        """Tiles of what is made of all rated questions of one scale: CSI and ACSI."""
        found = {}
        for metric, least in (("likert", 2), ("acsi", 3)):
            rated = [
                (questions, self._get_part(scope, cube, questions))
                for questions in measures.values()
                if questions[:1].satisfaction_metric == metric
            ]
            if len(rated) >= least:
                found[metric] = rated
        if not found:
            return []
        squares = self._get_index_squares(scope, found.values())
        tiles = []
        for (metric, rated), spread in zip(found.items(), squares, strict=True):
            parts = [part for _questions, part in rated]
            score = (
                indexes.acsi(parts, spread)
                if metric == "acsi"
                else indexes.csi(parts, scores.SCALES[metric], spread)
            )
            questions = self.env["survey.question"].concat(*(q for q, _part in rated))
            tiles.append(
                {
                    "code": score.metric,
                    **self._describe_index(score.metric, len(parts)),
                    "is_index": True,
                    "axis": {"low": 0, "high": 100, "marks": []},
                    **self._describe(scope, score),
                    **self._no_change(),
                    "records": self._records(scope, questions, scope.period()),
                }
            )
        return tiles

    @api.model
    def _get_index_squares(self, scope, found):
        """Sums of squares of each index; see `_get_squares`."""
        if scope.is_anonymous:
            return [None] * len(
                found
            )  # about what one person said to several questions
        everything = self.env["survey.question"].concat(
            *(questions for rated in found for questions, _part in rated)
        )
        query = self._query(
            scope.domain & scope.period() & self._get_score_domain(scope, everything)
        )
        return self._get_squares(query, SQL.identifier(query.table, "value"), found)

    @api.model
    def _describe_index(self, metric, count):
        if metric == "acsi":
            name = self.env._("Satisfaction index (ACSI)")
            formula = self.env._(
                "Mean of %(count)s questions from 1 to 10, told from 0 (worst answer "
                "everywhere) to 100; all weigh the same unless the survey says otherwise. "
                "Counted is the question with the fewest answers.",
                count=count,
            )
        else:
            name = self.env._("Satisfaction index (CSI)")
            formula = self.env._(
                "Weighted mean of %(count)s rated questions, from 0 (worst answer "
                "everywhere) to 100. Counted is the question with the fewest answers.",
                count=count,
            )
        return {"name": name, "formula": f"{formula} {self._describe_interval()}"}

    @api.model
    def _get_part(self, scope, cube, questions):
        counted = scores.moments(self._sum(scope, cube, questions, "now"))
        weight = questions[:1].satisfaction_weight or 1.0
        return indexes.Part(weight, counted.mean, counted.n)

    @api.model
    def _get_squares(self, query, value, found):
        """How far the answers of one person pull each index from its value.

        :param query: on scores, still to be grouped
        :param SQL value: what a score gives to its part
        :param found: of each index a list of (questions, `indexes.Part`)
        :return: list of sums of squares, as `indexes` needs them for intervals
        """
        # What an answer to a question pulls; joining is quicker than to look it up twice.
        factors = defaultdict(lambda: [(0.0, 0.0)] * len(found))
        for place, rated in enumerate(found):
            shares = indexes.shares([part for _questions, part in rated])
            for (questions, part), share in zip(rated, shares, strict=True):
                for question in questions:
                    factors[question.id][place] = (share, part.mean or 0.0)
        factor = query.make_alias(query.table, "factor")
        query.add_join(
            "JOIN",
            factor,
            SQL(
                "(VALUES %s)",
                SQL(", ").join(
                    SQL(
                        "(%s, %s)",
                        key,
                        SQL(", ").join(SQL("%s::float8", n) for n in chain(*numbers)),
                    )
                    for key, numbers in factors.items()
                ),
            ),
            SQL(
                "%s = %s",
                SQL.identifier(query.table, "question_id"),
                SQL.identifier(factor, "column1"),
            ),
        )
        pulls = [
            SQL(
                "sum(%s * (%s - %s)) AS %s",
                SQL.identifier(factor, f"column{2 * place + 2}"),
                value,
                SQL.identifier(factor, f"column{2 * place + 3}"),
                SQL.identifier(f"pull{place}"),
            )
            for place in range(len(found))
        ]
        query.groupby = SQL.identifier(query.table, "user_input_id")
        totals = SQL(", ").join(
            SQL("sum(%s ^ 2)", SQL.identifier(f"pull{place}"))
            for place in range(len(pulls))
        )
        [row] = self.env.execute_query(
            SQL("SELECT %s FROM (%s) person", totals, query.select(*pulls))
        )
        return row
