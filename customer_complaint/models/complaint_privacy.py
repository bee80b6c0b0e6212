from odoo import models
from odoo.fields import Domain
from odoo.tools import html2plaintext


class CustomerComplaint(models.Model):
    """What is known about a person, and who took complaints out of the system."""

    _inherit = "customer.complaint"

    def export_data(self, fields_to_export):
        """See core; who exported what is logged."""
        exported = super().export_data(fields_to_export)
        self.env["customer.complaint.access.log"]._log(
            "export", self, ", ".join(fields_to_export)
        )
        return exported

    def _get_personal_domain(self, partner):
        """Complaints of a contact, of those below it, and those that only know its address."""
        domain = Domain("partner_id", "child_of", partner.ids)
        if email := partner.email_normalized:
            domain |= Domain("partner_id", "=", False) & Domain(
                "email_from", "=ilike", email
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
            messages = complaint.message_ids.filtered(
                lambda m: m.message_type in ("comment", "email", "email_outgoing")
                and not m.is_internal
                and not m.subtype_id.internal
            )
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
                        for message in messages
                    ],
                    "files": complaint._get_personal_files().mapped("name"),
                }
            )
        return data

    def _get_personal_files(self):
        """Files of these complaints, as far as the current user may read them."""
        return self.env["ir.attachment"].search(
            [("res_model", "=", self._name), ("res_id", "in", self.ids)], order="id"
        )
