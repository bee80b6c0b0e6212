from odoo import fields, models


class CustomerComplaintRemedyType(models.Model):
    """What can be done for a customer: what it needs, and what proves that he got it."""

    _name = "customer.complaint.remedy.type"
    _description = "Remedy Type"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    remedy_group = fields.Selection(
        [
            ("money", "Money"),
            ("goods", "Goods"),
            ("service", "After-sales service"),
            ("relation", "Relationship"),
            ("change", "Change on our side"),
        ],
        string="Group",
        required=True,
        default="relation",
    )
    proof = fields.Selection(
        [
            ("credit", "Credit note posted"),
            ("paid", "Credit note paid or reconciled"),
            ("document", "Linked document done"),
            ("period", "Period granted"),
            ("told", "Told to the customer"),
            ("note", "Date and person"),
        ],
        string="Proof of delivery",
        required=True,
        default="note",
        help="What has to be there before the remedy counts as delivered.",
    )
    document = fields.Selection(
        [
            ("sale", "Sales order"),
            ("delivery", "Delivery"),
            ("return", "Return"),
            ("repair", "Repair"),
            ("coupon", "Coupon"),
        ],
        help="The document it is carried out with, where that application is installed.",
    )
    needs_amount = fields.Boolean()
    needs_product = fields.Boolean()
    needs_period = fields.Boolean(
        string="Needs a period", help="From when until when the customer is entitled."
    )
    is_goodwill = fields.Boolean(
        string="Goodwill", help="Given without a claim; counts in the goodwill budget."
    )
    is_relationship = fields.Boolean(
        string="Repairs the relationship",
        help="Offered when the customer was dissatisfied with the handling.",
    )
    note = fields.Text(
        string="Explanation",
        translate=True,
        help="When it is right, shown on choosing.",
    )

    def _is_credit(self):
        """Whether accounting delivers it with a credit note."""
        self.ensure_one()
        return self.proof in ("credit", "paid")
