from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import format_list

from .customer_complaint_stage import CLOSED_TYPES


class ResCompany(models.Model):
    _inherit = "res.company"

    complaint_remedy_guard = fields.Selection(
        [("no", "Off"), ("warn", "Warn"), ("block", "Block")],
        string="Open remedies on completing",
        default="warn",
        help="What happens when work is called done before everything promised is delivered "
        "and refunds are posted.",
    )


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    complaint_remedy_guard = fields.Selection(
        related="company_id.complaint_remedy_guard", readonly=False
    )


class CustomerComplaint(models.Model):
    """Work is not done before the customer has what he was promised."""

    _inherit = "customer.complaint"

    def action_complete(self):
        """Report the work as done; what is promised and open is shown first.

        :return: True, or the dialog that lists what is open
        :raises UserError: it is complete already, or not decided yet
        """
        guarded = self._get_owing("warn", "block")
        anyway = self.env.context.get("complaint_complete_anyway")
        if not guarded or (anyway and not self._get_owing("block")):
            return super().action_complete()
        self.check_access("write")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Not everything is delivered"),
            "res_model": "customer.complaint.complete",
            "view_mode": "form",
            "target": "new",
            "context": {"default_complaint_ids": self.ids},
        }

    def _get_owing(self, *guards):
        """Those with open remedies whose company has one of these guards."""
        guarded = self.filtered(
            lambda c: c.sudo().company_id.complaint_remedy_guard in guards
        )
        owing = guarded and guarded._get_open_remedies().complaint_id
        return guarded.filtered(lambda c: c.id in owing.ids)

    def _check_remedies(self):
        """Refuse to complete, or to close, what the company blocks."""
        for complaint in self._get_owing("block"):
            raise UserError(
                self.env._(
                    "%(complaint)s: %(remedies)s not delivered yet. Deliver or cancel "
                    "what is open on the page Solution.",
                    complaint=complaint.name,
                    remedies=format_list(
                        self.env, complaint._get_open_remedies().mapped("name")
                    ),
                )
            )

    def _complete(self, at):
        # Telling the outcome completes, too; not where something promised blocks that.
        free = self - self._get_owing("block")
        owed = free.filtered(lambda c: not c.completed_at)._get_open_remedies()
        res = super(CustomerComplaint, free)._complete(at)
        bodies = {
            complaint.id: self.env._(
                "Complete, while this was still open: %(remedies)s",
                remedies=format_list(self.env, remedies.mapped("name")),
            )
            for complaint, remedies in owed.grouped("complaint_id").items()
        }
        if bodies:
            self.browse(bodies)._message_log_batch(bodies=bodies)
        return res

    def _check_move(self, before):
        # The customer's own answer closes; what is owed to him stays owed.
        if not (self.env.su and self.env.context.get("complaint_confirmed")):
            self.browse(
                complaint.id
                for complaint in self.browse(before)
                if complaint.stage_type in CLOSED_TYPES
                and before[complaint.id][0] not in CLOSED_TYPES
            )._check_remedies()
        return super()._check_move(before)

    def _compute_can_complete(self):
        # What blocked the completion with the outcome is completed by hand.
        res = super()._compute_can_complete()
        for complaint in self.filtered(
            lambda c: not c.can_complete and c.outcome_at and not c.completed_at
        ):
            complaint.can_complete = complaint._origin.id and not complaint._is_closed()
        return res
