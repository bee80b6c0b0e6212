from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .. import uninstall_hook
from ..models.customer_complaint_stage import CLOSED_TYPES
from ..tools import due_times
from .common import ComplaintCommon

# A planned run of the engine is no data: the scheduler clears them itself.
FLEETING = {"ir_cron_trigger"}


def count_rows(env):
    """Number of rows of every table."""
    env.flush_all()
    env.cr.execute(
        "SELECT c.relname FROM pg_class c WHERE c.relkind = 'r' "
        "AND c.relnamespace = current_schema()::regnamespace"
    )
    tables = sorted({name for (name,) in env.cr.fetchall()} - FLEETING)
    counts = " UNION ALL ".join(f"SELECT '{t}', count(*) FROM \"{t}\"" for t in tables)
    env.cr.execute(counts)
    return dict(env.cr.fetchall())


@tagged("post_install", "-at_install")
class TestSample(ComplaintCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.sample = cls.env["customer.complaint.sample"]
        cls.rows_before = count_rows(cls.env)
        cls.loaded_at = fields.Datetime.now().replace(second=0, microsecond=0)
        cls.sample._load(size=60)
        cls.companies = cls.sample._get_companies()
        cls.complaints = cls.env["customer.complaint"].search(
            [("company_id", "in", cls.companies.ids)]
        )
        cls.deadlines = cls.complaints.deadline_ids

    def test_two_companies_have_complaints_teams_orders_and_invoices(self):
        self.assertEqual(
            sorted(self.companies.currency_id.mapped("name")), ["CNY", "EUR"]
        )
        self.assertEqual(len(self.complaints), 60)
        for company in self.companies:
            inside = [("company_id", "=", company.id)]
            orders = self.env["sale.order"].search(inside)
            self.assertEqual(set(orders.mapped("state")), {"sale"})
            invoices = self.env["account.move"].search(
                [*inside, ("move_type", "=", "out_invoice")]
            )
            self.assertTrue(invoices)
            self.assertEqual(set(invoices.mapped("state")), {"posted"})
            teams = self.env["customer.complaint.team"].search(inside)
            self.assertTrue(all(teams.mapped("leader_id")))
            self.assertTrue(teams.parent_id)

    def test_every_verdict_in_the_ledger_is_true(self):
        for row in self.deadlines:
            limits = {
                limit.deadline_type: limit.amount
                for limit in row.complaint_id._get_limits()
            }
            due = due_times.due_after(row.start_at, limits[row.deadline_type])
            self.assertAlmostEqual(row.amount, limits[row.deadline_type])
            self.assertEqual(row.due_at, due)
            self.assertEqual(bool(row.done_at), row.state == "done")
            if row.state == "done":
                self.assertGreaterEqual(row.done_at, row.start_at)
                self.assertLessEqual(row.done_at, fields.Datetime.now())
                self.assertEqual(row.result, due_times.verdict(due, row.done_at))
                self.assertFalse(row.next_step_at)
            else:
                self.assertEqual((row.state, row.result), ("open", False))

    def test_every_complaint_agrees_with_its_rows(self):
        for complaint in self.complaints:
            rows = complaint.deadline_ids
            running = rows.filtered(lambda d: d.state == "open").sorted("due_at")[:1]
            self.assertEqual(complaint.next_due_at, running.due_at)
            self.assertEqual(complaint.next_due_type, running.deadline_type)
            self.assertEqual(
                set(rows.mapped("round")), set(range(1, complaint.round + 1))
            )
            last = rows.filtered(lambda d, c=complaint: d.round == c.round)
            self.assertEqual(
                set(last.mapped("start_at")), {complaint._get_round_start()}
            )
            completion = last.filtered(lambda d: d.deadline_type == "completion")
            self.assertEqual(complaint.outcome_at, completion.done_at)
            is_closed = complaint.stage_type in CLOSED_TYPES
            self.assertEqual(bool(complaint.closed_at), is_closed)
            self.assertEqual(bool(complaint.close_reason), is_closed)
            if is_closed:
                self.assertFalse(running)
                self.assertLessEqual(complaint.outcome_at, complaint.closed_at)
                self.assertFalse(
                    set(complaint._get_missing("feedback")),
                    "what the stages ask for is there",
                )
            if complaint.close_reason in ("confirmed", "no_reply"):
                self.assertTrue(complaint._is_confirmed())
            if complaint.order_id:
                self.assertLess(complaint.order_id.date_order, complaint.received_at)

    def test_some_are_open_some_late_some_reopened(self):
        open_ones = self.complaints.filtered(lambda c: c.stage_type not in CLOSED_TYPES)
        self.assertGreaterEqual(len(open_ones), 12)
        self.assertIn("late", open_ones.mapped("urgency"))
        self.assertIn("planned", open_ones.mapped("urgency"))
        self.assertLess(len(open_ones), len(self.complaints))

    def test_credit_notes_stand_behind_complaints_where_the_customer_was_right(self):
        requests = self.complaints.credit_request_ids
        self.assertGreaterEqual(len(requests), 2)
        for request in requests:
            self.assertIn(request.complaint_id.decision, ("justified", "partly"))
            self.assertIn(request.invoice_id, request.complaint_id.order_id.invoice_ids)
            self.assertLessEqual(request.complaint_id.received_at, request.create_date)
            notes = request.allocation_ids.move_id
            self.assertEqual(bool(notes), request.state in ("draft", "posted", "paid"))
            for note in notes:
                self.assertLessEqual(request.create_date.date(), note.date)
            if request.needs_approval and request.state != "to_approve":
                self.assertNotEqual(request.approver_id, request.user_id)
                self.assertLessEqual(request.create_date, request.approved_at)
        self.assertTrue(requests.filtered(lambda r: r.state in ("to_do", "to_approve")))

    def test_accountants_of_the_company_post(self):
        moves = self.env["account.move"].search(
            [
                ("company_id", "in", self.companies.ids),
                ("move_type", "in", ("out_invoice", "out_refund")),
                ("state", "=", "posted"),
            ]
        )
        accountants = self.sample._get_known("res.users").filtered(
            lambda u: u.has_group("account.group_account_invoice")
        )
        self.assertEqual(len(accountants), 2)
        self.env.flush_all()
        self.assertEqual(moves.write_uid, accountants)
        notes = moves.filtered(lambda m: m.move_type == "out_refund")
        self.assertLessEqual(notes.create_uid, accountants)

    def test_nobody_is_mailed_or_flooded(self):
        self.assertEqual(
            count_rows(self.env)["mail_mail"], self.rows_before["mail_mail"]
        )
        activities = self.complaints.activity_ids
        late = self.complaints.filtered(lambda c: c.urgency == "late")
        self.assertTrue(late)
        told = self.complaints.browse(set(activities.mapped("res_id")))
        self.assertLessEqual(told, late)
        # What fell due on a day off is told on the next working day.
        for complaint in late - told:
            self.assertTrue(complaint.deadline_ids.filtered("next_step_at"))
        logged = self.env["customer.complaint.escalation"].search_count([])
        # As it was when the sample was made: since then a step may have fallen due.
        self.env["customer.complaint.deadline"]._run_due_steps(self.loaded_at)
        self.assertEqual(
            self.env["customer.complaint.escalation"].search_count([]),
            logged,
            "steps of the past are not done now",
        )

    def test_invented_users_cannot_log_in(self):
        users = self.sample._get_known("res.users")
        self.env.flush_all()
        self.env.cr.execute(
            "SELECT count(*) FROM res_users WHERE id = ANY(%s) AND password IS NOT NULL",
            [users.ids],
        )
        self.assertEqual(self.env.cr.fetchone(), (0,))

    def test_loading_twice_is_refused(self):
        with self.assertRefused(UserError, "loaded already"):
            self.sample.action_load()

    def test_only_administrators_load_and_remove(self):
        for user in (self.manager, self.lead, self.employee):
            sample = self.sample.with_user(user)
            with self.assertRefused(AccessError, "Ask an administrator"):
                sample.action_load()
            with self.assertRefused(AccessError, "Ask an administrator"):
                sample.action_remove()

    def test_removal_leaves_every_table_as_it_was(self):
        self.env.user.company_id = self.companies[0]  # looked in and stayed
        self.sample.action_remove()
        left = {
            table: count - self.rows_before.get(table, 0)
            for table, count in count_rows(self.env).items()
            if count != self.rows_before.get(table, 0)
        }
        self.assertFalse(left)
        self.assertEqual(self.env.user.company_id, self.company)
        with self.assertRefused(UserError, "no sample data"):
            self.sample.action_remove()

    def test_removal_takes_along_what_was_tried_in_the_companies(self):
        company = self.companies[0]
        complaint = self.complaints.filtered(lambda c: c.company_id == company)[0]
        new = self.make_complaint(
            company_id=company.id, partner_id=complaint.partner_id.id
        )
        new.user_id = complaint.first_contact_id
        complaint.message_post(body="Tried something.")
        person = self.env["res.partner"].create(
            {"name": "Somebody new", "parent_id": complaint.partner_id.id}
        )
        self.env["res.device.log"].create(
            {
                "session_identifier": "s" * 42,
                "user_id": complaint.first_contact_id.id,
                "first_activity": fields.Datetime.now(),
                "last_activity": fields.Datetime.now(),
            }
        )
        self.assertIsNone(self.sample._remove())
        self.assertFalse((new | complaint).exists())
        self.assertFalse(person.exists())
        self.assertTrue(self.order.exists())

    def test_uninstalling_removes_it_first(self):
        uninstall_hook(self.env)
        self.assertFalse(self.companies.exists())
        uninstall_hook(self.env)  # nothing left to remove

    def test_removal_keeps_and_names_what_real_records_use(self):
        seller = self.sample._get_known("res.users").filtered(
            lambda u: u.has_group("sales_team.group_sale_salesman")
        )[:1]
        self.order.user_id = seller
        said = self.sample.action_remove()["params"]["message"]
        self.assertEqual(self.order.user_id, seller, "a real record is not touched")
        self.assertFalse(seller.active)
        self.assertNotIn(seller.company_id, self.companies)
        self.assertFalse(self.companies.exists())
        self.assertIn(seller.name, said)
        self.assertIn(self.order.name, said)
        self.sample._load(size=12)
        self.assertEqual(len(self.sample._get_companies()), 2, "can be loaded again")

    def test_loads_also_when_money_is_far_off_from_what_others_received(self):
        self.sample.action_remove()
        with patch.object(
            type(self.env["customer.complaint"]),
            "_describe_deviation",
            return_value="Far more than usual.",
        ):
            self.sample._load(size=60)
        requests = self.env["customer.complaint.credit.request"].search(
            [("company_id", "in", self.sample._get_companies().ids)]
        )
        self.assertTrue(requests)
        self.assertTrue(all(requests.mapped("deviation_reason")))


@tagged("post_install", "-at_install")
class TestHistory(ComplaintCommon):
    def history(self, **values):
        return (
            self.env["customer.complaint"]
            .with_context(complaint_history=True)
            .create(
                {
                    "name": "OLD/17",
                    "partner_id": self.partner.id,
                    "description": "Long ago.",
                    "stage_id": self.env.ref("customer_complaint.stage_closed").id,
                    "user_id": self.handler.id,
                    **values,
                }
            )
        )

    def test_history_keeps_number_and_stage_and_causes_nothing(self):
        mails = self.env["mail.mail"].search_count([])
        complaint = self.history()
        self.assertEqual(complaint.name, "OLD/17")
        self.assertEqual(complaint.stage_type, "closed")
        self.assertFalse(complaint.deadline_ids)
        self.assertFalse(complaint.message_ids)
        self.assertFalse(complaint.activity_ids)
        self.assertEqual(self.env["mail.mail"].search_count([]), mails)
        past = {"complaint_id": complaint.id}
        context = {"complaint_history": True}
        self.env["customer.complaint.contact"].with_context(**context).create(
            {**past, "summary": "Told on the phone.", "outcome_told": True}
        )
        self.env["customer.complaint.confirmation"].with_context(**context).create(
            {**past, "solved": "not_solved", "grade": "1"}
        )
        self.assertEqual((complaint.stage_type, complaint.round), ("closed", 1))

    def test_history_without_a_number_draws_one(self):
        complaint = self.history(name=False)
        self.assertRegex(complaint.name, r"\d")
        self.assertNotEqual(complaint.name, "OLD/17")

    def test_users_cannot_make_their_complaints_quiet(self):
        complaint = self.make_complaint(
            user=self.handler.with_context(complaint_history=True)
        )
        self.assertTrue(complaint.sudo().deadline_ids)
        with self.assertRefused(AccessError, "Number"):
            self.make_complaint(
                user=self.handler.with_context(complaint_history=True), name="OLD/18"
            )
