from odoo import fields, models
from odoo.exceptions import AccessError, UserError

from ..tools import given, rows


class CustomerComplaintCreditAllocation(models.Model):
    """How much of a credit note settles a request; everything else is read from the credit note."""

    _name = "customer.complaint.credit.allocation"
    _description = "Credit Note of a Complaint"
    _inherit = [
        "customer.complaint.part.mixin",
        "customer.complaint.note.share.mixin",
    ]
    _order = "id desc"
    _links_of_note = "complaint_allocation_ids"

    request_id = fields.Many2one(
        "customer.complaint.credit.request",
        required=True,
        ondelete="cascade",
        index=True,
    )
    complaint_id = fields.Many2one(
        related="request_id.complaint_id",
        store=True,
        index=True,
        groups="customer_complaint.group_complaint_user",
    )
    company_id = fields.Many2one(related="request_id.company_id", store=True)
    currency_id = fields.Many2one(related="request_id.currency_id")

    _move_unique = models.UniqueIndex(
        "(request_id, move_id)", "This credit note is linked to the request already."
    )
    # What similar complaints received.
    _received_idx = models.Index(
        "(complaint_id) INCLUDE (amount_company) "
        "WHERE move_state = 'posted' AND amount_company > 0"
    )
    _share_positive = models.Constraint(
        "CHECK(share > 0)", "A linked amount must be greater than zero."
    )

    def _follow_note(self):
        """Before posting: a note that grew is credited in full, but not beyond what was asked for.

        A request made behind its credit note asked for whatever the note says.
        """
        self.ensure_one()
        request, note = self.request_id, self.move_id
        alone = note.complaint_allocation_ids == self
        if (
            not alone
            or note.currency_id.compare_amounts(note.amount_total, self.share) <= 0
        ):
            return
        if request.is_afterwards:
            request.amount += note.amount_total - self.share
            self.share = note.amount_total
        elif note.reversed_entry_id and note.reversed_entry_id == request.invoice_id:
            raise UserError(
                self.env._(
                    "%(note)s is over %(total)s, but %(share)s of it were asked for with "
                    "%(request)s. Reduce it, or issue the rest with a credit note of its "
                    "own.",
                    note=note.display_name,
                    total=note.currency_id.format(note.amount_total),
                    share=note.currency_id.format(self.share),
                    request=request.name,
                )
            )

    def action_unlink(self):
        """Ask for the reason, then untie the credit notes from their requests."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Unlink credit note"),
            "res_model": "customer.complaint.credit.unlink",
            "view_mode": "form",
            "target": "new",
            "context": {"default_allocation_ids": self.ids},
        }

    def unlink_credit_note(self, reason):
        """Untie credit notes from their requests, which are to be issued again.

        A request that was made behind its credit note ends with it: nobody asked for the money.

        :param str reason: what whoever asked for the money reads
        :raises AccessError: for anybody but accounting
        :raises UserError: without a reason, or when a colleague was faster
        """
        if not self.env["customer.complaint.credit.request"]._is_accountant():
            raise AccessError(
                self.env._("Only accounting unlinks a credit note from its request.")
            )
        if self != self.exists():
            raise UserError(self.env._("This credit note was unlinked already."))
        self.check_access("read")
        reason = given.text(self.env, reason)
        if not reason:
            raise UserError(self.env._("Say why the credit note is unlinked."))
        rows.claim(self.request_id.sudo())  # another link may be made at this moment
        for allocation in self:
            allocation.request_id._log_on_complaints(
                lambda request, allocation=allocation: self.env._(
                    "Credit note %(note)s is no longer linked to request %(request)s: "
                    "%(reason)s",
                    note=allocation.move_name,
                    request=request.name,
                    reason=reason,
                )
            )
        behind = self.request_id.filtered("is_afterwards")
        # sudo: rows are written by methods only; the accountant was checked
        self.sudo().with_context(complaint_unlink_reason=reason).unlink()
        behind.filtered(lambda r: not r.allocation_ids).sudo().write(
            {"cancel_reason": reason, "cancelled_at": fields.Datetime.now()}
        )
        return True

    def action_view_credit_note(self):
        """Open the credit note, for accounting."""
        return self.move_id._get_complaint_notes_action()
