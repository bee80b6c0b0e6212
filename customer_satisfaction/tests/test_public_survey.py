import csv
import json
import os
from collections import Counter
from pathlib import Path
from unittest import SkipTest

from odoo.tests import BaseCase, tagged

from ..tools import drivers, sampling, scores

PLACE = "COMPLAINT_PUBLIC_DATA"
QUADRANTS = {
    "concentrate": "concentrate here",
    "keep_up": "keep up",
    "low_priority": "low priority",
    "overkill": "possible overkill",
}


@tagged("post_install", "-at_install")
class TestPublicSurvey(BaseCase):
    """A real survey of 1,000 passengers that others published, with figures computed elsewhere."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        folder = Path(os.environ.get(PLACE, "/nowhere"))
        if not (folder / "sfo2017_survey.csv").exists():
            raise SkipTest(f"{PLACE} names no folder with sfo2017_survey.csv")
        with (folder / "sfo2017_survey.csv").open(newline="", encoding="utf-8") as file:
            cls.rows = list(csv.DictReader(file))
        expected = (folder / "expected_shared.json").read_text(encoding="utf-8")
        cls.expected = json.loads(expected)["sfo"]

    def grades(self, column, rows=None):
        """Valid grades: 6 is never used, 0 is blank."""
        found = Counter(int(row[column] or 0) for row in rows or self.rows)
        return {grade: found[grade] for grade in range(1, 6)}

    def recommendations(self, rows=None):
        """Valid recommendations: 11 occurs but is not on the scale."""
        values = [row["NETPRO"] for row in rows or self.rows]
        found = Counter(int(value) for value in values if value)
        return {value: found[value] for value in range(11)}

    def columns(self, *names):
        """Rows of valid values of these columns, None for all else."""
        lowest, highest = (0, 10) if names[0] == "NETPRO" else (1, 5)
        rows = []
        for row in self.rows:
            overall = int(row[names[0]] or -1)
            others = [int(row[name] or 0) for name in names[1:]]
            rows.append(
                (
                    overall if lowest <= overall <= highest else None,
                    *(grade if 1 <= grade <= 5 else None for grade in others),
                )
            )
        return rows

    def assertPublished(self, found, expected):
        self.assertAlmostEqual(found, expected, delta=6e-7 * max(1, abs(expected)))

    def assertShare(self, score, expected):
        self.assertEqual(score.n, expected["n"])
        self.assertPublished(score.value, expected["share"])
        self.assertPublished(score.low, expected["wilson95"][0])
        self.assertPublished(score.high, expected["wilson95"][1])

    def assertNps(self, counts, expected):
        promoters, passives, detractors = scores.nps_groups(counts)
        for name, n in (
            ("promoters", promoters),
            ("passives", passives),
            ("detractors", detractors),
        ):
            self.assertEqual(n, expected[name])
        value, error = scores.wald(promoters, detractors, expected["n"])
        margin = scores.Z_95 * error
        self.assertPublished(value, expected["nps"])
        self.assertPublished(value - margin, expected["ci95"][0])
        self.assertPublished(value + margin, expected["ci95"][1])
        score = scores.nps(counts)
        self.assertEqual(score.n, expected["n"])
        self.assertPublished(score.value, expected["nps"])

    def test_satisfaction_over_all_and_by_question(self):  # S-01, S-35
        overall = self.expected["overall_Q7ALL"]
        counts = self.grades("Q7ALL")
        self.assertEqual(
            {str(grade): n for grade, n in counts.items()}, overall["distribution"]
        )
        self.assertShare(scores.csat(counts), overall["csat_top2"])
        self.assertShare(scores.dissatisfied(counts), overall["bottom2"])
        self.assertEqual(scores.moments(counts).median, overall["median"])
        for column, expected in self.expected["items"].items():
            with self.subTest(column=column):
                counts = self.grades(column)
                found = scores.moments(counts)
                self.assertEqual(found.n, expected["n"])
                self.assertPublished(found.mean, expected["mean"])
                self.assertPublished(found.sd, expected["sd"])
                self.assertShare(scores.csat(counts), expected["top2"])

    def test_recommendation_over_all_and_by_area(self):  # S-03, S-41
        counts = self.recommendations()
        self.assertNps(counts, self.expected["nps_0_10"])
        self.assertEqual(
            {str(value): n for value, n in counts.items()},
            self.expected["nps_distribution"],
        )
        for area, expected in self.expected["nps_by_boarding_area"].items():
            with self.subTest(area=area):
                rows = [row for row in self.rows if row["BAREA"] == area]
                self.assertNps(self.recommendations(rows), expected)

    def test_those_with_a_problem_apart(self):
        rows = {
            code: [r for r in self.rows if r["Q15PROBLEM"] == code] for code in "12"
        }
        had, had_none = len(rows["1"]), len(rows["2"])
        self.assertShare(
            sampling.response_rate(had, had + had_none),
            self.expected["problem_encountered"],
        )
        expected = self.expected["overall_problem_vs_none"]["problem"]
        found = scores.moments(self.grades("Q7ALL", rows["1"]))
        self.assertEqual((found.n, found.median), (expected["n"], expected["median"]))
        self.assertPublished(found.mean, expected["mean"])
        self.assertPublished(found.sd, expected["sd"])

    def test_questions_agree_with_each_other(self):
        for name in ("Q7_core6", "Q9_cleanliness3", "Q7_all14"):
            with self.subTest(name=name):
                expected = self.expected[f"cronbach_{name}"]
                found = drivers.cronbach(self.columns(*expected["items"]))
                self.assertEqual(found.n, expected["n_listwise"])
                self.assertPublished(found.value, expected["alpha_raw"])

    def test_key_drivers(self):
        for overall in ("Q7ALL", "NETPRO"):
            with self.subTest(overall=overall):
                expected = self.expected[f"drivers_of_{overall}"]
                columns = list(expected["drivers"])
                rows = self.columns(overall, *columns)
                found = drivers.key_drivers(rows)
                self.assertEqual(found.n, expected["listwise_n"])
                self.assertPublished(found.r2, expected["r2"])
                self.assertAlmostEqual(sum(d.weight for d in found.drivers), 1)
                self._check_drivers(columns, found.drivers, expected)
                self._check_slopes(columns, rows, expected)

    def _check_drivers(self, columns, found, expected):
        for column, driver in zip(columns, found, strict=True):
            published = expected["drivers"][column]
            self.assertEqual(driver.n, published["n"])
            self.assertPublished(driver.mean, published["mean"])
            self.assertPublished(driver.correlation, published["pearson"])
        ranked = sorted(
            zip(found, columns, strict=True), key=lambda d: -d[0].correlation
        )
        self.assertEqual([c for _d, c in ranked], expected["rank_by_pearson"])
        plane = drivers.plane([(d.correlation, d.mean, d.n) for d in found])
        cut = expected["quadrant_cut"]
        self.assertPublished(plane.importance, cut["importance_mean_pearson"])
        self.assertPublished(plane.performance, cut["performance_mean"])
        for column, place in zip(columns, plane.placed, strict=True):
            self.assertEqual(
                QUADRANTS[place.quadrant], expected["drivers"][column]["quadrant"]
            )

    def _check_slopes(self, columns, rows, expected):
        """Slopes as they are published, in standard deviations."""
        whole = drivers.complete(rows)
        spreads = [scores.moments(Counter(c)).sd for c in zip(*whole, strict=True)]
        slopes = drivers.regression(rows).slopes
        for column, slope, spread in zip(columns, slopes, spreads[1:], strict=True):
            self.assertPublished(
                slope * spread / spreads[0], expected["drivers"][column]["beta"]
            )
