from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command


class CustomerComplaint(models.Model):
    """The document from which a complaint was opened, and what is taken over from it."""

    _inherit = "customer.complaint"

    origin_model = fields.Char(
        readonly=True,
        copy=False,
        groups="base.group_user",
        export_string_translation=False,
    )
    origin_id = fields.Many2oneReference(
        string="Origin",
        model_field="origin_model",
        readonly=True,
        copy=False,
        groups="base.group_user",
        export_string_translation=False,
    )
    origin_name = fields.Char(
        string="Opened from",
        compute="_compute_origin_name",
        groups="base.group_user",
        help="The document from which the complaint was opened.",
    )

    # Documents count their complaints (`customer.complaint.origin.mixin`).
    _origin_idx = models.Index("(origin_model, origin_id) WHERE origin_id IS NOT NULL")

    @api.depends("origin_model", "origin_id")
    def _compute_origin_name(self):
        self.origin_name = False
        for model, complaints in (
            self.filtered("origin_id").grouped("origin_model").items()
        ):
            if model not in self.env:  # the addon it came from is gone
                continue
            origins = self.env[model].browse(complaints.mapped("origin_id"))
            names = {
                origin.id: origin.display_name
                for origin in origins.exists()._filtered_access("read")
            }
            for complaint in complaints:
                complaint.origin_name = names.get(complaint.origin_id)

    @api.model
    def default_get(self, fields_list):
        """From a document, the form opens with all that the document knows.

        Defaults are those of the document's company, whichever one is ticked first.
        """
        given = {
            fname: self.env.context[f"default_{fname}"]
            for fname in ("origin_model", "origin_id", "order_id")
            if fname in fields_list and self.env.context.get(f"default_{fname}")
        }
        known = self._prepare_values_from_origin([given])[0]
        company = self.env["res.company"].browse(known.get("company_id"))
        documents = self.with_company(company & self.env.companies)
        defaults = super(CustomerComplaint, documents).default_get(fields_list)
        defaults.update(
            {
                fname: value
                for fname, value in known.items()
                if fname in fields_list and not defaults.get(fname)
            }
        )
        return defaults

    @api.model
    def _prepare_values_from_origin(self, vals_list):
        """Hook: take over what the document knows from which a complaint is opened.

        Values given by the caller win; those of the document win over those of its order.

        :raises AccessError: when the user may not read the document
        """
        origins = [
            {
                "sale.order": vals.get("order_id"),
                vals.get("origin_model"): vals.get("origin_id"),
            }
            for vals in vals_list
        ]
        known = {}
        for model in {model for origin in origins for model in origin if origin[model]}:
            documents = self._get_origins(model).browse(
                {origin[model] for origin in origins if origin.get(model)}
            )
            documents.check_access("read")
            for document in documents:
                known[model, document.id] = self._get_origin_values(document)
        prepared = []
        for vals, origin in zip(vals_list, origins, strict=True):
            values = {}
            for key in origin.items():
                values.update(known.get(key, {}))
            prepared.append({**values, **vals})
        return prepared

    @api.model
    def _get_origins(self, model):
        """Model of documents from which a complaint can be opened, empty.

        :raises UserError: when `model` is no such model
        """
        if model in self.env and (
            hasattr(self.env[model], "_prepare_complaint_values")
            or model in self._get_origin_readers()
        ):
            return self.env[model]
        raise UserError(
            self.env._(
                "No complaint can be opened from %(model)s. Open it from an order, an "
                "invoice or the customer.",
                model=model,
            )
        )

    @api.model
    def _get_origin_values(self, document):
        if hasattr(document, "_prepare_complaint_values"):
            return document._prepare_complaint_values()
        return self._get_origin_readers()[document._name](document)

    @api.model
    def _get_origin_readers(self):
        """Hook: what complaints take over from models of addons that need not be installed.

        Their form gets "Open complaint" in the menu of actions (`ir.actions.actions`).

        :return: dict of methods that take one document and return values, by model
        """
        return {"stock.picking": self._prepare_values_from_delivery}

    @api.model
    def _prepare_values_from_delivery(self, picking):
        """What a complaint takes over from a delivery: whom, what, and of which order."""
        moves = picking.move_ids.filtered(lambda m: m.state != "cancel")
        order = self.env["sale.order"]
        if "sale_id" in picking._fields and picking.sale_id.has_access("read"):
            order = picking.sale_id
        values = order._prepare_complaint_values() if order else {}
        return {
            **values,
            "company_id": picking.company_id.id,
            "partner_id": values.get("partner_id") or picking.partner_id.id,
            "line_ids": [
                Command.create(
                    {
                        "order_line_id": move.sale_line_id.id if order else False,
                        "product_id": move.product_id.id,
                        "name": move.product_id.display_name,
                        "quantity": move.quantity or move.product_uom_qty,
                        "uom_id": move.product_uom.id,
                    }
                )
                for move in moves
            ],
        }

    @api.onchange("order_id")
    def _onchange_order_id(self):
        """An order chosen in the form fills what is empty, or was another order's."""
        order = self.order_id._origin
        if not order:
            return
        known = order._prepare_complaint_values()
        others = [
            other._prepare_complaint_values()
            for other in self.line_ids.order_line_id.order_id._origin - order
        ]
        for fname in ("partner_id", "invoiced_partner_id", "salesperson_id"):
            if self[fname]._origin.id in (False, *(other[fname] for other in others)):
                self[fname] = known[fname]
        if all(
            line.order_line_id and line.order_line_id.order_id._origin != order
            for line in self.line_ids
        ):
            self.line_ids = [Command.clear(), *known["line_ids"]]

    def _check_write_rights(self, vals):
        if {"origin_model", "origin_id"} & vals.keys():
            for complaint in self:
                complaint._prepare_values_from_origin(
                    [
                        {
                            "origin_model": vals.get(
                                "origin_model", complaint.origin_model
                            ),
                            "origin_id": vals.get("origin_id", complaint.origin_id),
                        }
                    ]
                )
        return super()._check_write_rights(vals)

    def action_view_origin(self):
        """Open the document from which the complaint was opened."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": self.origin_model,
            "res_id": self.origin_id,
            "views": [(False, "form")],
        }
