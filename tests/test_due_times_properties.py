"""What holds for every due time, whatever the calendar, the time zone and the pauses.

Cases are drawn at random but the same in every run. Two things serve as judge: laws the
arithmetic must keep, and a reference that walks through time minute by minute.
"""

import importlib.util
from datetime import datetime, timedelta, timezone
from pathlib import Path
from zoneinfo import ZoneInfo

from conftest import drawn
from hypothesis import assume, given
from hypothesis import strategies as st

MODULE = Path(__file__).parents[1] / "customer_complaint" / "tools" / "due_times.py"
SPEC = importlib.util.spec_from_file_location("due_times", MODULE)
due_times = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(due_times)

HOUR, WORKING_HOUR, WORKING_DAY = (
    due_times.HOUR,
    due_times.WORKING_HOUR,
    due_times.WORKING_DAY,
)
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
FIRST = datetime(
    2025, 1, 1
)  # cases begin in the two years from here: eight changes of clocks
PERIOD = (
    31  # days after which days off come again: every case meets some, on all weekdays
)
ZONES = (
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "America/Santiago",  # southern summer
    "Australia/Lord_Howe",  # changes by half an hour
    "Africa/Cairo",  # changes at midnight
    "Asia/Kathmandu",  # three quarters of an hour off
    "Asia/Shanghai",
)


def changes(zone):
    """Each hour from FIRST on after which a zone's clocks show another time than before."""
    hour, zone = FIRST.replace(tzinfo=timezone.utc), ZoneInfo(zone)
    for _ in range(2 * 365 * 24):
        before, hour = hour.astimezone(zone), hour + timedelta(hours=1)
        if before.utcoffset() != hour.astimezone(zone).utcoffset():
            yield before.replace(tzinfo=None) + timedelta(hours=1)


CHANGES = [(zone, wall) for zone in ZONES for wall in changes(zone)]


class Week:
    """Working time of a week, with days off and days worked like another."""

    def __init__(self, shifts, zone, off, extra):
        self.shifts = shifts  # weekday → [(minute of the day, minute of the day)]
        self.zone = ZoneInfo(zone)
        self.off = off  # days of each period
        self.extra = extra  # day of each period → weekday it is worked like
        self.months = {}

    def __repr__(self):
        return f"Week({self.shifts}, {self.zone.key!r}, {self.off}, {self.extra})"

    @property
    def clock(self):
        return due_times.WorkingTime(self.spans, self.zone)

    def shifts_on(self, date):
        number = date.toordinal() % PERIOD
        if number in self.extra:
            return self.shifts.get(self.extra[number], [])
        return [] if number in self.off else self.shifts.get(date.weekday(), [])

    def spans(self, year, month):
        if (year, month) not in self.months:
            spans, day = [], datetime(year, month, 1)
            while day.month == month:
                for shift in self.shifts_on(day.date()):
                    spans.append([self.to_utc(day, minute) for minute in shift])
                day += DAY
            for before, after in zip(spans, spans[1:], strict=False):
                if before[1] == after[0]:
                    after[0], before[1] = before[0], before[0]
            self.months[year, month] = tuple(
                tuple(span) for span in spans if span[0] < span[1]
            )
        return self.months[year, month]

    def to_utc(self, day, minute):
        local = day + minute * MINUTE
        aware = local.replace(tzinfo=self.zone)
        return aware.astimezone(timezone.utc).replace(tzinfo=None)

    def to_local(self, at):
        return (
            at.replace(tzinfo=timezone.utc).astimezone(self.zone).replace(tzinfo=None)
        )

    def works(self, at):
        """Whether the minute that begins at a UTC moment is worked: by the clock on the wall."""
        local = self.to_local(at)
        minute = local.hour * 60 + local.minute
        return any(opens <= minute < closes for opens, closes in self.shifts_on(local))


def walk(start, minutes, counts):
    """Moment at which so many minutes that count have passed, one minute after the other."""
    while minutes:
        minutes -= counts(start)
        start += MINUTE
    return start


def paused(pauses, at):
    return any(begun <= at < ended for begun, ended in pauses)


# A shift begins and ends when no clock is ever changed, else "half past two" may come twice.
TIMES = st.one_of(st.just(0), st.integers(4 * 60, 24 * 60))
MOMENTS = st.integers(0, 2 * 365 * 24 * 60).map(lambda minute: FIRST + minute * MINUTE)
MINUTES = st.integers(0, 60 * 60)


@st.composite
def shifts_of_a_day(draw):
    times = sorted(draw(st.sets(TIMES, min_size=2, max_size=4)))
    return list(zip(times[::2], times[1::2], strict=False))


