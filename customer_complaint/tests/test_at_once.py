from odoo.exceptions import AccessError, RedirectWarning
from odoo.tests import tagged

from .common import ComplaintCommon


@tagged("post_install", "-at_install")
class TestAtOnce(ComplaintCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.team.member_ids += cls.colleague
        cls.complaint = cls.make_owned()
        cls.mine = cls.complaint.with_user(cls.colleague)
        cls.next_stage = cls.complaint._get_stage_of_type("implementing")

    def say(self, complaint, body="He gets a new one.", **values):
        return complaint.message_post(
            body=body,
            message_type="comment",
            **{"subtype_xmlid": "mail.mt_comment", **values},
        )

    def compose(self, complaint, **values):
        action = complaint.action_send_answer()
        return (
            self.env["mail.compose.message"]
            .with_user(complaint.env.user)
            .with_context(**{**complaint.env.context, **action["context"]})
            .create(
                {"body": "<p>You get a new one.</p>", "template_id": False, **values}
            )
        )

    def move(self, mark):
        self.mine.with_context(complaint_seen=mark).stage_id = self.next_stage

    def test_a_move_asks_when_somebody_sent_or_moved_meanwhile(self):
        mark = self.mine.seen_mark
        self.say(self.complaint)
        with self.assertRaises(RedirectWarning) as question:
            self.move(mark)
        message, action, _label, context = question.exception.args
        self.assertIn("He gets a new one.", message)
        self.assertIn(self.handler.name, message)
        self.assertEqual(self.complaint.stage_type, "assessed")
        # The button of the question moves it.
        server = self.env["ir.actions.server"].with_user(self.colleague).browse(action)
        answer = server.with_context(**context, complaint_seen=mark).run()
        self.assertEqual(answer["tag"], "soft_reload")
        self.assertEqual(self.complaint.stage_id, self.next_stage)

        mark = self.complaint.with_user(self.handler).seen_mark
        self.mine.stage_id = self.complaint._get_stage_of_type("assessed")
        with self.assertRaises(RedirectWarning) as question:
            self.complaint.with_context(complaint_seen=mark).action_start()
        self.assertIn(self.next_stage.name, question.exception.args[0])

    def test_the_small_box_is_told_why_to_look_before_sending(self):
        mark = self.mine.seen_mark
        reasons = self.mine.get_reasons_to_look
        text = "<p>The new door leaves on Friday.</p>"
        self.assertFalse(reasons(text, mark))
        self.say(self.complaint)
        [news] = reasons(text, mark)
        self.assertIn("He gets a new one.", news)
        self.mine.invalidate_recordset(["seen_mark"])
        self.assertFalse(reasons(text, self.mine.seen_mark))
        self.assertFalse(reasons(text))
        # What it lacks, where hints are wanted.
        empty = "<p>We are looking into it.</p>"
        self.company.complaint_guard = "warn"
        hints = self.mine._find_faults(empty)
        self.assertTrue(hints)
        self.assertEqual(reasons(empty), hints)
        self.company.complaint_guard = "off"
        self.assertFalse(reasons(empty))
        with self.assertRefused(AccessError, "access"):
            self.complaint.with_user(self.employee).get_reasons_to_look(text, mark)

    def test_what_i_did_myself_and_internal_notes_ask_nothing(self):
        mark = self.mine.seen_mark
        self.say(self.mine)
        self.say(self.complaint, "Between us.", subtype_xmlid="mail.mt_note")
        self.move(mark)
        self.assertEqual(self.complaint.stage_id, self.next_stage)
        # Nor does a mark that cannot be read, or none at all.
        for mark in ("", "x", "1", None):
            self.mine.with_context(complaint_seen=mark).user_id = self.colleague

    def test_taking_over_asks_too(self):
        mark = self.mine.seen_mark
        self.say(self.complaint)
        with self.assertRaises(RedirectWarning):
            self.mine.with_context(complaint_seen=mark).action_take()
        # Other changes are nobody's affair.
        self.mine.with_context(complaint_seen=mark).demand = "Two doors"

    def test_a_message_is_held_until_the_author_has_seen_what_others_wrote(self):
        composer = self.compose(self.mine)
        self.assertFalse(composer.complaint_news)
        self.say(self.complaint)
        composer.invalidate_recordset(["complaint_news"])
        count = len(self.complaint.message_ids)
        action = composer.action_send_mail()
        self.assertEqual((action["res_id"], action["target"]), (composer.id, "new"))
        self.assertIn("He gets a new one.", composer.complaint_news)
        self.assertEqual(len(self.complaint.message_ids), count)
        composer.complaint_send_anyway = True
        composer.action_send_mail()
        self.assertEqual(len(self.complaint.message_ids), count + 1)

    def test_the_customers_own_message_is_news_and_the_opened_form_counts(self):
        mark = self.mine.seen_mark
        self.say(self.complaint.sudo(), "It is worse.", author_id=self.partner.id)
        self.env.invalidate_all()
        fresh = self.compose(self.mine)
        self.assertFalse(fresh.complaint_news)
        composer = self.compose(self.mine.with_context(complaint_seen=mark))
        self.assertIn("It is worse.", composer.complaint_news)
        self.assertEqual(composer.action_send_mail()["res_id"], composer.id)

    def test_internal_notes_are_never_held_up(self):
        composer = self.compose(
            self.mine, subtype_id=self.env.ref("mail.mt_note").id, partner_ids=False
        )
        self.say(self.complaint)
        self.assertEqual(
            composer.action_send_mail()["type"], "ir.actions.act_window_close"
        )

    def test_marks_of_many_complaints_cost_no_query_each(self):
        complaints = self.complaint.browse(
            [self.make_owned().id for _number in range(10)]
        )
        self.env.flush_all()
        self.env.invalidate_all()
        with self.assertQueryCount(4):
            complaints.mapped("seen_mark")
