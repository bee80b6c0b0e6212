import ast
from datetime import datetime, timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import HttpCase, new_test_user, tagged

from .common import ComplaintCommon
from .credit_common import CreditCommon
from .dashboard_common import NOW, DashboardCommon


@tagged("post_install", "-at_install")
class TestDashboard(DashboardCommon):
    def fill(self):
        """Complaints of two teams, some late, some closed, with answers."""
        mine = [
            self.make_complaint(received_at=NOW - timedelta(days=days))
            for days in (2.5, 4, 6, 45)
        ]
        theirs = self.make_complaint(
            received_at=NOW - timedelta(days=3), team_id=self.other_team.id
        )
        mine[2].user_id = self.handler
        mine[2]._close("confirmed")
        self.grades(mine[2], {"5": 8, "2": 4})
        return mine, theirs

    def test_each_number_opens_exactly_what_was_counted_for_each_role(self):
        mine, theirs = self.fill()
        for user in (self.handler, self.lead, self.manager):
            for period in ("30_days", "month", "quarter", "12_months"):
                with self.subTest(user=user.login, period=period):
                    data = self.dashboard(user, period)
                    for tile in data["tiles"]:
                        if tile["model"]:
                            self.assertEqual(self.found(user, tile), tile["n"])
                    for work in data["todo"]:
                        self.assertEqual(self.found(user, work), work["count"])
                    for bar in data["pareto"]:
                        self.assertEqual(self.found(user, bar), bar["value"])
                    for month in data["trend"]:
                        for kind in ("received", "closed"):
                            part = {**month, "domain": month[f"{kind}_domain"]}
                            self.assertEqual(self.found(user, part), month[kind])
                    self.assertEqual(
                        sum(bar["value"] for bar in data["pareto"]),
                        data["tiles"][0]["value"],
                    )

    def test_everybody_counts_what_he_may_read(self):
        self.fill()
        counted = {
            user: self.tile("new", user=user)["value"]
            for user in (self.handler, self.colleague, self.lead, self.manager)
        }
        # 4 of the team, one of them 45 days old; one of the other team
        self.assertEqual(list(counted.values()), [3, 1, 3, 4])

    def test_nobody_else_opens_it(self):
        for user in (self.seller, self.employee):
            with self.assertRaises(AccessError):
                self.dashboard(user)
            with self.assertRaises(AccessError):
                self.env["customer.complaint.indicator"].with_user(user).search([])

    def test_another_company_does_not_count(self):
        self.fill()
        company = self.env["res.company"].create({"name": "Other Ltd"})
        stranger = new_test_user(
            self.env,
            "t_stranger",
            "customer_complaint.group_complaint_manager",
            company_id=company.id,
            company_ids=[Command.set(company.ids)],
        )
        self.assertTrue(self.dashboard(stranger)["is_empty"])
        both = stranger.company_ids + self.company
        stranger.company_ids = both
        self.assertEqual(
            self.tile("new", user=stranger, allowed_company_ids=both.ids)["value"], 4
        )
        self.assertEqual(
            self.tile("new", user=stranger, allowed_company_ids=company.ids)["value"], 0
        )

    def test_an_empty_register_says_so(self):
        data = self.dashboard()
        self.assertTrue(data["is_empty"])
        self.assertEqual((data["late"], data["todo"], data["pareto"]), ([], [], []))
        self.make_complaint(received_at=NOW - timedelta(days=900))._close("confirmed")
        self.env["customer.complaint"].search([]).closed_at = NOW - timedelta(days=890)
        self.assertFalse(self.dashboard()["is_empty"])

    def test_periods_begin_at_midnight_of_the_user(self):
        starts = {
            "30_days": "2025-03-02 00:00:00",
            "month": "2025-03-01 00:00:00",
            "quarter": "2025-01-01 00:00:00",
            "12_months": "2024-04-01 00:00:00",
        }
        for period, start in starts.items():
            self.assertEqual(str(self.dashboard(period=period)["start"]), start)
        # Shanghai is 8 hours ahead, without summer time.
        shanghai = self.dashboard(period="month", tz="Asia/Shanghai")
        self.assertEqual(str(shanghai["start"]), "2025-02-28 16:00:00")
        with self.assertRefused(UserError, "no period called fortnight"):
            self.dashboard(period="fortnight")

    def test_months_are_those_of_the_user(self):
        # 23:30 UTC on 28 February is March in Shanghai.
        self.make_complaint(received_at=datetime(2025, 2, 28, 23, 30))
        for tz, place in (("UTC", -2), ("Asia/Shanghai", -1)):
            trend = self.dashboard(tz=tz)["trend"]
            self.assertEqual(len(trend), 12)
            self.assertEqual(trend[place]["received"], 1)
            self.assertEqual(sum(month["received"] for month in trend), 1)

    def test_what_to_do_lists_the_latest_first_and_what_waits(self):
        mine, theirs = self.fill()
        data = self.dashboard()
        # Those of 45, 4, 3 and 2.5 days: the first response was due within 2
        self.assertEqual(
            [line["id"] for line in data["late"]],
            [mine[3].id, mine[1].id, theirs.id, mine[0].id],
        )
        self.assertIn("late by", data["late"][0]["late"])
        work = {line["name"]: line["count"] for line in data["todo"]}
        self.assertEqual(work, {"Late": 4, "Without owner": 4})
        told = self.make_owned(received_at=NOW - timedelta(hours=1))
        self.tell_outcome(told)
        work = {line["name"]: line["count"] for line in self.dashboard()["todo"]}
        self.assertEqual(work["Outcome told, customer has not answered"], 1)

    def test_many_small_categories_become_one_bar(self):
        for category in self.env["customer.complaint.category"].search([], limit=10):
            self.make_complaint(category_id=category.id)
        self.make_complaint(category_id=False)
        self.make_complaint()
        bars = self.dashboard()["pareto"]
        # 11 categories with 12 complaints: 7 are shown, the first of them with 2
        self.assertEqual(len(bars), 8)
        self.assertEqual(bars[0]["value"], 2)
        self.assertEqual(bars[-1]["name"], "4 others")
        self.assertEqual(bars[-1]["value"], 4)
        self.assertEqual(self.found(self.manager, bars[-1]), 4)
        self.assertEqual(bars[-1]["running"], 100)

    def test_the_manager_is_warned_when_deadlines_are_not_checked(self):
        row = self.row(self.make_complaint(received_at=NOW), "completion").sudo()
        row.complaint_id.deadline_ids.next_step_at = False
        self.env.ref("customer_complaint.health").write(
            {"last_run_at": False, "held_at": False}
        )
        row.next_step_at = NOW - timedelta(minutes=115)
        self.assertFalse(self.dashboard()["alerts"])
        row.next_step_at = NOW - timedelta(minutes=125)
        (alert,) = self.dashboard()["alerts"]
        self.assertRegex(alert["text"], "not been checked for 2 h 5 min: 1 wait")
        self.assertTrue(self.env["ir.actions.actions"]._for_xml_id(alert["action"]))
        self.assertFalse(self.dashboard(self.lead)["alerts"])
        # Set aside is another thing: it will be tried again.
        row.write({"next_step_at": NOW + timedelta(hours=1), "error": "Broken"})
        (alert,) = self.dashboard()["alerts"]
        self.assertRegex(alert["text"], "Failed escalations: 1")
        action = self.env["ir.actions.actions"]._for_xml_id(alert["action"])
        self.assertEqual(
            self.env[action["res_model"]].search(ast.literal_eval(action["domain"])),
            row,
        )
        self.assertFalse(self.dashboard(self.lead)["alerts"])

    def test_an_archived_indicator_is_not_shown(self):
        shown = len(self.dashboard()["tiles"])
        self.indicator("open").active = False
        self.assertEqual(len(self.dashboard()["tiles"]), shown - 1)

    def test_it_costs_at_most_15_statements_however_many_complaints(self):
        self.fill()
        counts = []
        for _round in range(2):
            for user in (self.handler, self.manager):
                self.dashboard(user, tz="UTC", lang="en_US")
                self.env.flush_all()
                self.env.invalidate_all()
                start = self.env.cr.sql_log_count
                self.dashboard(user, tz="UTC", lang="en_US")  # as the web client
                counts.append(self.env.cr.sql_log_count - start)
            for index in range(20):
                self.make_complaint(received_at=NOW - timedelta(hours=index))
        self.assertLessEqual(max(counts), 15)
        self.assertEqual(counts[:2], counts[2:])

    def test_a_ledger_row_and_an_answer_open_their_complaint(self):
        complaint = self.make_complaint()
        answer = self.grades(complaint, {"5": 1})
        for row in (complaint.deadline_ids[0], answer):
            action = row.with_user(self.handler).action_view_complaint()
            self.assertEqual(action["res_id"], complaint.id)


