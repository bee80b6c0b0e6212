from odoo import fields, models
from odoo.fields import Domain

from ..tools.record_types import IS_COMPLAINT


class CustomerComplaintOriginMixin(models.AbstractModel):
    """Documents from which a complaint can be opened.

    Inherit it, override `_prepare_complaint_values`, and put two buttons on the form:
    `action_open_complaint`, and `action_view_complaints` with the field `complaint_count`. The
    complaint remembers the document in `origin_model` and `origin_id`.
    """

    _name = "customer.complaint.origin.mixin"
    _description = "Origin of Complaints"

    complaint_count = fields.Integer(
        string="Complaints",
        compute="_compute_complaint_count",
        groups="customer_complaint.group_complaint_submitter",
    )

    def _compute_complaint_count(self):
        rows = self.env["customer.complaint"]._read_group(
            self._get_complaints_domain() & IS_COMPLAINT,
            [self._get_complaint_link()],
            ["__count"],
        )
        # A reference is grouped by number, a relation by record.
        counts = {getattr(origin, "id", origin): count for origin, count in rows}
        for record in self:
            record.complaint_count = counts.get(record.id, 0)

    def _get_complaint_link(self):
        """Hook: the field of the complaint that leads to these documents."""
        return "origin_id"

    def _get_complaints_domain(self):
        """Domain of the complaints that were opened from these documents."""
        domain = Domain(self._get_complaint_link(), "in", self.ids)
        if self._get_complaint_link() == "origin_id":
            domain &= Domain("origin_model", "=", self._name)
        return domain

    def _get_complaint_defaults(self):
        """Context with which a new complaint knows where it comes from."""
        if len(self) != 1:
            return {}
        if self._get_complaint_link() != "origin_id":
            return {f"default_{self._get_complaint_link()}": self.id}
        return {"default_origin_model": self._name, "default_origin_id": self.id}

    def _prepare_complaint_values(self):
        """Hook: what a complaint takes over; invoked by the form's defaults and by create.

        :return: dict of values of customer.complaint, with commands for its lines
        """
        self.ensure_one()
        return {}

    def action_open_complaint(self):
        """Open the form of a new complaint with all that the document knows."""
        self.ensure_one()
        # The customer is known: the cursor stands in what happened.
        view = self.env.ref("customer_complaint.customer_complaint_view_form_known")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("New complaint"),
            "res_model": "customer.complaint",
            "view_mode": "form",
            "views": [(view.id, "form")],
            "context": self._get_complaint_defaults(),
        }

    def action_view_complaints(self):
        """Open the complaints about these documents."""
        action = self.env["ir.actions.actions"]._for_xml_id(
            "customer_complaint.customer_complaint_action"
        )
        action["domain"] = list(self._get_complaints_domain())
        action["context"] = {
            **self._get_complaint_defaults(),
            "search_default_complaints": 1,
        }
        return action
