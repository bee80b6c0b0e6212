from odoo.exceptions import UserError
from odoo.tests import Form, new_test_user, tagged

from .mail_common import MailGatewayCommon


@tagged("post_install", "-at_install")
class TestGatewayLate(MailGatewayCommon):
    """Letters to complaints that are closed."""

    def closed(self):
        complaint = self.answered()
        self.tell_outcome(complaint)
        self.confirm(complaint, "solved", "5")
        self.receive("It broke again.", subject=complaint.name)
        return complaint

    def decide(self, complaint, follows, user=None, **values):
        action = complaint.with_user(user or self.handler).action_late_reply()
        form = Form(
            self.env[action["res_model"]]
            .with_user(user or self.handler)
            .with_context(**action["context"])
        )
        form.follows = follows
        for name, value in values.items():
            form[name] = value
        return form.save().action_apply()

    def test_a_letter_to_a_closed_complaint_asks_a_colleague(self):
        complaint = self.closed()
        self.assertEqual(complaint.stage_type, "closed")
        self.assertTrue(complaint.late_reply_at)
        self.assertTrue(complaint.is_answered)
        self.assertFalse(
            self.row(complaint, "next_reply").filtered(lambda d: d.state == "open")
        )
        self.receive("Hello?", subject=complaint.name)
        todo = complaint.activity_ids
        self.assertEqual(todo.user_id, self.handler)
        self.assertEqual(
            todo.activity_type_id,
            self.env.ref("customer_complaint.mail_activity_type_late_reply"),
        )

    def test_it_can_be_reopened_with_a_reason(self):
        # C-53
        complaint = self.closed()
        self.decide(complaint, "reopen")
        self.assertEqual(complaint.round, 2)
        self.assertFalse(complaint.late_reply_at or complaint.activity_ids)
        self.assertIn("It broke again", "".join(complaint.message_ids.mapped("body")))

    def test_it_can_become_a_new_complaint_received_when_he_wrote(self):
        complaint = self.closed()
        action = self.decide(complaint, "new")
        new = self.env["customer.complaint"].browse(action["res_id"])
        self.assertEqual(new.partner_id, self.partner)
        self.assertEqual(new.received_at, complaint.said_at)
        self.assertIn("It broke again.", new.description)
        self.assertEqual(complaint.stage_type, "closed")
        self.assertFalse(complaint.late_reply_at)
        self.assertIn(complaint.name, "".join(new.message_ids.mapped("body")))

    def test_the_new_complaint_has_his_order_and_files_and_the_way_he_wrote(self):
        complaint = self.closed()
        complaint.order_id = self.order
        files = [("crack.png", self.picture(30, 30), "image", "png")]
        self.receive("See the photo.", subject=complaint.name, files=files)
        action = self.decide(complaint, "new")
        new = self.env["customer.complaint"].browse(action["res_id"])
        self.assertEqual(new.order_id, self.order)
        self.assertEqual(
            new.channel_id, self.env.ref("customer_complaint.channel_email")
        )
        photo = new.message_ids.attachment_ids
        self.assertEqual(photo.name, "crack.png")
        self.assertEqual((photo.res_model, photo.res_id), (new._name, new.id))
        mine = complaint.message_ids.attachment_ids
        self.assertEqual(mine.mapped("res_id"), complaint.ids, "its own file")

    def test_a_late_reply_on_the_page_is_no_mail(self):
        complaint = self.closed()
        self.decide(complaint, "thanks")
        user = new_test_user(self.env, "t_portal_late", "base.group_portal")
        for author, name in (
            (user, "portal"),
            (self.env.ref("base.public_user"), "web_form"),
        ):
            complaint.with_user(author).sudo()._say_on_page("The lamp is broken.")
            action = self.decide(complaint, "new")
            new = self.env["customer.complaint"].browse(action["res_id"])
            self.assertEqual(new.channel_id.code, name)
            self.assertIn("The lamp is broken.", new.description)

    def test_a_late_reply_of_an_anonymous_customer_stays_anonymous(self):
        self.company.complaint_allow_anonymous = True
        complaint = self.make_complaint(
            partner_id=False, is_anonymous=True, user_id=self.handler.id
        )
        self.tell_outcome(complaint)
        complaint.sudo()._close("no_reply")
        visitor = complaint.with_user(self.env.ref("base.public_user")).sudo()
        visitor._say_on_page("The guard was rude again.")
        dialog = self.env["customer.complaint.late.reply"].new(
            {"complaint_id": complaint.id}
        )
        self.assertEqual(dialog.text, "The guard was rude again.")
        action = self.decide(complaint, "new")
        new = self.env["customer.complaint"].browse(action["res_id"])
        self.assertTrue(new.is_anonymous)
        self.assertEqual(new.description, "The guard was rude again.")

    def test_a_letter_to_an_archived_complaint_gives_one_todo(self):
        complaint = self.answered()
        complaint.with_user(self.lead).action_archive()
        for _time in range(2):
            self.receive("Hello?", subject=complaint.name)
        todo = complaint.activity_ids
        self.assertEqual(todo.user_id, self.handler)
        self.assertIn("archived", todo.summary)
        closed = self.answered()
        self.tell_outcome(closed)
        self.confirm(closed)
        closed.with_user(self.lead).action_archive()
        self.receive("Hello?", subject=closed.name)
        self.assertEqual(closed.activity_ids.user_id, self.handler)

    def test_thanks_leave_it_closed(self):
        complaint = self.closed()
        self.decide(complaint, "thanks")
        self.assertEqual(complaint.stage_type, "closed")
        self.assertFalse(complaint.late_reply_at or complaint.is_answered)
        self.assertFalse(complaint.activity_ids)

    def test_two_colleagues_do_not_decide_twice(self):
        complaint = self.closed()
        self.decide(complaint, "thanks")
        with self.assertRefused(UserError, "decided this meanwhile"):
            self.decide(complaint, "reopen")
