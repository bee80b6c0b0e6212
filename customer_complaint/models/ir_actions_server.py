from odoo import models


class IrActionsServer(models.Model):
    _inherit = "ir.actions.server"

    def _run_action_webhook(self, eval_context=None):
        # An address that somebody removed is no reason to refuse the work of everybody else.
        if not self.webhook_url and self.model_name.startswith("customer.complaint"):
            return None
        return super()._run_action_webhook(eval_context)
