from odoo import api, fields, models
from odoo.exceptions import UserError


class CustomerComplaintRemedyDocument(models.TransientModel):
    """Make the document that carries out a remedy, or link one by its number."""

    _name = "customer.complaint.remedy.document"
    _description = "Document of a Remedy"

    remedy_id = fields.Many2one(
        "customer.complaint.remedy", required=True, readonly=True
    )
    document = fields.Selection(related="remedy_id.document")
    goods = fields.Char(compute="_compute_goods")
    problem = fields.Char(
        compute="_compute_problem", help="Why no document can be created here."
    )
    price = fields.Selection(
        [("free", "Free of charge"), ("charged", "As it was charged")],
        default="free",
        required=True,
    )
    program = fields.Selection("_selection_program", string="Programme")
    number = fields.Char(
        string="Existing number", help="Exactly as on the document, or the coupon code."
    )

    @api.model
    def _selection_program(self):
        return self.env["customer.complaint.remedy"]._get_coupon_programs()

    @api.depends("remedy_id")
    def _compute_goods(self):
        for dialog in self:
            remedy = dialog.remedy_id
            if remedy.document == "coupon":
                dialog.goods = remedy.currency_id.format(remedy.amount)
                continue
            try:
                goods = remedy._get_goods()
            except UserError as problem:  # said in the dialog, not on opening it
                dialog.goods = str(problem)
                continue
            dialog.goods = ", ".join(
                f"{quantity:g} × {product.display_name}"
                for product, quantity, _uom, _line in goods
            )

    @api.depends("remedy_id")
    def _compute_problem(self):
        for dialog in self:
            try:
                model = dialog.remedy_id._get_document_model()
            except UserError as problem:
                dialog.problem = str(problem)
                continue
            dialog.problem = (
                False
                if model._name == "sale.order" or model.has_access("create")
                else self.env._(
                    "You may not create documents of this kind. Ask a colleague who may, "
                    "and enter the number below."
                )
            )

    def action_create(self):
        """Make the document and open it."""
        self.ensure_one()
        return self.remedy_id.create_document(
            charged=self.price == "charged",
            program_id=int(self.program) if self.program else None,
        )

    def action_link(self):
        """Link the document with this number."""
        self.ensure_one()
        self.remedy_id.link_document(self.number)
        return {"type": "ir.actions.act_window_close"}
