"""Rows that several transactions count on at the same moment."""

from odoo.tools import SQL


def claim(records):
    """Let nobody else count on these records until this transaction has ended.

    Changing the rows, not only locking them, makes a transaction that began before this one
    ended start again and see what this one did. Claim before reading what depends on them.
    """
    if records:
        records.env.flush_all()
        records.env.cr.execute(
            SQL(
                "UPDATE %s SET write_date = write_date WHERE id IN %s",
                SQL.identifier(records._table),
                tuple(sorted(records.ids)),
            ),
            log_exceptions=False,  # the request is repeated then: no error of anybody
        )
