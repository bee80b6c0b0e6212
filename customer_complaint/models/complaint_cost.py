from odoo import fields, models

from .customer_complaint_cost import STAFF


class CustomerComplaint(models.Model):
    """What the complaint costs: entered by hand, and all of it by kind."""

    _inherit = "customer.complaint"

    cost_ids = fields.One2many(
        "customer.complaint.cost", "complaint_id", string="Costs", groups=STAFF
    )
    cost_summary = fields.Html(
        compute="_compute_cost_summary", sanitize=False, groups=STAFF
    )

    def _compute_cost_summary(self):
        Report = self.env["customer.complaint.cost.report"]._of_complaints(self)
        groups = Report._read_group(
            [("complaint_id", "in", self.ids)],
            ["complaint_id", "kind"],
            ["amount_booked:sum", "amount_estimated:sum"],
        )
        kinds = dict(Report._fields["kind"]._description_selection(self.env))
        for complaint in self:
            rows = [
                (kinds[kind], booked, estimated)
                for other, kind, booked, estimated in groups
                if other == complaint._origin
            ]
            complaint.cost_summary = rows and self.env["ir.qweb"]._render(
                "customer_complaint.cost_summary",
                {
                    "rows": rows,
                    "booked": sum(row[1] for row in rows),
                    "estimated": sum(row[2] for row in rows),
                    "currency": complaint.company_id.currency_id,
                },
            )

    def action_view_costs(self):
        """Open every source of what the complaint costs."""
        self.ensure_one()
        action = self.env["ir.actions.actions"]._for_xml_id(
            "customer_complaint.customer_complaint_cost_report_action"
        )
        return {
            **action,
            "views": [(False, "list"), (False, "pivot")],
            "domain": [("complaint_id", "=", self.id)],
            "context": {},
        }
