import logging

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

from ..tools import given, rows
from ..tools.halves import in_halves

_logger = logging.getLogger(__name__)

# Which documents a type of remedy may be carried out with; other addons need not be installed.
MODELS = {
    "sale": "sale.order",
    "delivery": "stock.picking",
    "return": "stock.picking",
    "repair": "repair.order",
    "coupon": "loyalty.card",
}
# Set by what happens to the document, never by hand.
DOCUMENT_FIELDS = {"document_model", "document_id", "document_name"}


class CustomerComplaintRemedy(models.Model):
    """The document that brings the customer his goods: made, linked, and read from then on."""

    _inherit = "customer.complaint.remedy"

    document = fields.Selection(related="type_id.document", string="Kind of document")
    document_status = fields.Char(
        compute="_compute_document_status",
        string="Status of the document",
        help="As it stands in the document at this moment.",
    )

    _document_idx = models.Index(
        "(document_model, document_id) WHERE document_id IS NOT NULL"
    )

    @api.depends("document_id")
    def _compute_state(self):
        return super()._compute_state()

    def _get_state(self):
        state = super()._get_state()
        goes_on = self.document_id and not self.type_id._is_credit()
        return "requested" if state == "proposed" and goes_on else state

    @api.depends("document_model", "document_id")
    def _compute_document_status(self):
        self.document_status = False
        for remedies, documents in self._get_documents():
            states = documents._fields.get("state")
            labels = dict(states._description_selection(self.env)) if states else {}
            known = {document.id: document for document in documents}
            for remedy in remedies:
                if document := known.get(remedy.document_id):
                    remedy.document_status = (
                        labels.get(document.state) if states else self.env._("Issued")
                    )
                else:
                    remedy.document_status = self.env._("Deleted")

    def _get_documents(self):
        """Remedies with the documents they are carried out with, a pair per model.

        Documents are in sudo rights: only whether they are done is read, and told.
        """
        pairs = []
        linked = self.filtered("document_id")
        for model, remedies in linked.grouped("document_model").items():
            if model not in MODELS.values() or model not in self.env:
                continue  # the addon it came from is gone
            documents = self.env[model].sudo().with_context(active_test=False)
            pairs.append(
                (remedies, documents.browse(remedies.mapped("document_id")).exists())
            )
        return pairs

    # ------------------------------------------------------------------
    # What became of it
    # ------------------------------------------------------------------
    def _sync_documents(self):
        """Record as delivered what its document proves; let go of documents that are gone."""
        # sudo: state and date are read of documents, and set by nobody's hand
        for remedies, documents in self.sudo().filtered("is_open")._get_documents():
            known = {document.id: document for document in documents}
            for remedy in remedies:
                document = known.get(remedy.document_id)
                if document is None:
                    remedy._let_go_of_document()
                elif remedy.type_id._is_credit():
                    continue  # goods came back; the money is proved by its credit note
                elif when := remedy._get_document_done_at(document):
                    remedy._deliver_by_document(when)

    @api.model
    def _cron_sync_documents(self):
        """What became of a document while nobody was told: asked every hour."""
        self.search(
            [("is_open", "=", True), ("document_id", "!=", False)]
        )._sync_documents_apart()

    def _sync_documents_apart(self):
        """A document that cannot be read stops neither the others nor who works on them."""
        in_halves(
            self,
            lambda some: some._sync_documents(),
            lambda remedy, error: _logger.error(
                "The document of remedy %s could not be read.",
                remedy.id,
                exc_info=error,
            ),
        )

    def _get_document_done_at(self, document):
        """Hook: when the document proved the delivery; False while it does not.

        :param document: one record, in sudo rights
        """
        if document._name == "sale.order":
            return (
                document._is_complaint_order_delivered()
                and document._get_complaint_delivery_date()
            )
        if document._name == "stock.picking":
            return document.state == "done" and document.date_done
        if document._name == "repair.order":
            return document.state == "done" and fields.Datetime.now()
        return fields.Datetime.now()  # a coupon is there once it was issued

    def _deliver_by_document(self, when):
        """Delivered, as its document says."""
        self.ensure_one()
        self.write(
            {
                "delivered_at": when,
                "delivered_by_id": self.env.uid,
                "delivery_note": self.document_name,
            }
        )

    def _is_document_alive(self):
        """Whether its document can still bring what was promised."""
        self.ensure_one()
        for _remedies, documents in self._get_documents():
            if "state" in documents._fields:
                documents = documents.filtered(lambda d: d.state != "cancel")
            return bool(documents)
        return False

    def _let_go_of_document(self):
        self.sudo().write(dict.fromkeys(DOCUMENT_FIELDS, False))

    # ------------------------------------------------------------------
    # Creating and linking
    # ------------------------------------------------------------------
    def _check_document_wanted(self):
        """Refuse a second document, and one for what is not to be delivered."""
        self.ensure_one()
        if not self.type_id.document:
            raise UserError(
                self.env._(
                    "%(remedy)s is not carried out with a document. Record its delivery "
                    "with date and note.",
                    remedy=self.name,
                )
            )
        if self._is_document_alive():
            raise UserError(
                self.env._(
                    "%(remedy)s is carried out with %(document)s already. Open that one, "
                    "or cancel it first.",
                    remedy=self.name,
                    document=self.document_name,
                )
            )
        if self.state in ("delivered", "cancelled"):
            raise UserError(
                self.env._(
                    "%(remedy)s is delivered or cancelled: there is nothing to create for "
                    "it. Add another remedy.",
                    remedy=self.name,
                )
            )
        if self.solution_id.state != "chosen":
            raise UserError(
                self.env._(
                    "%(remedy)s belongs to a solution that is not chosen yet. Record the "
                    "answer of the customer first.",
                    remedy=self.name,
                )
            )

    def _get_document_model(self):
        """Model of the documents of this type, empty.

        :raises UserError: when the application is not installed
        """
        self.ensure_one()
        model = MODELS.get(self.type_id.document)
        if model not in self.env:
            kinds = dict(self._fields["document"]._description_selection(self.env))
            raise UserError(
                self.env._(
                    "“%(kind)s” needs an application that is not installed here. Carry it "
                    "out as usual, then record the delivery with date and note.",
                    kind=kinds[self.type_id.document],
                )
            )
        return self.env[model]

    def create_document(self, charged=False, program_id=None):
        """Make the document of this remedy: a draft wherever its model knows drafts.

        :param bool charged: a replacement order at the price of the customer, else free
        :param int program_id: of which loyalty programme a coupon is issued
        :return: action that opens the document
        :raises UserError: when there is one already, something is missing, or the application
            is not installed
        :raises AccessError: for whoever may not work on the complaint
        """
        self.ensure_one()
        self._check_staff()
        rows.claim(self.sudo())  # two who make it at once
        self._check_document_wanted()
        program_id = given.key(self.env, program_id)
        model = self._get_document_model()
        if self.type_id.document == "sale":
            document = self._create_replacement_order(charged)
        else:
            if not model.has_access("create"):
                raise AccessError(
                    self.env._(
                        "You may not create documents of this kind. Ask a colleague who "
                        "may, and link the number here."
                    )
                )
            document = getattr(self, f"_create_{self.type_id.document}")(
                **(
                    {"program_id": program_id}
                    if self.type_id.document == "coupon"
                    else {}
                )
            )
        self._tie_to_document(document)
        return self.action_view_document()

    def link_document(self, number):
        """Link a document that exists, by its number or code.

        :param str number: exactly as on the document, which must be of this customer
        :raises UserError: when this customer has no such document
        """
        self.ensure_one()
        self._check_staff()
        rows.claim(self.sudo())  # two who link at once
        self._check_document_wanted()
        model = self._get_document_model()
        number = given.text(self.env, number)
        complaint = self.complaint_id.sudo()
        customers = (
            complaint.partner_id | complaint.invoiced_partner_id
        ).commercial_partner_id
        # sudo: handlers have no rights on goods; an exact number of this customer finds the
        # document, and one of anybody else is answered like one that does not exist
        document = model.sudo().search(
            Domain(model._rec_name, "=", number)
            & Domain("company_id", "in", [complaint.company_id.id, False])
            & Domain("partner_id", "child_of", customers.ids)
            & self._get_linkable_domain()
            & (
                Domain("state", "!=", "cancel")
                if "state" in model._fields
                else Domain.TRUE
            ),
            limit=1,
        )
        if not number or not customers or not document:
            raise UserError(
                self.env._(
                    "This customer has no document %(number)s that could carry out "
                    "%(remedy)s. Compare the number and the customer.",
                    number=number,
                    remedy=self.name,
                )
            )
        self._tie_to_document(document)
        return True

    def _get_linkable_domain(self):
        """What the complaint is about proves nothing, nor do goods that went the other way."""
        return {
            "sale": Domain("id", "!=", self.complaint_id.sudo().order_id.id),
            "delivery": Domain("picking_type_code", "!=", "incoming"),
            "return": Domain("picking_type_code", "!=", "outgoing"),
        }.get(self.type_id.document, Domain.TRUE)

    def _tie_to_document(self, document):
        self.ensure_one()
        # sudo: who may do it was checked; the fields are written by methods only
        remedy = self.sudo()
        name = document.sudo()[document._rec_name]
        remedy.write(
            {
                "document_model": document._name,
                "document_id": document.id,
                "document_name": name,
            }
        )
        if "message_ids" in document._fields:
            document.sudo()._message_log(
                body=Markup("%s")
                % self.env._("Made for complaint %s.", remedy.complaint_id.name),
                author_id=self.env.user.partner_id.id,
            )
        remedy.complaint_id._message_log(
            body=self.env._(
                "%(remedy)s is carried out with %(document)s.",
                remedy=remedy.name,
                document=name,
            ),
            author_id=self.env.user.partner_id.id,
        )
        remedy._sync_documents()

    def action_unlink_document(self):
        """Let go of a document that turned out to be the wrong one; it stays as it is."""
        self.ensure_one()
        self._check_staff()
        if not self.document_id:
            return True
        if self.state == "delivered":
            raise UserError(
                self.env._(
                    "%(document)s proves that %(remedy)s was delivered. It stays linked.",
                    document=self.document_name,
                    remedy=self.name,
                )
            )
        self._unlink_document()
        return True

    def _unlink_document(self):
        """Let go of documents; the complaint says so."""
        for remedy in self:
            remedy.complaint_id.sudo()._message_log(
                body=self.env._(
                    "%(document)s is no longer linked to %(remedy)s.",
                    document=remedy.document_name,
                    remedy=remedy.name,
                ),
                author_id=self.env.user.partner_id.id,
            )
        self._let_go_of_document()

    def action_view_document(self):
        """Open the document; tell how it stands to who has no rights to work on such ones."""
        self.ensure_one()
        self.check_access("read")
        if not self._get_documents():
            raise UserError(
                self.env._(
                    "%(remedy)s has no document that could be opened.", remedy=self.name
                )
            )
        if self.env[self.document_model].has_access("write"):
            return {
                "type": "ir.actions.act_window",
                "name": self.document_name,
                "res_model": self.document_model,
                "res_id": self.document_id,
                "views": [(False, "form")],
            }
        # Its form asks for more than the few rights of who handles complaints.
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "title": f"{self.document_name}: {self.document_status}",
                "message": self.env._(
                    "It is with the colleagues who work on such documents. What becomes of "
                    "it is shown here."
                ),
                "type": "info",
                "next": {"type": "ir.actions.act_window_close"},
            },
        }

    def action_document(self):
        """Open the document of this remedy; the dialog that makes it when there is none."""
        self.ensure_one()
        self._sync_documents()
        if self._is_document_alive():
            return self.action_view_document()
        self.ensure_one()
        self._check_staff()
        self._check_document_wanted()
        return {
            "type": "ir.actions.act_window",
            "name": self.name,
            "res_model": "customer.complaint.remedy.document",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_remedy_id": self.id},
        }
