import base64
from datetime import datetime

from odoo.exceptions import AccessError, MissingError, UserError
from odoo.tests import new_test_user, tagged

from .common import ComplaintCommon

GIF = base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")
CHAT = {"external_source": "chat", "external_ref": "4711"}


@tagged("post_install", "-at_install")
class TestInterface(ComplaintCommon):
    """Version 1 of the interface for other programs."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.api = cls.env["customer.complaint"].with_user(cls.handler)

    def open_chat(self, **arguments):
        return self.api.api_v1_create(
            **{
                "description": "The lamp is dark.",
                "channel": "online_chat",
                "customer": {"email": "T.Customer@example.com"},
                "acknowledge": False,
                **CHAT,
                **arguments,
            }
        )

    def get(self, told):
        return self.env["customer.complaint"].browse(told["id"])

    def test_plain_names_in_make_a_registered_complaint(self):
        # X-20 C-05
        self.category.team_id = self.team
        told = self.open_chat(
            category="product / DAMAGED on arrival",
            level=1,
            order=self.order.name,
            received_at="2025-03-03T10:00:00+01:00",
            lines=[
                {"product": "Test cabinet", "quantity": 1, "problem": "Dark"},
                {"name": "A lamp nobody knows"},
            ],
        )
        complaint = self.get(told)
        self.assertTrue(told["created"])
        self.assertEqual(told["number"], complaint.name)
        self.assertEqual(complaint.partner_id, self.partner)
        self.assertEqual(complaint.order_id, self.order)
        self.assertEqual(complaint.category_id, self.category)
        self.assertEqual(complaint.level_id, self.levels[0])
        self.assertEqual(
            complaint.channel_id, self.env.ref("customer_complaint.channel_online_chat")
        )
        self.assertEqual(complaint.received_at, datetime(2025, 3, 3, 9, 0))
        self.assertEqual(complaint.first_contact_id, self.handler)
        self.assertEqual(
            complaint.line_ids.mapped("name"), ["Test cabinet", "A lamp nobody knows"]
        )
        self.assertEqual(
            self.row(complaint, "first_response").start_at, datetime(2025, 3, 3, 9)
        )

    def test_the_same_reference_opens_no_second_complaint(self):
        #
        first = self.open_chat()
        again = self.open_chat(description="Something else")
        self.assertEqual(
            (again["created"], again["id"], again["number"]),
            (False, first["id"], first["number"]),
        )
        self.assertEqual(self.get(first).description, "The lamp is dark.")
        other = self.open_chat(external_source="shop")
        self.assertTrue(other["created"])
        self.assertTrue(
            self.open_chat(external_source=None, external_ref=None)["created"]
        )

    def test_a_reference_that_another_team_has_is_refused_not_doubled(self):
        self.team.member_ids = self.lead
        first = self.open_chat()
        self.get(first).write({"team_id": self.team.id, "first_contact_id": False})
        self.env.flush_all()
        with self.assertRefused(AccessError, "you may not see it"):
            self.open_chat()

    def test_everything_unknown_is_said_at_once_and_nothing_is_made(self):
        #
        before = self.env["customer.complaint"].search_count([])
        with self.assertRefused(UserError, "(?s)telex.*phone.*teapots") as refusal:
            self.open_chat(channel="telex", category="teapots", level=9)
        self.assertIn("Level “9”", str(refusal.exception))
        for arguments in (
            {"description": 5},
            {"customer": "Ann"},
            {"customer": {"mail": "x"}},
            {"customer": {"reference": "nobody"}},
            {"lines": "door"},
            {"lines": [{}]},
            {"lines": [{"name": "x", "quantity": "two"}]},
            {"received_at": "yesterday"},
            {"received_at": "2999-01-01T00:00:00"},
            {"external_ref": None},
            {"order": "S99999999"},
            {"owner": "nobody"},
            {"channel": "fax"},
            {"channel": ["phone"]},
            {"description": None},
            {"description": " \0 "},
            {"description": "half \ud83d a smile"},
            {"category": "half \ud83d"},
            {"order": "S\0"},
            {"lines": [{"name": "x", "quantity": float("nan")}]},
            {"lines": [{"name": "x", "quantity": float("inf")}]},
            {"received_at": "0001-01-01T00:00:00"},
            {"received_at": "1999-12-31T00:00:00"},
            {"external_source": " ", "external_ref": " "},
            {"customer": {"email": "ann@example.com, bob@example.com"}},
            {"customer": {"email": "ann at home"}},
        ):
            with self.subTest(arguments=arguments), self.assertRefused(UserError, "."):
                self.open_chat(**arguments)
        self.assertEqual(self.env["customer.complaint"].search_count([]), before)

    def test_an_unknown_person_is_kept_by_name_and_a_shared_address_is_not_guessed(
        self,
    ):
        #
        told = self.open_chat(
            customer={"name": "Ann", "email": "ann@example.com", "phone": "+1 555"}
        )
        complaint = self.get(told)
        self.assertFalse(complaint.partner_id)
        self.assertEqual(
            (complaint.partner_name, complaint.email_from, complaint.phone),
            ("Ann", "ann@example.com", "+1 555"),
        )
        self.partner.copy({"email": self.partner.email, "ref": "K-17"})
        self.assertFalse(self.get(self.open_chat(external_ref="2")).partner_id)
        told = self.open_chat(external_ref="3", customer={"reference": "K-17"})
        self.assertEqual(self.get(told).partner_id.ref, "K-17")

    def test_a_blank_reference_names_no_complaint(self):
        #
        self.make_complaint()
        self.make_complaint()
        for named in (
            {"number": " "},
            {"number": "\0"},
            {"external_source": " ", "external_ref": " "},
            {"external_source": "chat", "external_ref": "\0"},
        ):
            with self.subTest(named=named), self.assertRefused(UserError, "is empty"):
                self.api.api_v1_status(**named)

    def test_without_a_channel_it_is_the_default_one(self):
        complaint = self.get(self.open_chat(channel=None))
        self.assertEqual(
            complaint.channel_id,
            self.env["customer.complaint"]._get_default_channel(),
        )

    def test_the_order_of_one_customer_is_not_linked_to_another(self):
        #
        stranger = self.env["res.partner"].create(
            {"name": "Eve", "email": "eve@example.com"}
        )
        for email in (stranger.email, "nobody@example.com"):
            with self.assertRefused(UserError, "order of another customer"):
                self.open_chat(order=self.order.name, customer={"email": email})
        # Of several with the address, the one who ordered.
        self.partner.copy({"email": self.partner.email})
        complaint = self.get(self.open_chat(order=self.order.name))
        self.assertEqual(complaint.partner_id, self.partner)
        with self.assertRefused(UserError, "order of another customer"):
            self.api.api_v1_update(**CHAT, customer={"email": stranger.email})

    def test_another_customer_is_another_in_name_address_and_link(self):
        #
        complaint = self.get(self.open_chat())

        def told(**customer):
            self.api.api_v1_update(**CHAT, customer=customer)
            return (
                complaint.partner_id.name or None,
                complaint.partner_name,
                complaint.email_from,
                complaint.phone,
            )

        known = ("Test Customer", "Test Customer", self.partner.email)
        self.assertEqual(told(phone="+1 555"), (*known, "+1 555"))
        self.assertEqual(told(name="Ann"), (None, "Ann", False, False))
        self.assertNotIn(self.partner, complaint.message_partner_ids)
        self.assertEqual(told(email=self.partner.email), (*known, self.partner.phone))
        self.assertEqual(
            told(name="Ann", email="Ann@Example.com"),
            (None, "Ann", "ann@example.com", False),
        )

    def test_names_mean_what_the_company_of_the_complaint_calls_so(self):
        other = self.env["res.company"].create({"name": "Other Ltd"})
        foreign = self.env["customer.complaint.team"].create(
            {"name": "Night shift", "company_id": other.id}
        )
        self.handler.company_ids += other
        api = self.api.with_context(allowed_company_ids=[self.company.id, other.id])
        self.open_chat()
        for call in (
            lambda: api.api_v1_create("x", "phone", team=foreign.name),
            lambda: api.api_v1_update(**CHAT, team=foreign.name),
        ):
            with self.assertRefused(UserError, "is not known"):
                call()

    def test_what_was_merged_says_where_it_goes_on(self):
        #
        number = self.open_chat()["number"]
        self.assertIsNone(self.api.api_v1_status(number=number)["merged_into"])
        kept = self.make_complaint()
        self.get(self.api.api_v1_status(number=number)).sudo().write(
            {"merged_into_id": kept.id, "close_reason": "merged"}
        )
        self.assertEqual(
            self.api.api_v1_status(number=number)["merged_into"],
            {"number": kept.name, "stage": "received"},
        )

    def test_a_code_shared_by_a_branch_means_its_top(self):
        told = self.open_chat(category="prd")
        self.assertEqual(
            self.get(told).category_id,
            self.env.ref("customer_complaint.category_product"),
        )

    def test_an_update_changes_what_is_given_and_asks_why_a_level_changes(self):
        #
        number = self.open_chat()["number"]
        told = self.api.api_v1_update(
            **CHAT, demand="A new lamp", category="SRV", owner=self.handler.login
        )
        complaint = self.get(told)
        self.assertEqual(complaint.demand, "A new lamp")
        self.assertEqual(complaint.description, "The lamp is dark.")
        self.assertEqual((told["stage"], told["owner"]), ("assessed", "t_handler"))
        with self.assertRefused(UserError, "Say why it changes"):
            self.api.api_v1_update(number=number, level=1)
        told = self.api.api_v1_update(number=number, level=1, reason="It burned.")
        self.assertEqual(told["level"], 1)
        self.assertEqual(
            self.api.api_v1_update(number=number, demand="")["id"], complaint.id
        )
        self.assertFalse(complaint.demand)
        for empty in ("", " \n"):
            with self.assertRefused(UserError, "description is empty"):
                self.api.api_v1_update(number=number, description=empty)
        self.assertEqual(complaint.description, "The lamp is dark.")

    def test_the_status_tells_where_it_stands_in_plain_names(self):
        #
        told = self.open_chat(category="SRV", received_at="2025-03-03T09:00:00")
        status = self.api.api_v1_status(number=told["number"])
        self.assertEqual(status, self.api.api_v1_status(**CHAT))
        self.assertEqual(
            {key: status[key] for key in ("stage", "closed", "channel", "category")},
            {
                "stage": "received",
                "closed": False,
                "channel": "online_chat",
                "category": "SRV",
            },
        )
        self.assertEqual(status["received_at"], "2025-03-03T09:00:00Z")
        self.assertTrue(status["late"])
        self.assertIn(self.get(told).access_token, status["tracking_url"])
        self.assertEqual(
            [(d["type"], d["state"], d["result"]) for d in status["deadlines"]],
            [("first_response", "open", None), ("completion", "open", None)],
        )

    def test_what_is_said_elsewhere_starts_and_stops_deadlines(self):
        #
        self.open_chat()
        told = self.api.api_v1_message(
            "We look into it.", **CHAT, direction="out", channel="online_chat"
        )
        complaint = self.get(told)
        self.assertEqual(self.row(complaint, "first_response").state, "done")
        self.assertTrue(complaint.told_at)
        mails = self.env["mail.mail"].search_count([])
        for times in (True, False):
            told = self.api.api_v1_message("<b>And?</b>", **CHAT, message_ref="m 1")
            self.assertEqual(told["added"], times)
        self.assertTrue(complaint.said_at)
        said = complaint.message_ids.filtered(lambda m: m.author_id == self.partner)
        self.assertEqual(len(said), 1)
        self.assertIn("&lt;b&gt;And?", said.body)
        self.api.api_v1_message("A hint", **CHAT, direction="note")
        self.assertTrue(complaint.message_ids[:1].subtype_id.internal)
        self.assertEqual(self.env["mail.mail"].search_count([]), mails)
        for wrong in (
            {"body": ""},
            {"body": "x", "direction": "up"},
            {"body": "x", "direction": "out"},
        ):
            with self.subTest(wrong=wrong), self.assertRefused(UserError, "."):
                self.api.api_v1_message(**wrong, **CHAT)

    def test_a_message_of_somebody_unknown_asks_for_an_answer_too(self):
        told = self.open_chat(customer={"name": "Ann"})
        self.api.api_v1_message("Hello?", **CHAT)
        self.assertTrue(self.get(told).said_at)

    def test_files_are_checked_and_added_once(self):
        #
        told = self.open_chat()
        content = base64.b64encode(GIF).decode()
        for added in (True, False):
            answer = self.api.api_v1_attach("crack.gif", content, **CHAT)
            self.assertEqual(answer["added"], added)
        files = self.env["ir.attachment"].search(
            [("res_model", "=", "customer.complaint"), ("res_id", "=", told["id"])]
        )
        self.assertEqual((files.id, files.raw), (answer["attachment"], GIF))
        for name, data, words in (
            ("run.exe", content, "not accepted"),
            ("crack.gif", "%%%", "base64"),
            ("crack.gif", 7, "base64"),
        ):
            with self.subTest(name=name), self.assertRefused(UserError, words):
                self.api.api_v1_attach(name, data, **CHAT)

    def test_the_interface_gives_no_rights_that_its_user_has_not(self):
        # X-20 X-09
        told = self.open_chat()
        self.get(told).team_id = self.other_team
        portal = new_test_user(self.env, "t_portal", "base.group_portal")
        for user in (self.employee, portal):
            with self.assertRefused(AccessError, "for complaint users"):
                self.api.with_user(user).api_v1_status(**CHAT)
        with self.assertRefused(MissingError, "no complaint"):
            self.api.with_user(self.seller).api_v1_status(**CHAT)
        with self.assertRefused(MissingError, "no complaint"):
            self.api.api_v1_status(number="CC/1/1")
        with self.assertRefused(UserError, "Say which"):
            self.api.api_v1_status()
