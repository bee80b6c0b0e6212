"""What callers over the API gave: the value, or one clear sentence why it is none.

False and None stand for nothing, as in the rest of Odoo.
"""

from datetime import datetime
from math import isfinite

from odoo import fields
from odoo.exceptions import UserError

# What a column of a key can hold.
LARGEST_KEY = 2**31 - 1


def text(env, value):
    """Text without blanks around it, "" for nothing."""
    if value in (None, False):
        return ""
    if not isinstance(value, str):
        raise UserError(env._("“%(value)s” is not text. Write words.", value=value))
    return value.strip()


def number(env, value):
    """A finite number."""
    try:
        found = float(value) if not isinstance(value, bool) else None
    except (TypeError, ValueError, OverflowError):
        found = None
    if found is None or not isfinite(found):
        raise UserError(
            env._(
                "“%(value)s” is not a number. Give amounts and quantities as numbers.",
                value=value,
            )
        )
    return found


def key(env, value):
    """Id of a record, False for none."""
    if value in (None, False):
        return False
    if not isinstance(value, int) or value is True or not abs(value) <= LARGEST_KEY:
        raise UserError(
            env._(
                "“%(value)s” is no id of a record. Give the number of one.", value=value
            )
        )
    return value


def choice(env, value, known):
    """One of the known words, False for none."""
    if value in (None, False, ""):
        return False
    if not isinstance(value, str) or value not in known:
        raise UserError(
            env._(
                "“%(value)s” is not known here. Choose one of: %(known)s.",
                value=value,
                known=", ".join(known),
            )
        )
    return value


def moment(env, value):
    """A date with time in UTC, None for nothing."""
    if value in (None, False, ""):
        return None
    wrong = UserError(
        env._(
            "“%(value)s” is no date and time. Write it as 2025-03-31 14:00:00, in UTC.",
            value=value,
        )
    )
    if not isinstance(value, str | datetime):
        raise wrong
    try:
        return fields.Datetime.to_datetime(value)
    except ValueError as error:
        raise wrong from error
