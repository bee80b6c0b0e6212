from collections import Counter

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools import drivers, scores

# Answers to which key drivers are looked for, the first one that was asked.
OVERALL = ("csat", "nps", "effort_7", "effort_5")
DRIVING = ("likert", "perception", "emotion")


class CustomerSatisfactionResults(models.AbstractModel):
    """Key drivers: what goes together with being satisfied."""

    _inherit = "customer.satisfaction.results"

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
        found, alpha = self._sum_up(scope, overall, driving)
        if not self._is_whole(scope, [overall, *driving], found.n):
            return self._lacking(self._say_not_whole())
        if scope.is_anonymous and found.n < self._get_minimum(scope):
            return self._lacking(self._nothing()["certainty"])
        if found.n < self._get_minimum(scope):
            return self._lacking(self._lack(found.n, self._get_minimum(scope)))
        return {
            "overall": self._describe_measure(scope, overall)["name"],
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
            "alpha": self._describe_alpha(alpha),
            "formula": self.env._(
                "Weight: share of a question in what all of them together explain "
                "(Johnson's relative weights). It shows what goes together, not what causes "
                "what."
            ),
        }

    @api.model
    def _sum_up(self, scope, overall, driving):
        """Key drivers and Cronbach's alpha; the database adds up what all answers say together.

        :return: (`drivers.Drivers`, `Score`)
        """
        columns = [overall, *driving]
        names = [SQL.identifier(f"c{place}") for place in range(len(columns))]
        is_shared = self._is_shared(scope, overall)
        # The same of who answered everything; a column each is quicker than a filter each.
        wholes = [SQL.identifier(f"w{place}") for place in range(len(columns))]
        query = self._query(
            scope.domain
            & scope.period()
            & Domain("question_id", "in", self._get_ids(columns)),
            scope.is_anonymous,
        )
        query.groupby = SQL.identifier(query.table, "user_input_id")
        answered = query.select(
            *(
                SQL(
                    "max(%s) FILTER (WHERE %s IN %s AND %s) AS %s",
                    SQL.identifier(query.table, "value"),
                    SQL.identifier(query.table, "question_id"),
                    questions._ids,
                    SQL.identifier(query.table, "is_main")
                    if is_shared and questions == overall
                    else SQL("TRUE"),
                    name,
                )
                for questions, name in zip(columns, names, strict=True)
            )
        )
        # Each two columns, over who answered everything; then each with the overall grade.
        # Of two different ones plain sums are quicker, and exact enough for grades.
        twos = [(i, j) for i in range(len(names)) for j in range(i + 1)]
        products = SQL(", ").join(
            SQL("regr_sxx(%(one)s, %(one)s)", one=wholes[i])
            if i == j
            else SQL(
                "sum(%(one)s * %(two)s) - sum(%(one)s) * regr_avgx(%(two)s, %(two)s)",
                one=wholes[i],
                two=wholes[j],
            )
            for i, j in twos
        )
        means = SQL(", ").join(SQL("regr_avgx(%s, %s)", w, w) for w in wholes)
        pairs = SQL(", ").join(
            SQL(
                "ARRAY[regr_count(c0, %(c)s), regr_avgy(c0, %(c)s), regr_avgx(c0, %(c)s), "
                "regr_syy(c0, %(c)s), regr_sxy(c0, %(c)s), regr_sxx(c0, %(c)s)]",
                c=name,
            )
            for name in names[1:]
        )
        variances = SQL(", ").join(
            SQL("var_samp(%s) FILTER (WHERE total IS NOT NULL)", name)
            for name in names[1:]
        )
        # More than a dozen columns of many people; by default they go by the disk.
        self.env.cr.execute("SET LOCAL work_mem = '64MB'")
        [(n, means, products, pairs, complete, variances, total)] = (
            self.env.execute_query(
                SQL(
                    """
                    SELECT count(c0 + total), ARRAY[%(means)s], ARRAY[%(products)s],
                           ARRAY[%(pairs)s], count(total), ARRAY[%(variances)s],
                           var_samp(total)
                      FROM (SELECT *, %(wholes)s
                              FROM (SELECT *, %(total)s AS total
                                      FROM (%(answered)s) answered OFFSET 0) added
                            OFFSET 0) row
                    """,
                    means=means,
                    products=products,
                    pairs=pairs,
                    variances=variances,
                    wholes=SQL(", ").join(
                        SQL("CASE WHEN c0 + total IS NOT NULL THEN %s END AS %s", *pair)
                        for pair in zip(names, wholes, strict=True)
                    ),
                    total=SQL(" + ").join(names[1:]),
                    answered=answered,
                )
            )
        )
        matrix = [[0.0] * len(names) for _name in names]
        for (i, j), product in zip(twos, products, strict=True):
            matrix[i][j] = matrix[j][i] = product
        return (
            drivers.key_drivers_of(
                drivers.Spread(n, means, matrix),
                [
                    drivers.Spread(int(count), [y, x], [[yy, xy], [xy, xx]])
                    for count, y, x, yy, xy, xx in pairs
                ],
            ),
            drivers.cronbach_of(complete, variances, total),
        )

    @api.model
    def _get_ids(self, columns):
        return self.env["survey.question"].concat(*columns).ids

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
                "low": -top / 8,
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
    def _describe_alpha(self, score):
        """How well the rated questions agree, in words."""
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
