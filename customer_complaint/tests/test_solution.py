from datetime import timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from .credit_common import CreditCommon


class SolutionCommon(CreditCommon):
    """Solutions and remedies in the handler's rights."""

    @classmethod
    def make_solution(cls, *remedies, complaint=None, **values):
        """A draft with remedies: dicts with the end of a shipped type's name as `kind`."""
        complaint = complaint or cls.complaint
        solution = complaint.env["customer.complaint.solution"].create(
            {"complaint_id": complaint.id, **values}
        )
        for remedy in remedies:
            cls.add_remedy(solution, **remedy)
        return solution

    @classmethod
    def add_remedy(cls, solution, kind, **values):
        kind = cls.env.ref(f"customer_complaint.remedy_type_{kind}")
        return solution.env["customer.complaint.remedy"].create(
            {"solution_id": solution.id, "type_id": kind.id, **values}
        )


REFUND = {"kind": "partial_refund", "amount": 120.0}
APOLOGY = {"kind": "apology"}
REPLACEMENT = {"kind": "installation"}


@tagged("post_install", "-at_install")
class TestSolution(SolutionCommon):
    def test_a_solution_says_what_who_when_and_on_what_it_rests(self):
        # C-91, C-92, S-93
        solution = self.make_solution(
            REFUND,
            APOLOGY,
            {"kind": "training", "date_due": "2099-01-01"},
            measures="Half the price back, a training and our apology.",
            basis="As with CC/1 last year.",
            date_start="2025-03-04",
            date_end="2025-03-20",
        )
        self.assertEqual(solution.user_id, self.handler)
        self.assertEqual(
            solution.remedy_ids.type_id.mapped("remedy_group"),
            ["money", "relation", "service"],
        )
        self.assertEqual(set(solution.remedy_ids.mapped("state")), {"proposed"})
        self.assertFalse(self.complaint._get_open_remedies())
        solution.action_choose()
        self.assertEqual(self.complaint._get_open_remedies(), solution.remedy_ids)

    def test_alternatives_are_offered_and_accepting_one_drops_the_others(self):
        # C-97, C-98
        one, other = self.make_solution(REFUND), self.make_solution(APOLOGY)
        self.assertEqual((one.version, other.version), (1, 2))
        (one | other).action_offer()
        self.assertEqual(one.state, "offered")
        self.assertTrue(one._is_asked() and other._is_asked())
        other.record_answer("accepted", "Please by Friday.")
        self.assertEqual((one.state, other.state), ("dropped", "chosen"))
        self.assertEqual(other.acceptance, "accepted")
        self.assertEqual(other.suggestion, "Please by Friday.")
        self.assertEqual(one.remedy_ids.state, "cancelled")
        self.assertFalse(self.complaint.sudo().confirmation_ids)  # not satisfaction
        with self.assertRefused(UserError, "answered or dropped"):
            other.record_answer("rejected")
        with self.assertRefused(UserError, "cannot be chosen"):
            one.action_choose()
        words = self.complaint.sudo().event_ids.mapped("new")
        self.assertEqual(words[-4:], ["Offered", "Offered", "Chosen", "Accepted"])

    def test_promises_of_the_solution_before_are_dropped_before_everybody_s_eyes(self):
        # C-97
        before = self.make_solution(
            {"kind": "training", "date_due": "2099-01-01"}, APOLOGY, name="Training"
        )
        before.action_choose()
        row = before.remedy_ids.sudo().deadline_ids
        other = self.make_solution(REFUND, name="A third back")
        other.action_offer()
        public = self.env.ref("base.public_user")
        other.with_user(public).sudo()._record_answer("accepted")
        self.assertEqual((before.state, row.state), ("dropped", "dropped"))
        self.assertEqual(before.remedy_ids.mapped("state"), ["cancelled"] * 2)
        self.assertIn("A third back", row.event_ids.sorted("id")[-1:].reason)
        notes = self.notes_on(self.complaint)
        self.assertRegex(notes, "Not owed any more.*2099.*the customer knows.*Apology")
        todo = self.complaint.sudo().activity_ids.filtered(
            lambda a: "had been promised: Training" in (a.summary or "")
        )
        self.assertEqual(todo.user_id, self.handler)

    def test_rejecting_drops_an_offer_and_keeps_what_is_carried_out(self):
        # C-98
        offered = self.make_solution(REFUND)
        offered.action_offer()
        offered.record_answer("rejected", "I want a new one.")
        self.assertEqual((offered.state, offered.acceptance), ("dropped", "rejected"))
        chosen = self.make_solution(APOLOGY)
        chosen.action_choose()
        chosen.record_answer("rejected")
        self.assertEqual((chosen.state, chosen.acceptance), ("chosen", "rejected"))

    def test_no_answer_is_recorded_and_a_later_answer_replaces_it(self):
        # C-98
        solution = self.make_solution(REFUND)
        solution.action_offer()
        solution.record_answer("no_answer")
        self.assertEqual(
            (solution.state, solution.acceptance), ("offered", "no_answer")
        )
        solution.record_answer("accepted")
        self.assertEqual(solution.acceptance, "accepted")

    def test_changing_an_answered_solution_makes_another_version(self):
        solution = self.make_solution(REFUND, measures="120 back.")
        solution.action_offer()
        solution.record_answer("accepted")
        remedy = solution.remedy_ids
        remedy.amount = 150
        self.assertEqual((solution.version, solution.state), (2, "chosen"))
        self.assertFalse(solution.acceptance)
        old = self.complaint.solution_ids - solution
        self.assertEqual((old.version, old.state), (1, "dropped"))
        self.assertEqual((old.acceptance, old.measures), ("accepted", "120 back."))
        self.assertEqual((old.remedy_ids.amount, remedy.amount), (120, 150))
        self.assertEqual(self.complaint._get_open_remedies(), remedy)
        with self.assertRefused(UserError, "was dropped and stays"):
            old.measures = "Something else."
        remedy.write({"amount": 150.0})  # nothing changes
        self.assertEqual(solution.version, 2)

    def test_a_new_version_goes_on_from_one_that_was_dropped(self):
        solution = self.make_solution(REFUND)
        solution.action_offer()
        solution.record_answer("rejected")
        draft = solution.browse(solution.action_new_version()["res_id"])
        self.assertEqual((draft.state, draft.version), ("draft", 2))
        self.assertEqual(draft.remedy_ids.amount, 120)
        self.assertEqual(draft.remedy_ids.state, "proposed")

    def test_what_is_under_way_goes_along_with_the_next_choice(self):
        request = self.ask(amount=50)
        before, remedy = request.remedy_id.solution_id, request.remedy_id
        solution = self.make_solution(APOLOGY)
        solution.action_choose()
        self.assertEqual(remedy.solution_id, solution)
        self.assertEqual(remedy.state, "requested")
        self.assertEqual((before.state, before.remedy_ids.amount), ("dropped", 50))

    def test_what_is_not_said_is_not_promised(self):
        solution = self.make_solution({"kind": "extended_warranty"})
        for act in (solution.action_offer, solution.action_choose):
            with self.assertRefused(UserError, "Entitled from"):
                act()
        with self.assertRefused(UserError, "says nothing yet"):
            self.make_solution().action_offer()

    def test_nobody_writes_what_methods_write(self):
        solution = self.make_solution(REFUND)
        remedy = solution.remedy_ids
        for record, values in (
            (solution, {"state": "chosen"}),
            (solution, {"acceptance": "accepted"}),
            (solution, {"version": 9}),
            (solution, {"complaint_id": self.make_owned().id}),
            (remedy, {"state": "paid"}),
            (remedy, {"is_open": False}),
            (remedy, {"delivered_at": fields.Datetime.now()}),
            (remedy, {"document_model": "sale.order", "document_id": 1}),
            (remedy, {"cancel_reason": "x"}),
            (remedy, {"solution_id": self.make_solution().id}),
        ):
            with self.assertRefused(AccessError, "cannot be written directly"):
                record.write(values)
        with self.assertRefused(AccessError, "cannot be written directly"):
            self.make_solution(state="chosen")
        hidden = solution.with_context(default_state="chosen")
        self.assertEqual(
            hidden.create({"complaint_id": self.complaint.id}).state, "draft"
        )
        with self.assertRefused(AccessError, "top-secret|not allowed"):
            solution.with_user(self.colleague).action_offer()
        with self.assertRefused(AccessError, "top-secret|not allowed"):
            remedy.with_user(self.colleague).deliver()


