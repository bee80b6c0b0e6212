from odoo import fields
from odoo.fields import Command
from odoo.tests import Form, TransactionCase, new_test_user


class SatisfactionCommon(TransactionCase):
    """A plan on the shipped survey, customers, and complaints that close without ceremony."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # What a complaint needs before it may close is the other addon's affair.
        cls.env["customer.complaint.requirement"].search([]).active = False
        cls.env["customer.satisfaction.plan"].search([]).active = False
        cls.survey = cls.env.ref("customer_satisfaction.survey_after_complaint")
        cls.solved = cls.env.ref("customer_satisfaction.question_solved")
        cls.csat = cls.env.ref("customer_satisfaction.question_csat")
        cls.nps = cls.env.ref("customer_satisfaction.question_nps")
        cls.comment = cls.env.ref("customer_satisfaction.question_comment")
        cls.plan = cls.env["customer.satisfaction.plan"].create(
            {"name": "After each complaint", "survey_id": cls.survey.id}
        )
        cls.partner = cls.env["res.partner"].create(
            {"name": "Ines Example", "email": "ines@example.com", "lang": "en_US"}
        )
        cls.now = fields.Datetime.now()
        cls.Invitation = cls.env["customer.satisfaction.invitation"]

    @classmethod
    def user(cls, login, *groups, **values):
        """A user with these groups; the addon's name may be left out."""
        names = [g if "." in g else f"customer_satisfaction.{g}" for g in groups]
        return new_test_user(
            cls.env, login=login, groups=",".join(["base.group_user", *names]), **values
        )

    @classmethod
    def complaint(cls, partner=None, **values):
        return cls.env["customer.complaint"].create(
            {
                "partner_id": (partner or cls.partner).id,
                "description": "The parcel was open.",
                "acknowledge": False,
                **values,
            }
        )

    @classmethod
    def customers(cls, count):
        return cls.env["res.partner"].create(
            [
                {"name": f"Customer {n}", "email": f"customer{n}@example.com"}
                for n in range(count)
            ]
        )

    @classmethod
    def plan_after(cls, trigger, **values):
        return cls.env["customer.satisfaction.plan"].create(
            {"name": trigger, "survey_id": cls.survey.id, "trigger": trigger, **values}
        )

    @classmethod
    def order(cls, partner=None, product=None, quantity=2):
        product = product or cls.env["product.product"].create(
            {"name": "Assembly", "type": "service", "invoice_policy": "order"}
        )
        line = {"product_id": product.id, "product_uom_qty": quantity}
        return cls.env["sale.order"].create(
            {
                "partner_id": (partner or cls.partner).id,
                "order_line": [Command.create(line)],
            }
        )

    def url_open(self, *args, timeout=300, **kwargs):
        """As `HttpCase` does, and patient: other things may keep the machine busy."""
        return super().url_open(*args, timeout=timeout, **kwargs)

    def chinese(self):
        """Chinese with this addon's terms, also where the language is not installed."""
        lang = self.env["res.lang"]._activate_lang("zh_CN")
        self.env.ref("base.module_customer_satisfaction")._update_translations("zh_CN")
        return lang

    def closed(self, partner=None, reason="confirmed", **values):
        complaint = self.complaint(partner, **values)
        complaint._close(reason)
        return complaint

    def invitation(self, complaint):
        return self.Invitation.search([("complaint_id", "=", complaint.id)])

    def send(self, **after):
        """Run the sender a while after now, by default after the plan's waiting time."""
        later = fields.Datetime.add(self.now, **(after or {"hours": 25}))
        return self.Invitation._send_due(later)

    def invited(self, **values):
        """The answer, still to be filled, of a customer who was asked."""
        complaint = self.closed(**values)
        self.send()
        return self.invitation(complaint).user_input_id

    @classmethod
    def handled(cls, **values):
        """A complaint with a decision, in the rights of its owner; asked with the outcome."""
        cls.env.ref("customer_satisfaction.plan_outcome").active = True
        cls.plan.active = False
        handler = cls.user("asking_handler", "customer_complaint.group_complaint_user")
        return cls.complaint(
            user_id=handler.id,
            decision="justified",
            decision_reason="Carrier's fault.",
            **values,
        ).with_user(handler)

    def send_outcome(self, complaint):
        """Send the outcome message as its composer does; the answer it asks for."""
        action = complaint.action_send_outcome()
        composer = self.env["mail.compose.message"].with_user(complaint.env.user)
        Form(composer.with_context(**action["context"])).save().action_send_mail()
        return complaint.sudo()._get_outcome_invitations().user_input_id

    def outcome(self, kind):
        return self.solved.suggested_answer_ids.filtered(
            lambda option: option.satisfaction_solved == kind
        )

    def answers(self, kind="solved", grade=5, nps="", comment=""):
        """What a customer gives, value by question."""
        return {
            self.solved: str(self.outcome(kind).id),
            self.csat: str(self.option(grade).id) if grade else "",
            self.nps: nps,
            self.comment: comment,
        }

    def option(self, grade):
        return self.csat.suggested_answer_ids.filtered(
            lambda option: option.satisfaction_grade == grade
        )
