from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError
from odoo.tools import format_list

from ..tools import due_times
from .customer_complaint_stage import CLOSED_TYPES, STAGE_POSITION

# Set by the process (numbering, ledger, closing) or copied from another field, never by hand.
PROCESS_FIELDS = {
    "name",
    "access_token",
    "commercial_partner_id",
    "level_rank",
    "stage_type",
    "round_start_at",
    "first_contact_id",
    "guest_ids",
    "is_complex",
    "next_due_at",
    "next_due_type",
    "queue_rank",
    "is_repeat",
    "earlier_ids",
    "outcome_at",
    "outcome_channel_ids",
    "completed_at",
    "told_at",
    "said_at",
    "late_reply_at",
    "is_answered",
    "plan_told_at",
    "stage_since",
    "paused_at",
    "pause_reason_id",
    "policy_id",
    "round",
    "closed_at",
    "close_reason",
    "merged_into_id",
    "form_key",
    "form_message_ids",
    "order_reference",
}


class CustomerComplaint(models.Model):
    """Who may write what by hand: not what the process sets, nor what would silence a date."""

    _inherit = "customer.complaint"

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            self._check_process_fields({fname for vals in vals_list for fname in vals})
            if any(vals.get("active") is False for vals in vals_list):
                self._check_archiving()
            process_fields = self._get_process_fields()
            # Some keys are to go, which keyword arguments cannot say.
            self = self.with_context(  # pylint: disable=context-overridden
                {
                    key: value
                    for key, value in self.env.context.items()
                    if key.removeprefix("default_") not in process_fields
                }
            )
        return super().create(vals_list)

    def write(self, vals):
        if not self.env.su:
            self._check_process_fields(vals)
            # What a file corrects in history moves no deadline.
            if not self._is_history():
                self._check_write_rights(vals)
        return super().write(vals)

    @api.model
    def _get_process_fields(self):
        """Hook: names of the fields that the process sets, never a user."""
        return PROCESS_FIELDS

    def _check_process_fields(self, fnames):
        if forbidden := sorted(self._get_process_fields() & set(fnames)):
            raise AccessError(
                self.env._(
                    "%(fields)s of a complaint are set by its process and cannot be "
                    "written directly. Use the buttons of the complaint instead.",
                    fields=format_list(
                        self.env, (self._fields[f].string for f in forbidden)
                    ),
                )
            )

    def _check_write_rights(self, vals):
        """Refuse what would move or silence a deadline, or mix companies."""
        if vals.get("order_id"):
            self.env["sale.order"].browse(vals["order_id"]).check_access("read")
        if "company_id" in vals and any(
            c.company_id.id != vals["company_id"] for c in self
        ):
            raise AccessError(
                self.env._(
                    "A complaint stays in the company that received it. Open a new one "
                    "in the other company."
                )
            )
        if not (vals.get("level_reason") or "").strip() and any(
            c.level_id.id != vals.get("level_id", c.level_id.id) for c in self
        ):
            raise ValidationError(
                self.env._(
                    "The level decides about the deadlines. Say why it changes: the "
                    "reason stands in the history."
                )
            )
        if self.env.user.has_group("customer_complaint.group_complaint_lead"):
            return
        if {"level_id", "received_at"} & vals.keys() and any(
            STAGE_POSITION[c.stage_type] > STAGE_POSITION["assessed"] for c in self
        ):
            raise AccessError(
                self.env._(
                    "Level and receipt time decide about the deadlines. Once work has "
                    "started, only a team lead changes them."
                )
            )
        received_at = fields.Datetime.to_datetime(vals.get("received_at"))
        if received_at and any(
            received_at > c.received_at + due_times.CLOCK_TOLERANCE for c in self
        ):
            raise AccessError(
                self.env._(
                    "The receipt cannot be moved later: the customer waits since then. If "
                    "it was entered wrongly, only a team lead corrects it."
                )
            )
        if vals.get("active") is False and any(
            c.stage_type not in CLOSED_TYPES for c in self
        ):
            self._check_archiving()

    def _check_archiving(self):
        """Only a lead puts an open complaint away: nobody is told about its deadlines then."""
        if not self.env.user.has_group("customer_complaint.group_complaint_lead"):
            raise AccessError(
                self.env._(
                    "An open complaint cannot be archived: its deadlines would be "
                    "forgotten. Close it first, or ask a team lead."
                )
            )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_registered(self):
        if not self.env.user.has_group("customer_complaint.group_complaint_manager"):
            raise AccessError(
                self.env._(
                    "A registered complaint stays on file. Archive it, or ask a "
                    "complaint manager."
                )
            )
