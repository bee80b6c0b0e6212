from datetime import timedelta
from unittest.mock import patch

import psycopg2

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.http import Request
from odoo.tests import Form, HttpCase, tagged
from odoo.tools import mute_logger

from .common import SatisfactionCommon


class OutcomeAskingCase(SatisfactionCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.mine = cls.handled()
        cls.outcome_plan = cls.env.ref("customer_satisfaction.plan_outcome")
        cls.manual = cls.plan_after("manual")
        cls.handler = cls.mine.env.user

    def log(self, complaint=None):
        return self.invitation(complaint or self.mine)

    def message(self, complaint=None):
        """What the customer was written last."""
        messages = (complaint or self.mine).message_ids
        return messages.filtered(lambda m: m.message_type == "comment")[:1].body

    def ask(self, plan=None, partner=None, **after):
        """Ask a customer by hand; the row."""
        now = fields.Datetime.now() + timedelta(**after)
        plan, partner = plan or self.manual, partner or self.partner
        # Of an open complaint nothing is to be seen here.
        plan.spare_complaining = False
        plan._plan_now(now, self.env.company, [("id", "=", partner.id)])
        self.Invitation._send_due(now)
        return self.Invitation.search(
            [("plan_id", "=", plan.id), ("send_at", "=", now)]
        )

    def assertToldWithoutQuestion(self, reason):
        self.send_outcome(self.mine)
        self.assertTrue(self.mine.outcome_at, "told in any case")
        self.assertNotIn("/satisfaction/", self.message())
        self.assertIn("#confirm", self.message())
        self.assertIn("Is it solved for you?", self.message())
        self.assertNotIn("how satisfied", self.message())
        self.assertEqual(self.log().mapped("state"), ["skipped"])
        self.assertEqual(self.log().reason, reason)
        self.assertFalse(self.log().sent_at)


@tagged("post_install", "-at_install")
class TestOutcomeAsking(OutcomeAskingCase):
    """The outcome is told in any case; its question goes along when one may ask."""

    def test_who_wants_no_surveys_is_told_the_outcome_without_the_question(self):
        # S-25 S-28
        for stop in (
            lambda: self.env["customer.satisfaction.optout"]._stop(
                ["ines@example.com"], "page"
            ),
            lambda: self.env["mail.blacklist"]._add("ines@example.com"),
        ):
            with self.cr.savepoint() as savepoint:
                stop()
                self.assertToldWithoutQuestion("opted_out")
                savepoint.rollback()

    def test_who_wants_to_be_asked_again_is_asked_with_the_next_message(self):  # S-28
        Optout = self.env["customer.satisfaction.optout"]
        Optout._stop(["ines@example.com"], "page")
        self.assertToldWithoutQuestion("opted_out")
        Optout._resume(["ines@example.com"])
        answer = self.send_outcome(self.mine)
        self.assertIn(f"/satisfaction/{answer.access_token}", self.message())
        self.assertEqual((self.log().state, self.log().reason), ("sent", False))

    def test_who_stopped_after_the_first_message_gets_no_second_link(self):  # S-28
        answer = self.send_outcome(self.mine)
        self.env["customer.satisfaction.optout"]._stop(["ines@example.com"], "page")
        self.send_outcome(self.mine)
        self.assertNotIn(answer.access_token, self.message())
        self.assertEqual(self.log().mapped("state"), ["sent"], "he was asked once")

    def test_shipped_plan_asks_in_any_case_and_the_others_wait_after_it(self):
        # S-25 S-28
        self.assertEqual(self.ask().state, "sent")
        self.send_outcome(self.mine)
        self.assertEqual(self.log().state, "sent")
        self.assertIn("/satisfaction/", self.message())
        self.manual.rest_days = 10
        self.assertEqual(self.ask(days=9).reason, "rest_period")
        self.assertEqual(self.ask(days=11).state, "sent")

    def test_plan_without_exception_lets_customers_rest(self):  # S-28
        self.outcome_plan.rest_days = 30
        self.ask()
        self.assertToldWithoutQuestion("rest_period")

    def test_two_outcomes_within_the_rest_period_ask_once(self):  # S-28
        self.outcome_plan.rest_days = 30
        self.send_outcome(self.mine)
        self.send_outcome(self.mine)
        self.assertIn("/satisfaction/", self.message(), "the same link once more")
        other = self.complaint(
            user_id=self.handler.id, decision="justified", decision_reason="Again."
        ).with_user(self.handler)
        self.send_outcome(other)
        self.assertNotIn("/satisfaction/", self.message(other))
        self.assertEqual(self.log(other).reason, "rest_period")

    def test_who_only_reads_complaints_prepares_no_question(self):  # S-25
        reader = self.user(
            "outcome_reader", "customer_complaint.group_complaint_auditor"
        )
        self.assertTrue(self.mine.with_user(reader).title)
        with self.assertRaises(AccessError):
            self.mine.with_user(reader).action_send_outcome()
        self.assertFalse(self.log())

    def test_who_is_not_in_the_sample_is_told_without_the_question(self):  # S-29
        self.outcome_plan.sample_percent = 0
        self.assertToldWithoutQuestion("not_sampled")

    def test_composer_from_before_somebody_else_asked_sends_nothing(self):  # S-28
        self.outcome_plan.rest_days = 30
        action = self.mine.action_send_outcome()
        composer = self.env["mail.compose.message"].with_user(self.handler)
        composer = Form(composer.with_context(**action["context"])).save()
        self.ask()
        with self.assertRaisesRegex(UserError, "Nothing was sent"), self.cr.savepoint():
            composer.action_send_mail()
        self.assertToldWithoutQuestion("rest_period")

    @mute_logger("odoo.sql_db")
    def test_database_lets_two_messages_at_once_ask_once(self):  # S-28
        self.outcome_plan.rest_days = 30
        action = self.mine.action_send_outcome()
        composer = self.env["mail.compose.message"].with_user(self.handler)
        composer = Form(composer.with_context(**action["context"])).save()
        self.ask()
        Model = self.registry["customer.satisfaction.invitation"]
        # What the other process did is not seen yet.
        with (
            patch.object(Model, "_get_last_asked", lambda rows, now: ({}, {})),
            self.assertRaisesRegex(UserError, "Nothing was sent"),
            self.cr.savepoint(),
        ):
            composer.action_send_mail()
        self.assertFalse(self.mine.outcome_at)
        self.assertToldWithoutQuestion("rest_period")

    def test_customer_before_and_the_new_one_are_asked_once_each(self):  # S-28
        self.send_outcome(self.mine)
        other = self.customers(1)
        self.mine.sudo().partner_id = other
        self.send_outcome(self.mine)
        self.assertEqual(self.log().mapped("state"), ["sent"])
        self.assertEqual(self.log().partner_id, other)
        self.assertEqual(self.log().person_id, other.id)

    def test_who_has_no_address_reads_the_question_on_his_page(self):  # S-25
        self.outcome_plan.rest_days = 30
        other = self.complaint(
            user_id=self.handler.id, decision="justified", decision_reason="Again."
        ).with_user(self.handler)
        for complaint in (self.mine, other):
            complaint.sudo().write({"email_from": False, "partner_id": False})
            complaint.action_send_outcome()
            self.log(complaint)._mark_asked()
        rows = self.log(self.mine) + self.log(other)
        self.assertEqual(rows.mapped("state"), ["sent"] * 2, "nobody known was asked")

    def test_address_of_the_contact_counts_where_the_complaint_has_none(self):  # S-28
        self.env["customer.satisfaction.optout"]._stop(["ines@example.com"], "page")
        self.mine.sudo().email_from = False
        self.mine.action_send_outcome()
        self.assertEqual(self.log().reason, "opted_out")

    def test_colleague_records_no_grade_of_who_may_not_be_asked(self):  # S-28
        Optout = self.env["customer.satisfaction.optout"]
        form = "customer_complaint.customer_complaint_confirmation_view_form"
        Confirmation = self.env["customer.complaint.confirmation"]
        Confirmation = Confirmation.with_user(self.handler)
        Confirmation = Confirmation.with_context(default_complaint_id=self.mine.id)
        self.send_outcome(self.mine)
        with self.assertRaisesRegex(AssertionError, "grade"):
            Form(Confirmation, form).save()
        Optout._stop(["ines@example.com"], "page")
        self.env.invalidate_all()
        Form(Confirmation, form).save()
        self.assertEqual(self.mine.close_reason, "confirmed")

    def test_plan_says_on_its_form_that_it_is_an_exception(self):  # S-28
        chief = self.user("chief", "group_satisfaction_manager")
        with Form(self.outcome_plan.with_user(chief)) as form:
            self.assertEqual(form.rest_days, 0)
            form.rest_days = 14
        self.assertEqual(self.outcome_plan.rest_days, 14)


@tagged("post_install", "-at_install")
class TestException(OutcomeAskingCase):
    """The database keeps the others resting after an exception, and lets exceptions be."""

    def row(self, sent_at, rest_days, **values):
        """A row as another process would have written it."""
        plan = self.manual
        return self.Invitation.create(
            {
                "plan_id": plan.id,
                "company_id": self.env.company.id,
                "partner_id": self.partner.id,
                "person_id": self.partner.id,
                "email_normalized": "ines@example.com",
                "state": "sent",
                "send_at": sent_at,
                "sent_at": sent_at,
                "rest_from": sent_at - timedelta(days=rest_days),
                **values,
            }
        )

    @mute_logger("odoo.sql_db")
    def test_database_makes_others_rest_after_an_exception(self):  # S-28
        day = timedelta(days=1)
        self.row(self.now, 0)
        for apart in (timedelta(0), timedelta(seconds=1), day, 29 * day):
            with (
                self.subTest(apart=apart),
                self.assertRaises(psycopg2.errors.ExclusionViolation),
                self.cr.savepoint(),
            ):
                self.row(self.now + apart, 30)
        self.row(self.now, 0)
        self.row(self.now + day, 0)
        self.row(self.now + 32 * day, 30)
        self.row(self.now + 33 * day, 0)

    def test_exception_in_the_very_second_of_another_comes_after_it(self):  # S-28
        self.row(self.now, 30)
        self.mine.action_send_outcome()
        with (
            self.assertNoLogs("odoo.sql_db", "ERROR"),
            patch.object(fields.Datetime, "now", lambda: self.now),
        ):
            self.log()._mark_asked()
        self.assertEqual(self.log().sent_at, self.now + timedelta(seconds=1))

    def test_of_two_plans_due_at_once_the_exception_asks(self):  # S-28
        always = self.manual.copy({"rest_days": 0, "spare_complaining": False})
        self.manual.spare_complaining = False
        for plan in (self.manual, always):
            plan._plan_now(self.now, self.env.company, [("id", "=", self.partner.id)])
        self.Invitation._send_due(self.now)
        rows = self.Invitation.search([("plan_id", "in", (self.manual + always).ids)])
        reasons = {row.plan_id: row.reason for row in rows}
        self.assertEqual(reasons, {self.manual: "rest_period", always: False})


@tagged("post_install", "-at_install")
class TestOutcomePage(OutcomeAskingCase, HttpCase):
    def test_who_may_not_be_asked_confirms_without_a_grade(self):  # S-28
        self.env["customer.satisfaction.optout"]._stop(["ines@example.com"], "page")
        self.send_outcome(self.mine)
        complaint = self.mine.sudo()
        url = complaint.get_portal_url()
        self.authenticate(None, None)
        page = self.url_open(url).text
        self.assertIn('value="solved"', page)
        self.assertNotIn('name="grade"', page)
        self.url_open(
            f"/my/complaints/{complaint.id}/confirm",
            data={
                "csrf_token": Request.csrf_token(self),
                "access_token": complaint.access_token,
                "solved": "solved",
            },
        )
        self.env.invalidate_all()
        self.assertEqual(complaint.close_reason, "confirmed")
        self.assertFalse(complaint.confirmation_ids.grade)
        self.assertEqual(complaint.confirmation_ids.user_input_id.solved, "solved")

    def test_who_may_be_asked_chooses_a_grade_there(self):
        self.env.ref("customer_satisfaction.plan_outcome").active = False
        self.send_outcome(self.mine)
        page = self.url_open(self.mine.sudo().get_portal_url()).text
        self.assertIn('name="grade"', page)
