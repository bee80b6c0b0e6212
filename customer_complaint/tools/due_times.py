"""Arithmetic of due times: plain Python without database and clock.

All moments are naive UTC datetimes, as Odoo stores them; all lengths are hours.
"""

from datetime import timedelta

ON_TIME = "on_time"
OVERDUE = "overdue"


def due_after(start, hours):
    """Moment at which a limit of `hours` elapsed hours ends that began at `start`.

    Elapsed means that nights, weekends and holidays count.
    """
    return start + timedelta(hours=hours)


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
