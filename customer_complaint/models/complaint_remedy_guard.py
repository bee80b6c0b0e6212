from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import format_list


class ResCompany(models.Model):
    _inherit = "res.company"

    complaint_remedy_guard = fields.Selection(
        [("no", "Off"), ("warn", "Warn"), ("block", "Block")],
        string="Open remedies on completing",
        default="warn",
        required=True,
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
        guarded = self.filtered(
            lambda c: c.sudo().company_id.complaint_remedy_guard != "no"
            and c._get_open_remedies()
        )
        anyway = self.env.context.get("complaint_complete_anyway")
        if not guarded or (anyway and not guarded._get_blocked()):
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

    def _get_blocked(self):
        """Those whose company lets nobody complete them yet."""
        return self.filtered(
            lambda c: c.sudo().company_id.complaint_remedy_guard == "block"
            and c._get_open_remedies()
        )

    def _check_remedies(self):
        """Refuse to complete what the company blocks."""
        for complaint in self._get_blocked():
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
        free = self - self._get_blocked()
        left = {
            complaint: complaint._get_open_remedies()
            for complaint in free.filtered(lambda c: not c.completed_at)
        }
        res = super(CustomerComplaint, free)._complete(at)
        bodies = {
            complaint.id: complaint.env._(
                "Complete, while this was still open: %(remedies)s",
                remedies=format_list(self.env, remedies.mapped("name")),
            )
            for complaint, remedies in left.items()
            if remedies
        }
        if bodies:
            self.browse(bodies)._message_log_batch(bodies=bodies)
        return res

    def _compute_can_complete(self):
        # What blocked the completion with the outcome is completed by hand.
        res = super()._compute_can_complete()
        for complaint in self.filtered(
            lambda c: not c.can_complete and c.outcome_at and not c.completed_at
        ):
            complaint.can_complete = complaint._origin.id and not complaint._is_closed()
        return res
