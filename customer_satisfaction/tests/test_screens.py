from odoo.fields import Command
from odoo.tests import Form, HttpCase, tagged

from .common import SatisfactionCommon


@tagged("post_install", "-at_install")
class TestScreens(SatisfactionCommon, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.chief = cls.user(
            "satisfaction_chief",
            "group_satisfaction_manager",
            "customer_complaint.group_complaint_manager",
        )
        cls.reader = cls.user("satisfaction_reader", "group_satisfaction_user")

    def answered(self, **values):
        answer = self.invited(**values)
        answer._save_lines(self.csat, str(self.option(4).id))
        answer._mark_done()
        return answer

    def test_plan_is_made_in_its_form(self):
        with Form(self.env["customer.satisfaction.plan"].with_user(self.chief)) as form:
            form.name = "Quick"
            form.survey_id = self.survey
            form.delay_hours = 1
        plan = form.record
        self.assertEqual((plan.rest_days, plan.validity_days), (30, 30))
        self.assertEqual(
            plan.template_id,
            self.env.ref("customer_satisfaction.mail_template_invitation"),
        )

    def test_survey_is_made_in_core_form_from_our_menu(self):
        action = self.env.ref("customer_satisfaction.survey_survey_action")
        context = {
            "default_is_satisfaction": True,
            "default_survey_type": "survey",
            "default_access_mode": "token",
        }
        self.assertIn("default_is_satisfaction", action.context)
        Survey = self.env["survey.survey"].with_user(self.chief)
        with Form(Survey.with_context(**context)) as form:
            form.title = "Ours"
        self.assertTrue(form.record.is_satisfaction)
        with Form(Survey) as form:
            form.title = "Ticked by hand"
            form.is_satisfaction = True
        self.assertEqual(form.record.access_mode, "token")

    def test_reader_opens_answer_and_log(self):
        answer = self.answered()
        log = self.Invitation.search([("user_input_id", "=", answer.id)])
        view = "customer_satisfaction.survey_user_input_view_form"
        for record, view_ref in ((answer, view), (log, None)):
            form = Form(record.with_user(self.reader), view_ref)
            self.assertEqual(form.partner_id, self.partner)

    def test_counts_on_complaint_partner_and_order_open_the_answers(self):
        company = self.env["res.partner"].create({"name": "Parent", "is_company": True})
        self.partner.parent_id = company
        order = self.env["sale.order"].create(
            {
                "partner_id": self.partner.id,
                "order_line": [
                    Command.create({"name": "Note", "display_type": "line_note"})
                ],
            }
        )
        answer = self.answered(order_id=order.id)
        self.invited(partner=self.customers(1), order_id=order.id)
        for document in (answer.complaint_id, self.partner, company, order):
            with self.subTest(document=document):
                mine = document.with_user(self.reader)
                self.assertEqual(mine.satisfaction_answer_count, 1)
                action = mine.action_view_satisfaction_answers()
                self.assertIn(
                    answer,
                    self.env["survey.user_input"].search(action["domain"]),
                )

    def test_every_menu_opens_without_an_error(self):
        self.answered()
        self.browser_js(
            "/odoo",
            "odoo.loader.modules.get('@web/webclient/clickbot/clickbot_loader')"
            ".startClickEverywhere('customer_satisfaction.menu_root');",
            "odoo.isReady === true",
            login="satisfaction_chief",
            timeout=600,
            success_signal="clickbot test succeeded",
        )

    allow_end_on_form = True
