from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from .common import ComplaintCommon

MODELS = [
    "customer.complaint",
    "customer.complaint.line",
    "customer.complaint.deadline",
    "customer.complaint.escalation",
    "customer.complaint.contact",
    "customer.complaint.confirmation",
    "customer.complaint.link",
]
CONFIGURATION = [
    "customer.complaint.level",
    "customer.complaint.channel",
    "customer.complaint.emotion",
    "customer.complaint.team",
    "customer.complaint.category",
    "customer.complaint.stage",
    "customer.complaint.requirement",
    "customer.complaint.policy",
    "customer.complaint.policy.line",
    "customer.complaint.escalation.step",
]


@tagged("post_install", "-at_install")
class TestAccess(ComplaintCommon):
    def sees(self, user, complaint):
        return bool(
            self.env["customer.complaint"]
            .with_user(user)
            .search_count([("id", "=", complaint.id)])
        )

    def test_a_plain_employee_and_the_accountant_see_no_complaint(self):
        accountant = new_test_user(
            self.env, "t_accountant", "account.group_account_invoice"
        )
        for user in (self.employee, accountant):
            for model in MODELS + CONFIGURATION:
                with self.assertRaises(AccessError, msg=model):
                    self.env[model].with_user(user).search([])

    def test_records_of_odoo_are_duplicated_by_those_without_complaint_rights(self):
        """To duplicate one, Odoo reads all that is copied, and fails at what it may not read."""
        unreadable = [
            str(field)
            for model in self.env.registry.values()
            if not model._name.startswith("customer.")
            for field in model._fields.values()
            if field.groups
            and field.copy
            and (field._module or "").startswith("customer_")
        ]
        self.assertEqual(unreadable, [])
        people = new_test_user(
            self.env, "t_contacts", "base.group_user,base.group_partner_manager"
        )
        copied = self.partner.with_user(people).copy()
        self.assertEqual(copied.sudo().complaint_tier, False)

    def test_the_submitter_sees_and_completes_his_own_until_somebody_takes_it(self):
        mine = self.make_complaint(user=self.seller, order_id=self.order.id)
        foreign = self.make_complaint()
        self.assertTrue(self.sees(self.seller, mine))
        self.assertFalse(self.sees(self.seller, foreign))
        mine.demand = "Changed his mind"
        mine.line_ids.problem = "Scratch"
        mine.sudo().user_id = self.handler
        with self.assertRaises(AccessError):
            mine.demand = "Again"
        with self.assertRaises(AccessError):
            mine.line_ids.unlink()
        self.assertTrue(mine.deadline_ids.mapped("due_at"))
        with self.assertRaises(AccessError):
            mine.contact_ids.mapped("summary")

    def test_the_submitter_sees_complaints_about_his_orders_only(self):
        other_seller = new_test_user(
            self.env, "t_seller2", "sales_team.group_sale_salesman"
        )
        complaint = self.make_complaint(order_id=self.order.id)
        self.assertTrue(self.sees(self.seller, complaint))
        self.assertFalse(self.sees(other_seller, complaint))
        with self.assertRaises(AccessError):
            self.env["customer.complaint"].with_user(other_seller).create(
                {"order_id": self.order.id, "description": "not my order"}
            )

    def test_the_user_handles_his_own_and_his_teams(self):
        team_case = self.make_complaint()
        other = self.make_complaint(team_id=self.other_team.id)
        self.assertTrue(self.sees(self.handler, team_case))
        self.assertFalse(self.sees(self.handler, other))
        self.assertTrue(self.sees(self.colleague, other))
        with self.assertRaises(AccessError):
            other.with_user(self.handler).demand = "x"
        with self.assertRaises(AccessError):
            self.env["customer.complaint.contact"].with_user(self.handler).create(
                {"complaint_id": other.id, "summary": "x"}
            )
        with self.assertRaises(AccessError):
            self.env["customer.complaint.confirmation"].with_user(self.handler).create(
                {"complaint_id": other.id, "solved": "solved", "grade": "5"}
            )

    def test_a_team_without_members_is_open_to_all_users(self):
        free = self.env["customer.complaint.team"].create({"name": "Everybody"})
        complaint = self.make_complaint(team_id=free.id)
        self.assertTrue(self.sees(self.handler, complaint))
        self.assertTrue(self.sees(self.colleague, complaint))

    def test_the_lead_sees_his_teams_and_those_below(self):
        below = self.env["customer.complaint.team"].create(
            {
                "name": "Night shift",
                "parent_id": self.team.id,
                "member_ids": [Command.link(self.colleague.id)],
            }
        )
        self.env.flush_all()
        self.assertTrue(self.sees(self.lead, self.make_complaint()))
        self.assertTrue(self.sees(self.lead, self.make_complaint(team_id=below.id)))
        self.assertFalse(
            self.sees(self.lead, self.make_complaint(team_id=self.other_team.id))
        )
        self.assertFalse(self.sees(self.handler, self.make_complaint(team_id=below.id)))

    def test_nobody_writes_the_ledger_or_the_escalation_log_by_hand(self):
        complaint = self.make_owned()
        row = self.row(complaint, "completion")
        self.env["customer.complaint.deadline"]._run_due_steps(row.due_at)
        log = complaint.sudo().deadline_ids.escalation_ids
        self.assertTrue(log)
        for user in (self.handler, self.lead, self.manager):
            for operation in ("write", "create", "unlink"):
                with self.assertRaises(AccessError):
                    log.with_user(user).check_access(operation)
                with self.assertRaises(AccessError):
                    row.with_user(user).check_access(operation)
            with self.assertRaises(AccessError):
                row.with_user(user).write({"due_at": "2030-01-01 00:00:00"})
            with self.assertRaises(AccessError):
                row.with_user(user).unlink()
            with self.assertRaises(AccessError):
                row.with_user(user).copy()

    def test_confirmations_and_contacts_cannot_be_changed_afterwards(self):
        # C-123
        complaint = self.make_owned()
        contact = self.tell_outcome(complaint)
        confirmation = self.confirm(complaint)
        for record in (contact, confirmation):
            with self.assertRaises(AccessError):
                record.unlink()
        with self.assertRaises(AccessError):
            confirmation.grade = "1"
        with self.assertRaises(AccessError):
            contact.summary = "x"

    def test_configuration_is_the_managers(self):
        for model in CONFIGURATION:
            record = self.env[model].with_context(active_test=False).search([], limit=1)
            self.assertTrue(record, model)
            record.with_user(self.manager).check_access("write")
            for user in (self.seller, self.handler, self.lead):
                record.with_user(user).check_access("read")
                with self.assertRaises(AccessError, msg=model):
                    record.with_user(user).check_access("write")

    def test_companies_do_not_see_each_other(self):
        other_company = self.env["res.company"].create({"name": "Other Ltd"})
        stranger = new_test_user(
            self.env,
            "t_stranger",
            "customer_complaint.group_complaint_manager",
            company_id=other_company.id,
            company_ids=[Command.set(other_company.ids)],
        )
        complaint = self.make_owned(order_id=self.order.id)
        self.tell_outcome(complaint)
        self.confirm(complaint, "not_solved", "1")
        complaint._relate(self.make_owned())
        self.env["customer.complaint.deadline"]._run_due_steps(
            complaint.sudo().deadline_ids[:1].due_at.replace(year=2031)
        )
        for model in MODELS:
            field = "id" if model == "customer.complaint" else "complaint_id"
            found = self.env[model].search([(field, "=", complaint.id)])
            self.assertTrue(found, model)
            with self.assertRaises(AccessError, msg=model):
                found.with_user(stranger).check_access("read")
        own = (
            self.env["customer.complaint"]
            .with_user(stranger)
            .create({"description": "Ours"})
        )
        self.assertEqual(own.company_id, other_company)
        self.assertTrue(own.sudo().deadline_ids)
        self.assertFalse(self.sees(self.manager, own))

    def test_limits_of_another_companys_policies_are_not_read_shared_ones_are(self):
        other_company = self.env["res.company"].create({"name": "Other Ltd"})
        theirs, shared = self.env["customer.complaint.policy"].create(
            [
                {
                    "name": name,
                    "company_id": company_id,
                    "line_ids": [Command.create({"amount": 5})],
                }
                for name, company_id in (("Theirs", other_company.id), ("All", False))
            ]
        )
        for user in (self.seller, self.manager):
            found = (
                self.env["customer.complaint.policy.line"].with_user(user).search([])
            )
            self.assertNotIn(theirs.line_ids, found)
            self.assertIn(shared.line_ids, found)
            with self.assertRaises(AccessError):
                theirs.line_ids.with_user(user).read(["amount"])

    def test_a_dialog_is_read_and_run_by_whoever_opened_it(self):
        complaint = self.make_owned()
        dialog = complaint.env["customer.complaint.promise"].create(
            {
                "complaint_ids": complaint.ids,
                "due_at": "2035-01-01",
                "commitment": "We call you.",
            }
        )
        dialog.check_access("write")
        with self.assertRaises(AccessError):
            dialog.with_user(self.lead).read(["commitment"])
        dialogs = self.env["ir.model"].search(
            [("transient", "=", True), ("model", "=like", "customer.complaint%")]
        )
        for name in dialogs.mapped("model"):
            rule = self.env["ir.rule"].with_user(self.lead)._compute_domain(name)
            self.assertIn("create_uid", str(rule), name)

    def test_records_of_another_company_cannot_be_mixed_in(self):
        other_company = self.env["res.company"].create({"name": "Other Ltd"})
        team = self.env["customer.complaint.team"].create(
            {"name": "Theirs", "company_id": other_company.id}
        )
        level = self.env["customer.complaint.level"].create(
            {"name": "Theirs", "rank": 9, "company_id": other_company.id}
        )
        for values in ({"team_id": team.id}, {"level_id": level.id}):
            with self.assertRaises(Exception) as refusal:
                self.make_complaint(**values)
            self.assertIn("Theirs", str(refusal.exception))

    def test_posting_needs_write_access_for_colleagues_but_not_for_the_customer(self):
        complaint = self.make_owned()
        reader = self.colleague
        with self.assertRaises(AccessError):
            complaint.with_user(reader).message_post(body="x")
        mine = self.make_complaint(user=self.seller)
        mine.sudo().user_id = self.handler
        mine.with_user(self.seller).message_post(body="I stay on it")