@tagged("post_install", "-at_install")
class TestCost(CreditCommon):
    def dashboard(self, user, **context):
        model = self.env["customer.complaint.dashboard"].with_user(user)
        return model.with_context(**context).get_dashboard("30_days")

    def cost(self, user, **context):
        data = self.dashboard(user, **context)
        return data, data["tiles"][-1]

    def test_only_booked_credit_notes_cost_and_open_by_the_number(self):
        # C-168; one of two cabinets at 100 with 20 % tax
        request = self.ask()
        note = self.issue(request)
        for user in (self.handler, self.manager):
            data, tile = self.cost(user)
            self.assertEqual(tile["values"], ["–"])
            self.assertEqual(tile["certainty"], "Nothing booked in this period")
        note.with_user(self.accountant).action_post()
        for user in (self.handler, self.lead, self.manager):
            data, tile = self.cost(user)
            # The tax is no cost: it comes back from the state.
            self.assertIn("100.00", tile["values"][0])
            self.assertEqual(tile["certainty"], "Bookings: 1")
            found = self.env[tile["model"]].with_user(user).search(tile["domain"])
            self.assertEqual(found.document, note.name)
            self.assertEqual(found.action_view_complaint()["res_id"], self.complaint.id)
            (bar,) = data["costs"]
            self.assertEqual((bar["value"], bar["running"]), (100, 100))
            self.assertIn("damaged", bar["name"].lower())
            bar = self.env[bar["model"]].with_user(user).search(bar["domain"])
            self.assertEqual(bar, found)
        data, tile = self.cost(self.colleague)
        self.assertEqual((tile["values"], data["costs"]), (["–"], False))

    def test_the_period_before_is_told_without_a_verdict(self):
        note = self.issue(self.ask())
        note.invoice_date = fields.Date.today() - timedelta(days=40)
        note.with_user(self.accountant).action_post()
        data, tile = self.cost(self.manager)
        self.assertEqual((tile["values"], tile["n"]), (["–"], 0))
        self.assertRegex(tile["change"], r"^Before: .*100\.00")

    def test_currencies_of_two_companies_stand_side_by_side(self):
        company = self.env["res.company"].create(
            {"name": "Other Ltd", "currency_id": self.env.ref("base.JPY").id}
        )
        self.manager.company_ids += company
        other = self.make_owned(order_id=self.order.id)
        for request in (self.ask(), self.ask(other)):
            self.issue(request).with_user(self.accountant).action_post()
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE customer_complaint SET company_id = %s WHERE id = %s",
            [company.id, other.id],
        )
        self.env.invalidate_all()
        both = (self.company + company).ids
        data, tile = self.cost(self.manager, allowed_company_ids=both)
        self.assertEqual(len(tile["values"]), 2)
        self.assertFalse(data["costs"])
        data, tile = self.cost(self.manager, allowed_company_ids=self.company.ids)
        self.assertIn("100.00", tile["values"][0])

    def test_who_waits_for_accounting_or_for_a_lead_is_told(self):
        request = self.ask()
        for user in (self.handler, self.manager):
            work = {line["name"]: line for line in self.dashboard(user)["todo"]}
            line = work["Credit notes to issue"]
            found = self.env[line["model"]].with_user(user).search(line["domain"])
            self.assertEqual((found, line["count"]), (request, 1))
        self.company.complaint_credit_approval_amount = 1
        self.ask()
        self.limit(0)
        coupon = self.promise("coupon", user=self.handler, amount=5)
        work = {
            user: {line["name"]: line for line in self.dashboard(user)["todo"]}
            for user in (self.handler, self.lead)
        }
        for name in ("Credit notes to approve", "Remedies to approve"):
            self.assertIn(name, work[self.lead])
            self.assertNotIn(name, work[self.handler])
        line = work[self.lead]["Remedies to approve"]
        self.assertEqual(self.env[line["model"]].search(line["domain"]), coupon)
        coupon.with_user(self.lead).action_approve()
        names = [line["name"] for line in self.dashboard(self.lead)["todo"]]
        self.assertNotIn("Remedies to approve", names)

    def test_with_money_too_it_costs_at_most_15_statements_and_18_with_alerts(self):
        self.issue(self.ask()).with_user(self.accountant).action_post()
        self.ask()
        self.make_complaint(received_at=fields.Datetime.now() - timedelta(hours=1))
        for user, count in ((self.handler, 15), (self.manager, 18)):
            self.dashboard(user, tz="UTC", lang="en_US")
            self.env.flush_all()
            self.env.invalidate_all()
            with self.assertQueryCount(count):
                self.dashboard(user, tz="UTC", lang="en_US")  # as the web client


@tagged("post_install", "-at_install", "browser")
class TestDashboardTour(ComplaintCommon, HttpCase):
    def test_manager_opens_the_dashboard_and_what_stands_behind_a_number(self):
        # S-49
        self.manager.write({"password": self.manager.login, "tour_enabled": False})
        self.make_complaint(title="Door cracked", received_at=datetime.now())
        self.make_owned(title="Late one")
        self.start_tour(
            "/odoo/complaints-dashboard",
            "customer_complaint_dashboard",
            login=self.manager.login,
            timeout=600,
        )
