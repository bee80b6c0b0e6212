from odoo import api, models

from .remedy_document import MODELS

# Orders tell it themselves.
TRACKED = set(MODELS.values()) - {"sale.order"}


class CustomerComplaintRemedy(models.Model):
    """Documents of other addons, told from their tracked state: no addon of theirs is needed."""

    _inherit = "customer.complaint.remedy"

    @api.model
    def _sync_done_documents(self, documents):
        """Read the remedies that these documents, or the orders they deliver, carry out."""
        found = [(documents._name, documents.ids)]
        if "sale_id" in documents._fields:  # a delivery of an order
            found.append(("sale.order", documents.sudo().sale_id.ids))
        # sudo: whoever finishes a document need not read complaints; nothing of them is shown
        remedies = self.sudo()
        for model, ids in found:
            remedies |= remedies.search(
                [
                    ("document_model", "=", model),
                    ("document_id", "in", ids),
                    ("is_open", "=", True),
                ]
            )
        remedies._sync_documents_apart()
        self.env.flush_all()  # nothing else does that any more before the commit


class MailThread(models.AbstractModel):
    _inherit = "mail.thread"

    def _message_track(self, fields_iter, initial_values_dict):
        """A delivery, return or repair that is done reaches its remedy before the commit."""
        tracking = super()._message_track(fields_iter, initial_values_dict)
        if self._name in TRACKED:
            changed = [
                id_ for id_, (fnames, _values) in tracking.items() if "state" in fnames
            ]
            if changed:
                self.env["customer.complaint.remedy"]._sync_done_documents(
                    self.browse(changed)
                )
        return tracking
