from odoo import api, models
from odoo.tools import frozendict


class IrActionsActions(models.Model):
    """Documents of addons that need not be installed offer "Open complaint" in their menu.

    Bound when the menu is asked for: it works whichever addon is installed first, and leaves
    nothing behind.
    """

    _inherit = "ir.actions.actions"

    @api.model
    def _get_bindings(self, model_name):
        bindings = super()._get_bindings(model_name)
        if model_name not in self.env["customer.complaint"]._get_origin_readers():
            return bindings
        action = self.env.ref("customer_complaint.customer_complaint_action_open_from")
        group = "customer_complaint.group_complaint_submitter"
        offered = frozendict(
            id=action.id,
            name=action.sudo().name,
            binding_view_types="form",
            group_ids=[group],
            res_model=action.res_model,
        )
        return frozendict(
            {**bindings, "action": (*bindings.get("action", ()), offered)}
        )
