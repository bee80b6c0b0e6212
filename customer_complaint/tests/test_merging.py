from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command, Domain
from odoo.http import Request
from odoo.tests import Form, HttpCase, new_test_user, tagged

from .common import RECEIPT, ComplaintCommon


@tagged("post_install", "-at_install")
class TestMerging(ComplaintCommon):
    def make_pair(self, **values):
        """The complaint that is kept, and a later one of the same customer."""
        kept = self.make_owned(received_at=fields.Datetime.now() - timedelta(hours=2))
        later = self.make_owned(
            **{
                "description": "The handle is missing, too.",
                "received_at": fields.Datetime.now() - timedelta(hours=1),
                **values,
            }
        )
        return kept, later

    def merge(self, complaints, kept, kind="merged", reason="Same cabinet"):
        wizard = self.env["customer.complaint.relate"].with_user(self.handler)
        dialog = Form(wizard.with_context(default_complaint_ids=complaints.ids))
        dialog.kind = kind
        dialog.other_id = kept
        dialog.reason = reason
        action = dialog.save().action_relate()
        self.assertEqual(action["res_id"], kept.id)
        return (complaints - kept).related_link_ids.filtered(
            lambda link: not link.undone_at
        )

    def say(self, complaint, body, **values):
        return complaint.message_post(
            body=body, message_type="comment", subtype_xmlid="mail.mt_comment", **values
        )

    def test_merging_brings_messages_files_contacts_todos_products_and_followers(self):
        kept, later = self.make_pair(line_ids=[Command.create({"name": "Handle"})])
        said = self.say(later, "We look for the handle.")
        photo = self.env["ir.attachment"].create(
            {"name": "handle.png", "res_model": later._name, "res_id": later.id}
        )
        todo = later.activity_schedule(
            "mail.mail_activity_data_todo", user_id=self.handler.id
        )
        contact = self.env["customer.complaint.contact"].create(
            {"complaint_id": later.id, "summary": "Called him.", "reached": False}
        )
        later.message_subscribe(partner_ids=self.partner.ids)
        self.merge(later, kept)
        self.assertEqual((said.res_id, photo.res_id, todo.res_id), (kept.id,) * 3)
        self.assertIn(later.name, said.subject)
        self.assertEqual(contact.complaint_id, kept)
        self.assertEqual(kept.line_ids.mapped("name"), ["Handle"])
        self.assertEqual(later.line_ids.mapped("name"), ["Handle"])  # its own file
        self.assertIn(self.partner, kept.message_partner_ids)
        self.assertEqual(later.merged_into_id, kept)
        self.assertEqual((later.stage_type, later.close_reason), ("closed", "merged"))
        # Both histories tell it.
        self.assertIn("handle is missing", kept.message_ids[0].body)
        self.assertTrue(
            any(kept.name in body for body in later.message_ids.mapped("body"))
        )

    def test_the_earliest_receipt_and_the_most_severe_level_lead(self):
        kept, later = self.make_pair(level_id=self.levels[0].id)
        early = fields.Datetime.now() - timedelta(days=3)
        later.sudo().received_at = early
        self.merge(later, kept)
        self.assertEqual(kept.received_at, later.received_at)
        self.assertEqual(kept.level_id, self.levels[0])
        self.assertEqual(self.row(kept, "completion").start_at, kept.received_at)
        owed = later.deadline_ids.filtered(lambda d: d.state in ("open", "paused"))
        self.assertFalse(owed)
        event = self.row(later, "completion").sudo().event_ids[-1:]
        self.assertIn(kept.name, event.reason)

    def test_what_was_missed_before_stays_missed(self):
        kept, later = self.make_pair()
        later.sudo().received_at = RECEIPT
        later.deadline_ids.sudo().set_at = RECEIPT
        self.merge(later, kept)
        self.assertEqual(self.row(later, "completion").result, "overdue")

    def test_promises_and_an_answer_that_is_owed_are_owed_by_the_one_that_goes_on(self):
        self.env.ref("customer_complaint.policy_graded").line_ids = [
            Command.create({"deadline_type": "next_reply", "amount": 8, "unit": "hour"})
        ]
        kept, later = self.make_pair()
        self.say(later, "We come back.")
        due_at = fields.Datetime.now() + timedelta(days=2)
        promise = later._promise(due_at, "The handle is sent.", "deed")
        later._on_customer_said(fields.Datetime.now() + timedelta(seconds=5))
        self.assertFalse(self.row(kept, "next_reply"))
        self.merge(later, kept)
        self.assertEqual(promise.complaint_id, kept)
        self.assertEqual(promise.state, "open")
        self.assertEqual(self.row(kept, "next_reply").state, "open")
        # The customer had his first answer, under the other number.
        self.assertEqual(self.row(kept, "first_response").state, "done")
        self.assertEqual(self.row(later, "next_reply").state, "dropped")

    def test_undoing_lets_both_go_on_as_before(self):
        kept, later = self.make_pair(level_id=self.levels[0].id)
        later.sudo().received_at = received = RECEIPT + timedelta(hours=5)
        before = kept.received_at
        said = self.say(later, "We come back.")
        contact = self.env["customer.complaint.contact"].create(
            {"complaint_id": later.id, "summary": "Called him.", "reached": False}
        )
        stage = later.stage_id
        promise = later._promise(fields.Datetime.now() + timedelta(days=2), "x", "deed")
        link = self.merge(later, kept)
        self.assertTrue(link.can_undo)
        link.action_undo()
        self.assertFalse(later.merged_into_id)
        self.assertFalse(later.closed_at)
        self.assertEqual((later.stage_id, later.round), (stage, 1))
        self.assertEqual(later.received_at, received)
        self.assertEqual((kept.received_at, kept.level_id), (before, self.levels[1]))
        self.assertEqual((said.res_id, said.subject), (later.id, False))
        self.assertEqual(contact.complaint_id, later)
        self.assertEqual(promise.complaint_id, later)
        self.assertEqual(self.row(kept, "first_response").state, "open")
        self.assertFalse(kept.told_at)
        for complaint in kept + later:
            self.assertIn(self.row(complaint, "completion").state, ("open", "paused"))
        self.assertEqual(self.row(later, "completion").due_at > received, True)
        self.assertTrue(link.undone_at)
        self.assertFalse(link.can_undo)
        link.action_undo()  # a second click
        self.assertEqual(self.merge(later, kept).kind, "merged")  # and merged again

    def test_undoing_lets_the_pauses_of_both_go_on(self):
        kept, later = self.make_pair()
        later._promise(fields.Datetime.now() + timedelta(days=2), "x", "deed")
        reason = self.env["customer.complaint.deadline.reason"].create(
            {"name": "Customer answers", "until_customer_answers": True}
        )
        now = fields.Datetime.now()
        later.sudo().told_at = now - timedelta(minutes=50)
        self.env.ref("customer_complaint.policy_graded").line_ids = [
            Command.create({"deadline_type": "next_reply", "amount": 8, "unit": "hour"})
        ]
        later._on_customer_said(now - timedelta(minutes=40))
        paused_at = {
            kept: now - timedelta(minutes=55),
            later: now - timedelta(minutes=30),
        }
        for complaint, at in paused_at.items():
            complaint._pause_deadlines(at, reason, "Photos")
        due_at = self.row(kept, "completion").due_at
        link = self.merge(later, kept)
        self.assertFalse(kept.paused_at or later.paused_at)
        link.action_undo()
        for complaint in kept + later:
            self.assertEqual(complaint.paused_at, paused_at[complaint])
            self.assertEqual(complaint.pause_reason_id, reason)
            self.assertEqual(self.row(complaint, "completion").state, "paused")
        self.assertEqual(self.row(kept, "completion").due_at, due_at)
        # What he waited for came while they were one.
        link = self.merge(later, kept)
        kept._on_customer_said(fields.Datetime.now() + timedelta(seconds=5))
        link.action_undo()
        self.assertFalse(kept.paused_at)

    def test_merging_is_undone_only_while_the_one_that_goes_on_is_open(self):
        kept, later = self.make_pair()
        link = self.merge(later, kept)
        self.tell_outcome(kept)
        self.confirm(kept)
        self.assertEqual(kept.stage_type, "closed")
        self.assertFalse(link.can_undo)
        with self.assertRefused(UserError, "is closed"):
            link.action_undo()

    def test_merging_in_a_chain_is_followed_and_undone_step_by_step(self):
        kept, later = self.make_pair()
        last = self.make_owned()
        first_link = self.merge(later, kept)
        second_link = self.merge(kept, last)
        self.assertEqual(later._get_kept(), last)
        with self.assertRefused(UserError, "is closed"):
            first_link.action_undo()
        second_link.filtered(lambda link: link.complaint_id == kept).action_undo()
        first_link.action_undo()
        self.assertEqual((later + kept + last)._get_kept(), later + kept + last)

    def test_several_are_merged_at_once_into_the_one_received_first(self):
        kept, later = self.make_pair()
        third = self.make_owned(received_at=fields.Datetime.now())
        chosen = third + later + kept
        wizard = self.env["customer.complaint.relate"].with_user(self.handler)
        dialog = Form(wizard.with_context(default_complaint_ids=chosen.ids))
        self.assertEqual(dialog.other_id, kept)
        dialog.save().action_relate()
        self.assertEqual((later + third).merged_into_id, kept)

    def test_a_duplicate_is_closed_without_questions_and_the_original_owes(self):
        kept, twin = self.make_pair()
        twin.user_id = self.handler
        said = self.say(twin, "Thank you, we know of it.")
        promise = twin._promise(fields.Datetime.now() + timedelta(days=2), "x", "deed")
        self.merge(twin, kept, "duplicate")
        self.assertEqual((twin.stage_type, twin.close_reason), ("closed", "duplicate"))
        self.assertEqual(said.res_id, twin.id)
        self.assertEqual(promise.complaint_id, kept)
        self.assertEqual(kept.stage_type, "assessed")
        with self.assertRefused(UserError, "goes on in"):
            twin.action_reopen()

    def test_related_complaints_are_linked_once_and_seen_from_both(self):
        stranger = self.partner.copy({"name": "Somebody else"})
        one = self.make_owned()
        other = self.make_owned(partner_id=stranger.id)
        self.merge(one, other, "related")
        self.merge(other, one, "related")
        self.assertEqual(one.related_link_ids, other.related_link_ids)
        link = one.related_link_ids
        self.assertEqual(len(link), 1)
        self.assertEqual((link.complaint_id, link.other_id), (one, other))
        self.assertNotEqual(one.stage_type, "closed")
        link.action_undo()
        self.assertTrue(link.undone_at)

    def test_only_open_complaints_of_one_customer_and_company_are_merged(self):
        kept, later = self.make_pair()
        stranger = self.env["res.partner"].create(
            {"name": "Somebody else", "email": "else@example.com"}
        )
        foreign = self.make_owned(partner_id=stranger.id)
        with self.assertRefused(UserError, "same customer"):
            foreign._join(kept, "merged", None)
        by_mail = self.make_owned(
            partner_id=False, partner_name="He", email_from="T.customer@example.com"
        )
        by_mail._join(kept, "merged", None)
        unknown = self.make_owned(partner_id=False, partner_name="Caller", phone="1")
        with self.assertRefused(UserError, "same customer"):
            later._join(unknown, "merged", None)
        self.tell_outcome(later)
        self.confirm(later)
        with self.assertRefused(UserError, "is closed"):
            later._join(kept, "merged", None)
        with self.assertRefused(UserError, "Choose two"):
            kept._join(kept, "merged", None)

    def test_anonymous_complaints_are_merged_with_none(self):
        self.company.complaint_allow_anonymous = True
        nobody = {"partner_id": False, "is_anonymous": True}
        named, one, other = (
            self.make_owned(),
            self.make_owned(**nobody),
            self.make_owned(**nobody),
        )
        caller = self.make_owned(partner_id=False, partner_name="Caller", phone="1")
        for joined, kept in ((one, named), (named, one), (one, other), (caller, one)):
            with self.assertRefused(UserError, "same customer"):
                joined._join(kept, "merged", None)
        self.assertEqual((one + other)._get_kept(), one + other)

    def test_a_complaint_does_not_end_in_a_suggestion(self):
        complaint = self.make_owned()
        suggestion = self.make_owned(
            record_type="suggestion", received_at=RECEIPT - timedelta(days=1)
        )
        with self.assertRefused(UserError, "its deadlines would end"):
            complaint._join(suggestion, "duplicate", None)
        chosen = complaint + suggestion
        wizard = self.env["customer.complaint.relate"].with_user(self.handler)
        dialog = Form(wizard.with_context(default_complaint_ids=chosen.ids))
        self.assertEqual(dialog.other_id, complaint)
        dialog.save().action_relate()
        self.assertEqual(suggestion.merged_into_id, complaint)

    def test_nobody_merges_what_he_may_not_write(self):
        kept, later = self.make_pair()
        other = self.make_complaint(team_id=self.other_team.id)
        wizard = self.env["customer.complaint.relate"].with_user(self.handler)
        for chosen, onward in ((other, kept), (later, other)):
            for kind in ("merged", "duplicate", "related"):
                with self.assertRaises(AccessError):
                    wizard.create(
                        {
                            "complaint_ids": [Command.set(chosen.ids)],
                            "other_id": onward.id,
                            "kind": kind,
                        }
                    ).action_relate()
        link = other._relate(kept)
        self.assertFalse(
            self.env["customer.complaint.link"].with_user(self.handler).search([])
        )
        with self.assertRaises(AccessError):
            link.with_user(self.handler).action_undo()
        with self.assertRaises(AccessError):
            later.merged_into_id = kept
        with self.assertRaises(AccessError):
            wizard.with_user(self.seller).create({"kind": "related"})
        foreign = self.env["res.company"].create({"name": "Elsewhere"})
        stranger = new_test_user(
            self.env,
            "t_stranger",
            "customer_complaint.group_complaint_manager",
            company_id=foreign.id,
            company_ids=[Command.set(foreign.ids)],
        )
        with self.assertRaises(AccessError):
            link.with_user(stranger).action_undo()

    def test_requests_for_money_stay_and_count_for_the_approval_limit(self):
        self.company.complaint_credit_approval_amount = 50
        self.product.invoice_policy = "order"
        invoice = self.order._create_invoices()
        invoice.action_post()
        kept, later = self.make_pair(order_id=self.order.id)
        kept.sudo().order_id = self.order
        request = self.env["customer.complaint.credit.request"].browse(
            later.request_credit_note(invoice.id, "Handle", amount=40)
        )
        wizard = self.env["customer.complaint.relate"].with_user(self.handler)
        dialog = Form(wizard.with_context(default_complaint_ids=(later + kept).ids))
        self.assertIn(request.name, dialog.money)
        dialog.save().action_relate()
        self.assertEqual(request.complaint_id, later)
        self.assertEqual(request.state, "to_do")
        more = kept.request_credit_note(invoice.id, "Door", amount=20)
        self.assertEqual(request.browse(more).state, "to_approve")
        with self.assertRefused(UserError, "goes on in"):
            later.request_credit_note(invoice.id, "Again", amount=1)

    def test_what_is_written_on_the_merged_one_reaches_the_one_that_goes_on(self):
        kept, later = self.make_pair()
        self.merge(later, kept)
        answer = self.say(later.sudo(), "Where is it?", author_id=self.partner.id)
        self.assertEqual(answer.res_id, kept.id)
        self.assertTrue(kept.sudo().said_at)
        note = later.message_post(body="Only for the file.", message_type="comment")
        self.assertEqual(note.res_id, later.id)
        # Not where the complainant is another one by now.
        kept.sudo().partner_id = self.env["res.partner"].create({"name": "Else"})
        answer = self.say(later.sudo(), "Hello?", author_id=self.partner.id)
        self.assertEqual(answer.res_id, later.id)

    def test_a_merged_complaint_counts_once_and_takes_no_mail_of_its_own(self):
        kept, later = self.make_pair()
        new = self.env.ref("customer_complaint.indicator_new")
        scope = Domain("id", "in", (kept + later).ids)
        now = fields.Datetime.now() + timedelta(minutes=1)
        period = (now - timedelta(days=1), now)
        self.assertEqual(new._measure(scope, *period)[new].value, 2)
        self.merge(later, kept)
        self.assertEqual(new._measure(scope, *period)[new].value, 1)
        self.assertEqual(later.sudo()._get_mail_target(), kept.sudo())

    def test_a_customers_no_about_the_merged_one_reopens_the_one_that_goes_on(self):
        # C-53
        kept, later = self.make_pair()
        self.merge(later, kept)
        self.tell_outcome(kept)
        self.confirm(kept)
        later.sudo()._reopen("He is not content.")
        self.assertEqual((kept.round, kept.stage_type), (2, "assessed"))
        self.assertIn("He is not content.", kept.message_ids[0].body)
        self.assertEqual((later.round, later.stage_type), (1, "closed"))
        later.sudo()._reopen("Again.")  # it is open already
        self.assertEqual(kept.round, 2)

    def test_what_the_customer_says_of_the_merged_one_is_said_of_the_other(self):
        # C-53
        kept, later = self.make_pair()
        self.tell_outcome(later, date=fields.Datetime.now() - timedelta(minutes=5))
        self.merge(later, kept)
        later.sudo()._confirm_by_customer("not_solved", False, "The handle squeaks.")
        self.assertEqual((kept.round, kept.stage_type), (1, "assessed"))
        self.assertTrue(kept.sudo().is_answered)
        self.assertIn("The handle squeaks.", kept.message_ids[0].body)
        todo = kept.activity_ids.filtered(lambda a: a.summary == "Answer the customer")
        self.assertEqual(todo.user_id, self.handler)
        later.sudo()._confirm_by_customer("solved", "5", "")
        self.assertEqual((later.close_reason, later.round), ("merged", 1))
        self.assertEqual(later.merged_into_id, kept)
        # Once the outcome was told there, his answer closes and opens that one.
        self.tell_outcome(kept)
        later.sudo()._confirm_by_customer("solved", "5", "")
        self.assertEqual((kept.stage_type, kept.close_reason), ("closed", "confirmed"))
        self.assertEqual(kept.confirmation_ids.solved, "solved")
        later.sudo()._confirm_by_customer("not_solved", "1", "")
        self.assertEqual((kept.round, kept.stage_type), (2, "assessed"))
        self.assertEqual((later.close_reason, later.round), ("merged", 1))

    # ------------------------------------------------------------------
    # Splitting
    # ------------------------------------------------------------------
    def split(self, complaint, **values):
        wizard = self.env["customer.complaint.split"].with_user(self.handler)
        dialog = Form(wizard.with_context(default_complaint_id=complaint.id))
        dialog.description = "The carrier was rude."
        for fname, value in values.items():
            dialog[fname] = value
        return dialog

    def test_a_part_goes_on_by_itself_with_customer_receipt_and_first_answer(self):
        complaint = self.make_owned(
            order_id=self.order.id,
            line_ids=[
                Command.create({"name": "Door"}),
                Command.create({"name": "Bill"}),
            ],
        )
        self.say(complaint, "We look into it.")
        bill = complaint.line_ids.filtered(lambda line: line.name == "Bill")
        dialog = self.split(complaint)
        dialog.line_ids.add(bill)
        action = dialog.save().action_split()
        part = complaint.browse(action["res_id"])
        self.assertNotEqual(part, complaint)
        for fname in ("partner_id", "received_at", "order_id", "channel_id", "user_id"):
            self.assertEqual(part[fname], complaint[fname], fname)
        self.assertEqual(part.title, "The carrier was rude.")
        self.assertEqual(part.line_ids.mapped("name"), ["Bill"])
        self.assertEqual(complaint.line_ids.mapped("name"), ["Door"])
        for deadline_type in ("first_response", "completion"):
            first, second = (self.row(c, deadline_type) for c in (complaint, part))
            self.assertEqual(second.start_at, first.start_at)
            self.assertEqual((second.state, second.result), (first.state, first.result))
        link = part.related_link_ids
        self.assertEqual((link.kind, link.other_id), ("split", complaint))
        self.assertIn(complaint.name, part.message_ids[0].body)
        self.assertIn(part.name, complaint.message_ids[0].body)
        with self.assertRefused(UserError, "Merge it back"):
            link.action_undo()
        self.merge(part, complaint)
        self.assertEqual(part.merged_into_id, complaint)
        self.assertEqual(set(complaint.line_ids.mapped("name")), {"Door", "Bill"})

    def test_a_part_may_go_to_another_team(self):
        complaint = self.make_owned()
        dialog = self.split(complaint, user_id=self.env["res.users"])
        dialog.team_id = self.other_team
        action = dialog.save().action_split()
        self.assertEqual(action["res_id"], complaint.id)
        part = self.env["customer.complaint"].search([], order="id desc", limit=1)
        self.assertEqual(part.team_id, self.other_team)
        self.assertFalse(part.user_id)
        self.assertEqual(part.first_contact_id, complaint.first_contact_id)

    def test_a_part_is_what_the_complaint_is_anonymous_type_and_path(self):
        self.company.complaint_allow_anonymous = True
        path = self.env["customer.complaint.path"].create({"name": "Simple"})
        complaint = self.make_owned(
            partner_id=False,
            is_anonymous=True,
            record_type="suggestion",
            path_id=path.id,
        )
        action = self.split(complaint).save().action_split()
        part = complaint.browse(action["res_id"])
        self.assertNotEqual(part, complaint)
        for fname in ("is_anonymous", "record_type", "path_id"):
            self.assertEqual(part[fname], complaint[fname], fname)
        path.team_ids = self.team
        dialog = self.split(complaint, user_id=self.env["res.users"])
        dialog.team_id = self.other_team
        dialog.save().action_split()
        part = self.env["customer.complaint"].search([], order="id desc", limit=1)
        self.assertEqual(part.team_id, self.other_team)
        self.assertNotEqual(part.path_id, path)

    def test_what_a_part_lacks_before_it_has_an_owner_is_asked_for_next(self):
        complaint = self.make_owned()
        complaint.demand = False
        self.env["customer.complaint.requirement"].search(
            [("code", "=", "demand")]
        ).stage_type = "assessed"
        action = self.split(complaint).save().action_split()
        part = complaint.browse(action["res_id"])
        self.assertNotEqual(part, complaint)
        self.assertFalse(part.user_id)
        part.demand = "An apology."
        part.with_context(**action["context"]).action_continue()
        self.assertEqual((part.user_id, part.stage_type), (self.handler, "assessed"))

    def test_a_part_of_a_reopened_complaint_owes_from_the_new_round_on(self):
        self.env.ref("customer_complaint.policy_graded").line_ids = [
            Command.create({"deadline_type": "statutory", "amount": 99, "unit": "hour"})
        ]
        complaint = self.make_owned()
        self.tell_outcome(complaint)
        self.confirm(complaint, "not_solved", "1")
        self.assertEqual(complaint.round, 2)
        action = self.split(complaint).save().action_split()
        part = complaint.browse(action["res_id"])
        self.assertEqual(part.received_at, complaint.received_at)
        mine, its = self.row(complaint, "completion", 2), self.row(part, "completion")
        self.assertEqual((its.start_at, its.due_at), (mine.start_at, mine.due_at))
        self.assertNotIn("overdue", part.deadline_ids.mapped("result"))
        self.assertEqual(self.row(complaint, "statutory").state, "done")
        self.assertEqual(self.row(part, "statutory").state, "dropped")

    def test_only_ones_own_open_complaints_are_split(self):
        complaint = self.make_owned()
        line = self.make_owned(line_ids=[Command.create({"name": "x"})]).line_ids
        with self.assertRefused(UserError, "Choose products"):
            complaint._split_off(line, None, {"description": "x"})
        other = self.make_complaint(team_id=self.other_team.id)
        with self.assertRaises(AccessError):
            other.with_user(self.handler)._split_off(line.browse(), None, {})
        self.tell_outcome(complaint)
        self.confirm(complaint)
        with self.assertRefused(UserError, "is closed"):
            complaint._split_off(line.browse(), None, {"description": "x"})


