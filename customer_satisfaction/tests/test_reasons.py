from unittest.mock import patch

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import SatisfactionCommon

SENDER = "odoo.addons.customer_satisfaction.models.customer_satisfaction_invitation"


@tagged("post_install", "-at_install")
class TestReasons(SatisfactionCommon):
    """Whoever is not asked has exactly one logged reason, whichever plan it was."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.ref("customer_satisfaction.plan_outcome").active = True
        cls.plan.delay_hours = 0  # after closing
        cls.manual = cls.plan_after("manual")
        cls.reasons = cls.Invitation._fields["reason"].get_values(cls.env)
        cls.people = {reason: cls.person(reason) for reason in cls.reasons}

    @classmethod
    def person(cls, name, **values):
        email = f"{name}@reason.example"
        return cls.env["res.partner"].create({"name": name, "email": email, **values})

    def by_hand(self, *reasons, plan=None):
        partners = self.partner.concat(*(self.people[reason] for reason in reasons))
        plan = plan or self.manual
        plan._plan_now(self.now, self.env.company, [("id", "in", partners.ids)])

    def by_period(self, *reasons):
        """The first of them belongs to the group to the end."""
        ids = [self.people[reason].id for reason in reasons]
        plan = self.plan_after("periodic", group_domain=str([("id", "in", ids)]))
        plan._plan_period(self.now)
        plan.group_domain = str([("id", "=", ids[0])])
        self.Invitation.search([("plan_id", "=", plan.id)]).send_at = self.now

    def tell_outcome(self, reason):
        teller = self.user("teller", "customer_complaint.group_complaint_user")
        self.complaint(
            self.people[reason],
            user_id=teller.id,
            decision="justified",
            decision_reason="Carrier's fault.",
        ).with_user(teller).action_send_outcome()

    def send_but(self, reason):
        """Run the sender, which cannot ask one of them."""
        Model = self.registry["customer.satisfaction.invitation"]
        prepare = Model._prepare_user_input_values

        def fail(row, now):
            if row.partner_id == self.people[reason]:
                raise ValueError("No such address on this planet.")
            return prepare(row, now)

        with patch.object(Model, "_prepare_user_input_values", fail):
            self.send(hours=1)  # whatever this test took

    @mute_logger(SENDER)
    def test_each_reason_is_given_once_to_who_is_not_asked(self):  # S-28
        works = self.person("works", is_company=True)
        colleague = self.person("colleague", parent_id=works.id)
        self.people["company_rest"].parent_id = works
        self.env.company.satisfaction_company_contacts = 1
        self.manual._plan_now(self.now, self.env.company, [("id", "=", colleague.id)])
        self.by_hand("rest_period")
        self.send(seconds=1)

        self.by_period("rest_period", "not_in_group")
        self.people["no_email"].email = False
        self.by_hand("no_email", "company_rest", "complaint_open", "failed")
        self.complaint(self.people["complaint_open"])
        optout = self.env["customer.satisfaction.optout"]
        optout._stop(["opted_out@reason.example"], "page")
        self.tell_outcome("opted_out")
        self.closed(self.people["reopened"])._reopen("Not solved after all.")
        self.plan_after("complaint_closed", delay_hours=0, rest_days=0)
        self.closed(self.people["asked"])  # two plans, one of them asks
        self.plan_after("order_confirmed", delay_hours=0)
        order = self.order(self.people["cancelled"])
        order.action_confirm()
        order._action_cancel()
        self.by_hand("not_sampled", plan=self.manual.copy({"sample_percent": 0}))
        ended = self.manual.copy()
        self.by_hand("closed", plan=ended)
        ended.active = False
        self.send_but("failed")

        for reason, person in self.people.items():
            with self.subTest(reason=reason):
                rows = self.Invitation.search([("partner_id", "=", person.id)])
                skipped = rows.filtered("reason")
                self.assertEqual(skipped.mapped("reason"), [reason])
                self.assertEqual(skipped.state, "skipped")
                self.assertFalse(skipped.sent_at or skipped.user_input_id)
                asked = rows - skipped
                self.assertEqual(set(asked.mapped("state")) - {"sent"}, set())
                mails = self.env["mail.mail"].search_count(
                    [
                        ("model", "=", "survey.user_input"),
                        ("email_to", "=", f"{reason}@reason.example"),
                    ]
                )
                self.assertEqual(mails, len(asked))


@tagged("post_install", "-at_install")
class TestChosen(SatisfactionCommon):
    """Who was chosen by hand is asked, or there is a reason in the log."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manual = cls.plan_after("manual")
        cls.chief = cls.user(
            "chosen_chief",
            "group_satisfaction_manager",
            "customer_complaint.group_complaint_manager",
            "sales_team.group_sale_manager",
        )

    def ask(self, documents, plan=None):
        wizard = self.env["customer.satisfaction.ask"].with_user(self.chief)
        wizard = wizard.with_context(
            active_model=documents._name, active_ids=documents.ids
        ).create({"plan_id": (plan or self.manual).id})
        expected = wizard.ask_count
        action = wizard.action_ask()
        field = {"sale.order": "order_id", "customer.complaint": "complaint_id"}
        about = (field.get(documents._name, "partner_id"), "in", documents.ids)
        rows = self.Invitation.search([*action["domain"], about])
        self.Invitation._send_due(fields.Datetime.now())
        asked = rows.filtered(lambda row: row.state == "sent")
        self.assertEqual(len(asked), expected, "as it was shown before")
        return rows

    def test_who_was_not_asked_then_can_be_chosen_again(self):  # S-27
        self.env["customer.satisfaction.optout"]._stop(["ines@example.com"], "page")
        order = self.order()
        order.action_confirm()
        complaint = self.closed()
        for documents in (order, complaint):
            self.manual.rest_days = 0
            with self.subTest(model=documents._name):
                rows = self.ask(documents)
                self.assertEqual(rows.reason, "opted_out")
        self.env["customer.satisfaction.optout"]._resume(["ines@example.com"])
        for documents in (order, complaint):
            with self.subTest(model=documents._name):
                rows = self.ask(documents)
                self.assertEqual((rows.state, rows.reason), ("sent", False))
        self.assertEqual(
            self.Invitation.search_count([("plan_id", "=", self.manual.id)]), 2
        )

    def test_archived_contact_who_was_chosen_is_in_the_log(self):  # S-27
        self.partner.active = False
        self.assertEqual(len(self.ask(self.partner)), 1)

    def test_plan_of_one_company_asks_about_nothing_of_another(self):  # S-27
        order = self.order()
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        self.chief.company_ids += elsewhere
        self.manual.company_id = elsewhere
        wizard = self.env["customer.satisfaction.ask"].with_user(self.chief)
        wizard = wizard.with_context(
            allowed_company_ids=(elsewhere + self.env.company).ids,
            active_model="sale.order",
            active_ids=order.ids,
        ).create({"plan_id": self.manual.id})
        with self.assertRaisesRegex(UserError, "another company"):
            wizard.action_ask()

    def test_answer_about_a_complaint_is_none_about_its_order(self):  # S-26 S-28
        order = self.order()
        order.action_confirm()
        complaint = self.closed(order_id=order.id)
        self.manual.rest_days = 0
        said = self.survey._create_answer(
            partner=self.partner,
            complaint_id=complaint.id,
            plan_id=self.manual.id,
        )
        said._save_satisfaction({self.csat: str(self.option(4).id)}, "link")
        self.assertEqual((said.state, said.sale_order_id), ("done", order))
        self.manual._plan_chosen_orders(order, self.now)
        self.send(seconds=1)
        [row] = self.Invitation.search([("order_id", "=", order.id)])
        self.assertEqual((row.state, row.reason), ("sent", False))
