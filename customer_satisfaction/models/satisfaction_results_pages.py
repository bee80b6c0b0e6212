from collections import Counter, defaultdict
from itertools import pairwise

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools import clusters, drivers, indexes, kano, scores
from ..tools.comparing import percentile

# Answers to which key drivers are looked for, the first one that was asked.
OVERALL = ("csat", "nps", "effort_7", "effort_5")
DRIVING = ("likert", "perception", "emotion")
# Points of a plot; more would be a cloud.
CASES = 400
# Where clusters are cut when they are not computed: as the words of the grades say.
LIMITS = {"csat": (3, 4), "likert": (3, 4), "nps": (7, 9)}


class CustomerSatisfactionResults(models.AbstractModel):
    """Further pages: customers, key drivers, Kano, gaps, handling time."""

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
        pages = {
            "customers": self._get_customers,
            "drivers": self._get_drivers,
            "kano": self._get_kano,
            "gaps": self._get_gaps,
            "handling": self._get_handling,
        }
        self._check_choice(page, pages)
        scope = self._read_scope({"cut": "fixed", "cross": "means", **(filters or {})})
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
            "scale": self._describe_metric(metric, headlines[metric])["name"],
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
            & Domain("question_id", "in", questions.ids)
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
                    "lack": False
                    if enough
                    else self._lack(n, self._get_minimum(scope)),
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
            & Domain("question_id", "in", headlines["csat"].ids)
        )
        other = query.join(
            query.table,
            "user_input_id",
            "customer_satisfaction_score",
            "user_input_id",
            "loyalty",
        )
        query.add_where(
            SQL(
                "%s IN %s",
                SQL.identifier(other, "question_id"),
                tuple(headlines["nps"].ids),
            )
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
                "Satisfied: grade 4 or 5. Loyal: recommends with 9 or 10. Only who answered "
                "both is counted."
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
    # Key drivers
    # ------------------------------------------------------------------
    @api.model
    def _get_drivers(self, scope):
        """What moves satisfaction, and where importance and performance part."""
        self._check_choice(
            scope.filters["cross"], {"means": 1, "medians": 1, "midpoint": 1}
        )
        measures = self._get_measures(scope)
        headlines = self._get_headlines(scope)
        driving = [
            questions
            for questions in measures.values()
            if questions[:1].satisfaction_metric in DRIVING
        ]
        overall = next((headlines[m] for m in OVERALL if m in headlines), None)
        if not overall or len(driving) < 2:
            return self._lacking(
                self.env._(
                    "Key drivers need a question about satisfaction or recommendation "
                    "and at least two rated questions about single points in one "
                    "survey. Load a section in the survey."
                )
            )
        # One scale for all: those of the kind that was asked most.
        kinds = Counter(questions[:1].satisfaction_metric for questions in driving)
        kind = max(kinds, key=kinds.get)
        driving = [q for q in driving if q[:1].satisfaction_metric == kind]
        rows = self._read_rows(scope, [overall, *driving])
        found = drivers.key_drivers(rows)
        if scope.is_anonymous and found.n < self._get_minimum(scope):
            return self._lacking(self._nothing()["certainty"])
        if found.n < self._get_minimum(scope):
            return self._lacking(self._lack(found.n, self._get_minimum(scope)))
        return {
            "overall": overall[:1].title,
            "n": found.n,
            "is_enough": found.is_enough,
            "lack": False
            if found.is_enough
            else self.env._(
                "%(n)s people answered everything; weights need %(needed)s. Until then only "
                "correlations are shown.",
                n=found.n,
                needed=found.needed,
            ),
            "explained": found.is_enough and self._format_share(found.r2),
            "drivers": self._describe_drivers(scope, driving, found),
            "plane": self._describe_plane(scope, driving, found, kind),
            "alpha": self._describe_alpha(scope, rows),
            "formula": self.env._(
                "Weight: share of a question in what all of them together explain "
                "(Johnson's relative weights). It shows what goes together, not what causes "
                "what."
            ),
        }

    @api.model
    def _read_rows(self, scope, columns):
        """Values by person: a row per answer, a column for each of the questions."""
        places = {
            question.id: place
            for place, questions in enumerate(columns)
            for question in questions
        }
        query = self._query(
            scope.domain & scope.period() & Domain("question_id", "in", list(places))
        )
        rows = defaultdict(lambda: [None] * len(columns))
        for answer, question, value in self.env.execute_query(
            query.select(
                SQL.identifier(query.table, "user_input_id"),
                SQL.identifier(query.table, "question_id"),
                SQL.identifier(query.table, "value"),
            )
        ):
            rows[answer][places[question]] = value
        return list(rows.values())

    @api.model
    def _describe_drivers(self, scope, driving, found):
        rows = []
        for questions, driver in zip(driving, found.drivers, strict=True):
            strength = driver.weight if found.is_enough else driver.correlation
            rows.append(
                {
                    "name": questions[:1].title,
                    "dimension": questions[:1].dimension_id.name or False,
                    "n": driver.n,
                    "value": strength,
                    "text": "–"
                    if strength is None
                    else self._format_share(strength)
                    if found.is_enough
                    else self._format_number(strength, 2),
                    "correlation": self._format_number(driver.correlation, 2),
                    "mean": self._format_number(driver.mean, 1),
                    "records": self._records(scope, questions, scope.period()),
                }
            )
        return sorted(rows, key=lambda row: -(row["value"] or 0))

    @api.model
    def _describe_plane(self, scope, driving, found, kind):
        """Points of the importance–performance plot with its cross-hair."""
        importances = [
            d.weight if found.is_enough else d.correlation for d in found.drivers
        ]
        points = [
            (importance, driver.mean, driver.n)
            for importance, driver in zip(importances, found.drivers, strict=True)
            if importance is not None and driver.mean is not None
        ]
        if len(points) < 2:
            return None
        cross = scope.filters["cross"]
        scale = scores.SCALES[kind]
        top = max(point[0] for point in points)
        if cross == "midpoint":  # of an importance without a scale: half of the largest
            middle = (top / 2, sum(scale) / 2)
            plane = drivers.plane(points)
            placed = [
                point._replace(quadrant=self._get_quadrant(point, middle))
                for point in plane.placed
            ]
            plane = drivers.Plane(*middle, placed)
        else:
            plane = drivers.plane(points, cross)
        names = {
            "concentrate": (self.env._("Concentrate here"), "bad"),
            "keep_up": (self.env._("Keep up"), "good"),
            "low_priority": (self.env._("Low priority"), "middle"),
            "overkill": (self.env._("Possible overkill"), "middle"),
        }
        titles = [
            questions[:1].title
            for questions, importance in zip(driving, importances, strict=True)
            if importance is not None
        ]
        order = sorted(
            range(len(plane.placed)), key=lambda at: -plane.placed[at].importance
        )
        means = [point.performance for point in plane.placed]
        low, high = min([*means, plane.performance]), max([*means, plane.performance])
        room = max((high - low) * 0.15, 0.1)
        return {
            "x": {
                "low": max(scale[0], low - room),
                "high": min(scale[1], high + room),
                "line": plane.performance,
                "text": self._format_number(plane.performance, 2),
            },
            "y": {
                "low": 0,
                "high": top * 1.15 or 1,
                "line": plane.importance,
                "text": self._format_share(plane.importance)
                if found.is_enough
                else self._format_number(plane.importance, 2),
            },
            "quadrants": {code: name for code, (name, _tone) in names.items()},
            "points": [
                {
                    "number": number,
                    "name": titles[at],
                    "x": plane.placed[at].performance,
                    "y": plane.placed[at].importance,
                    "x_text": self._format_number(plane.placed[at].performance, 1),
                    "n": plane.placed[at].n,
                    "quadrant": names[plane.placed[at].quadrant][0],
                    "tone": names[plane.placed[at].quadrant][1],
                }
                for number, at in enumerate(order, start=1)
            ],
        }

    @api.model
    def _get_quadrant(self, point, middle):
        if point.importance >= middle[0]:
            return "keep_up" if point.performance >= middle[1] else "concentrate"
        return "overkill" if point.performance >= middle[1] else "low_priority"

    @api.model
    def _describe_alpha(self, scope, rows):
        """How well the rated questions agree, in words."""
        score = drivers.cronbach([row[1:] for row in rows])
        if score.value is None:
            return None
        return {
            "value": score.value,
            "n": score.n,
            "text": self._format_number(score.value, 2),
            "formula": self.env._(
                "Cronbach's alpha (raw): how far the questions measure the same thing, 1 at "
                "most; from 0.7 they can be put together."
            ),
        }

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
    def _count_pairs(self, scope, pairs):
        """How often each two values were answered together.

        :return: list of {(first, second): n}, in the order of `pairs`
        """
        firsts = {q.id: at for at, (one, _other) in enumerate(pairs) for q in one}
        seconds = {q.id: at for at, (_one, other) in enumerate(pairs) for q in other}
        query = self._query(
            scope.domain & scope.period() & Domain("question_id", "in", list(seconds))
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
        return counts

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
            parts.append(indexes.Gap(expected, experienced, n, weight))
        found = indexes.servqual(parts)
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
            ),
        }

    @api.model
    def _format_gap(self, value):
        if value is None:
            return "–"
        text = self._format_number(value, 1)
        return f"+{text}" if value > 0 else text

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
            & Domain("question_id", "in", questions.ids)
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
            "name": self._describe_metric(metric, questions)["name"],
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
