from odoo import fields, models


class ResPartner(models.Model):
    _inherit = "res.partner"

    complaint_count = fields.Integer(
        compute="_compute_complaint_count",
        groups="customer_complaint.group_complaint_submitter",
    )
    complaint_channel_id = fields.Many2one(
        "customer.complaint.channel",
        string="Preferred channel",
        groups="customer_complaint.group_complaint_submitter",
        help="How the customer wants to be reached about complaints. Contacts without "
        "one follow their company.",
    )

    def _compute_complaint_count(self):
        """Complaints of the contact and of all contacts below it, one query for all partners."""
        self.complaint_count = 0
        below = self.with_context(active_test=False).search_fetch(
            [("id", "child_of", self.ids)], ["parent_id"]
        )
        counts = self.env["customer.complaint"]._read_group(
            [("partner_id", "in", below.ids)], ["partner_id"], ["__count"]
        )
        wanted = set(self._ids)
        for partner, count in counts:
            while partner:
                if partner.id in wanted:
                    self.browse(partner.id).complaint_count += count
                partner = partner.parent_id

    def action_view_complaints(self):
        """Open the complaints of the contact and of the contacts below it."""
        action = self.env["ir.actions.actions"]._for_xml_id(
            "customer_complaint.customer_complaint_action"
        )
        action["domain"] = [("partner_id", "child_of", self.ids)]
        action["context"] = {"default_partner_id": self.id} if len(self) == 1 else {}
        return action
