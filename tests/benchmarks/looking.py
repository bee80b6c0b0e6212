"""What the dashboard costs, asked as the web client asks."""

import filling
from measuring import Cost, dominant, fresh, statements, summary, tell

PERIODS = ("30_days", "12_months")


def run(registry, people, sizes):
    """Look at the dashboard as a handler, whose record rules are the longest, and as manager."""
    with fresh(registry) as root:
        filling.settle(root)
    for role in ("handler", "manager"):
        with fresh(registry, people[role]) as env:
            model = env["customer.complaint.dashboard"]
            for period in PERIODS:

                def work(period=period, env=env, model=model):
                    env.invalidate_all()
                    model.get_dashboard(period)

                work()
                costs = []
                for _ in range(sizes["repeats"]):
                    with Cost() as cost:
                        work()
                    costs.append(cost)
                tell(
                    "looking",
                    f"dashboard, {period}, {role}",
                    dominant=dominant(work),
                    statements=statements(work),
                    **summary(costs),
                )
