"""The workloads, in the order in which the database fills."""

import answering
import browsing
import creating
import exporting
import looking
import opening
import scoring
import sweeping
from measuring import fresh

ROLES = {
    "handler": (
        "base.group_user",
        "customer_complaint.group_complaint_user",
        "project.group_project_user",
    ),
    "manager": (
        "base.group_user",
        "customer_complaint.group_complaint_manager",
        "customer_satisfaction.group_satisfaction_user",
    ),
}


def run(env, sizes):
    """Measure everything; run.py calls it inside `odoo shell`."""
    registry = env.registry
    env.cr.rollback()
    with fresh(registry) as root:
        people = _people(root)
    with fresh(registry, people["handler"]) as handler:
        people["original"] = _complaint(handler, people["partners"][0])
    browsing.run(registry, people, sizes["small"], sizes)
    sweeping.run(registry, people, sizes)
    browsing.run(registry, people, sizes["large"], sizes)
    opening.run(registry, people, sizes)
    looking.run(registry, people, sizes)
    creating.run(registry, people, sizes)
    answering.run(registry, sizes)
    scoring.run(registry, people, sizes)
    exporting.run(registry, people, sizes)
    print("measured", flush=True)


def _people(env):
    """Ids of a colleague per role and of 200 customers."""
    users = env["res.users"].with_context(no_reset_password=True)
    found = {
        role: users.create(
            {
                "name": f"Bench {role}",
                "login": f"bench_{role}",
                "email": f"bench_{role}@example.com",
                "group_ids": [(6, 0, [env.ref(group).id for group in groups])],
            }
        ).id
        for role, groups in ROLES.items()
    }
    customers = env["res.partner"].create(
        [{"name": f"Customer {i}", "email": f"c{i}@example.com"} for i in range(200)]
    )
    # A team with a member and a leader: record rules and escalation have somebody to find.
    env["customer.complaint.team"].search([], limit=1).write(
        {"member_ids": [(4, found["handler"])], "leader_id": found["manager"]}
    )
    env.cr.commit()
    return {**found, "partners": customers.ids}


def _complaint(env, partner_id):
    """Id of the complaint that the others are copies of."""
    complaint = env["customer.complaint"].create(
        {"description": creating.TEXT, "partner_id": partner_id, "acknowledge": False}
    )
    env.cr.commit()
    return complaint.id
