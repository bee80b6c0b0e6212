from odoo import api, fields, models
from odoo.tools import email_normalize


class CustomerComplaint(models.Model):
    """Whom mail cannot reach: archived contacts, and those whose mail came back."""

    _inherit = "customer.complaint"

    unreachable = fields.Char(
        compute="_compute_unreachable",
        groups="base.group_user",
        help="Why the customer gets no mail about this complaint, and what to do instead.",
    )

    @api.depends("partner_id.active", "partner_id.email", "partner_id.message_bounce")
    def _compute_unreachable(self):
        for complaint in self:
            partner = complaint.partner_id
            complaint.unreachable = False
            if partner and not partner.active:
                complaint.unreachable = self.env._(
                    "%(partner)s is archived and gets no mail. Choose another contact "
                    "person.",
                    partner=partner.display_name,
                )
            elif complaint._has_bounced():
                complaint.unreachable = self.env._(
                    "Mail to %(email)s came back. No more is sent there: call, or correct "
                    "the address of the contact.",
                    email=partner.email,
                )

    def _has_bounced(self):
        self.ensure_one()
        return bool(self.partner_id.email and self.partner_id.message_bounce)

    def _filter_reachable(self):
        """Complaints whose customer may be mailed."""
        # sudo: portal users post on their complaints and read no contacts
        return self.filtered(
            lambda c: c.sudo().partner_id.active or not c.partner_id
        ).filtered(lambda c: not c.sudo()._has_bounced())

    def _reaches_customer(self, message):
        """Whether a message gets to the customer: himself, or somebody outside it names."""
        self.ensure_one()
        if self.partner_id or self.email_from:
            # sudo: whoever writes need not read the contacts he writes to
            named = message.sudo().partner_ids.filtered(
                lambda p: p.partner_share and p.active and not p.message_bounce
            )
            return bool(named or self._filter_reachable())
        return False

    def _message_add_default_recipients(self):
        recipients = super()._message_add_default_recipients()
        for complaint in self - self._filter_reachable():
            found = recipients[complaint.id]
            partner = complaint.partner_id
            found["partners"] -= partner
            found["email_to_lst"] = [
                email
                for email in found["email_to_lst"]
                if email_normalize(email) != partner.email_normalized
            ]
        return recipients

    def _notify_get_recipients(self, message, msg_vals=False, **kwargs):
        recipients = super()._notify_get_recipients(message, msg_vals, **kwargs)
        outside = [r["id"] for r in recipients if r["share"] and r["notif"] == "email"]
        # sudo: whoever writes need not read the contacts he writes to
        contacts = self.env["res.partner"].sudo().browse(filter(None, outside))
        bounced = set(contacts.filtered("message_bounce").ids)
        return [r for r in recipients if r["id"] not in bounced]
