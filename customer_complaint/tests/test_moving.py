from datetime import datetime

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged

from .common import RECEIPT, ComplaintCommon

NOW = "2025-03-03 12:00:00"
LATER = datetime(2025, 3, 10, 9)
FRIDAY = datetime(2025, 3, 7, 9)


@tagged("post_install", "-at_install")
class TestMoving(ComplaintCommon):
    """A date moves with a reason, an interim plan and a notice to whom it was told."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.partner.tz = "UTC"
        cls.reason = cls.env.ref("customer_complaint.reason_move_supply")

    def wizard(self, row, user, **values):
        return (
            self.env["customer.complaint.move.deadline"]
            .with_user(user)
            .create(
                {
                    "deadline_id": row.id,
                    "due_at": LATER,
                    "reason_id": self.reason.id,
                    "interim_plan": "A door on loan.",
                    **values,
                }
            )
        )

    def promise(self, complaint, **values):
        return complaint.sudo()._promise(FRIDAY, "The door is delivered", **values)

    @freeze_time(NOW)
    def test_the_customer_is_told_old_and_new_date_reason_and_plan(self):
        # C-44
        complaint = self.make_owned()
        row = self.row(complaint, "completion")
        action = row.with_user(self.lead).action_move()
        wizard = Form(
            self.env["customer.complaint.move.deadline"]
            .with_user(self.lead)
            .with_context(**action["context"])
        )
        wizard.due_at = LATER
        wizard.reason_id = self.reason
        wizard.interim_plan = "You get a door on loan."
        self.assertEqual(wizard.told_by, "message")
        for part in ("Mar 6, 2025", "Mar 10, 2025", "goods are missing", "on loan"):
            self.assertIn(part, wizard.body)
        wizard.save().action_move()
        self.assertEqual((row.due_at, row.is_agreed), (LATER, True))
        message = complaint.message_ids.filtered(lambda m: m.message_type == "comment")
        self.assertEqual(message.partner_ids, self.partner)
        self.assertIn("A new date", message.subject)
        self.assertIn("You get a door on loan.", message.body)
        event = row.event_ids.filtered(lambda e: e.kind == "moved")
        self.assertEqual((event.reason_id, event.is_told), (self.reason, True))
        self.assertIn("on loan", event.reason)

    @freeze_time(NOW)
    def test_words_of_the_users_own_are_not_written_over(self):
        row = self.row(self.make_owned(), "completion")
        wizard = Form(
            self.env["customer.complaint.move.deadline"]
            .with_user(self.lead)
            .with_context(**row.with_user(self.lead).action_move()["context"])
        )
        wizard.due_at = LATER
        wizard.reason_id = self.reason
        self.assertIn("goods are missing", wizard.body)
        wizard.body = "<p>My own words.</p>"
        wizard.interim_plan = "You get a door on loan."
        wizard.told_by = "contact"
        wizard.told_by = "message"
        self.assertIn("My own words.", wizard.body)
        self.assertIn("My own words.", wizard.save().body)

    @freeze_time(NOW)
    def test_a_date_of_the_customer_does_not_move_back_without_notice(self):
        # C-44
        complaint = self.make_owned()
        row = self.row(complaint, "completion")
        for values, message in (
            ({"told_by": False}, "counts on this date"),
            ({"interim_plan": " "}, "what happens until"),
            ({"body": "<p><br></p>"}, "is empty"),
            ({"told_by": "contact"}, "Write down what was said"),
        ):
            with self.assertRefused(UserError, message):
                self.wizard(row, self.lead, **values).action_move()
        self.assertEqual(row.due_at, datetime(2025, 3, 6, 9))
        self.assertFalse(row.event_ids)
        # Over RPC as well: the notice that nobody wrote is the shipped one.
        self.wizard(row, self.lead).action_move()
        self.assertIn("Mar 10, 2025", complaint.message_ids[0].body)

    @freeze_time(NOW)
    def test_a_reason_to_pause_is_none_to_move_a_date(self):
        row = self.row(self.make_owned(), "completion")
        pause = self.env.ref("customer_complaint.reason_pause_supplier")
        with self.assertRefused(ValidationError, "reason for something else"):
            self.wizard(row, self.lead, reason_id=pause.id)

    @freeze_time(NOW)
    def test_an_earlier_date_needs_no_notice(self):
        complaint = self.make_owned()
        row = self.row(complaint, "completion")
        messages = complaint.message_ids.filtered(lambda m: m.message_type == "comment")
        self.wizard(row, self.lead, due_at="2025-03-05 09:00:00").action_move()
        self.assertEqual(row.due_at, datetime(2025, 3, 5, 9))
        self.assertEqual(
            complaint.message_ids.filtered(lambda m: m.message_type == "comment"),
            messages,
        )

    @freeze_time(NOW)
    def test_whoever_has_no_address_is_told_otherwise_and_that_is_logged(self):
        # C-44 C-79
        complaint = self.make_owned(email_from=False)
        row = self.row(complaint, "completion")
        wizard = self.wizard(row, self.lead, summary="He agrees.")
        self.assertEqual(wizard.told_by, "contact")
        with self.assertRefused(UserError, "No e-mail address"):
            self.wizard(row, self.lead, told_by="message").action_move()
        wizard.action_move()
        self.assertEqual(row.due_at, LATER)
        self.assertEqual(complaint.contact_ids.summary, "He agrees.")
        self.assertEqual(complaint.contact_ids.user_id, self.lead)

    @freeze_time(NOW)
    def test_the_news_that_a_date_moves_does_not_keep_that_date(self):
        # C-89
        complaint = self.make_owned()
        with freeze_time("2025-03-03 11:00:00"):
            row = self.promise(complaint)
            other = self.promise(complaint)
        self.wizard(row, self.handler).action_move()
        self.assertEqual((row.state, row.due_at), ("open", LATER))
        self.assertEqual(other.state, "done", "news they are all the same")
        self.wizard(
            row,
            self.handler,
            due_at="2025-03-12 09:00:00",
            told_by="contact",
            summary="x",
        ).action_move()
        self.assertEqual(row.state, "open")
        self.assertFalse(row.moved_overdue)

    def test_a_promise_moved_after_it_was_due_counts_as_overdue(self):
        # C-44 C-89
        with freeze_time(NOW):
            complaint = self.make_owned()
            row = self.promise(complaint, kept_by="deed")
        with freeze_time("2025-03-08 12:00:00"):
            with self.assertRefused(AccessError, "as long as it is not due"):
                self.wizard(row, self.handler).action_move()
            self.wizard(row, self.lead).action_move()
            row.with_user(self.handler).action_keep()
        self.assertEqual((row.state, row.result), ("done", "overdue"))

    @freeze_time(NOW)
    def test_who_moves_what(self):
        # C-44
        complaint = self.make_owned()
        limit, promise = self.row(complaint, "completion"), self.promise(complaint)
        for user in (self.seller, self.employee):
            with self.assertRaises(AccessError):
                self.wizard(promise, user)
        with self.assertRaises(AccessError):
            self.wizard(promise, self.colleague).action_move()
        with self.assertRefused(AccessError, "Only a team lead"):
            self.wizard(limit, self.handler).action_move()
        self.assertEqual(
            [row.with_user(self.handler).may_move for row in (limit, promise)],
            [False, True],
        )
        self.assertTrue(limit.with_user(self.lead).may_move)
        complaint.sudo().user_id = self.lead
        with self.assertRefused(AccessError, "Only a team lead"):
            self.wizard(promise, self.handler).action_move()

    @freeze_time(NOW)
    def test_a_statutory_deadline_is_not_moved_by_anybody(self):
        self.env["customer.complaint.policy.line"].create(
            {
                "policy_id": self.env.ref("customer_complaint.policy_graded").id,
                "rank": 2,
                "deadline_type": "statutory",
                "amount": 24,
            }
        )
        complaint = self.make_owned()
        row = self.row(complaint, "statutory")
        self.assertFalse(row.with_user(self.manager).may_move)
        with self.assertRefused(UserError, "set by law"):
            row.with_user(self.manager).action_move()
        with self.assertRefused(UserError, "set by law"):
            self.wizard(row, self.manager).action_move()

    def test_the_shipped_notice_can_be_previewed(self):
        complaint = self.make_owned()
        template = self.env.ref("customer_complaint.mail_template_deadline_moved")
        body = template._render_field("body_html", complaint.ids)[complaint.id]
        self.assertIn("instead of", body)


@tagged("post_install", "-at_install")
class TestLaterDates(ComplaintCommon):
    """A date on the customer's page that goes back is not left to his own discovery."""

    def get_todos(self, complaint):
        return complaint.sudo().activity_ids.filtered(
            lambda a: a.summary == "Tell the customer the new date"
        )

    def test_a_lower_level_asks_the_owner_to_tell_the_customer_the_later_date(self):
        # C-29
        with freeze_time(RECEIPT):
            complaint = self.make_owned(acknowledge=True, level_id=self.levels[0].id)
            complaint.with_user(self.lead)._change_level(self.levels[2], "Harmless")
        self.assertEqual(self.get_todos(complaint).user_id, self.handler)

    def test_a_higher_level_and_a_customer_who_knows_no_date_need_no_message(self):
        with freeze_time(RECEIPT):
            raised = self.make_owned(acknowledge=True, level_id=self.levels[2].id)
            untold = self.make_owned(level_id=self.levels[0].id)
            raised._change_level(self.levels[0], "Danger")
            untold._change_level(self.levels[2], "Harmless")
        self.assertFalse(self.get_todos(raised) | self.get_todos(untold))
