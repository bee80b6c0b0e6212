from datetime import datetime, timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, new_test_user, tagged

from .common import RECEIPT, ComplaintCommon


@tagged("post_install", "-at_install")
class TestIntake(ComplaintCommon):
    def test_opened_from_an_order_everything_known_is_filled_in(self):
        # X-03 C-16
        action = self.order.with_user(self.seller).action_open_complaint()
        form = Form(
            self.env["customer.complaint"]
            .with_user(self.seller)
            .with_context(**action["context"])
        )
        form.description = "The left door is cracked.\nSeen on unpacking."
        complaint = form.save()
        self.assertEqual(complaint.partner_id, self.partner)
        self.assertEqual(complaint.invoiced_partner_id, self.order.partner_invoice_id)
        self.assertEqual(complaint.salesperson_id, self.seller)
        self.assertEqual(complaint.company_id, self.order.company_id)
        self.assertEqual(complaint.email_from, self.partner.email)
        self.assertEqual(complaint.title, "The left door is cracked.")
        line = complaint.line_ids
        self.assertEqual(
            (line.product_id, line.quantity, line.order_line_id),
            (self.product, 2.0, self.order.order_line[0]),
        )

    def test_the_api_takes_over_from_an_order_like_the_form(self):
        #
        complaint = (
            self.env["customer.complaint"]
            .with_user(self.seller)
            .create({"order_id": self.order.id, "description": "Scratched."})
        )
        self.assertEqual(complaint.partner_id, self.partner)
        self.assertEqual(complaint.line_ids.product_id, self.product)

    def test_values_of_the_caller_win_over_those_of_the_order(self):
        #
        other = self.partner.create({"name": "End user", "email": "end@example.com"})
        complaint = self.env["customer.complaint"].create(
            {
                "order_id": self.order.id,
                "partner_id": other.id,
                "line_ids": [],
                "description": "Scratched.",
            }
        )
        self.assertEqual(complaint.partner_id, other)
        self.assertEqual(complaint.invoiced_partner_id, self.partner)
        self.assertFalse(complaint.line_ids)

    def test_what_happened_is_enough_to_save(self):
        # C-06 C-11
        with Form(self.env["customer.complaint"].with_user(self.handler)) as form:
            form.description = "Somebody called: the lamp does not light."
        complaint = form.record
        self.assertNotEqual(complaint.name, "/")
        self.assertEqual(complaint.level_id, self.levels[2])
        self.assertEqual(
            complaint.channel_id, self.env.ref("customer_complaint.channel_phone")
        )
        self.assertFalse(complaint.user_id)

    def test_an_unconfirmed_order_says_why_no_complaint_can_be_opened(self):
        draft = self.order.copy()
        with self.assertRefused(UserError, "is not confirmed"):
            draft.action_open_complaint()

    def test_deadlines_count_from_the_true_receipt_not_from_the_entry(self):
        # C-06
        with freeze_time("2025-03-05 12:00:00"):
            complaint = self.make_complaint()
        self.assertEqual(self.row(complaint, "first_response").start_at, RECEIPT)

    def test_a_receipt_in_the_future_is_refused(self):
        with self.assertRefused(ValidationError, "lies in the future"):
            self.make_complaint(received_at=fields.Datetime.now() + timedelta(hours=1))

    def test_numbers_are_unique_and_show_the_year_of_receipt(self):
        # C-16
        complaints = self.env["customer.complaint"].create(
            [
                {"description": "a", "received_at": datetime(2024, 12, 30, 8)},
                {"description": "b", "received_at": datetime(2025, 1, 2, 8)},
                {"description": "c", "received_at": datetime(2025, 1, 2, 8)},
            ]
        )
        self.assertEqual(len(set(complaints.mapped("name"))), 3)
        self.assertTrue(complaints[0].name.startswith("CC/2024/"))
        self.assertTrue(complaints[1].name.startswith("CC/2025/"))
        serials = [int(name.rsplit("/")[-1]) for name in complaints.mapped("name")]
        self.assertEqual(serials, list(range(serials[0], serials[0] + 3)))

    def test_a_copy_gets_its_own_number_and_starts_anew(self):
        # C-16
        complaint = self.make_owned().with_user(self.manager)
        copies = (complaint + self.make_complaint()).sudo().copy()
        self.assertEqual(len(set(copies.mapped("name")) - {complaint.name}), 2)
        self.assertEqual(set(copies.mapped("stage_type")), {"received"})
        self.assertFalse(copies.user_id)

    def test_nobody_is_written_to_about_a_copy_and_it_tells_of_nobody(self):
        self.company.complaint_acknowledge = True
        complaint = self.make_owned()
        complaint.email_cc = "colleague@example.com"
        copy = complaint.copy()
        self.assertFalse(copy.acknowledge or copy.email_cc)
        about_copy = [("model", "=", copy._name), ("res_id", "=", copy.id)]
        self.assertFalse(self.env["mail.mail"].sudo().search(about_copy))
        self.company.complaint_allow_anonymous = True
        nameless = self.make_owned(partner_id=False, is_anonymous=True)
        self.assertTrue(nameless.copy().is_anonymous)
        complaint.observer_ids = self.colleague
        self.assertTrue(complaint.with_user(self.colleague).description)
        with self.assertRaises(AccessError):
            complaint.with_user(self.colleague).copy()

    def test_the_archive_label_combines_number_and_class(self):
        # C-16
        complaint = self.make_complaint()
        self.assertEqual(complaint.archive_label, f"{complaint.name}-PRD")

    def test_the_number_cannot_be_chosen_or_changed(self):
        # C-16
        with self.assertRefused(AccessError, "Number"):
            self.make_complaint(user=self.handler, name="CC/1/1")
        complaint = self.make_owned()
        for values in (
            {"name": "X"},
            {"name": "/"},
            {"closed_at": RECEIPT},
            {"closed_at": False},
            {"round": 1},
            {"stage_type": "closed"},
            {"level_rank": 99},
            {"commercial_partner_id": self.env.company.partner_id.id},
            {"access_token": False},
        ):
            with self.subTest(values=values), self.assertRaises(AccessError):
                complaint.write(values)

    def test_process_fields_cannot_be_smuggled_in_as_defaults(self):
        # C-16
        complaint = self.make_complaint(
            user=self.handler.with_context(
                default_round=7,
                default_outcome_at="2025-03-03 10:00:00",
                default_closed_at="2025-03-03 10:00:00",
                default_close_reason="confirmed",
            )
        )
        self.assertEqual(complaint.round, 1)
        self.assertFalse(complaint.outcome_at or complaint.closed_at)
        self.assertFalse(complaint.close_reason)

    def test_emotion_and_demand_are_fields_of_their_own(self):
        # C-13 C-14
        angry = self.env.ref("customer_complaint.emotion_angry")
        complaint = self.make_complaint(emotion_id=angry.id, demand="Money back")
        self.assertIn(complaint, complaint.search([("emotion_id", "=", angry.id)]))
        self.assertEqual(complaint.demand, "Money back")

    def test_the_level_is_proposed_by_the_category_and_kept_once_graded(self):
        # C-27
        self.category.level_id = self.levels[0]
        complaint = self.env["customer.complaint"].create(
            {"description": "x", "category_id": self.category.id}
        )
        self.assertEqual(complaint.level_id, self.levels[0])
        complaint.level_id = self.levels[2]
        complaint.category_id = self.env.ref("customer_complaint.category_service")
        complaint.category_id = self.category
        self.assertEqual(complaint.level_id, self.levels[2])

    def test_the_first_contact_stays_after_every_reassignment(self):
        # C-57
        complaint = self.make_complaint(user=self.handler)
        self.assertEqual(complaint.first_contact_id, self.handler)
        complaint.user_id = self.handler
        complaint.sudo().user_id = self.colleague
        self.assertEqual(complaint.first_contact_id, self.handler)
        with self.assertRaises(AccessError):
            complaint.first_contact_id = self.colleague
        self.assertIn(self.handler.partner_id, complaint.message_partner_ids)
        complaint.with_user(self.colleague).sudo().action_start()
        self.flush_tracking()
        step = complaint.message_ids[:1]
        self.assertEqual(
            step.subtype_id, self.env.ref("customer_complaint.mt_complaint_stage")
        )
        self.assertIn(self.handler.partner_id, step.notified_partner_ids)

    def test_customer_gets_an_acknowledgement_in_his_language_with_a_link(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        self.env["base.language.install"].create(
            {"lang_ids": [(6, 0, self.env.ref("base.lang_zh_CN").ids)]}
        ).lang_install()
        chinese = self.partner.create(
            {"name": "王芳", "email": "wang@example.com", "lang": "zh_CN"}
        )
        before = self.env["mail.mail"].search([])
        english = self.make_complaint(user=self.handler, acknowledge=True)
        other = self.make_complaint(
            user=self.handler, acknowledge=True, partner_id=chinese.id
        )
        mails = self.env["mail.mail"].search([]) - before
        self.assertEqual(len(mails), 2)
        mail_en = mails.filtered(lambda m: m.res_id == english.id)
        mail_zh = mails - mail_en
        self.assertEqual(mail_en.state, "outgoing")
        self.assertEqual(mail_en.recipient_ids, self.partner)
        self.assertIn(english.name, mail_en.subject)
        self.assertIn(english.access_token, mail_en.body_html)
        self.assertIn("Follow your complaint", mail_en.body_html)
        self.assertIn("3/5/25, 9:00", mail_en.body_html)
        self.assertIn(other.name, mail_zh.subject)
        self.assertNotIn("Follow your complaint", mail_zh.body_html)
        self.assertRegex(mail_zh.body_html, "[\u4e00-\u9fff]")

    def test_a_person_who_is_no_contact_yet_is_acknowledged_by_e_mail(self):
        before = self.env["mail.mail"].search([])
        self.make_complaint(
            user=self.handler,
            acknowledge=True,
            partner_id=False,
            partner_name="Ann",
            email_from="ann@example.com",
        )
        mail = self.env["mail.mail"].search([]) - before
        self.assertEqual(mail.email_to, "ann@example.com")
        self.assertIn("Dear Ann", mail.body_html)

    def test_the_acknowledgement_can_be_unticked_and_is_no_first_response(self):
        before = self.env["mail.mail"].search_count([])
        self.make_complaint(acknowledge=False)
        self.assertEqual(self.env["mail.mail"].search_count([]), before)
        complaint = self.make_complaint(acknowledge=True)
        self.assertEqual(self.env["mail.mail"].search_count([]), before + 1)
        self.assertEqual(self.row(complaint, "first_response").state, "open")

    def test_partner_and_order_count_their_complaints(self):
        #
        child = self.partner.create({"name": "Child", "parent_id": self.partner.id})
        self.make_complaint(order_id=self.order.id, line_ids=[])
        self.make_complaint(partner_id=child.id)
        self.make_complaint(partner_id=child.id)
        partners = (self.partner + child).with_user(self.manager)
        self.assertEqual(partners.mapped("complaint_count"), [3, 2])
        order = self.order.with_user(self.manager)
        self.assertEqual(order.complaint_count, 1)
        found = self.env["customer.complaint"].search(
            self.partner.action_view_complaints()["domain"]
        )
        self.assertEqual(len(found), 3)
        self.assertEqual(
            self.env["customer.complaint"].search_count(
                self.order.action_view_complaints()["domain"]
            ),
            1,
        )

    def test_a_complaint_stays_in_its_company(self):
        complaint = self.make_complaint().with_user(self.manager)
        other = self.env["res.company"].create({"name": "Other Ltd"})
        with self.assertRefused(AccessError, "stays in the company"):
            complaint.company_id = other

    def test_a_foreign_order_cannot_be_linked_afterwards(self):
        mine = self.make_complaint(user=self.seller)
        other_seller = new_test_user(
            self.env, "t_seller2", "sales_team.group_sale_salesman"
        )
        foreign = self.order.copy({"user_id": other_seller.id})
        with self.assertRaises(AccessError):
            mine.order_id = foreign

    def test_a_line_cannot_move_into_another_complaint(self):
        mine = self.make_complaint(user=self.seller, order_id=self.order.id)
        foreign = self.make_complaint()
        with self.assertRefused(AccessError, "stays with its complaint"):
            mine.line_ids.complaint_id = foreign

    def test_the_company_of_the_complaint_decides_about_the_acknowledgement(self):
        quiet = self.env["res.company"].create(
            {"name": "Quiet Ltd", "complaint_acknowledge": False}
        )
        complaint = self.env["customer.complaint"].create(
            {"description": "x", "company_id": quiet.id}
        )
        self.assertFalse(complaint.acknowledge)

    def test_a_level_of_another_company_is_not_proposed(self):
        other = self.env["res.company"].create({"name": "Other Ltd"})
        theirs = self.env["customer.complaint.level"].create(
            {"name": "Theirs", "rank": 8, "company_id": other.id}
        )
        self.category.level_id = theirs
        complaint = self.env["customer.complaint"].create(
            {"description": "x", "category_id": self.category.id}
        )
        self.assertEqual(complaint.level_id, self.levels[2])

    def test_an_open_complaint_is_archived_by_a_lead_only(self):
        complaint = self.make_owned()
        with self.assertRefused(AccessError, "cannot be archived"):
            complaint.active = False
        complaint.with_user(self.lead).active = False
        self.assertFalse(complaint.active)

    def test_a_new_complainant_gets_a_link_of_his_own_and_the_old_one_no_mail(self):
        complaint = self.make_owned()
        complaint.message_post(
            body="Answer",
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
            partner_ids=self.partner.ids,
        )
        self.assertIn(self.partner, complaint.message_partner_ids)
        token = complaint.access_token
        complaint.title = "Same person"
        self.assertEqual(complaint.access_token, token)
        complaint.partner_id = self.partner.create({"name": "Other"})
        self.assertNotEqual(complaint.access_token, token)
        self.assertNotIn(self.partner, complaint.message_partner_ids)

    def test_a_handler_cannot_delete_a_registered_complaint(self):
        # C-52
        complaint = self.make_owned()
        with self.assertRaises(AccessError):
            complaint.unlink()
        complaint.with_user(self.manager).unlink()
        self.assertFalse(complaint.exists())
