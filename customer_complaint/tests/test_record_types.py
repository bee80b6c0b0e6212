from datetime import timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Domain
from odoo.tests import Form, new_test_user, tagged

from .common import RECEIPT, ComplaintCommon


@tagged("post_install", "-at_install")
class TestRecordTypes(ComplaintCommon):
    """Suggestions and feedback are answered, and counted by themselves."""

    def kinds(self, complaint):
        """Types of what is owed at this moment."""
        rows = complaint.sudo().deadline_ids
        return set(rows.filtered(lambda d: d.state == "open").mapped("deadline_type"))

    def test_each_type_has_numbers_of_its_own(self):
        # C-16 C-18
        complaints = self.env["customer.complaint"].create(
            [
                {"description": "x", "record_type": record_type}
                for record_type in ("complaint", "suggestion", "complaint", "feedback")
            ]
        )
        self.assertEqual(
            [name.split("/")[0] for name in complaints.mapped("name")],
            ["CC", "SG", "CC", "FB"],
        )
        self.assertEqual(len(set(complaints.mapped("name"))), 4)

    def test_a_suggestion_is_owed_an_answer_and_never_escalated(self):
        # C-18
        complaint = self.make_complaint()
        suggestion = self.make_complaint(record_type="suggestion")
        self.assertIn("completion", self.kinds(complaint))
        self.assertEqual(self.kinds(suggestion), {"first_response"})
        self.assertFalse(suggestion.then_due, "nothing follows")
        rows = suggestion.sudo().deadline_ids
        self.assertFalse(any(rows.mapped("next_step_at")))
        rows._run_due_steps(RECEIPT + timedelta(days=30))
        self.assertFalse(rows.escalation_ids)
        self.assertTrue(complaint.sudo().deadline_ids.escalation_ids)
        with self.assertRefused(UserError, "not escalated"):
            suggestion.with_user(self.handler).action_escalate()

    def test_the_chain_watches_whatever_may_escalate(self):
        # C-41
        feedback = self.make_owned(record_type="feedback")
        self.assertFalse(feedback.can_escalate)
        Complaint = type(self.env["customer.complaint"])
        with patch.object(Complaint, "_may_escalate", lambda complaint: True):
            watched = self.make_owned(record_type="feedback")
            self.assertTrue(watched.can_escalate)
            self.assertEqual(
                watched.action_escalate()["res_model"], "customer.complaint.escalate"
            )
            [row] = watched.sudo().deadline_ids
            row._run_due_steps(RECEIPT + timedelta(days=30))
            self.assertTrue(row.escalation_ids)
            self.assertFalse(feedback.sudo().deadline_ids.escalation_ids)

    def test_answered_a_suggestion_can_be_closed_without_a_decision(self):
        # C-18
        suggestion = self.make_owned(record_type="suggestion", demand=False)
        self.assertEqual(suggestion.next_action, "answer")
        closed = suggestion._get_stage_of_type("closed")
        with self.assertRefused(ValidationError, "Outcome told"):
            suggestion.stage_id = closed
        self.env["customer.complaint.contact"].with_user(self.handler).create(
            {"complaint_id": suggestion.id, "summary": "Thanked, it will be built."}
        )
        self.assertFalse(self.kinds(suggestion))
        self.assertFalse(suggestion.next_action)
        suggestion.stage_id = closed
        self.assertTrue(suggestion.closed_at)

    def test_only_a_lead_ends_the_deadlines_of_a_complaint_by_its_type(self):
        # C-18
        complaint = self.make_owned()
        with self.assertRefused(AccessError, "Only a team lead"):
            complaint.record_type = "feedback"
        number = complaint.name
        complaint.with_user(self.lead).record_type = "feedback"
        self.assertEqual(self.kinds(complaint), {"first_response"})
        self.assertEqual(complaint.name, number, "a number that was told stays")
        complaint.record_type = "complaint"
        self.assertIn("completion", self.kinds(complaint))
        self.assertTrue(self.row(complaint, "completion").next_step_at)

    @freeze_time("2025-03-05 12:00:00")  # not the first minute of a month
    def test_figures_about_complaints_leave_the_others_out(self):
        # C-18
        values = {"received_at": fields.Datetime.now() - timedelta(minutes=1)}
        complaint = self.make_complaint(**values)
        suggestion = self.make_complaint(record_type="suggestion", **values)
        now = fields.Datetime.now() + timedelta(minutes=1)
        dashboard = self.env["customer.complaint.dashboard"].with_user(self.manager)
        shown = dashboard.get_dashboard("30_days")
        for tile in shown["tiles"]:
            if tile["model"] == "customer.complaint":
                found = self.env[tile["model"]].search(tile["domain"])
                self.assertEqual(len(found), tile["n"])
                self.assertIn(complaint, found)
                self.assertEqual(set(found.mapped("record_type")), {"complaint"})
        bars = sum(bar["value"] for bar in shown["pareto"])
        [new] = [tile for tile in shown["tiles"] if tile["code"] == "new"]
        self.assertEqual(bars, new["n"])
        self.assertEqual(shown["trend"][-1]["received"], new["n"])
        [waiting] = [
            work
            for work in shown["todo"]
            if work["name"] == "Suggestions and feedback to answer"
        ]
        found = complaint.search(waiting["domain"])
        self.assertEqual(len(found), waiting["count"])
        self.assertIn(suggestion, found)
        self.assertNotIn(complaint, found)
        indicators = self.env["customer.complaint.indicator"].search([])
        figures = indicators._define(Domain.TRUE, RECEIPT, now)
        for indicator, figure in figures.items():
            if (
                figure
                and figure.model.startswith("customer.complaint")
                and not figure.amount
            ):
                self.assertIn("record_type", str(figure.records()), indicator.code)

    def test_a_customer_counts_his_complaints_only(self):
        # C-18
        self.make_complaint(order_id=self.order.id)
        self.make_complaint(order_id=self.order.id, record_type="feedback")
        self.assertEqual(self.partner.complaint_count, 1)
        self.assertEqual(self.order.complaint_count, 1)

    def test_the_register_says_the_type_and_sums_complaints(self):
        # C-18
        complaints = self.make_complaint() + self.make_complaint(
            record_type="suggestion"
        )
        rows = complaints.with_user(self.manager)._get_register_rows()
        self.assertEqual(
            [row["record_type"] for row in rows], ["Customer complaint", "Suggestion"]
        )
        domain = Domain("id", "in", complaints.ids)
        model = self.env["customer.complaint"]
        self.assertEqual(
            model._count_types(domain), [("Complaints", "1"), ("Suggestion", "1")]
        )
        for table in model._get_register_tables(domain)[:4]:
            self.assertEqual(sum(row[1] for row in table.rows), 1)


