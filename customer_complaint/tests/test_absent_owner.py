from datetime import datetime, timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from .absence_common import NOW, AbsenceCommon
from .credit_common import CreditCommon


@tagged("post_install", "-at_install")
class TestAbsentOwner(AbsenceCommon):
    def test_the_customer_is_told_the_name_of_who_stands_in(self):
        complaint = self.make_owned()
        self.assertEqual(complaint._get_contact_person(), self.handler)
        absence = self.away(self.handler, self.deputy)
        self.assertEqual(complaint._get_contact_person(), self.deputy)
        absence.date_to = NOW
        self.assertEqual(complaint._get_contact_person(), self.handler)

    def test_nobody_is_named_who_may_not_open_the_complaint(self):
        complaint = self.make_owned()
        absence = self.away(self.handler, self.colleague)
        self.assertEqual(complaint._get_contact_person(), self.lead)
        self.assertEqual(complaint.sudo()._get_contact_person(), self.lead)
        self.away(self.lead)
        self.assertEqual(complaint._get_contact_person(), self.handler)
        absence.deputy_id = self.deputy
        self.assertEqual(complaint._get_contact_person(), self.deputy)

    def test_complaints_whose_owner_is_away_are_found(self):
        waiting, closed, other = (
            self.make_complaint(user_id=user.id)
            for user in (self.handler, self.handler, self.deputy)
        )
        unowned = self.make_complaint()
        closed._close("confirmed")
        self.away(self.handler)
        all_ = waiting + closed + other + unowned
        model = self.env["customer.complaint"].with_user(self.lead)
        for operator, expected in (("!=", waiting), ("=", all_ - waiting)):
            found = model.search(
                [("owner_absence", operator, False), ("id", "in", all_.ids)]
            )
            self.assertEqual(set(found.ids), set(expected.ids))

    def test_colleagues_see_beside_the_owner_until_when_and_who_stands_in(self):
        # C-45
        complaint = self.make_owned()
        self.assertFalse(complaint.owner_absence)
        # Until Tuesday 0:00 means Monday.
        absence = self.away(self.handler, date_to=datetime(2025, 3, 11))
        self.env.invalidate_all()
        self.assertEqual(
            complaint.owner_absence,
            "Away until Mar 10, 2025 – deputy " + self.lead.name,
        )
        absence.write({"deputy_id": self.deputy.id, "date_to": NOW.replace(hour=16)})
        self.env.invalidate_all()
        self.assertEqual(
            complaint.owner_absence, "Away until 16:00 – deputy Dora Deputy"
        )
        self.assertEqual(
            self.team.absence_hint,
            f"{self.handler.name}: Away until 16:00 – deputy Dora Deputy",
        )
        absence.deputy_id = False
        self.away(self.lead)
        self.env.invalidate_all()
        self.assertEqual(complaint.owner_absence, "Away until 16:00, nobody stands in")
        complaint.sudo()._close("confirmed")
        self.assertFalse(complaint.owner_absence)

    def test_customers_read_nothing_of_it(self):
        for fname in ("owner_absence", "late_chance", "late_forecast"):
            self.assertEqual(
                self.env["customer.complaint"]._fields[fname].groups, "base.group_user"
            )

    def test_the_list_costs_the_same_for_one_and_eighty(self):
        self.away(self.handler, self.deputy)
        for _index in range(80):
            self.make_complaint(user_id=self.handler.id)
        complaints = self.env["customer.complaint"].with_user(self.handler)
        counts = []
        for limit in (1, 1, 80):
            self.env.invalidate_all()
            self.env.cr.cache.clear()
            start = self.env.cr.sql_log_count
            complaints.web_search_read([], {"owner_absence": {}}, limit=limit)
            counts.append(self.env.cr.sql_log_count - start)
        self.assertEqual(counts[1], counts[2])

    def test_what_the_customer_writes_reaches_who_stands_in(self):
        self.deputy.notification_type = "inbox"
        complaint = self.make_complaint(user_id=self.handler.id)

        def write():
            message = complaint.message_post(
                body="Where is my door?",
                author_id=self.partner.id,
                message_type="comment",
                subtype_xmlid="mail.mt_comment",
            )
            return message.notified_partner_ids

        self.assertNotIn(self.deputy.partner_id, write())
        self.away(self.handler, self.deputy)
        self.assertIn(self.deputy.partner_id, write())

    def test_who_works_in_two_companies_gets_along_with_who_works_in_one(self):
        company = self.env["res.company"].create({"name": "Other Ltd"})
        self.manager.company_ids += company
        complaint = self.make_complaint(user_id=self.handler.id)
        self.away(self.handler, self.deputy)
        both = complaint.with_user(self.manager).with_context(
            allowed_company_ids=(company + self.company).ids
        )
        self.assertIn("Dora Deputy", both.read(["owner_absence"])[0]["owner_absence"])
        self.env["customer.complaint.escalate"].with_env(both.env).create(
            {
                "complaint_ids": both.ids,
                "user_id": self.lead.id,
                "reason": "No van is free.",
            }
        ).action_escalate()
        self.assertIn(self.lead.partner_id, complaint.message_partner_ids)
        self.deputy.notification_type = "inbox"
        message = both.sudo().message_post(
            body="Where is my door?",
            author_id=self.partner.id,
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
        )
        self.assertIn(self.deputy.partner_id, message.notified_partner_ids)

    def test_who_is_shown_one_complaint_is_not_told_of_the_next(self):
        seller = new_test_user(
            self.env,
            login="seller",
            groups="base.group_user,customer_complaint.group_complaint_submitter",
        )
        team = self.env["customer.complaint.team"].create(
            {"name": "Closed circle", "member_ids": self.handler.ids}
        )
        other = self.make_complaint(team_id=team.id)
        self.assertFalse(other._can_tell(seller))
        for fname in ("salesperson_id", "observer_ids"):
            theirs = self.make_complaint(team_id=team.id)
            theirs[fname] = seller
            self.assertTrue(theirs._can_tell(seller), fname)
            self.assertFalse(other._can_tell(seller), fname)
            self.env.cr.cache.clear()
            self.assertTrue(theirs._can_tell(seller), fname)
            self.assertFalse(other._can_tell(seller), fname)

    def test_who_left_the_company_is_not_told(self):
        complaint = self.make_complaint(user_id=self.handler.id)
        self.assertTrue(complaint._can_tell(self.handler))
        company = self.env["res.company"].create({"name": "Other Ltd"})
        self.handler.write(
            {"company_id": company.id, "company_ids": [Command.set(company.ids)]}
        )
        self.assertFalse(complaint._can_tell(self.handler))


