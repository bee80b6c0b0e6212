"""Arithmetic of due times: plain Python without database.

All moments are naive UTC datetimes, as Odoo stores them. A limit is an `amount` of one unit:

* `HOUR`: elapsed hours; nights, weekends and holidays count;
* `WORKING_HOUR`: hours of the working time that a `WorkingTime` knows;
* `WORKING_DAY`: the n-th working day after the day it starts, at the same local clock time.

Where the working time is unknown (`clock` is None) or ends for good, working units are counted as
elapsed time, a working day as 24 h: a due time is never missing. `falls_back` tells so.
"""

from datetime import datetime, timedelta, timezone
from math import ceil

ON_TIME = "on_time"
OVERDUE = "overdue"

HOUR = "hour"
WORKING_HOUR = "working_hour"
WORKING_DAY = "working_day"

RUNNING = "running"
PAUSED = "paused"

SECONDS = {HOUR: 3600, WORKING_HOUR: 3600, WORKING_DAY: 24 * 3600}  # elapsed
DAY = timedelta(days=1)


# Clocks of two machines differ a little; what is earlier by no more than this is not earlier.
CLOCK_TOLERANCE = timedelta(minutes=5)


class NoWorkingTime(Exception):
    """Nobody works for longer than `WorkingTime.HORIZON`."""


class WorkingTime:
    """When people work.

    :param get_intervals: function (year, month) → working time of that month of the local calendar:
        sorted, disjoint pairs (start, end) of naive UTC moments
    :param tz: the local time zone, a tzinfo
    """

    HORIZON = timedelta(days=400)

    def __init__(self, get_intervals, tz):
        self._get_intervals = get_intervals
        self._tz = tz

    def add(self, start, seconds):
        """Moment at which `seconds` of working time have passed since `start`.

        Used up at the end of a shift, that end is the moment, not the next opening.

        :raise NoWorkingTime: there is not that much
        """
        left = timedelta(seconds=seconds)
        if not left:
            return start
        for opened, closed in self._after(start):
            if left <= closed - opened:
                return opened + left
            left -= closed - opened

    def measure(self, start, end):
        """Seconds of working time between two moments; 0 when `end` is not after `start`."""
        spans = self._after(start, until=end)
        total = sum(
            (min(closed, end) - opened for opened, closed in spans if opened < end),
            timedelta(),
        )
        return total.total_seconds()

    def add_days(self, start, days):
        """The `days`-th working day after the local day of `start`, at the same local clock time.

        A day on which anybody works at all is a working day.

        :raise NoWorkingTime: there are not that many
        """
        if not days:
            return start
        local = self._to_local(start)
        working_days = self._days_after(local.date())
        for _ in range(days):
            day = next(working_days)
        return self._to_utc(datetime.combine(day, local.time()))

    def next_moment(self, at):
        """`at` when people work then, else the next opening.

        :raise NoWorkingTime: there is none
        """
        return next(self._after(at))[0]

    def _after(self, at, until=None):
        """Working time after `at`, span by span, up to the month of `until` or without end."""
        local = self._to_local(at)
        year, month, last = local.year, local.month, at
        while True:
            for opened, closed in self._get_intervals(year, month):
                if closed > at:
                    yield max(opened, at), closed
                    last = closed
            year, month = year + month // 12, month % 12 + 1
            ahead = datetime(year, month, 1) - DAY  # local midnight lies within a day
            if until and ahead > until:
                return
            if not until and ahead - last > self.HORIZON:
                raise NoWorkingTime

    def _days_after(self, last):
        """Local dates after `last` with working time; a span may cover several."""
        midnight = datetime.combine(last + DAY, datetime.min.time())
        for opened, closed in self._after(self._to_utc(midnight)):
            day = max(self._to_local(opened).date(), last + DAY)
            final = self._to_local(closed - timedelta.resolution).date()
            while day <= final:
                yield day
                last, day = day, day + DAY

    def _to_local(self, at):
        """What the local clock shows at a UTC moment."""
        return at.replace(tzinfo=timezone.utc).astimezone(self._tz).replace(tzinfo=None)

    def _to_utc(self, local):
        """First moment at which the local clock shows `local`.

        A time that the change to summer time leaves out is read by the clock before the change.
        """
        before, after = (
            self._to_local(moment) - moment for moment in (local - DAY, local + DAY)
        )
        for offset in (before, after):
            if self._to_local(local - offset) == local:
                return local - offset
        return local - before


