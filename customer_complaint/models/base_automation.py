from odoo import api, fields, models
from odoo.exceptions import ValidationError

from .complaint_engine import LOST
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

    @api.constrains("active")
    def _check_webhook_address(self):
        for rule in self.filtered("active"):
            if rule.model_name.startswith("customer.complaint") and any(
                action.state == "webhook" and not action.webhook_url
                for action in rule.action_server_ids
            ):
                raise ValidationError(
                    self.env._(
                        "%(rule)s has no address yet. Enter the address of the other "
                        "program in its action first.",
                        rule=rule.name,
                    )
                )

    def _search_time_based_automation_records(self, *, until):
        # The stock loop handles records one by one and stops at the first broken one.
        if self.complaint_effect:
            return self.env[self.model_name]
        return super()._search_time_based_automation_records(until=until)

    def _get_actions(self, records, triggers):
        # The engine repeats what failed without the rules of others (complaint_engine.py).
        if self.env.context.get("complaint_own_rules"):
            return self.browse()
        return super()._get_actions(records, triggers)

    @api.model
    def _run_complaint_rules(self, records):
        """Run the active rules for the effects of escalation rows, once each, on all its rows."""
        rules = self.sudo().search(
            [("complaint_effect", "!=", False), ("model_name", "=", records._name)]
        )
        by_effect = records.grouped("effect")
        for rule in rules:
            records = by_effect.get(rule.complaint_effect, records.browse())
            if chosen := rule._filter_post(records):
                actions = rule.action_server_ids.with_context(
                    active_model=chosen._name,
                    active_ids=chosen.ids,
                    active_id=chosen[:1].id,
                )
                if self.env.context.get("complaint_own_rules"):
                    self._run_apart(actions)
                else:
                    actions.run()

    @api.model
    def _run_apart(self, actions):
        """Run actions one by one: a broken one does not stop the others of the rule.

        :raises Exception: of the last one, when none of them worked
        """
        failed, worked = None, False
        self.env.flush_all()  # a savepoint would do it without the context of `self`
        for action in actions:
            try:
                with self.env.cr.savepoint():
                    action.run()
                    self.env.flush_all()
            except LOST:
                raise  # see complaint_engine.py
            except Exception as error:
                failed = error
            else:
                worked = True
        if failed and not worked:
            raise failed
