from odoo.fields import Command
from odoo.tests import Form, tagged

from .credit_common import CreditCommon


@tagged("post_install", "-at_install")
class TestCreditBooks(CreditCommon):
    """What accounting sees on credit notes and requests."""

    def test_the_credit_note_says_why_for_whom_and_who_decided(self):
        #
        self.company.complaint_credit_approval_amount = 100
        self.complaint.sudo().team_id = self.team
        request = self.ask()
        request.with_user(self.lead).action_approve()
        note = self.issue(request).with_user(self.accountant)
        self.assertRecordValues(
            note,
            [
                {
                    "complaint_names": self.complaint.name,
                    "complaint_reason": "Door cracked",
                    "complaint_invoice_ids": self.invoice.ids,
                    "complaint_requester_ids": self.handler.ids,
                    "complaint_approver_ids": self.lead.ids,
                }
            ],
        )
        form = Form(note)
        form.red_letter_number = "25112000000000001234"
        form.save()
        facts = dict(note._get_complaint_facts())
        self.assertEqual(
            list(facts.values()),
            [
                self.complaint.name,
                "Door cracked",
                self.invoice.name,
                "25112000000000001234",
                self.handler.name,
                self.lead.name,
            ],
        )
        html, _kind = self.env["ir.actions.report"]._render_qweb_html(
            "account.report_invoice", note.ids
        )
        for text in facts.values():
            self.assertIn(text, html.decode())
        self.assertFalse(self.invoice._get_complaint_facts())

    def test_the_printed_note_of_no_complaint_says_nothing_of_one(self):
        note = self.make_note(10)
        self.assertFalse(note._get_complaint_facts())

    def test_notes_of_the_customer_without_origin_are_possibly_the_same(self):
        #
        other = self.env["res.partner"].create({"name": "Somebody else"})
        contact = self.env["res.partner"].create(
            {"name": "Branch", "parent_id": self.partner.id}
        )
        same = self.make_note(50) | self.make_note(60, contact, post=False)
        self.make_note(50, other)
        self.make_note(50, reversed_entry_id=self.invoice.id)
        cancelled = self.make_note(50, post=False)
        cancelled.button_cancel()
        taken = self.make_note(20)
        self.complaint.link_credit_note(taken.name)
        request = self.ask(amount=50).with_user(self.accountant)
        self.assertEqual(request.similar_note_ids, same)
        action = (
            same[0]
            .with_user(self.accountant)
            .with_context(credit_request_id=request.id)
        )
        link = Form.from_action(
            self.env(user=self.accountant), action.action_link_complaint()
        )
        link.save().action_link()
        self.assertEqual(request.state, "posted")
        self.assertFalse(request.similar_note_ids)

    def test_what_happens_to_the_note_is_seen_at_once(self):
        #
        request = self.ask(amount=50)
        note = self.issue(request)
        note.action_post()
        self.assertEqual(request.state, "paid")
        note.button_draft()
        self.assertRecordValues(request, [{"state": "draft", "open_amount": 0.0}])
        note.button_cancel()
        self.assertRecordValues(request, [{"state": "to_do", "open_amount": 50.0}])
        note.button_draft()
        self.assertEqual(request.state, "draft")
        note.action_post()
        self.assertEqual(request.state, "paid")
        lines = note.line_ids.filtered(lambda line: line.reconciled)
        lines.remove_move_reconcile()
        self.assertEqual(request.state, "posted")
        reversal = (
            self.env["account.move.reversal"]
            .with_context(active_model="account.move", active_ids=note.ids)
            .create({"journal_id": note.journal_id.id})
        )
        reversal.refund_moves()
        reversal.new_move_ids.action_post()
        self.assertRecordValues(request, [{"state": "to_do", "open_amount": 50.0}])

    def test_a_deleted_draft_leaves_the_request_to_issue(self):
        request = self.ask(amount=50)
        self.issue(request).unlink()
        self.assertRecordValues(request, [{"state": "to_do", "open_amount": 50.0}])

    def test_one_note_for_several_complaints_and_several_notes_for_one(self):
        #
        other = self.make_owned(order_id=self.order.id)
        first, second = self.ask(amount=60), self.ask(other, amount=40, reason="Late")
        note = self.make_note(70)
        for request in (first, second):
            request.with_user(self.accountant).link_credit_note(note.id)
        self.assertEqual(
            note.complaint_names.split(", "), [self.complaint.name, other.name]
        )
        self.assertEqual(note.complaint_reason, "Door cracked; Late")
        self.assertRecordValues(
            first | second,
            [
                {"state": "posted", "open_amount": 0.0},
                {"state": "to_do", "open_amount": 30.0},
            ],
        )
        second.with_user(self.accountant).link_credit_note(self.make_note(30).id)
        self.assertEqual(sorted(second.allocation_ids.mapped("amount")), [10.0, 30.0])
        self.assertEqual(second.state, "posted")

    def test_several_links_are_unlinked_at_once(self):
        first, second = self.ask(amount=20), self.ask(amount=30)
        note = self.make_note(50)
        for request in (first, second):
            request.with_user(self.accountant).link_credit_note(note.id)
        links = note.complaint_allocation_ids.with_user(self.accountant)
        wizard = self.env["customer.complaint.credit.unlink"].with_user(self.accountant)
        wizard.create(
            {"allocation_ids": [Command.set(links.ids)], "reason": "Wrong"}
        ).action_unlink()
        self.assertEqual((first | second).mapped("state"), ["to_do", "to_do"])

    def test_what_is_left_of_a_note_reversed_in_part_counts_once(self):
        #
        first, second = self.ask(amount=50), self.ask(amount=60)
        note = self.make_note(110)
        for request in (first, second):
            request.with_user(self.accountant).link_credit_note(note.id)
        self.reverse(note, 80)
        self.assertEqual(first.allocation_ids.amount, 30.0)
        self.assertEqual(second.allocation_ids.amount, 0.0)
        self.assertEqual(note._get_complaint_free_amount(), 0.0)
        self.assertEqual((first.open_amount, second.open_amount), (20.0, 60.0))
