from datetime import datetime, timedelta

from freezegun import freeze_time
from psycopg2.errors import UniqueViolation

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import RECEIPT, ComplaintCommon

ENGINE = "odoo.addons.customer_complaint.models.complaint_engine"
# First response of level 2 and 3: received Monday at 9, due two days later.
DUE = RECEIPT + timedelta(hours=48)


class ChainCommon(ComplaintCommon):
    """A chain of the test's own steps, working hours from Monday to Friday 8 to 17 UTC."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Deadline = cls.env["customer.complaint.deadline"]
        cls.Step = cls.env["customer.complaint.escalation.step"]
        cls.Deadline.search([]).next_step_at = False
        cls.Step.search([]).active = False
        cls.calendar = cls.env["resource.calendar"].create(
            {
                "name": "Days",
                "tz": "UTC",
                "attendance_ids": [
                    Command.create(
                        {
                            "name": str(day),
                            "dayofweek": str(day),
                            "hour_from": 8,
                            "hour_to": 17,
                            "day_period": "morning",
                        }
                    )
                    for day in range(5)
                ],
            }
        )
        cls.company.resource_calendar_id = cls.calendar
        cls.company.complaint_tell_in_hours = False

    def step(self, **values):
        return self.Step.create(
            {
                "name": "Told",
                "timing": "after",
                "hours": 0,
                "deadline_type": "first_response",
                **values,
            }
        )

    def away(self, user, deputy):
        now = fields.Datetime.now()
        return self.env["customer.complaint.absence"].create(
            {
                "user_id": user.id,
                "deputy_id": deputy.id,
                "date_from": now - timedelta(days=1),
                "date_to": now + timedelta(days=1),
            }
        )

    def run_engine(self, now=DUE):
        return self.Deadline._run_due_steps(now)

    def log(self, complaint):
        return complaint.sudo().deadline_ids.escalation_ids.sorted("id")

    def rule(self, effect):
        return self.env.ref(f"customer_complaint.automation_escalation_{effect}")


@tagged("post_install", "-at_install")
class TestEscalationChain(ChainCommon):
    """Whom a step concerns and whom it tells."""

    def test_a_step_of_a_team_concerns_it_and_the_teams_below(self):
        # C-42
        above = self.step(team_id=self.top_team.id)
        own = self.step(team_id=self.team.id)
        other = self.step(team_id=self.other_team.id)
        mine = self.make_owned()
        theirs = self.make_complaint(team_id=self.other_team.id)
        self.run_engine()
        self.assertEqual(self.log(mine).step_id, above + own)
        self.assertEqual(self.log(theirs).step_id, other)

    def test_a_step_of_another_company_concerns_and_shows_nobody_here(self):
        # C-42 X-26
        other = self.env["res.company"].create({"name": "Other Ltd"})
        step = self.step(company_id=other.id)
        complaint = self.make_owned()
        self.run_engine()
        self.assertFalse(self.log(complaint))
        steps = self.env["customer.complaint.escalation.step"].with_user(self.manager)
        self.assertNotIn(step, steps.search([]))
        with self.assertRaises(AccessError):
            step.with_user(self.manager).active = False

    def test_whoever_asks_for_help_says_why(self):
        # C-42
        complaint = self.make_owned()
        wizard = complaint.env["customer.complaint.escalate"].create(
            {
                "complaint_ids": complaint.ids,
                "user_id": self.lead.id,
                "reason": "  ",
            }
        )
        with self.assertRefused(UserError, "Say why"):
            wizard.action_escalate()
        self.assertFalse(self.log(complaint))

    def test_another_team_brings_its_own_chain(self):
        # C-42
        self.step(team_id=self.other_team.id)
        complaint = self.make_owned().sudo()
        row = self.row(complaint, "first_response")
        self.assertFalse(row.next_step_at)
        complaint.team_id = self.other_team
        self.assertEqual(row.next_step_at, DUE)

    def test_the_leader_of_the_team_above_is_the_next_tier(self):
        # C-42 C-59
        self.step(recipient="leader_above")
        complaint = self.make_owned()
        middle = self.env["customer.complaint.team"].create(
            {"name": "Region", "parent_id": self.top_team.id}
        )
        self.team.parent_id = middle
        deeper = self.make_owned()
        self.run_engine()
        # A tier without a leader is passed over.
        self.assertEqual(self.log(complaint).user_id, self.manager)
        self.assertEqual(self.log(deeper).user_id, self.manager)

    def test_without_a_tier_above_upper_management_is_told(self):
        # C-42
        self.step(recipient="leader_above")
        self.top_team.leader_id = self.lead
        complaint = self.make_complaint(team_id=self.top_team.id)
        self.run_engine()
        self.assertEqual(self.log(complaint).user_id, self.lead)

    def test_a_group_is_told_person_by_person_and_once(self):
        # C-41 C-42
        group = self.env["res.groups"].create(
            {
                "name": "Night watch",
                "user_ids": [
                    Command.set(
                        (self.handler + self.lead + self.colleague + self.employee).ids
                    )
                ],
            }
        )
        self.step(recipient="group", group_id=group.id)
        complaint = self.make_owned()
        self.run_engine()
        log = self.log(complaint)
        # Neither who does not work with complaints nor who may not open this one.
        self.assertEqual(log.user_id, self.handler + self.lead)
        self.assertEqual(log.mapped("position"), [0, 1])
        self.assertEqual(complaint.sudo().activity_ids.user_id, log.user_id)
        # Somebody joins: the step has happened for this due time.
        group.user_ids += self.manager
        self.row(complaint, "first_response").next_step_at = DUE
        self.run_engine()
        self.assertEqual(self.log(complaint), log)

    def test_a_group_without_anybody_who_may_open_it_climbs_to_the_manager(self):
        # C-42
        group = self.env["res.groups"].create(
            {"name": "Others", "user_ids": [Command.set(self.employee.ids)]}
        )
        self.step(recipient="group", group_id=group.id)
        complaint = self.make_owned()
        self.run_engine()
        self.assertTrue(
            self.log(complaint).user_id.has_group(
                "customer_complaint.group_complaint_manager"
            )
        )

    def test_once_holds_whoever_is_told(self):
        # C-41
        self.step(recipient="owner")
        complaint = self.make_owned()
        self.run_engine()
        told = self.log(complaint)
        with mute_logger("odoo.sql_db"), self.assertRaises(UniqueViolation):
            told.copy({"user_id": self.lead.id})

    def test_a_deputy_is_told_instead_of_who_is_absent(self):
        # C-42
        self.step(recipient="owner")
        complaint = self.make_owned()
        self.away(self.handler, self.lead)
        self.run_engine()
        log = self.log(complaint)
        self.assertEqual((log.from_user_id, log.user_id), (self.handler, self.lead))
        self.assertEqual(complaint.sudo().activity_ids.user_id, self.lead)


@tagged("post_install", "-at_install")
class TestEscalationEffects(ChainCommon):
    """What a step does: the shipped rules, each of them run."""

    def test_every_effect_has_a_rule_that_can_be_read_and_switched_off(self):
        # C-41
        for effect, _label in self.Step._fields["effect"].selection:
            with self.subTest(effect=effect):
                rule = self.rule(effect)
                self.assertEqual(rule.complaint_effect, effect)
                self.assertIn(f"_effect_{effect}()", rule.action_server_ids.code)
                self.Step.search([]).active = False
                self.step(effect=effect, recipient="leader")
                rule.active = False
                complaint = self.make_owned(level_id=self.levels[2].id)
                # The message is the trace of most effects.
                before = complaint.sudo().message_ids
                self.run_engine(DUE + timedelta(days=9))
                log = self.log(complaint)
                self.assertEqual(log.effect, effect)
                self.assertEqual(complaint.user_id, self.handler)
                self.assertEqual(complaint.level_id, self.levels[2])
                self.assertFalse(complaint.sudo().activity_ids)
                self.assertNotIn(self.lead.partner_id, complaint.message_partner_ids)
                self.assertEqual(complaint.sudo().message_ids, before)

    def test_an_administrator_adds_an_action_to_any_rule(self):
        # C-41
        for effect, _label in self.Step._fields["effect"].selection:
            with self.subTest(effect=effect):
                rule = self.rule(effect)
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
                self.Step.search([]).active = False
                self.step(effect=effect, recipient="leader")
                complaint = self.make_owned()
                self.run_engine()
                self.assertEqual(complaint.color, 7)

    def test_to_do_and_follower(self):
        # C-41
        self.step(recipient="leader")
        self.step(recipient="leader", effect="follow")
        complaint = self.make_owned()
        self.run_engine()
        self.assertEqual(complaint.sudo().activity_ids.user_id, self.lead)
        self.assertIn(self.lead.partner_id, complaint.message_partner_ids)

    def test_email_waits_for_the_digest(self):
        # C-41
        self.step(recipient="leader", effect="email")
        complaint = self.make_owned()
        mails = self.env["mail.mail"].search_count([])
        self.run_engine()
        self.assertFalse(self.log(complaint).digest_at)
        self.assertEqual(self.env["mail.mail"].search_count([]), mails)

    def test_email_about_the_most_severe_level_is_one_message_at_once(self):
        # C-41
        self.lead.email = "lead@example.com"
        self.step(recipient="leader", effect="email")
        urgent = [self.make_owned(level_id=self.levels[0].id) for _ in range(3)]
        general = self.make_owned()
        known = self.env["mail.mail"].search([])
        self.run_engine()
        mail = self.env["mail.mail"].search([]) - known
        self.assertEqual(mail.recipient_ids, self.lead.partner_id)
        for complaint in urgent:
            self.assertIn(complaint.name, mail.body_html)
            self.assertTrue(self.log(complaint).digest_at)
        self.assertNotIn(general.name, mail.body_html)
        self.assertFalse(self.log(general).digest_at)

    def test_handing_over_changes_the_owner_and_says_so(self):
        # C-42
        self.step(recipient="leader", effect="reassign")
        complaint = self.make_owned()
        known = self.env["mail.mail"].search([])
        self.run_engine()
        self.flush_tracking()
        self.assertEqual(complaint.sudo().user_id, self.lead)
        bodies = complaint.sudo().message_ids.mapped("body")
        self.assertTrue(
            [b for b in bodies if "from t_handler" in b and "was due on" in b], bodies
        )
        self.assertEqual(complaint.sudo().activity_ids.user_id, self.lead)
        self.assertEqual(self.env["mail.mail"].search([]), known)

    def test_who_owns_it_already_keeps_it_without_a_word(self):
        # C-42
        self.step(recipient="owner", effect="reassign")
        complaint = self.make_owned()
        messages = complaint.sudo().message_ids
        self.run_engine()
        self.flush_tracking()
        self.assertEqual(complaint.user_id, self.handler)
        self.assertEqual(complaint.sudo().message_ids, messages)
        self.assertFalse(complaint.sudo().activity_ids)

    def test_what_lacks_something_is_not_assigned_but_a_to_do(self):
        # C-41 C-42
        self.step(recipient="leader", effect="reassign")
        complaint = self.make_complaint(category_id=False)
        self.run_engine()
        row = self.row(complaint, "first_response")
        self.assertEqual((row.attempts, row.error), (0, False))
        self.assertFalse(complaint.user_id)
        self.assertEqual(complaint.sudo().activity_ids.user_id, self.lead)

    def test_a_broken_action_on_one_rule_leaves_the_other_effects_alone(self):
        # C-41 X-14
        self.step(recipient="leader")
        self.step(recipient="leader", effect="follow")
        rule = self.rule("follow")
        self.env["ir.actions.server"].create(
            {
                "name": "Broken",
                "model_id": rule.model_id.id,
                "base_automation_id": rule.id,
                "usage": "base_automation",
                "state": "code",
                "code": "raise UserError('not my day')",
            }
        )
        complaint = self.make_owned()
        with mute_logger(ENGINE):
            self.run_engine()
        self.assertEqual(complaint.sudo().activity_ids.user_id, self.lead)
        self.assertIn(self.lead.partner_id, complaint.message_partner_ids)
        row = self.row(complaint, "first_response")
        self.assertEqual(row.attempts, 0)
        self.assertIn("not my day", row.error)

    def test_a_step_that_fails_is_tried_again_the_others_are_done(self):
        # C-41 X-14
        done = self.step(recipient="leader")
        failed = self.step(recipient="leader", effect="follow")
        self.rule("follow").action_server_ids.code = "raise UserError('no')"
        complaint = self.make_owned()
        with mute_logger(ENGINE):
            self.run_engine()
        self.assertEqual(self.log(complaint).step_id, done)
        self.rule("follow").action_server_ids.code = "records._effect_follow()"
        self.run_engine(DUE + timedelta(minutes=10))
        self.assertEqual(self.log(complaint).step_id, done + failed)
        self.assertEqual(len(complaint.sudo().activity_ids), 1)

    def test_every_step_of_the_chain_raises_once(self):
        # C-41 C-30
        for hours in (1, 30):
            self.step(effect="raise_level", hours=hours)
        complaint = self.make_owned(level_id=self.levels[2].id)
        due_at = self.row(complaint, "first_response").due_at
        self.run_engine(due_at + timedelta(hours=1))
        self.assertEqual(complaint.level_id, self.levels[1])
        for _run in range(3):
            self.run_engine(due_at + timedelta(hours=30))
        self.assertEqual(complaint.level_id, self.levels[0])

    def test_what_is_late_at_once_raises_once_whatever_the_batch(self):
        # C-41 C-30
        self.step(effect="raise_level", deadline_type=False)
        for limit in (1, 500):
            with self.subTest(limit=limit):
                complaint = self.make_owned(level_id=self.levels[2].id)
                for _run in range(9):
                    self.Deadline._run_due_steps(DUE + timedelta(days=90), limit)
                self.assertEqual(complaint.level_id, self.levels[1])

    def test_a_step_in_the_history_is_archived_not_deleted(self):
        step = self.step()
        self.step(name="Never used", hours=9999).unlink()
        self.make_owned()
        self.run_engine()
        with self.assertRefused(UserError, "Archive it instead"):
            step.unlink()

    def test_raising_goes_one_level_at_a_time_and_ends_at_the_first(self):
        # C-41 C-30
        self.step(effect="raise_level")
        complaint = self.make_owned(level_id=self.levels[2].id)
        row = self.row(complaint, "first_response")
        due_at = row.due_at
        with freeze_time(due_at):
            for _run in range(5):
                self.run_engine(due_at)
        # The limit of the new level lies in the past: that is no further miss.
        self.assertEqual(complaint.level_id, self.levels[1])
        later = datetime.now() + timedelta(days=30)
        for expected in (self.levels[0], self.levels[0]):
            row._move({row.id: later}, "agreed")
            with freeze_time(later):
                for _run in range(5):
                    self.run_engine(later)
            self.assertEqual(complaint.level_id, expected)
            later += timedelta(days=30)

    def test_the_shipped_examples_are_off_and_work_when_switched_on(self):
        # C-41 C-42
        names = ("first_contact", "leader_above", "reassign", "raise_level")
        steps = [self.env.ref(f"customer_complaint.step_{name}") for name in names]
        for step in steps:
            self.assertFalse(step.active)
        for name in ("reminder", "leader", "leader_follow", "management"):
            steps.append(self.env.ref(f"customer_complaint.step_{name}"))
        self.Step.concat(*steps).active = True
        complaint = self.make_owned()
        for hours in (44, 60 * 24):
            self.run_engine(RECEIPT + timedelta(hours=hours))
        effects = set(self.log(complaint).mapped("effect"))
        self.assertEqual(effects, set(dict(self.Step._fields["effect"].selection)))
        self.assertFalse(self.Deadline.search([("error", "!=", False)]))


@tagged("post_install", "-at_install")
class TestTellingHours(ChainCommon):
    """Staff are told when they work, except about the most severe level."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.complaint_tell_in_hours = True

    def planned(self, complaint):
        return self.row(complaint, "first_response").next_step_at

    def test_a_step_at_night_waits_for_the_morning(self):
        # C-41
        self.step(timing="before", hours=4)
        complaint = self.make_owned()
        self.assertEqual(self.planned(complaint), datetime(2025, 3, 5, 8))
        self.run_engine(datetime(2025, 3, 5, 7, 59))
        self.assertFalse(self.log(complaint))
        self.run_engine(datetime(2025, 3, 5, 8))
        self.assertEqual(self.log(complaint).step_at, datetime(2025, 3, 5, 8))

    def test_a_step_on_sunday_waits_for_monday(self):
        # C-41
        self.step()
        complaint = self.make_owned(received_at=RECEIPT + timedelta(days=4, hours=3))
        self.assertEqual(self.planned(complaint), datetime(2025, 3, 10, 8))

    def test_the_most_severe_level_does_not_wait(self):
        # C-30
        self.step(timing="before", hours=4)
        urgent = self.make_owned(level_id=self.levels[0].id)
        due_at = self.row(urgent, "first_response").due_at
        self.assertEqual(self.planned(urgent), due_at - timedelta(hours=4))
        self.assertLess(self.planned(urgent).hour, 8)

    def test_a_reminder_comes_rather_at_night_than_too_late(self):
        # C-41
        self.step(timing="before", hours=4)
        complaint = self.make_owned(received_at=RECEIPT - timedelta(hours=2))
        self.assertEqual(self.planned(complaint), datetime(2025, 3, 5, 3))

    def test_whoever_wants_it_is_told_at_any_time(self):
        # C-41
        self.step(timing="before", hours=4)
        complaint = self.make_owned()
        self.company.complaint_tell_in_hours = False
        with freeze_time(RECEIPT):
            self.Deadline._look_again()
            self.run_engine(RECEIPT)
        self.assertEqual(self.planned(complaint), datetime(2025, 3, 5, 5))

    def test_without_working_hours_steps_keep_their_time(self):
        # C-41
        self.step(timing="before", hours=4)
        night = datetime(2025, 3, 5, 5)
        self.company.resource_calendar_id = False
        self.assertEqual(self.planned(self.make_owned()), night)
        self.company.resource_calendar_id = self.calendar
        self.calendar.attendance_ids.unlink()
        self.env.registry.clear_cache()
        self.assertEqual(self.planned(self.make_owned()), night)
