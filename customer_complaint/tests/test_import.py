from datetime import datetime, timedelta
from unittest.mock import patch

import requests
from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import file_open, mute_logger

from .import_common import ImportCommon

ROW = {
    "External ID": "old_1",
    "Number": "OLD-1",
    "Received on": "2024-03-04 09:15:00",
    "Closed on": "2024-03-11 16:00:00",
    "Channel": "Phone",
    "Category": "Damaged on arrival",
    "Level": "1",
    "Complainant name": "Joan",
    "E-mail": "joan@example.com",
    "What happened": "Scratched.",
}
OPEN_ROW = {key: value for key, value in ROW.items() if key != "Closed on"}


@tagged("post_install", "-at_install")
class TestImport(ImportCommon):
    def count(self):
        """What nobody may get because of a file: mails, to-dos, deadlines."""
        return [
            self.env[model].search_count([])
            for model in ("mail.mail", "mail.activity", "customer.complaint.deadline")
        ]

    def test_history_keeps_number_dates_and_closing_and_causes_nothing(self):
        # C-06 C-16
        before = self.count()
        complaint = self.bring_rows([ROW])
        self.assertEqual(complaint.name, "OLD-1")
        self.assertEqual(complaint.received_at, datetime(2024, 3, 4, 9, 15))
        self.assertEqual(complaint.closed_at, datetime(2024, 3, 11, 16, 0))
        self.assertEqual(complaint.stage_type, "closed")
        self.assertEqual(complaint.close_reason, "unconfirmed")
        self.assertEqual(complaint.category_id, self.category)
        self.assertEqual(complaint.level_id, self.levels[0])
        self.assertEqual(
            complaint.channel_id, self.env.ref("customer_complaint.channel_phone")
        )
        self.assertEqual(complaint.title, "Scratched.")
        self.assertFalse(complaint.first_contact_id or complaint.message_follower_ids)
        self.assertFalse(complaint.message_ids)
        self.assertEqual(self.count(), before)
        self.flush_tracking()
        self.assertEqual(self.count(), before)

    def test_the_same_file_again_makes_no_doubles_and_a_corrected_one_corrects(self):
        rows = [
            {
                **ROW,
                "Products / Product or service": "Table",
                "Products / Quantity": "2",
            }
        ]
        complaint = self.bring_rows(rows)
        line = complaint.line_ids
        before = self.count()
        self.assertEqual(self.bring_rows(rows), complaint)
        self.assertEqual(complaint.line_ids, line)
        rows[0] |= {
            "Closed on": "2024-03-12 16:00:00",
            "Level": "2",
            "Products / Quantity": "3",
            "Complainant name": "",
        }
        self.assertEqual(self.bring_rows(rows), complaint)
        self.assertEqual(complaint.closed_at, datetime(2024, 3, 12, 16))
        self.assertEqual(complaint.level_id, self.levels[1])
        self.assertEqual(complaint.line_ids.mapped("quantity"), [3])
        self.assertEqual(complaint.partner_name, "Joan", "an empty cell says nothing")
        self.assertEqual(self.count(), before)

    def test_what_is_worked_on_here_is_not_overwritten_as_history(self):
        complaint = self.bring_rows([OPEN_ROW], "open")
        errors = self.read_errors([ROW])
        self.assertIn("is worked on here", errors[0])
        self.assertFalse(complaint.closed_at)

    def test_open_complaints_count_from_the_start_here_and_are_not_acknowledged(self):
        # C-06
        start = datetime(2025, 3, 3, 9, 0)
        mails = self.env["mail.mail"].search_count([])
        self.team.member_ids += self.manager
        with freeze_time(start):
            complaint = self.bring_rows(
                [{**OPEN_ROW, "Owner": "t_handler", "Customer demand": "A new one"}],
                "open",
                complaint_go_live="2025-03-03 12:00:00",
                tracking_disable=True,
            )
        self.assertEqual(complaint.received_at, datetime(2024, 3, 4, 9, 15))
        self.assertEqual(complaint.name, "OLD-1")
        self.assertEqual(complaint.stage_type, "assessed")
        response = self.row(complaint, "first_response")
        self.assertEqual(response.start_at, start + timedelta(hours=3))
        self.assertGreater(response.due_at, start)
        self.assertIn(self.handler.partner_id, complaint.message_partner_ids)
        self.flush_tracking()
        self.assertEqual(self.env["mail.mail"].search_count([]), mails)
        # Another level counts from there, too.
        complaint.with_user(self.lead).sudo()._change_level(self.levels[2], "Less bad")
        self.assertEqual(response.start_at, start + timedelta(hours=3))
        self.assertEqual(self.bring_rows([OPEN_ROW], "open"), complaint)

    def test_a_statutory_limit_counts_from_the_true_receipt_also_of_an_import(self):
        policy = self.env.ref("customer_complaint.policy_graded")
        policy.line_ids = [
            (
                0,
                0,
                {
                    "deadline_type": "statutory",
                    "rank": 0,
                    "amount": 720,
                    "unit": "hour",
                },
            )
        ]
        complaint = self.bring_rows([OPEN_ROW], "open")
        self.assertEqual(
            self.row(complaint, "statutory").start_at, complaint.received_at
        )

    def test_all_that_is_unknown_is_said_before_anything_is_made(self):
        # C-06
        rows = [
            {**ROW, "External ID": f"old_{i}", "Number": f"OLD-{i}", "Channel": channel}
            for i, channel in enumerate(["Telex", "phone", "Telex", "pigeon"])
        ]
        rows[1] |= {"Category": "Teapots", "Owner": "nobody", "Complainant": "K-99"}
        before = self.complaints.search_count([])
        errors = self.read_errors(rows, dryrun=True)
        self.assertEqual(len(errors), 5, errors)
        telex = next(error for error in errors if "Telex" in error)
        self.assertIn("Other rows: 3.", telex)
        self.assertIn("phone, email, portal", telex)
        self.assertEqual(self.complaints.search_count([]), before)

    def test_contradicting_dates_stages_and_numbers_are_errors_of_their_rows(self):
        # C-16
        self.bring_rows([ROW])
        wrong = [
            {"Received on": ""},
            {"Closed on": "2024-03-01 00:00:00"},
            {"Closed on": "2999-03-01 00:00:00"},
            {"Closed on": "", "Stage": "Closed"},
            {"Stage": "Received"},
            {"Number": "OLD-1"},
            {"Number": "OLD-5"},
            {"Number": "OLD-5"},
            {"Closed on": ""},
            {"Closed on": "", "Stage": "Received"},
        ]
        rows = [
            {**ROW, "Stage": "", "External ID": f"x_{i}", "Number": f"X-{i}", **change}
            for i, change in enumerate(wrong)
        ]
        answer = self.bring(self.make_file(rows), dryrun=True)
        self.assertEqual(
            [(m["record"], m["column"]) for m in answer["messages"]],
            [
                (1, "received_at"),
                (2, "closed_at"),
                (3, "closed_at"),
                (4, "closed_at"),
                (5, "closed_at"),
                (6, "name"),
                (8, "name"),
                (9, "closed_at"),
                (10, "closed_at"),
            ],
        )
        self.assertIn("Import it as history", self.read_errors([ROW], "open")[0])

    def test_customers_are_known_by_address_reference_or_name(self):
        # C-06
        self.partner.ref = "K-1"
        names = (self.partner.email, "K-1", "Test Customer")
        rows = [
            {**ROW, "External ID": f"c_{i}", "Number": f"C-{i}", "Complainant": name}
            for i, name in enumerate(names)
        ]
        complaints = self.bring_rows(rows)
        self.assertEqual(complaints.partner_id, self.partner)
        self.assertEqual(len(complaints), 3)
        self.partner.copy({"name": "Test Customer"})
        self.assertIn("is not clear", self.read_errors([rows[2] | {"Number": "N"}])[0])

    def test_only_a_manager_imports_and_only_in_a_mode(self):
        #
        content = self.make_file([ROW])
        for user in (self.handler, self.lead):
            with self.assertRefused(AccessError, "complaint manager"):
                self.bring(content, user=user)
        self.assertIn(
            "Configuration / Import complaints", str(self.bring(content, None))
        )
        for context in (
            {"complaint_import_run": "history"},
            {"complaint_import": "history"},
            {"complaint_history": True},
        ):
            with self.assertRefused(AccessError, "Number"):
                self.make_complaint(user=self.manager.with_context(**context), name="X")

    def test_an_external_id_opens_no_complaint_of_another_company(self):
        #
        other = self.env["res.company"].create({"name": "Other Ltd"})
        foreign = self.make_complaint(company_id=other.id)
        foreign.deadline_ids.unlink()
        self.env["ir.model.data"].create(
            {
                "module": "__import__",
                "name": ROW["External ID"],
                "model": foreign._name,
                "res_id": foreign.id,
            }
        )
        for mode, row in (("history", ROW), ("open", OPEN_ROW)):
            with mute_logger("odoo.addons.base.models.ir_rule"):
                self.assertTrue(self.read_errors([row], mode))
        self.assertEqual(foreign.description, "The door is cracked.")

    def test_the_sequence_goes_on_behind_imported_numbers_that_look_like_its_own(self):
        # C-16
        last = int(self.make_complaint().name.rsplit("/")[-1])
        self.bring_rows([{**ROW, "Number": f"CC/2024/{last + 5:05d}"}], dryrun=True)
        self.assertEqual(int(self.make_complaint().name.rsplit("/")[-1]), last + 1)
        self.bring_rows([{**ROW, "Number": f"CC/2024/{last + 5:05d}"}])
        self.assertEqual(int(self.make_complaint().name.rsplit("/")[-1]), last + 6)

    def test_a_number_of_endless_length_stops_no_intake(self):
        # C-16
        last = int(self.make_complaint().name.rsplit("/")[-1])
        numbers = ("9223372036854775807", "1" * 25)
        self.bring_rows(
            [
                {**ROW, "External ID": f"n{number}", "Number": f"CC/2024/{number}"}
                for number in numbers
            ]
        )
        self.assertEqual(int(self.make_complaint().name.rsplit("/")[-1]), last + 1)

    def test_a_wrong_row_is_named_with_its_own_fault(self):
        rows = [
            {**OPEN_ROW, "External ID": f"r{i}", "Number": f"R-{i}", "Received on": day}
            for i, day in enumerate(("2024-03-04 09:15:00", "2999-03-04 09:15:00"))
        ]
        errors = self.read_errors(rows, "open")
        self.assertTrue(errors)
        for error in errors:
            self.assertIn("lies in the future", error)

    def test_history_stays_in_its_company(self):
        other = self.env["res.company"].create({"name": "Other Ltd"})
        self.manager.company_ids += other
        complaint = self.bring_rows([ROW])
        answer = (
            self.complaints.with_user(self.manager)
            .with_context(
                complaint_import="history",
                allowed_company_ids=[self.company.id, other.id],
            )
            .load(["id", "company_id"], [[ROW["External ID"], other.name]])
        )
        self.assertIn("stays in the company", answer["messages"][0]["message"])
        self.assertEqual(complaint.company_id, self.company)

    def test_other_programs_are_not_told_of_history(self):
        #
        rule = self.env.ref("customer_complaint.automation_webhook_stage")
        rule.action_server_ids.webhook_url = "https://chat.example.com/complaints"
        rule.active = True
        self.env.cr.postcommit.clear()
        with patch.object(requests, "post") as sent:
            self.bring_rows([ROW])
            self.bring_rows([{**ROW, "Closed on": "2024-03-12 16:00:00"}])
            self.env.cr.postcommit.run()
            self.assertFalse(sent.called)
            self.bring_rows([{**OPEN_ROW, "External ID": "o", "Number": "O"}], "open")
            self.env.cr.postcommit.run()
            self.assertTrue(sent.called)

    def test_a_context_that_is_none_is_refused_in_words(self):
        complaints = self.complaints.with_user(self.manager)
        for context in (
            {"complaint_import": ["history"]},
            {"complaint_import": "open", "complaint_go_live": "soon"},
            {"complaint_import": "open", "complaint_go_live": 7},
            {"complaint_import": "open", "complaint_go_live": "0001-01-01 00:00:00"},
        ):
            with self.subTest(context=context), self.assertRefused(UserError, "."):
                complaints.with_context(**context).load(["title"], [["x"]])

    def test_the_shipped_templates_are_understood_as_they_are(self):
        # C-06
        wizard = self.env["customer.complaint.import"].with_user(self.manager)
        kinds = {
            "csv": "text/csv",
            "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        }
        for mode in ("history", "open"):
            action = wizard.create({"mode": mode}).action_continue()
            context = action["params"]["context"]
            templates = self.complaints.with_context(**context).get_import_templates()
            self.assertEqual(len(templates), 2)
            for template in templates:
                path = template["template"].removeprefix("/")
                with file_open(path, "rb") as file:
                    content = file.read()
                kind = kinds[path.rpartition(".")[2]]
                with self.subTest(path):
                    answer = self.bring(content, mode, True, kind=kind)
                    self.assertFalse(answer["messages"])
                    self.assertEqual(len(answer["ids"]), 2)

    def test_the_cost_of_a_row_does_not_grow_with_the_file(self):
        def rows(count, batch):
            return self.make_file(
                [
                    {
                        **ROW,
                        "External ID": f"{batch}_{i}",
                        "Number": f"{batch}-{i}",
                        "Complainant": self.partner.email,
                    }
                    for i in range(count)
                ]
            )

        self.bring(rows(5, "warm"))
        costs = []
        for count in (20, 220):
            content = rows(count, f"n{count}")
            self.env.flush_all()
            self.env.invalidate_all()
            start = self.env.cr.sql_log_count
            with mute_logger("odoo.addons.base_import.models.base_import"):
                answer = self.bring(content)
            self.env.flush_all()
            self.assertEqual(len(answer["ids"]), count)
            costs.append(self.env.cr.sql_log_count - start)
        # Odoo inserts in packages of a hundred and writes external ids in packages, too.
        self.assertLessEqual(costs[1] - costs[0], 200 * 0.3, costs)

    def test_the_wizard_names_the_moment_for_open_complaints(self):
        wizard = self.env["customer.complaint.import"].with_user(self.manager)
        moment = fields.Datetime.to_datetime("2025-03-03 12:00:00")
        action = wizard.create({"mode": "open", "go_live_at": moment}).action_continue()
        self.assertEqual(action["params"]["active_model"], "customer.complaint")
        self.assertEqual(
            action["params"]["context"],
            {"complaint_import": "open", "complaint_go_live": "2025-03-03 12:00:00"},
        )
