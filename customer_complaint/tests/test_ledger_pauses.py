from datetime import datetime

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged

from .common import RECEIPT
from .ledger_common import HOUR, LedgerCommon


@tagged("post_install", "-at_install")
class TestPauses(LedgerCommon):
    """What lets deadlines wait, and what is left of them when they go on."""

    def test_a_pause_keeps_the_working_time_that_was_left(self):
        # C-40, and CAL-03 of the worked examples
        self.team.calendar_id = self.calendar
        self.set_limits(("completion", 8, "working_hour"), ("statutory", 240))
        complaint = self.make_owned(received_at=datetime(2026, 3, 6, 15))
        self.assertEqual(self.due(complaint, "completion"), [datetime(2026, 3, 9, 15)])
        with self.at("2026-03-06 16:00:00"):
            complaint._pause_deadlines(datetime(2026, 3, 6, 16), self.supplier)
            self.assertRow(complaint, "completion", "paused")
            self.assertRow(complaint, "statutory", "open")
            self.assertEqual(complaint.next_due_type, "statutory")
        with self.at("2026-03-09 10:00:00"):
            self.assertFalse(self.row(complaint, "completion").is_late)
            complaint.action_resume()
        self.assertEqual(self.due(complaint, "completion"), [datetime(2026, 3, 9, 17)])
        self.assertRow(complaint, "completion", "open")
        self.assertFalse(self.row(complaint, "completion").moved_overdue)

    def test_an_elapsed_limit_waits_as_long_as_the_pause(self):
        complaint = self.make_owned()
        with self.at("2025-03-03 12:00:00"):
            Form(
                complaint.env["customer.complaint.start.pause"].with_context(
                    default_complaint_ids=complaint.ids
                )
            )
            wizard = complaint.env["customer.complaint.start.pause"].create(
                {
                    "complaint_ids": complaint.ids,
                    "reason_id": self.supplier.id,
                    "note": "A hinge",
                }
            )
            wizard.action_pause()
            self.assertEqual(complaint.urgency, "paused")
            self.assertEqual(complaint.time_left, "Waiting for a supplier")
            self.assertFalse(complaint.next_due_at)
            with self.assertRefused(UserError, "waits already"):
                wizard.action_pause()
        with self.at("2025-03-04 12:00:00"):
            complaint.action_resume()
        self.assertEqual(self.due(complaint, "first_response"), [RECEIPT + 72 * HOUR])
        self.assertIn("A hinge", complaint.deadline_history)

    def test_who_may_not_work_on_a_complaint_cannot_pause_it(self):
        complaint = self.make_owned()
        for user in (self.colleague, self.seller, self.employee):
            with self.assertRaises(AccessError):
                complaint.with_user(user).action_pause()
        complaint.sudo()._pause_deadlines(RECEIPT, self.supplier)
        with self.assertRaises(AccessError):
            complaint.with_user(self.colleague).action_resume()

    def test_a_passed_date_does_not_wait(self):
        complaint = self.make_owned()
        with self.at("2025-03-05 10:00:00"):
            complaint._pause_deadlines(datetime(2025, 3, 5, 10), self.supplier)
            self.assertRow(complaint, "first_response", "open")
            self.assertRow(complaint, "completion", "paused")
            self.assertEqual(complaint.urgency, "late")

    def test_the_pause_for_the_customer_ends_with_his_message(self):
        complaint = self.make_owned()
        with self.at("2025-03-03 12:00:00"):
            complaint._pause_deadlines(datetime(2025, 3, 3, 12), self.waiting)
        with self.at("2025-03-03 15:00:00"):
            complaint.sudo().message_post(
                body="Here is the photo.",
                author_id=self.partner.id,
                message_type="email",
                subtype_xmlid="mail.mt_comment",
            )
        self.assertFalse(complaint.paused_at)
        self.assertEqual(self.due(complaint, "first_response"), [RECEIPT + 51 * HOUR])

    def test_only_the_customer_himself_ends_the_wait_for_him(self):
        supplier, boss, mate = self.env["res.partner"].create(
            [
                {"name": "Supplier", "email": "s@example.com"},
                {"name": "Customer Ltd", "email": "b@example.com", "is_company": True},
                {"name": "Mate", "email": "m@example.com"},
            ]
        )
        (self.partner + mate).parent_id = boss
        customer = {"author_id": self.partner.id}
        note = {"subtype_xmlid": "mail.mt_note"}
        for ends, values in (
            (False, {"author_id": supplier.id}),
            (False, {"author_id": self.colleague.partner_id.id}),
            (False, {"author_id": False, "email_from": "other@example.com"}),
            (False, {**customer, **note}),
            (False, {**customer, "is_internal": True}),
            (True, customer),
            (True, {"author_id": mate.id}),
            (True, {"author_id": boss.id}),
            (True, {"author_id": False, "email_from": "T.Customer@example.com"}),
            (True, {"author_id": supplier.id, "email_from": self.partner.email}),
        ):
            with self.subTest(**values):
                complaint = self.make_complaint()
                complaint._pause_deadlines(RECEIPT, self.waiting)
                complaint.message_post(
                    body="Here is the photo.",
                    message_type="email",
                    **{"subtype_xmlid": "mail.mt_comment", **values},
                )
                self.assertEqual(bool(complaint.paused_at), not ends)

    def test_a_reason_to_move_a_date_is_none_to_pause(self):
        complaint = self.make_owned()
        wizard = complaint.env["customer.complaint.start.pause"]
        values = {"complaint_ids": complaint.ids}
        move = self.env.ref("customer_complaint.reason_move_supply")
        with self.assertRefused(ValidationError, "reason for something else"):
            wizard.create({**values, "reason_id": move.id})
        dialog = wizard.create({**values, "reason_id": self.supplier.id})
        self.supplier.used_for = "move"
        with self.assertRefused(ValidationError, "reason for something else"):
            dialog.action_pause()
        self.assertFalse(complaint.paused_at)

    def test_the_pause_for_a_supplier_does_not_end_with_a_message_of_the_customer(self):
        complaint = self.make_owned()
        complaint._pause_deadlines(RECEIPT, self.supplier)
        complaint._on_customer_said(RECEIPT + HOUR)
        self.assertTrue(complaint.paused_at)

    def test_a_stage_pauses_while_the_complaint_is_in_it(self):
        stage = self.env["customer.complaint.stage"].create(
            {
                "name": "Waiting",
                "stage_type": "investigating",
                "sequence": 25,
                "pauses_deadlines": True,
            }
        )
        complaint = self.make_owned()
        with self.at("2025-03-03 10:00:00"):
            complaint.stage_id = stage
            self.assertRow(complaint, "completion", "paused")
            with self.assertRefused(UserError, "because of its stage"):
                complaint.action_resume()
        with self.at("2025-03-03 14:00:00"):
            complaint.action_start()
        self.assertRow(complaint, "completion", "open")
        self.assertEqual(self.due(complaint, "completion"), [RECEIPT + 76 * HOUR])

    def test_an_answer_while_waiting_is_on_time(self):
        complaint = self.make_owned()
        complaint._pause_deadlines(RECEIPT + HOUR, self.supplier)
        self.tell(complaint, RECEIPT + 60 * HOUR)
        row = self.row(complaint, "first_response")
        self.assertEqual((row.state, row.result), ("done", "on_time"))
        self.assertEqual(row.due_at, RECEIPT + (48 + 59) * HOUR)

    def test_level_and_pause_give_the_same_dates_in_any_order(self):
        # C-29
        def paused(complaint):
            complaint._pause_deadlines(RECEIPT + 2 * HOUR, self.supplier)
            complaint._resume_deadlines(RECEIPT + 12 * HOUR)

        first = self.make_complaint(level_id=self.levels[2].id)
        second = first.copy({"received_at": RECEIPT, "level_id": self.levels[2].id})
        with self.at("2025-03-04 00:00:00"):
            paused(first)
            first._change_level(self.levels[0], "Danger")
            second._change_level(self.levels[0], "Danger")
            paused(second)
        for kind, hours in (("first_response", 34), ("completion", 58)):
            self.assertEqual(self.due(first, kind), [RECEIPT + hours * HOUR])
            self.assertEqual(self.due(second, kind), [RECEIPT + hours * HOUR])

    def test_a_level_raised_while_waiting_shows_what_had_passed_before(self):
        # C-29
        complaint = self.make_complaint(level_id=self.levels[2].id)
        with self.at("2025-03-04 12:00:00"):
            complaint._pause_deadlines(datetime(2025, 3, 4, 12), self.supplier)
            complaint._change_level(self.levels[0], "Danger")
            # Due at 9 o'clock by the new level: had passed when the waiting began.
            self.assertRow(complaint, "first_response", "open")
            self.assertTrue(self.row(complaint, "first_response").is_late)
            self.assertRow(complaint, "completion", "paused")

    def test_a_statutory_limit_counts_from_the_receipt_once_and_never_waits(self):
        self.set_limits(("statutory", 100), ("completion", 100))
        complaint = self.make_owned()
        complaint._pause_deadlines(RECEIPT + HOUR, self.supplier)
        complaint._resume_deadlines(RECEIPT + 51 * HOUR)
        self.assertEqual(self.due(complaint, "statutory"), [RECEIPT + 100 * HOUR])
        self.assertEqual(self.due(complaint, "completion"), [RECEIPT + 150 * HOUR])
        self.tell_outcome(complaint, date=RECEIPT + 100 * HOUR)
        self.assertRow(complaint, "statutory", "done", "on_time")
        self.confirm(complaint, solved="not_solved", grade="1")
        self.assertEqual(complaint.round, 2)
        self.assertFalse(self.due(complaint, "statutory", 2))
        self.assertTrue(self.due(complaint, "completion", 2))

    def test_a_commitment_outlives_closing_and_reopening_and_never_waits(self):
        # C-89
        complaint = self.make_owned()
        with self.at(RECEIPT):
            promised = complaint._promise(RECEIPT + 500 * HOUR, "A voucher", "deed")
        complaint._pause_deadlines(RECEIPT + HOUR, self.supplier)
        self.assertEqual(promised.state, "open")
        complaint._resume_deadlines(RECEIPT + 100 * HOUR)
        self.tell_outcome(complaint, date=RECEIPT + 101 * HOUR)
        self.confirm(complaint)
        self.assertEqual(
            (promised.state, promised.due_at), ("open", RECEIPT + 500 * HOUR)
        )
        complaint.sudo()._reopen("The voucher did not come.")
        self.assertEqual(promised.state, "open")

    def test_reopening_ends_the_waiting_and_keeps_the_verdicts(self):
        complaint = self.make_owned()
        self.tell_outcome(complaint, date=RECEIPT + HOUR)
        complaint._pause_deadlines(RECEIPT + 2 * HOUR, self.supplier)
        self.confirm(complaint, solved="not_solved", grade="1")
        self.assertFalse(complaint.paused_at)
        self.assertEqual(
            set(self.row(complaint, "completion", 2).mapped("state")), {"open"}
        )
        self.assertEqual(self.row(complaint, "completion", 1).result, "on_time")

    def test_many_complaints_wait_and_go_on_together(self):
        complaints = self.env["customer.complaint"].create(
            [self.make_complaint().copy_data()[0] for _index in range(3)]
        )
        complaints._pause_deadlines(datetime.now(), self.supplier)
        self.assertEqual(set(complaints.deadline_ids.mapped("state")), {"paused"})
        complaints._resume_deadlines(datetime.now())
        self.assertEqual(set(complaints.deadline_ids.mapped("state")), {"open"})
        complaints.browse()._pause_deadlines(datetime.now(), self.supplier)

    def test_a_limit_that_a_level_brings_counts_the_pauses_before(self):
        # C-29
        self.set_limits_per_level((1, "completion", 48), (1, "result", 72))
        for waits_still in (False, True):
            with self.at(RECEIPT):
                complaint = self.make_owned(level_id=self.levels[2].id)
            complaint._pause_deadlines(RECEIPT + 10 * HOUR, self.supplier)
            complaint._resume_deadlines(RECEIPT + 60 * HOUR)
            with self.at(RECEIPT + 70 * HOUR):
                if waits_still:
                    complaint._pause_deadlines(RECEIPT + 70 * HOUR, self.supplier)
                complaint._change_level(self.levels[0], "Danger")
            self.assertEqual(self.due(complaint, "completion"), [RECEIPT + 98 * HOUR])
            self.assertFalse(any(complaint.deadline_ids.mapped("moved_overdue")))

    def test_what_was_done_before_a_pause_is_judged_without_it(self):
        complaint = self.make_owned()
        complaint._pause_deadlines(RECEIPT + 10 * HOUR, self.supplier)
        complaint._resume_deadlines(RECEIPT + 20 * HOUR)
        self.tell(complaint, RECEIPT + 5 * HOUR)  # logged afterwards
        self.assertRow(complaint, "first_response", "done", "on_time")
        self.assertEqual(self.due(complaint, "first_response"), [RECEIPT + 48 * HOUR])
        self.assertEqual(self.due(complaint, "completion"), [RECEIPT + 82 * HOUR])

    def test_the_history_tells_the_first_date_also_of_what_was_done_while_waiting(self):
        complaint = self.make_owned()
        complaint._pause_deadlines(RECEIPT + HOUR, self.supplier)
        self.tell(complaint, RECEIPT + 60 * HOUR)
        sentences = [text for _at, text in complaint._get_deadline_history()]
        self.assertIn(
            "First response started: 48 h, due 03/05/2025 09:00 AM.", sentences
        )

    def test_a_message_from_before_the_pause_does_not_end_it(self):
        complaint = self.make_owned()
        complaint._pause_deadlines(RECEIPT + 5 * HOUR, self.waiting)
        complaint._on_customer_said(RECEIPT + 4 * HOUR)
        self.assertTrue(complaint.paused_at)
        complaint._on_customer_said(RECEIPT + 5 * HOUR)
        self.assertFalse(complaint.paused_at)

    def test_a_stage_that_pauses_goes_on_pausing_after_a_pause_by_hand(self):
        stage = self.make_stage("investigating", pauses_deadlines=True)
        complaint = self.make_owned()
        with self.at(RECEIPT + HOUR):
            complaint._pause_deadlines(RECEIPT + HOUR, self.supplier)
        with self.at(RECEIPT + 2 * HOUR):
            complaint.stage_id = stage
        with self.at(RECEIPT + 5 * HOUR):
            complaint.action_resume()
            self.assertRow(complaint, "completion", "paused")
        with self.at(RECEIPT + 11 * HOUR):
            complaint.action_start()
        self.assertEqual(self.due(complaint, "completion"), [RECEIPT + 82 * HOUR])

    def test_waiting_goes_on_from_one_stage_that_pauses_to_the_next(self):
        first = self.make_stage("investigating", pauses_deadlines=True)
        second = self.make_stage("solution", pauses_deadlines=True)
        complaint = self.make_owned()
        for hours, stage in ((1, first), (3, second)):
            with self.at(RECEIPT + hours * HOUR):
                complaint.stage_id = stage
        with self.at(RECEIPT + 7 * HOUR):
            complaint.action_start()
        self.assertEqual(self.due(complaint, "completion"), [RECEIPT + 78 * HOUR])
        self.assertFalse(self.row(complaint, "completion").moved_overdue)

    def test_a_complaint_entered_in_a_stage_that_pauses_waits(self):
        self.env.ref("customer_complaint.stage_received").pauses_deadlines = True
        with self.at(RECEIPT + HOUR):
            complaint = self.make_complaint()
            self.assertRow(complaint, "completion", "paused")
        with self.at(RECEIPT + 6 * HOUR):
            complaint.user_id = self.handler
        self.assertRow(complaint, "completion", "open")
        self.assertEqual(self.due(complaint, "completion"), [RECEIPT + 77 * HOUR])

    def test_a_stage_that_pauses_has_a_limit_of_its_own(self):
        # C-43
        stage = self.make_stage("investigating", pauses_deadlines=True)
        self.set_limits(("completion", 48), ("stage", 24, "hour", "investigating"))
        complaint = self.make_owned()
        with self.at(RECEIPT + HOUR):
            complaint.stage_id = stage
        self.assertRow(complaint, "completion", "paused")
        self.assertRow(complaint, "stage", "open")
        with self.at(RECEIPT + 30 * HOUR):
            complaint.action_start()
        self.assertRow(complaint, "stage", "done", "overdue")
        self.assertEqual(self.due(complaint, "stage"), [RECEIPT + 25 * HOUR])

    def test_a_date_that_waiting_does_not_save_is_not_called_paused(self):
        # Received at eight in the evening: no working time is left an hour before.
        self.team.calendar_id = self.calendar
        self.set_limits(("completion", 1, "working_day"))
        complaint = self.make_owned(received_at=datetime(2025, 3, 3, 20))
        self.assertEqual(self.due(complaint, "completion"), [datetime(2025, 3, 4, 20)])
        complaint._pause_deadlines(datetime(2025, 3, 4, 19), self.supplier)
        self.assertRow(complaint, "completion", "open")

    def test_waiting_does_not_apply_changed_working_hours_to_a_date_told(self):
        # C-40
        self.team.calendar_id = self.calendar
        self.set_limits(("completion", 16, "working_hour"))
        complaint = self.make_owned(received_at=datetime(2025, 3, 3, 9))
        told = datetime(2025, 3, 4, 17)
        self.assertEqual(self.due(complaint, "completion"), [told])
        self.calendar.attendance_ids.hour_to = 11
        complaint._pause_deadlines(datetime(2025, 3, 4, 16), self.supplier)
        self.assertEqual(self.due(complaint, "completion"), [told])
        complaint._resume_deadlines(datetime(2025, 3, 4, 16))
        self.assertEqual(self.due(complaint, "completion"), [told])

    def test_a_short_pause_loses_no_reminder(self):
        # C-41
        engine = self.env["customer.complaint.deadline"]
        self.company.complaint_tell_in_hours = False
        engine.search([]).next_step_at = False
        complaint = self.make_owned()
        moment = RECEIPT + 45 * HOUR
        with self.at(moment):
            engine._run_due_steps(moment)
            reminded = complaint.sudo().activity_ids
            self.assertEqual(len(reminded), 1)
            complaint._pause_deadlines(moment, self.supplier)
            complaint._resume_deadlines(moment)
            self.assertEqual(complaint.sudo().activity_ids, reminded)
            complaint._pause_deadlines(moment, self.supplier)
        with self.at(moment + HOUR):
            complaint._resume_deadlines(moment + HOUR)
            self.assertFalse(complaint.sudo().activity_ids, "it named the old date")
            engine._run_due_steps(moment + HOUR)
            self.assertEqual(len(complaint.sudo().activity_ids), 1)

    def test_a_pause_ends_by_itself_when_it_has_lasted_long_enough(self):
        engine = self.env["customer.complaint.deadline"]
        self.supplier.max_days = 3
        complaint = self.make_owned()
        complaint._pause_deadlines(RECEIPT + HOUR, self.supplier)
        engine._end_expired_pauses(RECEIPT + 72 * HOUR)
        self.assertTrue(complaint.paused_at)
        engine._end_expired_pauses(RECEIPT + 90 * HOUR)
        self.assertFalse(complaint.paused_at)
        self.assertEqual(
            self.due(complaint, "first_response"), [RECEIPT + (48 + 72) * HOUR]
        )
        engine._end_expired_pauses(RECEIPT + 91 * HOUR)

    def test_a_stage_that_pauses_no_longer_lets_its_complaints_go_on(self):
        stage = self.env.ref("customer_complaint.stage_in_progress")
        complaint = self.make_owned()
        complaint.action_start()
        with self.at(RECEIPT + HOUR):
            stage.pauses_deadlines = True
            self.assertRow(complaint, "completion", "paused")
        with self.at(RECEIPT + 3 * HOUR):
            stage.pauses_deadlines = False
        self.assertRow(complaint, "completion", "open")
        self.assertEqual(self.due(complaint, "completion"), [RECEIPT + 74 * HOUR])
