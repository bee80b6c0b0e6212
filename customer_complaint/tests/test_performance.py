from datetime import datetime, timedelta

from odoo.tests import tagged

from .common import RECEIPT, ComplaintCommon


@tagged("post_install", "-at_install")
class TestPerformance(ComplaintCommon):
    """Query budgets of the hot paths. Times are measured in tests/benchmarks, not here."""

    def vals(self, count):
        return [
            {
                "partner_id": self.partner.id,
                "title": f"No. {index}",
                "description": "Cracked.",
                "received_at": RECEIPT,
                "acknowledge": False,
            }
            for index in range(count)
        ]

    def warm(self):
        self.env["customer.complaint"].with_user(self.handler).create(self.vals(1))
        self.env.flush_all()

    def create_many(self, count):
        self.env["customer.complaint"].with_user(self.handler).create(self.vals(count))
        self.env.flush_all()

    def test_creating_one_complaint_costs_at_most_16_queries(self):
        self.warm()
        with self.assertQueryCount(16):
            self.create_many(1)

    def test_creating_a_hundred_costs_at_most_a_quarter_query_each(self):
        self.warm()
        with self.assertQueryCount(25):
            self.create_many(100)

    def test_reading_the_list_costs_the_same_for_one_and_eighty(self):
        self.create_many(80)
        complaints = self.env["customer.complaint"].with_user(self.handler)
        specification = {
            name: {}
            for name in ("name", "title", "time_left", "urgency", "next_action")
        }
        counts = []
        for limit in (1, 80):
            self.env.invalidate_all()
            start = self.env.cr.sql_log_count
            complaints.web_search_read([], specification, limit=limit)
            counts.append(self.env.cr.sql_log_count - start)
        self.assertLessEqual(counts[1], counts[0] + 1)

    def test_events_cost_the_same_for_five_and_fifty_complaints(self):
        reason = self.env.ref("customer_complaint.reason_pause_supplier")
        told = RECEIPT + timedelta(hours=9)
        events = {
            "taken": lambda c: c.write({"user_id": self.env.uid}),
            "started": lambda c: c.action_start(),
            "paused": lambda c: c._pause_deadlines(told, reason),
            "resumed": lambda c: c._resume_deadlines(told + timedelta(hours=1)),
            "graded": lambda c: c._change_level(self.levels[0], "Danger"),
            "said": lambda c: c._on_customer_said(told),
            "told": lambda c: c._on_customer_told(told),
            "promised": lambda c: c._promise(datetime(2099, 1, 1), "A part"),
            "shown": lambda c: c.mapped("deadline_history"),
        }
        costs = {}
        for count in (5, 50):
            complaints = self.env["customer.complaint"].create(
                [
                    {**vals, "demand": "A part", "category_id": self.category.id}
                    for vals in self.vals(count)
                ]
            )
            for name, event in events.items():
                self.env.flush_all()
                self.env.invalidate_all()
                start = self.env.cr.sql_log_count
                event(complaints)
                self.env.flush_all()
                costs[name, count] = self.env.cr.sql_log_count - start
        for name in events:
            # Odoo writes in packages of a hundred rows: a few statements more, none per row.
            self.assertLessEqual(costs[name, 50], costs[name, 5] + 10, name)

    def test_a_sweep_costs_at_most_7_hundredths_of_a_query_per_step(self):
        self.env["customer.complaint.deadline"].search([]).next_step_at = False
        # Every step at its own time, so that the run below does them all.
        self.company.complaint_tell_in_hours = False
        self.create_many(500)
        engine = self.env["customer.complaint.deadline"]
        engine._run_due_steps(RECEIPT)
        self.env.flush_all()
        self.env.invalidate_all()
        # A full batch, overdue by days: three steps each, two of them a to-do.
        with self.assertQueryCount(195):
            engine._run_due_steps(RECEIPT.replace(day=31))
            self.env.flush_all()
        self.assertEqual(
            self.env["customer.complaint.escalation"].search_count(
                [("due_at", ">", RECEIPT), ("due_at", "<", RECEIPT.replace(day=31))]
            ),
            3000,
        )

    def test_counting_complaints_of_many_partners_costs_a_fixed_number_of_queries(self):
        partners = self.partner.create([{"name": f"P{i}"} for i in range(50)])
        self.env.flush_all()
        partners.invalidate_recordset(["complaint_count"])
        with self.assertQueryCount(3):
            partners.mapped("complaint_count")