@st.composite
def weeks(draw):
    days = st.integers(0, 6)
    if draw(st.booleans()):
        shifts = draw(st.dictionaries(days, shifts_of_a_day(), min_size=1, max_size=6))
    else:
        shifts = dict.fromkeys(range(draw(st.sampled_from((5, 7)))), [(0, 24 * 60)])
    return Week(
        shifts,
        draw(st.sampled_from(ZONES)),
        draw(st.sets(st.integers(0, PERIOD - 1), max_size=8)),
        draw(st.dictionaries(st.integers(0, PERIOD - 1), days, max_size=3)),
    )


@st.composite
def courses(draw, near=False):
    """A limit with its calendar and its pauses, one after the other."""
    week, start = draw(weeks()), draw(MOMENTS)
    unit = draw(st.sampled_from((HOUR, WORKING_HOUR, WORKING_DAY)))
    amount = draw(st.integers(0, 10)) if unit == WORKING_DAY else draw(MINUTES) / 60
    most = 2 * 24 * 60 if near else 20 * 24 * 60
    at, pauses = start - draw(st.integers(0, 600)) * MINUTE, []
    for _ in range(draw(st.integers(0, 4))):
        begun = at + draw(st.integers(1, most)) * MINUTE
        at = begun + draw(st.integers(1, most)) * MINUTE
        pauses.append((begun, at))
    return week, start, amount, unit, pauses


# The reference


@drawn(80)
@given(weeks(), MOMENTS, st.integers(0, 24 * 60))
def test_working_time_is_what_the_clock_on_the_wall_says(week, start, minutes):
    due = walk(start, minutes, week.works)
    assert week.clock.add(start, minutes * 60) == due
    assert week.clock.measure(start, due) == minutes * 60


@drawn(80)
@given(courses(near=True))
def test_only_minutes_worked_and_not_paused_use_up_a_limit(course):
    week, start, amount, unit, pauses = course
    assume(unit != WORKING_DAY)
    amount = min(amount, 24)
    due = walk(
        start,
        round(amount * 60),
        lambda at: (not paused(pauses, at) and (unit == HOUR or week.works(at))),
    )
    assert due_times.replay(start, amount, unit, week.clock, pauses) == due


@drawn()
@given(weeks(), MOMENTS, st.integers(1, 12))
def test_a_working_day_is_a_day_on_which_anybody_works(week, start, days):
    local, left = week.to_local(start), days
    while left:
        local += DAY
        left -= any(
            week.to_utc(datetime.combine(local, datetime.min.time()), opens)
            < week.to_utc(datetime.combine(local, datetime.min.time()), closes)
            for opens, closes in week.shifts_on(local.date())
        )
    due = week.to_local(week.clock.add_days(start, days))
    moved = due - local
    # The clock shows the same time, unless the change to summer time leaves it out.
    exists = week.to_local(week.to_utc(local, 0)) == local
    assert moved == timedelta() if exists else timedelta() < moved <= timedelta(hours=1)


@drawn()
@given(
    st.sampled_from(CHANGES),
    st.integers(-150, 150),
    st.integers(1, 5),
)
def test_on_a_day_of_change_a_time_that_comes_twice_or_never_has_one_meaning(
    change, minutes, days
):
    zone, wall = change
    local = wall + minutes * MINUTE
    week = Week(dict.fromkeys(range(7), [(0, 24 * 60)]), zone, {}, {})
    due = week.clock.add_days(week.to_utc(local - days * DAY, 0), days)
    assert due == week.to_utc(local, 0)


# Working time


@drawn()
@given(weeks(), MOMENTS, st.integers(0, 400 * 3600))
def test_what_is_added_is_what_is_measured(week, start, seconds):
    due = week.clock.add(start, seconds)
    assert week.clock.measure(start, due) == seconds
    assert not due.microsecond
    if seconds:  # the due time is the end of work and not the next opening
        assert week.clock.measure(due - timedelta(seconds=1), due) == 1


@drawn()
@given(weeks(), MOMENTS, st.data())
def test_closing_time_belongs_to_the_work_before_it(week, start, data):
    clock = week.clock
    spans = [
        span
        for month in (1, 6, 12)
        for span in week.spans(start.year + 1, month)
        if span[0] > start
    ]
    opened, closed = data.draw(st.sampled_from(spans))
    begun = data.draw(st.sampled_from((start, opened, closed - MINUTE)))
    assert clock.add(begun, clock.measure(begun, closed)) == closed
    following = clock.next_moment(closed)
    assert following > closed or week.works(closed)


@drawn()
@given(weeks(), MOMENTS, MOMENTS, MINUTES, MINUTES)
def test_a_later_start_or_a_longer_limit_is_never_due_earlier(
    week, one, other, some, more
):
    earlier, later = sorted((one, other))
    clock = week.clock
    assert clock.add(earlier, some * 60) <= clock.add(later, some * 60)
    assert clock.add(one, some * 60) <= clock.add(one, (some + more) * 60)


