"""The measured rows as a table with goals, and what dominates where one is missed."""

# What the addon promises.
SQL_FOR_ONE = 16
SQL_IN_A_BATCH = 0.25  # per record
CPU_IN_A_BATCH = 2  # times the minimal thread
LIST_MS = 25
KANBAN_MS = 90
REGISTER = 1.5  # times a bare loop that writes the same cells
REGISTER_MIB = 45  # growth of the process
STEP_SQL = 0.15  # per escalation, once as many are due as fill a batch
STEP_MS = 2  # CPU
FILLED = 1_000  # due rows from which the fixed share of a batch does not count any more
TEN_TIMES = 11  # times the time for ten times as many due
AMONG_MORE = 1.25  # times the time for as many due among fewer
EMPTY_MS = 5
DASHBOARD_MS = 300
DASHBOARD_SQL = 15
PORTAL_MS = 8  # in the database, whatever the number stored
ANSWER_TIME = 0.4  # times that of core's page: 2.5 times as many answers
ANSWER_SQL = 31
SCORES_MS = 250
SCORES_SQL = 10
SCORES_KIB = 300
PORTAL_SQL = 12  # the half of them are the framework's


def progress(row):
    """Show a row as soon as it is known."""
    print(f"  {row['group']}: {row['case']}", flush=True)


def table(rows, before, after):
    """Everything as Markdown: the table, and a line per missed goal.

    :param before: load of the machine when measuring began, `after` when it ended
    """
    lines = [
        f"Load of the machine: {before:.1f} before, {after:.1f} after.",
        "",
        "| Measured | SQL | CPU ms | wall ms (best) | goal | |",
        "|---|---:|---:|---:|---|---|",
    ]
    for row in rows:
        judged = judge(row, rows)
        goals = ", ".join(
            f"{value:.2f} of {goal:g} {unit}" for value, goal, unit in judged
        )
        verdict = "" if not judged else "missed" if _missed(judged) else "met"
        if row["group"] == "order":
            index = row["index"]
            goals, verdict = f"index {index}", "met" if index else "missed"
            numbers = "| | | "
        else:
            unit = {"creating": "record", "sweeping": "escalation"}.get(row["group"])
            per = f" (per {unit})" if unit else ""
            if floor := row.get("floor"):
                per += f", floor {floor:.2f} ms, {row['best'] / floor:.1f} times"
            numbers = f"{per} | {row['sql']:g} | {row['cpu']:.2f} | "
            numbers += f"{row['wall']:.2f} ({row['best']:.2f}) | "
        lines.append(f"| {row['group']}: {row['case']}{numbers}{goals} | {verdict} |")
    return "\n".join([*lines, "", *_explained(rows)])


def judge(row, rows):
    """Triples of measured value, goal and unit for what is promised about a row."""
    group, case = row["group"], row["case"]
    if group == "creating" and case.startswith("complaint,"):
        if row["batch"] == 1:
            return [(row["sql"], SQL_FOR_ONE, "SQL")]
        least = next(
            other["cpu"]
            for other in rows
            if other["case"].startswith("minimal thread,")
            and other["batch"] == row["batch"]
        )
        return [
            (row["sql"], SQL_IN_A_BATCH, "SQL"),
            (row["cpu"] / least, CPU_IN_A_BATCH, "x CPU of the minimal thread"),
        ]
    if group == "sweeping":
        return list(_of_a_sweep(row, rows))
    if group == "exporting":
        return [
            (row["best"] / row["bare"], REGISTER, "x the bare loop"),
            (row["growth"], REGISTER_MIB, "MiB"),
        ]
    if group == "opening" and case.startswith("list"):
        return [(row["wall"], LIST_MS, "ms")]
    if group == "opening" and case.startswith("kanban,") and "bar" not in case:
        return [(row["wall"], KANBAN_MS, "ms")]
    if group == "browsing":
        return [
            (row["database"], PORTAL_MS, "ms in the database"),
            (row["sql"], PORTAL_SQL, "SQL"),
        ]
    if group == "answering" and "core" not in case:
        return [
            (row["best"] / row["beside"], ANSWER_TIME, "x the time of core's page"),
            (row["sql"], ANSWER_SQL, "SQL"),
        ]
    if group == "looking":
        return [(row["wall"], DASHBOARD_MS, "ms"), (row["sql"], DASHBOARD_SQL, "SQL")]
    if group == "scoring":
        return [
            (row["wall"], SCORES_MS, "ms"),
            (row["sql"], SCORES_SQL, "SQL"),
            (row["kib"], SCORES_KIB, "KiB"),
        ]
    return []


def _of_a_sweep(row, rows):
    if not row["due"]:
        yield row["best"], EMPTY_MS, "ms"
        return
    if row["due"] >= FILLED:
        yield row["sql"], STEP_SQL, "SQL"
        yield row["cpu"], STEP_MS, "ms CPU"
    for other in rows:
        if other["group"] != "sweeping" or not other["due"]:
            continue
        times = row["best"] * row["steps"] / (other["best"] * other["steps"])
        if row["due"] == other["due"] and row["stored"] > other["stored"]:
            yield times, AMONG_MORE, f"x among {other['stored']:,}"
        if row["due"] == 10 * other["due"] and row["stored"] == other["stored"]:
            if other["due"] >= FILLED:
                yield times, TEN_TIMES, f"x {other['due']:,} due"


def missed(rows):
    """The rows that miss a goal."""
    return [
        row
        for row in rows
        if _missed(judge(row, rows)) or (row["group"] == "order" and not row["index"])
    ]


def _missed(judged):
    return any(value > goal for value, goal, _unit in judged)


def _explained(rows):
    for row in missed(rows):
        for value, goal, unit in judge(row, rows):
            if value > goal:
                over = 100 * (value / goal - 1)
                why = row.get(
                    "statements" if unit == "SQL" else "dominant",
                    f"bare loop {row.get('bare')} ms wall, {row.get('bare_cpu')} ms CPU",
                )
                yield (
                    f"* {row['case']}: {value:.2f} instead of {goal:g} {unit}, "
                    f"{over:.0f} % over. What it consists of: {why}."
                )
        if row["group"] == "order":
            yield f"* {row['case']}: the rows are sorted, no index serves their order."
