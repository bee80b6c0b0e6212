from datetime import datetime, timedelta

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, tagged

from .common import RECEIPT
from .test_policies import FRIDAY, PolicyCommon

NOW = datetime(2025, 3, 3, 12, 0)


@tagged("post_install", "-at_install")
class TestRecompute(PolicyCommon):
    """Open complaints change on purpose only, and as was shown before."""

    def look(self, action, user=None):
        """The dialog that an action opened."""
        user = user or self.manager
        return (
            self.env["customer.complaint.recompute"]
            .with_user(user)
            .browse(action["res_id"])
        )

    def look_at(self, complaints, user=None):
        user = user or self.lead
        return self.look(complaints.with_user(user).action_recompute(), user)

    def apply(self, wizard, reason="A new contract."):
        with Form(wizard) as form:
            form.reason = reason
        return wizard.action_apply()

    def shown(self, wizard):
        """What the dialog shows: due times after by (complaint, type), None when dropped."""
        return {
            (line.complaint_id.id, line.deadline_type): line.new_due_at or None
            for line in wizard.line_ids
        }

    def state(self, complaints):
        """Due times of what is owed by (complaint, type)."""
        return {
            (row.complaint_id.id, row.deadline_type): row.due_at
            for row in complaints.sudo().deadline_ids
            if row.state in ("open", "paused")
        }

    @freeze_time(NOW)
    def test_a_change_of_policy_moves_no_date_until_it_is_applied_on_purpose(self):
        # X-08 C-32
        complaint = self.make_owned(level_id=self.levels[0].id)
        before = self.state(complaint)
        self.hold("uniform")
        self.assertEqual(self.state(complaint), before)
        wizard = self.look_at(complaint)
        self.assertEqual(self.state(complaint), before, "looking changes nothing")
        self.assertEqual(complaint.sudo().policy_id, self.shipped("graded"))
        self.assertEqual(
            (wizard.moved_count, wizard.opened_count, wizard.dropped_count),
            (0, 1, 0),
            "24 and 48 hours stay, the result is new",
        )
        self.assertEqual(wizard.policy_count, 1)
        self.apply(wizard)
        self.assertEqual(
            self.state(complaint),
            {
                **before,
                (complaint.id, "result"): RECEIPT + timedelta(hours=72),
            },
        )
        self.assertEqual(complaint.sudo().policy_id, self.shipped("uniform"))
        complaint._change_level(self.levels[2], "Not so bad.")
        self.assertEqual(
            self.due(complaint)["completion"],
            RECEIPT + timedelta(hours=48),
            "from now on it follows the new policy",
        )

    @freeze_time(NOW)
    def test_what_is_shown_is_what_is_done(self):
        #
        complaints = self.env["customer.complaint"]
        for level in self.levels:
            for _number in range(2):
                complaints += self.make_owned(level_id=level.id)
        self.env["customer.complaint.contact"].create(
            {"complaint_id": complaints[0].id, "summary": "Called", "date": NOW}
        )
        before = self.state(complaints)
        self.hold("after_sales", "next_update")
        policy = self.shipped("after_sales")
        policy.line_ids.filtered(
            lambda line: line.deadline_type == "completion"
        ).unlink()
        wizard = self.look_at(complaints)
        shown = self.shown(wizard)
        self.assertEqual(len(wizard.line_ids), wizard.listed_count)
        moves = {
            (line.complaint_id.id, line.deadline_type): line.old_due_at
            for line in wizard.line_ids
            if line.old_due_at
        }
        self.assertEqual(moves, {key: before[key] for key in moves}, "as it is now")
        self.apply(wizard, "After-sales service from now on.")
        expected = {**before, **shown}
        self.assertEqual(
            self.state(complaints),
            {key: due_at for key, due_at in expected.items() if due_at},
        )
        events = complaints.sudo().deadline_ids.event_ids
        self.assertEqual(
            len(events.filtered(lambda e: e.kind == "moved")), wizard.moved_count
        )
        self.assertEqual(
            len(events.filtered(lambda e: e.kind == "dropped")), wizard.dropped_count
        )
        self.assertEqual(
            set(events.filtered(lambda e: e.kind != "met").mapped("reason")),
            {"After-sales service from now on."},
        )
        # Everything follows the policies now: nothing is left to do.
        again = self.look_at(complaints)
        self.assertFalse(
            again.moved_count
            + again.opened_count
            + again.dropped_count
            + again.policy_count
        )

    def test_overdue_agreed_and_promised_dates_stay(self):
        # X-08 C-44
        with freeze_time(NOW):
            complaint = self.make_owned(level_id=self.levels[0].id)
            agreed = self.row(complaint, "completion")
            agreed.sudo()._move({agreed.id: datetime(2025, 3, 20, 9)}, "Agreed.")
            agreed.is_agreed = True
            complaint._promise(datetime(2025, 3, 10, 9), "A call.")
        with freeze_time("2025-03-04 10:00:00"):
            before = self.state(complaint)
            self.hold("complex")
            wizard = self.look_at(complaint)
            self.assertEqual(wizard.kept_late_count, 1, "the first response")
            self.assertEqual(wizard.kept_agreed_count, 2)
            self.assertFalse(wizard.moved_count + wizard.dropped_count)
            self.apply(wizard)
            self.assertEqual(self.state(complaint), before)
            self.assertTrue(self.row(complaint, "first_response").is_late)

    def test_what_was_done_before_it_was_asked_for_is_not_owed(self):
        # C-29 X-08
        self.hold("by_class")
        general = {"level_id": self.levels[2].id}
        with freeze_time(NOW):
            untouched, written, called, tried, told = (
                self.make_owned(**general) for _number in range(5)
            )
            written.message_post(
                body="We look into it.",
                message_type="comment",
                subtype_xmlid="mail.mt_comment",
            )
            untouched.message_post(
                body="Who knows more?",
                message_type="comment",
                subtype_xmlid="mail.mt_note",
            )
            for complaint, reached in ((called, True), (tried, False)):
                complaint.env["customer.complaint.contact"].create(
                    {
                        "complaint_id": complaint.id,
                        "summary": "Called.",
                        "reached": reached,
                    }
                )
            self.tell_outcome(told)
        with freeze_time(NOW + timedelta(hours=1)):
            complaints = untouched | written | called | tried | told
            self.hold("uniform")
            self.apply(self.look_at(complaints))
        self.assertEqual(
            set(self.row(complaints, "first_response").complaint_id.ids),
            set((untouched | tried).ids),
        )
        self.assertFalse(told.sudo().deadline_ids)
        self.assertEqual(
            set(self.row(complaints, "result").complaint_id.ids),
            set((complaints - told).ids),
        )

    def test_a_paused_deadline_keeps_its_pause(self):
        #
        with freeze_time(NOW):
            complaint = self.make_owned(level_id=self.levels[2].id)
            complaint.sudo()._pause_deadlines(NOW)
        later = NOW + timedelta(hours=10)
        with freeze_time(later):
            complaint.sudo()._resume_deadlines(later)
            self.env.flush_all()
            complaint.sudo()._pause_deadlines(later)
            self.hold("uniform")
            wizard = self.look_at(complaint)
            self.assertTrue(all(wizard.line_ids.mapped("is_paused")))
            shown = self.shown(wizard)
            self.assertEqual(
                shown[complaint.id, "completion"],
                RECEIPT + timedelta(hours=48 + 10),
                "the pause that ended counts",
            )
            self.apply(wizard)
            rows = complaint.sudo().deadline_ids
            self.assertEqual(set(rows.mapped("state")), {"paused"})
            self.assertEqual(
                self.row(complaint, "result").due_at, RECEIPT + timedelta(hours=72 + 10)
            )
            complaint.sudo()._resume_deadlines(later + timedelta(hours=5))
        self.assertEqual(
            self.row(complaint, "completion").due_at,
            RECEIPT + timedelta(hours=48 + 15),
        )

    def test_a_limit_that_has_passed_already_is_overdue_and_escalates(self):
        # X-08 C-41
        complaint = self.make_owned(level_id=self.levels[2].id)
        other = self.make_owned(level_id=self.levels[2].id)
        moment = RECEIPT + timedelta(hours=30)
        with freeze_time(moment):
            self.hold("uniform")
            wizard = self.look_at(complaint)
            self.assertEqual(wizard.late_count, 1)
            self.apply(wizard)
            self.assertTrue(self.row(complaint, "first_response").is_late)
            self.env["customer.complaint.deadline"]._run_due_steps(moment)
        leader = self.env.ref("customer_complaint.step_leader")
        self.assertIn(
            leader, self.row(complaint, "first_response").escalation_ids.step_id
        )
        self.assertFalse(self.row(other, "first_response").escalation_ids)
        self.assertEqual(complaint.next_due_at, RECEIPT + timedelta(hours=24))

    @freeze_time(NOW)
    def test_a_closed_complaint_and_those_not_chosen_are_left_alone(self):
        #
        closed, chosen, other = (self.make_owned() for _number in range(3))
        self.tell_outcome(closed)
        self.confirm(closed)
        before = self.state(other)
        self.hold("uniform")
        wizard = self.look_at(closed | chosen)
        self.assertEqual(wizard.complaint_count, 1)
        self.apply(wizard)
        self.assertEqual(self.state(other), before)
        self.assertEqual(closed.sudo().policy_id, self.shipped("graded"))
        self.assertEqual(chosen.sudo().policy_id, self.shipped("uniform"))

    @freeze_time(NOW)
    def test_the_policy_form_finds_those_that_follow_it_or_would(self):
        # X-08 X-28
        graded = self.make_owned()
        pilot = self.make_policy(30, team_id=self.other_team.id)
        piloted = self.make_owned(team_id=self.other_team.id)
        policy = pilot.with_user(self.manager)
        self.assertEqual(
            self.look(policy.action_recompute())._get_complaints(),
            piloted.with_user(self.manager),
        )
        pilot.line_ids.amount = 50
        self.assertEqual(
            self.row(piloted, "completion").due_at, RECEIPT + timedelta(hours=30)
        )
        wizard = self.look(policy.action_recompute())
        self.assertEqual(wizard.moved_count, 1)
        self.apply(wizard)
        self.assertEqual(
            self.row(piloted, "completion").due_at, RECEIPT + timedelta(hours=50)
        )
        # The pilot ends: its complaints come back to the policy of all.
        pilot.active = False
        wizard = self.look(policy.action_recompute())
        self.assertEqual(wizard._get_complaints().sudo(), piloted.sudo())
        self.apply(wizard)
        self.assertEqual(
            self.state(piloted).keys(),
            {(piloted.id, "completion"), (piloted.id, "first_response")},
        )
        self.assertEqual(piloted.sudo().policy_id, graded.sudo().policy_id)

    @freeze_time(NOW)
    def test_all_open_complaints_and_a_supplement(self):
        # X-08 C-34
        complaints = self.make_owned() | self.make_owned(team_id=self.top_team.id)
        supplement = self.shipped("result_72")
        supplement.active = True
        everything = self.env["customer.complaint.policy"].with_user(self.manager)
        wizard = self.look(everything.action_recompute_all())
        self.assertGreaterEqual(wizard.complaint_count, 2)
        wizard = self.look(supplement.with_user(self.manager).action_recompute())
        self.apply(wizard)
        self.assertEqual(len(self.row(complaints, "result")), 2)
        supplement.active = False
        self.apply(self.look(supplement.with_user(self.manager).action_recompute()))
        self.assertEqual(
            set(self.row(complaints, "result").mapped("state")), {"dropped"}
        )

    def test_an_edited_calendar_shows_its_effect_and_moves_nothing_by_itself(self):
        # X-08 C-40
        self.hold("by_class")
        with freeze_time(FRIDAY + timedelta(minutes=5)):
            major = self.make_owned(received_at=FRIDAY)
            urgent = self.make_owned(received_at=FRIDAY, level_id=self.levels[0].id)
            before = self.state(major | urgent)
            self.hold("graded")  # a policy that changed is another matter
            calendar = self.company.resource_calendar_id
            self.env["resource.calendar.leaves"].create(
                {
                    "name": "Holiday",
                    "calendar_id": calendar.id,
                    "company_id": self.company.id,
                    "date_from": "2025-03-10 00:00:00",
                    "date_to": "2025-03-10 23:59:59",
                }
            )
            self.assertEqual(self.state(major | urgent), before)
            wizard = self.look(
                calendar.with_user(self.manager).action_complaint_recompute()
            )
            self.assertEqual(wizard.moved_count, 2)
            self.assertFalse(wizard.opened_count + wizard.dropped_count)
            self.assertEqual(
                set(self.shown(wizard).values()), {datetime(2025, 3, 12, 16)}
            )
            self.apply(wizard, "The holiday was forgotten.")
        self.assertEqual(set(self.due(major).values()), {datetime(2025, 3, 12, 16)})
        self.assertEqual(
            self.due(urgent)["first_response"], FRIDAY + timedelta(hours=1)
        )
        self.assertEqual(major.sudo().policy_id, self.shipped("by_class"))

    def test_a_team_with_hours_of_its_own_takes_its_rows_along(self):
        # C-40
        self.hold("by_class")
        with freeze_time(FRIDAY + timedelta(minutes=5)):
            complaint = self.make_owned(received_at=FRIDAY)
            seven_days = self.env["resource.calendar"].create(
                {
                    "name": "Every day",
                    "tz": "UTC",
                    "company_id": False,
                    "attendance_ids": [
                        Command.create(
                            {
                                "name": "Day",
                                "dayofweek": str(day),
                                "hour_from": 8,
                                "hour_to": 17,
                            }
                        )
                        for day in range(7)
                    ],
                }
            )
            self.team.calendar_id = seven_days
            wizard = self.look(
                seven_days.with_user(self.manager).action_complaint_recompute()
            )
            self.apply(wizard, "The team works at weekends.")
        row = self.row(complaint, "completion")
        self.assertEqual(row.due_at, datetime(2025, 3, 9, 16))
        self.assertEqual(row.calendar_id, seven_days)

    # ------------------------------------------------------------------
    # Rights and reason
    # ------------------------------------------------------------------
    @freeze_time(NOW)
    def test_a_reason_is_needed_and_only_leads_and_managers_may(self):
        # X-08 X-11
        complaint = self.make_owned()
        self.hold("uniform")
        for user in (self.handler, self.seller):
            with self.assertRefused(AccessError, "not allowed|top-secret"):
                complaint.with_user(user).action_recompute()
        wizard = self.look_at(complaint, self.lead).with_user(self.lead)
        for reason in (False, "  "):
            wizard.reason = reason
            with self.assertRefused(UserError, "Say why"):
                wizard.action_apply()
        with self.assertRefused(AccessError, "not allowed|top-secret"):
            wizard.with_user(self.manager).read(["reason"])
        self.apply(wizard)
        self.assertEqual(complaint.sudo().policy_id, self.shipped("uniform"))

    @freeze_time(NOW)
    def test_a_lead_reaches_the_complaints_of_his_teams_only(self):
        # X-08 X-11
        mine = self.make_owned(team_id=self.team.id)
        theirs = self.make_complaint(team_id=self.other_team.id)
        self.hold("uniform")
        with self.assertRefused(AccessError, "top-secret"):
            self.look_at(mine | theirs)
        everything = self.env["customer.complaint.policy"].with_user(self.lead)
        wizard = self.look(everything.action_recompute_all(), self.lead)
        self.assertNotIn(theirs, wizard._get_complaints().sudo())
        wizard = self.look_at(mine)
        self.assertEqual(wizard._get_complaints(), mine.with_user(self.lead))
        self.apply(wizard)
        self.assertEqual(theirs.policy_id, self.shipped("graded"))

    def test_what_changed_meanwhile_is_shown_before_it_is_done(self):
        #
        with freeze_time(NOW):
            complaint = self.make_owned()
            self.hold("uniform")
            wizard = self.look_at(complaint)
            before = self.state(complaint)
            self.shipped("uniform").line_ids.amount = 90
            action = self.apply(wizard)
            self.assertEqual(action["res_id"], wizard.id, "look again")
            self.assertEqual(self.state(complaint), before)
            self.apply(wizard)
        self.assertEqual(
            self.row(complaint, "result").due_at, RECEIPT + timedelta(hours=90)
        )

    @freeze_time(NOW)
    def test_hundreds_cost_no_query_per_complaint(self):
        #
        self.hold("graded")
        few, many = self.make_batch(20), self.make_batch(400)
        self.hold("uniform")
        self.env.flush_all()
        counts = []
        for complaints in (few, many):
            self.env.invalidate_all()
            start = self.env.cr.sql_log_count
            wizard = self.look_at(complaints, self.manager)
            wizard.reason = "Faster."
            wizard.action_apply()
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - start)
        self.assertLess(counts[1] - counts[0], 40, counts)
        self.assertEqual(wizard.listed_count, 200)
        self.assertEqual(len(self.row(many, "result")), 400)

    def make_batch(self, count):
        return self.env["customer.complaint"].create(
            [
                {
                    "partner_id": self.partner.id,
                    "description": f"No. {number}",
                    "received_at": RECEIPT,
                    "level_id": self.levels[number % 3].id,
                    "acknowledge": False,
                }
                for number in range(count)
            ]
        )