@tagged("post_install", "-at_install")
class TestAnonymous(ComplaintCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.complaint_allow_anonymous = True

    def make_anonymous(self, **values):
        return self.make_complaint(
            **{"partner_id": False, "is_anonymous": True, **values}
        )

    def test_nothing_of_an_identity_is_kept(self):
        # C-12
        for fname, value in {
            "partner_id": self.partner.id,
            "invoiced_partner_id": self.partner.id,
            "partner_name": "Somebody",
            "email_from": "somebody@example.com",
            "phone": "12345",
            "order_id": self.order.id,
            "service_number": "SN 1",
        }.items():
            with (
                self.subTest(field=fname),
                self.assertRefused(UserError, "keeps nothing that tells who"),
            ):
                self.make_anonymous(**{fname: value})
        complaint = self.make_anonymous()
        for values in (
            {"email_from": "somebody@example.com"},
            {"third_party_id": self.partner.id},
            {"origin_model": "res.partner", "origin_id": self.partner.id},
        ):
            with self.assertRefused(UserError, "keeps nothing that tells who"):
                complaint.write(values)
        complaint.third_party_id = self.env["res.partner"].create(
            {"name": "Consumer office", "is_company": True}
        )
        lines = [
            fields.Command.create(
                {"order_line_id": self.order.order_line[0].id, "name": "x"}
            )
        ]
        with self.assertRefused(UserError, "lines of a sales order"):
            self.make_anonymous(line_ids=lines)
        with self.assertRefused(UserError, "lines of a sales order"):
            complaint.line_ids = lines

    def test_the_form_empties_who_complains(self):
        # C-12
        form = Form(self.env["customer.complaint"].with_user(self.handler))
        form.partner_id = self.partner
        form.description = "The guard was rude."
        form.is_anonymous = True
        complaint = form.save()
        self.assertFalse(complaint.partner_id or complaint.email_from)
        self.assertFalse(complaint.partner_name or complaint.phone)

    def test_whoever_is_logged_in_on_our_pages_is_not_kept(self):
        # C-12
        visitor = new_test_user(self.env, "t_visitor", "base.group_portal")
        complaint = (
            self.env["customer.complaint"]
            .with_user(visitor)
            .sudo()
            .create({"is_anonymous": True, "description": "The guard was rude."})
        )
        self.assertFalse(complaint.create_uid.share)
        people = complaint.message_ids.author_id | complaint.message_partner_ids
        self.assertNotIn(visitor.partner_id, people)

    def test_only_where_the_company_allows_it(self):
        # C-12
        self.company.complaint_allow_anonymous = False
        with self.assertRefused(UserError, "does not take anonymous"):
            self.make_anonymous()

    def test_who_was_known_cannot_be_forgotten(self):
        # C-12
        complaint = self.make_complaint()
        with self.assertRefused(UserError, "cannot be forgotten"):
            complaint.is_anonymous = True

    def test_who_enters_the_identity_later_is_noted(self):
        # C-12 C-52
        complaint = self.make_anonymous().with_user(self.handler)
        log = self.env["customer.complaint.access.log"]
        with Form(complaint) as form:
            form.is_anonymous = False
            form.partner_id = self.partner
        self.assertEqual(complaint.partner_id, self.partner)
        entry = log.search([("kind", "=", "identity")])
        self.assertEqual((entry.user_id, entry.complaint_id), (self.handler, complaint))
        self.assertIn("is_anonymous", complaint.sudo().event_ids.mapped("field_name"))

    def test_it_passes_through_every_stage(self):
        # C-12
        complaint = self.make_anonymous().with_user(self.handler)
        complaint.action_take()
        self.assertEqual(complaint.stage_type, "assessed")
        complaint.message_post(
            body="We look into it.",
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
        )
        self.assertEqual(self.row(complaint, "first_response").state, "done")
        complaint.action_start()
        self.assertEqual(complaint.stage_type, "implementing")
        self.tell_outcome(complaint)
        self.assertEqual(complaint.stage_type, "feedback")
        self.assertFalse(complaint.next_action, "nobody can be asked")
        complaint.stage_id = complaint._get_stage_of_type("closed")
        self.assertTrue(complaint.closed_at)
        self.assertFalse(complaint.message_partner_ids.filtered("partner_share"))

    def test_what_is_known_of_a_customer_counts_his_complaints_only(self):
        # C-18
        feedback = self.make_complaint(record_type="feedback")
        complaint = self.make_complaint()
        shown = str(self.make_owned().customer_context)
        self.assertIn(complaint.name, shown)
        self.assertNotIn(feedback.name, shown)

    def test_a_complaint_is_no_duplicate_of_feedback(self):
        # C-18
        feedback = self.make_complaint(record_type="feedback", order_id=self.order.id)
        complaint = self.make_complaint(order_id=self.order.id)
        self.assertFalse(complaint.duplicate_ids)
        again = self.make_complaint(order_id=self.order.id)
        self.assertEqual(again.duplicate_ids, complaint)
        self.assertFalse(feedback.duplicate_ids)
