from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, new_test_user, tagged

from odoo.addons.customer_complaint.tools import rows

from .credit_common import CreditCommon


@tagged("post_install", "-at_install")
class TestRemedyWorth(CreditCommon):
    """Goods are worth something without anybody entering an amount; who approves has a list."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.complaint.sudo().team_id = cls.team
        cls.product.taxes_id = False
        # Names neither order nor product.
        cls.vague = cls.make_owned()
        cls.vague.sudo().team_id = cls.team
        cls.gadget = cls.env["product.product"].create(
            {
                "name": "Test gadget",
                "list_price": 30.0,
                "taxes_id": [Command.set(cls.tax.ids)],
            }
        )

    def replacement(self, quantity=1, **values):
        """A cabinet, sold for 120 with taxes, that the handler promises."""
        values.setdefault("product_id", self.product.id)
        return self.promise(
            "replacement", user=self.handler, quantity=quantity, **values
        )

    # ------------------------------------------------------------------
    # Worth
    # ------------------------------------------------------------------
    def test_goods_are_worth_what_they_were_sold_for_else_their_price(self):
        self.assertEqual(self.replacement(2).worth, 240)
        gift = self.promise("gift", product_id=self.gadget.id, quantity=2)
        self.assertEqual(gift.worth, 72)
        # What was given away free before is worth its price, too.
        self.order.order_line.filtered("product_id").discount = 100
        self.assertEqual(self.replacement().worth, 100)

    def test_the_dialog_opens_before_a_type_is_chosen(self):
        action = self.complaint.with_user(self.handler).action_add_remedy()
        Remedy = self.env["customer.complaint.remedy"].with_user(self.handler)
        form = Form(Remedy.with_context(**action["context"]))
        self.assertEqual(form.worth, 0)
        form.type_id = self.env.ref("customer_complaint.remedy_type_gift")
        form.product_id = self.gadget
        self.assertEqual(form.worth, 36)

    def test_an_entered_amount_does_not_make_goods_smaller(self):
        amounts = (0, 10, 500)
        found = [self.replacement(amount=amount).worth for amount in amounts]
        self.assertEqual(found, [120, 120, 500])

    def test_what_gives_no_goods_is_worth_its_amount(self):
        self.assertEqual(self.promise("coupon", amount=50).worth, 50)
        for name in ("repair", "return", "recall", "apology"):
            remedy = self.promise(name, product_id=self.product.id)
            self.assertEqual(remedy.worth, 0, name)

    def test_without_a_product_the_complaint_s_count_in_their_unit(self):
        self.assertEqual(self.replacement(product_id=False).worth, 240)
        unnamed = {"product_id": False, "complaint": self.vague}
        self.assertEqual(self.replacement(**unnamed).worth, 0)
        dozen = self.env.ref("uom.product_uom_dozen")
        self.vague.line_ids = [
            Command.create(
                {"product_id": self.gadget.id, "quantity": 2, "uom_id": dozen.id}
            ),
            Command.create({"product_id": self.product.id}),
            Command.create({"name": "The manner of the driver"}),
        ]
        self.assertEqual(self.replacement(**unnamed).worth, 24 * 36 + 100)

    def test_goods_sold_in_another_currency_count_in_that_of_the_company(self):
        currency = self.env["res.currency"].create(
            {
                "name": "TST",
                "symbol": "T",
                "rate_ids": [Command.create({"name": "2020-01-01", "rate": 2.0})],
            }
        )
        pricelist = self.env["product.pricelist"].create(
            {"name": "Test prices", "currency_id": currency.id}
        )
        line = {
            "product_id": self.product.id,
            "price_unit": 90,
            "tax_ids": [Command.clear()],
        }
        order = self.env["sale.order"].create(
            {
                "partner_id": self.partner.id,
                "pricelist_id": pricelist.id,
                "order_line": [Command.create(line)],
            }
        )
        complaint = self.make_owned(order_id=order.id)
        remedy = self.promise(
            "replacement", complaint, product_id=self.product.id, quantity=2
        )
        self.assertEqual(remedy.worth, 90)

    # ------------------------------------------------------------------
    # Limits and budget
    # ------------------------------------------------------------------
    def test_a_limit_catches_a_replacement_and_a_gift_nobody_entered_an_amount_for(
        self,
    ):
        self.limit(120, remedy="replacement")
        self.limit(50, "manager", remedy="gift")
        gift = self.promise("gift", product_id=self.gadget.id, quantity=2)
        self.assertEqual((gift.state, gift.approver_role), ("to_approve", "manager"))
        self.assertEqual(self.replacement().state, "proposed")
        second = self.replacement()  # together they are more
        self.assertEqual((second.state, second.approver_role), ("to_approve", "lead"))
        with self.assertRefused(UserError, "has to be approved"):
            second.create_document()
        second.with_user(self.lead).action_approve()
        second.create_document()
        self.assertEqual(second.state, "requested")

    def test_money_beside_a_replacement_counts_together_with_it(self):
        self.limit(150)
        self.replacement()
        self.assertEqual(self.ask(amount=30).state, "to_do")
        self.assertEqual(self.ask(amount=1).state, "to_approve")

    def test_the_goodwill_budget_pays_gifts(self):
        budget = self.env["customer.complaint.budget"].create(
            {"team_id": self.team.id, "amount": 100}
        )
        self.replacement()  # what he has a right to is no goodwill
        small = self.promise("gift", product_id=self.gadget.id, quantity=2)
        self.assertEqual((small.state, budget.used), ("proposed", 72))
        large = self.promise("gift", product_id=self.gadget.id)
        self.assertEqual(
            (large.state, large.approver_role, large.is_over_budget),
            ("to_approve", "manager", True),
        )

    def test_more_goods_withdraw_the_approval_and_fewer_do_not(self):
        self.limit(200)
        remedy = self.replacement(3)
        remedy.with_user(self.lead).action_approve()
        remedy.quantity = 2
        self.assertEqual(remedy.state, "proposed")
        remedy.quantity = 4
        self.assertEqual(
            (remedy.state, remedy.raised_by_id), ("to_approve", self.handler)
        )
        remedy.with_user(self.lead).action_approve()
        remedy.product_id = self.gadget
        self.assertEqual((remedy.state, remedy.worth), ("proposed", 144))

    def test_products_added_after_the_promise_do_not_pass_the_limit(self):
        self.limit(50)
        remedy = self.replacement(product_id=False, complaint=self.vague)
        self.assertEqual(remedy.state, "proposed")
        self.vague.line_ids = [Command.create({"product_id": self.product.id})]
        for give in (remedy.create_document, lambda: remedy.link_document("X1")):
            with self.assertRefused(UserError, "names more products.*50.00 a team"):
                give()
        remedy.product_id = self.product
        self.assertEqual(remedy.state, "to_approve")
        remedy.with_user(self.lead).action_approve()
        remedy.create_document()
        self.assertEqual(remedy.state, "requested")

    def test_products_added_after_the_promise_are_not_delivered_by_hand_either(self):
        self.limit(50)
        kind = self.env.ref("customer_complaint.remedy_type_replacement")
        kind.needs_product = False
        remedy = self.replacement(product_id=False, complaint=self.vague)
        self.vague.line_ids = [Command.create({"product_id": self.product.id})]
        with self.assertRefused(UserError, "names more products.*50.00 a team"):
            remedy.deliver(note="Signed")
        self.assertTrue(remedy.is_open)

    def test_products_added_later_are_free_where_nobody_has_to_approve(self):
        remedy = self.replacement(product_id=False, complaint=self.vague)
        self.vague.line_ids = [Command.create({"product_id": self.product.id})]
        remedy.create_document()
        self.assertEqual(remedy.worth, 100)

    # ------------------------------------------------------------------
    # The list of who approves
    # ------------------------------------------------------------------
    def test_leads_find_what_waits_in_a_list_and_approve_several_there(self):
        self.limit(50)
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "customer_complaint.customer_complaint_remedy_action_to_approve"
        )
        self.assertEqual(action["path"], "complaint-remedies-to-approve")
        model = self.env["customer.complaint.remedy"].with_user(self.lead)
        waiting = self.replacement() | self.promise("coupon", amount=60)
        self.promise("apology")
        elsewhere = self.make_owned()
        elsewhere.sudo().team_id = self.other_team
        self.promise("coupon", elsewhere, amount=60)
        domain = [("approver_role", "!=", False), ("state", "=", "to_approve")]
        found = model.search(domain)
        self.assertEqual(found, waiting)
        views = model.get_views([(False, "list"), (False, "search"), (False, "form")])
        arch = views["views"]["list"]["arch"]
        self.assertRegex(arch, 'name="action_approve"')
        found.action_approve()
        self.assertFalse(model.search(domain))
        self.assertEqual(waiting.approver_id, self.lead)
        # Those who may not approve have no button for it.
        arch = model.with_user(self.handler).get_view(view_type="list")["arch"]
        self.assertNotIn("action_approve", arch)

    def test_the_form_approves_and_leads_to_the_complaint(self):
        self.limit(50)
        remedy = self.replacement().with_user(self.lead)
        with Form(remedy) as form:
            self.assertTrue(form.can_approve)
            self.assertEqual(form.worth, 120)
        self.assertEqual(
            remedy.action_view_complaint()["res_id"], remedy.complaint_id.id
        )

    def test_the_menu_leads_to_both_lists(self):
        def lists(user):
            menus = self.env["ir.ui.menu"].with_user(user).load_menus(False)
            return {
                menu["name"]
                for menu in menus.values()
                if menu.get("xmlid")
                in (
                    "customer_complaint.menu_requests_to_approve",
                    "customer_complaint.menu_remedies_to_approve",
                )
            }

        self.assertEqual(lists(self.lead), {"Credit notes", "Remedies"})
        self.assertFalse(lists(self.handler))

    # ------------------------------------------------------------------
    # Rights come first
    # ------------------------------------------------------------------
    def test_who_may_not_approve_or_cancel_keeps_nobody_waiting(self):
        self.limit(50)
        self.company.complaint_credit_approval_amount = 1
        request, remedy = self.ask(amount=50), self.replacement()
        self.limit(51, "manager")
        grave, large = self.ask(amount=10), self.replacement()
        stranger = new_test_user(
            self.env,
            "t_other_lead",
            "customer_complaint.group_complaint_lead",
            company_id=self.company.id,
        )
        self.other_team.leader_id = stranger
        attempts = [
            (record, user)
            for record in (request, remedy)
            for user in (self.handler, self.colleague, stranger, self.accountant)
        ] + [(grave, self.lead), (large, self.lead)]
        self.env.flush_all()
        with patch.object(rows, "claim") as claim:
            for record, user in attempts:
                with (
                    self.subTest(record=record._name, user=user.login),
                    self.assertRaises(UserError),
                ):
                    record.with_user(user).action_approve()
            with self.assertRaises(AccessError):
                request.with_user(self.colleague)._cancel("No")
            claim.assert_not_called()

    def test_what_was_decided_already_is_said_whoever_would_have_to_decide(self):
        self.limit(50, "manager")
        request, remedy = self.ask(amount=60), self.replacement()
        (request.with_user(self.manager)).action_approve()
        remedy.with_user(self.manager).action_approve()
        for record in (request, remedy):
            with self.assertRefused(UserError, "does not wait for an approval"):
                record.with_user(self.lead).action_approve()
