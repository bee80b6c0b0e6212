from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, new_test_user, tagged

from .common import ComplaintCommon

ROLES = (
    *("compliance_reviewer", "legal", "service_manager", "relations_specialist"),
    *("technical_support", "satisfaction_specialist", "account_manager"),
    *("service_agent", "support_team", "success_manager"),
)


@tagged("post_install", "-at_install")
class TestDuties(ComplaintCommon):
    """Which department gets which task by default."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.quality = cls.env.ref("customer_complaint.team_quality")
        cls.quality.write({"active": True, "leader_id": cls.colleague.id})
        cls.quality.member_ids = cls.colleague
        cls.analysis = cls.env.ref("customer_complaint.activity_task_analysis")

    def test_the_duties_of_three_departments_are_shipped(self):
        # C-61
        tasks = {
            duty: self.env.ref(
                f"customer_complaint.duty_{duty}"
            ).activity_type_ids.mapped("name")
            for duty in ("customer_service", "quality", "operations_support")
        }
        self.assertEqual(
            {duty: sorted(names) for duty, names in tasks.items()},
            {
                "customer_service": ["Complaint", "Feedback", "Survey"],
                "quality": ["Analysis", "Assessment", "Improvement"],
                "operations_support": ["System upkeep", "Technical help"],
            },
        )

    def test_companies_that_the_handler_ticked_need_not_be_the_departments(self):
        # C-61
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        self.handler.company_ids += elsewhere
        complaint = self.make_owned()
        companies = complaint.company_id + elsewhere
        complaint.with_user(self.handler).with_context(
            allowed_company_ids=companies.ids
        ).activity_schedule(activity_type_id=self.analysis.id, summary="Why?")
        self.assertEqual(complaint.activity_ids.user_id, self.colleague)
        self.assertTrue(complaint.with_user(self.colleague).has_access("write"))

    def test_a_task_goes_to_the_leader_of_its_department_and_he_sees_the_complaint(
        self,
    ):
        # C-61
        complaint = self.make_owned()
        self.assertFalse(complaint.with_user(self.colleague).has_access("read"))
        dialog = Form(
            self.env["mail.activity.schedule"]
            .with_user(self.handler)
            .with_context(active_model=complaint._name, active_ids=complaint.ids)
        )
        dialog.activity_type_id = self.analysis
        self.assertEqual(dialog.activity_user_id, self.colleague)
        dialog.save().action_schedule_activities()
        self.assertEqual(complaint.activity_ids.user_id, self.colleague)
        self.assertEqual(complaint.involved_team_ids, self.quality)
        self.assertEqual(complaint.coordinator_id, self.lead)
        self.env.flush_all()
        self.assertTrue(complaint.with_user(self.colleague).has_access("write"))

    def test_whoever_is_chosen_gets_the_task(self):
        # C-61
        complaint = self.make_owned()
        complaint.activity_schedule(
            activity_type_id=self.analysis.id, user_id=self.handler.id
        )
        self.assertEqual(complaint.activity_ids.user_id, self.handler)
        self.assertFalse(complaint.involved_team_ids)

    def test_nobodys_duty_and_switched_off_departments_change_nothing(self):
        # C-61
        complaint = self.make_owned()
        self.quality.active = False
        for activity_type in (
            self.analysis,
            self.env.ref("customer_complaint.activity_task_upkeep"),
            self.env.ref("mail.mail_activity_data_todo"),
        ):
            activity = complaint.activity_schedule(activity_type_id=activity_type.id)
            self.assertFalse(activity.user_id)
        self.assertFalse(complaint.involved_team_ids)

    def test_a_leader_without_a_role_in_complaints_is_not_given_tasks(self):
        # C-61
        self.quality.leader_id = self.employee
        complaint = self.make_owned()
        activity = complaint.activity_schedule(activity_type_id=self.analysis.id)
        self.assertFalse(activity.user_id)

    def test_a_department_of_the_company_goes_before_one_of_all(self):
        # C-61
        ours = self.env["customer.complaint.team"].create(
            {
                "name": "Our quality",
                "company_id": self.company.id,
                "leader_id": self.lead.id,
            }
        )
        self.env["customer.complaint.duty"].create(
            {
                "name": "Ours",
                "team_id": ours.id,
                "sequence": 99,
                "activity_type_ids": [Command.set(self.analysis.ids)],
            }
        )
        self.assertEqual(
            self.make_complaint()._get_duty_user(self.analysis), (ours, self.lead)
        )
        other = self.env["res.company"].create({"name": "Other Ltd"})
        self.assertEqual(
            self.env["customer.complaint.duty"]._get_team(self.analysis, other),
            self.quality,
        )

    def test_who_works_in_a_department_reads_its_duties(self):
        # C-61
        duties = self.env["customer.complaint.duty"].with_user(self.colleague)
        self.assertIn(self.quality, duties.search([]).team_id)
        self.assertNotIn(
            self.quality, duties.with_user(self.handler).search([]).team_id
        )
        duty = self.env.ref("customer_complaint.duty_quality")
        self.assertEqual(duty.user_names, self.colleague.name)
        with self.assertRaises(AccessError):
            duty.with_user(self.colleague).scope = "x"


@tagged("post_install", "-at_install")
class TestFurtherRoles(ComplaintCommon):
    """Job titles that give the rights of groups; off until an administrator wants them."""

    def get_role(self, name):
        return self.env.ref(f"customer_complaint.group_complaint_role_{name}")

    def test_they_are_shipped_off_and_give_rights_of_complaints_only(self):
        # C-62
        category = self.env.ref("customer_complaint.module_category_complaint")
        for name in ROLES:
            role = self.get_role(name)
            self.assertFalse(role.is_complaint_role_on)
            self.assertTrue(role.implied_ids)
            self.assertEqual(
                role.implied_ids.privilege_id.category_id, category, role.name
            )

    def test_switched_on_it_stands_in_the_form_of_a_user_and_gives_its_rights(self):
        # C-62
        administrator = new_test_user(self.env, "t_rights", "base.group_erp_manager")
        role = self.get_role("service_manager").with_user(administrator)
        role.is_complaint_role_on = True
        shown = self.env["res.groups"]._get_view_group_hierarchy()
        self.assertEqual(
            shown["privileges"][role.complaint_privilege_id.id]["group_ids"], role.ids
        )
        self.assertFalse(
            self.employee.has_group("customer_complaint.group_complaint_lead")
        )
        self.employee.with_user(administrator).group_ids = [Command.link(role.id)]
        self.assertTrue(
            self.employee.has_group("customer_complaint.group_complaint_lead")
        )
        with self.assertRefused(UserError, "Take it from them"):
            role.is_complaint_role_on = False
        self.employee.with_user(administrator).group_ids = [Command.unlink(role.id)]
        self.assertFalse(
            self.employee.has_group("customer_complaint.group_complaint_lead")
        )
        role.is_complaint_role_on = False
        shown = self.env["res.groups"]._get_view_group_hierarchy()
        self.assertFalse(
            shown["privileges"][role.complaint_privilege_id.id]["group_ids"]
        )

    def test_what_a_role_gives_changes_for_all_who_hold_it(self):
        # C-62
        role = self.get_role("legal")
        role.user_ids = self.employee
        supervision = "customer_complaint.group_complaint_supervision"
        self.assertTrue(self.employee.has_group(supervision))
        role.implied_ids = self.env.ref("customer_complaint.group_complaint_auditor")
        self.assertFalse(self.employee.has_group(supervision))

    def test_nobody_gives_himself_rights_with_a_role(self):
        # C-62
        role = self.get_role("support_team").with_user(self.manager)
        for values in (
            {"is_complaint_role_on": True},
            {"implied_ids": [Command.link(self.env.ref("base.group_system").id)]},
            {"user_ids": [Command.link(self.manager.id)]},
        ):
            with self.assertRaises(AccessError):
                role.write(values)
        with self.assertRaises(AccessError):
            self.manager.with_user(self.manager).group_ids = [Command.link(role.id)]


@tagged("post_install", "-at_install")
class TestCause(ComplaintCommon):
    """The analysis of the cause ends with a department and a person."""

    def test_it_can_be_required_and_is_asked_for_in_the_dialog(self):
        # C-63
        complaint = self.make_owned()
        self.assertNotIn("cause", complaint._get_missing("feedback"))
        self.env.ref("customer_complaint.requirement_feedback_cause").active = True
        complaint.cause = "The carton is too thin."
        self.assertIn("cause", complaint._get_missing("feedback"))
        with self.assertRefused(ValidationError, "Cause, responsible department"):
            complaint.stage_id = self.env.ref("customer_complaint.stage_outcome_sent")
        dialog = self.env.ref("customer_complaint.customer_complaint_view_form_missing")
        with Form(
            complaint.with_context(complaint_target="feedback"), view=dialog
        ) as form:
            form.cause_team_id = self.team
            self.assertEqual(form.cause_user_id, self.lead, "proposed")
            form.decision = "justified"
            form.decision_reason = "Our packing."
        self.assertNotIn("cause", complaint._get_missing("feedback"))

    def test_who_answers_for_the_cause_is_kept_in_the_trail(self):
        # C-63 C-52
        complaint = self.make_owned()
        complaint.write({"cause": "Too thin", "cause_team_id": self.team.id})
        complaint.cause_user_id = self.employee
        told = complaint.sudo().event_ids.filtered(
            lambda e: e.field_name.startswith("cause")
        )
        self.assertEqual(
            [(e.field_name, e.old, e.new) for e in told.sorted("id")],
            [
                ("cause", "", "Too thin"),
                ("cause_team_id", "", self.team.name),
                ("cause_user_id", "", self.lead.name),
                ("cause_user_id", self.lead.name, self.employee.name),
            ],
        )

    def test_the_department_belongs_to_the_company(self):
        # C-63
        other = self.env["res.company"].create({"name": "Other Ltd"})
        theirs = self.env["customer.complaint.team"].create(
            {"name": "Theirs", "company_id": other.id}
        )
        with self.assertRefused(UserError, "Theirs"):
            self.make_complaint().cause_team_id = theirs

    def test_the_customer_reads_nothing_of_it(self):
        # C-63
        visitor = new_test_user(self.env, "t_visitor", "base.group_portal")
        visitor.partner_id.parent_id = self.partner
        complaint = self.make_complaint(cause="Too thin")
        with self.assertRaises(AccessError):
            complaint.with_user(visitor).read(["cause"])
