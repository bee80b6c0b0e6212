from odoo import fields, models


class CustomerComplaint(models.Model):
    """What is done for the customer: solutions with their remedies."""

    _inherit = "customer.complaint"

    solution_ids = fields.One2many(
        "customer.complaint.solution",
        "complaint_id",
        groups="customer_complaint.group_complaint_user",
    )
    remedy_ids = fields.One2many(
        "customer.complaint.remedy",
        "complaint_id",
        groups="customer_complaint.group_complaint_user",
    )

    def _get_solution(self):
        """The solution that is carried out, made when there is none yet."""
        self.ensure_one()
        solution = self.solution_ids.filtered(lambda s: s.state == "chosen")[:1]
        return solution or self.env["customer.complaint.solution"].create(
            {"complaint_id": self.id, "state": "chosen", "user_id": self.user_id.id}
        )

    def _get_open_remedies(self):
        """What was promised and is not delivered yet."""
        return self.remedy_ids.filtered("is_open")
