from odoo.exceptions import AccessError, ValidationError
from odoo.tests import Form, tagged

from .common import ComplaintCommon


@tagged("post_install", "-at_install")
class TestFlow(ComplaintCommon):
    def test_assignment_is_refused_while_mandatory_facts_are_missing(self):
        # C-11
        complaint = self.env["customer.complaint"].create({"description": "Broken."})
        with self.assertRaises(ValidationError) as refusal:
            complaint.user_id = self.handler
        message = str(refusal.exception)
        for label in (
            "Customer name",
            "Contact: e-mail or phone",
            "Customer demand",
            "Category",
        ):
            self.assertIn(label, message)
        self.assertIn(complaint.name, message)
        self.assertNotIn("What happened", message)

    def test_each_mandatory_fact_is_asked_for(self):
        # C-11
        for values, label in (
            (
                {"partner_id": False, "partner_name": False, "email_from": "a@b.c"},
                "Customer name",
            ),
            ({"partner_id": False, "partner_name": "Ann"}, "Contact"),
            ({"description": "  ", "title": "T"}, "What happened"),
            ({"demand": False}, "Customer demand"),
            ({"category_id": False}, "Category"),
        ):
            with self.subTest(label=label):
                complaint = self.make_complaint(**values)
                with self.assertRefused(ValidationError, label):
                    complaint.user_id = self.handler

    def test_what_is_missing_may_come_in_the_same_call(self):
        # C-11
        complaint = self.make_complaint(demand=False)
        complaint.write({"demand": "Repair", "user_id": self.handler.id})
        self.assertEqual(complaint.stage_type, "assessed")

    def test_creating_with_an_owner_checks_the_same(self):
        # C-11
        with self.assertRefused(ValidationError, "Customer demand"):
            self.make_complaint(user_id=self.handler.id, demand=False)

    def test_taking_over_asks_for_what_is_missing_first(self):
        # C-11
        complaint = self.make_complaint(demand=False).with_user(self.handler)
        action = complaint.action_take()
        self.assertEqual(action["res_id"], complaint.id)
        view = self.env.ref("customer_complaint.customer_complaint_view_form_missing")
        self.assertEqual(action["views"], [(view.id, "form")])
        dialog = complaint.with_context(**action["context"])
        with Form(dialog, view=view) as form:
            form.demand = "A new door"
        self.assertTrue(complaint.action_take())
        self.assertEqual(complaint.user_id, self.handler)
        self.assertEqual(complaint.stage_type, "assessed")

    def test_buttons_work_on_none_one_and_many(self):
        none = self.env["customer.complaint"].with_user(self.handler)
        none.action_take()
        none.action_start()
        many = (self.make_complaint() + self.make_complaint()).with_user(self.handler)
        many.action_take()
        self.assertEqual(many.user_id, self.handler)
        many.action_start()
        self.assertEqual(set(many.mapped("stage_type")), {"implementing"})
        incomplete = self.make_complaint(demand=False).with_user(self.handler)
        with self.assertRefused(ValidationError, incomplete.name):
            (many + incomplete).action_take()

    def test_the_next_act_follows_the_course_of_a_complaint(self):
        complaint = self.make_complaint().with_user(self.handler)
        self.assertEqual(complaint.next_action, "take")
        complaint.action_take()
        self.assertEqual(complaint.next_action, "answer")
        complaint.message_post(
            body="I take care.", message_type="comment", subtype_xmlid="mail.mt_comment"
        )
        self.assertEqual(complaint.next_action, "start")
        complaint.action_start()
        self.assertEqual(complaint.next_action, "decide")
        view = self.env["ir.ui.view"].browse(complaint.action_decide()["views"][0][0])
        with Form(complaint, view=view) as form:
            form.decision = "partly"
            form.decision_reason = "One of two."
        self.assertEqual(complaint.next_action, "outcome")
        self.tell_outcome(complaint)
        self.assertEqual(complaint.next_action, "confirm")
        self.confirm(complaint)
        self.assertFalse(complaint.next_action)

    def test_outcome_stage_cannot_be_entered_by_dragging(self):
        complaint = self.make_owned()
        outcome = self.env.ref("customer_complaint.stage_outcome_sent")
        with self.assertRefused(ValidationError, "Decision and its reason"):
            complaint.stage_id = outcome
        closed = self.env.ref("customer_complaint.stage_closed")
        with self.assertRefused(ValidationError, "Confirmation by the customer"):
            complaint.stage_id = closed
        self.assertEqual(complaint.stage_type, "assessed")

    def test_required_things_are_data_and_can_be_switched_off(self):
        self.env.ref("customer_complaint.requirement_assessed_demand").active = False
        complaint = self.make_complaint(demand=False)
        complaint.user_id = self.handler
        self.assertEqual(complaint.user_id, self.handler)

    def test_closing_by_a_stage_that_nothing_guards_is_closing_all_the_same(self):
        requirements = self.env["customer.complaint.requirement"].search(
            [("stage_type", "in", ("feedback", "closed"))]
        )
        requirements.active = False
        complaint = self.make_owned()
        complaint.stage_id = self.env.ref("customer_complaint.stage_closed")
        self.assertTrue(complaint.closed_at)
        self.assertEqual(complaint.close_reason, "unconfirmed")
        self.assertFalse(complaint.next_due_at)
        self.assertNotIn("open", complaint.sudo().deadline_ids.mapped("state"))

    def test_a_stage_of_the_team_goes_before_the_shared_one(self):
        own = self.env["customer.complaint.stage"].create(
            {
                "name": "Desk check",
                "stage_type": "assessed",
                "team_ids": [(6, 0, self.team.ids)],
                "sequence": 99,
            }
        )
        mine = self.make_complaint()
        other = self.make_complaint(team_id=self.other_team.id)
        (mine + other).user_id = self.handler
        self.assertEqual(mine.stage_id, own)
        self.assertEqual(
            other.stage_id, self.env.ref("customer_complaint.stage_assessing")
        )

    def test_renaming_and_reordering_stages_does_not_touch_deadlines(self):
        complaint = self.make_owned()
        verdicts = complaint.sudo().deadline_ids.mapped("state")
        stages = self.env["customer.complaint.stage"].search([])
        for sequence, stage in enumerate(reversed(stages)):
            stage.write({"sequence": sequence, "name": f"Stage {sequence}"})
        self.assertEqual(complaint.sudo().deadline_ids.mapped("state"), verdicts)
        complaint.action_start()
        self.assertEqual(complaint.stage_type, "implementing")

    def test_a_stage_type_that_is_needed_cannot_be_lost(self):
        stage = self.env.ref("customer_complaint.stage_in_progress")
        for change in ({"active": False}, {"team_ids": [(6, 0, self.team.ids)]}):
            with self.assertRefused(ValidationError, "type In progress"):
                stage.write(change)
        with self.assertRefused(ValidationError, "type In progress"):
            stage.unlink()
        stage.copy()
        stage.active = False
        complaint = self.make_owned()
        complaint.action_start()
        self.assertEqual(complaint.stage_type, "implementing")

    def test_the_requirement_list_is_the_managers(self):
        with self.assertRaises(AccessError):
            self.env.ref("customer_complaint.requirement_assessed_demand").with_user(
                self.lead
            ).active = False
