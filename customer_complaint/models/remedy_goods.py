from odoo import fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

# Programmes whose points are money.
MONEY_PROGRAMS = ("gift_card", "ewallet")
# Programmes of which a single coupon is given to one customer.
COUPON_PROGRAMS = ("coupons", *MONEY_PROGRAMS)


class CustomerComplaintRemedy(models.Model):
    """Delivery, return, repair and coupon, where stock, repair and loyalty are installed.

    Bound when they are asked for, like "Open complaint" in the menu of a delivery: whichever
    addon is installed first. All in the rights of the user.
    """

    _inherit = "customer.complaint.remedy"

    def _create_delivery(self):
        """A draft delivery of the goods from the company's warehouse."""
        complaint = self.complaint_id
        customer = complaint.partner_id
        if not customer:
            raise UserError(
                self.env._(
                    "%(complaint)s names no customer to deliver to. Choose the customer "
                    "first.",
                    complaint=complaint.name,
                )
            )
        customer = customer.with_company(complaint.company_id)
        kind = (
            self.env["stock.picking.type"]
            .with_company(complaint.company_id)
            .search(
                [
                    ("code", "=", "outgoing"),
                    ("company_id", "=", complaint.company_id.id),
                ],
                limit=1,
            )
        )
        if not kind:
            raise UserError(
                self.env._(
                    "%(company)s has no warehouse that delivers. Set one up in Inventory.",
                    company=complaint.company_id.name,
                )
            )
        places = {
            "location_id": kind.default_location_src_id.id,
            "location_dest_id": customer.property_stock_customer.id,
        }
        return kind.env["stock.picking"].create(
            {
                "partner_id": customer.id,
                "picking_type_id": kind.id,
                "origin": complaint.name,
                "move_ids": [
                    Command.create(
                        {
                            "product_id": product.id,
                            "product_uom_qty": quantity,
                            "product_uom": uom.id,
                            **places,
                        }
                    )
                    for product, quantity, uom, _line in self._get_goods()
                ],
                **places,
            }
        )

    def _create_return(self):
        """The return of what was delivered, as core's own dialog makes it."""
        wanted = {}
        for product, quantity, uom, _line in self._get_goods():
            wanted[product] = wanted.get(product, 0) + uom._compute_quantity(
                quantity, product.uom_id
            )
        delivery = self._get_deliveries().filtered(
            lambda p: p.move_ids.product_id & self.env["product.product"].union(*wanted)
        )[:1]
        if not delivery:
            raise UserError(
                self.env._(
                    "No finished delivery of these products is known for %(complaint)s. "
                    "Enter its sales order, or create the return in Inventory and link it.",
                    complaint=self.complaint_id.name,
                )
            )
        dialog = self.env["stock.return.picking"].create({"picking_id": delivery.id})
        for line in dialog.product_return_moves:
            unit = line.uom_id
            asked = line.product_id.uom_id._compute_quantity(
                wanted.get(line.product_id, 0), unit
            )
            line.quantity = min(asked, line.move_quantity)
            wanted[line.product_id] = unit._compute_quantity(
                asked - line.quantity, line.product_id.uom_id
            )
        picking = dialog._create_return()
        picking.origin = f"{self.complaint_id.name}, {delivery.name}"
        return picking

    def _get_deliveries(self):
        """Finished deliveries of the complaint's order, or the one it was opened from."""
        complaint = self.complaint_id
        pickings = self.env["stock.picking"]
        if "picking_ids" in complaint.order_id._fields:
            pickings = complaint.order_id.picking_ids
        if complaint.origin_model == pickings._name:
            pickings |= pickings.browse(complaint.origin_id).exists()
        return pickings.filtered(
            lambda p: p.state == "done" and p.picking_type_code == "outgoing"
        )

    def _create_repair(self):
        """A draft repair under warranty: who pays is decided there."""
        product, quantity, uom, _line = self._get_goods()[0]
        complaint = self.complaint_id
        repairs = self.env["repair.order"].with_company(complaint.company_id)
        return repairs.create(
            {
                "partner_id": complaint.partner_id.id,
                "company_id": complaint.company_id.id,
                "product_id": product.id,
                "product_qty": quantity,
                "product_uom": uom.id,
                "under_warranty": True,
                "internal_notes": complaint.name,
            }
        )

    def _create_coupon(self, program_id=None):
        """A coupon of the chosen programme; of gift cards over the amount of the remedy."""
        complaint = self.complaint_id
        program = self.env["loyalty.program"].browse(program_id).exists()
        if (
            not program
            or program.program_type not in COUPON_PROGRAMS
            or program.company_id not in (self.company_id, self.company_id.browse())
        ):
            raise UserError(
                self.env._("Choose the programme of which the coupon is issued.")
            )
        points = 1.0
        if program.program_type in MONEY_PROGRAMS:
            points = self.currency_id._convert(
                self.amount,
                program.currency_id,
                self.company_id,
                fields.Date.context_today(self),
            )
            if points <= 0:
                raise UserError(
                    self.env._("Enter the amount of the coupon on the remedy first.")
                )
        return self.env["loyalty.card"].create(
            {
                "program_id": program.id,
                "partner_id": complaint.partner_id.id,
                "points": points,
                "expiration_date": self.date_to,
            }
        )

    def _get_coupon_programs(self):
        """Programmes a coupon can be issued of, as options of a selection."""
        if "loyalty.program" not in self.env:
            return []
        programs = self.env["loyalty.program"]
        if not programs.has_access("read"):
            return []
        return [
            (str(program.id), program.name)
            for program in programs.search(
                [
                    ("program_type", "in", COUPON_PROGRAMS),
                    ("company_id", "in", [False, *self.env.companies.ids]),
                ]
            )
        ]
