from types import SimpleNamespace

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, new_test_user, tagged

from .common import ComplaintCommon


@tagged("post_install", "-at_install")
class TestOrigins(ComplaintCommon):
    """A complaint is opened from whatever document is at hand, and knows what that knows."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.product.invoice_policy = "order"
        cls.invoice = cls.order._create_invoices()
        cls.invoice.invoice_user_id = cls.seller
        cls.invoice.action_post()
        cls.other_seller = new_test_user(
            cls.env, "t_seller2", "sales_team.group_sale_salesman"
        )

    def open_from(self, document, user):
        action = document.with_user(user).action_open_complaint()
        model = self.env["customer.complaint"].with_user(user)
        view = self.env["ir.ui.view"].browse(action["views"][0][0])
        form = Form(model.with_context(**action["context"]), view=view)
        form.description = "The door is cracked."
        return form.save()

    def test_from_an_invoice_its_order_customer_and_lines_are_known(self):
        # C-19
        complaint = self.open_from(self.invoice, self.seller)
        self.assertEqual(complaint.partner_id, self.partner)
        self.assertEqual(complaint.invoiced_partner_id, self.partner)
        self.assertEqual(complaint.order_id, self.order)
        self.assertEqual(complaint.salesperson_id, self.seller)
        self.assertEqual(complaint.line_ids.product_id, self.product)
        self.assertEqual(complaint.line_ids.order_line_id, self.order.order_line[0])
        self.assertEqual(complaint.origin_name, self.invoice.display_name)
        self.assertEqual(
            complaint.action_view_origin()["res_id"],
            self.invoice.id,
        )
        invoice = self.invoice.with_user(self.seller)
        invoice.invalidate_recordset()
        self.assertEqual(invoice.complaint_count, 1)
        found = complaint.search(invoice.action_view_complaints()["domain"])
        self.assertEqual(found, complaint)

    def test_the_order_of_an_invoice_is_taken_over_by_those_who_may_read_it(self):
        self.invoice.invoice_user_id = self.other_seller
        complaint = self.open_from(self.invoice, self.other_seller)
        self.assertFalse(complaint.sudo().order_id)
        self.assertEqual(complaint.partner_id, self.partner)
        self.assertEqual(complaint.line_ids.mapped("quantity"), [2.0])

    def test_the_company_is_that_of_the_order_whichever_is_ticked_first(self):
        other = self.env["res.company"].create(
            {"name": "Other Ltd", "complaint_acknowledge": False}
        )
        theirs = self.env["customer.complaint.team"].create(
            {"name": "Theirs", "company_id": other.id, "sequence": -1}
        )
        self.seller.company_ids += other
        order = self.order.with_context(allowed_company_ids=[other.id, self.company.id])
        action = order.with_user(self.seller).action_open_complaint()
        form = Form(
            order.env["customer.complaint"]
            .with_user(self.seller)
            .with_context(**action["context"])
        )
        self.assertEqual(form.company_id, self.company)
        self.assertNotEqual(form.team_id, theirs)
        self.assertTrue(form.acknowledge)

    def test_a_handler_opens_the_order_without_rights_in_sales_or_accounting(self):
        order = self.order.with_user(self.handler)
        with self.assertRaises(AccessError):
            Form(order)  # the usual form reads journal items
        action = order.get_formview_action()
        view = self.env["ir.ui.view"].browse(action["views"][0][0])
        form = Form(order, view=view)
        self.assertEqual(form.partner_id, self.order.partner_id)
        self.assertEqual(len(form.order_line), len(self.order.order_line))
        self.assertNotEqual(
            self.order.with_user(self.seller).get_formview_id(), view.id
        )

    def test_only_posted_invoices_of_customers_offer_it(self):
        draft = self.invoice.copy()
        with self.assertRefused(UserError, "no posted invoice of a customer"):
            draft.action_open_complaint()
        bill = self.env["account.move"].create(
            {"move_type": "in_invoice", "partner_id": self.partner.id}
        )
        with self.assertRefused(UserError, "no posted invoice of a customer"):
            bill.action_open_complaint()

    def test_from_a_contact_he_is_the_complainant(self):
        complaint = self.open_from(self.partner, self.handler)
        self.assertEqual(complaint.partner_id, self.partner)
        self.assertEqual(complaint.email_from, self.partner.email)
        self.assertEqual(self.partner.with_user(self.handler).complaint_count, 1)

    def test_the_api_takes_over_from_any_origin(self):
        complaint = (
            self.env["customer.complaint"]
            .with_user(self.seller)
            .create(
                [
                    {
                        "origin_model": "account.move",
                        "origin_id": self.invoice.id,
                        "description": "Scratched.",
                        "demand": demand,
                    }
                    for demand in ("Repair", "Money")
                ]
            )
        )
        self.assertEqual(complaint.partner_id, self.partner)
        self.assertEqual(complaint.mapped("demand"), ["Repair", "Money"])
        self.assertEqual(len(complaint.line_ids), 2)

    def test_nothing_is_taken_over_from_what_one_may_not_read(self):
        values = {
            "origin_model": "account.move",
            "origin_id": self.invoice.id,
            "description": "x",
        }
        model = self.env["customer.complaint"].with_user(self.handler)
        with self.assertRaises(AccessError):
            model.create(values)
        complaint = self.make_complaint(user=self.handler)
        with self.assertRaises(AccessError):
            complaint.write(
                {"origin_model": "account.move", "origin_id": self.invoice.id}
            )
        self.open_from(self.invoice, self.seller)
        theirs = self.env["customer.complaint"].search(
            [("origin_id", "=", self.invoice.id)]
        )
        self.assertFalse(theirs.with_user(self.handler).origin_name)

    def test_other_models_are_refused_with_words(self):
        for model in ("res.users", "no.such.model"):
            with self.assertRefused(UserError, "No complaint can be opened from"):
                self.env["customer.complaint"].create(
                    {"origin_model": model, "origin_id": 1, "description": "x"}
                )

    def test_an_origin_of_an_addon_that_is_gone_does_not_disturb(self):
        complaint = self.make_owned()
        complaint.flush_recordset()
        self.env.cr.execute(
            "UPDATE customer_complaint SET origin_model = 'gone.model', origin_id = 7 "
            "WHERE id = %s",
            [complaint.id],
        )
        complaint.invalidate_recordset()
        self.assertFalse(complaint.origin_name)
        with Form(complaint) as form:
            form.demand = "Another door"

    def test_deliveries_offer_it_in_their_menu_without_depending_on_stock(self):
        actions = self.env["ir.actions.actions"]
        for user, offered in ((self.handler, True), (self.employee, False)):
            bound = actions.with_user(user).get_bindings("stock.picking")
            names = [action["name"] for action in bound.get("action", ())]
            self.assertEqual("Open complaint" in names, offered)
        self.assertNotIn(
            "Open complaint",
            [a["name"] for a in actions.get_bindings("res.users").get("action", ())],
        )

    def test_a_delivery_tells_whom_and_what_it_carried(self):
        """Read from a stand-in: stock need not be installed (see `tests/test_delivery.py`)."""
        move = SimpleNamespace(
            state="done",
            product_id=self.product,
            quantity=1.0,
            product_uom_qty=2.0,
            product_uom=self.product.uom_id,
        )

        class Moves(list):
            def filtered(self, test):
                return Moves(filter(test, self))

        picking = SimpleNamespace(
            move_ids=Moves([move, SimpleNamespace(state="cancel")]),
            partner_id=self.partner,
            company_id=self.company,
            _fields={},
        )
        values = self.env["customer.complaint"]._prepare_values_from_delivery(picking)
        complaint = self.make_complaint(**values)
        self.assertEqual(complaint.partner_id, self.partner)
        self.assertEqual(complaint.line_ids.product_id, self.product)
        self.assertEqual(complaint.line_ids.quantity, 1.0)

    def test_buttons_work_on_none_one_and_many(self):
        for documents in (self.order, self.invoice, self.partner):
            none = documents.browse()
            self.assertEqual(none.mapped("complaint_count"), [])
            self.assertFalse(
                self.env["customer.complaint"].search(
                    none.action_view_complaints()["domain"]
                )
            )
            many = documents + documents.copy()
            self.assertEqual(many.mapped("complaint_count"), [0, 0])
            self.assertEqual(
                many.action_view_complaints()["context"],
                {"search_default_complaints": 1},
            )

    def test_a_group_of_lines_without_product_is_not_taken_over(self):
        invoice = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.partner.id,
                "invoice_line_ids": [
                    Command.create({"display_type": "line_note", "name": "A remark"}),
                    Command.create({"name": "Freight", "price_unit": 5}),
                    Command.create(
                        {"product_id": self.product.id, "quantity": 3, "price_unit": 5}
                    ),
                ],
            }
        )
        values = invoice._prepare_complaint_values()
        self.assertEqual([line[2]["quantity"] for line in values["line_ids"]], [3])
