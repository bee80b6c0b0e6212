from odoo import fields, models
from odoo.fields import Domain

from ..tools.record_types import IS_COMPLAINT


class ResPartner(models.Model):
    _name = "res.partner"
    _inherit = ["res.partner", "customer.complaint.origin.mixin"]

    complaint_tier = fields.Selection(
        [("ordinary", "Ordinary"), ("vip", "Preferred")],
        string="Tier in complaints",
        index="btree_not_null",
        groups="customer_complaint.group_complaint_submitter",
        copy=False,  # whoever may not read it duplicates contacts, too
        help="Complaints of preferred customers come first, where the company's settings say "
        "so. Of a company it holds for all its contacts. Empty: ordinary.",
    )
    complaint_channel_id = fields.Many2one(
        "customer.complaint.channel",
        string="Preferred channel",
        groups="customer_complaint.group_complaint_submitter",
        copy=False,
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
            Domain("partner_id", "in", below.ids) & IS_COMPLAINT,
            ["partner_id"],
            ["__count"],
        )
        wanted = set(self._ids)
        for partner, count in counts:
            while partner:
                if partner.id in wanted:
                    self.browse(partner.id).complaint_count += count
                partner = partner.parent_id

    def _get_complaint_link(self):
        return "partner_id"

    def _get_complaints_domain(self):
        """Also those of the contacts below."""
        return Domain("partner_id", "child_of", self.ids)

    def _prepare_complaint_values(self):
        self.ensure_one()
        values = {"partner_id": self.id}
        if self.company_id:
            values["company_id"] = self.company_id.id
        return values

    def write(self, vals):
        """A corrected address has not bounced yet."""
        before = (
            {partner.id: partner.email_normalized for partner in self}
            if "email" in vals
            else {}
        )
        res = super().write(vals)
        if before:
            self.filtered(
                lambda p: p.message_bounce and p.email_normalized != before[p.id]
            ).message_bounce = 0
        return res

    def action_export_complaint_data(self):
        """One click: all that complaints know about this person, as a file."""
        self.ensure_one()
        export = self.env["customer.complaint.person.export"]._export(self)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Complaint data of %(name)s", name=self.display_name),
            "res_model": export._name,
            "res_id": export.id,
            "views": [(False, "form")],
            "target": "new",
        }
