"""The ledger once more, from the words of the requirements alone and by another arithmetic.

`Life` is told what happens to a complaint and says which dates are owed, met and missed. Nothing
of the product is imported: a mistake in one of the two shows as a difference. Where the product
moves a due time with every pause, this spends the time allowed, piece by piece, on what runs.

All moments are naive UTC datetimes.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
# Clocks of two machines differ a little.
TOLERANCE = timedelta(minutes=5)

FROM_RECEIPT = ("first_response", "initial_handling", "completion", "result")
FROM_COMPLETION = ("first_feedback", "second_feedback", "follow_up")
AGAIN_AND_AGAIN = ("next_update", "next_reply", "stage")
MAY_WAIT = (*FROM_RECEIPT, "stage")
OUTCOME_STOPS = ("initial_handling", "completion", "result", "statutory")
LEFT_BY_CLOSING = (*FROM_COMPLETION, "commitment", "statutory", "stage")
# A pause by hand ends by itself.
LONGEST_PAUSE = 14 * DAY
COUNT_FROM_RECEIPT = (*FROM_RECEIPT, "next_update", "statutory")


# ----------------------------------------------------------------------
# Time
# ----------------------------------------------------------------------
class Hours:
    """Working time by its description.

    :param dict week: (from hour, to hour) of each shift, by weekday
    :param days_off: dates on which nobody works
    :param dict extra: weekday like which people work, by date, whatever else is said
    """

    def __init__(self, zone, week, days_off=(), extra=()):
        self.zone = ZoneInfo(zone)
        self.week = week
        self.days_off = set(days_off)
        self.extra = dict(extra)
        self.known = {}

    def get_shifts(self, day):
        if day not in self.known:
            weekday = self.extra.get(day, day.weekday())
            off = day in self.days_off and day not in self.extra
            self.known[day] = [
                tuple(self.to_utc(datetime(*day.timetuple()[:3], h)) for h in shift)
                for shift in (() if off else self.week.get(weekday, ()))
            ]
        return self.known[day]

    def to_local(self, at):
        return at.replace(tzinfo=UTC).astimezone(self.zone)

    def to_utc(self, local):
        return local.replace(tzinfo=self.zone).astimezone(UTC).replace(tzinfo=None)

    def get_spans(self, start):
        """Working time after `start`, shift by shift, without end."""
        day = self.to_local(start).date()
        while True:
            for opened, closed in self.get_shifts(day):
                if closed > start:
                    yield max(opened, start), closed
            day += DAY

    def add_days(self, start, count):
        """Same clock time on the `count`-th day after `start` on which people work."""
        local = self.to_local(start).replace(tzinfo=None)
        day = local.date()
        while count:
            day += DAY
            count -= bool(self.get_shifts(day))
        return self.to_utc(datetime.combine(day, local.time()))


def spend(start, allowed, pauses, hours):
    """Moment at which the time allowed from `start` on is used up by time that runs."""
    if not allowed:
        return start
    spans = hours.get_spans(start) if hours else [(start, datetime.max)]
    for opened, closed in spans:
        at = opened
        for paused_at, resumed_at in [*sorted(pauses), (closed, closed)]:
            runs_until = min(paused_at, closed)
            if runs_until > at:
                if allowed <= runs_until - at:
                    return at + allowed
                allowed -= runs_until - at
            at = max(at, resumed_at)
    return None


def allow(start, limit, hours):
    """A limit as (working time or elapsed time allowed, earliest due time, whose hours)."""
    amount, unit = limit
    if unit == "hour" or not hours:
        allowed = amount * (DAY if unit == "working_day" else HOUR)
        return allowed, start + allowed, None
    if unit == "working_hour":
        return amount * HOUR, start, hours
    due = hours.add_days(start, amount)
    allowed = timedelta()
    for opened, closed in hours.get_spans(start):
        if opened >= due:
            return allowed, due, hours
        allowed += min(closed, due) - opened
    return None


def get_due(start, limit, pauses, hours):
    """When a limit that counts from `start` is due, with the pauses that have ended."""
    allowed, earliest, hours = allow(start, limit, hours)
    return max(earliest, spend(start, allowed, pauses, hours))


def is_left(start, limit, pauses, hours, at):
    """Whether at `at` some of the time allowed is not used up."""
    allowed, _earliest, hours = allow(start, limit, hours)
    return spend(start, allowed, pauses, hours) > at


# ----------------------------------------------------------------------
# Ledger
# ----------------------------------------------------------------------
@dataclass
class Row:
    type: str
    round: int
    start: datetime
    limit: tuple = None  # (amount, unit); none of a date given by hand
    stage: str = None
    due: datetime = None  # given by hand, or as it was in the end
    kept_by: str = None
    agreed: bool = False
    state: str = "owed"  # then "done" or "dropped"
    done: datetime = None
    result: str = None
    missed: bool = False  # its date had passed when it was moved
    again: datetime = datetime.min  # since when it is owed again, after it was not
    periods: list = field(default_factory=list)  # see Life.note

    @property
    def key(self):
        return self.type, self.stage


@dataclass
class Rules:
    """What a complaint is handled by.

    `limits`: {(type, stage): {rank, 0 for every: (amount, unit)}}; `waiting`: stages that pause.
    """

    limits: dict
    hours: Hours = None
    second_from_first: bool = False
    waiting: tuple = ()

    def get(self, key, rank):
        limits = self.limits.get(key, {})
        return limits.get(rank, limits.get(0))


def to_words(row):
    """Key to sort rows of a ledger by: False and a date have no order."""
    return [str(value) for value in row]


class Life:
    """What happens to one complaint, each event with the moment `now` at which it is recorded."""

    def __init__(self, rules, rank, received, now, stage="received"):
        self.rules, self.rank, self.received = rules, rank, received
        self.rows, self.pauses = (
            [],
            [],
        )  # pause: [start, end, "hand", "answer" or stage]
        self.active = True
        self.stage, self.round = stage, 1
        # Whoever enters a complaint may take it at once; else it is received since it came.
        self.stage_since = now if stage != "received" else None
        self.begin_round(received)
        self.pause_by_stage(now)
        self.begin(*FROM_RECEIPT, "statutory", "next_update", "stage")
        self.note(now)

    def begin_round(self, start):
        self.round_start = start
        self.completed = self.outcome = self.last_told = None
        self.fulfilled = set()

    @property
    def closed(self):
        return self.stage == "closed"

    @property
    def pause(self):
        return self.pauses[-1] if self.pauses and not self.pauses[-1][1] else None

    # What the requirements say about starting and stopping -------------
    def get_start(self, kind):
        if kind in FROM_RECEIPT or (kind == "statutory" and self.round == 1):
            return self.round_start
        if kind == "next_update":
            return not self.outcome and (self.last_told or self.round_start)
        if kind == "second_feedback" and self.rules.second_from_first:
            return next(
                (r.done for r in self.in_round() if r.type == "first_feedback"),
                self.outcome,
            )
        if kind in FROM_COMPLETION:
            return self.completed
        if kind == "stage":
            return self.stage_since or self.round_start
        return None

    def in_round(self):
        return [r for r in self.rows if r.round == self.round]

    def begin(self, *kinds, at=None):
        for kind in kinds:
            key = (kind, self.stage if kind == "stage" else None)
            limit, start = self.rules.get(key, self.rank), at or self.get_start(kind)
            if kind in AGAIN_AND_AGAIN:
                known = [r for r in self.rows if r.state == "owed"]
            else:
                known = self.in_round()
            if limit and start and key not in [r.key for r in known]:
                self.rows.append(Row(kind, self.round, start, limit, key[1]))

    def stop(self, at, *kinds, if_row=lambda row: True):
        stopped = [
            row
            for row in self.rows
            if row.state == "owed"
            and self.can_stop(row, at)
            and row.type in kinds
            and if_row(row)
        ]
        for row in stopped:
            row.done = max(at, row.start)
            row.due = self.get_due(row, until=row.done)
            row.state = "done"
            late = row.missed or at > row.due
            row.result = "overdue" if late else "on_time"
        return stopped

    def can_stop(self, row, at):
        if row.type == "commitment":
            return row.start < at  # not by the talk in which it was made
        tolerance = TOLERANCE if row.type in COUNT_FROM_RECEIPT else 0 * HOUR
        return row.start <= at + tolerance

    def drop(self, now, rows):
        for row in rows:
            if row.state == "owed":
                row.result = "overdue" if self.was_missed(row, now) else None
                row.due, row.state = self.get_due(row), "dropped"

    def was_missed(self, row, now):
        """Whether the due time passed while it was the one in force, and nothing waited."""
        due, in_force = self.get_due(row), now
        for since, (_runs, _start, then_due, _rank) in reversed(row.periods):
            if then_due != due:
                break
            in_force = since
        in_force = max(in_force, row.again)
        return (
            row.state == "owed" and not self.is_waiting(row) and in_force <= due < now
        )

    # Waiting -----------------------------------------------------------
    def may_wait(self, row):
        return row.type in MAY_WAIT and row.limit and not row.agreed

    def get_pauses(self, row):
        """Pauses that hold a row; the limit of a stage does not wait for that stage."""
        return [p for p in self.pauses if self.may_wait(row) and p[2] != row.stage]

    def get_due(self, row, until=None):
        if row.state != "owed" or row.agreed or not row.limit:
            return row.due
        spans = [
            (start, min(end or until, until or end))
            for start, end, _by in self.get_pauses(row)
            if (end or until) and (not until or start < until)
        ]
        return get_due(row.start, row.limit, spans, self.rules.hours)

    def is_waiting(self, row):
        pauses = self.get_pauses(row)
        if row.state != "owed" or not pauses or pauses[-1][1]:
            return False
        ended = [(start, end) for start, end, _by in pauses[:-1]]
        since = max(pauses[-1][0], row.start)
        return is_left(row.start, row.limit, ended, self.rules.hours, since)

    def pause_by_stage(self, at):
        if self.stage in self.rules.waiting and not self.pause:
            self.pauses.append([at, None, self.stage])

    def end_long_pause(self, now):
        """Whether a pause by hand has lasted as long as it may, and ended then."""
        if not self.pause or self.pause[2] not in ("hand", "answer"):
            return False
        latest = self.pause[0] + LONGEST_PAUSE
        if latest <= now:
            self.on_resume(latest)
        return latest <= now

    def end_pause(self, at):
        if self.pause:
            self.pause[1] = max(at, self.pause[0])

    # Events ------------------------------------------------------------
    def on_pause(self, now, until_answer):
        self.pauses.append([now, None, "answer" if until_answer else "hand"])

    def on_resume(self, now):
        self.end_pause(now)
        self.pause_by_stage(now)

    def on_told(self, now, at, plan=False, outcome=False, follow_up=False):
        if at >= self.round_start - TOLERANCE:
            self.last_told = max(at, self.last_told or at)
            self.fulfilled |= {"first_response"} | (
                {"initial_handling"} if plan else set()
            )
        self.stop(at, "first_response", "next_update", "next_reply")
        self.stop(at, "commitment", if_row=lambda row: row.kept_by == "telling")
        if plan:
            self.stop(at, "initial_handling")
        if follow_up:
            self.stop(at, "follow_up")
        if outcome:
            self.tell_outcome(now, at)
        elif not self.closed:
            self.begin("next_update")

    def tell_outcome(self, now, at):
        self.on_complete(now, at)
        first = self.stop(at, "first_feedback")
        if self.outcome and not first:
            self.stop(at, "second_feedback")
        self.stop(at, *OUTCOME_STOPS)
        self.drop(now, [r for r in self.rows if r.type == "next_update"])
        self.outcome = max(at, self.outcome or at)
        self.fulfilled |= set(OUTCOME_STOPS)
        if self.outcome >= self.completed:
            self.fulfilled.add("first_feedback")
        if self.rules.second_from_first:
            self.begin("second_feedback")
        if not self.closed:
            self.enter(now, "feedback")

    def on_said(self, now, at):
        if self.pause and self.pause[2] == "answer" and at >= self.pause[0]:
            self.end_pause(at)
            self.pause_by_stage(at)
        if self.closed or at < (self.last_told or self.round_start - TOLERANCE):
            return
        for row in self.rows:
            if row.type == "next_reply" and row.state == "owed" and not row.agreed:
                row.start = min(row.start, at)
        self.begin("next_reply", at=at)

    def on_complete(self, now, at=None):
        at = at or now
        if not self.completed:
            self.completed = at
            self.fulfilled.add("completion")
            self.stop(at, "completion")
            self.begin(*FROM_COMPLETION)

    def enter(self, now, stage):
        if stage == self.stage:
            return
        self.stop(now, "stage")
        if self.pause and self.pause[2] == self.stage:
            self.end_pause(now)
        self.stage, self.stage_since = stage, now
        self.pause_by_stage(now)
        self.begin("stage")

    def on_close(self, now):
        self.enter(now, "closed")
        self.end_pause(now)
        self.drop(now, [r for r in self.rows if r.type not in LEFT_BY_CLOSING])

    def on_reopen(self, now):
        self.end_pause(now)
        self.stop(now, "stage")
        left = ("commitment", "statutory")
        self.drop(now, [r for r in self.rows if r.type not in left])
        self.round += 1
        self.begin_round(now)
        self.active = True
        self.enter(now, "assessed")
        self.pause_by_stage(now)
        self.begin(*FROM_RECEIPT, "next_update", "stage")

    def on_enter(self, now, stage):
        self.enter(now, stage)

    def on_level(self, now, rank):
        self.rank = rank
        self.count_anew(now)

    def on_receipt(self, now, received):
        self.received = received
        if self.round == 1:
            self.round_start = received
        for row in self.in_round():
            counted = row.type in (*COUNT_FROM_RECEIPT, "stage") and row.limit
            if row.state == "owed" and counted:
                if not row.agreed:
                    missed, old = self.was_missed(row, now), self.get_due(row)
                    row.start = self.get_start(row.type) or row.start
                    row.missed |= missed and old < self.get_due(row)

    def count_anew(self, now):
        """Every limit counts from where it started; what was fulfilled is not asked for again."""
        keys = [
            (kind, stage)
            for kind, stage in self.rules.limits
            if stage in (None, self.stage)
            and (not self.closed or kind in LEFT_BY_CLOSING)
            and self.rules.get((kind, stage), self.rank)
        ]
        for row in self.in_round():
            gone = row.state == "dropped"
            if row.type == "commitment" or row.agreed or row.state == "done":
                continue
            if gone and (row.type in AGAIN_AND_AGAIN or row.type in self.fulfilled):
                continue
            if row.key not in keys:
                if row.type != "statutory":
                    self.drop(now, [row])
                continue
            old, missed = self.get_due(row), self.was_missed(row, now)
            row.missed |= gone and row.result == "overdue"
            row.again = now if gone else row.again
            row.state, row.result = "owed", None
            row.limit = self.rules.get(row.key, self.rank)
            if row.type != "next_reply":
                row.start = self.get_start(row.type) or row.start
            row.missed |= missed and old < self.get_due(row)
        self.begin(
            *(
                kind
                for kind, _stage in keys
                if kind not in self.fulfilled | {"next_reply"}
            )
        )

    def on_promise(self, now, due, kept_by):
        self.rows.append(Row("commitment", self.round, now, due=due, kept_by=kept_by))

    def on_keep(self, now):
        self.stop(now, "commitment", if_row=lambda row: row.kept_by == "deed")

    def on_move(self, now, row, due):
        old = self.get_due(row)
        row.missed |= old < now and old < due
        row.due, row.agreed = due, True

    def on_archive(self, now, active):
        self.active = active

    # What is expected --------------------------------------------------
    def get_ledger(self):
        """All rows, as (type, round, start, due, state, done, result, missed)."""
        rows = (
            (
                row.type,
                row.round,
                row.start,
                self.get_due(row),
                self.get_state(row),
                row.done or False,
                row.result or False,
                row.missed,
            )
            for row in self.rows
        )
        return sorted(rows, key=to_words)

    def get_state(self, row):
        if row.state != "owed":
            return row.state
        return "paused" if self.is_waiting(row) else "open"

    def get_next_due(self):
        return min(
            (self.get_due(r) for r in self.rows if self.get_state(r) == "open"),
            default=False,
        )

    def note(self, now):
        """Remember of each row since when it runs with which due time, for its steps."""
        for row in self.rows:
            # Of an open complaint in the archive nobody is told.
            told = self.active or self.closed
            runs = told and self.get_state(row) == "open"
            period = (runs, row.start, self.get_due(row), self.rank)
            if not row.periods or row.periods[-1][1] != period:
                row.periods.append((now, period))


def get_steps(row, chain, ticks):
    """Steps of a chain that a row must have seen, when somebody looks at each of `ticks`.

    Each happens once per due time, at the first look at or after its time while the row runs; a
    reminder of what is late already is left out.

    :param chain: tuples (step, deadline type or None, lowest rank or 0, timing, hours)
    :return: {(step, due time): moment of the look}
    """
    steps = {}
    ends = [since for since, _period in row.periods[1:]] + [datetime.max]
    for (since, (runs, start, due, rank)), end in zip(row.periods, ends, strict=True):
        for step, kind, max_rank, timing, hours in chain:
            if not runs or kind not in (None, row.type) or 0 < max_rank < rank:
                continue
            planned = {
                "start": start,
                "before": max(start, due - hours * HOUR),
                "after": due + hours * HOUR,
            }[timing]
            look = ticks.first_from(max(planned, since))
            if not look or look >= end or (step, due) in steps:
                continue
            if timing != "before" or look < due:
                steps[step, due] = look
    return steps
