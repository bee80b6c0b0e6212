"""Many complaints in seconds: one is created as a colleague would, SQL clones it."""

import psycopg2

from odoo import sql_db

# Columns in which the clones differ; g counts them, p is the original.
COMPLAINT = {
    "name": "'F' || p.id || '-' || g",
    "access_token": "'filled-' || p.id || '-' || g",
    "title": "'Filled ' || g",
    "received_at": "p.received_at - mod(g, 730) * INTERVAL '1 day'",
    "create_date": "p.create_date - mod(g, 730) * INTERVAL '1 day'",
    "partner_id": "(%(partners)s)[1 + mod(g, array_length(%(partners)s, 1))]",
    "commercial_partner_id": "(%(partners)s)[1 + mod(g, array_length(%(partners)s, 1))]",
    "category_id": "(%(categories)s)[1 + mod(g, array_length(%(categories)s, 1))]",
    "stage_id": "(%(stages)s)[1 + mod(g, array_length(%(stages)s, 1))]",
    "stage_type": "(%(types)s)[1 + mod(g, array_length(%(types)s, 1))]",
    "user_id": "CASE WHEN mod(g, 3) > 0 THEN p.create_uid END",
}
LEDGER = {
    "complaint_id": "c.id",
    "due_at": "p.due_at + mod(c.id, 500) * INTERVAL '1 hour'",
}
CLOSED = ("closed", "archived")


def fill(env, prototype, partners, count):
    """Clone a complaint with its ledger until `count` exist.

    Stages, categories, customers and two years of receipt times alternate; what stands
    on a closed stage owes nothing any more.
    """
    env.flush_all()
    everything = env["customer.complaint"].with_context(active_test=False)
    stages = env["customer.complaint.stage"].search([])
    given = {
        "original": prototype.id,
        "last": everything.search([], order="id desc", limit=1).id,
        "missing": count - everything.search_count([]),
        "partners": partners.ids,
        "categories": env["customer.complaint.category"].search([]).ids,
        "stages": stages.ids,
        "types": stages.mapped("stage_type"),
        "closed": CLOSED,
    }
    _clone(
        env.cr,
        "customer_complaint",
        COMPLAINT,
        "generate_series(%(last)s + 1, %(last)s + %(missing)s) g "
        "WHERE p.id = %(original)s",
        given,
    )
    _clone(
        env.cr,
        "customer_complaint_deadline",
        LEDGER,
        "customer_complaint c WHERE p.complaint_id = %(original)s AND c.id > %(last)s",
        given,
    )
    env.cr.execute(
        """UPDATE customer_complaint_deadline d
              SET state = 'dropped', next_step_at = NULL
             FROM customer_complaint c
            WHERE c.id = d.complaint_id AND c.id > %(last)s
              AND c.stage_type IN %(closed)s""",
        given,
    )
    env.cr.execute(
        """UPDATE customer_complaint c
              SET next_due_at = n.due_at,
                  next_due_type = CASE WHEN n.due_at IS NOT NULL THEN next_due_type END
             FROM (SELECT complaint_id, min(due_at) FILTER (WHERE state = 'open') due_at
                     FROM customer_complaint_deadline GROUP BY complaint_id) n
            WHERE n.complaint_id = c.id AND c.id > %(last)s""",
        given,
    )
    env.cr.commit()
    env.invalidate_all()
    tidy(env.cr, "customer_complaint", "customer_complaint_deadline")


def _clone(cr, table, changed, source, given):
    cr.execute(
        """SELECT column_name FROM information_schema.columns
            WHERE table_name = %s AND column_name <> 'id'""",
        [table],
    )
    columns = [name for (name,) in cr.fetchall()]
    values = ", ".join(changed.get(name, f'p."{name}"') for name in columns)
    names = ", ".join(f'"{name}"' for name in columns)
    cr.execute(
        f"INSERT INTO {table} ({names}) SELECT {values} FROM {table} p, {source}", given
    )


def tidy(cr, *tables):
    """VACUUM ANALYZE, so that no measurement pays for what another left."""
    cr.commit()
    _name, parameters = sql_db.connection_info_for(cr.dbname)
    connection = psycopg2.connect(**parameters)
    connection.autocommit = True
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f'VACUUM ANALYZE "{table}"')
    connection.close()
