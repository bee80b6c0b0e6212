from collections import Counter, defaultdict

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools import indexes, kano, scores


class CustomerSatisfactionResults(models.AbstractModel):
    """What is asked in pairs: Kano, and what was expected beside what was experienced."""

    _inherit = "customer.satisfaction.results"

    # ------------------------------------------------------------------
    # Kano
    # ------------------------------------------------------------------
    @api.model
    def _get_pairs(self, scope, metric):
        """Questions that are asked in pairs: lists of (first, second) over versions."""
        pairs = defaultdict(lambda: [self.env["survey.question"]] * 2)
        for question in scope.questions:
            first = question.pair_question_id
            if question.satisfaction_metric == metric and first:
                key = question.item_id.id or (question.title, first.title)
                one, other = pairs[key]
                pairs[key] = [one | first, other | question]
        return list(pairs.values())

    @api.model
    def _query_pairs(self, scope, pairs):
        """Scores of second questions, each joined to that of the first one.

        :return: (query, alias of the first one's score)
        """
        seconds = [question.id for _one, other in pairs for question in other]
        query = self._query(
            scope.domain & scope.period() & Domain("question_id", "in", seconds),
            scope.is_anonymous,
        )
        question = query.join(
            query.table, "question_id", "survey_question", "id", "question"
        )
        other = query.join(
            query.table,
            "user_input_id",
            "customer_satisfaction_score",
            "user_input_id",
            "first",
        )
        query.add_where(
            SQL(
                "%s = %s",
                SQL.identifier(other, "question_id"),
                SQL.identifier(question, "pair_question_id"),
            )
        )
        return query, other

    @api.model
    def _count_pairs(self, scope, pairs):
        """How often each two values were answered together.

        :return: list of {(first, second): n}, in the order of `pairs`
        """
        firsts = {q.id: at for at, (one, _other) in enumerate(pairs) for q in one}
        query, other = self._query_pairs(scope, pairs)
        query.groupby = SQL("1, 2, 3")
        counts = [Counter() for _pair in pairs]
        for first, one, value, count in self.env.execute_query(
            query.select(
                SQL.identifier(other, "question_id"),
                SQL.identifier(other, "value"),
                SQL.identifier(query.table, "value"),
                SQL("count(*)"),
            )
        ):
            counts[firsts[first]][one, value] += count
        return [
            pair_counts
            if self._is_whole(scope, pair, pair_counts.total())
            else Counter()
            for pair, pair_counts in zip(pairs, counts, strict=True)
        ]

    @api.model
    def _get_kano(self, scope):
        """Features by what they do for satisfaction."""
        pairs = self._get_pairs(scope, "kano_dysfunctional")
        if not pairs:
            return self._lacking(
                self.env._(
                    "No survey asks in pairs what people think if something is there, and if "
                    "it is missing. Add Kano questions to a survey."
                )
            )
        names = {
            "M": self.env._("Must be"),
            "O": self.env._("One-dimensional"),
            "A": self.env._("Attractive"),
            "I": self.env._("Indifferent"),
            "R": self.env._("Reverse"),
            "Q": self.env._("Questionable"),
        }
        features = []
        for (first, second), counts in zip(
            pairs, self._count_pairs(scope, pairs), strict=True
        ):
            found = kano.kano(counts)
            enough = found.n >= self._get_minimum(scope) and found.better is not None
            features.append(
                {
                    "name": first[:1].dimension_id.name or first[:1].title,
                    "question": first[:1].title,
                    "n": 0 if scope.is_anonymous and not enough else found.n,
                    "lack": not enough
                    and (
                        self._nothing()["certainty"]
                        if scope.is_anonymous
                        else self._lack(found.n, self._get_minimum(scope))
                    ),
                    **(self._describe_kano(found, names) if enough else {}),
                    "records": self._records(scope, first | second, scope.period()),
                }
            )
        features.sort(key=lambda f: (bool(f["lack"]), f.get("worse", 0)))
        for number, feature in enumerate(features, start=1):
            feature["number"] = number
        return {
            "features": features,
            "formula": self.env._(
                "Better: (attractive + one-dimensional) divided by (attractive, "
                "one-dimensional, must be and indifferent). Worse: (one-dimensional + must "
                "be) divided by the same, with a minus. The class is the most frequent one "
                "(Kano 1984, Berger 1993); not sure: its lead over the second may be chance "
                "(Fong)."
            ),
        }

    @api.model
    def _describe_kano(self, found, names):
        return {
            "kind": found.kind,
            "kind_name": names[found.kind],
            "key": self.env._("Key factor") if found.is_key else False,
            "is_sure": found.is_significant,
            "better": found.better,
            "worse": found.worse,
            "better_text": self._format_number(found.better, 2),
            "worse_text": self._format_number(found.worse, 2),
            "strength": self._format_share(found.total_strength),
            "lead": self._format_share(found.category_strength),
            "counts": [
                {"code": code, "name": names[code], "count": found.counts[code]}
                for code in names
            ],
        }

    # ------------------------------------------------------------------
    # Expected and experienced
    # ------------------------------------------------------------------
    @api.model
    def _get_gaps(self, scope):
        """What was expected and what was experienced, by question and on the whole."""
        pairs = self._get_pairs(scope, "perception")
        if not pairs:
            return self._lacking(
                self.env._(
                    "No survey asks for what was expected and, in pair, for what was "
                    "experienced. Add such a pair of questions to a survey."
                )
            )
        parts, rows = [], []
        for (_one, other), counts in zip(
            pairs, self._count_pairs(scope, pairs), strict=True
        ):
            n = counts.total()
            expected, experienced = (
                sum(pair[side] * count for pair, count in counts.items()) / n
                if n
                else None
                for side in (0, 1)
            )
            weight = other[:1].satisfaction_weight or 1.0
            differences = Counter()
            for (one, two), count in counts.items():
                differences[two - one] += count
            sd = scores.moments(differences).sd
            parts.append(indexes.Gap(expected, experienced, n, weight, sd))
        found = indexes.servqual(parts, *self._get_gap_squares(scope, pairs, parts))
        for (
            (first, second),
            part,
            score,
        ) in zip(pairs, parts, found.by_dimension, strict=True):
            figure = self._describe(scope, score)
            told = figure["value"] is not None
            rows.append(
                {
                    "name": second[:1].dimension_id.name or second[:1].title,
                    "question": second[:1].title,
                    **figure,
                    "text": self._format_gap(figure["value"]),
                    "expected": part.expectation if told else None,
                    "experienced": part.perception if told else None,
                    "expected_text": self._format_number(part.expectation, 1)
                    if told
                    else "–",
                    "experienced_text": self._format_number(part.perception, 1)
                    if told
                    else "–",
                    "weight": self._format_number(part.weight),
                    "records": self._records(scope, first | second, scope.period()),
                }
            )
        total = self._describe(scope, found.weighted)
        plain = self._describe(scope, found.mean)
        return {
            "rows": sorted(
                rows, key=lambda row: (row["value"] is None, row["value"] or 0)
            ),
            "axis": {"low": 1, "high": scores.SCALES["perception"][1]},
            "total": {**total, "text": self._format_gap(total["value"])},
            "plain": {**plain, "text": self._format_gap(plain["value"])},
            "formula": self.env._(
                "Gap: mean of what was experienced minus mean of what was expected, from "
                "the same people, both asked from 1 to 7 (SERVQUAL). Below 0 less was "
                "experienced than expected."
            )
            + f" {self._describe_interval()}",
        }

    @api.model
    def _get_gap_squares(self, scope, pairs, gaps):
        """Sums of squares of the plain and of the weighted gap; see `_get_squares`."""
        if scope.is_anonymous:
            return None, None  # about what one person said to several pairs
        query, first = self._query_pairs(scope, pairs)
        difference = SQL(
            "(%s - %s)",
            SQL.identifier(query.table, "value"),
            SQL.identifier(first, "value"),
        )
        weighted = [
            (second, gap.as_part())
            for (_first, second), gap in zip(pairs, gaps, strict=True)
        ]
        plain = [(second, part._replace(weight=1)) for second, part in weighted]
        return self._get_squares(query, difference, (plain, weighted))

    @api.model
    def _format_gap(self, value):
        if value is None:
            return "–"
        text = self._format_number(value, 1)
        return f"+{text}" if round(value, 1) > 0 else text
