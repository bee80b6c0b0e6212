from odoo import api, fields, models
from odoo.exceptions import AccessError


class CustomerComplaintLine(models.Model):
    _name = "customer.complaint.line"
    _description = "Complaint Line"
    _order = "complaint_id, sequence, id"
    _check_company_auto = True

    complaint_id = fields.Many2one(
        "customer.complaint", required=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(related="complaint_id.company_id", store=True)
    sequence = fields.Integer(default=10)
    order_line_id = fields.Many2one(
        "sale.order.line",
        string="Order line",
        check_company=True,
        index="btree_not_null",
    )
    product_id = fields.Many2one("product.product", check_company=True)
    name = fields.Char(
        string="Product or service",
        compute="_compute_name",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
    )
    quantity = fields.Float(default=1.0, digits="Product Unit")
    uom_id = fields.Many2one(
        "uom.uom",
        string="Unit",
        compute="_compute_uom_id",
        store=True,
        readonly=False,
        precompute=True,
    )
    lot_name = fields.Char(string="Lot or serial number", help="As far as it is known.")
    product_model = fields.Char(
        string="Model", help="As the customer calls it, or as it stands on the product."
    )
    problem = fields.Char(string="What is wrong")

    _quantity_positive = models.Constraint(
        "CHECK(quantity > 0)",
        "The quantity complained about must be greater than zero. Remove the line if "
        "the product is not concerned.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines.complaint_id._on_lines_changed()
        return lines

    @api.constrains("order_line_id")
    def _check_order_line_id(self):
        self.filtered("order_line_id").complaint_id._check_without_order_lines()

    def unlink(self):
        complaints = self.complaint_id
        res = super().unlink()
        complaints.exists()._on_lines_changed()
        return res

    def write(self, vals):
        if "complaint_id" in vals and any(
            line.complaint_id.id != vals["complaint_id"] for line in self
        ):
            raise AccessError(
                self.env._("A line stays with its complaint. Add a new one instead.")
            )
        res = super().write(vals)
        if "product_id" in vals:
            self.complaint_id._on_lines_changed()
        return res

    def _get_content(self):
        """What is complained about, to find the same line on another complaint."""
        self.ensure_one()
        return self.order_line_id, self.product_id, self.name, self.problem

    @api.depends("product_id")
    def _compute_name(self):
        for line in self:
            if line.product_id and not line.name:
                line.name = line.product_id.display_name

    @api.depends("product_id")
    def _compute_uom_id(self):
        for line in self:
            if line.product_id and not line.uom_id:
                line.uom_id = line.product_id.uom_id
