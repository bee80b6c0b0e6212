from odoo import api, models


class BaseImport(models.TransientModel):
    _inherit = "base_import.import"

    @api.model
    def get_fields_tree(self, model, depth=3):
        # What the process sets may stand in a file of history.
        if model == "customer.complaint":
            self = self.with_context(complaint_import_columns=True)
        return super().get_fields_tree(model, depth)

    def execute_import(self, fields, columns, options, dryrun=False):
        self = self.with_context(
            complaint_dry_run=dryrun, complaint_rows_before=options.get("skip") or 0
        )
        return super().execute_import(fields, columns, options, dryrun)
