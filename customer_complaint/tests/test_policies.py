from datetime import date, datetime, timedelta

from freezegun import freeze_time

from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from .common import RECEIPT, ComplaintCommon

FRIDAY = datetime(2025, 3, 7, 16, 0)


class PolicyCommon(ComplaintCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.resource_calendar_id = cls.env["resource.calendar"].create(
            {
                "name": "Monday to Friday",
                "tz": "UTC",
                "company_id": cls.company.id,
                "attendance_ids": [
                    Command.create(
                        {
                            "name": "Day",
                            "dayofweek": str(day),
                            "hour_from": 8,
                            "hour_to": 17,
                        }
                    )
                    for day in range(5)
                ],
            }
        )

    @classmethod
    def shipped(cls, code):
        return cls.env.ref(f"customer_complaint.policy_{code}")

    @classmethod
    def hold(cls, *codes):
        """Let shipped policies hold and no others."""
        cls.env["customer.complaint.policy"].search([]).active = False
        policies = cls.env["customer.complaint.policy"].browse(
            cls.shipped(code).id for code in codes
        )
        policies.active = True
        return policies

    @classmethod
    def make_policy(cls, hours=5, **values):
        return cls.env["customer.complaint.policy"].create(
            {
                "name": f"{hours} h",
                "line_ids": [
                    Command.create({"deadline_type": "completion", "amount": hours})
                ],
                **values,
            }
        )

    def due(self, complaint):
        """Due times by type of deadline."""
        return {row.deadline_type: row.due_at for row in complaint.sudo().deadline_ids}

    def due_per_rank(self, **values):
        return {
            level.rank: self.due(self.make_complaint(level_id=level.id, **values))
            for level in self.levels
        }


@tagged("post_install", "-at_install")
class TestLevelScales(PolicyCommon):
    def scale(self, key):
        return self.env["customer.complaint.level"].search(
            [("scale", "=", key), ("active", "in", [True, False])]
        )

    def test_six_scales_are_shipped_and_one_is_active(self):
        # C-27
        levels = {
            key: [(level.rank, level.name) for level in self.scale(key)]
            for key in dict(
                self.env["customer.complaint.level"]._fields["scale"].selection
            )
        }
        self.assertEqual(
            levels,
            {
                "urgent_important_general": [
                    (1, "Urgent"),
                    (2, "Important"),
                    (3, "General"),
                ],
                "numeric": [(1, "Level 1"), (2, "Level 2"), (3, "Level 3")],
                "urgent_major_general": [(1, "Urgent"), (2, "Major"), (3, "General")],
                "urgent_serious_general": [
                    (1, "Urgent"),
                    (2, "Serious"),
                    (3, "General"),
                ],
                "complex_general": [(2, "Complex"), (3, "General")],
                "problem": [
                    (1, "Urgent problem"),
                    (2, "Important problem"),
                    (3, "General problem"),
                ],
            },
        )
        active = self.env["customer.complaint.level"].search([])
        self.assertEqual(active.mapped("scale"), ["urgent_important_general"] * 3)

    def test_a_numbered_level_does_not_say_its_number_twice(self):
        # C-27
        numbered = self.scale("numeric")
        self.assertEqual(
            numbered.mapped("display_name"), ["Level 1", "Level 2", "Level 3"]
        )
        numbered[0].name = "Blocker"
        self.assertEqual(numbered[0].display_name, "Level 1 · Blocker")

    def test_a_level_that_a_user_makes_is_his_own(self):
        # C-27 X-07
        level = (
            self.env["customer.complaint.level"]
            .with_user(self.manager)
            .with_context(default_scale="numeric")
            .create({"name": "Trifle", "rank": 4})
        )
        self.assertFalse(level.scale)

    def test_a_complaint_goes_on_with_an_archived_level(self):
        # C-27 C-29 X-07
        complaint = self.make_owned(level_id=self.levels[0].id)
        self.levels[0].active = False
        complaint.invalidate_recordset()
        self.assertEqual(complaint.level_id, self.levels[0])
        self.assertEqual(complaint.level_rank, 1)
        complaint.message_post(
            body="Answer", message_type="comment", subtype_xmlid="mail.mt_comment"
        )
        complaint.sudo().received_at = RECEIPT - timedelta(hours=1)
        self.assertEqual(
            self.row(complaint, "completion").due_at,
            RECEIPT + timedelta(hours=47),
            "the limit of its rank still counts",
        )
        complaint._change_level(self.levels[1], "Not that bad.")
        self.assertEqual(
            self.row(complaint, "completion").due_at, RECEIPT + timedelta(hours=71)
        )

    def test_an_archived_proposal_of_a_category_gives_the_nearest_active_level(self):
        # C-27 X-07
        self.category.level_id = self.levels[0]
        self.levels[0].active = False
        self.assertEqual(self.propose(), self.levels[1])
        numbered = self.env.ref("customer_complaint.level_numeric_1")
        numbered.active = True
        self.assertEqual(self.propose(), numbered, "the same rank before the nearest")

    def propose(self):
        """Level that a complaint of the category gets."""
        values = {"description": "Cracked.", "category_id": self.category.id}
        return self.env["customer.complaint"].create(values).level_id


@tagged("post_install", "-at_install")
class TestPresets(PolicyCommon):
    """Every figure of every shipped policy, by complaints that follow it."""

    def at(self, hours, start=RECEIPT):
        return start + timedelta(hours=hours)

    def test_six_main_policies_are_shipped_and_one_is_active(self):
        # C-32 C-33 C-34 C-35 C-36 C-37 C-38
        shipped = self.env["customer.complaint.policy"].search(
            [
                ("code", "!=", False),
                ("is_supplement", "=", False),
                ("active", "in", [True, False]),
            ]
        )
        self.assertEqual(
            shipped.mapped("code"),
            ["graded", "overall", "uniform", "by_class", "complex", "after_sales"],
        )
        self.assertEqual(shipped.filtered("active").code, "graded")
        self.assertTrue(all(shipped.mapped("description")))

    def test_graded(self):
        # C-33: TV-1
        self.hold("graded")
        self.assertEqual(
            self.due_per_rank(),
            {
                1: {
                    "first_response": datetime(2025, 3, 4, 9),
                    "completion": datetime(2025, 3, 5, 9),
                },
                2: {
                    "first_response": datetime(2025, 3, 5, 9),
                    "completion": datetime(2025, 3, 6, 9),
                },
                3: {
                    "first_response": datetime(2025, 3, 6, 9),
                    "completion": datetime(2025, 3, 8, 9),
                },
            },
        )

    def test_overall(self):
        # C-37
        policy = self.hold("overall")
        expected = {
            "first_response": datetime(2025, 3, 4, 9),
            "completion": datetime(2025, 3, 6, 9),
        }
        self.assertEqual(self.due_per_rank(), dict.fromkeys((1, 2, 3), expected))
        self.assertEqual(policy.outcome_channels, 2)

    def test_uniform(self):
        # C-34: TV-3
        self.hold("uniform")
        expected = {
            "first_response": datetime(2025, 3, 4, 9),
            "completion": datetime(2025, 3, 5, 9),
            "result": datetime(2025, 3, 6, 9),
        }
        self.assertEqual(self.due_per_rank(), dict.fromkeys((1, 2, 3), expected))

    def test_by_class(self):
        # C-36 C-40: TV-2
        self.hold("by_class")
        tuesday = datetime(2025, 3, 11, 16)
        self.assertEqual(
            self.due_per_rank(received_at=FRIDAY),
            {
                1: {"first_response": self.at(1, FRIDAY)},
                2: {"first_response": tuesday, "completion": tuesday},
                3: {},
            },
        )

    def test_complex(self):
        # C-35
        self.hold("complex")
        self.env["customer.complaint.level"].search([]).active = False
        self.env.flush_all()  # no rank is taken while the others come
        general = self.env.ref("customer_complaint.level_complex_3")
        difficult = self.env.ref("customer_complaint.level_complex_2")
        (general | difficult).active = True
        self.assertEqual(
            self.due(self.make_complaint(level_id=general.id)),
            {"first_response": self.at(24)},
        )
        self.assertEqual(
            self.due(self.make_complaint(level_id=difficult.id)),
            {
                "first_response": self.at(24),
                "initial_handling": self.at(48),
                "result": self.at(72),
            },
        )

    def test_after_sales(self):
        # C-38
        self.hold("after_sales")
        due = self.due_per_rank()
        self.assertEqual(due[3]["first_response"], self.at(24))
        self.assertEqual(due[2]["first_response"], self.at(24))
        self.assertLess(due[1]["first_response"], self.at(24), "urgent is sooner")
        # Every other figure is a parameter of the user.
        policy = self.shipped("after_sales")
        policy.line_ids.filtered(
            lambda line: line.deadline_type == "completion"
        ).amount = 200
        complaint = self.make_complaint()
        self.assertEqual(self.row(complaint, "completion").due_at, self.at(200))

    def test_contact_after_completion(self):
        # C-111 C-112 C-113: TV-4
        self.hold("graded", "fb_24_72", "fup_24")
        complaint = self.make_owned()
        self.assertNotIn("follow_up", self.due(complaint), "counts from completion")
        with freeze_time("2025-03-05 10:00:00"):
            complaint._complete(datetime(2025, 3, 5, 10))
        due = self.due(complaint)
        self.assertEqual(due["first_feedback"], datetime(2025, 3, 6, 10))
        self.assertEqual(due["follow_up"], datetime(2025, 3, 6, 10))
        self.assertEqual(due["second_feedback"], datetime(2025, 3, 8, 10))

    def test_second_feedback_may_count_from_the_first(self):
        # C-112
        self.hold("graded", "fb_24_72").second_from_first = True
        complaint = self.make_owned()
        complaint.write({"decision": "justified", "decision_reason": "Broken."})
        complaint._complete(datetime(2025, 3, 5, 10))
        self.assertNotIn("second_feedback", self.due(complaint))
        self.tell_outcome(complaint, date=datetime(2025, 3, 6, 9))
        self.assertEqual(
            self.due(complaint)["second_feedback"], datetime(2025, 3, 9, 9)
        )

    def test_result_within_three_days_of_receipt(self):
        # C-34
        self.hold("graded", "result_72")
        complaint = self.make_complaint(level_id=self.levels[2].id)
        self.assertEqual(self.due(complaint)["result"], self.at(72))

    def test_a_return_call_without_a_figure_is_not_forgotten(self):
        # C-113
        policy = self.hold("graded", "fb_free") - self.shipped("graded")
        complaint = self.make_owned()
        complaint._complete(RECEIPT)
        self.assertEqual(self.due(complaint)["follow_up"], self.at(168))
        policy.line_ids.amount = 12
        later = self.make_owned()
        later._complete(RECEIPT)
        self.assertEqual(self.due(later)["follow_up"], self.at(12))

    def test_examples_of_further_limits_work(self):
        # C-40
        self.hold("graded", "next_update", "stage_limits")
        due = self.due(self.make_complaint(received_at=FRIDAY))
        self.assertEqual(due["next_update"], self.at(72, FRIDAY))
        # Eight working hours: one is left on Friday, Monday begins at eight.
        self.assertEqual(due["stage"], datetime(2025, 3, 10, 15))

    def test_a_mean_is_a_target_and_makes_no_complaint_late(self):
        # C-36 C-39: TV-6
        self.hold("by_class", "live_contact")
        target = self.env["customer.complaint.policy"]._get_mean_target
        self.assertEqual(target(self.company.id, "completion"), 48)
        self.assertEqual(target(self.company.id, "first_response"), 0.5)
        hours = (10, 40, 80)
        with freeze_time(RECEIPT + timedelta(hours=100)):
            complaints = self.env["customer.complaint"]
            for length in hours:
                complaint = self.make_owned(level_id=self.levels[2].id)
                self.tell_outcome(complaint, date=self.at(length))
                complaints += complaint.sudo()
        mean = sum(
            (c.completed_at - c.received_at).total_seconds() for c in complaints
        ) / (3 * 3600)
        self.assertAlmostEqual(mean, 43.33, 2)
        self.assertLessEqual(mean, target(self.company.id, "completion"))
        self.assertFalse(complaints.deadline_ids, "nothing is owed, nothing is late")

    def test_a_raised_level_counts_from_the_receipt_and_escalates_once(self):
        # C-29 C-41: TV-5
        complaint = self.make_owned(level_id=self.levels[2].id)
        engine = self.env["customer.complaint.deadline"]
        with freeze_time("2025-03-04 12:00:00"):
            engine._run_due_steps(datetime(2025, 3, 4, 12))
            complaint._change_level(self.levels[0], "Somebody may be hurt.")
            row = self.row(complaint, "first_response")
            self.assertEqual(row.due_at, datetime(2025, 3, 4, 9))
            self.assertTrue(row.is_late)
            for _run in range(2):
                engine._run_due_steps(datetime(2025, 3, 4, 12))
        leader = self.env.ref("customer_complaint.step_leader")
        self.assertEqual(
            len(row.escalation_ids.filtered(lambda e: e.step_id == leader)), 1
        )

    def test_every_policy_says_in_words_what_it_promises(self):
        # C-32
        self.assertEqual(
            self.shipped("graded").promise.splitlines()[0],
            "Level 1: first response within 24 h and completion within 48 h.",
        )
        self.assertEqual(
            self.shipped("by_class").promise.splitlines()[1:],
            [
                "Level 2: first response within 2 working days and completion within "
                "2 working days.",
                "Level 3: completion within 48 h on average, as a target.",
            ],
        )
        self.assertIn("told over 2 different channels", self.shipped("overall").promise)
        self.assertIn(
            "stage “Assessing” left within 1 working day",
            self.shipped("stage_limits").promise,
        )
        self.assertIn("after completion", self.shipped("fb_24_72").promise)


@tagged("post_install", "-at_install")
class TestChannels(PolicyCommon):
    """An outcome told over more than one channel."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.hold("overall")
        cls.phone = cls.env.ref("customer_complaint.channel_phone")

    def test_closing_waits_until_the_outcome_was_told_over_two_channels(self):
        # C-37
        complaint = self.make_owned()
        self.tell_outcome(complaint, channel_id=self.phone.id)
        self.assertEqual(complaint.next_action, "channel")
        with self.assertRefused(ValidationError, "told over 1 of 2 channels"):
            self.confirm(complaint)
        # The same channel again is not another one.
        self.tell_outcome(complaint, channel_id=self.phone.id)
        self.assertEqual(complaint.next_action, "channel")
        complaint.with_context(complaint_tells="outcome").message_post(
            body="As told on the phone: a new door comes on Friday.",
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
        )
        self.assertEqual(complaint.next_action, "confirm")
        self.confirm(complaint)
        self.assertEqual(complaint.stage_type, "closed")

    def test_the_customer_himself_may_close_after_one_channel(self):
        # C-37
        complaint = self.make_owned()
        self.tell_outcome(complaint)
        complaint.sudo()._confirm_by_customer("solved", "5", False)
        self.assertEqual(complaint.stage_type, "closed")

    def test_a_new_round_asks_for_two_channels_again(self):
        # C-37
        complaint = self.make_owned()
        for channel in (self.phone, self.env.ref("customer_complaint.channel_letter")):
            self.tell_outcome(complaint, channel_id=channel.id)
        self.confirm(complaint, solved="not_solved", grade="1")
        self.assertFalse(complaint.sudo().outcome_channel_ids)
        self.tell_outcome(complaint, channel_id=self.phone.id)
        self.assertEqual(complaint.next_action, "channel")

    def test_other_policies_and_a_switched_off_requirement_ask_for_one(self):
        # C-37
        requirement = self.env.ref("customer_complaint.requirement_closed_channels")
        complaint = self.make_owned()
        self.tell_outcome(complaint)
        requirement.active = False
        complaint.invalidate_recordset()
        self.assertEqual(complaint.next_action, "confirm")
        requirement.active = True
        self.hold("graded")
        simple = self.make_owned()
        self.tell_outcome(simple)
        self.assertEqual(simple.next_action, "confirm")


@tagged("post_install", "-at_install")
class TestChoiceOfPolicy(PolicyCommon):
    """Which policy holds: team, company, and day of receipt."""

    def test_the_nearest_team_wins_then_the_company_then_the_shared_policy(self):
        # C-32 X-28
        sub_team = self.team.create({"name": "Night shift", "parent_id": self.team.id})
        shared = self.shipped("graded")
        complaint = self.make_complaint(team_id=sub_team.id)
        self.assertEqual(complaint.policy_id, shared)
        for hours, values in (
            (5, {"company_id": self.company.id}),
            (6, {"team_id": self.top_team.id}),
            (7, {"team_id": self.team.id}),
            (8, {"team_id": sub_team.id}),
        ):
            expected = self.make_policy(hours, sequence=99, **values)
            complaint = self.make_complaint(team_id=sub_team.id)
            self.assertEqual(complaint.policy_id, expected)
        above = self.make_complaint(team_id=self.top_team.id)
        self.assertEqual(above.policy_id.name, "6 h")
        beside = self.make_complaint(team_id=self.other_team.id)
        self.assertEqual(beside.policy_id.name, "5 h")

    def test_of_several_the_first_in_the_list_decides(self):
        # C-32
        self.make_policy(5, sequence=2)
        first = self.make_policy(6, sequence=1)
        self.assertEqual(self.make_complaint().policy_id, first)

    def test_the_policy_of_another_company_does_not_hold(self):
        other = self.env["res.company"].create({"name": "Elsewhere"})
        self.make_policy(5, company_id=other.id, sequence=1)
        self.assertEqual(self.make_complaint().policy_id, self.shipped("graded"))

    def test_validity_begins_and_ends_with_the_day(self):
        #
        policy = self.make_policy(
            5, sequence=1, valid_from=date(2025, 3, 4), valid_to=date(2025, 3, 5)
        )
        graded = self.shipped("graded")
        for received_at, expected in (
            ("2025-03-03 23:59:59", graded),
            ("2025-03-04 00:00:00", policy),
            ("2025-03-05 23:59:59", policy),
            ("2025-03-06 00:00:00", graded),
        ):
            complaint = self.make_complaint(received_at=received_at)
            self.assertEqual(complaint.policy_id, expected, received_at)

    def test_the_day_is_that_of_the_company(self):
        # X-15 X-28
        self.company.resource_calendar_id.tz = "Asia/Shanghai"
        policy = self.make_policy(5, sequence=1, valid_from=date(2025, 3, 4))
        graded = self.shipped("graded")
        for received_at, expected in (
            ("2025-03-03 15:59:59", graded),  # 23:59:59 in Shanghai
            ("2025-03-03 16:00:00", policy),  # midnight there
        ):
            complaint = self.make_complaint(received_at=received_at)
            self.assertEqual(complaint.policy_id, expected, received_at)

    def test_a_policy_of_the_future_and_an_expired_one_do_not_hold(self):
        #
        self.make_policy(5, sequence=1, valid_from=date(2999, 1, 1))
        self.make_policy(6, sequence=1, valid_to=date(2020, 1, 1))
        self.make_policy(7, sequence=1, active=False)
        for received_at in (RECEIPT, datetime.now().replace(microsecond=0)):
            complaint = self.make_complaint(received_at=received_at)
            self.assertEqual(complaint.policy_id, self.shipped("graded"))

    def test_a_complaint_keeps_the_policy_it_began_under(self):
        #
        complaint = self.make_owned()
        self.hold("uniform")
        complaint.sudo().team_id = self.other_team
        complaint._change_level(self.levels[0], "Somebody may be hurt.")
        self.assertEqual(complaint.sudo().policy_id, self.shipped("graded"))
        self.assertEqual(
            self.due(complaint)["completion"], RECEIPT + timedelta(hours=48)
        )
        self.assertEqual(self.make_complaint().policy_id, self.shipped("uniform"))

    def test_a_policy_that_complaints_follow_is_archived_not_deleted(self):
        own = self.make_policy(5, company_id=self.company.id)
        complaint = self.make_complaint(user_id=self.handler.id)
        self.assertEqual(complaint.policy_id, own)
        own = own.with_user(self.manager)
        with self.assertRefused(UserError, "“5 h”.*Archive it instead"):
            own.unlink()
        own.active = False
        self.assertEqual(complaint.policy_id, own.sudo())
        self.make_policy(6).with_user(self.manager).unlink()

    def test_what_a_screen_shows_of_archived_records_does_not_change_the_choice(self):
        self.env.registry.clear_cache()
        shown = self.env["customer.complaint"].with_context(active_test=False)
        archived = self.make_policy(5, sequence=1, active=False)
        complaint = shown.create(
            {"partner_id": self.partner.id, "description": "Cracked."}
        )
        self.assertNotEqual(complaint.policy_id, archived)
        self.assertTrue(complaint.level_id.active)
