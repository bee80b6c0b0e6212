from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .goods_common import GoodsCommon

MODELS = "odoo.addons.customer_complaint.models.remedy_document.MODELS"


@tagged("post_install", "-at_install")
class TestReplacement(GoodsCommon):
    def test_a_replacement_is_a_free_draft_order_that_names_the_complaint(self):
        # C-92
        remedy = self.make_remedy(product_id=self.product.id, quantity=2)
        order = self.make_order(remedy)
        self.assertRecordValues(
            order,
            [
                {
                    "partner_id": self.partner.id,
                    "origin": self.complaint.name,
                    "state": "draft",
                    "amount_total": 0.0,
                    "remedied_complaints": self.complaint.name,
                }
            ],
        )
        self.assertEqual(order.order_line.product_uom_qty, 2)
        self.assertEqual(
            (remedy.document_name, remedy.state), (order.name, "requested")
        )
        self.assertIn(order.name, self.complaint.message_ids[0].body)
        opened = remedy.with_user(self.env.user).action_view_document()
        self.assertEqual(opened["res_id"], order.id)
        opened = order.with_user(self.handler).action_view_remedied_complaints()
        self.assertEqual(opened["res_id"], self.complaint.id)

    def test_a_charged_replacement_costs_what_was_charged(self):
        remedy = self.make_remedy(product_id=self.product.id, quantity=1)
        order = self.make_order(remedy, charged=True)
        self.assertEqual(order.order_line.price_unit, 80.0)
        self.assertEqual(order.partner_invoice_id, self.partner)

    def sell(self, pricelist=None, **values):
        """A handler's complaint about an order with one line of these values."""
        order = self.env["sale.order"].create(
            {
                "partner_id": self.partner.id,
                "pricelist_id": pricelist and pricelist.id,
                "order_line": [
                    Command.create({"product_id": self.product.id, **values})
                ],
            }
        )
        order.action_confirm()
        return self.make_owned(order_id=order.id)

    def test_a_charged_replacement_is_priced_in_its_own_unit(self):
        dozen = self.env.ref("uom.product_uom_dozen")
        complaint = self.sell(product_uom_id=dozen.id, price_unit=960, discount=10)
        remedy = self.make_remedy(complaint=complaint, product_id=self.product.id)
        self.assertRecordValues(
            self.make_order(remedy, charged=True).order_line,
            [{"product_uom_qty": 1, "price_unit": 80.0, "discount": 10}],
        )

    def test_an_end_user_s_replacement_is_charged_to_the_dealer_as_then(self):
        #
        dealers = self.env["product.pricelist"].create(
            {"name": "Dealers", "currency_id": self.env.ref("base.CHF").id}
        )
        complaint = self.sell(dealers, price_unit=80)
        user = self.env["res.partner"].create({"name": "End user"})
        complaint.write({"partner_id": user.id, "invoiced_partner_id": self.partner.id})
        remedy = self.make_remedy(complaint=complaint, product_id=self.product.id)
        order = self.make_order(remedy, charged=True)
        self.assertRecordValues(
            order,
            [
                {
                    "partner_id": user.id,
                    "partner_invoice_id": self.partner.id,
                    "currency_id": dealers.currency_id.id,
                }
            ],
        )
        self.assertEqual(order.order_line.price_unit, 80.0)

    def test_what_somebody_else_was_charged_is_no_price(self):
        complaint = self.sell(price_unit=1)
        other = self.env["res.partner"].create({"name": "Another dealer"})
        complaint.invoiced_partner_id = other
        remedy = self.make_remedy(complaint=complaint, product_id=self.product.id)
        order = self.make_order(remedy, charged=True)
        self.assertEqual(order.partner_invoice_id, other)
        self.assertEqual(order.order_line.price_unit, self.product.list_price)

    def test_without_a_product_all_of_the_complaint_is_replaced(self):
        order = self.make_order(self.make_remedy())
        self.assertEqual(order.order_line.product_id, self.product)
        self.assertEqual(order.order_line.product_uom_qty, 2)
        empty = self.make_owned()
        with self.assertRefused(UserError, "names no product"):
            self.make_remedy(complaint=empty).create_document()

    def test_who_may_not_sell_makes_a_draft_that_the_salesperson_confirms(self):
        self.assertFalse(
            self.env["sale.order"].with_user(self.handler).has_access("create")
        )
        order = self.make_order(self.make_remedy())
        self.assertEqual((order.state, order.user_id), ("draft", self.seller))
        self.assertEqual(order.activity_ids.user_id, self.seller)
        self.assertIn(self.complaint.name, order.activity_ids.summary)
        with self.assertRaises(AccessError):
            order.with_user(self.handler).action_confirm()
        words = " ".join(order.message_ids.mapped("body"))
        self.assertNotIn(self.complaint.title, words)

    def test_who_sells_himself_needs_no_to_do(self):
        self.handler.group_ids += self.env.ref(
            "sales_team.group_sale_salesman_all_leads"
        )
        order = self.make_order(self.make_remedy())
        self.assertFalse(order.activity_ids)
        self.assertEqual(order.create_uid, self.handler)

    def test_delivery_of_the_order_delivers_the_remedy(self):
        # C-92
        remedy = self.make_remedy(product_id=self.product.id, quantity=2)
        order = self.make_order(remedy).with_user(self.seller)
        order.action_confirm()
        order.order_line.qty_delivered = 1
        self.assertEqual(remedy.state, "requested")
        self.assertTrue(remedy.is_open)
        order.order_line.qty_delivered = 2
        self.assertEqual((remedy.state, remedy.is_open), ("delivered", False))
        self.assertEqual(remedy.delivered_by_id, self.seller)
        self.assertEqual(remedy.delivery_note, order.name)

    def test_money_that_comes_with_goods_is_proved_by_the_credit_note_alone(self):
        # C-92 X-05
        kind = self.env.ref("customer_complaint.remedy_type_replacement").copy(
            {"name": "Exchange and refund", "proof": "credit"}
        )
        remedy = self.make_remedy(type_id=kind.id, amount=10)
        self.deliver(self.make_order(remedy))
        self.env["customer.complaint.remedy"]._cron_sync_documents()
        self.assertFalse(remedy.delivered_at)
        self.assertTrue(remedy.is_open, "no credit note was posted")
        self.assertEqual(remedy.state, "proposed", "accounting was not asked yet")

    def test_a_document_that_did_not_reach_the_customer_is_let_go(self):
        remedy = self.make_remedy()
        order = self.make_order(remedy)
        self.deliver(order)
        self.assertEqual(remedy.state, "delivered")
        remedy.action_undo_delivery()
        self.env["customer.complaint.remedy"]._cron_sync_documents()
        self.assertEqual((remedy.state, remedy.document_id), ("proposed", 0))
        self.assertIn(f"{order.name} is no longer", self.complaint.message_ids[0].body)
        self.assertNotEqual(self.make_order(remedy), order)

    def test_what_sending_costs_is_not_waited_for(self):
        remedy = self.make_remedy()
        order = self.make_order(remedy)
        fee = self.env["product.product"].create({"name": "Sending", "type": "service"})
        line = self.env["sale.order.line"].create(
            {"order_id": order.id, "product_id": fee.id}
        )
        is_delivery = type(line)._is_delivery

        def is_fee(some):
            return some.product_id == fee or is_delivery(some)

        with patch.object(type(line), "_is_delivery", is_fee):
            order.with_user(self.seller).action_confirm()
            goods = order.order_line - line
            self.assertEqual(remedy.state, "requested")
            goods.with_user(self.seller).qty_delivered = goods.product_uom_qty
        self.assertEqual(remedy.state, "delivered")

    def test_a_cancelled_order_is_replaced_by_another_one(self):
        remedy = self.make_remedy()
        order = self.make_order(remedy)
        with self.assertRefused(UserError, "carried out with"):
            remedy.create_document()
        order.sudo()._action_cancel()
        self.assertEqual(remedy.document_status, "Cancelled")
        self.assertNotEqual(self.make_order(remedy), order)

    @mute_logger("odoo.models.unlink")
    def test_a_deleted_order_lets_the_remedy_go(self):
        remedy = self.make_remedy()
        order = self.make_order(remedy)
        order.sudo().unlink()
        remedy.invalidate_recordset(["document_status"])
        self.assertEqual(remedy.document_status, "Deleted")
        self.env["customer.complaint.remedy"]._cron_sync_documents()
        self.assertFalse(remedy.document_id)
        self.assertEqual(remedy.state, "proposed")

    def test_a_document_that_cannot_be_read_does_not_stop_the_others(self):
        broken, other = self.make_remedy(), self.make_remedy()
        self.make_order(broken)
        order = self.make_order(other)
        order.sudo().unlink()
        Remedy = type(self.env["customer.complaint.remedy"])
        original = Remedy._get_document_done_at

        def fail(remedies, document):
            if document.id == broken.document_id:
                raise ValueError("Broken")
            return original(remedies, document)

        with (
            patch.object(Remedy, "_get_document_done_at", fail),
            mute_logger("odoo.addons.customer_complaint.models.remedy_document"),
        ):
            self.env["customer.complaint.remedy"]._cron_sync_documents()
        self.assertFalse(other.document_id)
        self.assertTrue(broken.document_id)

    def test_an_order_made_by_hand_is_linked_by_its_number(self):
        remedy = self.make_remedy()
        mine, foreign = (
            self.env["sale.order"].create(
                {
                    "partner_id": partner.id,
                    "user_id": self.seller.id,
                    "order_line": [Command.create({"product_id": self.product.id})],
                }
            )
            for partner in (
                self.partner,
                self.env["res.partner"].create({"name": "Somebody else"}),
            )
        )
        for number in (foreign.name, "S99999", "", None):
            with self.assertRefused(UserError, "has no document"):
                remedy.link_document(number)
        remedy.link_document(mine.name)
        self.assertEqual(remedy.document_id, mine.id)
        self.deliver(mine)
        self.assertEqual(remedy.state, "delivered")
        with self.assertRefused(UserError, "stays linked"):
            remedy.action_unlink_document()

    def test_the_order_he_complains_about_replaces_nothing(self):
        #
        for line in self.order.order_line:
            line.qty_delivered = line.product_uom_qty
        remedy = self.make_remedy()
        with self.assertRefused(UserError, "has no document"):
            remedy.link_document(self.order.name)
        self.assertTrue(remedy.is_open)

    def test_a_product_of_another_company_is_refused(self):
        company = self.env["res.company"].create({"name": "Elsewhere"})
        product = self.env["product.product"].create(
            {"name": "Theirs", "company_id": company.id}
        )
        with self.assertRefused(UserError, "company inconsistencies"):
            self.make_remedy(product_id=product.id)

    def test_a_wrong_order_is_let_go(self):
        remedy = self.make_remedy()
        order = self.make_order(remedy)
        remedy.action_unlink_document()
        self.assertFalse(remedy.document_id)
        self.assertFalse(order.remedied_complaints)

    def test_documents_are_not_typed_in(self):
        remedy = self.make_remedy()
        values = {"document_model": "res.users", "document_id": 2}
        with self.assertRaises(AccessError):
            remedy.write(values)
        with self.assertRaises(AccessError):
            remedy.create(
                {
                    "solution_id": remedy.solution_id.id,
                    "type_id": remedy.type_id.id,
                    **values,
                }
            )
        remedy.sudo().write(values)  # whatever stands there, nothing of it is told
        self.assertFalse(remedy.document_status)

    def test_only_those_who_handle_the_complaint_order_something(self):
        #
        remedy = self.make_remedy()
        for user in (self.seller, self.colleague, self.employee):
            with self.assertRaises(AccessError):
                remedy.with_user(user).create_document()
            with self.assertRaises(AccessError):
                remedy.with_user(user).link_document(self.order.name)

    def test_what_is_not_chosen_is_not_ordered(self):
        remedy = self.make_remedy()
        remedy.solution_id.sudo().state = "offered"
        with self.assertRefused(UserError, "not chosen yet"):
            remedy.create_document()

    def test_a_customer_without_a_contact_is_asked_for(self):
        complaint = self.make_owned(
            partner_id=False, partner_name="Anna", email_from="anna@example.com"
        )
        remedy = self.make_remedy(complaint=complaint, product_id=self.product.id)
        with self.assertRefused(UserError, "names no customer"):
            remedy.create_document()

    def test_the_dialog_says_what_he_gets_and_makes_it(self):
        remedy = self.make_remedy(product_id=self.product.id, quantity=2)
        action = remedy.action_document()
        dialog = Form(
            self.env[action["res_model"]]
            .with_user(self.handler)
            .with_context(**action["context"])
        )
        self.assertEqual(dialog.goods, f"2 × {self.product.display_name}")
        self.assertFalse(dialog.problem)
        told = dialog.save().action_create()
        self.assertEqual(remedy.document_model, "sale.order")
        # The form of an order is not for who may not sell.
        self.assertEqual(told["params"]["title"], f"{remedy.document_name}: Quotation")
        self.assertEqual(remedy.action_document(), told)

    def test_an_application_that_is_not_installed_is_named_in_words(self):
        # C-92
        with patch.dict(
            MODELS, {"return": "x.return", "repair": "x.repair", "coupon": "x.coupon"}
        ):
            for kind in ("return", "repair", "coupon"):
                remedy = self.make_remedy(kind, product_id=self.product.id, amount=10)
                with self.assertRefused(UserError, "not installed here"):
                    remedy.create_document()
                with self.assertRefused(UserError, "not installed here"):
                    remedy.link_document("WH/IN/00001")
                action = remedy.action_document()
                dialog = Form(
                    self.env[action["res_model"]]
                    .with_user(self.handler)
                    .with_context(**action["context"])
                )
                self.assertIn("not installed here", dialog.problem)
            self.assertEqual(self.env[remedy._name]._get_coupon_programs(), [])

    def test_a_document_of_an_addon_that_is_gone_does_not_disturb(self):
        remedy = self.make_remedy("return")
        remedy.sudo().write({"document_model": "gone.model", "document_id": 7})
        self.assertFalse(remedy.document_status)
        self.env["customer.complaint.remedy"]._cron_sync_documents()
        self.assertTrue(remedy.is_open)

    def test_a_remedy_without_a_document_is_recorded_by_hand(self):
        remedy = self.make_remedy("apology")
        with self.assertRefused(UserError, "Record its delivery"):
            remedy.action_document()

    def test_buttons_and_counts_work_on_none_one_and_many(self):
        other = self.make_owned()
        self.make_remedy()
        both = self.complaint | other
        self.assertEqual(both.mapped("goods_count"), [1, 0])
        self.assertEqual(both.browse().mapped("goods_count"), [])
        action = self.complaint.action_view_goods()
        found = self.env["customer.complaint.remedy"].search(action["domain"])
        self.assertEqual(found.complaint_id, self.complaint)
        self.assertFalse(self.env["sale.order"].mapped("remedied_complaints"))
        self.env["customer.complaint.remedy"]._sync_documents()
