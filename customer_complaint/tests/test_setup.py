from datetime import date, timedelta

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, new_test_user, tagged

from .common import RECEIPT
from .test_policies import PolicyCommon

# What the wizard may touch; everything else of a record must stay as it is.
SWITCHES = {
    "customer.complaint.level": ["active"],
    "customer.complaint.policy": ["active"],
    "customer.complaint.category": ["level_id"],
    "customer.complaint.path": ["active"],
}


@tagged("post_install", "-at_install")
class TestSetup(PolicyCommon):
    def open_wizard(self, user=None):
        model = self.env["customer.complaint.setup"].with_user(user or self.manager)
        return Form(model)

    def bundle(self, name):
        return self.env.ref(f"customer_complaint.bundle_{name}")

    def switch(self, name, **values):
        form = self.open_wizard()
        form.bundle_id = self.bundle(name)
        for fname, value in values.items():
            setattr(form, fname, value)
        form.save().action_apply()

    def active(self, model):
        return self.env[model].search([])

    def snapshot(self):
        """State of all that the wizard may switch."""
        self.env.invalidate_all()
        return {
            model: self.env[model]
            .with_context(active_test=False)
            .search([], order="id")
            .read(fnames)
            for model, fnames in SWITCHES.items()
        }

    # ------------------------------------------------------------------
    # Who and what
    # ------------------------------------------------------------------
    def test_only_managers_set_up(self):
        # X-07 X-11
        for user in (self.handler, self.lead, self.seller):
            with self.assertRefused(AccessError, "not allowed|top-secret"):
                self.env["customer.complaint.setup"].with_user(user).create({})
            with self.assertRefused(AccessError, "not allowed|top-secret"):
                self.env["customer.complaint.bundle"].with_user(user).search([])
        wizard = self.env["customer.complaint.setup"].with_user(self.manager).create({})
        other = new_test_user(
            self.env,
            "t_manager_2",
            "customer_complaint.group_complaint_manager",
            lang="en_US",
        )
        with self.assertRefused(AccessError, "not allowed|top-secret"):
            wizard.with_user(other).read(["scale"])

    def test_simple_is_chosen_and_changes_nothing(self):
        #
        form = self.open_wizard()
        self.assertEqual(form.bundle_id, self.bundle("simple"))
        self.assertEqual(form.scale, "urgent_important_general")
        self.assertEqual(form.policy_id, self.shipped("graded"))
        self.assertFalse(form.has_changes)
        self.assertIn("Nothing changes", form.changes)
        before = self.snapshot()
        form.save().action_apply()
        self.assertEqual(self.snapshot(), before)

    def test_every_bundle_can_be_applied_and_taken_back(self):
        # X-07 C-27 C-32
        before = self.snapshot()
        complaint = self.make_complaint()
        for bundle in self.env["customer.complaint.bundle"].search([]):
            with self.subTest(bundle=bundle.name):
                form = self.open_wizard()
                form.bundle_id = bundle
                self.assertFalse(form.problem)
                form.save().action_apply()
                levels = self.active("customer.complaint.level")
                self.assertEqual(set(levels.mapped("scale")), {bundle.scale})
                self.assertEqual(
                    self.active("customer.complaint.policy"),
                    bundle.policy_id | bundle.supplement_ids,
                )
                self.assertEqual(
                    self.company.complaint_credit_approval_amount,
                    bundle.approval_amount,
                )
                self.assertEqual(self.make_complaint().policy_id, bundle.policy_id)
                new = self.env["customer.complaint"].create({"description": "x"})
                self.assertEqual(new.level_id.rank, 3, "the least severe")
                # Once more changes nothing.
                after = self.snapshot()
                again = self.open_wizard()
                self.assertEqual(again.scale, bundle.scale)
                self.assertFalse(again.has_changes)
                again.save().action_apply()
                self.assertEqual(self.snapshot(), after)
        self.switch("simple")
        self.assertEqual(self.snapshot(), before)
        self.assertEqual(complaint.policy_id, self.shipped("graded"))

    def test_open_complaints_keep_level_policy_and_dates(self):
        #
        complaint = self.make_owned(level_id=self.levels[0].id)
        dates = self.due(complaint)
        form = self.open_wizard()
        form.bundle_id = self.bundle("three_steps")
        self.assertRegex(form.changes, "[0-9]+ open complaints keep their level")
        form.save().action_apply()
        self.switch("complex")
        complaint.invalidate_recordset()
        self.assertEqual(self.due(complaint), dates)
        self.assertEqual(complaint.level_id, self.levels[0])
        self.assertEqual(complaint.sudo().policy_id, self.shipped("graded"))

    def test_single_parts_can_be_chosen(self):
        #
        form = self.open_wizard()
        form.scale = "urgent_serious_general"
        form.supplement_ids.add(self.shipped("fup_24"))
        form.pause = True
        form.acknowledge = False
        form.tell_in_hours = False
        form.approval_amount = 80
        for words in (
            "activated: Level 1 · Urgent, Level 2 · Serious, and Level 3 · General",
            "Policies that are activated: Follow-up after completion",
            "Allow pausing deadlines: on",
            "Acknowledge new complaints: off",
            "Tell staff in working hours: off",
            "Approval of credit notes above",
        ):
            self.assertIn(words, form.changes)
        form.save().action_apply()
        self.assertTrue(self.company.complaint_pause)
        self.assertFalse(self.company.complaint_acknowledge)
        self.assertFalse(self.company.complaint_tell_in_hours)
        self.assertEqual(self.company.complaint_credit_approval_amount, 80)
        self.assertTrue(self.shipped("fup_24").active)
        self.assertTrue(self.shipped("graded").active)

    def test_figures_of_the_user_in_a_shipped_policy_survive(self):
        #
        line = self.shipped("graded").line_ids[0]
        line.amount = 7
        self.shipped("uniform").name = "Ours"
        for name in ("three_steps", "by_class", "simple"):
            self.switch(name)
        self.assertEqual(line.amount, 7)
        self.assertEqual(self.shipped("uniform").name, "Ours")

    # ------------------------------------------------------------------
    # Refusals
    # ------------------------------------------------------------------
    def test_a_policy_that_is_silent_about_a_level_is_refused(self):
        # X-07 C-35
        form = self.open_wizard()
        form.policy_id = self.shipped("complex")
        self.assertIn("says nothing about Level 1 · Urgent", form.problem)
        before = self.snapshot()
        with self.assertRefused(ValidationError, "says nothing about Level 1 · Urgent"):
            form.save().action_apply()
        self.assertEqual(self.snapshot(), before)
        form = self.open_wizard()
        form.policy_id = self.shipped("complex")
        form.scale = "complex_general"
        self.assertFalse(form.problem)

    def test_a_target_for_the_mean_is_enough_for_a_level(self):
        # C-36 X-07
        form = self.open_wizard()
        form.policy_id = self.shipped("by_class")
        self.assertFalse(form.problem, "of general complaints only the mean counts")

    def test_a_policy_that_is_not_valid_today_is_refused(self):
        #
        policy = self.make_policy(5, active=False, valid_to="2020-12-31")
        form = self.open_wizard()
        form.policy_id = policy
        self.assertIn("“5 h” is not valid today", form.problem)
        policy.write({"valid_from": "2099-01-01", "valid_to": False})
        with self.assertRefused(ValidationError, "is not valid today"):
            form.save().action_apply()
        form = self.open_wizard()
        form.policy_id = policy
        form.team_id = self.team
        self.assertFalse(form.problem, "a pilot has days of its own")

    def test_a_policy_that_stays_must_fit_new_levels_too(self):
        #
        self.switch("complex")
        pilot = self.make_policy(5, team_id=self.team.id)
        pilot.line_ids.rank = 2
        form = self.open_wizard()
        form.policy_id = self.env["customer.complaint.policy"]
        form.scale = "numeric"
        self.assertIn("“General and complex” says nothing about Level 1", form.problem)
        form.policy_id = self.shipped("graded")
        self.assertFalse(form.problem)
        self.assertIn("“5 h” says nothing about Level 1 and Level 3", form.changes)

    def test_a_level_of_the_user_needs_a_limit_too(self):
        #
        self.env["customer.complaint.level"].create({"name": "Trifle", "rank": 4})
        form = self.open_wizard()
        form.policy_id = self.shipped("by_class")
        self.assertIn("Level 4 · Trifle", form.problem)
        form.policy_id = self.shipped("uniform")
        self.assertFalse(form.problem, "its limits are for every level")

    def test_what_the_user_made_is_archived_only_when_ticked(self):
        #
        self.levels[0].active = False
        self.env.flush_all()
        level = self.env["customer.complaint.level"].create({"name": "Fire", "rank": 1})
        policy = self.make_policy(5, sequence=1)
        form = self.open_wizard()
        form.scale = "numeric"
        form.policy_id = self.shipped("uniform")
        self.assertIn("Level 1 · Fire, which you made yourself", form.problem)
        form.archive_levels = True
        self.assertFalse(form.problem)
        self.assertIn("Your own policy “5 h” stays and goes before", form.changes)
        form.save().action_apply()
        self.assertFalse(level.active)
        self.assertTrue(policy.active)
        self.assertEqual(self.make_complaint().policy_id, policy)
        form = self.open_wizard()
        form.policy_id = self.shipped("uniform")
        form.archive_policies = True
        self.assertIn("archived: 5 h", form.changes)
        form.save().action_apply()
        self.assertFalse(policy.active)
        self.assertEqual(self.make_complaint().policy_id, self.shipped("uniform"))

    # ------------------------------------------------------------------
    # What hangs on levels
    # ------------------------------------------------------------------
    def test_categories_propose_the_level_of_the_same_rank_and_come_back(self):
        # C-27 X-07
        other = self.env.ref("customer_complaint.category_product_defect")
        hidden = self.env.ref("customer_complaint.category_product_cosmetic")
        self.category.level_id = self.levels[0]
        other.level_id = self.levels[1]
        hidden.write({"level_id": self.levels[2].id, "active": False})
        before = self.snapshot()
        form = self.open_wizard()
        form.bundle_id = self.bundle("complex")
        self.assertIn(
            "Categories that propose Level 2 · Important propose Level 2 · Complex",
            form.changes,
        )
        self.assertIn("get the nearest one", form.changes)
        self.assertIn("Urgent complaint: see that somebody acts", form.changes)
        form.save().action_apply()
        self.assertEqual(other.level_id.name, "Complex")
        self.assertEqual(hidden.level_id.scale, "complex_general")
        self.assertEqual(self.category.level_id, self.levels[0], "nothing to propose")
        new = self.env["customer.complaint"].create(
            {"description": "x", "category_id": self.category.id}
        )
        self.assertEqual(new.level_id.name, "Complex", "the nearest one")
        self.switch("balanced")
        self.assertEqual(self.category.level_id.name, "Level 1")
        self.switch("simple")
        self.assertEqual(self.snapshot(), before)

    def test_escalation_steps_follow_the_rank(self):
        # C-27 C-41
        self.switch("balanced")
        step = self.env.ref("customer_complaint.step_urgent")
        numbered = self.active("customer.complaint.level")
        for level, expected in zip(numbered, (1, 0, 0), strict=True):
            complaint = self.make_complaint(level_id=level.id)
            self.env["customer.complaint.deadline"]._run_due_steps(
                RECEIPT + timedelta(minutes=1)
            )
            rows = self.row(complaint, "completion").escalation_ids
            self.assertEqual(
                len(rows.filtered(lambda row: row.step_id == step)), expected
            )

    # ------------------------------------------------------------------
    # Companies
    # ------------------------------------------------------------------
    def test_settings_are_the_companys_and_policies_are_shared(self):
        #
        other = self.env["res.company"].create({"name": "Elsewhere"})
        form = self.open_wizard()
        form.bundle_id = self.bundle("overall")
        self.assertIn("are shared", form.changes)
        form.save().action_apply()
        self.assertEqual(self.company.complaint_credit_approval_amount, 0)
        self.assertEqual(other.complaint_credit_approval_amount, 500)

    def test_a_company_with_its_own_policy_keeps_it(self):
        #
        other = self.env["res.company"].create({"name": "Elsewhere"})
        own = self.make_policy(5, company_id=other.id)
        level = self.env["customer.complaint.level"].create(
            {"name": "Trifle", "rank": 4, "company_id": other.id}
        )
        form = self.open_wizard()
        form.policy_id = self.shipped("by_class")
        self.assertFalse(form.problem, "that level follows a policy of its company")
        form.save().action_apply()
        self.assertTrue(own.active and level.active)
        own.active = False
        form = self.open_wizard()
        self.assertIn("Level 4 · Trifle", form.problem)

    def test_the_own_policy_of_the_company_goes_before_the_shared_one(self):
        #
        own = self.make_policy(5, company_id=self.company.id, sequence=99)
        form = self.open_wizard()
        self.assertEqual(form.policy_id, own, "that is what holds now")
        self.assertFalse(form.has_changes and "archived: 5 h" in form.changes)
        form.policy_id = self.shipped("uniform")
        self.assertIn("Your own policy “5 h” stays and goes before", form.changes)

    # ------------------------------------------------------------------
    # Pilot
    # ------------------------------------------------------------------
    @freeze_time("2025-03-10 09:00:00")
    def test_a_pilot_holds_for_one_team_in_its_time(self):
        #
        before = self.snapshot()
        form = self.open_wizard()
        form.bundle_id = self.bundle("three_steps")
        form.team_id = self.team
        form.pilot_from = date(2025, 3, 10)
        form.pilot_to = date(2025, 3, 20)
        self.assertIn("Service desk and the teams below it get a copy", form.changes)
        action = form.save().action_apply()
        pilot = self.env["customer.complaint.policy"].browse(action["res_id"])
        self.assertEqual(pilot.name, "Three steps from receipt (pilot Service desk)")
        self.assertFalse(pilot.code)
        self.assertEqual(len(pilot.line_ids), 3)
        beside = self.env["customer.complaint.policy"].search(
            [("team_id", "=", self.team.id), ("is_supplement", "=", True)]
        )
        self.assertEqual(
            beside.name, "Two feedbacks after completion (pilot Service desk)"
        )
        after = self.snapshot()
        for model, rows in before.items():
            ids = {row["id"] for row in rows}
            self.assertEqual(rows, [row for row in after[model] if row["id"] in ids])
        self.shipped("uniform").line_ids.amount = 1
        self.assertNotIn(1, pilot.line_ids.mapped("amount"), "a copy of its own")

        for team, received_at, expected in (
            (self.team, "2025-03-10 00:00:00", pilot),
            (self.team, "2025-03-09 23:59:59", self.shipped("graded")),
            (self.other_team, "2025-03-10 08:00:00", self.shipped("graded")),
        ):
            complaint = self.make_complaint(team_id=team.id, received_at=received_at)
            self.assertEqual(complaint.policy_id, expected)
        with freeze_time("2025-03-21 09:00:00"):
            late = self.make_complaint(
                team_id=self.team.id, received_at="2025-03-21 00:00:00"
            )
        self.assertEqual(late.policy_id, self.shipped("graded"))

    def test_a_second_pilot_of_the_team_in_the_same_time_is_refused(self):
        #
        form = self.open_wizard()
        form.policy_id = self.shipped("uniform")
        form.team_id = self.team
        form.pilot_from = date(2025, 3, 10)
        form.pilot_to = date(2025, 3, 20)
        form.save().action_apply()
        form = self.open_wizard()
        form.team_id = self.team
        for start, end in (
            (date(2025, 3, 20), False),
            (date(2025, 3, 1), date(2025, 3, 10)),
        ):
            form.pilot_from, form.pilot_to = start, end
            self.assertIn("has a policy of its own in that time", form.problem)
        form.pilot_from, form.pilot_to = date(2025, 3, 21), False
        self.assertFalse(form.problem)
        form.pilot_to = date(2025, 3, 1)
        self.assertIn("cannot end before it begins", form.problem)
        form.pilot_to = False
        form.policy_id = self.shipped("complex")
        self.assertIn("says nothing about Level 1", form.problem)

    def test_rolling_out_a_pilot_archives_it_when_ticked(self):
        #
        form = self.open_wizard()
        form.policy_id = self.shipped("uniform")
        form.team_id = self.team
        pilot = self.env["customer.complaint.policy"].browse(
            form.save().action_apply()["res_id"]
        )
        form = self.open_wizard()
        form.policy_id = self.shipped("uniform")
        self.assertIn("goes on to hold for Service desk", form.changes)
        form.archive_policies = True
        form.save().action_apply()
        self.assertFalse(pilot.active)
        self.assertEqual(
            self.make_complaint(team_id=self.team.id).policy_id,
            self.shipped("uniform"),
        )

    def test_a_policy_cannot_be_limited_to_a_team_of_another_company(self):
        other = self.env["res.company"].create({"name": "Elsewhere"})
        team = self.team.create({"name": "There", "company_id": other.id})
        with self.assertRefused(UserError, "There"):
            self.make_policy(5, company_id=self.company.id, team_id=team.id)
