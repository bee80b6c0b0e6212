from odoo import models
from odoo.exceptions import AccessError, UserError


class SurveyUserInput(models.Model):
    """Leaving answers out of all figures, by hand: with a reason, and never silently."""

    _inherit = "survey.user_input"

    def action_exclude(self):
        """Ask for the reason why these answers do not count.

        :return: action that opens the dialog
        """
        self._check_may_exclude()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Leave out"),
            "res_model": "customer.satisfaction.exclude",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_user_input_ids": self.ids},
        }

    def action_include(self):
        """Count these answers, whatever left them out; it is noted who said so."""
        self._check_may_exclude()
        if any(answer.test_entry for answer in self):
            raise UserError(
                self.env._("A test is no customer's answer and cannot be counted.")
            )
        self._decide_exclusion(False, self.env._("Counts: %s", self.env.user.name))
        return True

    def _check_may_exclude(self):
        self.check_access("read")
        if not self.env.user.has_group(
            "customer_satisfaction.group_satisfaction_manager"
        ):
            raise AccessError(
                self.env._(
                    "Satisfaction managers decide which answers count. Please ask one."
                )
            )
        if any(a.state != "done" or not a.is_satisfaction for a in self):
            raise UserError(
                self.env._(
                    "Only answers to satisfaction surveys that were given already can "
                    "be left out or counted."
                )
            )

    def _decide_exclusion(self, exclusion, note):
        """A person's decision, which later scoring keeps; it stands in the answer's log."""
        # sudo: process fields; the right to decide was checked
        answers = self.sudo()
        answers.write({"exclusion": exclusion, "exclusion_note": note})
        names = dict(self._fields["exclusion"]._description_selection(self.env))
        text = (
            self.env._("Left out: %(reason)s", reason=names[exclusion]) + f" ({note})"
            if exclusion
            else note
        )
        answers._message_log_batch(bodies={a.id: text for a in answers})
