from datetime import datetime, timedelta

from freezegun import freeze_time

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from .common import ComplaintCommon

NOW = datetime(2025, 3, 5, 10, 0)


@tagged("post_install", "-at_install")
class TestWorkload(ComplaintCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.stop_clock(NOW)
        # Only what a test makes is counted.
        cls.env["customer.complaint"].search([]).sudo().unlink()
        cls.env["customer.complaint.requirement"].search([]).active = False

    def due(self, hours, **values):
        """A complaint whose next deadline is due `hours` from now."""
        complaint = self.make_complaint(received_at=NOW, **values)
        rows = complaint.sudo().deadline_ids
        rows.write(
            {
                "start_at": NOW - timedelta(days=9),
                "due_at": NOW + timedelta(hours=hours),
            }
        )
        complaint._sync_next_due()
        return complaint

    def counted(self, user, groupby, **context):
        model = self.env["customer.complaint.workload"].with_user(user)
        groups = model.with_context(**context)._read_group(
            [], [groupby], ["__count", "late:sum", "due_today:sum"]
        )
        return {group: tuple(numbers) for group, *numbers in groups}

    def test_it_counts_what_is_open_late_and_due_today_per_owner(self):
        #
        self.due(-1, user_id=self.handler.id)
        self.due(13, user_id=self.handler.id)
        self.due(15, user_id=self.handler.id)  # 1:00 tomorrow
        self.due(2, user_id=self.colleague.id)
        self.due(2)
        self.due(-1, user_id=self.handler.id)._close("confirmed")
        self.due(-1, user_id=self.handler.id).active = False
        counted = self.counted(self.manager, "user_id", tz="UTC")
        self.assertEqual(counted[self.handler.with_user(self.manager)], (3, 1, 1))
        self.assertEqual(counted[self.colleague.with_user(self.manager)], (1, 0, 1))
        self.assertEqual(counted[self.env["res.users"]], (1, 0, 1))

    def test_a_closed_complaint_counts_while_something_promised_is_owed(self):
        complaint = self.due(-1, user_id=self.handler.id)
        complaint._close("confirmed")
        rows = self.env["customer.complaint.workload"]
        self.assertFalse(rows.search([]))
        complaint.sudo()._promise(NOW + timedelta(hours=2), "We call you again.")
        self.env.invalidate_all()
        self.assertEqual(rows.search([]).due_today, 1)
        complaint.active = False
        self.assertFalse(rows.with_context(active_test=False).search([]))

    def test_today_ends_at_midnight_of_the_user(self):
        self.due(7)  # 17:00 UTC is 1:00 tomorrow in Shanghai
        for tz, today in (("UTC", 1), ("Asia/Shanghai", 0)):
            self.assertEqual(
                list(self.counted(self.manager, "level_rank", tz=tz).values()),
                [(1, 0, today)],
            )

    def test_everybody_sees_the_load_of_the_complaints_he_may_open(self):
        #
        mine = self.due(1, user_id=self.handler.id)
        others = self.due(1, team_id=self.other_team.id)
        first = self.make_complaint(self.handler, team_id=self.other_team.id)
        for user, expected in (
            (self.handler, mine + first),
            (self.colleague, others + first),
            (self.lead, mine),
            (self.manager, mine + others + first),
        ):
            with self.subTest(user=user.login):
                rows = self.env["customer.complaint.workload"].with_user(user)
                found = rows.search([])
                self.assertEqual(set(found.complaint_id.ids), set(expected.ids))
                self.assertEqual(
                    found.complaint_id,
                    found.complaint_id.search([("id", "in", found.ids)]),
                )
        for user in (self.seller, self.employee):
            with self.assertRaises(AccessError):
                self.env["customer.complaint.workload"].with_user(user).search([])

    def test_another_company_sees_nothing(self):
        self.due(1)
        company = self.env["res.company"].create({"name": "Other Ltd"})
        stranger = new_test_user(
            self.env,
            "t_stranger",
            "customer_complaint.group_complaint_manager",
            company_id=company.id,
            company_ids=[Command.set(company.ids)],
        )
        rows = self.env["customer.complaint.workload"].with_user(stranger)
        self.assertFalse(rows.search([]))

    def test_a_row_opens_its_complaint(self):
        complaint = self.due(1)
        row = self.env["customer.complaint.workload"].with_user(self.lead).search([])
        action = row.action_view_complaint()
        self.assertEqual(action["res_model"], "customer.complaint")
        self.assertEqual(action["res_id"], complaint.id)

    def test_paused_complaints_are_counted_and_not_as_late_or_due(self):
        complaint = self.make_complaint(received_at=NOW)
        complaint._pause_deadlines(NOW)
        with freeze_time(NOW + timedelta(days=30)):
            row = self.env["customer.complaint.workload"].search([])
            self.assertEqual((row.paused, row.late, row.due_today), (1, 0, 0))
        complaint._resume_deadlines(NOW)
        with freeze_time(NOW + timedelta(days=30)):
            self.env.invalidate_all()
            self.assertEqual((row.paused, row.late, row.due_today), (0, 1, 0))
