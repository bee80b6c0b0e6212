"""What a run of the deadline engine costs: it must follow the number due, not stored."""

import filling
from measuring import Cost, dominant, fresh, statements, summary, tell

STEPS = 2  # of the shipped chain, when a deadline was just missed: a to-do, a follower
# The least that the same can cost: all that the sweep leaves behind, in one statement.
FLOOR = """
WITH due AS (
    UPDATE customer_complaint_deadline
       SET next_step_at = due_at + INTERVAL '1 day'
     WHERE next_step_at <= clock_timestamp() AT TIME ZONE 'UTC'
    RETURNING id, complaint_id, company_id, due_at, user_id
), todo AS (
    INSERT INTO mail_activity
           (res_model, res_model_id, res_id, user_id, summary, note, date_deadline,
            activity_type_id, active, automated, create_uid, write_uid, create_date,
            write_date)
    SELECT 'customer.complaint', %(model)s, complaint_id, %(leader)s, 'Late', id::text,
           due_at, %(type)s, TRUE, TRUE, 1, 1, now(), now()
      FROM due
    RETURNING id, note
), follower AS (
    INSERT INTO mail_followers (res_model, res_id, partner_id)
    SELECT 'customer.complaint', complaint_id, %(partner)s FROM due
        ON CONFLICT DO NOTHING
)
INSERT INTO customer_complaint_escalation
       (deadline_id, complaint_id, company_id, step_id, due_at, step_at, effect,
        from_user_id, user_id, position, reason, is_queued, activity_id, create_uid,
        write_uid, create_date, write_date)
SELECT due.id, due.complaint_id, due.company_id, step.id, due.due_at, due.due_at,
       step.effect, due.user_id, %(leader)s, 0, 'Was due.', TRUE,
       CASE WHEN step.effect = 'activity' THEN todo.id END, 1, 1, now(), now()
  FROM due
  JOIN todo ON todo.note = due.id::text
  JOIN customer_complaint_escalation_step step
    ON step.active AND step.timing = 'after' AND step.hours = 0
"""


def run(registry, people, sizes):
    """Sweep with some rows due among many, then with none due among the most."""
    with fresh(registry) as env:
        # The same on a Sunday: what waits for Monday is not done in this run.
        env["res.company"].search([]).complaint_tell_in_hours = False
        env.cr.commit()
    for stored, due in [*sizes["sweeps"], (sizes["large"], 0)]:
        with fresh(registry) as env:
            original = env["customer.complaint"].browse(people["original"])
            customers = env["res.partner"].browse(people["partners"])
            filling.fill(env, original, customers, stored)
        rounds = (
            sizes["rounds"] if due <= sizes["small"] else 1
        )  # the largest is steady
        costs = [_measured(registry, stored, due) for _ in range(rounds)]
        numbers = summary(costs, STEPS * due or 1)
        if due:
            numbers["floor"] = _floor(registry, stored, due, people["manager"])
            for explain in (dominant, statements):
                _arm(registry, stored, due)
                with fresh(registry) as env:
                    numbers[explain.__name__] = explain(lambda e=env: _sweep(e))
        tell(
            "sweeping",
            f"{due:,} due among {stored:,}",
            due=due,
            stored=stored,
            steps=STEPS * due,
            **numbers,
        )


def _floor(registry, stored, due, leader_id):
    """Milliseconds per step of one statement that writes what the sweep writes."""
    _arm(registry, stored, due)
    with fresh(registry) as env:
        given = {
            "model": env["ir.model"]._get_id("customer.complaint"),
            "type": env.ref("customer_complaint.mail_activity_type_deadline").id,
            "leader": leader_id,
            "partner": env["res.users"].browse(leader_id).partner_id.id,
        }
        with Cost() as cost:
            env.cr.execute(FLOOR, given)
        if env.cr.rowcount != STEPS * due:
            raise AssertionError(f"{env.cr.rowcount} steps instead of {STEPS * due}")
        env.cr.rollback()
    return round(cost.wall / (STEPS * due), 3)


def _measured(registry, stored, due):
    _arm(registry, stored, due)
    with fresh(registry) as env:
        log = env["customer.complaint.escalation"]
        before = log.search_count([])
        with Cost() as cost:
            _sweep(env)
        done = log.search_count([]) - before
    if done != STEPS * due:
        raise AssertionError(f"{done} steps happened, expected {STEPS * due}")
    return cost


def _sweep(env):
    env["customer.complaint.deadline"]._cron_run_steps()
    env.cr.commit()


def _arm(registry, stored, due):
    """Let `stored` rows wait for the engine, `due` of them missed an hour ago.

    Each call chooses new due times, for which no step has happened yet.
    """
    with fresh(registry) as env:
        env.cr.execute(
            """UPDATE customer_complaint_deadline SET next_step_at = NULL
                WHERE next_step_at IS NOT NULL"""
        )
        env.cr.execute(
            """UPDATE customer_complaint_deadline d
                  SET next_step_at = moment,
                      due_at = moment,
                      start_at = moment - INTERVAL '2 days'
                 FROM (SELECT id, clock_timestamp() AT TIME ZONE 'UTC' + CASE
                              WHEN row_number() OVER (ORDER BY mod(id * 7919, 10007), id)
                                   <= %(due)s
                              THEN INTERVAL '-1 hour' ELSE INTERVAL '10 days'
                              END AS moment
                         FROM customer_complaint_deadline
                        WHERE state = 'open' LIMIT %(stored)s) chosen
                WHERE chosen.id = d.id""",
            {"due": due, "stored": stored},
        )
        filling.tidy(env.cr, "customer_complaint_deadline", "mail_activity")
