from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_list


class CustomerComplaint(models.Model):
    """Goods beside money: documents of remedies, entitlements, and what suppliers owe for it."""

    _inherit = "customer.complaint"

    supplier_claim_ids = fields.One2many(
        "customer.complaint.supplier.claim",
        "complaint_id",
        groups="customer_complaint.group_complaint_user,"
        "customer_complaint.group_complaint_supervision,"
        "customer_complaint.group_complaint_auditor",
    )
    supplier_claim_count = fields.Integer(
        compute="_compute_goods_counts", groups="base.group_user"
    )
    goods_count = fields.Integer(
        compute="_compute_goods_counts",
        groups="base.group_user",
        help="Remedies that are carried out with a document: an order, a return, a repair…",
    )
    entitlement_count = fields.Integer(
        compute="_compute_goods_counts", groups="base.group_user"
    )

    def _compute_goods_counts(self):
        """What the user may read of it; three queries for all complaints."""
        handles = self.env.su or self.env.user.has_group(
            "customer_complaint.group_complaint_user"
        )
        for fname, model, link, domain in (
            (
                "supplier_claim_count",
                "customer.complaint.supplier.claim",
                "complaint_id",
                [],
            ),
            (
                "goods_count",
                "customer.complaint.remedy",
                "complaint_id",
                [("type_id.document", "!=", False), ("state", "!=", "cancelled")],
            ),
            (
                "entitlement_count",
                "customer.complaint.entitlement",
                "complaint_name",
                [],
            ),
        ):
            may_see = handles or link == "complaint_name"
            if not (may_see and self.env[model].has_access("read")):
                self[fname] = 0
                continue
            mine = self.mapped("name") if link == "complaint_name" else self.ids
            rows = self.env[model]._read_group(
                [(link, "in", mine), *domain], [link], ["__count"]
            )
            counts = {getattr(key, "id", key): count for key, count in rows}
            for complaint in self:
                key = complaint.name if link == "complaint_name" else complaint.id
                complaint[fname] = counts.get(key, 0)

    def action_view_goods(self):
        """Open the remedies that are carried out with documents, as these stand now."""
        remedies = self.remedy_ids
        remedies._sync_documents()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Goods"),
            "res_model": remedies._name,
            "views": [
                (
                    self.env.ref(
                        "customer_complaint.customer_complaint_remedy_view_list_goods"
                    ).id,
                    "list",
                )
            ],
            "domain": [
                ("complaint_id", "in", self.ids),
                ("type_id.document", "!=", False),
            ],
        }

    def action_view_entitlements(self):
        """Open what was granted because of these complaints."""
        action = self.env["ir.actions.actions"]._for_xml_id(
            "customer_complaint.customer_complaint_entitlement_action"
        )
        return {
            **action,
            "domain": [("complaint_name", "in", self.mapped("name"))],
            "context": {"create": False, "active_test": False},
        }

    def action_view_supplier_claims(self):
        """Open the supplier claims of these complaints; the form of a first one."""
        action = self.env["ir.actions.actions"]._for_xml_id(
            "customer_complaint.customer_complaint_supplier_claim_action"
        )
        action["domain"] = [("complaint_id", "in", self.ids)]
        action["context"] = self._get_supplier_claim_defaults()
        if len(self) == 1 and not self.supplier_claim_count:
            action["views"] = [(False, "form")]
        return action

    def _get_supplier_claim_defaults(self):
        """What a new claim knows of its complaint: product, supplier, currency."""
        if len(self) != 1:
            return {}
        product = self.line_ids.product_id
        product = product if len(product) == 1 else product.browse()
        # sudo: who supplies a product is told to whoever handles a complaint about it
        suppliers = product.sudo().seller_ids.filtered(
            lambda s: s.company_id in (self.company_id, s.company_id.browse())
        )
        return {
            "default_complaint_id": self.id,
            "default_product_id": product.id,
            "default_partner_id": suppliers[:1].partner_id.id,
            "default_currency_id": self.company_id.currency_id.id,
        }

    def _get_open_remedies(self):
        """Documents are asked first: what they prove is not open any more."""
        super()._get_open_remedies()._sync_documents()
        return super()._get_open_remedies()

    @api.ondelete(at_uninstall=False)
    def _unlink_except_supplier_claims(self):
        # sudo: what keeps the complaint may be hidden from who deletes it
        if kept := self.sudo().filtered("supplier_claim_ids"):
            raise UserError(
                self.env._(
                    "%(complaints)s: a supplier was asked to pay for it. Archive the "
                    "complaint instead.",
                    complaints=format_list(self.env, kept.mapped("name")),
                )
            )
