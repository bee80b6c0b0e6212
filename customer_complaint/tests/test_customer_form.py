from odoo.fields import Command
from odoo.tests import tagged

from .form_common import PNG, FormCase


@tagged("post_install", "-at_install")
class TestCustomerForm(FormCase):
    """The form behind a login, and from an order."""

    def setUp(self):
        super().setUp()
        self.authenticate("t_portal", "t_portal")

    def test_who_was_signed_out_meanwhile_finds_what_he_wrote(self):
        self.authenticate(None, None)
        before = self.snapshot()
        page = self.send("/my/complaints/new", name="", email="", csrf_token="gone")
        self.assertEqual(page.status_code, 422)
        self.assertIn("The door is cracked.", page.text)
        self.assertIn('action="/complaint/new"', page.text)
        self.company.complaint_form = False
        page = self.send("/my/complaints/new")
        self.assertIn("/web/login", page.url)
        self.assertEqual(self.snapshot(), before)

    def test_customer_opens_a_complaint_from_his_list(self):
        # C-05 X-25
        self.assertIn("/my/complaints/new", self.url_open("/my/complaints").text)
        page = self.url_open("/my/complaints/new").text
        self.assertNotIn('name="email"', page)
        self.assertIn(self.order.name, page, "his orders are offered")
        thanks = self.send("/my/complaints/new", name="Other", email="o@x.test")
        complaint = self.last()
        self.assertEqual(complaint.partner_id, self.partner)
        self.assertEqual(complaint.partner_name, self.partner.name)
        self.assertEqual(complaint.email_from, self.partner.email)
        self.assertEqual(
            complaint.channel_id, self.env.ref("customer_complaint.channel_portal")
        )
        self.assertFalse(complaint.first_contact_id)
        self.assertFalse(complaint.message_partner_ids & self.partner)
        self.assertIn(f"/my/complaints/{complaint.id}", thanks.text)
        self.assertNotIn("access_token", thanks.text)
        self.assertIn(complaint.name, self.url_open("/my/complaints").text)

    def test_customer_ticks_what_is_wrong_with_his_order(self):
        #
        chair = self.env["product.product"].create({"name": "Test chair"})
        self.order.order_line = [
            Command.create({"product_id": chair.id, "product_uom_qty": 5})
        ]
        page = self.url_open(f"/my/orders/{self.order.id}").text
        url = f"/my/orders/{self.order.id}/complaint"
        self.assertIn(url, page)
        page = self.url_open(url).text
        self.assertIn("Test cabinet", page)
        self.assertNotIn("A remark", page)
        lines = self.order.order_line
        line = lines.filtered(lambda one: one.product_id == chair)
        note = lines.filtered("display_type")
        other = self.order.copy()
        for quantity, expected in (
            ("3", 3),
            ("99", 5),
            ("-1", 5),
            ("nan", 5),
            ("inf", 5),
            ("x", 5),
            ("", 5),
        ):
            with self.subTest(quantity=quantity):
                self.send(
                    url,
                    files=[("files", ("crack.png", PNG))],
                    **{
                        f"line{line.id}": "on",
                        f"quantity{line.id}": quantity,
                        f"line{note.id}": "on",
                        f"line{other.order_line[0].id}": "on",
                        "line999999999": "on",
                    },
                )
                complaint = self.last()
                self.assertEqual(complaint.order_id, self.order)
                self.assertEqual(complaint.line_ids.order_line_id, line)
                self.assertEqual(complaint.line_ids.quantity, expected)
                self.assertEqual(complaint.invoiced_partner_id, self.partner)
                self.assertEqual(
                    complaint._get_portal_files().mapped("name"), ["crack.png"]
                )
        self.send(url)
        self.assertFalse(self.last().line_ids, "nothing ticked: about the order")

    def test_link_to_an_order_opens_its_form_and_no_other(self):
        # C-05
        self.authenticate(None, None)
        token = self.order._portal_ensure_token()
        self.env.flush_all()
        foreign = self.order.copy({"partner_id": self.stranger.partner_id.id})
        foreign.action_confirm()
        url = f"/my/orders/{self.order.id}/complaint"
        self.assertIn(
            f"{url}?access_token={token}",
            self.url_open(self.order.get_portal_url()).text,
        )
        page = self.url_open(f"{url}?access_token={token}")
        self.assertIn("Test cabinet", page.text)
        before = self.snapshot()
        for wrong in (
            {"access_token": "forged"},
            {},
        ):
            page = self.send(url, **wrong)
            self.assertNotIn("Test cabinet", page.text)
        self.send(f"/my/orders/{foreign.id}/complaint", access_token=token)
        self.send("/my/orders/2147483647/complaint", access_token=token)
        self.assertEqual(self.snapshot(), before)
        page = self.send(url, access_token=token)
        complaint = self.last()
        self.assertEqual(complaint.order_id, self.order)
        self.assertEqual(complaint.partner_id, self.partner)
        self.assertNotIn(complaint.access_token, page.text)

    def test_other_customers_and_colleagues_cannot_use_the_form_of_an_order(self):
        self.handler.password = "t_handler"
        url = f"/my/orders/{self.order.id}/complaint"
        before = self.snapshot()
        for login in ("t_stranger", "t_handler"):
            self.authenticate(login, login)
            self.assertNotIn("Test cabinet", self.url_open(url).text)
            self.send(url)
            self.assertEqual(self.snapshot(), before)
        self.authenticate("t_handler", "t_handler")
        self.send("/my/complaints/new")
        self.assertEqual(self.snapshot(), before)

    def test_quotation_has_no_complaint_yet(self):
        draft = self.order.copy()
        page = self.url_open(f"/my/orders/{draft.id}/complaint")
        self.assertTrue(page.url.endswith("/my"))

    def test_forms_of_customers_are_limited_too(self):
        self.company.complaint_form_limit = 1
        self.assertEqual(self.send("/my/complaints/new").status_code, 200)
        self.assertEqual(self.send("/my/complaints/new").status_code, 429)

    def test_signed_in_customer_is_known_on_the_public_form(self):
        self.assertNotIn('name="email"', self.url_open("/complaint/new").text)
        self.send()
        self.assertEqual(self.last().partner_id, self.partner)
        self.assertNotIn(
            "Nobody has checked", "".join(self.last().message_ids.mapped("body"))
        )

    def test_form_of_a_colleague_names_nobody_of_ours(self):
        self.handler.write({"password": "t_handler", "email": "h@example.com"})
        self.authenticate(None, None)
        self.send(email="h@example.com")
        self.assertFalse(self.last().partner_id, "a colleague is no customer")

    def test_two_companies_keep_their_customers_apart(self):
        other = self.env["res.company"].create({"name": "Other Ltd"})
        theirs = self.make_complaint(company_id=other.id, team_id=False)
        self.assertNotIn(theirs.name, self.url_open("/my/complaints").text)
        page = self.url_open(f"/my/complaints/{theirs.id}")
        self.assertNotIn(theirs.name, page.text)
        page = self.send(f"/my/complaints/{theirs.id}/message", body="x")
        self.assertFalse(theirs.said_at)

    def test_page_says_what_the_customer_can_do_next(self):
        # C-116 C-88
        self.company.complaint_further_steps = "Ask our board.\n\nAsk the authority."
        complaint = self.make_owned()
        url = complaint.get_portal_url()
        page = self.url_open(url).text
        for words in ("Ask our board.", "Ask the authority.", "Write to us below"):
            self.assertIn(words, page)
        self.assertIn(self.handler.name, page)
        self.tell_outcome(complaint)
        self.env.flush_all()
        self.assertIn("If you do not agree", self.url_open(url).text)
        template = self.env.ref("customer_complaint.mail_template_outcome")
        body = template._render_field("body_html", complaint.ids)[complaint.id]
        self.assertIn("Ask the authority.", body)
        self.company.complaint_further_steps = False
        body = template._render_field("body_html", complaint.ids)[complaint.id]
        self.assertNotIn("Further steps", body)
