from odoo.exceptions import UserError
from odoo.tests import tagged

from .credit_common import CreditCommon

NO_NUMBERS = (float("nan"), float("inf"), -5, "many", [1], {"a": 1}, True, 10**400)
NO_KEYS = ("7", [7], 7.5, True, {"id": 7}, 2**40, -1)
NO_TEXTS = (5, True, ["a"], {"a": 1}, 2.5)
NO_MOMENTS = ("yesterday", "2025-13-45", 5, True, ["2025-03-04"], {"a": 1})


@tagged("post_install", "-at_install")
class TestWhatCallersGive(CreditCommon):
    """Whatever is sent over the API is taken, or refused with one sentence."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.remedy = cls.env["customer.complaint.remedy"].create(
            {
                "solution_id": cls.complaint.sudo()._get_solution().id,
                "type_id": cls.env.ref("customer_complaint.remedy_type_training").id,
            }
        )
        cls.remedy = cls.remedy.with_user(cls.handler)
        cls.coupon = cls.remedy.sudo().create(
            {
                "solution_id": cls.remedy.solution_id.id,
                "type_id": cls.env.ref("customer_complaint.remedy_type_gift").id,
            }
        )
        cls.coupon = cls.coupon.with_user(cls.handler)

    def assertEachRefused(self, method, *values, **more):
        """Each value as the argument named in `more` by None is refused by name."""
        (name,) = (key for key, value in more.items() if value is None)
        for value in values:
            with (
                self.subTest(method=method.__name__, argument=name, value=value),
                self.assertRaises(UserError) as caught,
                self.env.cr.savepoint(),
            ):
                method(**{**more, name: value})
            self.assertRegex(str(caught.exception), r"^\S.+[.:]")

    def test_remedies_and_solutions(self):
        self.assertEachRefused(self.remedy.deliver, *NO_TEXTS, note=None)
        self.assertEachRefused(self.remedy.deliver, *NO_MOMENTS, at=None, note="List")
        self.assertEachRefused(self.remedy.cancel, *NO_TEXTS, "", "  ", reason=None)
        self.assertEachRefused(self.coupon.link_document, *NO_TEXTS, number=None)
        self.assertEachRefused(
            self.coupon.create_document, "7", [7], {"id": 7}, program_id=None
        )
        solution = self.remedy.solution_id
        self.assertEachRefused(
            solution.record_answer, "yes", 5, ["accepted"], {"a": 1}, acceptance=None
        )
        answered = {"acceptance": "accepted"}
        self.assertEachRefused(
            solution.record_answer, *NO_TEXTS, suggestion=None, **answered
        )
        self.assertEachRefused(solution.record_answer, *NO_MOMENTS, at=None, **answered)
        self.assertFalse(solution.acceptance or self.remedy.delivered_at)

    def test_requests_for_credit_notes(self):
        ask = self.complaint.request_credit_note
        asked = {"invoice_id": self.invoice.id, "reason": "Door", "amount": 10}
        for name, values in {
            "invoice_id": NO_KEYS,
            "reason": (*NO_TEXTS, "", " "),
            "amount": (*NO_NUMBERS, 0),
            "remedy_id": NO_KEYS,
            "goodwill_tax": ("free", 5, ["compensation"], {"a": 1}),
            "order_effect": ("close", 5, ["keep"]),
            "deviation_reason": NO_TEXTS,
        }.items():
            self.assertEachRefused(ask, *values, **{**asked, name: None})
        line = self.invoice_line.id
        self.assertEachRefused(
            ask,
            *([line], "x", 5, {"x": 1}, {line: "many"}, {line: -1}, {line: 1e99}),
            {line: float("nan")},
            lines=None,
            invoice_id=self.invoice.id,
            reason="Door",
        )
        self.assertEachRefused(
            self.complaint.link_credit_note, *NO_TEXTS, "", "X/1", number=None
        )
        issued = self.make_note(10).name
        self.assertEachRefused(
            self.complaint.link_credit_note, *NO_KEYS, remedy_id=None, number=issued
        )
        request = self.ask(amount=10).with_user(self.accountant)
        self.assertEachRefused(request.link_credit_note, *NO_KEYS, move_id=None)
        note = self.make_note(10).with_user(self.accountant)
        self.assertEachRefused(note.link_to_complaint, *NO_TEXTS, "X", number=None)
        request.link_credit_note(note.id)
        self.assertEachRefused(
            request.allocation_ids.unlink_credit_note, *NO_TEXTS, "", reason=None
        )
        self.assertEqual(request.allocation_ids.move_id, note)

    def test_costs_and_claims(self):
        cost = self.env["customer.complaint.cost"].create(
            {"complaint_id": self.complaint.id, "kind": "freight", "name": "Freight"}
        )
        cost = cost.with_user(self.accountant)
        self.assertEachRefused(cost.link_journal_item, *NO_KEYS, move_line_id=None)
        self.assertEachRefused(
            cost.link_journal_item,
            # Credit items are booked with a minus.
            *(value for value in NO_NUMBERS if value != -5),
            amount=None,
            move_line_id=self.invoice_line.id,
        )
        claim = self.env["customer.complaint.supplier.claim"].create(
            {
                "complaint_id": self.complaint.id,
                "partner_id": self.partner.id,
                "amount": 5,
                "reason": "Door",
            }
        )
        claim = claim.with_user(self.accountant)
        self.assertEachRefused(claim.link_refund, *NO_KEYS, move_id=None)
        refund = self.make_note(5, move_type="in_refund")
        self.assertEachRefused(
            claim.link_refund, *NO_NUMBERS, amount=None, move_id=refund.id
        )
        self.assertEachRefused(claim.close, *NO_TEXTS, "", reason=None)
        self.assertEqual(claim.state, "open")

    def test_what_has_no_document_opens_none(self):
        with self.assertRefused(UserError, "no document that could be opened"):
            self.remedy.action_view_document()
        self.assertTrue(self.remedy.action_unlink_document())
