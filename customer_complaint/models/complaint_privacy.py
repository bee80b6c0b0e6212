import re

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import html2plaintext


class CustomerComplaint(models.Model):
    """What is known about a person, and who took complaints out of the system."""

    _inherit = "customer.complaint"

    def _get_personal_domain(self, partner):
        """Complaints of a contact, of those below it, and those that only know its address."""
        domain = Domain("partner_id", "child_of", partner.ids)
        if email := partner.email_normalized:
            domain |= Domain("partner_id", "=", False) & Domain(
                "email_normalized", "=", email
            )
        return domain & Domain("active", "in", [True, False])

    def _get_personal_data(self):
        """Hook: all that is stored about the complainant in these complaints, in plain words.

        :return: list of dict, one per complaint, ready for JSON
        """

        def words(record, fname):
            value = record[fname]
            if record._fields[fname].relational:
                return ", ".join(value.mapped("display_name")) or None
            if value and record._fields[fname].type in ("date", "datetime"):
                return str(value)
            return value or None

        def table(records, fnames):
            return [
                {fname: words(record, fname) for fname in fnames} for record in records
            ]

        known = (
            *("name", "title", "description", "demand", "emotion_id", "partner_name"),
            *("email_from", "phone", "channel_id", "received_at", "category_id"),
            *("stage_id", "decision", "decision_reason", "outcome_at", "closed_at"),
            *("order_id", "company_id"),
        )
        data = []
        for complaint in self:
            data.append(
                {
                    **{fname: words(complaint, fname) for fname in known},
                    "products": table(
                        complaint.line_ids, ("name", "quantity", "problem")
                    ),
                    "dates": table(
                        complaint.deadline_ids,
                        ("deadline_type", "commitment", "due_at", "done_at", "result"),
                    ),
                    "contacts": table(
                        complaint.contact_ids,
                        ("date", "channel_id", "direction", "summary", "next_step"),
                    ),
                    "confirmations": table(
                        complaint.confirmation_ids,
                        ("date", "solved", "grade", "comment"),
                    ),
                    "messages": [
                        {
                            "date": str(message.date),
                            "from": message.author_id.name or message.email_from,
                            "text": html2plaintext(message.body),
                        }
                        for message in complaint._get_personal_messages()
                    ],
                    "files": complaint._get_personal_files().mapped("name"),
                }
            )
        return data

    def _get_personal_messages(self):
        """What was said to and by the customer; notes of colleagues stay inside."""
        return self.message_ids.filtered(
            lambda m: m.message_type in ("comment", "email", "email_outgoing")
            and not m.is_internal
            and not m.subtype_id.internal
        )

    def _get_personal_files(self):
        """Files of these complaints, as far as the current user may read them.

        Those of notes stay inside as the notes do.
        """
        told = self._get_personal_messages()
        noted = (self.message_ids - told).attachment_ids - told.attachment_ids
        return self.env["ir.attachment"].search(
            [
                ("res_model", "=", self._name),
                ("res_id", "in", self.ids),
                ("id", "not in", noted.ids),
            ],
            order="id",
        )

    @api.model
    def _get_passed_on(self, partner):
        """Complaints that a contact handed over to us; what is in them is another person's."""
        complaints = self.search(
            Domain("third_party_id", "child_of", partner.ids)
            & Domain("active", "in", [True, False])
        )
        return [
            {"name": complaint.name, "received_at": str(complaint.received_at)}
            for complaint in complaints
        ]


class Base(models.AbstractModel):
    _inherit = "base"

    def export_data(self, fields_to_export):
        """See core; who exported complaints, or what belongs to them, is logged."""
        exported = super().export_data(fields_to_export)
        if complaints := self._get_exported_complaints(fields_to_export):
            detail = ", ".join(fields_to_export)
            if self._name != "customer.complaint":
                detail = f"{self._description}: {detail}"
            self.env["customer.complaint.access.log"]._log("export", complaints, detail)
        return exported

    def _get_exported_complaints(self, paths):
        """Complaints that an export holds: the records, those they belong to, those on a path.

        :param list paths: as in `export_data`, for example "complaint_ids/title"
        """
        found = self.env["customer.complaint"]
        field = self._fields.get("complaint_id")
        if self._name == found._name:
            found = self
        elif field and getattr(field, "comodel_name", "") == found._name:
            # sudo: only which they are
            found = self.sudo().complaint_id.sudo(False)
        heads = {}
        for path in paths:
            head, *rest = re.split(r"[/:.]", path, maxsplit=1)
            heads.setdefault(head, []).extend(rest)
        for head, rests in heads.items():
            field = self._fields.get(head)
            if field and field.relational:  # what was exported is in memory by now
                found |= self[head]._get_exported_complaints(rests)
        return found
