"""Rows that several transactions count on at the same moment."""

from contextlib import contextmanager

from odoo.exceptions import UserError
from odoo.http import request
from odoo.service.model import (
    MAX_TRIES_ON_CONCURRENCY_FAILURE,
    PG_CONCURRENCY_EXCEPTIONS_TO_RETRY,
)
from odoo.tools import SQL

# Where a request that is repeated counts how often it came too late.
OVERTAKEN = "customer_complaint.overtaken"


def claim(records):
    """Let nobody else count on these records until this transaction has ended.

    Changing the rows, not only locking them, makes a transaction that began before this one
    ended start again and see what this one did. Claim before reading what depends on them.

    :raises UserError: a request was overtaken as often as Odoo repeats it
    """
    if records:
        records.env.flush_all()
        _execute(
            records.env,
            SQL(
                "UPDATE %s SET write_date = write_date WHERE id IN %s",
                SQL.identifier(records._table),
                tuple(sorted(records.ids)),
            ),
        )


def lock(records):
    """Wait for whoever works on these records at this moment; then see what he did.

    :raises UserError: a request was overtaken as often as Odoo repeats it
    """
    if records:
        _execute(
            records.env,
            SQL(
                "SELECT 1 FROM %s WHERE id IN %s ORDER BY id FOR UPDATE",
                SQL.identifier(records._table),
                records._ids,
            ),
        )


def _execute(env, query):
    with _told_in_words(env), env.cr.savepoint(flush=False):
        # The request is repeated when it collides: no error of anybody.
        env.cr.execute(query, log_exceptions=False)


@contextmanager
def _told_in_words(env):
    """Say what happened where Odoo would give up with the words of the database."""
    try:
        yield
    except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY as error:
        if not _is_last_try():
            raise
        raise UserError(
            env._(
                "Several colleagues are working on the same at this moment. Nothing of "
                "yours was saved: please try again."
            )
        ) from error


def _is_last_try():
    """Whether Odoo repeats the request no more."""
    if not request:  # jobs start again by themselves
        return False
    environ = request.httprequest.environ
    environ[OVERTAKEN] = environ.get(OVERTAKEN, 0) + 1
    return environ[OVERTAKEN] >= MAX_TRIES_ON_CONCURRENCY_FAILURE
