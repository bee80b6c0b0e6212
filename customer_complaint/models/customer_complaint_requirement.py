from odoo import api, fields, models, tools

from .customer_complaint_stage import STAGE_POSITION, STAGE_TYPES


class CustomerComplaintRequirement(models.Model):
    """One line = one thing a complaint must have before it enters a stage type."""

    _name = "customer.complaint.requirement"
    _description = "Required Before the Next Stage"
    _inherit = ["customer.complaint.cached.mixin"]
    _order = "stage_type, sequence, id"
    _rec_name = "code"

    sequence = fields.Integer(default=10)
    stage_type = fields.Selection(
        STAGE_TYPES, string="Before entering", required=True, default="assessed"
    )
    code = fields.Selection(
        [
            ("customer", "Customer name"),
            ("contact", "Contact: e-mail or phone"),
            ("received_at", "Receipt time"),
            ("description", "What happened"),
            ("demand", "Customer demand"),
            ("category", "Category"),
            ("level", "Level"),
            ("owner", "Owner"),
            ("assessment", "Initial assessment: further handling needed?"),
            ("handling_mode", "Handling mode"),
            ("plan", "Plan"),
            ("plan_told", "Plan told to the customer"),
            ("approval", "Approval of the credit notes asked for"),
            ("cause", "Cause, responsible department and person"),
            ("decision", "Decision and its reason"),
            ("outcome", "Outcome told to the customer"),
            ("channels", "Outcome told over as many channels as the policy asks for"),
            ("confirmation", "Confirmation by the customer"),
            ("closing", "Closing"),
        ],
        string="Required",
        required=True,
    )
    path_ids = fields.Many2many(
        "customer.complaint.path",
        "customer_complaint_requirement_path_rel",
        "requirement_id",
        "path_id",
        context={"active_test": False},
        help="Empty: required on every path.",
    )
    active = fields.Boolean(default=True)

    _code_unique = models.UniqueIndex(
        "(stage_type, code)",
        "This is already required before that stage. Activate the existing line.",
    )

    @api.model
    @tools.ormcache("stage_type", "path_id")
    def _get_codes(self, stage_type, path_id=False):
        """Codes of all that must be there before a complaint on a path enters `stage_type`.

        Stages can be skipped, requirements cannot: those of earlier types count too.
        """
        rows = self.sudo().search([("active", "=", True)])
        rows = rows.filtered(
            lambda r: STAGE_POSITION[r.stage_type] <= STAGE_POSITION[stage_type]
            and (not r.path_ids or path_id in r.path_ids.ids)
        ).sorted(lambda r: (STAGE_POSITION[r.stage_type], r.sequence, r.id))
        return tuple(dict.fromkeys(rows.mapped("code")))
