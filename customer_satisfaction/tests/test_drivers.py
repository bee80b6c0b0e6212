from random import Random

from odoo.tests import tagged

from ..tools import drivers, matrices
from .test_scores import FigureCase

# Chatterjee and Price: overall, complaints, privileges, learning, raises, critical, advance
ATTITUDE = [
    tuple(map(int, row.split()))
    for row in (
        "43 51 30 39 61 92 45",
        "63 64 51 54 63 73 47",
        "71 70 68 69 76 86 48",
        "61 63 45 47 54 84 35",
        "81 78 56 66 71 83 47",
        "43 55 49 44 54 49 34",
        "58 67 42 56 66 68 35",
        "71 75 50 55 70 66 41",
        "72 82 72 67 71 83 31",
        "67 61 45 47 62 80 41",
        "64 53 53 58 58 67 34",
        "67 60 47 39 59 74 41",
        "69 62 57 42 55 63 25",
        "68 83 83 45 59 77 35",
        "77 77 54 72 79 77 46",
        "81 90 50 72 60 54 36",
        "74 85 64 69 79 79 63",
        "65 60 65 75 55 80 60",
        "65 70 46 57 75 85 46",
        "50 58 68 54 64 78 52",
        "50 40 33 34 43 64 33",
        "64 61 52 62 66 80 41",
        "53 66 52 50 63 80 37",
        "40 37 42 58 50 57 49",
        "63 54 42 48 66 75 33",
        "66 77 66 63 88 76 72",
        "78 75 58 74 80 78 49",
        "48 57 44 45 51 83 38",
        "85 85 71 71 77 74 55",
        "82 82 39 59 64 78 39",
    )
]
# Martilla and James 1977: importance, performance
ATTRIBUTES = [
    (3.83, 2.63),
    (3.63, 2.73),
    (3.60, 3.15),
    (3.56, 3.00),
    (3.41, 3.05),
    (3.41, 3.29),
    (3.38, 3.03),
    (3.37, 3.11),
    (3.29, 2.00),
    (3.27, 3.02),
    (2.52, 2.25),
    (2.43, 2.49),
    (2.37, 2.35),
    (2.05, 3.33),
]
WEIGHTS = (
    0.495166820943,
    0.0764429790661,
    0.223328509093,
    0.166229959691,
    0.0112686923877,
    0.0275630388189,
)


