from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from .credit_common import CreditCommon


@tagged("post_install", "-at_install")
class TestCreditLink(CreditCommon):
    def test_an_existing_credit_note_is_linked_with_what_the_request_needs(self):
        #
        request = self.ask(amount=100)
        note = self.make_note(150, reversed_entry_id=False)
        request.with_user(self.accountant).link_credit_note(note.id)
        self.assertEqual(request.allocation_ids.amount, 100.0)
        self.assertEqual(request.state, "posted")
        other = self.ask(amount=80)
        other.with_user(self.accountant).link_credit_note(note.id)
        self.assertRecordValues(other, [{"state": "to_do", "open_amount": 30.0}])
        with self.assertRefused(UserError, "linked to .* already"):
            other.with_user(self.accountant).link_credit_note(note.id)

    def test_a_draft_is_over_what_the_linked_notes_leave(self):
        #
        for request in (self.ask(), self.ask(amount=90)):
            accounting = request.with_user(self.accountant)
            asked = request.amount
            accounting.link_credit_note(self.make_note(50).id)
            self.assertEqual(request.open_amount, asked - 50)
            accounting.action_create_credit_note()
            draft = request.allocation_ids.move_id.filtered(
                lambda m: m.state == "draft"
            )
            self.assertEqual(draft.amount_total, asked - 50)
            # The invoice's tax, not only its total.
            self.assertAlmostEqual(draft.amount_tax, (asked - 50) / 6, 2)
            self.assertEqual(request.open_amount, 0)
            draft.action_post()
            self.assertEqual(request.state, "posted")

    def test_a_credit_note_of_another_customer_is_refused(self):
        #
        other = self.env["res.partner"].create({"name": "Somebody else"})
        note = self.make_note(100, other)
        with self.assertRefused(UserError, "Somebody else.*Test Customer"):
            self.ask(amount=100).with_user(self.accountant).link_credit_note(note.id)

    def test_a_contact_of_the_invoiced_company_is_the_same_customer(self):
        contact = self.env["res.partner"].create(
            {"name": "Branch", "parent_id": self.partner.id}
        )
        request = self.ask(amount=50)
        request.with_user(self.accountant).link_credit_note(
            self.make_note(50, contact).id
        )
        self.assertEqual(request.state, "posted")

    def test_linking_more_than_the_invoice_allows_is_refused(self):
        request = self.ask(amount=240)
        # Made by accounting behind the back of the request, for the same invoice.
        self.make_note(100, reversed_entry_id=self.invoice.id)
        with self.assertRefused(UserError, "too much"):
            request.with_user(self.accountant).link_credit_note(self.make_note(240).id)
        self.assertEqual(request.state, "to_do")

    def test_a_credit_note_of_another_invoice_is_refused(self):
        other = self.invoice.copy({"invoice_date": "2025-03-04"})
        other.action_post()
        note = self.make_note(50, reversed_entry_id=other.id)
        with self.assertRefused(UserError, other.name):
            self.ask(amount=50).with_user(self.accountant).link_credit_note(note.id)

    def test_an_invoice_or_a_deleted_note_is_no_credit_note(self):
        request = self.ask(amount=50).with_user(self.accountant)
        with self.assertRefused(UserError, "no.* customer credit note"):
            request.link_credit_note(self.invoice.id)
        with self.assertRefused(UserError, "does not exist any more"):
            request.link_credit_note(0)

    def test_no_number_finds_no_draft(self):
        self.make_note(99, post=False)
        for number in ("", "  ", False, None):
            with self.subTest(number=number), self.assertRefused(UserError, "has no"):
                self.complaint.link_credit_note(number)

    def test_journal_entries_are_found_by_complaint_and_by_having_none(self):
        note, other = self.make_note(30), self.make_note(31)
        self.complaint.link_credit_note(note.name)
        for domain, found in (
            ([("complaint_names", "=", self.complaint.name)], note),
            ([("complaint_names", "ilike", self.complaint.name[3:])], note),
            ([("complaint_names", "=", False)], other),
            ([("complaint_names", "!=", False)], note),
        ):
            with self.subTest(domain=domain):
                within = [("id", "in", (note | other).ids)]
                self.assertEqual(
                    self.env["account.move"].search(domain + within), found
                )

    def test_handlers_link_what_accounting_issued_first_by_its_number(self):
        #
        note = self.make_note(30)
        self.complaint.link_credit_note(note.name)
        request = self.complaint.credit_request_ids
        self.assertRecordValues(
            request, [{"state": "posted", "amount": 30.0, "user_id": self.handler.id}]
        )
        with self.assertRefused(UserError, "linked in full"):
            self.complaint.link_credit_note(note.name)

    def test_a_number_of_another_customer_is_answered_like_an_unknown_one(self):
        other = self.env["res.partner"].create({"name": "Somebody else"})
        note = self.make_note(30, other)
        messages = []
        for number in (note.name, "RINV/none"):
            with self.assertRefused(UserError, "has no credit note") as refusal:
                self.complaint.link_credit_note(number)
            messages.append(str(refusal.exception).replace(number, ""))
        self.assertEqual(*messages)

    def test_accounting_links_its_own_note_to_a_complaint_by_number(self):
        note = self.make_note(30, reversed_entry_id=self.invoice.id)
        form = Form(
            self.env["customer.complaint.credit.link"]
            .with_user(self.accountant)
            .with_context(default_move_id=note.id)
        )
        form.complaint_name = self.complaint.name
        form.save().action_link()
        self.assertEqual(note.complaint_names, self.complaint.name)
        request = self.complaint.credit_request_ids
        self.assertRecordValues(
            request,
            [
                {
                    "invoice_id": self.invoice.id,
                    "user_id": self.accountant.id,
                    "state": "paid",
                }
            ],
        )

    def test_accounting_cannot_link_to_the_complaint_of_another_customer(self):
        other = self.env["res.partner"].create({"name": "Somebody else"})
        note = self.make_note(30, other).with_user(self.accountant)
        with self.assertRefused(UserError, "has no complaint"):
            note.link_to_complaint(self.complaint.name)

    def test_unlinking_frees_the_note_and_the_request_and_says_why(self):
        #
        request = self.ask(amount=50)
        note = self.make_note(50)
        request.with_user(self.accountant).link_credit_note(note.id)
        action = request.allocation_ids.with_user(self.accountant).action_unlink()
        wizard = (
            self.env[action["res_model"]]
            .with_user(self.accountant)
            .with_context(**action["context"])
        )
        wizard.create({"reason": "Belongs to another complaint"}).action_unlink()
        self.assertEqual(request.state, "to_do")
        self.assertFalse(note.complaint_names)
        self.assertIn("no longer linked", self.notes_on(self.complaint))
        self.assertIn("Belongs to another complaint", self.notes_on(self.complaint))

    def test_unlinking_needs_a_reason_and_an_accountant(self):
        request = self.ask(amount=50)
        request.with_user(self.accountant).link_credit_note(self.make_note(50).id)
        link = request.allocation_ids
        for reason in ("", "  ", None):
            with self.assertRefused(UserError, "Say why"):
                link.with_user(self.accountant).unlink_credit_note(reason)
        with self.assertRefused(AccessError, "Only accounting"):
            link.with_user(self.handler).unlink_credit_note("Wrong")
        self.assertTrue(link.exists())

    def test_a_request_made_behind_a_note_ends_when_the_note_is_unlinked(self):
        note = self.make_note(30)
        self.complaint.link_credit_note(note.name)
        request = self.complaint.credit_request_ids
        link = request.allocation_ids.with_user(self.accountant)
        link.unlink_credit_note("Another customer's money")
        self.assertRecordValues(
            request,
            [{"state": "cancelled", "cancel_reason": "Another customer's money"}],
        )
        self.assertTrue(request.cancelled_at)

    def test_the_invoice_and_a_fitting_note_say_that_a_request_waits(self):
        request = self.ask(amount=50)
        note = self.make_note(50, post=False)
        moves = (self.invoice | note).with_user(self.accountant)
        for move in moves:
            self.assertEqual(move.waiting_credit_request_ids, request)
        request.with_user(self.accountant).link_credit_note(note.id)
        moves.invalidate_recordset()
        self.assertFalse(moves.waiting_credit_request_ids)

    def test_behind_a_note_that_is_undone_nothing_is_to_be_issued(self):
        # nobody asked for this money, and nobody approved it
        self.company.complaint_credit_approval_amount = 10
        reversed_note, deleted = self.make_note(30), self.make_note(40, post=False)
        self.complaint.link_credit_note(reversed_note.name)
        cancelled = self.make_note(50)
        self.complaint.link_credit_note(cancelled.name)
        deleted.with_user(self.accountant).link_to_complaint(self.complaint.name)
        requests = self.complaint.credit_request_ids
        self.reverse(reversed_note)
        cancelled.button_draft()
        cancelled.button_cancel()
        deleted.unlink()
        for request in requests:
            self.assertRecordValues(request, [{"state": "cancelled", "open_amount": 0}])
        cancelled.button_draft()
        self.assertIn("draft", requests.mapped("state"))

    def test_a_note_that_was_reversed_has_nothing_left_to_link(self):
        note = self.make_note(30)
        self.reverse(note)
        with self.assertRefused(UserError, "linked in full"):
            self.complaint.link_credit_note(note.name)
        with self.assertRefused(UserError, "linked in full"):
            self.ask(amount=30).with_user(self.accountant).link_credit_note(note.id)
