from datetime import timedelta
from unittest.mock import patch

import psycopg2

from odoo.tests import tagged
from odoo.tools import file_open, mute_logger

from .common import SatisfactionCommon


@tagged("post_install", "-at_install")
class TestInvitations(SatisfactionCommon):
    def test_closing_plans_one_invitation_after_the_waiting_time(self):  # S-25
        complaint = self.closed()
        invitation = self.invitation(complaint)
        self.assertEqual(invitation.state, "planned")
        self.assertEqual(invitation.partner_id, self.partner)
        self.assertEqual(invitation.send_at, complaint.closed_at + timedelta(hours=24))
        self.assertFalse(self.send(hours=23), "not before the waiting time")
        self.assertEqual(invitation.state, "planned")

    def test_due_invitation_is_sent_with_the_customers_own_link(self):  # S-25
        complaint = self.closed()
        self.send()
        invitation = self.invitation(complaint)
        answer = invitation.user_input_id
        self.assertEqual(invitation.state, "sent")
        self.assertEqual(answer.complaint_id, complaint)
        self.assertEqual(answer.partner_id, self.partner)
        self.assertEqual(answer.company_id, complaint.company_id)
        self.assertEqual(answer.deadline, invitation.sent_at + timedelta(days=30))
        mail = self.env["mail.mail"].search(
            [("model", "=", "survey.user_input"), ("res_id", "=", answer.id)]
        )
        self.assertEqual(mail.email_to, "ines@example.com")
        self.assertEqual(mail.state, "outgoing", "queued, sent by the mail cron")
        self.assertIn(answer.access_token, mail.body_html)
        self.assertIn(complaint.name, mail.subject)

    def test_nobody_is_asked_from_a_neutralized_copy(self):  # S-25
        complaint = self.closed()
        self.env["ir.config_parameter"].set_param("database.is_neutralized", "true")
        self.assertFalse(self.send())
        self.assertEqual(self.invitation(complaint).state, "planned")
        self.env["ir.config_parameter"].set_param("database.is_neutralized", False)
        self.assertTrue(self.send())
        mail = self.env["mail.mail"].search(
            [
                ("model", "=", "survey.user_input"),
                ("res_id", "=", self.invitation(complaint).user_input_id.id),
            ]
        )
        with file_open("customer_satisfaction/data/neutralize.sql") as script:
            self.env.cr.execute(script.read())
        mail.invalidate_recordset()
        self.assertEqual(mail.state, "cancel")

    def test_who_complained_twice_is_asked_where_it_goes_on(self):  # S-25
        kept, duplicate = self.complaint(), self.complaint()
        duplicate._join(kept, "duplicate", None)
        self.assertEqual(duplicate.stage_type, "closed")
        self.assertFalse(self.invitation(duplicate))
        kept._close("confirmed")
        self.assertTrue(self.invitation(kept))

    def test_sender_and_close_hook_twice_ask_once(self):  # S-25
        complaint = self.closed()
        complaint._after_close()
        self.send()
        complaint._after_close()
        self.assertFalse(self.send(), "nothing left to do")
        invitation = self.invitation(complaint)
        self.assertEqual(len(invitation), 1)
        self.assertEqual(
            self.env["survey.user_input"].search_count(
                [("complaint_id", "=", complaint.id)]
            ),
            1,
        )
        self.assertEqual(
            self.env["mail.mail"].search_count(
                [
                    ("model", "=", "survey.user_input"),
                    ("res_id", "=", invitation.user_input_id.id),
                ]
            ),
            1,
        )

    @mute_logger("odoo.sql_db")
    def test_database_refuses_a_second_invitation_for_one_event(self):
        complaint = self.closed()
        with self.assertRaises(psycopg2.errors.UniqueViolation):
            self.invitation(complaint).copy().flush_recordset()

    @mute_logger("odoo.sql_db")
    def test_database_refuses_not_asked_without_a_reason(self):
        invitation = self.invitation(self.closed())
        with self.assertRaises(psycopg2.errors.CheckViolation):
            invitation.write({"state": "skipped"})
            invitation.flush_recordset()

    def test_cron_asks_those_who_are_due(self):  # S-25
        self.plan.delay_hours = 0
        invitation = self.invitation(self.closed())
        cron = self.env.ref("customer_satisfaction.ir_cron_send_invitations")
        trigger = self.env["ir.cron.trigger"].search([("cron_id", "=", cron.id)])
        self.assertEqual(trigger[-1:].call_at, invitation.send_at)
        with self.enter_registry_test_mode():
            cron.method_direct_trigger()
            cron.method_direct_trigger()
        self.assertEqual(invitation.state, "sent")

    def test_customer_asked_lately_is_not_asked_again(self):  # S-28
        first, second = self.closed(), self.closed()
        self.send()
        self.assertEqual(self.invitation(first).state, "sent")
        self.assertEqual(self.invitation(second).state, "skipped")
        self.assertEqual(self.invitation(second).reason, "rest_period")
        third = self.closed()
        self.send(days=25)
        self.assertEqual(self.invitation(third).reason, "rest_period")

    def test_customer_is_asked_again_after_the_rest_period(self):  # S-28
        self.closed()
        self.send()
        later = self.closed()
        self.send(days=32)
        self.assertEqual(self.invitation(later).state, "sent")

    def test_rest_period_is_per_person_across_plans_and_addresses(self):  # S-28
        self.closed()
        self.send()
        other = self.plan.copy({"name": "Another plan"})
        self.plan.active = False
        same_contact = self.closed(email_from="private@example.com")
        twin = self.env["res.partner"].create(
            {"name": "Ines", "email": "INES@example.com"}
        )
        same_address = self.closed(twin)
        colleague = self.closed(self.customers(1))
        self.send()
        for complaint, state in (
            (same_contact, "skipped"),
            (same_address, "skipped"),
            (colleague, "sent"),
        ):
            invitation = self.invitation(complaint)
            self.assertEqual(invitation.plan_id, other)
            self.assertEqual(invitation.state, state)

    def test_rest_period_of_zero_days_asks_always(self):
        self.plan.rest_days = 0
        first, second = self.closed(), self.closed()
        self.send()
        self.assertEqual(self.invitation(first + second).mapped("state"), ["sent"] * 2)

    def invitation(self, complaints):
        return self.Invitation.search([("complaint_id", "in", complaints.ids)])

    def test_customer_without_usable_address_has_this_reason(self):
        nobody = self.env["res.partner"].create({"name": "No Mail"})
        broken = self.env["res.partner"].create({"name": "Broken", "email": "nobody"})
        complaints = self.closed(nobody) + self.closed(broken)
        self.send()
        self.assertEqual(self.invitation(complaints).mapped("reason"), ["no_email"] * 2)
        self.assertFalse(self.invitation(complaints).user_input_id)

    def test_address_added_while_waiting_is_used(self):
        nobody = self.env["res.partner"].create({"name": "No Mail"})
        complaint = self.closed(nobody)
        complaint.email_from = "found@example.com"
        self.send()
        self.assertEqual(
            self.invitation(complaint).user_input_id.email, "found@example.com"
        )

    def test_customer_who_wants_no_mail_has_this_reason(self):
        self.env["mail.blacklist"]._add("ines@example.com")
        complaint = self.closed()
        self.send()
        self.assertEqual(self.invitation(complaint).reason, "opted_out")

    def test_complaint_closed_without_reply_is_asked_too(self):  # S-25
        complaint = self.closed(reason="no_reply")
        self.send()
        self.assertEqual(self.invitation(complaint).state, "sent")

    def test_reopened_complaint_is_asked_after_it_closes_again(self):  # S-25
        complaint = self.closed()
        complaint._reopen("Not solved after all.")
        self.send()
        first = self.invitation(complaint)
        self.assertEqual(first.reason, "reopened")
        complaint._close("confirmed")
        self.send()
        second = self.invitation(complaint) - first
        self.assertEqual((second.round, second.state), (2, "sent"))
        complaint._reopen("Again.")
        complaint._close("confirmed")
        self.send()
        third = self.invitation(complaint) - first - second
        self.assertEqual((third.state, third.reason), ("skipped", "asked"))

    def test_invitation_of_a_round_that_is_over_is_not_sent(self):
        complaint = self.closed()
        complaint._reopen("Not solved after all.")
        complaint._close("confirmed")
        self.send()
        by_round = self.invitation(complaint).sorted("round")
        self.assertEqual(by_round.mapped("state"), ["skipped", "sent"])
        self.assertEqual(by_round[:1].reason, "reopened")

    def test_closed_plan_or_survey_asks_nobody(self):
        complaint = self.closed()
        self.plan.active = False
        self.assertFalse(self.invitation(self.closed()), "no plan, nothing to log")
        self.send()
        self.assertEqual(self.invitation(complaint).reason, "closed")

    def test_plan_of_another_company_does_not_ask(self):
        self.plan.company_id = self.env["res.company"].create({"name": "Elsewhere"})
        self.assertFalse(self.invitation(self.closed()))
        self.plan.company_id = False
        self.assertTrue(self.invitation(self.closed()), "shared plan: all companies")

    def test_failing_invitation_stops_nobody_else(self):
        good = self.closed()
        bad = self.closed(self.customers(1))
        Model = self.registry["customer.satisfaction.invitation"]
        prepare = Model._prepare_user_input_values

        def fail_on_bad(invitation, now):
            if invitation.complaint_id == bad:
                raise ValueError("No such address on this planet.")
            return prepare(invitation, now)

        with (
            patch.object(Model, "_prepare_user_input_values", fail_on_bad),
            mute_logger(
                "odoo.addons.customer_satisfaction.models.customer_satisfaction_invitation"
            ),
        ):
            self.assertEqual(self.send(), 2)
        self.assertEqual(self.invitation(good).state, "sent")
        self.assertEqual(self.invitation(bad).reason, "failed")
        self.assertIn("planet", self.invitation(bad).error)
        self.assertFalse(self.send(), "it does not come back in every run")

    def test_invitation_is_written_in_the_customers_language(self):
        lang = self.chinese()
        self.partner.lang = "zh_CN"
        answer = self.invited()
        self.assertEqual(answer.lang_id, lang)
        mail = self.env["mail.mail"].search(
            [("model", "=", "survey.user_input"), ("res_id", "=", answer.id)]
        )
        self.assertIn("投诉", mail.subject)
        self.assertIn("满意", mail.body_html)

    def test_answer_that_was_asked_for_cannot_be_deleted(self):
        answer = self.invited()
        with mute_logger("odoo.sql_db"), self.assertRaises(psycopg2.Error):
            answer.unlink()
            self.env.flush_all()