@tagged("post_install", "-at_install")
class TestMergedPortal(ComplaintCommon, HttpCase):
    def test_the_customers_old_link_leads_to_the_complaint_that_goes_on(self):
        kept, later = self.make_owned(), self.make_owned()
        link = later.get_portal_url()
        later._join(kept, "duplicate", None)
        page = self.url_open(link)
        self.assertIn(f"/my/complaints/{kept.id}", page.url)
        self.assertIn(kept.name, page.text)
        self.assertIn(later.name, page.text)  # "is dealt with here, too"
        # Whoever is the complainant now, the one before reads nothing of his.
        kept.sudo().partner_id = self.env["res.partner"].create(
            {"name": "Else", "email": "else@example.com"}
        )
        page = self.url_open(link)
        self.assertNotIn(kept.name, page.text)

    def test_what_is_sent_from_the_page_of_before_reaches_the_one_that_goes_on(self):
        kept, later = self.make_owned(), self.make_owned()
        self.tell_outcome(later)
        later._join(kept, "merged", None)
        self.authenticate(None, None)
        sent = {
            "access_token": later.access_token,
            "csrf_token": Request.csrf_token(self),
        }
        url = f"/my/complaints/{later.id}"
        page = self.url_open(f"{url}/message", data={**sent, "body": "And the handle?"})
        self.assertIn(f"/my/complaints/{kept.id}", page.url)
        self.assertIn("And the handle?", kept.message_ids[0].body)
        self.url_open(
            f"{url}/confirm", data={**sent, "solved": "not_solved", "comment": "No!"}
        )
        self.assertIn("No!", kept.message_ids[0].body)
        self.assertEqual(later.close_reason, "merged")

    def test_a_form_key_opens_no_complaint_that_was_merged(self):
        def send(key):
            return self.env["customer.complaint"]._open_from_form(
                {
                    "description": "The handle is missing.",
                    "name": "Somebody",
                    "email": self.partner.email,
                    "form_key": key * 32,
                }
            )

        mine = self.make_owned(description="My secret.")
        mine.message_post(
            body="What we told you.",
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
        )
        for joined, kept in ((send("a"), mine), (mine, send("b"))):
            sent = kept if joined == mine else joined
            link = f"/my/complaints/{sent.id}?access_token={sent.form_key}"
            self.assertIn("The handle is missing.", self.url_open(link).text)
            joined._join(kept, "merged", None)
            self.assertFalse((joined + kept).sudo().filtered("form_key"))
            page = self.url_open(link)
            self.assertNotIn("/my/complaints/", page.url)
            for text in ("What we told you.", "handle is missing", mine.name):
                self.assertNotIn(text, page.text)
