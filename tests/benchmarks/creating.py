"""What a new record costs: complaint, task of project, and the least with a chatter."""

import functools

from measuring import Cost, dominant, fresh, statements, summary, tell

TEXT = "The left door arrived with a crack from top to bottom. " * 4


class Subject:
    """A model and the values of its i-th new record."""

    def __init__(self, name, model, values):
        self.name, self.model, self.values = name, model, values

    def create(self, env, batch, times=1):
        """Create `times` batches, each committed."""
        for _ in range(times):
            env[self.model].create([self.values(i) for i in range(batch)])
            env.cr.commit()


def run(registry, people, sizes):
    """Create in batches, the subjects in turn, so that a busy moment hits them alike."""
    with fresh(registry) as env:
        subjects = _subjects(env, people["partners"])
        env.cr.commit()
    for size, times in sizes["blocks"].items():
        batch = int(size)
        costs = {subject: [] for subject in subjects}
        for _ in range(sizes["rounds"]):
            for subject in subjects:
                costs[subject].append(
                    _measured(registry, people, subject, batch, times)
                )
        for subject, measured in costs.items():
            numbers = summary(measured, batch * times)
            if subject.model == "customer.complaint":
                with fresh(registry, people["handler"]) as env:
                    subject.create(env, batch)
                    create = functools.partial(subject.create, env, batch)
                    numbers["statements"] = statements(create)
                    numbers["dominant"] = dominant(functools.partial(create, times))
            tell("creating", f"{subject.name}, {batch} at once", batch=batch, **numbers)


def _measured(registry, people, subject, batch, times):
    with fresh(registry, people["handler"]) as env:
        subject.create(env, batch)  # the first one fills the caches
        with Cost() as cost:
            subject.create(env, batch, times)
    return cost


def _subjects(env, partners):
    """The subjects with the same four fields: title, text, customer and category."""
    tags = env["res.partner.category"].create([{"name": f"Tag {i}"} for i in range(10)])
    projects = env["project.project"].create(
        [{"name": f"Project {i}", "privacy_visibility": "employees"} for i in range(10)]
    )
    categories = env["customer.complaint.category"].search([], limit=10)

    def four(i, title, category, ids):
        return {
            title: f"No. {i}",
            "description": TEXT,
            "partner_id": partners[i % len(partners)],
            category: ids[i % len(ids)],
        }

    def complaint(i, acknowledge):
        values = four(i, "title", "category_id", categories.ids)
        return {**values, "acknowledge": acknowledge}

    return [
        Subject(
            "minimal thread",
            "bench.thread",
            lambda i: four(i, "name", "category_id", tags.ids),
        ),
        Subject(
            "project.task",
            "project.task",
            lambda i: four(i, "name", "project_id", projects.ids),
        ),
        Subject(
            "complaint", "customer.complaint", lambda i: complaint(i, acknowledge=False)
        ),
        Subject(
            "complaint with queued acknowledgement",
            "customer.complaint",
            lambda i: complaint(i, acknowledge=True),
        ),
    ]
