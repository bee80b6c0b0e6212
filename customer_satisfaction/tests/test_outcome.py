from datetime import timedelta

import psycopg2
from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .. import post_init_hook
from .common import SatisfactionCommon


@tagged("post_install", "-at_install")
class TestOutcome(SatisfactionCommon):
    """The outcome message asks; the answer is the confirmation, whoever gives it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls.env["sale.order"].create({"partner_id": cls.partner.id})
        cls.mine = cls.handled(order_id=cls.order.id)
        cls.handler = cls.mine.env.user

    def log(self):
        return self.invitation(self.mine)

    def give(self, answer, method="link", user=None, **values):
        answer._save_satisfaction(self.answers(**values), method, user)
        self.env.invalidate_all()

    def confirm(self, solved="solved", grade="5", **values):
        return (
            self.env["customer.complaint.confirmation"]
            .with_user(self.handler)
            .create(
                {
                    "complaint_id": self.mine.id,
                    "solved": solved,
                    "grade": grade,
                    **values,
                }
            )
        )

    def tell_by_phone(self):
        self.env["customer.complaint.contact"].with_user(self.handler).create(
            {"complaint_id": self.mine.id, "summary": "Told.", "outcome_told": True}
        )

    def test_the_outcome_message_carries_the_customers_link_and_asks_once(self):
        # S-25
        answer = self.send_outcome(self.mine)
        message = self.mine.message_ids.filtered(lambda m: m.message_type == "comment")
        self.assertIn(f"/satisfaction/{answer.access_token}", message.body)
        log = self.log()
        self.assertEqual((log.state, log.round), ("sent", 1))
        self.assertEqual(log.email_normalized, "ines@example.com")
        self.assertEqual(answer.deadline, log.sent_at + timedelta(days=30))
        self.assertEqual(self.send_outcome(self.mine), answer, "the same link again")
        self.assertEqual(len(self.log()), 1)

    def test_an_answer_is_tied_to_complaint_order_handler_and_partner(self):
        # S-32
        answer = self.send_outcome(self.mine)
        self.assertEqual(answer.complaint_id, self.mine)
        self.assertEqual(answer.sale_order_id, self.order)
        self.assertEqual(answer.handler_id, self.handler)
        self.assertEqual(answer.partner_id, self.partner)
        self.assertEqual(answer.company_id, self.env.company)
        self.mine.sudo().user_id = self.env.user
        self.assertEqual(answer.handler_id, self.handler, "who was it when asked")
        survey_admin = self.user("survey_admin", "survey.group_survey_manager")
        for name in ("sale_order_id", "handler_id", "complaint_round", "solved"):
            with self.subTest(field=name), self.assertRaises(AccessError):
                answer.with_user(survey_admin).write({name: False})

    def test_a_composer_that_is_discarded_asks_nobody(self):
        self.mine.action_send_outcome()
        self.assertEqual(self.log().state, "prepared")
        self.assertFalse(self.log().sent_at)
        self.mine.action_send_outcome()
        self.assertEqual(len(self.log()), 1)

    def test_an_outcome_told_by_phone_sends_no_question(self):
        self.tell_by_phone()
        self.assertFalse(self.log())
        self.assertFalse(self.mine.sudo()._get_outcome_invitations())

    def test_without_a_plan_the_message_leads_to_the_portal_page(self):
        self.env.ref("customer_satisfaction.plan_outcome").active = False
        self.assertFalse(self.send_outcome(self.mine))
        self.assertIn("#confirm", self.mine.sudo()._get_confirm_url())
        self.assertTrue(self.mine.outcome_at)

    @mute_logger("odoo.sql_db")
    def test_database_refuses_a_second_question_or_answer_in_one_round(self):
        self.send_outcome(self.mine)
        with self.assertRaises(psycopg2.errors.UniqueViolation), self.cr.savepoint():
            self.log().copy({"state": "sent"}).flush_recordset()
        answer = self.log().user_input_id
        with self.assertRaises(psycopg2.errors.UniqueViolation), self.cr.savepoint():
            answer.copy(
                {
                    "complaint_id": self.mine.id,
                    "complaint_round": 1,
                }
            ).flush_recordset()

    def test_satisfied_answer_is_one_confirmation_and_closes(self):
        # S-32
        answer = self.send_outcome(self.mine)
        self.give(answer, grade=4, comment="Thanks.")
        confirmation = self.mine.confirmation_ids.sudo()
        self.assertEqual(len(confirmation), 1)
        self.assertEqual(
            (confirmation.solved, confirmation.grade, confirmation.comment),
            ("solved", "4", "Thanks."),
        )
        self.assertEqual(confirmation.source, "survey")
        self.assertEqual(confirmation.user_input_id, answer)
        self.assertEqual(self.mine.stage_type, "closed")
        self.assertEqual(self.mine.close_reason, "confirmed")
        self.assertEqual(self.log().state, "answered")

    def test_very_dissatisfied_reopens_also_what_was_closed_meanwhile(self):
        # S-53
        answer = self.send_outcome(self.mine)
        self.mine.sudo()._close("no_reply")
        self.give(answer, grade=1, comment="It broke again.")
        self.assertEqual((self.mine.stage_type, self.mine.round), ("assessed", 2))
        self.assertEqual(self.mine.confirmation_ids.round, 1)

    def test_not_solved_reopens_whatever_the_grade(self):  # S-53
        answer = self.send_outcome(self.mine)
        self.give(answer, kind="not_solved", grade=4)
        self.assertEqual(self.mine.round, 2)

    def test_changed_answer_replaces_the_first_and_is_noted(self):
        # S-30 S-53
        answer = self.send_outcome(self.mine)
        self.give(answer, grade=5, nps="9", comment="Great.")
        self.assertEqual((self.mine.stage_type, answer.nps_value), ("closed", 9))
        self.give(answer, grade=2, comment="Broken again.")
        self.assertEqual((answer.csat_grade, answer.nps_group), (2, False))
        self.assertEqual((self.mine.stage_type, self.mine.round), ("assessed", 2))
        self.assertEqual(len(self.mine.confirmation_ids), 1)
        self.assertEqual(len(answer.user_input_line_ids), 4)
        note = "".join(self.mine.message_ids.mapped("body"))
        self.assertIn("Great.", note)
        self.assertIn("→", note)
        # The round is over: what is said now is kept and changes nothing.
        self.give(answer, grade=5, comment="Sorry, all fine.")
        self.assertEqual((self.mine.stage_type, self.mine.round), ("assessed", 2))
        self.assertEqual(self.mine.confirmation_ids.mapped("grade"), ["5"])
        self.assertIn(
            "round 1, which is over", "".join(self.mine.message_ids.mapped("body"))
        )

    def test_each_round_has_its_own_question_and_answer(self):
        first = self.send_outcome(self.mine)
        self.give(first, grade=1)
        self.mine.write({"decision": "justified", "decision_reason": "Again."})
        second = self.send_outcome(self.mine)
        self.assertNotEqual(first, second)
        self.give(second, grade=5)
        self.assertEqual(
            self.mine.confirmation_ids.sorted("id").mapped(
                lambda c: (c.round, c.grade)
            ),
            [(1, "1"), (2, "5")],
        )
        self.assertEqual(
            self.env["survey.user_input"]._get_csat_counts(
                [("complaint_id", "=", self.mine.id)]
            ),
            (1, 2),
        )

    def test_what_a_colleague_records_is_the_rounds_answer(self):
        # S-31
        self.tell_by_phone()
        confirmation = self.confirm(grade="4", comment="Said on the phone.")
        answer = confirmation.sudo().user_input_id
        self.assertEqual(
            (answer.state, answer.csat_grade, answer.solved), ("done", 4, "solved")
        )
        self.assertEqual(answer.satisfaction_comment, "Said on the phone.")
        self.assertEqual(answer.answer_method, "staff")
        self.assertEqual(answer.recorded_by_id, self.handler)
        self.assertEqual((answer.handler_id, answer.complaint_round), (self.handler, 1))
        self.assertEqual(len(self.mine.confirmation_ids), 1)

    def test_what_a_colleague_records_fills_the_question_that_was_sent(self):
        # S-31
        answer = self.send_outcome(self.mine)
        self.confirm("not_solved", False, comment="Still broken.")
        self.env.invalidate_all()
        self.assertEqual((answer.state, answer.solved), ("done", "not_solved"))
        self.assertFalse(answer.csat_grade)
        self.assertEqual(answer.complaint_round, 1)
        self.assertEqual(self.mine.round, 2)
        self.assertEqual(len(self.mine.confirmation_ids), 1)
        self.assertEqual(self.log().state, "answered")

    def test_what_the_customer_says_on_the_portal_is_the_rounds_answer(self):
        answer = self.send_outcome(self.mine)
        self.mine.sudo()._confirm_by_customer("solved", "3", "Fine.")
        self.assertEqual((answer.csat_grade, answer.answer_method), (3, "portal"))
        self.assertEqual(self.mine.confirmation_ids.mapped("source"), ["portal"])
        self.give(answer, grade=5, comment="Even better.")
        self.assertEqual(
            self.mine.confirmation_ids.sorted("id").mapped("source"),
            ["portal", "survey"],
        )
        self.assertEqual(answer.csat_grade, 5)

    def test_no_reply_is_no_answer(self):
        self.env.company.write(
            {"complaint_no_reply_attempts": 0, "complaint_no_reply_days": 0}
        )
        self.send_outcome(self.mine)
        self.confirm("no_answer", False)
        self.assertEqual(self.log().state, "sent")
        self.assertFalse(self.log().user_input_id.csat_grade)

    def test_nobody_ties_a_confirmation_to_an_answer_by_hand(self):
        answer = self.send_outcome(self.mine)
        other = self.invited_elsewhere()
        confirmation = self.confirm(user_input_id=other.id, round=7)
        self.assertEqual(confirmation.sudo().user_input_id, answer)
        self.assertEqual(confirmation.round, 1)

    def invited_elsewhere(self):
        return self.survey._create_answer(email="else@example.com")

    def test_after_closing_only_those_are_asked_who_were_not_asked_before(self):
        # S-25
        self.plan.active = True
        self.send_outcome(self.mine)
        self.mine.sudo()._close("no_reply")
        self.send()
        after = self.log().filtered(lambda row: row.plan_id == self.plan)
        self.assertEqual((after.state, after.reason), ("skipped", "asked"))

    def test_after_closing_those_who_answered_on_the_phone_are_not_asked(self):
        # S-25
        self.plan.active = True
        self.tell_by_phone()
        self.confirm()
        self.send()
        self.assertEqual(self.log().mapped("reason"), ["asked"])

    def test_after_closing_those_told_by_phone_are_asked(self):  # S-25 S-53
        self.plan.active = True
        self.tell_by_phone()
        self.mine.sudo()._close("no_reply")
        self.send()
        self.assertEqual(self.log().state, "sent")
        self.give(self.log().user_input_id, grade=1)
        self.assertEqual(self.mine.round, 2)

    def answers_of(self, complaint):
        return self.env["survey.user_input"].search(
            [("complaint_id", "=", complaint.id)]
        )

    def test_outcome_message_after_a_confirmation_asks_about_the_answer_given(self):
        self.tell_by_phone()
        answer = self.confirm(grade="4").sudo().user_input_id
        self.assertEqual(self.send_outcome(self.mine), answer)
        self.assertEqual(self.answers_of(self.mine), answer)
        self.assertEqual((self.log().state, answer.csat_grade), ("answered", 4))
        self.assertTrue(self.log().sent_at)
        self.assertEqual(self.log().answered_at, answer.end_datetime)

    def test_outcome_message_after_an_answer_on_the_portal_is_sent(self):
        self.tell_by_phone()
        self.mine.sudo()._confirm_by_customer("solved", "3", "")
        self.send_outcome(self.mine)
        self.assertEqual(len(self.answers_of(self.mine)), 1)

    def test_outcome_again_after_the_closing_plan_asked_is_the_same_question(self):
        self.plan.write({"active": True, "delay_hours": 0})
        self.tell_by_phone()
        self.mine.sudo()._close("no_reply")
        self.Invitation._send_due(fields.Datetime.now())
        answer = self.log().user_input_id
        self.assertEqual(self.send_outcome(self.mine), answer)
        self.assertEqual(self.answers_of(self.mine), answer)
        self.give(answer, grade=5)
        self.assertEqual(set(self.log().mapped("state")), {"answered"})

    def test_closing_plan_asks_with_the_answer_whose_link_was_not_sent(self):
        self.plan.active = True
        self.mine.action_send_outcome()
        answer = self.log().user_input_id
        self.tell_by_phone()
        self.mine.sudo()._close("no_reply")
        self.send()
        after = self.log().filtered(lambda row: row.plan_id == self.plan)
        self.assertEqual((after.state, after.user_input_id), ("sent", answer))
        self.assertEqual(self.answers_of(self.mine), answer)

    def test_plan_whose_trigger_changes_leaves_one_answer(self):
        answer = self.send_outcome(self.mine)
        shared = self.env.ref("customer_satisfaction.plan_outcome")
        own = shared.copy({"company_id": self.env.company.id})
        shared.write({"trigger": "complaint_closed", "template_id": self.template()})
        self.assertEqual(self.send_outcome(self.mine), answer)
        self.assertEqual(self.answers_of(self.mine), answer)
        # And the other way round: planned after closing, then asked with the outcome.
        other = self.complaint(
            user_id=self.handler.id, decision="justified", decision_reason="x"
        ).with_user(self.handler)
        other.sudo()._close("no_reply")
        own.active = False
        shared.trigger = "complaint_outcome"
        self.assertEqual(self.send_outcome(other).complaint_id, other)
        self.assertEqual(self.invitation(other).mapped("state"), ["sent"])

    def template(self):
        return self.env.ref("customer_satisfaction.mail_template_invitation").id

    def test_colleague_cannot_replace_what_the_customer_said(self):
        answer = self.send_outcome(self.mine)
        for method in ("link", "portal"):
            self.give(answer, method=method, grade=3, comment="So la la.")
            for solved, grade in (("solved", "5"), ("not_solved", "1")):
                with (
                    self.subTest(method=method, solved=solved),
                    self.assertRaisesRegex(UserError, "So la la"),
                    self.cr.savepoint(),
                ):
                    self.confirm(solved, grade)
            self.env.invalidate_all()
            self.assertEqual((answer.csat_grade, answer.answer_method), (3, method))

    def test_customers_answer_closes_whatever_colleagues_left_out(self):
        answer = self.send_outcome(self.mine)
        self.env["customer.complaint.requirement"].with_context(
            active_test=False
        ).search([]).active = True
        self.mine.write({"user_id": False, "demand": False})
        self.give(answer, grade=5)
        self.assertEqual(self.mine.sudo().stage_type, "closed")

    def test_link_stays_when_the_same_mailbox_gets_another_contact(self):
        self.mine.sudo().write({"partner_id": False, "email_from": "a@example.com"})
        answer = self.send_outcome(self.mine)
        token = answer.access_token
        ann = self.partner.create({"name": "Ann", "email": "A@example.com"})
        self.mine.sudo().partner_id = ann
        self.assertEqual((answer.access_token, answer.partner_id), (token, ann))
        self.assertEqual(self.log().state, "sent")

    def compose(self):
        action = self.mine.action_send_outcome()
        composer = self.env["mail.compose.message"].with_user(self.handler)
        return Form(composer.with_context(**action["context"])).save()

    def assertOutOfDate(self, composer):
        before = self.mine.message_ids
        with self.assertRaisesRegex(UserError, "Nothing was sent"), self.cr.savepoint():
            composer.action_send_mail()
        self.assertEqual(self.mine.message_ids, before)
        self.assertFalse(self.mine.outcome_at)

    def test_composer_opened_for_the_customer_before_sends_nothing(self):
        composer = self.compose()
        self.mine.sudo().partner_id = self.customers(1)
        self.assertOutOfDate(composer)
        self.send_outcome(self.mine)
        self.assertTrue(self.mine.outcome_at)

    def test_composer_opened_in_the_round_before_sends_nothing(self):
        answer = self.send_outcome(self.mine)
        composer = self.compose()
        self.give(answer, grade=1)
        self.mine.write({"decision": "justified", "decision_reason": "Again."})
        self.assertOutOfDate(composer)

    def test_quoting_the_link_later_does_not_make_it_work_longer(self):
        answer = self.send_outcome(self.mine)
        deadline = answer.deadline - timedelta(days=5)
        answer.deadline = deadline
        self.mine.message_post(
            body=f"You wrote: /satisfaction/{answer.access_token}",
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
        )
        self.assertEqual(answer.deadline, deadline)

    def test_expired_link_works_once_more_when_it_is_sent_once_more(self):
        answer = self.send_outcome(self.mine)
        answer.deadline = self.now - timedelta(days=1)
        self.assertIn("#confirm", self.mine.sudo()._get_confirm_url())
        self.assertEqual(self.send_outcome(self.mine), answer)
        self.assertFalse(answer._is_expired())

    def test_outcome_message_does_not_lead_to_an_archived_survey(self):
        self.send_outcome(self.mine)
        self.survey.active = False
        self.assertIn("#confirm", self.compose().body)

    def test_low_grade_in_a_survey_that_does_not_ask_solved_reopens(self):  # S-53
        self.env.ref("customer_satisfaction.plan_outcome").active = False
        self.solved.unlink()
        self.mine.sudo()._close("no_reply")
        answer = self.survey._create_answer(
            partner=self.partner, complaint_id=self.mine.id
        )
        answer._save_satisfaction({self.csat: str(self.option(1).id)}, "link")
        self.assertEqual(self.mine.round, 2)

    def test_customer_before_can_no_longer_open_the_link(self):
        answer = self.send_outcome(self.mine)
        token = answer.access_token
        other = self.customers(1)
        self.mine.sudo().partner_id = other
        self.assertNotEqual(answer.access_token, token)
        self.assertEqual(answer.partner_id, other)
        self.assertEqual(self.log().state, "prepared", "he is asked anew")

    def test_link_is_for_satisfaction_users_who_may_read_the_complaint(self):
        url = f"/satisfaction/{self.send_outcome(self.mine).access_token}"
        both = self.user(
            "both",
            "group_satisfaction_user",
            "customer_complaint.group_complaint_manager",
        )
        self.assertTrue(self.mine.with_user(both).get_satisfaction_url().endswith(url))
        for user in (self.handler, self.user("reader", "group_satisfaction_user")):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self.mine.with_user(user).get_satisfaction_url()

    def test_outcome_plan_needs_a_survey_that_asks_solved_and_how_satisfied(self):
        survey = self.survey.copy()
        survey.question_ids.filtered(
            lambda q: q.satisfaction_metric == "solved"
        ).unlink()
        with self.assertRaises(ValidationError):
            self.plan.create(
                {
                    "name": "x",
                    "trigger": "complaint_outcome",
                    "survey_id": survey.id,
                }
            )

    def test_outcome_question_has_exactly_two_answers(self):
        for values in (
            {"question_type": "multiple_choice"},
            {"suggested_answer_ids": [(2, self.outcome("solved").id)]},
        ):
            with self.subTest(values=values), self.assertRaises(ValidationError):
                self.solved.write(values)

    def test_plan_form_asks_for_an_email_only_where_one_is_sent(self):
        chief = self.user("chief", "group_satisfaction_manager")
        with Form(self.env["customer.satisfaction.plan"].with_user(chief)) as form:
            form.name = "Ours"
            form.survey_id = self.survey
            form.trigger = "complaint_outcome"
            with self.assertRaisesRegex(AssertionError, "invisible"):
                form.template_id = self.env["mail.template"]
        form.record.template_id = False
        form.record.trigger = "complaint_closed"
        self.assertTrue(form.record.template_id, "the one that fits comes by itself")
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(psycopg2.errors.CheckViolation),
            self.cr.savepoint(),
        ):
            form.record.template_id = False
            form.record.flush_recordset()

    def test_own_plan_of_the_company_goes_before_the_shared_one(self):
        own = self.env.ref("customer_satisfaction.plan_outcome").copy(
            {"company_id": self.env.company.id, "sequence": 99}
        )
        self.assertEqual(self.send_outcome(self.mine).plan_id, own)

    def test_confirmations_from_before_the_addon_become_answers(self):
        self.tell_by_phone()
        confirmation = self.confirm(grade="4").sudo()
        confirmation.date = confirmation.date - timedelta(days=90)
        confirmation.user_input_id.sudo().unlink()
        self.env.invalidate_all()
        self.assertFalse(confirmation.user_input_id)
        post_init_hook(self.env)
        self.assertEqual(confirmation.user_input_id.csat_grade, 4)
        self.assertEqual(confirmation.user_input_id.end_datetime, confirmation.date)

    def test_link_expires_after_the_plans_days(self):  # S-30
        answer = self.send_outcome(self.mine)
        with freeze_time(answer.deadline - timedelta(minutes=1)):
            self.assertFalse(answer._is_expired())
        with freeze_time(answer.deadline + timedelta(minutes=1)):
            self.assertTrue(answer._is_expired())
