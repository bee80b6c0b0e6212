from ast import literal_eval

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, new_test_user, tagged

from .goods_common import GoodsCommon


@tagged("post_install", "-at_install")
class TestEntitlement(GoodsCommon):
    def grant(self, **values):
        remedy = self.make_remedy(
            "extended_warranty",
            **{
                "product_id": self.product.id,
                "date_from": "2020-01-01",
                "date_to": "2099-12-31",
                **values,
            },
        )
        remedy.action_grant()
        return remedy

    def test_a_package_is_granted_from_a_day_until_a_day(self):
        # S-94
        remedy = self.grant()
        entitlement = remedy.entitlement_ids
        self.assertRecordValues(
            entitlement,
            [
                {
                    "partner_id": self.partner.id,
                    "product_id": self.product.id,
                    "complaint_name": self.complaint.name,
                    "state": "running",
                    "name": "Extended warranty",
                }
            ],
        )
        self.assertEqual((remedy.state, remedy.is_open), ("delivered", False))
        self.assertIn("12/31/2099", remedy.delivery_note)
        self.assertEqual(self.complaint.entitlement_count, 1)
        action = self.complaint.action_view_entitlements()
        self.assertEqual(entitlement.search(action["domain"]), entitlement)
        with self.assertRefused(UserError, "granted or cancelled already"):
            remedy.action_grant()

    def test_who_takes_the_next_complaint_sees_it(self):
        # S-94
        self.grant()
        for user in (self.seller, self.colleague):
            seen = (
                self.env["customer.complaint"]
                .with_user(user)
                .new({"partner_id": self.partner.id})
                .customer_context
            )
            self.assertIn("Extended warranty (Test cabinet) until 12/31/2099", seen)
        partner = self.partner.with_user(self.seller)
        self.assertEqual(partner.complaint_entitlement_count, 1)
        action = partner.action_view_complaint_entitlements()
        found = self.env[action["res_model"]].with_user(self.seller)
        self.assertEqual(len(found.search(action["domain"])), 1)

    def test_whoever_may_not_read_the_complaint_learns_its_number_only(self):
        #
        self.grant()
        found = (
            self.env["customer.complaint.entitlement"].with_user(self.seller).search([])
        )
        data = found.filtered(lambda e: e.partner_id == self.partner).read()[0]
        self.assertEqual(data["complaint_name"], self.complaint.name)
        self.assertNotIn(self.complaint.title, str(data))
        with self.assertRaises(AccessError):
            found.write({"date_to": "2100-01-01"})
        with self.assertRefused(AccessError, "cannot be written directly"):
            found.with_user(self.handler).write({"remedy_id": False})

    def test_nobody_takes_the_place_of_what_a_remedy_grants(self):
        remedy = self.make_remedy("extended_term", date_to="2099-01-01")
        entitlement = (
            self.env["customer.complaint.entitlement"]
            .with_user(self.colleague)
            .with_context(default_remedy_id=remedy.id)
            .create(
                {
                    "type_id": remedy.type_id.id,
                    "partner_id": self.partner.id,
                    "date_to": "2099-01-01",
                }
            )
        )
        self.assertFalse(entitlement.remedy_id or entitlement.complaint_name)
        remedy.action_grant()
        remedy.date_to = "2098-01-01"
        self.assertEqual(str(remedy.entitlement_ids.date_to), "2098-01-01")

    def test_a_period_without_its_last_day_is_not_delivered(self):
        remedy = self.make_remedy("extended_term")
        remedy.type_id.sudo().needs_period = False
        with self.assertRefused(UserError, "fill in its last day"):
            remedy.deliver()

    def test_its_state_follows_the_days(self):
        today = self.grant().entitlement_ids
        ended = self.grant(date_to="2020-12-31").entitlement_ids
        planned = self.grant(date_from="2098-01-01").entitlement_ids
        withdrawn = self.grant().entitlement_ids
        withdrawn.action_archive()
        for entitlement, state in (
            (today, "running"),
            (ended, "ended"),
            (planned, "planned"),
            (withdrawn, "withdrawn"),
        ):
            self.assertEqual(entitlement.state, state)
            found = entitlement.with_context(active_test=False).search(
                [("state", "=", state), ("partner_id", "=", self.partner.id)]
            )
            self.assertEqual(found, entitlement)
        self.assertEqual(self.partner.complaint_entitlement_count, 1)

    def test_what_was_not_delivered_after_all_is_withdrawn(self):
        remedy = self.grant()
        entitlement = remedy.entitlement_ids
        remedy.sudo().write({"delivered_at": False})
        self.assertEqual(entitlement.state, "withdrawn")
        self.assertEqual(self.partner.complaint_entitlement_count, 0)
        remedy.date_to = "2098-12-31"
        remedy.action_grant()
        self.assertEqual(entitlement.state, "running")
        self.assertEqual(str(entitlement.date_to), "2098-12-31")

    def test_what_is_missing_is_said(self):
        for values, problem in (
            ({"date_to": False}, "last day is missing"),
            ({"type_id": self.env.ref("customer_complaint.remedy_type_refund").id}, ""),
        ):
            remedy = self.make_remedy("extended_term", **values)
            with self.assertRefused(UserError, f"cannot be granted: .*{problem}"):
                remedy.action_grant()
        remedy = self.make_remedy("extended_term", date_to="2099-01-01")
        with self.assertRaises(AccessError):
            remedy.with_user(self.colleague).action_grant()

    def test_it_is_granted_without_a_complaint_as_well(self):
        with Form(
            self.env["customer.complaint.entitlement"]
            .with_user(self.handler)
            .with_context(default_partner_id=self.partner.id)
        ) as form:
            form.type_id = self.env.ref("customer_complaint.remedy_type_trial_priority")
            form.date_to = "2099-01-01"
        entitlement = form.record
        self.assertEqual(entitlement.name, "Priority in trials of new products")
        with self.assertRefused(UserError, "not granted because of a complaint"):
            entitlement.action_view_complaint()

    def test_after_sales_services_are_offered_as_entitlements(self):
        # S-93
        entitlement = self.env["customer.complaint.entitlement"].with_user(self.handler)
        domain = literal_eval(entitlement._fields["type_id"].domain)
        offered = self.env["customer.complaint.remedy.type"].search(domain)
        service = self.env.ref("customer_complaint.remedy_type_maintenance")
        self.assertIn(service, offered)
        self.assertNotIn(self.env.ref("customer_complaint.remedy_type_refund"), offered)
        granted = entitlement.create(
            {
                "partner_id": self.partner.id,
                "type_id": service.id,
                "date_to": "2099-01-01",
            }
        )
        self.assertEqual((granted.name, granted.state), ("Maintenance", "running"))

    def test_other_companies_do_not_see_it(self):
        #
        self.grant()
        other = self.env["res.company"].create({"name": "Elsewhere"})
        user = new_test_user(
            self.env,
            "t_elsewhere",
            "customer_complaint.group_complaint_manager",
            company_id=other.id,
            company_ids=[Command.set(other.ids)],
        )
        found = self.env["customer.complaint.entitlement"].with_user(user)
        self.assertFalse(found.search([]))
