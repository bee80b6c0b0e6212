import re
from datetime import datetime, timedelta

from freezegun import freeze_time
from lxml import etree

from odoo import fields
from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import Form, tagged

from .common import ComplaintCommon


@tagged("post_install", "-at_install")
class TestEntry(ComplaintCommon):
    """Whoever takes a complaint on the phone finds the customer and sees what matters of him."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.azure = cls.env["res.partner"].create(
            {"name": "Azure Test", "is_company": True, "phone": "+32 2 555 01 99"}
        )
        cls.brandon = cls.azure.create(
            {
                "name": "Brandon Test",
                "parent_id": cls.azure.id,
                "email": "brandon.t@example.com",
                "phone": "02/555.01.77",
            }
        )
        cls.azure_order = cls.order.copy(
            {"partner_id": cls.brandon.id, "client_order_ref": "PO-7788"}
        )
        cls.azure_order.action_confirm()
        cls.invoice = cls.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": cls.brandon.id,
                "invoice_line_ids": [
                    Command.create(
                        {"product_id": cls.product.id, "quantity": 1, "price_unit": 10}
                    )
                ],
            }
        )
        cls.invoice.action_post()

    def find(self, said, user=None):
        contacts = self.env["res.partner"].with_user(user or self.handler)
        found = contacts.with_context(complaint_customer_search=True).name_search(said)
        return contacts.browse([number for number, _name in found])

    def new_form(self, user=None, **context):
        model = self.env["customer.complaint"].with_user(user or self.handler)
        return Form(model.with_context(**context))

    # ------------------------------------------------------------------
    # Finding the customer
    # ------------------------------------------------------------------
    def test_the_customer_is_found_by_whatever_he_says_on_the_phone(self):
        # C-06
        for said in (
            "Brandon T",
            "brandon.t@example.com",
            "+32 2 555 01 77",
            "0032 2 5550177",
            "02 555 01 77",
            "025550177",
            "（02）555 01 77",
            self.azure_order.name,
            self.azure_order.name[1:],
            "PO-7788",
            self.invoice.name,
        ):
            with self.subTest(said=said):
                self.assertIn(self.brandon, self.find(said))
        for said in ("17", "555 99 77", f"{self.invoice.name}0", "Nobody at all"):
            with self.subTest(said=said):
                self.assertNotIn(self.brandon, self.find(said))

    def test_other_screens_find_contacts_as_before(self):
        found = self.env["res.partner"].name_search(self.azure_order.name)
        self.assertFalse(found)

    def test_documents_do_not_lead_to_contacts_beyond_ones_rights(self):
        other = self.env["res.company"].create({"name": "Other Ltd"})
        self.brandon.company_id = other
        self.assertNotIn(self.brandon, self.find(self.invoice.name))
        # Whoever has no rights in accounting nor handles complaints is told no invoice.
        self.brandon.company_id = False
        self.assertFalse(self.find(self.invoice.name, self.employee))

    def test_the_names_offered_tell_contacts_apart(self):
        offered = (
            self.env["res.partner"]
            .with_user(self.handler)
            .with_context(complaint_customer_search=True)
            .web_name_search("Brandon T", {"display_name": {}})
        )
        self.assertEqual(offered[0]["display_name"], "Azure Test, Brandon Test")
        self.assertIn("02/555.01.77", offered[0]["__formatted_display_name"])

    def test_a_new_person_of_a_known_customer_is_created_from_the_field(self):
        # C-19
        with self.new_form() as form:
            form.partner_id = self.azure
            self.assertEqual(form.customer_company_id, self.azure)
            form.description = "Broken."
            person = (
                self.env["res.partner"]
                .with_user(self.handler)
                .with_context(default_parent_id=form.customer_company_id.id)
                .create({"name": "Ann", "phone": "1234"})
            )
            form.partner_id = person
        complaint = form.record
        self.assertEqual(complaint.commercial_partner_id, self.azure)
        self.assertEqual(complaint.partner_name, "Ann")
        private = self.new_form()
        private.partner_id = self.partner
        self.assertFalse(private.customer_company_id)

    def test_an_order_chosen_in_the_form_brings_customer_and_products(self):
        form = self.new_form()
        form.order_id = self.azure_order
        form.description = "Broken."
        self.assertEqual(form.partner_id, self.brandon)
        self.assertEqual(form.invoiced_partner_id, self.azure_order.partner_invoice_id)
        self.assertEqual(len(form.line_ids), 1)
        form.partner_id = self.partner
        form.order_id = self.order
        complaint = form.save()
        self.assertEqual(complaint.partner_id, self.partner)
        self.assertEqual(complaint.invoiced_partner_id, self.partner)
        self.assertEqual(complaint.line_ids.order_line_id, self.order.order_line[0])

    def test_lines_written_by_hand_stay_when_the_order_is_chosen_later(self):
        form = self.new_form()
        form.description = "Broken."
        with form.line_ids.new() as line:
            line.name = "The left door"
        form.order_id = self.order
        self.assertEqual(form.save().line_ids.mapped("name"), ["The left door"])

    # ------------------------------------------------------------------
    # Beside the form
    # ------------------------------------------------------------------
    def test_his_complaints_and_orders_are_seen_before_saving(self):
        # C-19
        earlier = self.make_complaint(partner_id=self.azure.id, title="Old story")
        foreign = self.make_complaint(title="Somebody else's")
        self.azure_order.date_order = datetime(2025, 1, 10, 9)
        with freeze_time("2026-03-20 09:00:00"):
            form = self.new_form()
            self.assertFalse(form.customer_context)
            form.partner_id = self.brandon
            seen = str(form.customer_context)
        self.assertIn(f"/odoo/complaints/{earlier.id}", seen)
        self.assertIn("Old story", seen)
        self.assertIn("Open complaints: 1", " ".join(seen.split()))
        self.assertIn(f"/odoo/sales/{self.azure_order.id}", seen)
        self.assertIn("ordered 14 months ago", seen)
        self.assertIn(self.product.name, seen)
        self.assertNotIn(foreign.title, seen)

    def test_only_what_the_user_may_read_is_shown(self):
        self.make_complaint(partner_id=self.azure.id, title="Secret", team_id=False)
        hidden = self.make_complaint(
            partner_id=self.azure.id,
            title="Workshop's",
            team_id=self.other_team.id,
            category_id=self.category.id,
        )
        form = self.new_form()
        form.partner_id = self.azure
        form.category_id = self.category
        self.assertIn("Secret", str(form.customer_context))
        self.assertNotIn("Workshop", str(form.customer_context))
        self.assertNotIn(hidden.name, str(form.duplicate_hint))
        form = self.new_form(self.seller)
        form.partner_id = self.azure
        self.assertNotIn("Secret", str(form.customer_context))

    def test_texts_of_customers_are_no_html(self):
        self.make_complaint(partner_id=self.azure.id, title="<script>alert(1)</script>")
        form = self.new_form()
        form.partner_id = self.azure
        form.category_id = self.category
        for seen in (form.customer_context, form.duplicate_hint):
            self.assertIn("&lt;script&gt;", str(seen))
            self.assertNotIn("<script>", str(seen))

    # ------------------------------------------------------------------
    # Duplicates
    # ------------------------------------------------------------------
    def test_duplicates_are_suggested_while_typing(self):
        other_category = self.env.ref("customer_complaint.category_service")
        plain = {"partner_id": self.azure.id, "category_id": other_category.id}
        by_order = self.make_complaint(
            **plain, order_id=self.azure_order.id, line_ids=[]
        )
        by_product = self.make_complaint(
            **plain, line_ids=[Command.create({"product_id": self.product.id})]
        )
        by_category = self.make_complaint(partner_id=self.azure.id)
        foreign = self.make_complaint()
        closed = self.make_owned(partner_id=self.azure.id)
        self.tell_outcome(closed)
        self.confirm(closed)
        form = self.new_form()
        form.partner_id = self.brandon
        self.assertFalse(form.duplicate_ids)
        form.category_id = self.category
        self.assertEqual(form.duplicate_ids[:], by_category)
        self.assertIn(f"/odoo/complaints/{by_category.id}", str(form.duplicate_hint))
        form.order_id = self.azure_order
        duplicates = form.duplicate_ids[:]
        self.assertEqual(duplicates, by_category + by_product + by_order)
        self.assertNotIn(foreign, duplicates)
        form.description = "Broken."
        complaint = form.save()
        self.assertEqual(complaint.duplicate_ids, duplicates)
        complaint.write({"demand": "A new one", "user_id": self.handler.id})
        self.assertFalse(complaint.duplicate_ids)

    def test_duplicates_of_many_are_looked_for_with_one_query(self):
        complaints = self.make_complaint() + self.make_complaint()
        complaints += self.make_complaint(partner_id=self.azure.id)
        complaints.mapped("line_ids.product_id")
        complaints.invalidate_recordset(["duplicate_ids"])
        self.assertEqual(complaints[0].duplicate_ids, complaints[1])
        self.assertEqual(complaints[1].duplicate_ids, complaints[0])
        self.assertFalse(complaints[2].duplicate_ids)

    # ------------------------------------------------------------------
    # Whom mail cannot reach
    # ------------------------------------------------------------------
    def test_archived_and_bounced_contacts_get_no_acknowledgement(self):
        before = self.env["mail.mail"].search_count([])
        self.brandon.message_bounce = 1
        bounced = self.make_complaint(partner_id=self.brandon.id, acknowledge=True)
        self.assertEqual(self.env["mail.mail"].search_count([]), before)
        self.assertIn("came back", bounced.unreachable)
        self.brandon.write({"message_bounce": 0, "active": False})
        archived = self.make_complaint(partner_id=self.brandon.id, acknowledge=True)
        self.assertEqual(self.env["mail.mail"].search_count([]), before)
        self.assertIn("archived", archived.unreachable)

    def test_a_corrected_address_is_mailed_again(self):
        self.brandon.message_bounce = 3
        complaint = self.make_complaint(partner_id=self.brandon.id)
        self.brandon.email = "Brandon.T@example.com"
        self.assertTrue(complaint.unreachable)
        self.brandon.email = "new@example.com"
        self.assertFalse(complaint.unreachable)

    def compose(self, complaint, **values):
        action = complaint.action_send_answer()
        composer = (
            self.env["mail.compose.message"]
            .with_user(self.handler)
            .with_context(**action["context"])
            .create({"template_id": False, "body": "<p>We come.</p>", **values})
        )
        return composer

    def test_a_message_that_reaches_nobody_outside_is_no_answer(self):
        complaint = self.make_owned(partner_id=self.brandon.id)
        self.brandon.message_bounce = 1
        before = self.env["mail.mail"].search_count([])
        composer = self.compose(complaint)
        self.assertIn("came back", composer.complaint_unreachable)
        self.assertNotIn(self.brandon, composer.partner_ids)
        composer.partner_ids = self.brandon
        composer.action_send_mail()
        self.assertEqual(self.env["mail.mail"].search_count([]), before)
        self.assertEqual(self.row(complaint, "first_response").state, "open")
        # A colleague of his is reached.
        ann = self.azure.create(
            {"name": "Ann", "parent_id": self.azure.id, "email": "ann.t@example.com"}
        )
        self.compose(complaint, partner_ids=ann.ids).action_send_mail()
        self.assertEqual(self.row(complaint, "first_response").state, "done")

    # ------------------------------------------------------------------
    # What can be entered
    # ------------------------------------------------------------------
    def test_every_intake_field_is_offered_searchable_and_exportable(self):
        # C-10 C-14 C-19
        views = (
            self.env["customer.complaint"]
            .with_user(self.handler)
            .get_views([(False, "form"), (False, "search")])["views"]
        )
        shown = set(etree.fromstring(views["form"]["arch"]).xpath("//field/@name"))
        search = etree.fromstring(views["search"]["arch"])
        searched = set(search.xpath("//field/@name")) | {
            fname
            for domain in search.xpath("//field/@filter_domain")
            for fname in re.findall(r"\('(\w+)'", domain)
        }
        exported = self.env["customer.complaint"].fields_get(attributes=["exportable"])
        for fname in (
            "received_at",
            "channel_id",
            "partner_id",
            "partner_name",
            "email_from",
            "phone",
            "title",
            "description",
            "emotion_id",
            "demand",
            "order_id",
            "invoiced_partner_id",
            "category_id",
            "level_id",
            "team_id",
            "user_id",
            "line_ids",
            "record_type",
            "criterion_ids",
            "service_step_id",
            "service_number",
            "third_party_id",
            "platform_url",
        ):
            with self.subTest(field=fname):
                self.assertIn(fname, shown)
                self.assertTrue(exported[fname].get("exportable", True))
                self.assertTrue(self.env["customer.complaint"]._fields[fname].store)
        for fname in ("partner_id", "email_from", "phone", "description", "demand"):
            self.assertIn(fname, searched)

    def test_paper_and_letters_are_entered_with_their_true_receipt(self):
        # C-06
        yesterday = fields.Datetime.now() - timedelta(days=1)
        channels = self.env["customer.complaint.channel"].search([])
        for channel in channels:
            with self.subTest(channel=channel.name), self.new_form() as form:
                form.description = "Written by hand."
                form.channel_id = channel
                form.received_at = yesterday
            self.assertEqual(
                self.row(form.record, "first_response").start_at,
                yesterday.replace(microsecond=0),
            )

    def test_original_material_of_any_form_stays_with_the_complaint(self):
        # C-15
        complaint = self.make_owned()
        files = [
            ("call.mp3", b"ID3\x03"),
            ("complaint.eml", b"From: a@example.com\n\nBroken."),
            ("form.html", b"<p>Broken.</p>"),
            ("chat.txt", b"09:00 Ann: broken"),
            ("crack.mp4", b"\x00\x00\x00\x18ftypmp42"),
        ]
        complaint.message_post(body="From the customer", attachments=files)
        kept = self.env["ir.attachment"].search(
            [("res_model", "=", complaint._name), ("res_id", "=", complaint.id)]
        )
        self.assertEqual(set(kept.mapped("name")), {name for name, _raw in files})
        self.assertEqual(
            {a.name: a.raw for a in kept}["crack.mp4"], dict(files)["crack.mp4"]
        )

    def test_handlers_add_contacts_and_delete_none(self):
        contact = (
            self.env["res.partner"].with_user(self.handler).create({"name": "Ann"})
        )
        contact.phone = "1234"
        with self.assertRaises(AccessError):
            contact.unlink()
