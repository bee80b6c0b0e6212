from itertools import takewhile

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import html2plaintext
from odoo.tools.mail import plaintext2html

from ..models.customer_complaint_stage import CLOSED_TYPES


class CustomerComplaintLateReply(models.TransientModel):
    """The customer wrote after closing: what follows from it."""

    _name = "customer.complaint.late.reply"
    _description = "Reply to a Closed Complaint"

    complaint_id = fields.Many2one(
        "customer.complaint", required=True, ondelete="cascade"
    )
    text = fields.Text(string="What the customer wrote", compute="_compute_text")
    follows = fields.Selection(
        [
            ("reopen", "Reopen: it is not solved"),
            ("new", "New complaint: it is about something else"),
            ("thanks", "Just thanks: nothing more to do"),
        ],
        string="What follows",
        required=True,
    )
    reason = fields.Text(
        compute="_compute_reason",
        store=True,
        readonly=False,
        help="Why it is opened again; stands in the history.",
    )

    @api.depends("complaint_id")
    def _compute_text(self):
        for wizard in self:
            messages = wizard._get_messages()
            wizard.text = "\n\n".join(
                filter(None, (html2plaintext(m.body).strip() for m in messages))
            )

    @api.depends("follows")
    def _compute_reason(self):
        for wizard in self:
            wizard.reason = wizard.reason or self.env._("The customer wrote:") + (
                f" {wizard.text[:300]}" if wizard.text else ""
            )

    def _get_messages(self):
        """What the customer wrote since the closing, oldest first; at least his last letter."""
        self.ensure_one()
        complaint = self.complaint_id
        messages = complaint.message_ids.filtered(
            lambda m: m.message_type in ("comment", "email") and not m.is_internal
        ).sorted("id", reverse=True)
        said = messages.browse(
            message.id
            # Nobody is named who wrote from his page or from an address that is not known.
            for message in takewhile(
                lambda m: not m.author_id or complaint._is_said_by_customer(m), messages
            )
        )
        closed_at = complaint.closed_at or complaint.late_reply_at
        late = said.filtered(lambda m: closed_at and m.create_date >= closed_at)
        return (late or said[:1]).sorted("id")

    def action_apply(self):
        """Do what was chosen, and close the to-do.

        :raises UserError: somebody decided meanwhile
        """
        self.ensure_one()
        complaint = self.complaint_id
        complaint.check_access("write")
        # Two colleagues at once.
        complaint._lock()
        complaint.invalidate_recordset()
        if complaint.stage_type not in CLOSED_TYPES or not complaint.late_reply_at:
            raise UserError(
                self.env._(
                    "Somebody has decided this meanwhile. Close this dialog and look at "
                    "%(complaint)s again.",
                    complaint=complaint.name,
                )
            )
        if self.follows == "reopen":
            if not (self.reason or "").strip():
                raise UserError(
                    self.env._(
                        "Say why it is opened again. The reason stands in the history."
                    )
                )
            # sudo: write access was checked; the round is a process field
            complaint.sudo()._reopen(self.reason)
        elif self.follows == "new":
            return self._open_new()
        else:
            complaint._settle_late_reply(self.env._("Just thanks, nothing more to do."))
        return {"type": "ir.actions.act_window_close"}

    def _get_channel(self):
        """How the customer wrote: by e-mail, on his page with a login, or without one."""
        complaint = self.complaint_id
        # sudo: only how it was written is asked
        message = self._get_messages()[-1:].sudo()
        if not message:
            return complaint.channel_id
        if message.message_type == "email":
            name = "channel_email"
        elif message.create_uid._is_portal():
            name = "channel_portal"
        else:
            name = "channel_web_form"
        return complaint._get_shipped(name, "customer.complaint.channel")

    def _open_new(self):
        """Open a complaint with what the customer wrote and sent, received when he wrote it."""
        before = self.complaint_id
        complaint = self.env["customer.complaint"].create(
            {
                "partner_id": before.partner_id.id,
                "partner_name": before.partner_name,
                "email_from": before.email_from,
                "phone": before.phone,
                "invoiced_partner_id": before.invoiced_partner_id.id,
                "company_id": before.company_id.id,
                "team_id": before.team_id.id,
                "is_anonymous": before.is_anonymous,
                "channel_id": self._get_channel().id,
                "received_at": before.late_reply_at,
                "description": self.text,
            }
        )
        # sudo: whose order it is was known before; not everybody here reads orders
        complaint.sudo().order_id = before.sudo().order_id
        files = self._get_messages().attachment_ids
        copies = [
            file.copy({"res_id": complaint.id, "access_token": False}) for file in files
        ]
        complaint._message_log(
            body=plaintext2html(
                self.env._(
                    "Opened from what the customer wrote to %(before)s after it was "
                    "closed.",
                    before=before.name,
                )
            ),
            attachment_ids=[file.id for file in copies],
        )
        before._settle_late_reply(
            self.env._("New complaint: %(complaint)s.", complaint=complaint.name)
        )
        return {
            "type": "ir.actions.act_window",
            "res_model": complaint._name,
            "res_id": complaint.id,
            "views": [(False, "form")],
        }