def due_after(start, amount, unit=HOUR, clock=None):
    """Moment at which a limit ends that began at `start`.

    :param amount: length of the limit in units; of working days, a broken one counts in full
    :param clock: the `WorkingTime`, for working units
    """
    due = _due_by_clock(start, amount, unit, clock)
    return due or start + timedelta(seconds=round(amount * SECONDS[unit]))


def falls_back(start, amount, unit, clock):
    """Whether `due_after` counts a limit in working units as elapsed time."""
    return unit != HOUR and _due_by_clock(start, amount, unit, clock) is None


def _due_by_clock(start, amount, unit, clock):
    """End of a limit in working units, or None where they have to be counted as elapsed."""
    if unit == HOUR or not clock:
        return None
    try:
        if unit == WORKING_DAY:
            return clock.add_days(start, ceil(amount))
        return clock.add(start, round(amount * 3600))
    except NoWorkingTime:
        return None


def after_pause(due, paused_at, resumed_at, unit=HOUR, clock=None):
    """Due time after a pause: what was left when it began is counted on from its end.

    Working units keep the working time that was left, hours the elapsed time. A pause never
    shortens; it changes nothing when nothing was left (it began at the due time or later, or no
    more working time lay before the due time).

    :param clock: the `WorkingTime`; None where the limit was counted as elapsed (`falls_back`)
    """
    if paused_at >= resumed_at or not is_left(due, paused_at, unit, clock):
        return due
    elapsed = due + (resumed_at - paused_at)
    if unit == HOUR or not clock:
        return elapsed
    try:
        return max(due, clock.add(resumed_at, clock.measure(paused_at, due)))
    except NoWorkingTime:
        return elapsed


def is_left(due, at, unit=HOUR, clock=None):
    """Whether something of a limit is left to count at `at`: only then a pause saves it."""
    if at >= due:
        return False
    return unit == HOUR or not clock or clock.measure(at, due) > 0


def replay(start, amount, unit, clock, pauses):
    """Due time of a limit after all its pauses: what every course of events must agree with.

    :param pauses: finished pauses (paused_at, resumed_at), in any order; of one that began before
        `start`, only the part after it counts
    """
    due = due_after(start, amount, unit, clock)
    if falls_back(start, amount, unit, clock):
        clock = None
    for paused_at, resumed_at in _merged(pauses):
        due = after_pause(due, max(paused_at, start), resumed_at, unit, clock)
    return due


def segments(start, end, pauses):
    """What a clock did from `start` to `end`, without gap or overlap.

    :param pauses: (paused_at, resumed_at), in any order; `resumed_at` None: it still goes on
    :return: list of (from, to, `RUNNING` or `PAUSED`); empty when `end` is not after `start`
    """
    tiles, at = [], start
    for paused_at, resumed_at in _merged((p, r or end) for p, r in pauses):
        paused_at, resumed_at = max(paused_at, at), min(resumed_at, end)
        if paused_at < resumed_at:
            tiles += [(at, paused_at, RUNNING), (paused_at, resumed_at, PAUSED)]
            at = resumed_at
    tiles.append((at, end, RUNNING))
    return [tile for tile in tiles if tile[0] < tile[1]]


def _merged(pauses):
    """Pauses in the order of time, those that touch or overlap as one."""
    merged = []
    for paused_at, resumed_at in sorted(pauses):
        if merged and paused_at <= merged[-1][1]:
            merged[-1][1] = max(merged[-1][1], resumed_at)
        else:
            merged.append([paused_at, resumed_at])
    return merged


def verdict(due_at, done_at):
    """`ON_TIME` or `OVERDUE` for an obligation due at `due_at` and met at `done_at`.

    Meeting it at the very moment it is due is on time.
    """
    return ON_TIME if done_at <= due_at else OVERDUE


def step_time(start_at, due_at, timing, hours):
    """Moment at which an escalation step takes effect.

    `timing` is "start" (as soon as the deadline runs), "before" or "after" (`hours` before or after
    `due_at`). A step before the due time never lies before the start: a reminder 4 h ahead of a
    limit of 2 h comes at once.
    """
    if timing == "start":
        return start_at
    if timing == "before":
        return max(start_at, due_at - timedelta(hours=hours))
    return due_at + timedelta(hours=hours)


def split_duration(seconds):
    """Days, hours and minutes of a length of time, sign ignored, cut to whole minutes.

    >>> split_duration(-(26 * 3600 + 61))
    (1, 2, 1)
    """
    minutes = int(abs(seconds) // 60)
    days, minutes = divmod(minutes, 24 * 60)
    return days, *divmod(minutes, 60)
