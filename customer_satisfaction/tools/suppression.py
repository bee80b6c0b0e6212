"""Which groups of an anonymous survey may be shown. Plain Python, no database.

A group is shown when at least k people answered in it, and when nothing that is shown beside it
lets fewer than k people be worked out by adding and subtracting (complementary suppression).
Figure AN-01: of A 10 and B 2, with k = 5, B is hidden, and A too, because the total minus A is B.

This holds for what is shown together. Filters make further groups: an anonymous survey must
not be filtered by a breakdown, nor by days, unless that is given here as one more breakdown.
"""

# Arithmetic modulo a prime far above any count: as exact as fractions, and quick.
_PRIME = 2**61 - 1
# Steps of a search before it is given up: hiding too much is the lesser evil.
_PATIENCE = 2000


def is_shown(n, k):
    """Whether figures of `n` people may be shown; comments ask for a larger `k` (AN-02)."""
    return n >= k


def shown_groups(counts, k):
    """The groups of one breakdown that may be shown beside the total of all.

    What is hidden can be worked out together, as total minus shown: it is nobody, or at least k.

    :param counts: {group: number of people}
    :param k: the smallest group
    :return: set of groups; empty when hardly anything was answered
    """
    shown = {group for group, n in counts.items() if is_shown(n, k)}
    rest = sum(counts.values()) - sum(counts[group] for group in shown)
    while shown and 0 < rest < k:
        smallest = _smallest(shown, counts)
        shown.remove(smallest)
        rest += counts[smallest]
    return shown


def shown_in_all(cells, k):
    """The groups of several breakdowns of the same people that may be shown, with the total.

    Groups of different breakdowns overlap, and their differences may tell single people: whoever
    is of the only product of a team but not of the team. So groups are hidden, the smallest
    first, until no sum and difference of what is shown is about fewer than k people.

    :param cells: {(group in the 1st breakdown, group in the 2nd, …): number of people}
    :param k: the smallest group
    :return: list of sets, one for each breakdown
    """
    cells = {cell: n for cell, n in cells.items() if n}
    sizes = []
    for breakdown in range(len(next(iter(cells), ()))):
        counts = {}
        for cell, n in cells.items():
            counts[cell[breakdown]] = counts.get(cell[breakdown], 0) + n
        sizes.append(counts)
    shown = [shown_groups(counts, k) for counts in sizes]
    while any(shown):
        try:
            leak = _find_leak(cells, shown, k)
        except _OutOfPatience:
            max(shown, key=len).clear()
            continue
        if leak is None:
            break
        in_leak = [
            (i, group) for i, groups in enumerate(shown) for group in groups & leak[i]
        ]
        everywhere = [(i, group) for i, groups in enumerate(shown) for group in groups]
        breakdown, group = min(
            in_leak or everywhere,
            key=lambda at: (sizes[at[0]][at[1]], at[0], str(at[1])),
        )
        shown[breakdown].remove(group)
    return shown


def _smallest(groups, counts):
    return min(groups, key=lambda group: (counts[group], str(group)))


class _OutOfPatience(Exception):
    pass


def _find_leak(cells, shown, k):
    """Fewer than k people about whom what is shown tells something, as groups by breakdown.

    What is shown are sums over cells; whoever adds and subtracts them gets sums over cells with
    a factor each. It is about fewer than k people when the factor is 0 for all others. Large
    cells must get 0; each small one gets 0 or is left free, as long as fewer than k are free.

    :return: for each breakdown the set of groups that the people are in; None when there is no leak
    """
    # People whom nothing shown tells apart are one cell.
    people = {}
    for cell, n in cells.items():
        key = tuple(g if g in shown[i] else None for i, g in enumerate(cell))
        people[key] = people.get(key, 0) + n
    published = [(i, group) for i, groups in enumerate(shown) for group in groups]
    columns = sorted(people, key=lambda key: (-people[key], str(key)))
    factors = {
        key: [1, *(int(key[i] == group) for i, group in published)] for key in columns
    }
    everything = []
    for key in columns:
        everything = _extend(everything, factors[key])
    steps = 0

    def search(zero, position, left, free):
        nonlocal steps
        for place in range(position, len(columns)):
            if len(zero) == len(everything):
                return None  # all are 0
            steps += 1
            if steps > _PATIENCE:
                raise _OutOfPatience
            key = columns[place]
            extended = _extend(zero, factors[key])
            if len(extended) == len(zero):
                continue  # it is 0 already
            if people[key] <= left and (
                found := search(zero, place + 1, left - people[key], [*free, key])
            ):
                return found
            zero = extended
        return free if len(zero) < len(everything) else None

    leak = search([], 0, k - 1, [])
    return leak and [{key[i] for key in leak} for i in range(len(shown))]


def _extend(basis, vector):
    """A basis in echelon form, with a vector added when it is independent."""
    for pivot, row in basis:
        if factor := vector[pivot]:
            vector = [
                (a - factor * b) % _PRIME for a, b in zip(vector, row, strict=True)
            ]
    pivot = next((at for at, number in enumerate(vector) if number), None)
    if pivot is None:
        return basis
    inverse = pow(vector[pivot], -1, _PRIME)
    return [*basis, (pivot, [number * inverse % _PRIME for number in vector])]