@drawn()
@given(weeks(), st.lists(MOMENTS, min_size=3, max_size=3).map(sorted))
def test_working_time_of_two_stretches_adds_up(week, moments):
    first, second, third = moments
    clock = week.clock
    assert clock.measure(first, third) == clock.measure(first, second) + clock.measure(
        second, third
    )
    assert 0 <= clock.measure(first, third) <= (third - first).total_seconds()
    assert clock.measure(third, first) == 0


@drawn()
@given(weeks(), MOMENTS)
def test_the_next_moment_is_the_first_at_which_people_work(week, at):
    moment = week.clock.next_moment(at)
    assert moment >= at
    assert week.clock.measure(at, moment) == 0
    assert week.clock.measure(moment, moment + MINUTE) > 0
    assert week.clock.next_moment(moment) == moment


# Limits and pauses


@drawn()
@given(weeks(), MOMENTS, MINUTES)
def test_no_zone_and_no_change_of_clocks_shifts_an_elapsed_limit(week, start, minutes):
    #
    due = due_times.due_after(start, minutes / 60, HOUR, week.clock)
    begun, ended = (
        moment.replace(tzinfo=timezone.utc).astimezone(week.zone).timestamp()
        for moment in (start, due)
    )
    assert ended - begun == minutes * 60


@drawn()
@given(courses())
def test_a_pause_never_shortens_a_limit(course):
    week, start, amount, unit, pauses = course
    due = due_times.due_after(start, amount, unit, week.clock)
    for begun, ended in pauses:
        before = due
        due = due_times.after_pause(before, begun, ended, unit, week.clock)
        assert due >= before
        if begun >= before:
            assert due == before
        elif unit == HOUR:
            assert due - before == ended - begun
        elif week.clock.measure(begun, before):
            assert week.clock.measure(ended, due) >= week.clock.measure(begun, before)


@drawn()
@given(courses(), st.randoms(use_true_random=False))
def test_any_order_of_the_events_gives_the_same_due_time(course, random):
    week, start, amount, unit, pauses = course
    due = due_times.due_after(start, amount, unit, week.clock)
    for begun, ended in pauses:
        due = due_times.after_pause(due, max(begun, start), ended, unit, week.clock)
    assert due_times.replay(start, amount, unit, week.clock, pauses) == due
    told = []
    for begun, ended in pauses:  # a pause told in two parts, and the whole once more
        middle = begun + random.randint(0, (ended - begun) // MINUTE) * MINUTE
        told += [(begun, middle), (middle, ended), (begun, ended)]
    random.shuffle(told)
    assert due_times.replay(start, amount, unit, week.clock, told) == due


@drawn()
@given(courses(), st.data())
def test_a_pause_told_in_two_parts_step_by_step_is_one(course, data):
    week, start, amount, unit, pauses = course
    assume(pauses)
    due = due_times.due_after(start, amount, unit, week.clock)
    begun, ended = pauses[0]
    middle = begun + data.draw(st.integers(0, (ended - begun) // MINUTE)) * MINUTE
    whole = due_times.after_pause(due, begun, ended, unit, week.clock)
    for part in ((begun, middle), (middle, ended)):
        due = due_times.after_pause(due, *part, unit, week.clock)
    assert due == whole


@drawn()
@given(courses(), MOMENTS)
def test_segments_lie_side_by_side_from_start_to_end(course, end):
    _week, start, _amount, _unit, pauses = course
    tiles = due_times.segments(start, end, pauses)
    if end <= start:
        assert tiles == []
        return
    assert tiles[0][0] == start and tiles[-1][1] == end
    for (_, ended, kind), (begun, _, next_kind) in zip(tiles, tiles[1:], strict=False):
        assert ended == begun and kind != next_kind
    for begun, ended, kind in tiles:
        assert begun < ended
        for at in (begun, ended - MINUTE):
            assert paused(pauses, at) == (kind == due_times.PAUSED)
    still = [*pauses[:-1], (pauses[-1][0], None)] if pauses else []
    if still and still[-1][0] < end:  # the last pause goes on
        assert due_times.segments(start, end, still)[-1][2] == due_times.PAUSED


@drawn()
@given(courses())
def test_without_working_hours_a_limit_is_counted_as_elapsed(course):
    _week, start, amount, unit, pauses = course
    nobody = due_times.WorkingTime(lambda year, month: (), timezone.utc)
    unit_hours = 24 if unit == WORKING_DAY else 1
    elapsed = due_times.replay(start, amount * unit_hours, HOUR, None, pauses)
    for clock in (None, nobody):
        due = due_times.replay(start, amount, unit, clock, pauses)
        assert due == elapsed
        expected = unit != HOUR and bool(amount or clock is None)
        assert due_times.falls_back(start, amount, unit, clock) == expected
