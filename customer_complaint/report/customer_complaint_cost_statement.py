from odoo import api, models


class CostStatementReport(models.AbstractModel):
    """What complaints cost in a period, in the language of who prints it."""

    _name = "report.customer_complaint.report_cost_statement"
    _description = "Statement of the Cost of Complaints"

    @api.model
    def _get_report_values(self, docids, data=None):
        statements = self.env["customer.complaint.cost.statement"].browse(docids)
        Report = self.env["customer.complaint.cost.report"]
        for statement in statements:
            statement._check_export_rights()
            self.env["customer.complaint.access.log"]._log(
                "print",
                Report.search_count(statement._get_domain()),
                self.env._("Cost of complaints"),
            )
        return {
            "doc_ids": docids,
            "doc_model": statements._name,
            "docs": statements,
        }
