from unittest.mock import patch

from dateutil.relativedelta import relativedelta
from psycopg2 import IntegrityError

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, new_test_user, tagged
from odoo.tools import SQL, mute_logger

from .credit_common import CreditCommon


@tagged("post_install", "-at_install")
class TestFairness(CreditCommon):
    """What similar complaints received, and what is far off from it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.others = cls.env["res.partner"].create({"name": "Somebody Else"})
        # What was closed before these tests is similar to nothing.
        cls.cr.execute("UPDATE customer_complaint SET closed_at = NULL")

    def make_similar(self, amounts, note_values=None, **values):
        """Closed complaints of others, and what each was credited; None: nothing.

        How a complaint gets closed is tested elsewhere.
        """
        values = {"partner_id": self.others.id, "order_id": self.order.id, **values}
        complaints = self.env["customer.complaint"]
        notes = self.env["account.move"]
        for amount in amounts:
            complaints += self.make_complaint(**values)
            if amount is not None:
                notes += self.make_note(
                    amount, partner=self.others, post=False, **note_values or {}
                )
        notes.action_post()
        credited = [
            complaint
            for complaint, amount in zip(complaints, amounts, strict=True)
            if amount is not None
        ]
        for complaint, note in zip(credited, notes, strict=True):
            complaint._request_behind(note)
        self.close(complaints)
        return complaints

    def close(self, complaints, **values):
        stage = self.env["customer.complaint"]._get_stage_of_type("closed")
        complaints.flush_recordset()
        self.cr.execute(
            "UPDATE customer_complaint SET stage_id = %s, stage_type = 'closed',"
            " closed_at = %s WHERE id IN %s",
            (stage.id, values.get("closed_at", fields.Datetime.now()), complaints._ids),
        )
        complaints.invalidate_recordset()

    def compare(self, complaint=None):
        return (complaint or self.complaint).sudo()._get_comparison()

    # ------------------------------------------------------------------
    # Statistic
    # ------------------------------------------------------------------
    def test_median_and_middle_half_of_what_similar_complaints_received(self):
        self.make_similar([10, 100, 30, 20, None, 40, None])
        comparison = self.compare()
        self.assertEqual((comparison.similar, comparison.received), (7, 5))
        self.assertEqual(comparison.amounts, (20, 30, 40))
        # The order is over 240.
        self.assertEqual(
            [round(240 * share) for share in comparison.shares], [20, 30, 40]
        )
        panel = self.complaint.fairness
        for words in ("30.00", "20.00", "40.00", "13 %", "5 / 7"):
            self.assertIn(words, panel)

    def test_quartiles_lie_between_neighbours_like_type_7(self):
        self.make_similar([10, 20, 30, 40, 50, 80])
        self.assertEqual(self.compare().amounts, (22.5, 35, 47.5))

    def test_the_share_is_that_of_the_invoice_where_there_is_one(self):
        invoice = self.make_invoice([(1, 400, self.tax)], partner=self.others)
        self.make_similar([48] * 5, {"reversed_entry_id": invoice.id})
        self.assertEqual(
            [round(share, 9) for share in self.compare().shares], [0.1, 0.1, 0.1]
        )

    def test_only_closed_complaints_of_same_class_level_company_and_time_count(self):
        self.make_similar([10] * 5)
        self.make_similar([999], level_id=self.levels[0].id)
        delivery = self.env["customer.complaint.category"].search(
            [("canonical_class", "=", "delivery")], limit=1
        )
        self.make_similar([999], category_id=delivery.id)
        self.make_similar([999], record_type="suggestion")
        old = self.make_similar([999])
        self.close(old, closed_at=fields.Datetime.now() - relativedelta(months=25))
        still_open = self.make_complaint(partner_id=self.others.id)
        still_open._request_behind(self.make_note(999, partner=self.others))
        other = self.env["res.company"].create({"name": "Other Ltd"})
        elsewhere = self.make_similar([None])
        self.cr.execute(
            "UPDATE customer_complaint SET company_id = %s WHERE id = %s",
            (other.id, elsewhere.id),
        )
        comparison = self.compare()
        self.assertEqual((comparison.similar, comparison.received), (5, 5))
        self.assertEqual(comparison.amounts, (10, 10, 10))

    def test_another_category_of_the_same_class_is_similar(self):
        sibling = self.category.create(
            {"name": "Our own", "canonical_class": self.category.canonical_class}
        )
        self.make_similar([10] * 5, category_id=sibling.id)
        self.assertEqual(self.compare().received, 5)

    def test_what_was_credited_on_a_merged_complaint_counts_where_it_went_on(self):
        kept, *_rest = self.make_similar([10] * 5)
        merged = self.make_similar([20])
        self.cr.execute(
            "UPDATE customer_complaint SET merged_into_id = %s WHERE id = %s",
            (kept.id, merged.id),
        )
        self.env.invalidate_all()
        comparison = self.compare()
        self.assertEqual((comparison.similar, comparison.received), (5, 5))
        self.close(kept, closed_at=fields.Datetime.now() - relativedelta(months=25))
        self.assertEqual(self.compare().received, 4)

    def test_a_credit_note_taken_back_is_not_received(self):
        complaints = self.make_similar([10] * 5)
        note = complaints[0].sudo().credit_allocation_ids.move_id
        note.button_draft()
        self.assertEqual(self.compare().received, 4)

    def test_a_coupon_is_received_once_the_customer_has_it(self):
        # C-92
        complaints = self.make_similar([10, 10, 10, 10, None])
        own = self.complaint.sudo()
        coupons = self.env["customer.complaint.remedy"].create(
            [
                {
                    "solution_id": complaint.sudo()._get_solution().id,
                    "type_id": self.env.ref("customer_complaint.remedy_type_coupon").id,
                    "amount": 30,
                }
                for complaint in (complaints[3], complaints[4], own)
            ]
        )
        self.assertEqual(self.compare().received, 4)
        self.assertEqual(own._get_counted_amount(), 0)
        coupons.delivered_at = fields.Datetime.now()
        comparison = self.compare()
        self.assertEqual(comparison.received, 5)
        self.assertEqual(comparison.amounts, (10, 10, 30))  # 10, 10, 10, 40, 30
        self.assertEqual(own._get_counted_amount(), 30)

    def test_below_five_nothing_is_shown(self):
        self.make_similar([71, 72, 73, 74])
        self.assertIsNone(self.compare().amounts)
        panel = self.complaint.fairness
        self.assertIn("Too few received something", panel)
        for amount in ("71", "72", "73", "74", "4 / 4"):
            self.assertNotIn(amount, panel)
        with (
            self.assertRaises(IntegrityError),
            mute_logger("odoo.sql_db"),
            self.cr.savepoint(),
        ):
            self.company.complaint_fair_minimum = 4
            self.company.flush_recordset()

    def test_complaints_the_user_cannot_read_count_and_are_not_named(self):
        hidden = self.make_similar([10] * 5, team_id=self.other_team.id)
        self.assertFalse(hidden.with_user(self.handler)._filtered_access("read"))
        panel = self.complaint.fairness
        self.assertIn("5 / 5", panel)
        for complaint in hidden:
            self.assertNotIn(complaint.name, panel)
        self.assertNotIn(self.others.name, panel)
        for note in hidden.sudo().credit_allocation_ids.move_id:
            self.assertNotIn(note.name, panel)

    def test_with_the_setting_only_the_same_product_category_is_similar(self):
        self.product.categ_id = self.env["product.category"].create({"name": "Beds"})
        lines = [Command.create({"product_id": self.product.id, "name": "A"})]
        self.complaint.line_ids = lines
        chair = self.product.copy(
            {"categ_id": self.env["product.category"].create({"name": "Chairs"}).id}
        )
        self.make_similar([10] * 5, line_ids=lines)
        others = [Command.create({"product_id": chair.id, "name": "B"})]
        self.make_similar([90] * 5, line_ids=others)
        self.assertEqual(self.compare().received, 10)
        self.company.complaint_fair_by_product = True
        self.assertEqual(self.compare().amounts, (10, 10, 10))

    # ------------------------------------------------------------------
    # Given already
    # ------------------------------------------------------------------
    def test_what_this_customer_was_credited_and_asked_for_is_shown(self):
        theirs = self.make_note(33, partner=self.others)
        note = self.make_note(17.5)
        self.ask(amount=60)
        panel = self.complaint.fairness
        self.assertIn(note.name, panel)
        self.assertIn("17.50", panel)
        self.assertRegex(panel, r"60\.00 / .{1,5}240\.00")
        self.assertRegex(panel, r"(?s)Requested, not issued yet.*60\.00")
        self.assertNotIn(theirs.name, panel)

    def test_money_paid_to_the_customer_is_shown_until_a_credit_note_explains_it(self):
        note = self.make_note(17.5)
        bank = self.env["account.journal"].search(
            [("type", "=", "bank"), ("company_id", "=", self.company.id)], limit=1
        )
        receivable = self.partner.property_account_receivable_id
        entry = self.env["account.move"].create(
            {
                "journal_id": bank.id,
                "line_ids": [
                    Command.create(
                        {
                            "account_id": receivable.id,
                            "partner_id": self.partner.id,
                            "debit": 17.5,
                        }
                    ),
                    Command.create(
                        {"account_id": bank.default_account_id.id, "credit": 17.5}
                    ),
                ],
            }
        )
        entry.action_post()
        shown = r"(?s)Paid to this customer, no credit note.*17\.50"
        self.assertRegex(self.complaint.fairness, shown)
        lines = (entry | note).line_ids.filtered(
            lambda line: line.account_id == receivable
        )
        lines.reconcile()
        self.complaint.invalidate_recordset()
        self.assertNotRegex(self.complaint.fairness, shown)

    def test_the_panel_is_for_those_who_may_ask_while_they_may(self):
        self.make_note(17.5)
        self.assertTrue(self.complaint.fairness)
        with self.assertRaises(AccessError):
            self.complaint.with_user(self.seller).read(["fairness"])
        reader = new_test_user(
            self.env,
            "t_reader",
            "customer_complaint.group_complaint_user,"
            "customer_complaint.group_complaint_auditor",
            company_id=self.company.id,
            company_ids=[Command.set(self.company.ids)],
        )
        hidden = self.make_complaint(team_id=self.other_team.id).with_user(reader)
        self.assertTrue(hidden.has_access("read"))
        self.assertFalse(hidden.fairness)
        self.close(self.complaint.sudo())
        self.assertFalse(self.complaint.fairness)

    # ------------------------------------------------------------------
    # Far off
    # ------------------------------------------------------------------
    def test_far_more_than_others_received_needs_a_reason_for_the_approver(self):
        self.make_similar([20, 20, 30, 40, 40])
        self.assertFalse(self.ask(amount=80).deviation)
        with self.assertRefused(UserError, "Far more than usual.*80\\.01.*Say why"):
            self.ask(amount=0.01)
        request = self.ask(amount=0.01, deviation_reason=" Failed twice ")
        self.assertEqual(request.deviation_reason, "Failed twice")
        self.assertRegex(request.deviation, r"5 similar.*20\.00.*40\.00")
        self.assertEqual(
            request.with_user(self.lead).read(["deviation_reason"])[0][
                "deviation_reason"
            ],
            "Failed twice",
        )

        # How others were treated is not for accounting.
        for fname in ("deviation", "deviation_reason"):
            with self.assertRaises(AccessError):
                request.with_user(self.accountant).read([fname])

    def test_far_less_than_others_received_needs_a_reason_too(self):
        self.make_similar([20, 20, 30, 40, 40])
        with self.assertRefused(UserError, "Far less than usual"):
            self.ask(amount=9.99)
        # What only the dialog knows is not believed when a caller says it.
        forged = self.complaint.with_context(complaint_asked_together=[30, []])
        with self.assertRefused(UserError, "Far less than usual"):
            self.ask(forged, amount=9.99)
        self.assertFalse(self.ask(amount=10).deviation)

    def test_more_for_a_larger_order_is_no_favour(self):
        self.make_similar([20, 20, 30, 40, 40])
        invoice = self.make_invoice([(1, 2000, self.tax)])
        self.complaint.order_id = False
        request = self.ask(invoice_id=invoice.id, amount=240)
        self.assertFalse(request.deviation, "a tenth, like the others")
        with self.assertRefused(UserError, "Far more"):
            self.ask(invoice_id=invoice.id, amount=1000)

    def test_no_reason_is_needed_with_factor_0(self):
        self.make_similar([20] * 5)
        self.company.complaint_fair_factor = 0
        self.assertFalse(self.ask(amount=200).deviation)

    def test_the_dialog_judges_the_sum_and_asks_for_the_reason(self):
        self.make_similar([100] * 5)
        second = self.make_invoice([(1, 200, self.tax)])
        self.complaint.order_id = False
        ask = Form(
            self.env["customer.complaint.credit.ask"]
            .with_user(self.handler)
            .with_context(default_complaint_id=self.complaint.id)
        )
        ask.kind = "amount"
        ask.reason = "Door cracked"
        self.assertFalse(ask.deviation)
        keys = [row["invoice_key"] for row in ask.invoice_ids._records]
        self.assertEqual(set(keys), {self.invoice.id, second.id})
        for index in (0, 1):
            with ask.invoice_ids.edit(index) as row:
                row.amount = 40
        self.assertFalse(ask.deviation, "40 alone would be far less")
        for index in (0, 1):
            with ask.invoice_ids.edit(index) as row:
                row.amount = 240
        self.assertIn("Far more", ask.deviation)
        self.assertIn("Far more", ask.fairness)
        for index in (0, 1):
            with ask.invoice_ids.edit(index) as row:
                row.amount = 40
        ask.save().action_ask()
        self.assertEqual(
            [(r.amount, r.deviation) for r in self.complaint.credit_request_ids],
            [(40, False), (40, False)],
        )

    def test_a_coupon_far_above_what_others_received_needs_a_reason_too(self):
        self.make_similar([20, 25, 30, 35, 40])
        with self.assertRefused(UserError, "Far more than usual.*Say why"):
            self.promise("coupon", user=self.handler, amount=200)
        coupon = self.promise("coupon", user=self.handler, amount=30)
        self.assertFalse(coupon.deviation)
        with self.assertRefused(UserError, "Far more than usual"):
            coupon.amount = 200
        coupon.write({"amount": 200, "deviation_reason": "Third time"})
        self.assertIn("Far more than usual", coupon.deviation)
        with self.assertRefused(AccessError, "cannot be written directly"):
            coupon.deviation = "Usual"

    def test_an_offer_is_compared_before_the_customer_reads_it(self):
        self.make_similar([20, 25, 30, 35, 40])
        Solution = self.env["customer.complaint.solution"].with_user(self.handler)
        solution = Solution.create({"complaint_id": self.complaint.id})
        coupon = self.env["customer.complaint.remedy"].with_user(self.handler)
        coupon = coupon.create(
            {
                "solution_id": solution.id,
                "type_id": self.env.ref("customer_complaint.remedy_type_coupon").id,
                "amount": 200,
            }
        )
        for method in ("action_offer", "action_choose"):
            with self.assertRefused(UserError, "Far more than usual"):
                getattr(solution, method)()
        coupon.deviation_reason = "Third time"
        solution.action_offer()
        # What a colleague has weighed is not withdrawn from under the customer.
        coupon.sudo().deviation_reason = False
        solution.sudo()._record_answer("accepted")
        self.assertEqual(solution.state, "chosen")

    # ------------------------------------------------------------------
    # Cost
    # ------------------------------------------------------------------
    def test_the_panel_costs_the_same_for_5_and_for_500_similar_complaints(self):
        complaints = self.make_similar([10, 20, 30, 40, 50])

        def count():
            self.env.invalidate_all()
            start = self.env.cr.sql_log_count
            self.assertTrue(self.complaint.fairness)
            return self.env.cr.sql_log_count - start

        count()  # what is cached for good
        few = count()
        self.copy_rows(complaints, 99)
        self.assertEqual(self.compare().received, 500)
        self.assertLessEqual(count(), few)
        self.assertLessEqual(few, 45)

    def test_what_similar_complaints_received_is_read_from_indexes_of_its_own(self):
        self.make_similar([10, 20, 30, 40, 50])
        self.env.flush_all()
        asked = []
        execute = type(self.env).execute_query
        with patch.object(
            type(self.env),
            "execute_query",
            lambda env, query: asked.append(query) or execute(env, query),
        ):
            self.compare()
        self.cr.execute("SET LOCAL enable_seqscan = off")
        query = next(query for query in asked if "alike" in query.code)
        plan = self.env.execute_query(SQL("EXPLAIN %s", query))
        plan = "\n".join(line for (line,) in plan)
        for index in ("allocation_received_idx", "request_credited_idx"):
            self.assertIn(f"customer_complaint_credit_{index}", plan)

    def copy_rows(self, complaints, times):
        """Copies of closed complaints, requests and allocations, made in the database."""
        self.env.flush_all()
        requests = complaints.sudo().credit_request_ids
        for records in (complaints, requests, requests.allocation_ids):
            self.copy_table(records, times)
        self.env.invalidate_all()

    def copy_table(self, records, times):
        table = records._table
        copied = {
            "complaint_id": "customer_complaint",
            "request_id": "customer_complaint_credit_request",
        }
        self.cr.execute(
            "SELECT column_name FROM information_schema.columns"
            " WHERE table_name = %s AND column_name != 'id'",
            (table,),
        )
        columns = [column for (column,) in self.cr.fetchall()]
        values = [
            "old.name || '-' || made.copy"
            if column == "name"
            else f"(SELECT parent.new_id FROM {copied[column]}_made parent WHERE"
            f" parent.old_id = old.{column} AND parent.copy = made.copy)"
            if column in copied
            else f"old.{column}"
            for column in columns
        ]
        self.cr.execute(
            f"CREATE TEMP TABLE {table}_made ON COMMIT DROP AS"
            f" SELECT nextval('{table}_id_seq')::int AS new_id, id AS old_id, copy"
            f" FROM {table}, generate_series(1, %s) copy WHERE id IN %s",
            (times, records._ids),
        )
        self.cr.execute(f"CREATE INDEX ON {table}_made (old_id, copy)")
        self.cr.execute(f"ANALYZE {table}_made")
        self.cr.execute(
            f"INSERT INTO {table} (id, {', '.join(columns)})"
            f" SELECT made.new_id, {', '.join(values)}"
            f" FROM {table} old JOIN {table}_made made ON made.old_id = old.id"
        )
