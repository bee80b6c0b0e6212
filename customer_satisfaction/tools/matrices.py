"""The little linear algebra that key drivers need. Plain Python, for matrices of a dozen rows."""

from math import copysign, hypot

_SWEEPS = 100


def times(factors, vectors):
    """Sum of the vectors, each times its factor."""
    return [
        sum(factor * part for factor, part in zip(factors, parts, strict=True))
        for parts in zip(*vectors, strict=True)
    ]


def eigen(matrix):
    """Eigenvalues and unit eigenvectors of a symmetric matrix.

    Jacobi 1846: each rotation makes one number beside the diagonal 0, until all are. Slower than
    other ways, but short, exact to the last digits, and never fails.

    :return: (list of values, list of vectors)
    """
    size = len(matrix)
    matrix = [list(row) for row in matrix]
    vectors = [[float(i == j) for j in range(size)] for i in range(size)]
    for _sweep in range(_SWEEPS):
        beside = sum(matrix[i][j] ** 2 for i in range(size) for j in range(i))
        if beside < 1e-30:
            break
        for p in range(size):
            for q in range(p + 1, size):
                if matrix[p][q]:
                    _rotate(matrix, vectors, p, q)
    return [matrix[i][i] for i in range(size)], vectors


def _rotate(matrix, vectors, p, q):
    """Turn the plane of two axes so that the matrix has 0 where they meet."""
    half = (matrix[q][q] - matrix[p][p]) / (2 * matrix[p][q])
    t = copysign(1.0, half) / (abs(half) + hypot(half, 1))
    c = 1 / hypot(t, 1)
    s = t * c
    for row in matrix:
        row[p], row[q] = c * row[p] - s * row[q], s * row[p] + c * row[q]
    for rows in (matrix, vectors):
        rows[p], rows[q] = (
            [c * a - s * b for a, b in zip(rows[p], rows[q], strict=True)],
            [s * a + c * b for a, b in zip(rows[p], rows[q], strict=True)],
        )
