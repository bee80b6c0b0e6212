from datetime import timedelta

from odoo.fields import Datetime
from odoo.tests import HttpCase, new_test_user, tagged

from .common import ComplaintCommon


@tagged("post_install", "-at_install", "browser")
class TestTours(ComplaintCommon, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for user in (cls.seller, cls.handler):
            user.write({"password": user.login, "tour_enabled": False})

    def test_sales_user_opens_a_complaint_from_an_order(self):
        #
        self.start_tour(
            f"/odoo/sales/{self.order.id}",
            "customer_complaint_from_order",
            login=self.seller.login,
            timeout=600,
        )
        complaint = self.env["customer.complaint"].search(
            [("order_id", "=", self.order.id)]
        )
        self.assertEqual(complaint.description, "Two screws are missing.")
        self.assertEqual(complaint.line_ids.product_id, self.product)
        self.assertEqual(len(complaint.deadline_ids), 2)

    def test_handler_takes_it_from_the_first_talk_to_the_confirmed_end(self):
        # C-11 C-118
        complaint = self.make_complaint(demand=False)
        self.start_tour(
            f"/odoo/complaints/{complaint.id}",
            "customer_complaint_handling",
            login=self.handler.login,
            timeout=600,
        )
        complaint.invalidate_recordset()
        self.assertEqual(complaint.stage_type, "closed")
        self.assertEqual(complaint.user_id, self.handler)
        self.assertEqual(set(complaint.deadline_ids.mapped("state")), {"done"})

    def test_customer_confirms_on_the_portal_without_login(self):
        # C-118
        complaint = self.make_owned(title="Door cracked")
        self.tell_outcome(complaint)
        self.start_tour(
            complaint.get_portal_url(),
            "customer_complaint_portal_confirm",
            timeout=600,
        )
        complaint.invalidate_recordset()
        self.assertEqual(complaint.confirmation_ids.grade, "4")
        self.assertEqual(complaint.stage_type, "closed")

    def test_whoever_goes_away_hands_over_and_takes_back_with_one_click_each(self):
        #
        deputy = new_test_user(
            self.env,
            "t_deputy",
            "customer_complaint.group_complaint_user",
            name="Dora Deputy",
        )
        now = Datetime.now()
        self.env["customer.complaint.absence"].create(
            {
                "user_id": self.handler.id,
                "deputy_id": deputy.id,
                "date_from": now,
                "date_to": now + timedelta(days=5),
            }
        )
        complaints = self.make_owned() + self.make_owned()
        self.start_tour(
            "/odoo/complaint-absences",
            "customer_complaint_absence",
            login=self.handler.login,
            timeout=600,
        )
        complaints.invalidate_recordset()
        self.assertEqual(complaints.user_id, self.handler)
        bodies = " ".join(complaints[0].sudo().message_ids.mapped("body"))
        self.assertRegex(bodies, "(?s)is back and .*Handed over from")

    def test_clicking_through_all_menus_and_filters_shows_no_error(self):
        self.make_owned()
        self.env.ref("base.user_admin").tour_enabled = False
        self.browser_js(
            "/odoo",
            "odoo.loader.modules.get("
            "'@web/webclient/clickbot/clickbot_loader'"
            ").startClickEverywhere('customer_complaint.menu_root');",
            "odoo.isReady === true",
            login="admin",
            timeout=600,
            success_signal="clickbot test succeeded",
        )
