from datetime import timedelta
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .absence_common import NOW, AbsenceCommon


@tagged("post_install", "-at_install")
class TestHandOver(AbsenceCommon):
    def make_many(self, count):
        model = self.env["customer.complaint"].with_context(tracking_disable=True)
        return model.create(
            [
                {
                    "partner_id": self.partner.id,
                    "description": "Cracked.",
                    "demand": "A new one.",
                    "category_id": self.category.id,
                    "user_id": self.handler.id,
                    "received_at": NOW,
                    "acknowledge": False,
                }
                for _index in range(count)
            ]
        )

    def test_open_complaints_go_to_the_deputy_with_a_line_in_their_history(self):
        open_, closed = self.make_many(2)
        closed._close("confirmed")
        open_.activity_schedule(user_id=self.handler.id, summary="Call back")
        open_.activity_schedule(user_id=self.lead.id, summary="Look after it")
        absence = self.away(self.handler, self.deputy, reason="Holiday.")
        self.assertEqual(absence.open_count, 1)
        said = absence.action_hand_over()["params"]["message"]
        self.assertEqual(said, "Complaints handed over: 1")
        self.assertEqual(open_.user_id, self.deputy)
        self.assertEqual(closed.user_id, self.handler)
        self.assertEqual(
            {a.summary: a.user_id for a in open_.activity_ids},
            {"Call back": self.deputy, "Look after it": self.lead},
        )
        history = " ".join(open_.message_ids.mapped("body"))
        self.assertRegex(
            history, "Handed over from .* to Dora Deputy until Mar 10, 2025"
        )
        # Why he is away is nobody's business, the deputy's included.
        told = self.env["mail.message"].search(
            [("partner_ids", "in", self.deputy.partner_id.ids)]
        )
        self.assertTrue(told)
        self.assertNotIn("Holiday", history + " ".join(told.mapped("body")))

    def test_a_hundred_are_one_write_and_one_message(self):
        complaints = self.make_many(100)
        absence = self.away(self.handler, self.deputy)
        self.env.flush_all()
        message = self.env["mail.message"].search([], order="id desc", limit=1)
        writes = []
        write = type(complaints).write

        def count(records, vals):
            if "user_id" in vals:
                writes.append(len(records))
            return write(records, vals)

        with patch.object(type(complaints), "write", count):
            absence.action_hand_over()
        self.assertEqual(writes, [100])
        self.assertEqual(complaints.user_id, self.deputy)
        told = self.env["mail.message"].search(
            [("id", ">", message.id), ("message_type", "=", "user_notification")]
        )
        self.assertEqual(len(told), 1)
        self.assertEqual(told.partner_ids, self.deputy.partner_id)
        self.assertEqual(told.subject, "Open complaints for you: 100")

    def test_with_nothing_open_nothing_happens(self):
        absence = self.away(self.handler, self.deputy)
        for action in (absence.action_hand_over, absence.action_take_back):
            self.assertRegex(action()["params"]["message"], ": 0$")
        none = absence.browse()
        self.assertRegex(none.action_hand_over()["params"]["message"], ": 0$")

    def test_without_a_deputy_it_says_what_to_do(self):
        absence = self.away(self.handler)
        with self.assertRefused(UserError, "Choose a deputy first"):
            absence.action_hand_over()

    def test_back_again_he_takes_what_the_deputy_still_has(self):
        kept, passed_on, closed, new = self.make_many(4)
        absence = self.away(self.handler, self.deputy)
        new.user_id = self.deputy
        absence.action_hand_over()
        passed_on.user_id = self.lead
        closed._close("confirmed")
        self.assertEqual(absence.handed_count, 1)
        absence.action_take_back()
        self.assertEqual(kept.user_id, self.handler)
        self.assertEqual(passed_on.user_id, self.lead)
        self.assertEqual((closed + new).user_id, self.deputy)
        self.assertEqual(absence.handed_count, 0)

    def test_several_absences_at_once_each_to_its_deputy(self):
        first, second = self.make_many(2)
        second.user_id = self.lead
        absences = self.away(self.handler, self.deputy) + self.away(
            self.lead, self.manager
        )
        absences.with_user(self.manager).action_hand_over()
        self.assertEqual(first.user_id, self.deputy)
        self.assertEqual(second.user_id, self.manager)

    def test_a_deputy_who_is_away_himself_passes_the_complaints_on(self):
        complaint = self.make_many(1)
        self.away(self.deputy, self.colleague)
        absence = self.away(self.handler, self.deputy)
        absence.action_hand_over()
        self.assertEqual(complaint.user_id, self.colleague)
        absence.action_take_back()
        self.assertEqual(complaint.user_id, self.handler)

    def test_only_who_may_write_the_absence_hands_over(self):
        complaint = self.make_many(1)
        absence = self.away(self.handler, self.deputy)
        for user in (self.colleague, self.deputy, self.seller):
            for method in ("action_hand_over", "action_take_back"):
                with self.assertRaises(AccessError):
                    getattr(absence.with_user(user), method)()
        self.assertEqual(complaint.user_id, self.handler)
        absence.with_user(self.lead).action_hand_over()
        self.assertEqual(complaint.user_id, self.deputy)

    def test_what_the_deputy_cannot_open_stays(self):
        company = self.env["res.company"].create({"name": "Other Ltd"})
        self.handler.company_ids += company
        mine = self.make_many(1)
        other = (
            self.env["customer.complaint"]
            .with_company(company)
            .create({"description": "x", "company_id": company.id, "team_id": False})
        )
        self.env.cr.execute(
            "UPDATE customer_complaint SET user_id = %s WHERE id = %s",
            [self.handler.id, other.id],
        )
        self.env.invalidate_all()
        absence = self.away(self.handler, self.deputy)
        self.assertEqual(absence.open_count, 2)
        action = absence.action_hand_over()
        self.assertEqual((mine.user_id, other.user_id), (self.deputy, self.handler))
        self.assertEqual(
            action["params"]["message"],
            "Complaints handed over: 1. 1 stay: another company or no rights.",
        )
        # Where the deputy works it goes along, whichever companies are ticked.
        self.deputy.company_ids += company
        absence.action_hand_over()
        self.assertEqual(other.user_id, self.deputy)

    def test_what_the_actor_may_not_write_stays_and_is_counted(self):
        mine, others = self.make_many(2)
        others.team_id = self.other_team
        self.env.flush_all()
        absence = self.away(self.handler, self.deputy)
        action = absence.with_user(self.lead).action_hand_over()
        self.assertEqual((mine.user_id, others.user_id), (self.deputy, self.handler))
        self.assertIn("1 stay", action["params"]["message"])
        self.assertEqual(action["params"]["type"], "warning")

    def test_a_closed_complaint_with_a_promise_goes_along_and_comes_back(self):
        promised, settled = self.make_many(2)
        (promised + settled)._close("confirmed")
        promised.sudo()._promise(NOW + timedelta(days=9), "We call you again.")
        absence = self.away(self.handler, self.deputy)
        self.assertEqual(absence.open_count, 1)
        absence.action_hand_over()
        self.assertEqual(promised.user_id, self.deputy)
        self.assertEqual(settled.user_id, self.handler)
        self.assertEqual(absence.handed_count, 1)
        absence.action_take_back()
        self.assertEqual(promised.user_id, self.handler)

    def test_what_the_deputy_got_on_its_own_merits_is_not_taken_back(self):
        closed, given, kept = self.make_many(3)
        absence = self.away(self.handler, self.deputy)
        absence.action_hand_over()
        closed._close("confirmed")
        closed._reopen("It is broken again.")
        given.user_id = self.lead
        given.user_id = self.deputy
        self.assertEqual(absence.handed_count, 1)
        absence.action_take_back()
        self.assertEqual((closed + given).user_id, self.deputy)
        self.assertEqual(kept.user_id, self.handler)

    def test_what_the_deputy_hands_over_himself_comes_back_to_the_first(self):
        complaint = self.make_many(1)
        first = self.away(self.handler, self.deputy)
        first.action_hand_over()
        second = self.away(self.deputy, self.colleague)
        second.action_hand_over()
        self.assertEqual(complaint.user_id, self.colleague)
        second.action_take_back()
        first.action_take_back()
        self.assertEqual(complaint.user_id, self.handler)
