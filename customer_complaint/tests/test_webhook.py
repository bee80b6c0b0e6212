import json
from unittest.mock import patch

import requests

from odoo.exceptions import ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import RECEIPT, ComplaintCommon

ADDRESS = "https://chat.example.com/complaints"


@tagged("post_install", "-at_install")
class TestWebhook(ComplaintCommon):
    """What other programs are told."""

    def activate(self, name, address=ADDRESS):
        rule = self.env.ref(f"customer_complaint.automation_webhook_{name}")
        rule.action_server_ids.webhook_url = address
        rule.active = True
        return rule

    def collect(self, act, **post):
        """What is sent when the transaction in which `act` works is committed."""
        self.env.cr.postcommit.clear()
        with patch.object(requests, "post", **post) as sent:
            act()
            self.flush_tracking()
            self.env.cr.postcommit.run()
        for call in sent.call_args_list:
            self.assertEqual(call.args, (ADDRESS,))
        return [json.loads(call.kwargs["data"]) for call in sent.call_args_list]

    def test_a_new_complaint_and_each_stage_are_told_to_another_program(self):
        #
        self.activate("stage")
        told = self.collect(lambda: self.make_complaint(user=self.handler))
        complaint = self.env["customer.complaint"].browse(told[0]["_id"])
        self.assertEqual(
            {
                key: told[0][key]
                for key in ("_model", "name", "stage_type", "level_rank")
            },
            {
                "_model": "customer.complaint",
                "name": complaint.name,
                "stage_type": "received",
                "level_rank": 2,
            },
        )
        self.assertEqual(told[0]["received_at"], str(RECEIPT))
        mine = complaint.with_user(self.handler)
        self.assertFalse(self.collect(lambda: mine.write({"title": "Other words"})))
        told = self.collect(lambda: mine.action_take())
        self.assertEqual([call["stage_type"] for call in told], ["assessed"])

    def test_a_deadline_is_told_when_it_begins_and_when_it_is_done(self):
        #
        self.activate("deadline")
        told = self.collect(lambda: self.make_complaint(user=self.handler))
        self.assertEqual(
            {(call["deadline_type"], call["state"]) for call in told},
            {("first_response", "open"), ("completion", "open")},
        )
        complaint = self.env["customer.complaint"].browse(told[0]["complaint_id"])
        told = self.collect(
            lambda: complaint.with_user(self.handler)._on_customer_told(RECEIPT)
        )
        self.assertEqual(
            [(call["deadline_type"], call["state"], call["result"]) for call in told],
            [("first_response", "done", "on_time")],
        )

    def test_a_deadline_is_told_when_it_is_overdue(self):
        #
        rule = self.activate("overdue")
        complaint = self.make_complaint()
        late = self.row(complaint, "completion")
        self.env.flush_all()
        until = late.due_at.replace(year=late.due_at.year + 1)
        found = rule._search_time_based_automation_records(until=until)
        self.assertIn(late, found)
        told = self.collect(lambda: rule._process(late))
        self.assertEqual(
            (told[0]["_id"], told[0]["deadline_type"]), (late.id, "completion")
        )

    def test_an_address_that_fails_or_is_gone_disturbs_nobody(self):
        #
        rule = self.activate("stage")
        complaint = self.make_owned()
        with mute_logger("odoo.addons.base.models.ir_actions"):
            self.collect(
                lambda: complaint.action_start(),
                side_effect=requests.exceptions.ConnectionError("nobody there"),
            )
        self.assertEqual(complaint.stage_type, "implementing")
        rule.action_server_ids.webhook_url = False
        self.assertFalse(self.collect(lambda: complaint._move_to_type("received")))

    def test_the_rules_are_shipped_switched_off_and_ask_for_an_address(self):
        for name in ("stage", "deadline", "overdue"):
            rule = self.env.ref(f"customer_complaint.automation_webhook_{name}")
            self.assertFalse(rule.active)
            with self.assertRefused(ValidationError, "address"):
                rule.active = True
