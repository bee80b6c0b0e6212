from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import tagged

from .follow_up_common import FollowUpCommon


@tagged("post_install", "-at_install")
class TestRateOrder(FollowUpCommon):
    """Lists are sorted by satisfaction, the worst first, without a stored copy of it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.satisfaction_follow_up = False
        cls.company.satisfaction_min_answers = 3
        cls.people = cls.customers(3)
        cls.reader = cls.user(
            "rate_reader",
            "group_satisfaction_user",
            "customer_complaint.group_complaint_manager",
            "sales_team.group_sale_salesman_all_leads",
        )

    def rate(self, grades, **values):
        """Answers with these grades, each by another customer unless one is given."""
        for grade, partner in zip(grades, self.customers(len(grades)), strict=True):
            self.answered(grade, partners=partner, **values)

    def assertWorstFirst(self, link, records):
        """Of four records: bad, good, best, and one with too few answers."""
        bad, good, best, few = records
        self.rate((1, 2, 5), **{link: bad.id})
        self.rate((5, 4, 1), **{link: good.id})
        self.rate((5, 4, 4), **{link: best.id})
        self.rate((1, 1), **{link: few.id})
        self.env.flush_all()
        model = records.with_user(self.reader).browse()
        domain = [("id", "in", records.ids)]
        with self.subTest(model=model._name):
            self.assertEqual(
                model.search(domain, order="satisfaction_csat, id").ids,
                (bad + good + best + few).ids,
            )
            self.assertEqual(
                model.search(domain, order="satisfaction_csat desc, id").ids,
                (best + good + bad + few).ids,
                "nothing is known of those with too few answers: they are never first",
            )
            low = model.search([*domain, ("is_mostly_dissatisfied", "=", True)])
            self.assertEqual(low.ids, bad.ids)
            self.assertEqual(low.mapped("is_mostly_dissatisfied"), [True])
            other = model.search([*domain, ("is_mostly_dissatisfied", "=", False)])
            self.assertEqual(set(other.ids), {good.id, best.id, few.id})
            self.assertEqual(set(other.mapped("is_mostly_dissatisfied")), {False})
            known = model.fields_get(["satisfaction_csat", "is_mostly_dissatisfied"])
            self.assertTrue(known["satisfaction_csat"]["sortable"])
            self.assertTrue(known["is_mostly_dissatisfied"]["searchable"])

    def test_orders_are_sorted_and_found_by_satisfaction(self):
        self.assertWorstFirst(
            "sale_order_id",
            self.env["sale.order"].create([{"partner_id": self.partner.id}] * 4),
        )

    def test_variants_are_sorted_and_found_by_satisfaction(self):
        self.assertWorstFirst(
            "product_id",
            self.env["product.product"].create([{"name": f"P{n}"} for n in range(4)]),
        )

    def test_teams_are_sorted_and_found_by_satisfaction(self):
        self.assertWorstFirst(
            "team_id",
            self.env["customer.complaint.team"].create(
                [{"name": f"Desk {n}"} for n in range(4)]
            ),
        )

    def test_customers_are_sorted_and_found_by_satisfaction(self):
        self.assertWorstFirst("partner_id", self.partner + self.people)

    def test_products_are_sorted_by_all_their_variants(self):
        attribute = self.env["product.attribute"].create(
            {
                "name": "Colour",
                "value_ids": [Command.create({"name": n}) for n in ("Red", "Blue")],
            }
        )
        two_colours = Command.create(
            {
                "attribute_id": attribute.id,
                "value_ids": [Command.set(attribute.value_ids.ids)],
            }
        )
        plain, coloured = self.env["product.template"].create(
            [{"name": "Plain"}, {"name": "Hue", "attribute_line_ids": [two_colours]}]
        )
        red, blue = coloured.product_variant_ids
        self.rate((5, 4, 1), product_id=plain.product_variant_ids.id)
        self.rate((5,), product_id=red.id)
        self.rate((1, 1), product_id=blue.id)
        blue.active = False
        self.env.flush_all()
        templates = (plain + coloured).with_user(self.reader)
        self.assertEqual(
            templates.search(
                [("id", "in", templates.ids)], order="satisfaction_csat"
            ).ids,
            templates[::-1].ids,
        )
        self.assertEqual(
            templates.mapped("is_mostly_dissatisfied"),
            [False, True],
        )

    def test_contacts_count_for_all_companies_above_them(self):
        group, firm, happy = self.people
        firm.parent_id = group
        self.partner.parent_id = firm
        self.rate((1, 1, 1), partner_id=self.partner.id)
        self.rate((5, 5, 5), partner_id=happy.id)
        self.env.flush_all()
        everybody = (happy + self.partner + firm + group).with_user(self.reader)
        domain = [("id", "in", everybody.ids)]
        low = everybody.search([*domain, ("is_mostly_dissatisfied", "=", True)])
        self.assertEqual(low, everybody[1:].sorted(lambda p: low.ids.index(p.id)))
        self.assertEqual(len(low), 3)
        self.assertEqual(
            everybody.search(domain, order="satisfaction_csat desc, id")[:1],
            everybody[:1],
        )

    def test_contacts_count_also_across_a_company_that_the_reader_may_not_see(self):
        group, firm, happy = self.people
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        firm.parent_id = group
        self.partner.parent_id = firm
        firm.company_id = elsewhere
        self.partner.company_id = False
        hidden = self.env["res.partner"].create(
            {"name": "Hidden", "parent_id": happy.id}
        )
        hidden.company_id = elsewhere
        self.rate((1, 1, 1), partner_id=self.partner.id)
        self.rate((1, 1, 1), partner_id=hidden.id)
        self.env.flush_all()
        seen = (happy + group).with_user(self.reader)
        self.assertFalse(firm.with_user(self.reader).has_access("read"))
        self.assertEqual(seen.mapped("is_mostly_dissatisfied"), [False, True])
        found = seen.search(
            [("id", "in", seen.ids), ("is_mostly_dissatisfied", "=", True)]
        )
        self.assertEqual(found, seen[1])

    def test_complaints_are_sorted_by_the_satisfaction_of_their_customers(self):
        happy, unhappy, unknown = (self.complaint(partner) for partner in self.people)
        self.rate((5, 5, 5), partner_id=self.people[0].id)
        self.rate((1, 1, 1), partner_id=self.people[1].id)
        self.env.flush_all()
        complaints = (happy + unhappy + unknown).with_user(self.reader)
        self.assertEqual(
            complaints.search([("id", "in", complaints.ids)], order="customer_csat"),
            (unhappy + happy + unknown).with_user(self.reader),
        )

    def test_sorting_is_one_statement_however_many_records(self):
        orders = self.env["sale.order"].create([{"partner_id": self.partner.id}] * 30)
        for order in orders[:5]:
            self.rate((1, 2, 5), sale_order_id=order.id)
        self.env.flush_all()
        for records, limit in ((orders, 1), (self.people, 1)):
            model = records.with_user(self.reader).browse()
            order = "satisfaction_csat, id"
            found = model.search([], order=order, limit=limit)  # rights are known then
            with self.assertQueryCount(1):
                model.search([], order=order, limit=limit)
            with self.assertQueryCount(1):
                model.search([("is_mostly_dissatisfied", "=", True)])
            self.assertEqual(len(found), limit)

    def test_answers_of_other_companies_sort_nothing(self):
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        self.rate((1, 1, 1), partner_id=self.partner.id, company_id=elsewhere.id)
        self.env.flush_all()
        found = self.partner.with_user(self.reader).search(
            [("is_mostly_dissatisfied", "=", True)]
        )
        self.assertNotIn(self.partner, found)

    def test_who_may_not_read_answers_cannot_sort_by_them(self):
        seller = self.user("rate_seller", "sales_team.group_sale_salesman")
        orders = self.env["sale.order"].with_user(seller)
        with self.assertRaises(AccessError):
            orders.search([], order="satisfaction_csat")
        with self.assertRaises(AccessError):
            orders.search([("is_mostly_dissatisfied", "=", True)])
        self.assertNotIn("satisfaction_csat", orders.fields_get())
