from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..tools.record_types import ANSWERS, COMPLAINTS_ONLY, RECORD_TYPES


class CustomerComplaint(models.Model):
    """Complaint, suggestion or feedback: whoever does not complain is owed an answer only."""

    _inherit = "customer.complaint"

    record_type = fields.Selection(
        RECORD_TYPES,
        string="Type",
        required=True,
        default="complaint",
        tracking=True,
        help="Suggestions and feedback get an answer. They are not escalated, and figures "
        "about complaints leave them out.",
    )
    can_escalate = fields.Boolean(
        compute="_compute_can_escalate",
        groups="base.group_user",
        export_string_translation=False,
    )

    @api.depends("record_type")
    def _compute_can_escalate(self):
        for complaint in self:
            complaint.can_escalate = complaint._may_escalate()

    def _may_escalate(self):
        """Hook: whether the chain of escalation watches its deadlines."""
        self.ensure_one()
        return self.record_type == "complaint"

    def _creation_message(self):
        """Feedback is not called a complaint in its own history."""
        label = dict(self._fields["record_type"]._description_selection(self.env))
        return self.env._("%(type)s created", type=label[self.record_type])

    def write(self, vals):
        turned = self.filtered(
            lambda c: c.record_type != vals.get("record_type", c.record_type)
        )
        res = super().write(vals)
        if turned:
            turned._turn_record_type()
        return res

    def _turn_record_type(self):
        """What is owed follows the type; the number that was given stays."""
        self.filtered(lambda c: c.record_type != "complaint")._drop_deadlines(
            ("statutory",)
        )
        labels = dict(self._fields["record_type"]._description_selection(self.env))
        for record_type, complaints in self.grouped("record_type").items():
            complaints._reschedule_deadlines(
                self.env._("Taken up as: %(type)s.", type=labels[record_type])
            )

    def _check_write_rights(self, vals):
        res = super()._check_write_rights(vals)
        if (
            vals.get("record_type", "complaint") != "complaint"
            and any(c.record_type == "complaint" for c in self)
            and not self.env.user.has_group("customer_complaint.group_complaint_lead")
        ):
            raise AccessError(
                self.env._(
                    "The deadlines of a complaint end when it becomes a suggestion or "
                    "feedback. Only a team lead changes that."
                )
            )
        return res

    def _get_limits(self, anew=False):
        limits = super()._get_limits(anew)
        if self.record_type == "complaint":
            return limits
        return tuple(limit for limit in limits if limit.deadline_type in ANSWERS)

    def _get_missing(self, stage_type):
        missing = super()._get_missing(stage_type)
        if self.record_type == "complaint":
            return missing
        return [code for code in missing if code not in COMPLAINTS_ONLY]

    def _is_given(self, code):
        if code == "outcome" and self.record_type != "complaint":
            return bool(self.told_at)  # the answer is the outcome
        return super()._is_given(code)

    def _get_next_action(self):
        action = super()._get_next_action()
        if self.record_type != "complaint" and action not in ("take", "answer"):
            return False
        return action

    def action_escalate(self):
        if not all(complaint._may_escalate() for complaint in self):
            raise UserError(
                self.env._(
                    "Suggestions and feedback are not escalated. If it is a complaint "
                    "after all, change its type."
                )
            )
        return super().action_escalate()
