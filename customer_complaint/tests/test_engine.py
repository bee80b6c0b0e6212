from datetime import datetime, timedelta
from unittest.mock import patch

from freezegun import freeze_time
from psycopg2.errors import SerializationFailure

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .common import RECEIPT, ComplaintCommon

ENGINE = "odoo.addons.customer_complaint.models.complaint_engine"


@tagged("post_install", "-at_install")
class TestEngine(ComplaintCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Deadline = cls.env["customer.complaint.deadline"]
        # Rows of other complaints in this database stay out of the counts.
        cls.Deadline.search([]).next_step_at = False
        # Working hours are the question of test_escalation_chain.py.
        cls.company.complaint_tell_in_hours = False

    def run_engine(self, now):
        return self.Deadline._run_due_steps(now)

    def steps_of(self, complaint):
        return sorted(
            (row.step_id.id, row.deadline_id.deadline_type)
            for row in complaint.sudo().deadline_ids.escalation_ids
        )

    def activities(self, complaint):
        return complaint.sudo().activity_ids

    def test_nothing_happens_before_a_step_is_due(self):
        # C-41
        complaint = self.make_owned()
        self.assertEqual(self.run_engine(RECEIPT + timedelta(hours=43)), 0)
        self.assertFalse(self.activities(complaint))

    def test_one_reminder_before_to_the_owner(self):
        # C-41
        complaint = self.make_owned()
        self.run_engine(RECEIPT + timedelta(hours=44))
        todo = self.activities(complaint)
        self.assertEqual(todo.user_id, self.handler)
        self.assertEqual(todo.summary, "Deadline is near")
        self.assertIn("03/05/2025 09:00 AM", todo.note)

    def test_one_escalation_after_to_the_team_leader_who_follows_from_then_on(self):
        # C-41 C-42
        complaint = self.make_owned()
        self.run_engine(RECEIPT + timedelta(hours=44))
        self.run_engine(RECEIPT + timedelta(hours=48))
        todos = self.activities(complaint)
        self.assertEqual(todos.user_id, self.handler + self.lead)
        self.assertIn(self.lead.partner_id, complaint.message_partner_ids)
        log = complaint.sudo().deadline_ids.escalation_ids.filtered(
            lambda e: e.step_id == self.env.ref("customer_complaint.step_leader")
        )
        self.assertEqual((log.from_user_id, log.user_id), (self.handler, self.lead))
        self.assertIn("was due on 03/05/2025 09:00 AM", log.reason)

    def test_escalation_climbs_to_upper_management_a_day_later(self):
        # C-42
        complaint = self.make_owned()
        for hours in (44, 48, 72):
            self.run_engine(RECEIPT + timedelta(hours=hours))
        managed = self.activities(complaint).filtered(
            lambda a: a.user_id == self.manager
        )
        self.assertEqual(managed.summary, "Deadline passed a day ago")

    def test_running_twice_changes_nothing(self):
        # C-41 X-14
        complaint = self.make_owned()
        now = RECEIPT + timedelta(hours=49)
        self.run_engine(now)
        steps, todos = self.steps_of(complaint), self.activities(complaint)
        self.assertTrue(steps)
        self.assertEqual(self.run_engine(now), 0)
        # Even when the row is looked at again, the log keeps each step from happening twice.
        self.row(complaint, "first_response").next_step_at = now
        self.assertEqual(self.run_engine(now), 1)
        self.assertEqual(self.steps_of(complaint), steps)
        self.assertEqual(self.activities(complaint), todos)

    def test_a_moved_due_date_arms_reminder_and_escalation_again(self):
        # C-41
        complaint = self.make_owned()
        self.run_engine(RECEIPT + timedelta(hours=44))
        row = self.row(complaint, "first_response")
        row._move({row.id: RECEIPT + timedelta(hours=100)}, "agreed")
        self.run_engine(RECEIPT + timedelta(hours=95))
        self.assertEqual(len(row.escalation_ids), 1)
        self.run_engine(RECEIPT + timedelta(hours=96))
        self.assertEqual(len(row.escalation_ids), 2)
        self.assertEqual(
            sorted(row.escalation_ids.mapped("due_at")),
            [RECEIPT + timedelta(hours=48), RECEIPT + timedelta(hours=100)],
        )

    def test_a_due_date_already_past_is_escalated_at_the_next_run_once(self):
        # C-29 C-41
        complaint = self.make_owned(level_id=self.levels[2].id)
        with freeze_time("2025-03-04 12:00:00"):
            complaint._change_level(self.levels[0], "Somebody may be hurt.")
        row = self.row(complaint, "first_response")
        self.assertEqual(row.due_at, datetime(2025, 3, 4, 9))
        now = datetime(2025, 3, 4, 12, 5)
        self.run_engine(now)
        self.run_engine(now)
        escalated = row.escalation_ids.filtered(
            lambda e: e.step_id == self.env.ref("customer_complaint.step_leader")
        )
        self.assertEqual(len(escalated), 1)
        # A reminder of something late helps nobody.
        self.assertNotIn(
            self.env.ref("customer_complaint.step_reminder"), row.escalation_ids.step_id
        )

    def test_reaching_level_one_tells_the_team_leader_at_the_next_run(self):
        # C-41
        complaint = self.make_owned(level_id=self.levels[1].id)
        now = RECEIPT + timedelta(hours=1)
        self.run_engine(now)
        self.assertFalse(self.activities(complaint))
        with freeze_time(now):
            complaint._change_level(self.levels[0], "Somebody may be hurt.")
        self.run_engine(now)
        self.assertEqual(self.activities(complaint).user_id, self.lead)
        self.assertEqual(
            self.activities(complaint).summary,
            "Urgent complaint: see that somebody acts",
        )

    def test_a_met_deadline_escalates_no_more(self):
        # C-41
        complaint = self.make_owned()
        self.tell_outcome(complaint, date=RECEIPT + timedelta(hours=1))
        self.assertEqual(self.run_engine(RECEIPT + timedelta(days=30)), 0)
        self.assertFalse(self.activities(complaint))

    def test_an_archived_complaint_escalates_only_when_it_is_back(self):
        complaint = self.make_owned().sudo()
        complaint.active = False
        now = RECEIPT + timedelta(hours=44)
        self.run_engine(now)
        self.assertFalse(self.activities(complaint))
        complaint.active = True
        self.run_engine(now)
        self.assertTrue(self.activities(complaint))

    def test_without_an_owner_the_next_one_up_is_told(self):
        # C-42 C-57
        complaint = self.make_complaint(user=self.handler)
        nobody = self.make_complaint()
        self.run_engine(RECEIPT + timedelta(hours=44))
        self.assertEqual(self.activities(complaint).user_id, self.handler)
        self.assertEqual(self.activities(nobody).user_id, self.lead)
        self.team.leader_id = False
        self.top_team.leader_id = False
        alone = self.make_complaint()
        self.run_engine(RECEIPT + timedelta(hours=44))
        self.assertTrue(
            self.activities(alone).user_id.has_group(
                "customer_complaint.group_complaint_manager"
            )
        )

    def test_people_are_told_in_their_language(self):
        self.env["base.language.install"].create(
            {"lang_ids": [(6, 0, self.env.ref("base.lang_zh_CN").ids)]}
        ).lang_install()
        self.handler.lang = "zh_CN"
        complaint = self.make_owned()
        self.run_engine(RECEIPT + timedelta(hours=44))
        self.assertRegex(self.activities(complaint).summary, "[\u4e00-\u9fff]")

    def test_a_broken_row_is_set_aside_and_the_others_are_done(self):
        #
        good = self.make_owned()
        bad = self.make_owned()
        other = self.make_owned()
        now = RECEIPT + timedelta(hours=44)
        Escalation = type(self.env["customer.complaint.escalation"])
        original = Escalation._effect_activity

        def broken(rows):
            if bad in rows.complaint_id:
                raise ValueError("poisoned")
            return original(rows)

        with (
            patch.object(Escalation, "_effect_activity", broken),
            mute_logger(ENGINE),
        ):
            self.run_engine(now)
        self.assertTrue(self.activities(good))
        self.assertTrue(self.activities(other))
        self.assertFalse(self.activities(bad))
        row = self.row(bad, "first_response")
        self.assertEqual(row.attempts, 1)
        self.assertIn("poisoned", row.error)
        self.assertEqual(row.next_step_at, now + timedelta(minutes=10))
        self.assertFalse(row.escalation_ids)
        # Repaired: tried again later, and the error is gone.
        self.run_engine(now + timedelta(minutes=10))
        self.assertTrue(self.activities(bad))
        self.assertEqual((row.attempts, row.error), (0, False))

    def test_a_row_that_fails_again_waits_longer(self):
        #
        bad = self.make_owned()
        row = self.row(bad, "first_response")
        now = RECEIPT + timedelta(hours=44)
        Escalation = type(self.env["customer.complaint.escalation"])
        with (
            patch.object(Escalation, "_effect_activity", side_effect=ValueError("no")),
            mute_logger(ENGINE),
        ):
            waits = []
            for _attempt in range(3):
                self.run_engine(now)
                waits.append(row.next_step_at - now)
                now = row.next_step_at
        self.assertEqual([w.total_seconds() / 60 for w in waits], [10, 20, 40])

    def break_with(self, model, trigger):
        """Somebody's automation rule on a model that raises whenever it runs."""
        rules = self.env["base.automation"]
        rule = rules.create(
            {
                "name": "Of another addon",
                "model_id": self.env["ir.model"]._get_id(model),
                "trigger": trigger,
                "action_server_ids": [
                    Command.create(
                        {
                            "name": "Broken",
                            "model_id": self.env["ir.model"]._get_id(model),
                            "state": "code",
                            "code": "raise UserError('not my day')",
                        }
                    )
                ],
            }
        )
        self.addCleanup(rules._register_hook)
        self.addCleanup(rules._unregister_hook)
        return rule

    def test_a_broken_rule_of_somebody_else_does_not_stop_ours(self):
        #
        for model, trigger in (
            ("customer.complaint.escalation", "on_create_or_write"),
            ("customer.complaint.deadline", "on_create_or_write"),
            ("customer.complaint", "on_create_or_write"),
            ("mail.activity", "on_create_or_write"),
        ):
            with self.subTest(model=model):
                complaints = self.make_owned() + self.make_owned()
                self.env.flush_all()  # what is still computed is not the engine's
                rule = self.break_with(model, trigger)
                with mute_logger(ENGINE):
                    self.run_engine(RECEIPT + timedelta(hours=44))
                for complaint in complaints:
                    self.assertEqual(self.activities(complaint).user_id, self.handler)
                    row = self.row(complaint, "first_response")
                    self.assertEqual(row.attempts, 0)
                    self.assertEqual(
                        row.next_step_at, RECEIPT + timedelta(hours=48), row.error
                    )
                    if model in ("customer.complaint.escalation", "mail.activity"):
                        self.assertIn("not my day", row.error)
                        failed = self.env["customer.complaint.health"]._get_failed()
                        self.assertIn(row, self.Deadline.search(failed))
                rule.unlink()
                # Repaired: what comes next takes the error away.
                self.run_engine(RECEIPT + timedelta(hours=48))
                self.assertFalse(
                    self.Deadline.search([("error", "!=", False)]).mapped("error")
                )
                self.Deadline.search([]).next_step_at = False

    def test_a_broken_row_among_many_costs_few_savepoints(self):
        #
        complaints = self.env["customer.complaint"].create(
            [
                {"description": str(i), "received_at": RECEIPT, "acknowledge": False}
                for i in range(64)
            ]
        )
        bad = complaints[20]
        Escalation = type(self.env["customer.complaint.escalation"])
        original = Escalation._effect_activity
        calls = []

        def broken(rows):
            calls.append(len(rows))
            if bad in rows.complaint_id:
                raise ValueError("poisoned")
            return original(rows)

        rows = complaints.deadline_ids.filtered(
            lambda d: d.deadline_type == "first_response"
        )
        now = max(rows.mapped("next_step_at"))
        (complaints.deadline_ids - rows).next_step_at = False
        with patch.object(Escalation, "_effect_activity", broken), mute_logger(ENGINE):
            self.assertEqual(self.run_engine(now), 64)
        self.assertLess(len(calls), 20)
        self.assertEqual(rows.filtered("error").complaint_id, bad)
        self.assertTrue(
            all(self.activities(complaint) for complaint in complaints - bad)
        )

    def test_rules_are_visible_and_can_be_switched_off(self):
        # C-41
        rules = self.env["base.automation"].search([("complaint_effect", "!=", False)])
        self.assertEqual(
            set(rules.mapped("complaint_effect")),
            set(
                dict(
                    self.env["customer.complaint.escalation.step"]
                    ._fields["effect"]
                    .selection
                )
            ),
        )
        rules.active = False
        complaint = self.make_owned()
        self.run_engine(RECEIPT + timedelta(hours=48))
        self.assertTrue(self.steps_of(complaint))
        self.assertFalse(self.activities(complaint))

    def test_an_administrator_can_add_an_action_to_a_rule(self):
        # C-41
        rule = self.env.ref("customer_complaint.automation_escalation_activity")
        self.env["ir.actions.server"].create(
            {
                "name": "Mark",
                "model_id": rule.model_id.id,
                "base_automation_id": rule.id,
                "usage": "base_automation",
                "state": "code",
                "code": "records.complaint_id.write({'color': 7})",
            }
        )
        complaint = self.make_owned()
        self.run_engine(RECEIPT + timedelta(hours=44))
        self.assertEqual(complaint.color, 7)
        self.assertTrue(self.activities(complaint))

    def test_the_stock_clock_leaves_our_rules_alone(self):
        #
        self.make_owned()
        self.run_engine(RECEIPT + timedelta(hours=44))
        rule = self.env.ref("customer_complaint.automation_escalation_activity")
        rule.last_run = False
        until = datetime(2030, 1, 1)
        self.assertFalse(rule._search_time_based_automation_records(until=until))
        rule.complaint_effect = False
        self.assertTrue(rule._search_time_based_automation_records(until=until))

    def test_the_filter_of_a_rule_holds(self):
        # C-41
        rule = self.env.ref("customer_complaint.automation_escalation_activity")
        rule.filter_domain = "[('complaint_id.level_rank', '=', 1)]"
        general = self.make_owned()
        urgent = self.make_owned(level_id=self.levels[0].id)
        self.run_engine(RECEIPT + timedelta(hours=44))
        self.assertFalse(self.activities(general))
        self.assertTrue(self.activities(urgent))

    def test_a_step_added_later_reaches_what_runs_already(self):
        # C-41
        with freeze_time(RECEIPT):
            complaint = self.make_owned()
            row = self.row(complaint, "first_response")
            self.assertEqual(row.next_step_at, RECEIPT + timedelta(hours=44))
            self.env["customer.complaint.escalation.step"].create(
                {"name": "Early", "timing": "before", "hours": 40}
            )
            while self.run_engine(RECEIPT):
                pass  # everything that runs is looked at, in batches
        self.assertEqual(row.next_step_at, RECEIPT + timedelta(hours=8))

    def test_to_dos_are_taken_back_when_the_deadline_is_met(self):
        complaint = self.make_owned()
        self.run_engine(RECEIPT + timedelta(hours=49))
        self.assertTrue(self.activities(complaint))
        complaint.message_post(
            body="Sorry!", message_type="comment", subtype_xmlid="mail.mt_comment"
        )
        self.assertFalse(
            self.activities(complaint).filtered(
                lambda a: a.summary == "Deadline has passed"
            )
        )

    def test_a_new_owner_gets_the_open_to_dos_of_the_one_before(self):
        complaint = self.make_owned()
        self.run_engine(RECEIPT + timedelta(hours=44))
        todo = self.activities(complaint)
        self.assertEqual(todo.user_id, self.handler)
        complaint.with_user(self.lead).user_id = self.lead
        self.assertEqual(todo.user_id, self.lead)

    def test_nobody_without_access_is_told(self):
        # C-42
        self.team.leader_id = self.seller
        complaint = self.make_owned()
        self.run_engine(RECEIPT + timedelta(hours=49))
        self.assertEqual(self.activities(complaint).user_id, self.manager)

    def test_a_collision_with_another_transaction_is_done_again(self):
        #
        complaint = self.make_owned()
        self.row(complaint, "first_response").next_step_at = RECEIPT
        original = type(self.Deadline)._run_due_steps
        calls = []

        def collide_first(model, now):
            calls.append(now)
            if len(calls) == 1:
                raise SerializationFailure
            return original(model, now)

        with (
            self.enter_registry_test_mode(),
            patch.object(type(self.Deadline), "_run_due_steps", collide_first),
            patch.object(type(self.env.cr), "rollback", lambda cr: None),
        ):
            self.env.ref(
                "customer_complaint.ir_cron_run_deadline_steps"
            ).method_direct_trigger()
        self.assertGreaterEqual(len(calls), 2)
        self.assertTrue(self.steps_of(complaint))

    def test_the_cron_does_all_batches_and_plans_its_next_run(self):
        #
        cron = self.env.ref("customer_complaint.ir_cron_run_deadline_steps")
        self.Deadline.search([]).next_step_at = False
        complaints = self.env["customer.complaint"].create(
            [{"description": str(index), "received_at": RECEIPT} for index in range(7)]
        )
        original = type(self.Deadline)._run_due_steps
        sizes = []

        def small(model, now):
            sizes.append(original(model, now, limit=3))
            return sizes[-1]

        with (
            self.enter_registry_test_mode(),
            patch.object(type(self.Deadline), "_run_due_steps", small),
        ):
            cron.method_direct_trigger()
        self.assertEqual(sizes, [3, 3, 3, 3, 2])
        complaints.invalidate_recordset()
        self.assertTrue(all(self.steps_of(c) for c in complaints))

    def test_creating_a_complaint_wakes_the_engine_for_its_first_step(self):
        # C-41
        cron = self.env.ref("customer_complaint.ir_cron_run_deadline_steps")
        triggers = self.env["ir.cron.trigger"].search([("cron_id", "=", cron.id)])
        triggers.unlink()
        with freeze_time("2025-03-03 09:00:30"):
            self.make_complaint()
            found = self.env["ir.cron.trigger"].search([("cron_id", "=", cron.id)])
            self.assertEqual(found.call_at, datetime(2025, 3, 5, 5, 1))
            self.make_complaint()
            self.assertEqual(
                self.env["ir.cron.trigger"].search_count([("cron_id", "=", cron.id)]), 1
            )
            self.make_complaint(level_id=self.levels[0].id)
            self.assertEqual(
                self.env["ir.cron.trigger"].search_count([("cron_id", "=", cron.id)]), 2
            )

    def test_a_colleague_escalates_by_hand_at_any_stage(self):
        # C-42
        complaints = self.make_owned() + self.make_owned()
        action = complaints.action_escalate()
        wizard = Form(
            self.env[action["res_model"]]
            .with_user(self.handler)
            .with_context(**action["context"])
        )
        self.assertEqual(wizard.user_id, self.lead)
        wizard.reason = "The carrier does not answer."
        wizard.save().action_escalate()
        log = self.env["customer.complaint.escalation"].search(
            [("complaint_id", "in", complaints.ids), ("effect", "=", "activity")]
        )
        self.assertEqual(
            [(r.from_user_id, r.user_id, r.reason) for r in log],
            [(self.handler, self.lead, "The carrier does not answer.")] * 2,
        )
        for complaint in complaints:
            self.assertEqual(self.activities(complaint).user_id, self.lead)
            self.assertIn("The carrier", self.activities(complaint).note)

    def test_escalating_to_somebody_without_access_says_so(self):
        # C-42
        complaint = self.make_owned()
        wizard = self.env["customer.complaint.escalate"].with_user(self.handler)
        with self.assertRefused(UserError, "may not open these complaints"):
            wizard.create(
                {
                    "complaint_ids": complaint.ids,
                    "user_id": self.employee.id,
                    "reason": "Help",
                }
            ).action_escalate()
        self.assertFalse(
            self.env["customer.complaint.escalation"].search(
                [("complaint_id", "=", complaint.id)]
            )
        )
