from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..tools import commitment_marker
from ..tools.deadline_types import UNITS


class MailTemplate(models.Model):
    """Templates for complaints can promise a date, which then stands in the ledger."""

    _inherit = "mail.template"

    complaint_commitment_amount = fields.Float(
        string="Promises a date after",
        help="The date that the message proposes to promise, counted from sending it. "
        "0: none.",
    )
    complaint_commitment_unit = fields.Selection(
        UNITS, string="Unit of the promised date", default="hour"
    )

    _commitment_not_negative = models.Constraint(
        "CHECK(complaint_commitment_amount >= 0)",
        "A promise lies in the future. Enter a positive number, or 0 for none.",
    )

    @api.constrains("body_html", "complaint_commitment_amount", "model_id")
    def _check_complaint_commitment(self):
        for template in self:
            if template._marks_commitment() and not (
                template.complaint_commitment_amount
            ):
                raise ValidationError(
                    self.env._(
                        "The text of %(template)s has a place for a promised date. Enter "
                        "after how long it is promised: the same text may be sent "
                        "automatically.",
                        template=template.name,
                    )
                )

    def _marks_commitment(self):
        """Whether the text has a place for a promised date."""
        self.ensure_one()
        return self.model == "customer.complaint" and commitment_marker.has_marker(
            self.body_html
        )

    def _get_commitment_due(self, complaint):
        """The date that the template proposes to promise now."""
        self.ensure_one()
        return complaint._get_due_after(
            self.complaint_commitment_amount,
            self.complaint_commitment_unit,
            fields.Datetime.now(),
        )

    def _send_check_access(self, res_ids):
        res = super()._send_check_access(res_ids)
        if self.model == "customer.complaint":
            self.env[self.model].browse(res_ids)._check_told_by_user()
        return res

    def send_mail_batch(
        self,
        res_ids,
        force_send=False,
        raise_exception=False,
        email_values=None,
        email_layout_xmlid=False,
    ):
        """Also register the date that the text promises; a preview registers nothing.

        Nothing is promised to whom no address is known, or where another text is sent.
        """
        if not self._marks_commitment() or "body_html" in (email_values or {}):
            return super().send_mail_batch(
                res_ids, force_send, raise_exception, email_values, email_layout_xmlid
            )
        complaints = self.env["customer.complaint"].browse(res_ids)
        due_by_id = {
            complaint.id: self._get_commitment_due(complaint)
            for complaint in complaints
        }
        mails = super(
            MailTemplate, self.with_context(complaint_due_by_id=due_by_id)
        ).send_mail_batch(
            res_ids,
            email_values=email_values,
            email_layout_xmlid=email_layout_xmlid,
        )
        # Before they are sent: then they may be deleted.
        addressed = mails.filtered(
            lambda m: m.email_to or any(m.recipient_ids.mapped("email"))
        )
        complaints = complaints.browse(addressed.mapped("res_id"))
        for due_at, told in complaints.grouped(lambda c: due_by_id[c.id]).items():
            told._promise(due_at)
        if force_send:
            mails.send(raise_exception=raise_exception)
        return mails

    def _generate_template(self, res_ids, render_fields, *args, **kwargs):
        results = super()._generate_template(res_ids, render_fields, *args, **kwargs)
        if self.model == "customer.complaint" and "reply_to" in render_fields:
            # Otherwise replies go to the sender's address, where nobody may look.
            complaints = self.env["customer.complaint"].browse(res_ids)
            addresses = complaints._notify_get_reply_to_batch()
            for res_id, values in results.items():
                values["reply_to"] = values.get("reply_to") or addresses[res_id] or ""
        due_by_id = self.env.context.get("complaint_due_by_id")
        if due_by_id and self.model == "customer.complaint":
            for complaint in self.env["customer.complaint"].browse(res_ids):
                values = results[complaint.id]
                if values.get("body_html") and complaint.id in due_by_id:
                    values["body_html"] = complaint._fill_commitment(
                        values["body_html"], due_by_id[complaint.id]
                    )
        return results
