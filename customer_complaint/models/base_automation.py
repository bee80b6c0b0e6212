from odoo import api, fields, models

from .customer_complaint_escalation_step import EFFECTS


class BaseAutomation(models.Model):
    _inherit = "base.automation"

    complaint_effect = fields.Selection(
        EFFECTS,
        string="Complaint escalation effect",
        readonly=True,
        copy=False,
        help="The complaint deadlines call this rule for whole batches of escalation "
        "steps with this effect; the clock of the automation rules leaves it alone.",
    )

    def _search_time_based_automation_records(self, *, until):
        # The stock loop handles records one by one and stops at the first broken one.
        if self.complaint_effect:
            return self.env[self.model_name]
        return super()._search_time_based_automation_records(until=until)

    @api.model
    def _run_complaint_rules(self, effect, records):
        """Run the actions of all active rules for an escalation effect once, on all `records`."""
        rules = self.sudo().search(
            [("complaint_effect", "=", effect), ("model_name", "=", records._name)]
        )
        for rule in rules:
            if chosen := rule._filter_post(records):
                rule.action_server_ids.with_context(
                    active_model=chosen._name,
                    active_ids=chosen.ids,
                    active_id=chosen[:1].id,
                ).run()