@tagged("post_install", "-at_install")
class TestAbsentLead(CreditCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.complaint_credit_approval_amount = 10
        cls.complaint.sudo().team_id = cls.team
        cls.second_lead = new_test_user(
            cls.env,
            "t_second_lead",
            "customer_complaint.group_complaint_lead",
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
        )
        cls.team.member_ids += cls.second_lead

    def away(self, user, deputy=None):
        now = fields.Datetime.now()
        return self.env["customer.complaint.absence"].create(
            {
                "user_id": user.id,
                "deputy_id": deputy and deputy.id,
                "date_from": now - timedelta(days=1),
                "date_to": now + timedelta(days=1),
            }
        )

    def todo(self, request):
        return request.sudo().activity_ids.user_id

    def test_the_deputy_of_an_absent_lead_is_asked_and_approves(self):
        self.assertEqual(self.todo(self.ask(amount=50)), self.lead)
        self.away(self.lead, self.second_lead)
        request = self.ask(amount=50)
        self.assertEqual(self.todo(request), self.second_lead)
        request.with_user(self.second_lead).action_approve()
        self.assertEqual(request.state, "to_do")
        self.assertFalse(self.todo(request))

    def test_what_waits_for_approval_goes_along_when_a_lead_hands_over(self):
        request, own = (
            self.ask(complaint, amount=50)
            for complaint in (
                self.complaint,
                self.complaint.with_user(self.second_lead),
            )
        )
        self.assertEqual(self.todo(request) + self.todo(own), self.lead)
        self.away(self.lead, self.second_lead).with_user(self.lead).action_hand_over()
        self.assertEqual(self.todo(request), self.second_lead)
        # His own request waits for somebody else.
        self.assertNotIn(self.todo(own), self.lead + self.second_lead)
        self.assertTrue(self.todo(own))

    def test_who_asks_for_help_is_offered_who_stands_in_for_the_lead(self):
        # C-42
        model = self.env["customer.complaint.escalate"].with_user(self.handler)
        values = {"complaint_ids": self.complaint.ids, "reason": "Stuck"}
        self.assertEqual(model.new(values).user_id, self.lead)
        self.away(self.lead, self.second_lead)
        self.assertEqual(model.new(values).user_id, self.second_lead)

    def test_a_deputy_without_the_rights_is_not_asked(self):
        # C-65
        self.away(self.lead, self.colleague)
        request = self.ask(amount=50)
        self.assertNotIn(self.colleague, self.todo(request))
        self.team.member_ids += self.colleague
        with self.assertRefused(AccessError, "team lead"):
            request.with_user(self.colleague).action_approve()

    def test_who_asked_for_the_money_never_approves_it_as_a_deputy(self):
        # C-65
        self.away(self.lead, self.second_lead)
        request = self.ask(self.complaint.with_user(self.second_lead), amount=50)
        self.assertNotIn(self.second_lead, self.todo(request))
        self.assertTrue(self.todo(request))
        with self.assertRefused(UserError, "your own request"):
            request.with_user(self.second_lead).action_approve()

    def test_a_cancelled_request_is_nobodys_to_do(self):
        request = self.ask(amount=50)
        request.with_user(self.handler)._cancel("Changed his mind")
        self.assertFalse(self.todo(request))
