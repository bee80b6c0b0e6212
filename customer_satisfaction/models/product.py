from odoo import models
from odoo.tools import SQL


class ProductProduct(models.Model):
    _name = "product.product"
    _inherit = ["product.product", "customer.satisfaction.rated.mixin"]

    def _get_satisfaction_link(self):
        return "product_id"


class ProductTemplate(models.Model):
    _name = "product.template"
    _inherit = ["product.template", "customer.satisfaction.rated.mixin"]

    def _get_satisfaction_link(self):
        return "product_id"

    def _get_satisfaction_parts(self):
        """The variants, those no longer sold included."""
        variants = self.with_context(active_test=False).product_variant_ids
        return {
            variant.with_env(self.env): variant.product_tmpl_id.with_env(self.env)
            for variant in variants
        }

    def _get_satisfaction_parts_sql(self, counts):
        return SQL(
            "SELECT variant.product_tmpl_id AS id, satisfied, n FROM (%s) answered "
            "JOIN product_product variant ON variant.id = answered.id",
            counts,
        )
