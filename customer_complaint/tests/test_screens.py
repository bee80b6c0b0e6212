from odoo.tests import Form, tagged

from .common import ComplaintCommon


@tagged("post_install", "-at_install")
class TestScreens(ComplaintCommon):
    def test_every_view_of_every_model_loads_for_each_role(self):
        actions = self.env["ir.actions.act_window"].search(
            [("res_model", "=like", "customer.complaint%")]
        )
        self.assertGreater(len(actions), 10)
        for user in (self.handler, self.lead, self.manager):
            for action in actions:
                model = self.env[action.res_model].with_user(user)
                if not model.has_access("read"):
                    continue
                for mode in action.view_mode.split(","):
                    with self.subTest(user=user.login, model=model._name, mode=mode):
                        self.assertTrue(model.get_view(view_type=mode)["arch"])

    def test_each_role_gets_its_menus_only(self):
        def menus(user):
            loaded = self.env["ir.ui.menu"].with_user(user).load_menus(False)
            return {
                menu["xmlid"].removeprefix("customer_complaint.")
                for menu in loaded.values()
                if (menu.get("xmlid") or "").startswith("customer_complaint.")
            }

        self.assertEqual(menus(self.employee), set())
        self.assertEqual(
            menus(self.seller),
            {
                "menu_root",
                "menu_my_work",
                "menu_complaints",
                "menu_complaint_list",
                "menu_suggestions",
                "menu_people",
                "menu_absences",
                "menu_duties",
            },
        )
        self.assertEqual(
            menus(self.handler) - menus(self.seller),
            {
                "menu_deadlines",
                "menu_credit_requests",
                "menu_problems",
                "menu_meetings",
                "menu_reporting",
                "menu_dashboard",
                "menu_reporting_workload",
                "menu_reporting_costs",
                "menu_supplier_claims",
                "menu_entitlements",
            },
        )
        self.assertIn("menu_reporting_complaints", menus(self.lead))
        self.assertNotIn("menu_configuration", menus(self.lead))
        self.assertIn("menu_policies", menus(self.manager))

    def test_menus_have_readable_addresses(self):
        actions = self.env["ir.actions.act_window"].search(
            [("res_model", "=like", "customer.complaint%"), ("path", "=", False)]
        )
        wizards = {
            "customer.complaint.reopen",
            "customer.complaint.escalate",
            "customer.complaint.sample",
            "customer.complaint.setup",
        }
        self.assertFalse(set(actions.mapped("res_model")) - wizards)

    def test_the_board_shows_all_stages_also_the_empty_ones(self):
        groups = (
            self.env["customer.complaint"]
            .with_context(read_group_expand=True)
            .web_read_group([("id", "=", 0)], ["stage_id"], aggregates=["__count"])
        )
        self.assertEqual(
            [group["stage_id"][1] for group in groups["groups"]],
            self.env["customer.complaint.stage"]
            .search([("path_ids", "=", False)])
            .mapped("name"),
            "those of paths in use",
        )

    def test_list_board_pivot_and_search_answer_for_a_handler(self):
        # C-16
        complaint = self.make_owned(title="Needle in a haystack")
        model = self.env["customer.complaint"].with_user(self.handler)
        self.assertIn(complaint, model.search([("name", "=", complaint.name)]))
        self.assertEqual(
            [found[0] for found in model.name_search("Needle in a hay")], [complaint.id]
        )
        pivot = model.formatted_read_group(
            [("id", "=", complaint.id)],
            ["received_at:month", "category_id"],
            ["__count"],
        )
        self.assertEqual(pivot[0]["__count"], 1)

    def test_the_late_filter_finds_what_is_late(self):
        late = self.make_complaint()
        search = self.env.ref("customer_complaint.customer_complaint_view_search")
        self.assertIn("[('next_due_at', '&lt;', 'now')]", search.arch)
        self.assertIn(
            late, self.env["customer.complaint"].search([("next_due_at", "<", "now")])
        )

    def test_configuration_forms_can_be_filled_in(self):
        with Form(self.env["customer.complaint.team"].with_user(self.manager)) as team:
            team.name = "Returns"
            team.parent_id = self.team
        self.assertEqual(team.record.supervisor_ids, self.lead + self.manager)
        with Form(
            self.env["customer.complaint.policy"].with_user(self.manager)
        ) as policy:
            policy.name = "Fast"
            with policy.line_ids.new() as line:
                line.rank = 1
                line.deadline_type = "completion"
                line.amount = 8
        self.assertEqual(policy.record.line_ids.amount, 8)
