import ast
from datetime import timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo.exceptions import AccessError
from odoo.tests import Form, tagged
from odoo.tools import file_open, mute_logger

from .common import RECEIPT
from .test_escalation_chain import DUE, ENGINE, ChainCommon

PAUSE = "odoo.addons.customer_complaint.models.complaint_pause"
HEALTH = "odoo.addons.customer_complaint.models.customer_complaint_health"


class HealthCommon(ChainCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.health = cls.env.ref("customer_complaint.health")
        cls.health.write({"last_run_at": DUE, "held_at": False})
        cls.step(cls, recipient="leader")

    def run_cron(self, now):
        """A run of the engine as the scheduler starts it, without its commits."""
        crons = type(self.env["ir.cron"])
        with (
            freeze_time(now),
            patch.object(crons, "_commit_progress", lambda *a, **kw: float("inf")),
        ):
            self.Deadline._cron_run_steps(now)
        self.env.invalidate_all()

    def alerts(self, user=None, now=DUE):
        with freeze_time(now):
            health = self.env["customer.complaint.health"]
            return [
                alert["text"]
                for alert in health.with_user(user or self.manager)._get_alerts()
            ]


@tagged("post_install", "-at_install")
class TestHealth(HealthCommon):
    """Whether deadlines are watched at all, and who is told when they are not."""

    def test_each_run_is_noted_once_a_minute(self):
        #
        self.run_cron(DUE + timedelta(seconds=30))
        self.assertEqual(self.health.last_run_at, DUE)
        self.run_cron(DUE + timedelta(minutes=5))
        self.assertEqual(self.health.last_run_at, DUE + timedelta(minutes=5))

    def test_after_a_standstill_nothing_goes_out_until_a_manager_releases_it(self):
        # C-41 X-14
        complaint = self.make_owned()
        now = DUE + timedelta(hours=12, minutes=1)
        with mute_logger(HEALTH):
            self.run_cron(now)
            self.run_cron(now + timedelta(hours=1))
        self.assertFalse(self.log(complaint))
        self.assertEqual(self.health.held_at, now)
        (alert,) = self.alerts(now=now)
        self.assertRegex(alert, "stood still.* 1 deadlines wait")
        for user in (self.lead, self.handler):
            self.assertFalse(self.alerts(user, now))
            with self.assertRefused(AccessError, "Only a complaint manager"):
                self.health.with_user(user).sudo(False).action_release()
        later = now + timedelta(hours=2)
        with freeze_time(later), mute_logger(HEALTH):
            self.health.with_user(self.manager).action_release()
        self.assertEqual(
            (self.health.released_at, self.health.released_by_id),
            (later, self.manager),
        )
        self.assertFalse(self.health.held_at)
        self.run_cron(later)
        self.assertTrue(self.log(complaint))
        self.assertFalse(self.alerts(now=later))

    def paused_too_long(self, count):
        """Complaints with a pause that is over at DUE."""
        reason = self.env["customer.complaint.deadline.reason"].create(
            {"name": "Waits", "used_for": "pause", "max_days": 1}
        )
        complaints = self.env["customer.complaint"].concat(
            *(self.make_owned() for _index in range(count))
        )
        with freeze_time(RECEIPT):
            complaints._pause_deadlines(RECEIPT, reason)
        complaints.sudo().deadline_ids.next_step_at = False
        return complaints

    def test_pauses_that_are_over_wait_for_the_release_too(self):
        #
        complaint = self.paused_too_long(1)
        now = DUE + timedelta(hours=13)
        with mute_logger(HEALTH):
            self.run_cron(now)
        self.assertEqual(self.health.held_at, now)
        self.assertTrue(complaint.paused_at)
        (alert,) = self.alerts(now=now)
        self.assertIn("1 deadlines wait", alert)

    def test_all_pauses_that_are_over_end_in_one_run_whatever_one_raises(self):
        #
        complaints = self.paused_too_long(5)
        model = type(complaints)
        original = model._resume_deadlines

        def broken(records, at):
            if complaints[1] in records:
                raise ValueError("poisoned")
            return original(records, at)

        with (
            patch.object(model, "_resume_deadlines", broken),
            patch(f"{PAUSE}.PACKAGE", 2),
            mute_logger(ENGINE),
        ):
            self.run_cron(DUE)
        self.assertEqual(complaints.filtered("paused_at"), complaints[1])

    def test_a_standstill_with_nothing_due_is_none(self):
        self.run_cron(DUE + timedelta(days=3))
        self.assertFalse(self.health.held_at)

    def test_the_length_of_a_standstill_is_a_setting(self):
        self.make_owned()
        with Form(self.env["res.config.settings"]) as settings:
            self.assertEqual(settings.complaint_standstill_hours, 12)
            settings.complaint_standstill_hours = 48
        settings.save().execute()
        self.run_cron(DUE + timedelta(hours=47))
        self.assertFalse(self.health.held_at)
        # What makes no sense is no reason to stop, or to stop never.
        for value in ("-1", "0", "x"):
            self.env["ir.config_parameter"].set_param(
                "customer_complaint.standstill_hours", value
            )
            with mute_logger(HEALTH):
                self.health.write({"last_run_at": DUE, "held_at": False})
                self.Deadline.search(
                    [("state", "=", "open")], limit=1
                ).next_step_at = DUE
                self.run_cron(DUE + timedelta(hours=13))
            self.assertTrue(self.health.held_at)

    def test_managers_are_warned_when_nobody_checks(self):
        self.make_owned()
        self.assertFalse(self.alerts(now=DUE + timedelta(minutes=119)))
        (alert,) = self.alerts(now=DUE + timedelta(minutes=125))
        self.assertRegex(alert, "not been checked for 2 h 5 min: 1 wait")
        # It ran, and another engine is still busy with the row.
        self.health.last_run_at = DUE + timedelta(hours=1)
        self.assertFalse(self.alerts(now=DUE + timedelta(minutes=125)))
        self.health.last_run_at = DUE
        self.env["ir.config_parameter"].set_param(
            "customer_complaint.unchecked_hours", "3"
        )
        self.assertFalse(self.alerts(now=DUE + timedelta(minutes=125)))

    def test_other_companies_are_not_counted(self):
        complaint = self.make_owned()
        other = self.env["res.company"].create({"name": "Elsewhere"})
        now = DUE + timedelta(days=1)
        self.assertTrue(self.alerts(now=now))
        self.env.cr.execute(
            "UPDATE customer_complaint_deadline SET company_id = %s WHERE id = %s",
            [other.id, self.row(complaint, "first_response").id],
        )
        self.env.invalidate_all()
        self.assertFalse(self.alerts(now=now))

    def test_the_page_shows_what_needs_attention(self):
        row = self.row(self.make_owned(), "first_response")
        row.write({"error": "Broken", "next_step_at": DUE + timedelta(hours=1)})
        empty = self.env["resource.calendar"].create(
            {"name": "Nothing", "attendance_ids": False}
        )
        empty.attendance_ids.unlink()
        self.company.resource_calendar_id = empty
        message = self.env["mail.message"].create(
            {"model": "customer.complaint", "res_id": row.complaint_id.id}
        )
        self.env["mail.mail"].create(
            {"mail_message_id": message.id, "state": "exception"}
        )
        cron = self.env.ref("customer_complaint.ir_cron_run_deadline_steps")
        with freeze_time(DUE), Form(self.health.with_user(self.manager)) as page:
            self.assertEqual(page.failed_count, 1)
            self.assertEqual(page.unsent_count, 1)
            self.assertIn(empty, page.empty_calendar_ids)
            self.assertTrue(page.next_run_at)
            self.assertIn("Failed escalations: 1", page.alerts)
        action = self.health.with_user(self.manager).action_show_failed()
        self.assertEqual(self.Deadline.search(ast.literal_eval(action["domain"])), row)
        cron.active = False
        self.env.invalidate_all()
        self.assertFalse(self.health.next_run_at)

    def test_working_times_of_other_companies_are_not_shown(self):
        empty = self.calendar.copy({"name": "Of others", "company_id": False})
        empty.attendance_ids.unlink()
        self.env["res.company"].create(
            {"name": "Elsewhere", "resource_calendar_id": empty.id}
        )
        health = self.health.with_user(self.manager)
        self.assertNotIn(empty, health.empty_calendar_ids)
        self.company.resource_calendar_id = empty
        health.invalidate_recordset()
        self.assertIn(empty, health.empty_calendar_ids)

    def test_only_managers_read_the_page_and_nobody_writes_it(self):
        for user in (self.lead, self.handler, self.seller):
            with self.assertRefused(AccessError, "Deadline Health"):
                self.health.with_user(user).read(["last_run_at"])
        with self.assertRefused(AccessError, "Deadline Health"):
            self.health.with_user(self.manager).write({"held_at": False})


@tagged("post_install", "-at_install")
class TestNeutralizedCopy(HealthCommon):
    """From a copy of the database no button and no job sends anything."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["ir.config_parameter"].set_param("database.is_neutralized", "true")

    def test_the_engine_and_the_digest_do_nothing(self):
        #
        complaint = self.make_owned()
        self.run_cron(DUE)
        self.assertFalse(self.log(complaint))
        self.assertEqual(self.row(complaint, "first_response").next_step_at, DUE)
        self.assertTrue(self.health.with_user(self.manager).is_neutralized)

    def test_no_acknowledgement_and_no_message_leaves(self):
        self.lead.email = "lead@example.com"
        mails = self.env["mail.mail"].search([])
        complaint = self.make_owned(acknowledge=True)
        complaint.message_post(
            body="Sorry!",
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
            partner_ids=(self.partner + self.lead.partner_id).ids,
        )
        complaint.user_id = self.lead
        self.flush_tracking()
        self.assertEqual(self.env["mail.mail"].search([]), mails)

    def test_no_template_or_mailing_leaves_either(self):
        complaint = self.make_owned()
        template = self.env.ref("customer_complaint.mail_template_first_answer")
        other = self.env["mail.mail"].create({"subject": "Of somebody else"})
        known = self.env["mail.mail"].search([])
        self.env["mail.compose.message"].create(
            {
                "model": complaint._name,
                "res_ids": repr(complaint.ids),
                "composition_mode": "mass_mail",
                "template_id": template.id,
                "auto_delete": False,
            }
        )._action_send_mail()
        template.send_mail(complaint.id, force_send=True)
        sent = self.env["mail.mail"].search([]) - known
        self.assertEqual(set(sent.mapped("state")), {"cancel"})
        self.assertEqual(other.state, "outgoing")

    def test_what_waits_in_the_queue_is_cancelled_by_the_copy(self):
        self.env["ir.config_parameter"].set_param("database.is_neutralized", False)
        known = self.env["mail.mail"].search([])
        self.make_owned(acknowledge=True)
        other = self.env["mail.mail"].create({"subject": "Of somebody else"})
        mails = self.env["mail.mail"].search([]) - known - other
        self.assertEqual(set(mails.mapped("state")), {"outgoing"})
        with file_open("customer_complaint/data/neutralize.sql") as script:
            self.env.cr.execute(script.read())
        self.env.invalidate_all()
        self.assertEqual(set(mails.mapped("state")), {"cancel"})
        self.assertEqual(other.state, "outgoing")
