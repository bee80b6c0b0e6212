from datetime import datetime, timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo.fields import Command
from odoo.tests import Form, new_test_user, tagged
from odoo.tools import mute_logger

from .common import RECEIPT
from .test_escalation_chain import DUE, ENGINE, ChainCommon

DIGEST = "odoo.addons.customer_complaint.models.complaint_digest"
# Tuesday, before work and in the morning.
NIGHT = datetime(2025, 3, 4, 3)
MORNING = datetime(2025, 3, 4, 8)
SATURDAY = datetime(2025, 3, 8, 8)


@tagged("post_install", "-at_install")
class TestDigest(ChainCommon):
    """One message a day per colleague instead of one per complaint."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Users = cls.env["res.users"]
        cls.people = cls.handler + cls.lead + cls.manager
        for user in cls.people:
            user.write({"email": f"{user.login}@example.com", "tz": "UTC"})
        # Others in this database have complaints of their own.
        cls.env["customer.complaint"].search([]).next_due_at = False
        cls.env["customer.complaint.escalation"].search([]).digest_at = MORNING

    def send(self, now=MORNING):
        """The mails that a run of the digest queues."""
        known = self.env["mail.mail"].search([])
        crons = type(self.env["ir.cron"])
        with (
            freeze_time(now),
            patch.object(crons, "_commit_progress", lambda *a, **kw: float("inf")),
        ):
            self.env.ref("customer_complaint.health").last_run_at = now
            self.Users._cron_send_complaint_digests(now)
        return self.env["mail.mail"].search([]) - known

    def due(self, hours, **values):
        """A complaint of the handler that is due `hours` after MORNING."""
        values.setdefault("user_id", self.handler.id)
        complaint = self.make_complaint(**values).sudo()
        complaint.next_due_at = MORNING + timedelta(hours=hours)
        complaint.next_due_type = "completion"
        return complaint

    def test_overdue_today_and_escalated_are_one_message(self):
        # C-41
        late, today, later = self.due(-30), self.due(5), self.due(30)
        self.step(recipient="leader")
        escalated = self.make_complaint()
        with freeze_time(MORNING - timedelta(hours=1)):
            row = self.row(escalated, "first_response")
            row.next_step_at = row.due_at = MORNING - timedelta(hours=1)
            self.run_engine(MORNING - timedelta(hours=1))
        mails = self.send()
        mine = mails.filtered(lambda m: m.recipient_ids == self.handler.partner_id)
        self.assertEqual(len(mine), 1)
        self.assertIn("1 overdue, 1 due today, 0 escalated", mine.subject)
        self.assertIn(late.name, mine.body_html)
        self.assertIn(today.name, mine.body_html)
        self.assertNotIn(later.name, mine.body_html)
        self.assertIn(f"res_id={late.id}", mine.body_html)
        his = mails.filtered(lambda m: m.recipient_ids == self.lead.partner_id)
        self.assertIn("0 overdue, 0 due today, 1 escalated", his.subject)
        self.assertIn(escalated.name, his.body_html)
        self.assertEqual(mails, mine + his)

    def test_nobody_gets_it_twice(self):
        # X-14
        self.due(-1)
        self.assertEqual(len(self.send()), 1)
        self.assertFalse(self.send(MORNING + timedelta(hours=2)))
        self.assertEqual(len(self.send(MORNING + timedelta(days=1))), 1)

    def test_what_was_told_is_not_told_again(self):
        # X-14
        self.step(recipient="leader", effect="email")
        complaint = self.make_owned()
        with freeze_time(RECEIPT + timedelta(hours=48)):
            self.run_engine(RECEIPT + timedelta(hours=48))
        complaint.sudo().next_due_at = False
        thursday = RECEIPT + timedelta(days=3)
        self.assertIn(complaint.name, self.send(thursday).body_html)
        self.assertEqual(self.log(complaint).digest_at, thursday)
        self.assertFalse(self.send(thursday + timedelta(days=1)))

    def test_it_comes_in_the_morning_of_the_reader(self):
        self.due(-1)
        self.assertFalse(self.send(NIGHT))
        self.handler.tz = "Asia/Shanghai"
        self.assertEqual(len(self.send(NIGHT)), 1)

    def test_it_comes_on_working_days_only(self):
        self.due(-1)
        self.assertFalse(self.send(SATURDAY))
        self.company.resource_calendar_id = False
        self.assertEqual(len(self.send(SATURDAY)), 1)

    def test_a_reader_may_switch_it_off_in_his_preferences(self):
        self.due(-1)
        preferences = self.handler.with_user(self.handler)
        view = "base.view_users_form_simple_modif"
        with Form(preferences, view=view) as form:
            form.complaint_digest = False
        self.assertFalse(self.send())
        # Nothing heaps up for the day on which he switches it on again.
        self.handler.complaint_digest = True
        self.assertFalse(self.send(MORNING + timedelta(hours=1)))

    def test_an_empty_digest_is_not_sent(self):
        self.due(48)
        self.assertFalse(self.send())

    def test_it_speaks_the_language_and_time_of_the_reader(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.env["ir.ui.view"].search(
            [("key", "=", "customer_complaint.digest_mail")]
        ).update_field_translations("arch_db", {"fr_FR": {"Hello": "Bonjour"}})
        self.handler.write({"lang": "fr_FR", "tz": "Asia/Shanghai"})
        self.due(-2)
        body = self.send().body_html
        self.assertIn("Bonjour", body)
        self.assertIn("14:00", body)

    def test_many_complaints_are_counted_not_listed(self):
        for _index in range(18):
            self.due(-1)
        body = self.send().body_html
        self.assertEqual(body.count("/mail/view"), 15)
        self.assertRegex(body, r"and\s+3\s+more")

    def test_a_deputy_reads_what_the_absent_owner_owes(self):
        # C-42
        complaint = self.due(-1)
        with freeze_time(MORNING):
            self.away(self.handler, self.lead)
        mail = self.send()
        self.assertEqual(mail.recipient_ids, self.lead.partner_id)
        self.assertIn(complaint.name, mail.body_html)

    def test_who_lost_his_access_does_not_read_it_here(self):
        self.step(recipient="leader", effect="email")
        complaint = self.make_owned()
        self.run_engine(RECEIPT + timedelta(hours=48))
        self.env.cr.execute(
            "UPDATE customer_complaint_escalation SET create_date = %s WHERE id = %s",
            [MORNING, self.log(complaint).id],
        )
        complaint.sudo().write({"next_due_at": False, "team_id": self.other_team.id})
        self.assertFalse(self.send(MORNING + timedelta(hours=1)))

    def escalated(self):
        """A complaint of which the leader is to be told by e-mail on Wednesday."""
        self.step(recipient="leader", effect="email")
        complaint = self.make_owned()
        with freeze_time(DUE):
            self.run_engine(DUE)
        complaint.sudo().next_due_at = False
        return complaint

    def test_a_rule_that_is_switched_off_tells_nothing(self):
        # C-41
        self.rule("email").active = False
        self.escalated()
        self.assertFalse(self.send(DUE + timedelta(days=1)))

    def test_who_reads_no_email_gets_a_to_do(self):
        # C-41
        for values in ({"email": False}, {"complaint_digest": False}):
            with self.subTest(values=values):
                self.lead.write({"email": "lead@example.com", **values})
                complaint = self.escalated()
                self.assertEqual(complaint.sudo().activity_ids.user_id, self.lead)
                self.assertFalse(self.send(DUE + timedelta(days=1)))
                self.assertFalse(self.log(complaint).digest_at)
                self.Step.search([]).active = False

    def test_who_switches_it_off_meanwhile_gets_a_to_do(self):
        # C-41
        complaint = self.escalated()
        self.lead.complaint_digest = False
        self.assertFalse(self.send(DUE + timedelta(days=1)))
        self.assertEqual(complaint.sudo().activity_ids.user_id, self.lead)
        self.assertFalse(self.log(complaint).digest_at)

    def test_what_waited_for_long_is_told_still(self):
        # C-41
        complaint = self.escalated()
        self.assertIn(complaint.name, self.send(DUE + timedelta(days=14)).body_html)

    def test_an_owner_who_may_not_know_is_told_nothing_but_the_next_one_up(self):
        # C-42
        complaint = self.due(-1)
        for values in (
            {"group_ids": [Command.set(self.env.ref("base.group_user").ids)]},
            {"active": False},
        ):
            with self.subTest(values=values):
                self.handler.write(values)
                self.lead.complaint_digest_on = False
                mail = self.send()
                self.assertEqual(mail.recipient_ids, self.lead.partner_id)
                self.assertIn(complaint.name, mail.body_html)

    def test_a_user_with_broken_settings_stops_nobody(self):
        # X-14
        self.due(-1)
        self.due(-1, user_id=self.lead.id)
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE res_partner SET tz = 'Mars/Base', lang = 'xx_XX' WHERE id = %s",
            [self.handler.partner_id.id],
        )
        self.env.invalidate_all()
        partners = self.handler.partner_id + self.lead.partner_id
        self.assertEqual(self.send().recipient_ids, partners)

    def test_a_digest_that_fails_stops_nobody(self):
        # X-14
        self.due(-1)
        self.due(-1, user_id=self.lead.id)
        original = type(self.Users)._prepare_digest

        def broken(user, *args):
            if user == self.handler:
                raise ValueError("poisoned")
            return original(user, *args)

        with (
            patch.object(type(self.Users), "_prepare_digest", broken),
            mute_logger(DIGEST, ENGINE),
        ):
            self.assertEqual(self.send().recipient_ids, self.lead.partner_id)
        self.assertEqual(self.send().recipient_ids, self.handler.partner_id)

    def test_each_company_asks_who_may_be_told(self):
        # C-42
        self.due(-1)
        other = self.env["res.company"].create({"name": "Elsewhere"})
        complaint = self.due(-1)
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE customer_complaint SET company_id = %s WHERE id = %s",
            [other.id, complaint.id],
        )
        self.env.invalidate_all()
        body = (
            self.send()
            .filtered(lambda m: m.recipient_ids == self.handler.partner_id)
            .body_html
        )
        self.assertNotIn(complaint.name, body)

    def test_nothing_is_sent_from_a_copy_or_after_a_standstill(self):
        # X-14
        self.due(-1)
        health = self.env.ref("customer_complaint.health")
        health.held_at = NIGHT
        self.assertFalse(self.send())
        health.held_at = False
        parameters = self.env["ir.config_parameter"]
        parameters.set_param("database.is_neutralized", "true")
        self.assertFalse(self.send())
        parameters.set_param("database.is_neutralized", False)
        self.assertEqual(len(self.send()), 1)

    def test_many_readers_cost_few_statements(self):
        group = "customer_complaint.group_complaint_user"
        owners = [
            new_test_user(
                self.env(context={"no_reset_password": True}),
                f"t_reader_{index}",
                group,
                email=f"reader{index}@example.com",
                company_id=self.company.id,
            )
            for index in range(20)
        ]
        for owner in owners:
            self.due(-1, user_id=owner.id, team_id=self.other_team.id)
        self.env.flush_all()
        self.env.invalidate_all()
        readers = self.Users._get_digest_readers(MORNING)
        self.assertEqual(len(readers), 20)
        start = self.env.cr.sql_log_count
        readers[:2]._send_daily_digest(MORNING)
        few = self.env.cr.sql_log_count - start
        start = self.env.cr.sql_log_count
        readers[2:]._send_daily_digest(MORNING)
        many = self.env.cr.sql_log_count - start
        self.assertLess(many, few + 18)