@tagged("post_install", "-at_install")
class TestRemedy(SolutionCommon):
    def choose(self, *remedies):
        solution = self.make_solution(*remedies)
        solution.action_choose()
        return solution.remedy_ids

    def test_a_request_has_a_remedy_of_its_kind(self):
        # C-92
        lines, amount = self.ask(), self.ask(amount=10)
        self.assertEqual(
            (lines | amount).remedy_id.type_id,
            self.env.ref("customer_complaint.remedy_type_refund")
            | self.env.ref("customer_complaint.remedy_type_partial_refund"),
        )
        self.assertEqual(lines.remedy_id.solution_id, amount.remedy_id.solution_id)
        note = self.make_note(30)
        self.complaint.link_credit_note(note.name)
        self.assertEqual(
            self.complaint.remedy_ids[-1].type_id,
            self.env.ref("customer_complaint.remedy_type_goodwill"),
        )

    def test_a_remedy_of_money_follows_its_credit_note(self):
        # C-92
        [remedy] = self.choose(REFUND)
        with self.assertRefused(UserError, "accounting delivers it"):
            remedy.deliver()
        request = self.ask(amount=120, remedy_id=remedy.id)
        self.assertEqual(request.remedy_id, remedy)
        self.assertEqual((remedy.state, remedy.is_open), ("requested", True))
        with self.assertRefused(UserError, "is under way"):
            remedy.amount = 10
        with self.assertRefused(UserError, "Cancel that request first"):
            remedy.cancel("No")
        note = self.issue(request)
        self.assertTrue(remedy.is_open)
        note.action_post()
        self.assertEqual((remedy.state, remedy.is_open), ("paid", False))  # reconciled
        note.button_draft()
        self.assertEqual((remedy.state, remedy.is_open), ("requested", True))

    def test_money_is_delivered_when_all_that_was_promised_is_credited(self):
        # C-92, X-06
        [remedy] = self.choose({**REFUND, "date_due": "2099-01-01"})
        first = self.ask(amount=20, remedy_id=remedy.id)
        self.assertEqual(remedy.amount_left, 100)
        self.issue(first).action_post()
        self.assertEqual((remedy.state, remedy.is_open), ("requested", True))
        self.assertEqual(self.complaint._get_open_remedies(), remedy)
        self.assertEqual(remedy.sudo().deadline_ids.state, "open")
        dialog = self.env["customer.complaint.credit.ask"].with_user(self.handler)
        dialog = Form(dialog.with_context(**remedy.action_request()["context"]))
        self.assertEqual(dialog.invoice_ids.edit(0).amount, 100)
        self.issue(self.ask(amount=100, remedy_id=remedy.id)).action_post()
        self.assertEqual((remedy.state, remedy.is_open), ("paid", False))
        self.assertEqual(remedy.amount_left, 0)
        self.flush_tracking()
        self.assertEqual(remedy.sudo().deadline_ids.state, "done")

    def test_the_rest_of_money_credited_in_part_is_given_up_with_a_reason(self):
        # C-92
        [remedy] = self.choose(REFUND)
        remedy.solution_id.record_answer("accepted")
        request = self.ask(amount=20, remedy_id=remedy.id)
        with self.assertRefused(UserError, "Cancel that request first"):
            remedy.cancel("20 is enough")
        self.issue(request).action_post()
        with self.assertRefused(UserError, "is under way"):
            remedy.with_context(complaint_rest_cancelled=True).amount = 20
        remedy.cancel("20 is enough")
        self.assertEqual((remedy.amount, remedy.state), (20, "paid"))
        self.assertFalse(remedy.is_open)
        self.assertEqual(
            self.complaint.sudo().event_ids.sorted("id")[-1].reason, "20 is enough"
        )
        # What the customer accepted stays on file.
        kept = remedy.solution_id.complaint_id.solution_ids - remedy.solution_id
        self.assertEqual((kept.acceptance, kept.remedy_ids.amount), ("accepted", 120))
        with self.assertRefused(UserError, "Cancel that request first"):
            remedy.cancel("Nothing at all")

    def test_a_request_carries_out_only_what_was_chosen_here(self):
        draft = self.make_solution(REFUND).remedy_ids
        with self.assertRefused(UserError, "is not chosen yet"):
            self.ask(amount=5, remedy_id=draft.id)
        other = self.make_solution(REFUND, complaint=self.make_owned())
        with self.assertRefused(UserError, "Choose a remedy of this complaint"):
            self.ask(amount=5, remedy_id=other.remedy_ids.id)
        [apology] = self.choose(APOLOGY)
        with self.assertRefused(UserError, "Choose a remedy of this complaint"):
            self.ask(amount=5, remedy_id=apology.id)

    def test_what_is_told_is_delivered_by_telling(self):
        # C-121
        [apology] = self.choose(APOLOGY)
        with self.assertRefused(UserError, "was not told since"):
            apology.deliver()
        self.env["customer.complaint.contact"].with_user(self.handler).create(
            {"complaint_id": self.complaint.id, "summary": "We are sorry."}
        )
        apology.deliver(note="On the phone")
        self.assertEqual((apology.state, apology.is_open), ("delivered", False))
        self.assertEqual(apology.delivered_by_id, self.handler)
        apology.action_undo_delivery()
        self.assertTrue(apology.is_open)

    def test_a_deed_needs_a_word_that_shows_it_and_no_date_to_come(self):
        [training] = self.choose({"kind": "training"})
        with self.assertRefused(UserError, "say what shows it"):
            training.deliver()
        with self.assertRefused(UserError, "in the future"):
            training.deliver(fields.Datetime.now() + timedelta(days=1), "List signed")
        training.deliver(note="List signed")
        self.assertEqual(training.delivery_note, "List signed")
        with self.assertRefused(UserError, "delivered or cancelled"):
            training.cancel("Too late")

    def test_nothing_is_delivered_before_the_customer_complained(self):
        [training] = self.choose({"kind": "training"})
        with self.assertRefused(UserError, "before the customer complained"):
            training.deliver(at="2001-01-01 10:00:00", note="List signed")

    def test_a_remedy_is_cancelled_with_a_reason(self):
        [training] = self.choose({"kind": "training"})
        with self.assertRefused(UserError, "Say why"):
            training.cancel(" ")
        training.cancel("He knows it all.")
        self.assertEqual((training.state, training.is_open), ("cancelled", False))

    def test_a_promised_date_is_a_commitment_that_the_delivery_keeps(self):
        # C-89
        with freeze_time("2025-03-04 10:00:00"):
            [training] = self.choose({"kind": "training", "date_due": "2025-03-10"})
            [row] = training.sudo().deadline_ids
            self.assertEqual(
                (row.deadline_type, row.commitment, row.state),
                ("commitment", "Training", "open"),
            )
            with self.assertRefused(UserError, "keeps this promise"):
                row.with_user(self.handler).action_keep()
            training.date_due = "2025-03-12"
            self.assertEqual(str(row.due_at.date()), "2025-03-12")
        with freeze_time("2025-03-11 10:00:00"):
            training.deliver(note="List signed")
            self.assertEqual((row.state, row.result), ("done", "on_time"))
            training.action_undo_delivery()
            self.assertEqual(row.state, "open")
        with freeze_time("2025-03-14 10:00:00"):
            training.deliver(note="List signed")
            self.assertEqual((row.state, row.result), ("done", "overdue"))

    def test_the_credit_note_keeps_the_promise_of_money(self):
        with freeze_time("2025-03-04 10:00:00"):
            [remedy] = self.choose({**REFUND, "date_due": "2025-03-10"})
            note = self.issue(self.ask(amount=120, remedy_id=remedy.id))
            note.action_post()
            self.flush_tracking()
            row = remedy.sudo().deadline_ids
            self.assertEqual((row.state, row.result), ("done", "on_time"))

    def test_a_promise_of_a_cancelled_remedy_is_owed_no_longer(self):
        with freeze_time("2025-03-04 10:00:00"):
            [training] = self.choose({"kind": "training", "date_due": "2025-03-10"})
            training.cancel("He does not want it.")
            self.assertEqual(training.sudo().deadline_ids.state, "dropped")
            with self.assertRefused(UserError, "a day that has passed"):
                self.add_remedy(training.solution_id, "advice", date_due="2025-03-01")
