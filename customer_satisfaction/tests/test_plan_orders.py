from datetime import timedelta

import psycopg2

from odoo import fields
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .common import SatisfactionCommon


@tagged("post_install", "-at_install")
class TestPlanOrders(SatisfactionCommon):
    """An order is confirmed, delivered, invoiced: the customer is asked once per plan."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if not cls.env.company.chart_template:
            cls.env["account.chart.template"].try_loading(
                "generic_coa", cls.env.company, install_demo=False
            )

    def rows(self, plan):
        return self.Invitation.search([("plan_id", "=", plan.id)], order="id")

    def deliver(self, order, quantity=2):
        order.order_line.qty_delivered = quantity
        self.env.flush_all()

    def plan_deliveries(self, plan, **after):
        plan._plan_delivered(fields.Datetime.now() + timedelta(**after))
        return self.rows(plan)

    def test_confirmed_order_is_asked_about_after_the_waiting_time(self):  # S-26
        plan = self.plan_after("order_confirmed", delay_hours=48)
        order = self.order()
        order.action_confirm()
        row = self.rows(plan)
        self.assertEqual((row.order_id, row.state), (order, "planned"))
        self.assertEqual(row.partner_id, self.partner)
        self.assertEqual(row.company_id, order.company_id)
        self.assertEqual(row.send_at, row.event_date + timedelta(hours=48))
        self.send(hours=49)
        answer = row.user_input_id
        self.assertEqual((row.state, answer.sale_order_id), ("sent", order))
        self.assertEqual(answer.partner_id, self.partner)
        self.assertEqual(answer.email, "ines@example.com")
        self.assertEqual(answer.event_date, row.event_date)
        self.assertEqual(answer.survey_id, self.survey)
        mail = self.env["mail.mail"].search(
            [("model", "=", "survey.user_input"), ("res_id", "=", answer.id)]
        )
        self.assertIn(answer.access_token, mail.body_html)

    def test_cancelled_order_is_no_reason_to_remind(self):  # S-28
        plan = self.plan_after("order_confirmed", reminder_count=1, delay_hours=0)
        orders = self.order() + self.order(self.customers(1))
        orders[0].partner_id.email = "cancelled@example.com"
        orders.action_confirm()
        self.send(hours=1)
        self.assertEqual(self.rows(plan).mapped("state"), ["sent", "sent"])
        orders[0]._action_cancel()
        self.Invitation._remind_due(self.now + timedelta(days=8))
        reminded = self.rows(plan).filtered("reminder_count").order_id
        self.assertEqual(reminded, orders[1])

    def test_who_answered_by_the_code_on_paper_is_neither_asked_nor_reminded(self):
        # S-26 S-28
        self.plan_after("document")
        plan = self.plan_after("order_confirmed", reminder_count=1, delay_hours=24)
        before, after, never = orders = self.order().concat(
            *(self.order(customer) for customer in self.customers(2))
        )
        orders.action_confirm()
        answers = {self.csat: str(self.option(4).id)}
        before._get_or_create_document_answer()._save_satisfaction(answers, "link")
        self.send(hours=25)
        rows = self.rows(plan)
        self.assertEqual(
            {row.order_id: row.reason for row in rows},
            {before: "asked", after: False, never: False},
        )
        after._get_or_create_document_answer()._save_satisfaction(answers, "link")
        self.Invitation._remind_due(self.now + timedelta(days=9))
        self.assertEqual(rows.filtered("reminder_count").order_id, never)

    def test_order_is_delivered_when_nothing_is_missing(self):  # S-26
        plan = self.plan_after("order_delivered")
        order = self.order()
        order.action_confirm()
        self.assertFalse(self.plan_deliveries(plan))
        self.deliver(order, 1)
        self.assertFalse(self.plan_deliveries(plan), "half of it")
        self.deliver(order)
        row = self.plan_deliveries(plan)
        self.assertEqual((row.order_id, row.state), (order, "planned"))
        self.assertEqual(row.event_date, order.satisfaction_delivered_at)
        self.assertEqual(self.plan_deliveries(plan, hours=1), row, "once")

    def test_deliveries_while_the_plan_slept_are_not_asked_about(self):  # S-26
        plan = self.plan_after("order_delivered")
        order = self.order()
        order.action_confirm()
        plan.active = False
        self.deliver(order)
        order.satisfaction_delivered_at -= timedelta(hours=1)
        plan.active = True
        self.assertFalse(self.plan_deliveries(plan))

    def test_posted_invoice_asks_about_its_order(self):  # S-26
        plan = self.plan_after("order_invoiced")
        order, other = self.order(), self.order()
        (order + other).action_confirm()
        order._create_invoices().action_post()
        self.assertEqual(self.rows(plan).order_id, order)

    def invoice(self, order, method="delivered", amount=0):
        """Invoice an order as its dialog does, and post it."""
        wizard = self.env["sale.advance.payment.inv"]
        wizard = wizard.with_context(active_model="sale.order", active_ids=order.ids)
        with Form(wizard) as form:
            form.advance_payment_method = method
            if method == "percentage":
                form.amount = amount
        before = order.invoice_ids
        form.record.create_invoices()
        (order.invoice_ids - before).action_post()

    def test_down_payment_asks_about_nothing_yet(self):  # S-26
        plan = self.plan_after("order_invoiced")
        order = self.order()
        order.order_line.price_unit = 100
        order.action_confirm()
        self.invoice(order, "percentage", 30)
        self.assertTrue(order.invoice_ids.filtered(lambda m: m.state == "posted"))
        self.assertFalse(self.rows(plan), "he has got nothing yet")
        self.invoice(order)
        self.assertEqual(self.rows(plan).order_id, order)

    def test_order_with_two_events_is_asked_about_once(self):  # S-26
        plan = self.plan_after("order_invoiced")
        order = self.order()
        order.action_confirm()
        plan._plan_orders("order_invoiced", order)
        plan._plan_orders("order_invoiced", order)
        self.assertEqual(len(self.rows(plan)), 1)
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(psycopg2.errors.UniqueViolation),
        ):
            self.rows(plan).copy().flush_recordset()

    def test_cancelled_order_has_this_reason(self):  # S-26 S-28
        plan = self.plan_after("order_confirmed")
        order = self.order()
        order.action_confirm()
        order._action_cancel()
        self.send()
        self.assertEqual(self.rows(plan).reason, "cancelled")

    def test_plan_asks_for_its_company_only(self):
        other = self.env["res.company"].create({"name": "Elsewhere"})
        plan = self.plan_after("order_confirmed", company_id=other.id)
        self.order().action_confirm()
        self.assertFalse(self.rows(plan))

    def test_seller_without_survey_rights_confirms_and_invoices(self):
        confirmed = self.plan_after("order_confirmed")
        invoiced = self.plan_after("order_invoiced")
        seller = self.user(
            "satisfaction_seller",
            "sales_team.group_sale_manager",
            "account.group_account_invoice",
        )
        order = self.order().with_user(seller)
        order.action_confirm()
        order._create_invoices().action_post()
        self.assertEqual(self.rows(confirmed).order_id, order.sudo())
        self.assertEqual(self.rows(invoiced).order_id, order.sudo())

    def test_planning_costs_the_same_for_1_and_100_orders(self):
        self.plan_after("order_confirmed")
        one = self.order(self.customers(1))
        hundred = one.concat(*(one.copy() for _ in range(100)))
        hundred.state = "sale"
        spent = []
        for orders in (one, hundred):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            self.env["customer.satisfaction.plan"]._plan_orders(
                "order_confirmed", orders
            )
            self.env.flush_all()
            spent.append(self.cr.sql_log_count - before)
        self.assertEqual(self.Invitation.search_count([("order_id", "!=", False)]), 101)
        self.assertLessEqual(spent[1], spent[0] + 1)
