import base64
import io
import json
import zipfile

from odoo import fields, models
from odoo.exceptions import AccessError


class CustomerComplaintPersonExport(models.TransientModel):
    """All that complaints know about one person, as a file to hand over."""

    _name = "customer.complaint.person.export"
    _description = "Export of a Person's Complaint Data"

    partner_id = fields.Many2one("res.partner", string="Person", readonly=True)
    complaint_count = fields.Integer(string="Complaints", readonly=True)
    file = fields.Binary(readonly=True, attachment=False)
    file_name = fields.Char(readonly=True)

    def _export(self, partner):
        """Build the file about a contact: data as JSON, and the files of its complaints.

        :return: record of this model
        :raises AccessError: for others than complaint managers
        """
        if not self.env.user.has_group("customer_complaint.group_complaint_manager"):
            raise AccessError(
                self.env._(
                    "Only a complaint manager hands out what is known about a person."
                )
            )
        partner.check_access("read")
        # Of all companies in which the manager works, not only those he looks at.
        companies = self.env.user.company_ids
        Complaint = self.env["customer.complaint"].with_context(
            allowed_company_ids=companies.ids
        )
        complaints = Complaint.search(Complaint._get_personal_domain(partner))
        archive = io.BytesIO()
        with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as target:
            data = self._get_data(partner, complaints)
            target.writestr(
                "data.json", json.dumps(data, ensure_ascii=False, indent=2, default=str)
            )
            for attachment in complaints._get_personal_files():
                # The number keeps files of one name apart, and a name is no path.
                name = (attachment.name or "").replace("/", "_").replace("\\", "_")
                target.writestr(f"files/{attachment.id}-{name}", attachment.raw or b"")
        self.env["customer.complaint.access.log"]._log(
            "person", complaints, partner.display_name, partner=partner
        )
        # sudo: nobody creates such a file but this method
        return self.sudo().create(
            {
                "partner_id": partner.id,
                "complaint_count": len(complaints),
                "file": base64.b64encode(archive.getvalue()),
                "file_name": f"complaint-data-{partner.id}.zip",
            }
        )

    def _get_data(self, partner, complaints):
        """Hook: what the file tells, a dict by section."""
        return {
            "person": {
                fname: partner[fname] or None
                for fname in ("name", "email", "phone", "lang", "street", "zip", "city")
            },
            "companies": complaints.env.companies.mapped("name"),
            "complaints": complaints._get_personal_data(),
            "passed_on": complaints._get_passed_on(partner),
        }
