import logging

from odoo.exceptions import RedirectWarning, UserError, ValidationError
from odoo.tests import Form, tagged

from ..models.customer_complaint_stage import STAGE_TYPES
from .common import ComplaintCommon


@tagged("post_install", "-at_install")
class TestPath(ComplaintCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.simple = cls.env.ref("customer_complaint.path_four_steps")
        cls.all_steps = cls.env.ref("customer_complaint.path_canonical")

    def activate(self, path):
        path.active = True
        self.env.flush_all()

    def types(self, complaint):
        return self.env["customer.complaint.stage"]._get_types(
            complaint.team_id.id, complaint.path_id.id
        )

    def stage(self, name):
        return self.env.ref(f"customer_complaint.stage_{name}")

    def fill_assessment(self, complaint):
        complaint.write(
            {
                "further_handling": "yes",
                "handling_mode": "written",
                "plan": "Ask the carrier, send a new door.",
            }
        )

    # ------------------------------------------------------------------
    # Which path, which stages
    # ------------------------------------------------------------------
    def test_out_of_the_box_there_is_one_path_of_four_steps_and_closing(self):
        # C-54
        complaint = self.make_complaint()
        self.assertEqual(complaint.path_id, self.simple)
        self.assertFalse(complaint.has_paths, "nothing to choose, nothing shown")
        self.assertEqual(
            self.types(complaint),
            ("received", "assessed", "implementing", "feedback", "closed"),
        )
        columns = self.env["customer.complaint"]._read_group_stage_id(
            self.env["customer.complaint.stage"], []
        )
        self.assertEqual(len(columns.filtered(lambda s: not s.team_ids)), 5)

    def test_a_path_brings_all_thirteen_types(self):
        # C-46
        self.activate(self.all_steps)
        complaint = self.make_complaint()
        self.assertEqual(complaint.path_id, self.all_steps)
        self.assertEqual(self.types(complaint), tuple(t for t, _label in STAGE_TYPES))
        columns = self.env["customer.complaint"]._read_group_stage_id(
            self.env["customer.complaint.stage"], []
        )
        self.assertEqual(set(columns.mapped("stage_type")), set(dict(STAGE_TYPES)))

    def test_a_complaint_walks_through_every_stage_to_the_archive(self):
        # C-46 C-47
        self.activate(self.all_steps)
        complaint = self.make_complaint(further_handling="yes")
        complaint.user_id = self.handler
        complaint = complaint.with_user(self.handler)
        complaint.action_start()
        self.assertEqual(complaint.stage_type, "investigating", "the next of its path")
        self.fill_assessment(complaint)
        complaint._on_customer_told(complaint.received_at, plan=True)
        for name in ("solution", "approval", "in_progress", "verifying"):
            complaint.stage_id = self.stage(name)
        self.tell_outcome(complaint)
        self.assertEqual(complaint.stage_type, "feedback")
        complaint.stage_id = self.stage("follow_up")
        self.confirm(complaint)
        self.assertEqual(complaint.stage_type, "closed")
        complaint.stage_id = self.stage("archived")
        self.assertTrue(complaint.closed_at)

    def test_nothing_is_archived_that_is_not_closed(self):
        # C-47
        self.activate(self.all_steps)
        complaint = self.make_complaint(further_handling="yes")
        with self.assertRefused(ValidationError, "Closing"):
            complaint.stage_id = self.stage("archived")

    def test_every_chain_that_ships_can_be_used(self):
        # C-46 C-54
        Stage = self.env["customer.complaint.stage"]
        paths = self.env["customer.complaint.path"].with_context(active_test=False)
        lengths = {}
        for path in paths.search([("is_shipped", "=", True)]):
            with self.subTest(path=path.name):
                complaint = self.make_complaint(
                    path_id=path.id, further_handling="no", user_id=self.handler.id
                )
                self.assertEqual(complaint.path_id, path)
                self.fill_assessment(complaint)
                complaint._on_customer_told(complaint.received_at, plan=True)
                complaint.action_start()
                kinds = Stage._get_types(complaint.team_id.id, path.id)
                self.assertIn(complaint.stage_type, kinds)
                lengths[path.name] = len(kinds)
        self.assertEqual(len(lengths), 11)
        self.assertEqual(lengths["All steps"], 13)
        self.assertEqual(lengths["Eight steps"], 8)
        self.assertEqual(lengths["Four steps"], 5)

    def test_a_team_takes_its_own_path(self):
        self.activate(self.all_steps)
        own = self.env["customer.complaint.path"].create(
            {
                "name": "Recalls",
                "sequence": 200,
                "team_ids": [(6, 0, self.other_team.ids)],
                "stage_ids": [(6, 0, self.stage("verifying").ids)],
            }
        )
        complaint = self.make_complaint(team_id=self.other_team.id)
        self.assertEqual(complaint.path_id, own)
        other = self.make_complaint()
        self.assertEqual(other.path_id, self.all_steps)
        other.team_id = self.other_team
        self.assertEqual(other.path_id, own, "not begun: the team's path")
        complaint.team_id = self.team
        self.assertEqual(complaint.path_id, self.all_steps, "not of this team")

    def test_another_path_leads_to_the_same_type_or_the_one_before(self):
        self.activate(self.all_steps)
        complaint = self.make_complaint(further_handling="yes")
        complaint.user_id = self.handler
        complaint.stage_id = self.stage("solution")
        complaint.path_id = self.simple
        self.assertEqual(complaint.stage_type, "assessed")
        complaint.path_id = self.all_steps
        self.assertEqual(complaint.stage_type, "assessed")
        with self.assertRefused(UserError, "has no stage “Solution”"):
            complaint.write(
                {"path_id": self.simple.id, "stage_id": self.stage("solution").id}
            )

    def test_an_archived_path_stays_with_its_complaints(self):
        #
        self.activate(self.all_steps)
        complaint = self.make_complaint(further_handling="yes")
        complaint.user_id = self.handler
        complaint.action_start()
        self.all_steps.active = False
        self.assertEqual(complaint.stage_type, "investigating")
        complaint.stage_id = self.stage("solution")
        self.assertEqual(complaint.path_id, self.all_steps)
        self.assertEqual(self.make_complaint().path_id, self.simple)

    # ------------------------------------------------------------------
    # What is required, all at once
    # ------------------------------------------------------------------
    def test_a_path_says_all_that_it_requires_at_once(self):
        # C-47 C-48 C-49 C-50
        self.activate(self.all_steps)
        complaint = self.make_complaint(demand=False)
        with self.assertRaises(ValidationError) as refusal:
            complaint.stage_id = self.stage("in_progress")
        for words in (
            "Customer demand",
            "Owner",
            "Initial assessment",
            "Plan,",
            "Plan told to the customer",
            "Handling mode",
        ):
            self.assertIn(words, str(refusal.exception))
        simple = self.make_complaint(path_id=self.simple.id, user_id=self.handler.id)
        simple.action_start()
        self.assertEqual(simple.stage_type, "implementing")

    def test_a_waiting_approval_stops_the_work(self):
        # C-47
        self.activate(self.all_steps)
        complaint = self.make_complaint(further_handling="yes")
        complaint.user_id = self.handler
        self.fill_assessment(complaint)
        complaint._on_customer_told(complaint.received_at, plan=True)
        request = self.env["customer.complaint.credit.request"].create(
            {
                "complaint_id": complaint.id,
                "partner_id": self.partner.id,
                "amount": 9000,
                "reason": "Door",
                "currency_id": self.company.currency_id.id,
            }
        )
        request.state = "to_approve"
        with self.assertRefused(ValidationError, "Approval of the credit notes"):
            complaint.stage_id = self.stage("in_progress")
        request.state = "to_do"
        complaint.stage_id = self.stage("in_progress")

    def test_a_screen_that_cannot_save_leads_to_what_is_missing(self):
        # C-47
        self.activate(self.all_steps)
        complaint = self.make_complaint(demand=False).with_user(self.handler)
        complaint.user_id = False
        with self.assertRaises(RedirectWarning) as refusal:
            complaint.web_save({"stage_id": self.stage("solution").id}, {})
        self.assertEqual(refusal.exception.loglevel, logging.INFO, "nothing is broken")
        message, action, button = refusal.exception.args[:3]
        self.assertIn("Customer demand", message)
        self.assertEqual((action["res_id"], button), (complaint.id, "Fill in"))
        dialog = complaint.with_context(**action["context"])
        view = self.env["ir.ui.view"].browse(action["views"][0][0])
        self.assertIn(" demand ", dialog.missing_codes)
        with Form(dialog, view=view) as form:
            form.demand = "A new door"
            form.user_id = self.handler
            form.further_handling = "yes"
        dialog.action_continue()
        self.assertEqual(complaint.stage_type, "solution")
        self.assertEqual(complaint.user_id, self.handler)

    def test_starting_asks_for_what_the_path_requires(self):
        # C-47 C-49 C-50
        six = self.env.ref("customer_complaint.path_six_steps")
        complaint = self.make_complaint(
            path_id=six.id, further_handling="yes", user_id=self.handler.id
        ).with_user(self.handler)
        action = complaint.action_start()
        dialog = complaint.with_context(**action["context"])
        with Form(dialog, view=action["views"][0][0]) as form:
            form.plan = "A new door."
            form.handling_mode = "on_site"
        with self.assertRefused(ValidationError, "Plan told to the customer"):
            dialog.action_continue()
        complaint._on_customer_told(complaint.received_at, plan=True)
        dialog.action_continue()
        self.assertEqual(complaint.stage_type, "implementing")

    def test_several_at_once_are_named_without_a_link(self):
        self.activate(self.all_steps)
        complaints = self.make_complaint(demand=False) + self.make_complaint(
            category_id=False
        )
        with self.assertRefused(ValidationError, "Category") as refusal:
            complaints.web_save({"user_id": self.handler.id}, {})
        for complaint in complaints:
            self.assertIn(complaint.name, str(refusal.exception))

    # ------------------------------------------------------------------
    # Whose step it is
    # ------------------------------------------------------------------
    def test_every_step_has_a_person_a_limit_and_a_result(self):
        # C-43 C-51
        stages = self.env["customer.complaint.stage"].search([])
        self.assertTrue(
            all(s.comes_in and s.goes_out and s.responsible for s in stages)
        )
        complaint = self.make_complaint(user=self.colleague)
        self.assertEqual(complaint.step_user_id, self.colleague, "who took it first")
        complaint.sudo().user_id = self.handler
        self.assertEqual(complaint.step_user_id, self.handler)
        self.assertEqual(complaint.step_due_at, complaint.next_due_at)
        self.assertTrue(complaint.step_goes_out)
        self.stage("assessing").responsible = "leader"
        complaint.invalidate_recordset(["step_user_id"])
        self.assertEqual(complaint.step_user_id, self.lead)

    def test_simple_cases_take_four_steps_beside_a_longer_path(self):
        # C-54 X-07
        wizard = self.env["customer.complaint.setup"].with_user(self.manager)
        with Form(wizard) as form:
            form.path_id = self.all_steps
            self.assertIn("Paths that are activated: All steps", form.changes)
        form.record.action_apply()
        self.assertTrue(self.simple.active)
        self.assertEqual(self.make_complaint().path_id, self.all_steps)
        form = Form(wizard)
        self.assertFalse(form.bundle_id, "no bundle any more")
        form.path_id = self.simple
        self.assertIn("Paths that are archived: All steps", form.changes)
        form.save().action_apply()
        self.assertFalse(self.all_steps.active)
        self.assertEqual(self.make_complaint().path_id, self.simple)
