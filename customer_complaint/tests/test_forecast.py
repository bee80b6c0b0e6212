from datetime import datetime, timedelta

from odoo.tests import tagged

from .common import ComplaintCommon

NOW = datetime(2025, 3, 5, 10, 0)
DAY = timedelta(days=1)


@tagged("post_install", "-at_install")
class TestForecast(ComplaintCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.stop_clock(NOW)
        cls.env["customer.complaint"].search([]).sudo().unlink()
        cls.past = cls.make_complaint(received_at=NOW - 20 * DAY)
        cls.past.sudo().deadline_ids.unlink()

    def history(self, *shares, complaint=None, due=NOW - DAY, **values):
        """Completions that took these shares of ten days."""
        complaint = (complaint or self.past).sudo()
        first = 2 + len(complaint.deadline_ids)
        start = due - 10 * DAY
        rows = complaint.deadline_ids.create(
            [
                {
                    "complaint_id": complaint.id,
                    "deadline_type": "completion",
                    "round": number,
                    "start_at": start,
                    "due_at": due,
                    "done_at": start + share * 10 * DAY,
                    "state": "done",
                    "result": "overdue" if share > 1 else "on_time",
                    **values,
                }
                for number, share in enumerate(shares, first)
            ]
        )
        self.forget()
        return rows

    def forget(self):
        self.env.registry.clear_cache()
        self.env.invalidate_all()

    def running(self, used, **values):
        """A complaint of which a share of the time to complete it is used."""
        complaint = self.make_complaint(received_at=NOW, **values)
        row = self.row(complaint, "completion")
        row.write(
            {"start_at": NOW - used * 10 * DAY, "due_at": NOW + (1 - used) * 10 * DAY}
        )
        self.forget()
        return complaint

    def test_the_chance_follows_from_the_share_of_the_time_used(self):
        # 10 took half their time, 10 took 0.8, 10 were late: S(1) = 1/3
        self.history(*[0.5] * 10, *[0.8] * 10, *[1.5] * 10)
        for used, chance in ((0.1, 1 / 3), (0.6, 1 / 2), (0.9, 1)):
            complaint = self.running(used)
            # What runs counts as long as it has lasted: it was at risk at no end so far.
            self.assertAlmostEqual(complaint.late_chance, chance, delta=0.02)
            complaint.sudo().unlink()
        complaint = self.running(0.1).with_user(self.handler)
        self.assertEqual(
            complaint.late_forecast, "Chance of being late: 33 %, from 31 complaints"
        )

    def test_exactly_in_time_is_in_time_and_running_late_counts_as_late(self):
        self.history(*[1.0] * 20, *[1.00001] * 5)
        self.history(*[0.3] * 10, result="overdue", moved_overdue=True)
        self.history(*[3] * 5, state="open", done_at=False, result=False)
        # 15 late by their result and 5 late and running, 20 in time
        self.assertAlmostEqual(self.running(0.01).late_chance, 0.5, delta=0.02)

    def test_with_too_little_history_nothing_is_said(self):
        self.history(*[0.5] * 19, *[1.5] * 10)
        complaint = self.running(0.1)
        self.assertEqual((complaint.late_chance, complaint.late_forecast), (0, False))
        self.history(0.5)  # 30 finished, 10 late
        self.assertTrue(complaint.late_forecast)
        self.history(*[0.5] * 10)[0].result = "on_time"
        self.past.sudo().deadline_ids.filtered(lambda d: d.result == "overdue")[
            0
        ].unlink()
        self.forget()
        self.assertFalse(complaint.late_forecast)  # 9 late only

    def test_a_level_with_history_of_its_own_is_forecast_by_it(self):
        self.history(*[0.5] * 20, *[1.5] * 20)
        urgent = self.make_complaint(
            received_at=NOW - 20 * DAY, level_id=self.levels[0].id
        )
        urgent.sudo().deadline_ids.unlink()
        self.history(*[0.5] * 10, *[1.5] * 30, complaint=urgent)
        for level, chance in ((0, 0.75), (1, 0.5), (2, 50 / 80)):
            complaint = self.running(0.1, level_id=self.levels[level].id)
            self.assertAlmostEqual(complaint.late_chance, chance, delta=0.02)

    def test_what_is_old_dropped_paused_or_anothers_company_says_nothing(self):
        self.history(*[0.5] * 20, *[1.5] * 20, due=NOW - 366 * DAY)
        self.history(*[0.5] * 20, *[1.5] * 20, state="dropped", result=False)
        self.history(*[0.5] * 20, *[1.5] * 20, state="paused", result=False)
        complaint = self.running(0.1)
        self.assertFalse(complaint.late_forecast)
        self.history(*[0.5] * 20, *[1.5] * 20)
        self.assertTrue(complaint.late_forecast)
        company = self.env["res.company"].create({"name": "Other Ltd"})
        self.assertIsNone(complaint._get_completion_history(company.id, 2, NOW.date()))

    def test_what_is_late_or_done_needs_no_forecast(self):
        self.history(*[0.5] * 20, *[1.5] * 20)
        late, done, moved = self.running(1.1), self.running(0.5), self.running(0.5)
        self.row(done, "completion")._meet(NOW)
        self.row(moved, "completion").moved_overdue = True
        self.forget()
        self.assertEqual((late + done + moved).mapped("late_forecast"), [False] * 3)

    def test_the_list_costs_the_same_for_one_and_eighty(self):
        self.history(*[0.5] * 20, *[1.5] * 20)
        for _index in range(80):
            self.make_complaint(received_at=NOW)
        complaints = self.env["customer.complaint"].with_user(self.handler)
        counts = []
        for limit in (80, 1, 80):
            self.env.invalidate_all()
            start = self.env.cr.sql_log_count
            read = complaints.web_search_read([], {"late_forecast": {}}, limit=limit)
            counts.append(self.env.cr.sql_log_count - start)
        told = [row for row in read["records"] if row["late_forecast"]]
        self.assertGreaterEqual(len(told), 79)  # all but the one with the history
        self.assertEqual(counts[1], counts[2])