@tagged("post_install", "-at_install")
class TestDrivers(FigureCase):
    def test_least_squares_are_the_published_ones(self):  # DR-01
        found = drivers.regression(ATTITUDE)
        self.assertFigures(
            [found.intercept, *found.slopes, found.r2, found.adjusted_r2],
            [
                10.7870763857,
                0.61318760781,
                -0.0730501430995,
                0.320332116376,
                0.081732133532,
                0.038381447302,
                -0.217056681586,
                0.732601992531,
                0.662845990583,
            ],
        )

    def test_correlations_are_the_published_ones(self):  # DR-02
        for column, expected in enumerate(
            (
                0.825417569542,
                0.4261168701,
                0.6236781645,
                0.590138994878,
                0.156439151607,
                0.155086252601,
            ),
            1,
        ):
            found, n = drivers.correlation([(r[0], r[column]) for r in ATTITUDE])
            self.assertFigure(found, expected)
            self.assertEqual(n, 30)

    def test_relative_weights_share_out_what_is_explained(self):  # DR-03
        weights, r2 = drivers.relative_weights(ATTITUDE)
        self.assertFigures(weights, WEIGHTS)
        self.assertFigure(r2, 0.732601992531)
        self.assertFigure(sum(weights), 1)

    def test_too_few_answers_give_correlations_only(self):
        found = drivers.key_drivers(ATTITUDE)
        self.assertEqual((found.n, found.needed, found.is_enough), (30, 60, False))
        self.assertEqual([d.weight for d in found.drivers], [None] * 6)
        self.assertFigure(found.drivers[0].correlation, 0.825417569542)
        self.assertEqual(drivers.key_drivers([row[:3] for row in ATTITUDE]).needed, 30)
        self.assertTrue(drivers.key_drivers([row[:4] for row in ATTITUDE]).is_enough)

    def test_enough_answers_give_weights(self):
        gaps = [(None, 60, 50, 50, 60, 70, 40), (60, None, 50, 50, 60, 70, 40)]
        found = drivers.key_drivers([*ATTITUDE, *ATTITUDE, *gaps])
        self.assertEqual((found.n, found.needed), (60, 60))
        self.assertFigures([d.weight for d in found.drivers], WEIGHTS)
        self.assertEqual([d.n for d in found.drivers], [60, 61, 61, 61, 61, 61])
        self.assertFigure(found.drivers[0].mean, 66.6)

    def test_drivers_that_say_the_same_share_their_weight(self):
        rows = [(y, x, x, z) for y, x, z, *_rest in ATTITUDE]
        weights, r2 = drivers.relative_weights(rows)
        self.assertFigure(weights[0], weights[1])
        self.assertFigure(sum(weights), 1)
        once = drivers.regression([(y, x, z) for y, x, _same, z in rows])
        self.assertFigure(r2, once.r2)
        self.assertIsNone(drivers.regression(rows), "no slope can be told")

    def test_what_never_varies_explains_nothing(self):
        rows = [(y, 3, x) for y, x, *_rest in ATTITUDE]
        weights, _r2 = drivers.relative_weights(rows)
        self.assertFigures(weights, (0, 1))
        self.assertEqual(drivers.correlation([(1, 3), (2, 3)]), (None, 2))
        self.assertEqual(drivers.relative_weights([(5, 1), (5, 2)]), (None, None))
        self.assertEqual(drivers.key_drivers([]).drivers, [])

    def test_eigenvectors_rebuild_the_matrix(self):
        random = Random(7)
        size = 12
        matrix = [[0.0] * size for _row in range(size)]
        for i in range(size):
            for j in range(i + 1):
                matrix[i][j] = matrix[j][i] = random.uniform(-1, 1)
        values, vectors = matrices.eigen(matrix)
        for row in range(size):
            rebuilt = matrices.times(
                [v * x[row] for v, x in zip(values, vectors, strict=True)], vectors
            )
            self.assertFigures(rebuilt, matrix[row])

    def test_quadrants_of_importance_and_performance(self):  # IP-01
        points = [(*attribute, 284) for attribute in ATTRIBUTES]
        found = drivers.plane(points)
        self.assertFigures(
            (found.importance, found.performance), (3.15142857143, 2.81642857143)
        )
        self.assertEqual(
            "".join(place.quadrant[0] for place in found.placed), "cckkkkkkcklllo"
        )
        medians = drivers.plane(points, "medians")
        self.assertFigures((medians.importance, medians.performance), (3.375, 3.01))
        moved = [
            a
            for a, b in zip(found.placed, medians.placed, strict=True)
            if a.quadrant != b.quadrant
        ]
        self.assertEqual(len(moved), 4, "so the cross-hair is always shown")
        middle = drivers.plane(points, "midpoint", (1, 5))
        self.assertEqual((middle.importance, middle.performance), (3, 3))

    def test_on_the_line_is_high(self):
        equal = drivers.plane([(0.1, 0.3, 9)] * 3)
        self.assertEqual({p.quadrant for p in equal.placed}, {"keep_up"})
        self.assertEqual(drivers.plane([]).placed, [])
        with self.assertRaises(ValueError):
            drivers.plane([], "somewhere")

    def test_alpha_of_complete_rows(self):  # AL-01
        rows = [(4, 5, 4), (3, 4, 3), (5, 5, 5), (2, 3, 2), (1, None, 5)]
        score = drivers.cronbach(rows)
        self.assertFigure(score.value, 0.979591836735)
        self.assertEqual(score.n, 4)
        self.assertIsNone(drivers.cronbach([(3, 4), (3, 4)]).value, "nothing varies")
        self.assertIsNone(drivers.cronbach([(3,), (4,)]).value, "one question")

    def test_alpha_is_not_what_was_printed(self):  # AL-03: printed as around 0.85
        self.assertFigure(drivers.alpha([43.4 / 6] * 6, 52.4), 0.206106870229)
