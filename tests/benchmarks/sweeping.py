"""What a run of the deadline engine costs: it must follow the number due, not stored."""

import filling
from measuring import Cost, dominant, fresh, summary, tell

STEPS = 2  # of the shipped chain, when a deadline was just missed: a to-do, a follower


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
        numbers = summary(costs, due or 1)
        if due and rounds > 1:
            _arm(registry, stored, due)
            with fresh(registry) as env:
                numbers["dominant"] = dominant(lambda e=env: _sweep(e))
        tell("sweeping", f"{due:,} due among {stored:,}", due=due, **numbers)


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
