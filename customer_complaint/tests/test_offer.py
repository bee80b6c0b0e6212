from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.http import Request
from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tools import mute_logger

from .test_solution import APOLOGY, REFUND, SolutionCommon


@tagged("post_install", "-at_install")
class TestOffer(SolutionCommon, HttpCase):
    """What the customer sees of an offer on his page, and what his answer does."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        new_test_user(
            cls.env,
            "t_portal",
            "base.group_portal",
            password="t_portal",
            partner_id=cls.partner.id,
        )
        cls.refund = cls.make_solution(REFUND, name="A third back")
        cls.excuse = cls.make_solution(APOLOGY, name="Our apology")
        cls.url = f"/my/complaints/{cls.complaint.id}"
        cls.token = cls.complaint.access_token

    def answer(self, **data):
        data.setdefault("csrf_token", Request.csrf_token(self))
        answer = self.url_open(f"{self.url}/solution", data=data, allow_redirects=False)
        self.complaint.invalidate_recordset()
        self.env.invalidate_all()
        return answer

    def test_the_customer_chooses_among_what_is_offered(self):
        # C-97, C-98
        self.authenticate("t_portal", "t_portal")
        self.assertNotIn("A third back", self.url_open(self.url).text)
        self.refund.measures = "You keep the cabinet."
        (self.refund | self.excuse).action_offer()
        page = self.url_open(self.url).text
        self.assertIn("A third back", page)
        self.assertIn("Partial refund: $", page)
        self.assertEqual(
            self.answer(
                choice=self.refund._get_choice(), suggestion="Soon!"
            ).status_code,
            303,
        )
        self.assertEqual(
            (self.refund.state, self.refund.acceptance), ("chosen", "accepted")
        )
        self.assertEqual(self.excuse.state, "dropped")
        self.assertEqual(self.refund.suggestion, "Soon!")
        self.assertIn("You keep the cabinet.", self.url_open(self.url).text)
        said = self.complaint.sudo().message_ids.filtered(
            lambda m: "I accept: A third back" in m.body
        )
        self.assertEqual(said.author_id, self.partner)
        self.assertTrue(self.complaint.sudo().said_at)
        self.assertFalse(self.complaint.sudo().confirmation_ids)
        self.assertIn("You chose", self.url_open(self.url).text)

    def test_a_visitor_with_the_link_rejects_and_suggests(self):
        # C-97, C-98
        self.authenticate(None, None)
        (self.refund | self.excuse).action_offer()
        self.answer(access_token=self.token, choice="none", suggestion="A new one.")
        for solution in (self.refund, self.excuse):
            self.assertEqual(
                (solution.state, solution.acceptance, solution.suggestion),
                ("dropped", "rejected", "A new one."),
            )
        url = f"{self.url}?access_token={self.token}"
        self.assertIn("does not suit you", self.url_open(url).text)
        again = self.make_solution(REFUND, name="Another try")
        again.action_offer()
        self.assertNotIn("does not suit you", self.url_open(url).text)

    def test_nothing_is_offered_for_a_closed_complaint(self):
        # C-97
        self.tell_outcome(self.complaint)
        self.confirm(self.complaint)
        with self.assertRefused(UserError, "the customer could not answer"):
            self.excuse.action_offer()

    def test_he_accepts_what_he_read_not_what_became_of_it(self):
        # C-97
        self.refund.action_offer()
        self.authenticate(None, None)
        page = self.url_open(f"{self.url}?access_token={self.token}").text
        choice = self.refund._get_choice()
        self.assertIn(f'value="{choice}"', page)
        self.refund.remedy_ids.amount = 12
        page = self.answer(access_token=self.token, choice=choice)
        self.assertIn("has changed", page.text)
        self.assertFalse(self.refund.acceptance)
        self.answer(access_token=self.token, choice=self.refund._get_choice())
        self.assertEqual(self.refund.acceptance, "accepted")

    def test_a_file_where_words_belong_is_no_answer(self):
        self.refund.action_offer()
        self.authenticate(None, None)
        for fname in ("suggestion", "choice"):
            page = self.url_open(
                f"{self.url}/solution",
                data={
                    "csrf_token": Request.csrf_token(self),
                    "access_token": self.token,
                },
                files={fname: ("a.txt", b"x")},
            )
            self.assertEqual(page.status_code, 200)
        self.env.invalidate_all()
        self.assertFalse(self.refund.acceptance or self.refund.suggestion)

    def test_a_change_on_our_side_is_promised_to_colleagues_only(self):
        promised = self.make_solution(
            {"kind": "training", "date_due": "2099-01-01"},
            {"kind": "process_change", "name": "Bob's tone", "date_due": "2099-01-02"},
        )
        promised.action_choose()
        self.authenticate(None, None)
        page = self.url_open(f"{self.url}?access_token={self.token}").text
        self.assertIn("Training", page)
        self.assertNotIn("tone", page)
        rows = promised.remedy_ids.sudo().deadline_ids
        self.assertEqual(sorted(rows.mapped("owed_to")), ["customer", "internal"])

    def test_a_guest_of_the_form_suggests_without_choosing(self):
        # C-97
        self.complaint.sudo().form_key = "formkey-formkey"
        self.refund.action_offer()
        self.authenticate(None, None)
        page = self.url_open(f"{self.url}?access_token=formkey-formkey").text
        self.assertIn("A third back", page)
        self.assertNotIn(self.token, page)
        self.answer(access_token="formkey-formkey", suggestion="Half of it.")
        self.assertEqual(self.refund.state, "offered")
        self.assertEqual(self.refund.suggestion, "Half of it.")
        page = self.url_open(f"{self.url}?access_token=formkey-formkey").text
        self.assertIn("Thank you for your suggestion", page)

    def test_nothing_is_offered_on_a_page_that_asks_nothing_any_more(self):
        self.tell_outcome(self.complaint)
        self.confirm(self.complaint)
        self.assertTrue(self.complaint.closed_at)
        with self.assertRefused(UserError, "closed.*Reopen"):
            self.refund.action_offer()
        self.assertFalse(self.refund.offered_at)

    def test_what_is_not_offered_and_who_has_no_key_changes_nothing(self):
        self.refund.action_offer()
        other = self.make_solution(
            REFUND, complaint=self.make_owned(), name="Somebody else's"
        )
        other.action_offer()
        self.authenticate(None, None)
        right = self.refund._get_choice()
        self.answer(choice=right)
        self.answer(choice=right, access_token="forged")
        for choice in (self.excuse._get_choice(), other._get_choice(), "x"):
            page = self.answer(access_token=self.token, choice=choice)
            self.assertIn("answered already, or has changed", page.text)
        self.assertIn(
            "choose what suits you", self.answer(access_token=self.token).text
        )
        self.url_open(f"{self.url}/solution?access_token={self.token}&choice={right}")
        with mute_logger("odoo.http"):
            answer = self.answer(access_token=self.token, choice=right, csrf_token="x")
        self.assertEqual(answer.status_code, 400)
        self.env.invalidate_all()
        for solution in (self.refund, self.excuse, other):
            self.assertFalse(solution.acceptance)


@tagged("post_install", "-at_install")
class TestRemedyGuard(SolutionCommon):
    def decide(self, guard):
        self.company.complaint_remedy_guard = guard
        solution = self.make_solution(REFUND)
        solution.action_choose()
        self.complaint.write({"decision": "justified", "decision_reason": "Ours."})
        return solution.remedy_ids

    def test_completing_lists_what_is_open_and_goes_on_anyway(self):
        #
        remedy = self.decide("warn")
        action = self.complaint.action_complete()
        self.assertEqual(action["res_model"], "customer.complaint.complete")
        self.assertFalse(self.complaint.completed_at)
        dialog = (
            self.env["customer.complaint.complete"]
            .with_user(self.handler)
            .with_context(**action["context"])
            .create({})
        )
        self.assertEqual((dialog.remedy_ids, dialog.is_blocked), (remedy, False))
        dialog.action_complete()
        self.assertTrue(self.complaint.completed_at)
        self.assertIn("still open: Partial refund", self.notes_on(self.complaint))

    def test_a_promised_refund_blocks_until_it_is_posted(self):
        #
        remedy = self.decide("block")
        note = self.issue(self.ask(amount=120, remedy_id=remedy.id))
        anyway = self.complaint.with_context(complaint_complete_anyway=True)
        anyway.action_complete()
        dialog = (
            self.env["customer.complaint.complete"]
            .with_user(self.handler)
            .create({"complaint_ids": [Command.set(self.complaint.ids)]})
        )
        self.assertTrue(dialog.is_blocked)
        with self.assertRefused(UserError, "Partial refund not delivered yet"):
            dialog.action_complete()
        self.tell_outcome(self.complaint)
        self.assertFalse(self.complaint.completed_at)
        self.assertTrue(self.complaint.can_complete)
        note.action_post()
        self.assertIs(self.complaint.action_complete(), True)
        self.assertTrue(self.complaint.completed_at)

    def test_what_blocks_completion_blocks_closing_by_a_colleague(self):
        #
        self.company.complaint_remedy_guard = "block"
        solution = self.make_solution({"kind": "training"})
        solution.action_choose()
        self.tell_outcome(self.complaint)
        with self.assertRefused(UserError, "Training not delivered yet"):
            self.confirm(self.complaint)
        closed = self.complaint._get_stage_of_type("closed", self.team)
        with self.assertRefused(UserError, "Training not delivered yet"):
            self.complaint.stage_id = closed
        solution.remedy_ids.deliver(note="List signed")
        self.confirm(self.complaint)
        self.assertTrue(self.complaint.closed_at)

    def test_the_guard_asks_once_however_many_are_completed(self):
        #
        complaints = self.complaint.browse()
        for _index in range(10):
            complaint = self.make_owned(decision="justified", decision_reason="Ours.")
            self.make_solution(
                {"kind": "training"}, complaint=complaint
            ).action_choose()
            complaints |= complaint
        self.env.flush_all()
        self.env.invalidate_all()
        with self.assertQueryCount(20):
            dialog = complaints.action_complete()
        self.assertEqual(dialog["res_model"], "customer.complaint.complete")

    def test_without_the_guard_nothing_is_asked(self):
        #
        self.decide("no")
        self.assertIs(self.complaint.action_complete(), True)
        self.assertTrue(self.complaint.completed_at)

    def test_a_dissatisfied_customer_is_offered_a_repair_of_the_relationship(self):
        # C-121
        self.tell_outcome(self.complaint)
        self.confirm(self.complaint, solved="not_solved", grade="1")
        self.assertTrue(self.complaint.needs_repair)
        action = self.complaint.action_repair()
        step = (
            self.env["customer.complaint.remedy"]
            .with_user(self.handler)
            .with_context(**action["context"])
            .create({"type_id": self.env.ref("customer_complaint.remedy_type_gift").id})
        )
        self.assertEqual(step.complaint_id, self.complaint)
        self.assertEqual((step.user_id, step.is_open), (self.handler, True))
        self.complaint.invalidate_recordset(["needs_repair"])
        self.assertFalse(self.complaint.needs_repair)
        elsewhere = action["context"] | {
            "complaint_promised_for": self.make_complaint(
                user_id=self.colleague.id, team_id=self.other_team.id
            ).id
        }
        with self.assertRefused(AccessError, "."):
            step.with_context(**elsewhere).create({"type_id": step.type_id.id})


@tagged("post_install", "-at_install")
class TestRemedyMoves(SolutionCommon):
    def test_a_merged_complaint_hands_its_promises_over_and_takes_them_back(self):
        kept = self.make_owned()
        promised = self.make_solution({"kind": "training", "date_due": "2099-01-01"})
        promised.action_choose()
        remedy = promised.remedy_ids
        offered = self.make_solution(REFUND)
        offered.action_offer()
        link = self.complaint._join(kept, "merged", "The same")
        self.assertEqual(kept._get_open_remedies().ids, remedy.ids)
        self.assertEqual(remedy.sudo().deadline_ids.complaint_id.id, kept.id)
        self.assertEqual(offered.complaint_id, kept)
        self.assertEqual(kept._get_asked_solutions().ids, offered.ids)
        self.flush_tracking()
        self.assertEqual(remedy.sudo().deadline_ids.state, "open")
        link.with_user(self.handler).action_undo()
        self.assertEqual(remedy.solution_id, promised)
        self.assertEqual(offered.complaint_id, self.complaint)
        self.assertEqual(remedy.sudo().deadline_ids.complaint_id, self.complaint.sudo())
        self.assertFalse(kept._get_open_remedies())

    def test_a_part_that_is_split_off_owes_what_was_promised_about_it(self):
        lamp = self.product.create({"name": "Lamp"})
        line = self.env["customer.complaint.line"].with_user(self.handler)
        lines = line.create(
            [
                {"complaint_id": self.complaint.id, "product_id": product.id}
                for product in (self.product, lamp)
            ]
        )
        solution = self.make_solution(
            {"kind": "recall", "product_id": lamp.id},
            {"kind": "recall", "product_id": self.product.id},
        )
        solution.action_choose()
        part = self.complaint._split_off(
            lines.filtered(lambda row: row.product_id == lamp),
            "Two things",
            {"description": "The lamp."},
        )
        self.assertEqual(part._get_open_remedies().product_id, lamp)
        self.assertEqual(self.complaint._get_open_remedies().product_id, self.product)
