from datetime import datetime

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, tagged

from .common import ComplaintCommon


@tagged("post_install", "-at_install")
class TestMeetings(ComplaintCommon):
    """Departments talk about what is open, agree on measures, and meet again."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other_team.leader_id = cls.colleague
        cls.problem = cls.env["customer.complaint.problem"].create(
            {"name": "Soft hinges", "team_id": cls.team.id}
        )

    def make_meeting(self, **values):
        return (
            self.env["customer.complaint.meeting"]
            .with_user(self.lead)
            .create(
                {
                    "date": "2025-03-05 09:00:00",
                    "team_ids": [Command.set((self.team + self.other_team).ids)],
                    **values,
                }
            )
        )

    def test_the_agenda_lists_open_problems_and_complaints(self):
        # C-64
        urgent = self.make_owned(level_id=self.levels[0].id)
        shared = self.make_owned()
        shared.involved_team_ids = self.other_team
        self.make_owned()  # of one department and not urgent
        solved = self.problem.create({"name": "Old"})
        solved.action_solve()
        meeting = self.make_meeting()
        self.assertIn(self.problem, meeting.problem_ids)
        self.assertNotIn(solved, meeting.problem_ids)
        self.assertEqual(meeting.complaint_ids, (urgent + shared).with_env(meeting.env))
        meeting.complaint_domain = f"[('category_id', '=', {self.category.id})]"
        self.assertEqual(len(meeting.complaint_ids), 3)
        with self.assertRefused(ValidationError, "cannot be understood"):
            meeting.complaint_domain = "[('nothing', '=', 1)]"
        with self.assertRefused(ValidationError, "cannot be understood"):
            meeting.complaint_domain = "[["
        with self.assertRefused(ValidationError, "cannot be understood"):
            meeting.complaint_domain = "__import__('os')"
        self.env.cr.execute(
            "UPDATE customer_complaint_meeting SET complaint_domain = %s WHERE id = %s",
            ["[('gone', '=', 1)]", meeting.id],
        )
        self.env.invalidate_all()
        self.assertFalse(meeting.complaint_ids)

    def test_everybody_sees_of_the_agenda_what_he_may_see(self):
        # C-64
        urgent = self.make_owned(level_id=self.levels[0].id)
        meeting = self.make_meeting()
        seen = meeting.with_user(self.colleague)
        self.assertTrue(seen.name)
        self.assertFalse(seen.complaint_ids or seen.problem_ids)
        meeting.action_hold()
        self.assertEqual(meeting.complaint_ids, urgent.with_env(meeting.env))
        self.env.invalidate_all()
        self.assertFalse(seen.complaint_ids or seen.problem_ids)

    def test_a_measure_may_be_noted_while_planning_but_not_about_what_is_hidden(self):
        # C-64
        hidden = self.make_complaint(
            user_id=self.colleague.id, team_id=self.other_team.id
        ).with_user(self.handler)
        measure = {
            "name": "Ask the supplier",
            "user_id": self.handler.id,
            "date_due": "2099-01-01",
        }
        meeting = hidden.env["customer.complaint.meeting"].create(
            {
                "team_ids": [Command.set(self.team.ids)],
                "measure_ids": [Command.create(measure)],
            }
        )
        self.assertEqual(meeting.activity_ids.user_id, self.handler | self.lead)
        with self.assertRefused(AccessError, "."):
            meeting.measure_ids.complaint_id = hidden
        with self.assertRefused(AccessError, "."):
            meeting.measure_ids = [
                Command.create({**measure, "complaint_id": hidden.id})
            ]

    @freeze_time("2025-03-05 11:00:00")
    def test_held_it_keeps_its_agenda_and_the_next_one_is_planned(self):
        # C-64
        meeting = self.make_meeting(repeat_every=2, repeat_unit="weeks")
        participants = self.lead | self.colleague
        self.assertEqual(meeting.participant_ids, participants)
        self.assertEqual(meeting.activity_ids.user_id, participants)
        self.assertEqual(
            meeting.activity_ids.mapped("date_deadline"),
            [fields.Date.to_date("2025-03-05")] * 2,
        )
        meeting.action_hold()
        self.assertFalse(meeting.activity_ids)
        self.problem.action_solve()
        self.env.invalidate_all()
        self.assertEqual(meeting.problem_ids, self.problem.with_env(meeting.env))
        later = meeting.search([("series_id", "=", meeting.id)])
        self.assertEqual(later.date, datetime(2025, 3, 19, 9, 0))
        self.assertEqual(later.state, "planned")
        self.assertEqual(later.activity_ids.user_id, participants)
        self.assertNotIn(self.problem, later.problem_ids)
        with self.assertRefused(UserError, "held already"):
            meeting.action_hold()
        series = meeting.action_view_series()
        self.assertEqual(meeting.search(series["domain"]), later + meeting)

    @freeze_time("2025-05-31 11:00:00")
    def test_a_series_that_stood_still_goes_on_in_the_future(self):
        # C-64
        meeting = self.make_meeting(
            date="2025-01-31 09:00:00", repeat_every=1, repeat_unit="months"
        )
        meeting.action_hold()
        later = meeting.search([("series_id", "=", meeting.id)])
        self.assertEqual(later.date, datetime(2025, 6, 30, 9, 0))
        once = self.make_meeting(repeat_unit=False)
        once.action_hold()
        self.assertFalse(once.search([("series_id", "=", once.id)]))

    @freeze_time("2025-03-05 11:00:00")
    def test_measures_are_to_dos_and_stay_on_the_list_until_done(self):
        # C-64
        meeting = self.make_meeting()
        with Form(meeting) as form, form.measure_ids.new() as line:
            line.name = "Thicker cartons"
            line.problem_id = self.problem
            line.user_id = self.handler
            line.date_due = "2025-03-10"
        measure = meeting.measure_ids
        to_do = meeting.activity_ids.filtered(lambda a: a.user_id == self.handler)
        self.assertEqual(measure.activity_id, to_do)
        measure.date_due = "2025-03-12"
        self.assertEqual(to_do.date_deadline, fields.Date.to_date("2025-03-12"))
        meeting.action_hold()
        self.assertTrue(measure.activity_id.exists(), "only the invitations are over")
        later = meeting.search([("series_id", "=", meeting.id)])
        self.assertEqual(later.earlier_measure_ids, measure)
        with freeze_time("2025-03-13"):
            self.env.invalidate_all()
            self.assertTrue(measure.is_late)
        measure.with_user(self.handler).action_done()
        self.assertTrue(measure.done_at)
        self.assertFalse(to_do.exists().active)
        self.env.invalidate_all()
        self.assertFalse(later.earlier_measure_ids)

    def test_who_answers_for_a_measure_reads_the_meeting_others_do_not(self):
        # C-64
        handler = self.env["customer.complaint.meeting"].with_user(self.handler)
        meeting = self.make_meeting(
            team_ids=[Command.set(self.other_team.ids)],
            participant_ids=[Command.set(self.lead.ids)],
        )
        self.assertNotIn(meeting, handler.search([]))
        meeting.measure_ids = [
            Command.create(
                {
                    "name": "Measure",
                    "user_id": self.handler.id,
                    "date_due": "2025-03-10",
                }
            )
        ]
        seen = meeting.with_user(self.handler)
        self.assertTrue(seen.measure_ids.name)
        with self.assertRaises(AccessError):
            seen.note = "x"
        with self.assertRaises(AccessError):
            meeting.with_user(self.seller).read(["name"])

    def test_another_company_sees_none_of_it(self):
        # C-64
        other = self.env["res.company"].create({"name": "Other Ltd"})
        meeting = self.make_meeting()
        self.manager.write(
            {"company_id": other.id, "company_ids": [Command.set(other.ids)]}
        )
        with self.assertRaises(AccessError):
            meeting.with_user(self.manager).read(["name"])
