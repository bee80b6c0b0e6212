from contextlib import contextmanager
from datetime import datetime

from freezegun import freeze_time

from odoo.fields import Command
from odoo.tests import TransactionCase, new_test_user

RECEIPT = datetime(2025, 3, 3, 9, 0)


class ComplaintCommon(TransactionCase):
    """A user per role, two companies, a confirmed order; no demo data needed."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env.company
        cls.env.user.tz = "UTC"
        cls.env["customer.complaint.team"].search([]).active = False
        cls.env["customer.complaint.policy"].search([]).filtered(
            lambda p: p != cls.env.ref("customer_complaint.policy_graded")
        ).active = False
        cls.env["customer.complaint.path"].search([]).filtered(
            lambda p: p != cls.env.ref("customer_complaint.path_four_steps")
        ).active = False
        group = "customer_complaint.group_complaint_"
        make = {
            "company_id": cls.company.id,
            "company_ids": [Command.set(cls.company.ids)],
            "lang": "en_US",
        }
        cls.seller = new_test_user(
            cls.env, "t_seller", "sales_team.group_sale_salesman", **make
        )
        cls.handler = new_test_user(cls.env, "t_handler", f"{group}user", **make)
        cls.colleague = new_test_user(cls.env, "t_colleague", f"{group}user", **make)
        cls.lead = new_test_user(cls.env, "t_lead", f"{group}lead", **make)
        cls.manager = new_test_user(cls.env, "t_manager", f"{group}manager", **make)
        cls.employee = new_test_user(cls.env, "t_employee", "base.group_user", **make)
        cls.top_team = cls.env["customer.complaint.team"].create(
            {"name": "Head office", "tier": "1", "leader_id": cls.manager.id}
        )
        cls.team = cls.env["customer.complaint.team"].create(
            {
                "name": "Service desk",
                "parent_id": cls.top_team.id,
                "leader_id": cls.lead.id,
                "member_ids": [Command.link(cls.handler.id)],
                "sequence": 1,
            }
        )
        cls.other_team = cls.env["customer.complaint.team"].create(
            {
                "name": "Workshop",
                "sequence": 2,
                "member_ids": [Command.link(cls.colleague.id)],
            }
        )
        cls.partner = cls.env["res.partner"].create(
            {
                "name": "Test Customer",
                "email": "t.customer@example.com",
                "phone": "+32 2 555 01 01",
                "lang": "en_US",
            }
        )
        cls.category = cls.env.ref("customer_complaint.category_product_damage")
        cls.levels = [
            cls.env.ref(f"customer_complaint.level_{rank}") for rank in (1, 2, 3)
        ]
        cls.product = cls.env["product.product"].create(
            {"name": "Test cabinet", "list_price": 100.0}
        )
        cls.order = cls.env["sale.order"].create(
            {
                "partner_id": cls.partner.id,
                "user_id": cls.seller.id,
                "order_line": [
                    Command.create(
                        {"product_id": cls.product.id, "product_uom_qty": 2.0}
                    ),
                    Command.create({"display_type": "line_note", "name": "A remark"}),
                ],
            }
        )
        cls.order.action_confirm()

    @classmethod
    def stop_clock(cls, moment):
        """Let it be this moment in all tests of the class."""
        clock = freeze_time(moment)
        clock.start()
        cls.addClassCleanup(clock.stop)

    @classmethod
    def make_complaint(cls, user=None, **values):
        """A complaint that lacks nothing, received at RECEIPT unless told otherwise."""
        defaults = {
            "partner_id": cls.partner.id,
            "description": "The door is cracked.",
            "demand": "A new door.",
            "category_id": cls.category.id,
            "level_id": cls.levels[1].id,
            "received_at": RECEIPT,
            "acknowledge": False,
        }
        model = cls.env["customer.complaint"]
        if user:
            model = model.with_user(user).with_context(**user.env.context)
        return model.create({**defaults, **values})

    @classmethod
    def make_owned(cls, **values):
        """A complete complaint that the handler owns, in the handler's rights."""
        return cls.make_complaint(user_id=cls.handler.id, **values).with_user(
            cls.handler
        )

    @contextmanager
    def assertRefused(self, exception, message):
        """The block raises and says what is wrong; what it wrote is rolled back."""
        with self.assertRaises(exception) as refusal:
            yield refusal
        self.assertRegex(str(refusal.exception), message)

    def url_open(self, *args, timeout=300, **kwargs):
        """As `HttpCase` does, and patient: other things may keep the machine busy."""
        return super().url_open(*args, timeout=timeout, **kwargs)

    def flush_tracking(self):
        """Post the messages about changed fields, as the end of a request does."""
        self.env.flush_all()
        self.cr.precommit.run()

    def row(self, complaint, deadline_type, round_number=1):
        return complaint.sudo().deadline_ids.filtered(
            lambda d: d.deadline_type == deadline_type and d.round == round_number
        )

    def tell_outcome(self, complaint, **values):
        """Decide and tell the outcome on the phone."""
        complaint.write(
            {"decision": "justified", "decision_reason": "Carrier's fault."}
        )
        return complaint.env["customer.complaint.contact"].create(
            {
                "complaint_id": complaint.id,
                "summary": "Told the outcome.",
                "outcome_told": True,
                **values,
            }
        )

    def confirm(self, complaint, solved="solved", grade="5", **values):
        return complaint.env["customer.complaint.confirmation"].create(
            {"complaint_id": complaint.id, "solved": solved, "grade": grade, **values}
        )
