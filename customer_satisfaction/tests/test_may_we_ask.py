from datetime import datetime, timedelta
from types import SimpleNamespace
from unittest.mock import patch

import psycopg2

from odoo import fields
from odoo.http import Request
from odoo.tests import HttpCase, tagged
from odoo.tools import SQL, mute_logger

from .common import SatisfactionCommon

SENDER = "odoo.addons.customer_satisfaction.models.customer_satisfaction_invitation"


class AskingCase(SatisfactionCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plan.trigger = "manual"

    def ask(self, partners, plan=None, **after):
        """Ask customers by hand; the rows."""
        plan = plan or self.plan
        now = fields.Datetime.now() + timedelta(**after)
        plan._plan_now(now, self.env.company, [("id", "in", partners.ids)])
        domain = [("plan_id", "=", plan.id), ("partner_id", "in", partners.ids)]
        rows = self.Invitation.search([*domain, ("send_at", "=", now)])
        rows = rows.sorted(lambda row: row.partner_id.id)
        self.Invitation._send_due(now)
        return rows

    def mails(self, rows):
        return self.env["mail.mail"].search(
            [
                ("model", "=", "survey.user_input"),
                ("res_id", "in", rows.user_input_id.ids),
            ],
            order="id",
        )


@tagged("post_install", "-at_install")
class TestRestPeriod(AskingCase):
    def sent(self, row, sent_at, rest_days, **values):
        """A row as another process would have written it."""
        values = {
            "plan_id": row.plan_id.id,
            "company_id": row.company_id.id,
            "partner_id": row.partner_id.id,
            "email_normalized": row.email_normalized,
            "state": "sent",
            "send_at": sent_at,
            "sent_at": sent_at,
            "rest_from": sent_at - timedelta(days=rest_days),
            **values,
        }
        return self.Invitation.create({**values, "person_id": values["partner_id"]})

    def test_database_refuses_a_second_one_within_the_rest_period(self):  # S-28
        row = self.ask(self.partner)
        day = timedelta(days=1)
        for apart, rest_days, values in (
            (29 * day, 30, {}),
            (timedelta(0), 1, {}),
            (-day, 30, {}),
            (5 * day, 30, {"partner_id": self.customers(1).id}),
            (5 * day, 30, {"email_normalized": "private@example.com"}),
        ):
            with (
                self.subTest(apart=apart, rest_days=rest_days, values=values),
                mute_logger("odoo.sql_db"),
                self.assertRaises(psycopg2.errors.ExclusionViolation),
                self.cr.savepoint(),
            ):
                self.sent(row, row.sent_at + apart, rest_days, **values)
        self.sent(row, row.sent_at + 31 * day, 30)
        self.sent(row, row.sent_at + 33 * day, 0)
        self.sent(
            row,
            row.sent_at + day,
            30,
            partner_id=self.customers(1).id,
            email_normalized="other@example.com",
        )

    @mute_logger("odoo.sql_db", SENDER)
    def test_asked_by_somebody_else_at_the_same_moment_has_this_reason(self):  # S-28
        first = self.ask(self.partner)
        others = self.customers(2)
        Model = self.registry["customer.satisfaction.invitation"]
        # What the other process did is not seen yet.
        with patch.object(Model, "_get_last_asked", lambda rows, now: ({}, {})):
            rows = self.ask(others[0] + self.partner + others[1], hours=1)
        mine = rows.filtered(lambda row: row.partner_id == self.partner)
        self.assertEqual((mine.state, mine.reason), ("skipped", "rest_period"))
        self.assertFalse(mine.user_input_id)
        self.assertEqual((rows - mine).mapped("state"), ["sent"] * 2, "others go on")
        self.assertEqual(first.state, "sent")

    def test_exceptions_are_made_by_plan(self):  # S-28
        always = self.plan.copy({"rest_days": 0})
        self.ask(self.partner)
        row = self.ask(self.partner, plan=always, hours=1)
        self.assertEqual(row.state, "sent")
        row = self.ask(self.partner, hours=2)
        self.assertEqual(row.reason, "rest_period")

    def test_company_is_not_asked_through_ever_new_contacts(self):  # S-28
        parent = self.env["res.partner"].create({"name": "Works", "is_company": True})
        staff = self.customers(5)
        staff.parent_id = parent
        self.env.company.satisfaction_company_contacts = 2
        rows = self.ask(staff[:3])
        reasons = rows.mapped("reason")
        self.assertCountEqual(reasons, [False, False, "company_rest"], "within a batch")
        self.assertEqual(self.ask(staff[3], days=20).reason, "company_rest")
        self.assertEqual(self.ask(staff[3], days=40).state, "sent")
        self.env.company.satisfaction_company_contacts = 0
        self.assertEqual(self.ask(staff[4], days=41).state, "sent")

    def test_complaints_without_a_contact_are_of_no_common_company(self):
        self.env.company.satisfaction_company_contacts = 1
        self.plan.trigger = "complaint_closed"
        complaints = self.env["customer.complaint"].create(
            [
                {
                    "partner_name": f"Caller {n}",
                    "email_from": f"caller{n}@example.com",
                    "description": "The parcel was open.",
                    "acknowledge": False,
                }
                for n in range(2)
            ]
        )
        complaints.partner_id = False
        for complaint in complaints:
            complaint._close("confirmed")
        self.send()
        rows = self.Invitation.search([("complaint_id", "in", complaints.ids)])
        self.assertEqual(rows.mapped("reason"), [False, False])

    def test_contacts_are_merged_although_both_were_asked(self):
        other = self.customers(1)
        rows = self.ask(self.partner + other)
        self.env["base.partner.merge.automatic.wizard"]._merge(
            [self.partner.id, other.id], self.partner
        )
        self.assertEqual(rows.exists().partner_id, self.partner)
        self.assertEqual(len(rows.exists()), 2, "the log is kept")

    def test_customer_with_an_open_complaint_is_spared(self):  # S-28
        parent = self.env["res.partner"].create({"name": "Works", "is_company": True})
        complaining, colleague, stranger = self.customers(3)
        (complaining + colleague).parent_id = parent
        complaint = self.complaint(complaining)
        rows = self.ask(complaining + colleague + stranger)
        self.assertEqual(
            rows.mapped("reason"), ["complaint_open", "complaint_open", False]
        )
        self.plan.spare_complaining = False
        self.assertEqual(self.ask(complaining, hours=1).state, "sent")
        self.plan.spare_complaining = True
        complaint._close("confirmed")
        self.assertEqual(self.ask(colleague, hours=2).state, "sent")

    def test_open_complaint_is_known_by_its_address_as_well(self):  # S-28
        named, stranger = self.customers(2)
        nobody = self.env["res.partner"]
        complaint = self.complaint(
            named, email_from="Customer 0 <CUSTOMER0@example.com>"
        )
        complaint.partner_id = nobody
        self.assertFalse(complaint.commercial_partner_id)
        rows = self.ask(named + stranger)
        self.assertEqual(rows.mapped("reason"), ["complaint_open", False])
        other = self.closed(stranger)
        other.partner_id = nobody
        self.assertEqual(self.ask(self.partner).state, "sent", "nobody is no company")

    def test_suggestion_is_no_open_complaint(self):
        self.complaint(record_type="suggestion")
        self.assertEqual(self.ask(self.partner).state, "sent")


@tagged("post_install", "-at_install")
class TestDrawing(AskingCase):
    def test_same_seed_draws_the_same_customers(self):  # S-29
        self.plan.sample_percent = 40
        many = self.customers(200)
        drawn = {}
        for number, seed in enumerate((7, 7, 8)):
            self.plan.sample_seed = seed
            rows = self.ask(many, days=40 * number)
            self.Invitation._send_due(rows[0].send_at)
            self.assertEqual(
                set(rows.filtered("reason").mapped("reason")), {"not_sampled"}
            )
            asked = rows.filtered(lambda row: row.state == "sent").partner_id
            # Five standard deviations: whom it hits depends on their ids.
            self.assertAlmostEqual(len(asked), 80, delta=35)
            self.assertEqual(drawn.setdefault(seed, asked), asked)
        self.assertNotEqual(drawn[7], drawn[8])

    def test_nobody_and_everybody(self):
        self.plan.sample_percent = 0
        self.assertEqual(self.ask(self.partner).reason, "not_sampled")
        self.plan.sample_percent = 100
        self.assertEqual(self.ask(self.partner, hours=1).state, "sent")


@tagged("post_install", "-at_install")
class TestSendWindow(AskingCase):
    def opening(self, moment, zone):
        return self.plan._get_opening(datetime.fromisoformat(moment), zone)

    def test_mail_waits_for_the_customers_own_day(self):  # S-29
        self.plan.write({"window_from": 9, "window_to": 17, "window_days": "01234"})
        for moment, zone, expected in (
            # Monday, summer time
            ("2026-06-01 07:30", "Europe/Amsterdam", "2026-06-01 07:30"),
            ("2026-06-01 06:30", "Europe/Amsterdam", "2026-06-01 07:00"),
            ("2026-06-01 15:00", "Europe/Amsterdam", "2026-06-02 07:00"),
            ("2026-06-01 07:30", "Asia/Shanghai", "2026-06-01 07:30"),
            ("2026-06-01 09:30", "Asia/Shanghai", "2026-06-02 01:00"),
            # Friday evening, and over the end of summer time
            ("2026-06-05 18:00", "Europe/Amsterdam", "2026-06-08 07:00"),
            ("2026-10-23 18:00", "Europe/Amsterdam", "2026-10-26 08:00"),
            # Friday in Utrecht is Saturday in Kiritimati.
            ("2026-06-05 11:00", "Pacific/Kiritimati", "2026-06-07 19:00"),
        ):
            with self.subTest(moment=moment, zone=zone):
                self.assertEqual(
                    self.opening(moment, zone), datetime.fromisoformat(expected)
                )

    def test_no_window_sends_at_once(self):
        self.assertEqual(
            self.opening("2026-06-06 03:00", "UTC"), datetime(2026, 6, 6, 3)
        )

    def test_row_outside_the_window_is_planned_for_the_opening(self):  # S-29
        self.plan.write({"window_from": 9, "window_to": 17})
        east, west = self.customers(2)
        east.tz, west.tz = "Asia/Shanghai", "America/New_York"
        now = datetime(2036, 6, 2, 2)  # ten in the morning, and ten in the evening
        with patch.object(fields.Datetime, "now", lambda: now):
            rows = self.ask(east + west)
        self.assertEqual(rows.mapped("state"), ["sent", "planned"])
        self.assertEqual(rows[1].send_at, datetime(2036, 6, 2, 13))
        self.Invitation._send_due(datetime(2036, 6, 2, 13))
        self.assertEqual(rows[1].state, "sent")


@tagged("post_install", "-at_install")
class TestReminders(AskingCase):
    def remind(self, **after):
        return self.Invitation._remind_due(fields.Datetime.now() + timedelta(**after))

    def test_only_who_has_not_answered_is_reminded_and_not_for_ever(self):  # S-28
        self.plan.write({"reminder_count": 5, "reminder_days": 7})
        rows = self.ask(self.customers(2))
        answer = rows[0].user_input_id
        answer._save_lines(self.csat, str(self.option(4).id))
        answer._mark_done()
        self.assertFalse(self.remind(days=6))
        self.assertEqual(self.remind(days=8), 1)
        self.assertFalse(self.remind(days=8), "once")
        self.assertEqual(self.remind(days=16), 1)
        self.assertFalse(self.remind(days=24), "the company allows two")
        self.assertEqual(rows.mapped("reminder_count"), [0, 2])
        self.assertEqual(len(self.mails(rows[1])), 3)
        self.assertEqual(len(self.mails(rows[0])), 1)
        self.assertEqual(rows[1].state, "sent", "one link, one answer")

    def test_no_reminder_when_it_would_be_wrong(self):  # S-28
        self.plan.write({"reminder_count": 1, "validity_days": 60})
        rows = self.ask(self.customers(2))
        self.env["customer.satisfaction.optout"]._stop(
            ["customer0@example.com"], "page"
        )
        self.complaint(rows[1].partner_id)
        self.remind(days=8)
        self.assertEqual(rows.mapped("reminder_count"), [0, 0])
        self.assertFalse(any(rows.mapped("remind_at")))
        self.plan.validity_days = 3
        row = self.ask(self.customers(1), days=90)
        self.remind(days=100)
        self.assertEqual(row.reminder_count, 0, "the link has expired")
        row = self.ask(self.customers(1), days=200)
        self.plan.validity_days = 60  # for links that are sent from now on
        self.remind(days=210)
        self.assertEqual(row.reminder_count, 0, "this link as well")

    def test_nobody_is_reminded_of_a_complaint_that_was_reopened(self):  # S-28
        plan = self.plan_after(
            "complaint_closed", reminder_count=1, delay_hours=0, spare_complaining=False
        )
        complaints = self.closed()
        complaints += self.closed(self.customers(1))
        self.send(minutes=1)
        rows = self.Invitation.search([("plan_id", "=", plan.id)], order="id")
        self.assertEqual(rows.mapped("state"), ["sent", "sent"])
        complaints[0]._reopen("It is broken again.")
        self.remind(days=8)
        self.assertEqual(rows.mapped("reminder_count"), [0, 1])
        self.assertFalse(rows[0].remind_at)

    def test_plans_remind_nobody_unless_told_to(self):
        self.assertFalse(self.ask(self.partner).remind_at)


@tagged("post_install", "-at_install")
class TestStopPage(AskingCase, HttpCase):
    def setUp(self):
        super().setUp()
        self.row = self.ask(self.partner)
        self.url = f"{self.row.user_input_id.get_start_url()}/stop"
        self.authenticate(None, None)

    def stopped(self):
        self.env.invalidate_all()
        return self.env["customer.satisfaction.optout"].search(
            [("email", "=", "ines@example.com")]
        )

    def post(self, **values):
        data = {"csrf_token": Request.csrf_token(self), **values}
        return self.url_open(self.url, data=data)

    def test_one_press_ends_all_surveys_and_can_be_taken_back(self):  # S-28
        page = self.url_open(self.url)
        self.assertEqual(page.status_code, 200)
        self.assertEqual(page.text.count("<button"), 1)
        self.assertFalse(self.stopped(), "looking changes nothing")
        self.assertIn("do not ask you any more", self.post().text)
        self.assertEqual(self.stopped().source, "page")
        self.post()
        self.assertEqual(len(self.stopped()), 1)
        self.assertEqual(self.ask(self.partner, days=40).reason, "opted_out")
        self.assertIn("may be asked again", self.post(again="1").text)
        self.assertFalse(self.stopped())
        self.assertEqual(self.ask(self.partner, days=41).state, "sent")

    def test_pressed_twice_at_once_it_stops_once(self):  # S-28
        Optout = self.env["customer.satisfaction.optout"]
        Optout._stop(["ines@example.com"], "page")
        # The other press has not ended yet when this one looks.
        with patch.object(type(Optout), "search", lambda self, *args, **kw: self):
            Optout._stop(["ines@example.com"], "page")
        self.assertEqual(len(self.stopped()), 1)

    def test_expired_link_still_stops(self):
        self.row.user_input_id.deadline = fields.Datetime.now() - timedelta(days=1)
        self.post()
        self.assertTrue(self.stopped())

    @mute_logger("odoo.http")
    def test_only_a_press_of_the_button_counts(self):  # S-28
        self.assertEqual(self.url_open(self.url, method="HEAD").status_code, 200)
        self.assertEqual(self.url_open(self.url, data={"x": "1"}).status_code, 400)
        self.assertFalse(self.stopped())

    def test_forged_link_is_told_so(self):
        self.url = "/satisfaction/00000000-0000-4000-8000-000000000000/stop"
        self.assertEqual(self.url_open(self.url).status_code, 404)
        self.assertEqual(self.post().status_code, 404)

    def test_mail_programs_offer_to_stop(self):  # S-28
        [email] = self.mails(self.row)._prepare_outgoing_list()
        self.assertEqual(
            email["headers"]["List-Unsubscribe"],
            f"<{self.row.user_input_id.get_base_url()}{self.url}>",
        )

    def test_address_is_kept_as_it_is_compared(self):
        optout = self.env["customer.satisfaction.optout"].create(
            {"email": "Ines <INES@Example.com>"}
        )
        self.assertEqual((optout.email, optout.source), ("ines@example.com", "staff"))


@tagged("post_install", "-at_install")
class TestTwoSenders(AskingCase):
    def test_who_comes_while_another_sends_leaves_it_to_him(self):  # S-28
        self.plan._plan_now(self.now, self.env.company, [("id", "=", self.partner.id)])
        with self.registry.cursor() as other:
            other.execute(
                SQL("SELECT pg_advisory_xact_lock(hashtext(%s))", self.Invitation._name)
            )
            self.assertFalse(self.send())
        self.assertEqual(self.send(), 1)

    def test_decision_needs_no_stored_rows(self):
        rows = self.Invitation.new(
            {
                "plan_id": self.plan.id,
                "partner_id": self.partner.id,
                "company_id": self.env.company.id,
            }
        )
        rows._refresh_contacts()
        self.assertEqual(rows._get_reasons(self.now), [None])
        self.assertIsInstance(rows._get_facts(self.now), SimpleNamespace)
