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


def give(env, partner, count):
    """Make `count` of the complaints those of a customer; the newest is his, too."""
    env.cr.execute(
        """UPDATE customer_complaint
              SET partner_id = %(partner)s, commercial_partner_id = %(partner)s
            WHERE id IN (SELECT id FROM customer_complaint
                          ORDER BY received_at DESC, id DESC LIMIT %(count)s)
              AND NOT EXISTS (SELECT 1 FROM customer_complaint
                               WHERE commercial_partner_id = %(partner)s)""",
        {"partner": partner.commercial_partner_id.id, "count": count},
    )
    env.cr.commit()
    env.invalidate_all()
    tidy(env.cr, "customer_complaint")


def settle(env):
    """Make two years of it look lived-in: 19 of 20 complaints closed, most dates kept.

    Each closed complaint has a graded confirmation, and as many survey answers exist.
    """
    env.flush_all()
    stages = env["customer.complaint.stage"].search([])
    closed = stages.filtered(lambda stage: stage.stage_type == "closed")[:1]
    survey = env.ref("customer_satisfaction.survey_after_complaint")
    given = {"closed": closed.id, "open": stages[:1].id, "survey": survey.id}
    for statement in SETTLING:
        env.cr.execute(statement, given)
    env.cr.commit()
    env.invalidate_all()
    tidy(env.cr, *SETTLED, full=True)


SETTLED = (
    "customer_complaint",
    "customer_complaint_deadline",
    "customer_complaint_confirmation",
    "survey_user_input",
)
SETTLING = (
    """UPDATE customer_complaint
          SET stage_type = CASE WHEN mod(id, 20) > 0 THEN 'closed' ELSE 'received' END,
              stage_id = CASE WHEN mod(id, 20) > 0 THEN %(closed)s ELSE %(open)s END,
              closed_at = CASE WHEN mod(id, 20) > 0
                               THEN received_at + INTERVAL '1 day' * mod(id, 9) END""",
    """UPDATE customer_complaint_deadline d
          SET due_at = c.received_at + (d.due_at - d.start_at),
              start_at = c.received_at,
              state = CASE WHEN c.closed_at IS NULL THEN 'open' ELSE 'done' END,
              done_at = c.closed_at,
              result = CASE WHEN c.closed_at IS NOT NULL
                            THEN CASE WHEN mod(d.id, 7) > 0 THEN 'on_time' ELSE 'overdue' END
                        END,
              next_step_at = CASE WHEN c.closed_at IS NULL THEN now() + INTERVAL '1 day' END
         FROM customer_complaint c
        WHERE c.id = d.complaint_id""",
    """UPDATE customer_complaint c
          SET next_due_at = n.due_at
         FROM (SELECT complaint_id, min(due_at) FILTER (WHERE state = 'open') due_at
                 FROM customer_complaint_deadline GROUP BY complaint_id) n
        WHERE n.complaint_id = c.id""",
    """INSERT INTO customer_complaint_confirmation
                   (complaint_id, company_id, record_type, round, date, solved,
                    grade, source, is_last_grade)
       SELECT id, company_id, record_type, 1, closed_at, 'solved', (1 + mod(id, 5))::text, 'portal',
              TRUE
         FROM customer_complaint WHERE closed_at IS NOT NULL""",
    """INSERT INTO survey_user_input
                   (survey_id, complaint_id, company_id, state, test_entry, csat_grade,
                    end_datetime, create_date, access_token)
       SELECT %(survey)s, id, company_id, 'done', FALSE, 1 + mod(id, 5),
              received_at + INTERVAL '9 days', received_at, 'filled-' || id
         FROM customer_complaint""",
)


# g counts the answers; values differ by person and by question.
RATED = {
    "access_token": "'filled-' || p.id || '-' || g",
    "end_datetime": "p.end_datetime - g * INTERVAL '25 minutes'",
    "create_date": "p.create_date - g * INTERVAL '25 minutes'",
}
SCORED = {
    "user_input_id": "a.id",
    "date": "a.end_datetime",
    "value": "p.scale_min + mod(a.id * (7 + mod(p.question_id, 5)) / 3 + p.question_id, "
    "p.scale_max - p.scale_min + 1)",
}


def rate(env, prototype, count):
    """Clone an answer with its scores until `count` exist: a year of them."""
    env.flush_all()
    given = {
        "original": prototype.id,
        "survey": prototype.survey_id.id,
        "missing": count - 1,
    }
    _clone(
        env.cr,
        "survey_user_input",
        RATED,
        "generate_series(1, %(missing)s) g WHERE p.id = %(original)s",
        given,
    )
    _clone(
        env.cr,
        "customer_satisfaction_score",
        SCORED,
        "survey_user_input a WHERE p.user_input_id = %(original)s "
        "AND a.survey_id = %(survey)s AND a.id <> %(original)s",
        given,
    )
    env.cr.commit()
    env.invalidate_all()
    tidy(env.cr, "survey_user_input", "customer_satisfaction_score")


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


def tidy(cr, *tables, full=False):
    """VACUUM ANALYZE, so that no measurement pays for what another left."""
    cr.commit()
    _name, parameters = sql_db.connection_info_for(cr.dbname)
    connection = psycopg2.connect(**parameters)
    connection.autocommit = True
    with connection.cursor() as cursor:
        for table in tables:
            if full:
                cursor.execute(f'VACUUM FULL "{table}"')
            # After FULL too: it leaves no map of what all can see.
            cursor.execute(f'VACUUM ANALYZE "{table}"')
    connection.close()
