from odoo.fields import Command

from .common import ComplaintCommon


class GoodsCommon(ComplaintCommon):
    """A handler's complaint about an order, and remedies of its chosen solution."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.complaint = cls.make_owned(order_id=cls.order.id)
        cls.order.order_line[0].price_unit = 80.0

    def make_remedy(self, kind="replacement", complaint=None, **values):
        """A remedy of a shipped type, in the handler's rights."""
        complaint = complaint or self.complaint
        return (
            self.env["customer.complaint.remedy"]
            .create(
                {
                    "solution_id": complaint._get_solution().id,
                    "type_id": self.env.ref(
                        f"customer_complaint.remedy_type_{kind}"
                    ).id,
                    **values,
                }
            )
            .with_user(self.handler)
        )

    def make_order(self, remedy, **values):
        remedy.create_document(**values)
        return self.env["sale.order"].browse(remedy.document_id)

    def deliver(self, order):
        """Sales confirms the order and enters what was delivered."""
        order = order.with_user(self.seller)
        order.action_confirm()
        for line in order.order_line:
            line.qty_delivered = line.product_uom_qty

    def make_vendor_note(self, amount, partner, post=True, **values):
        note = self.env["account.move"].create(
            {
                "move_type": "in_refund",
                "partner_id": partner.id,
                "invoice_date": "2025-03-10",
                "invoice_line_ids": [
                    Command.create(
                        {
                            "name": "Faulty parts",
                            "price_unit": amount,
                            "tax_ids": [Command.clear()],
                        }
                    )
                ],
                **values,
            }
        )
        if post:
            note.action_post()
        return note
