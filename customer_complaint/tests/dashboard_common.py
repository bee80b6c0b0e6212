from datetime import datetime, timedelta

from odoo.fields import Domain

from .common import ComplaintCommon

NOW = datetime(2025, 3, 31, 12, 0)
# "30_days" at NOW: from midnight 29 days ago; the period before is as long.
START = datetime(2025, 3, 2)
BEFORE = START - (NOW - START)


class DashboardCommon(ComplaintCommon):
    """Small hand-made figures at a fixed moment."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.stop_clock(NOW)
        # What a complaint needs before it may close is not the question here.
        cls.env["customer.complaint.requirement"].search([]).active = False
        # Only what a test makes is counted.
        cls.env["customer.complaint"].search([]).sudo().unlink()

    @classmethod
    def indicator(cls, code):
        return cls.env.ref(f"customer_complaint.indicator_{code}")

    def measure(self, code, user=None, start=START, end=NOW):
        indicator = self.indicator(code).with_user(user or self.manager)
        scope = Domain("company_id", "in", self.company.ids)
        return indicator._measure(scope, start, end)[indicator]

    def describe(self, code, measure):
        return self.indicator(code)._describe(measure)

    def dashboard(self, user=None, period="30_days", **context):
        model = self.env["customer.complaint.dashboard"].with_user(user or self.manager)
        return model.with_context(**context).get_dashboard(period)

    def tile(self, code, **options):
        tiles = self.dashboard(**options)["tiles"]
        return next(tile for tile in tiles if tile["code"] == code)

    def ledger(self, complaint, *rows):
        """Replace a complaint's ledger by rows of (how many, due, state, result)."""
        complaint.sudo().deadline_ids.unlink()
        kinds = [row[1:] for row in rows for _ in range(row[0])]
        return (
            self.env["customer.complaint.deadline"]
            .sudo()
            .create(
                [
                    {
                        "complaint_id": complaint.id,
                        "deadline_type": "completion",
                        "round": number,
                        "start_at": due - timedelta(days=1),
                        "due_at": due,
                        "state": state,
                        "result": result,
                        "done_at": due if state == "done" else False,
                    }
                    for number, (due, state, result) in enumerate(kinds, 1)
                ]
            )
        )

    def grades(self, complaint, counts, date=NOW - timedelta(days=1)):
        """Confirmations by grade, each of a round of its own that is over."""
        model = self.env["customer.complaint.confirmation"].sudo()
        grades = [grade for grade, count in counts.items() for _ in range(count)]
        first = complaint.round + 1 + len(complaint.confirmation_ids)
        return model.create(
            [
                {
                    "complaint_id": complaint.id,
                    "round": number,
                    "grade": grade,
                    "date": date,
                }
                for number, grade in enumerate(grades, first)
            ]
        )

    def found(self, user, part):
        """How many records a user finds who opens a number."""
        return len(self.env[part["model"]].with_user(user).search(part["domain"]))