@tagged("post_install", "-at_install")
class TestInvitationCost(SatisfactionCommon):
    """Cost follows the number of batches, not of customers: one budget for 1 and for 100."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.one = cls.complaint(cls.customers(1))
        cls.hundred = cls.env["customer.complaint"].create(
            [
                {"partner_id": p.id, "description": "Late.", "acknowledge": False}
                for p in cls.customers(100)
            ]
        )
        cls.env.flush_all()

    def test_planning_costs_the_same_for_1_and_100_complaints(self):
        self.closed(self.customers(1))  # what is cached once
        self.Invitation.search([]).unlink()
        for complaints in (self.one, self.hundred):
            complaints.closed_at = self.now
            self.env.flush_all()
            # One of them asks whether an absent colleague had handed them over.
            with self.subTest(complaints=len(complaints)), self.assertQueryCount(9):
                complaints._after_close()
                self.env.flush_all()
        self.assertEqual(self.Invitation.search_count([("state", "=", "planned")]), 101)

    def test_sending_100_invitations_costs_at_most_62_queries(self):
        (self.one + self.hundred)._close("confirmed")
        self.Invitation.search([("complaint_id", "=", self.one.id)]).unlink()
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.cr.sql_log_count
        self.assertEqual(self.send(), 100)
        self.env.flush_all()
        spent = self.cr.sql_log_count - before
        self.assertLessEqual(spent, 62, f"{spent} queries for 100 invitations")
