from odoo import fields, models

from .customer_complaint_stage import STAGE_TYPES


class CustomerComplaintStageVisit(models.Model):
    """A stay of a complaint in a stage that it has left: where the time goes.

    The present stay is on the complaint itself (`stage_id`, `stage_since`).
    """

    _name = "customer.complaint.stage.visit"
    _description = "Time in a Complaint Stage"
    _inherit = [
        "customer.complaint.part.mixin",
        "customer.complaint.filter.mixin",
    ]
    _order = "start_at, id"
    _rec_name = "stage_id"

    complaint_id = fields.Many2one(
        "customer.complaint",
        required=True,
        readonly=True,
        ondelete="cascade",
        index=True,
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    team_id = fields.Many2one("customer.complaint.team", readonly=True)
    user_id = fields.Many2one("res.users", string="Owner", readonly=True)
    stage_id = fields.Many2one(
        "customer.complaint.stage", required=True, readonly=True, ondelete="restrict"
    )
    stage_type = fields.Selection(
        STAGE_TYPES, string="Stage type", required=True, readonly=True
    )
    start_at = fields.Datetime(string="Entered", required=True, readonly=True)
    end_at = fields.Datetime(string="Left", required=True, readonly=True)
    hours = fields.Float(
        readonly=True, aggregator="avg", help="Elapsed hours in the stage."
    )

    _company_idx = models.Index("(company_id, end_at)")
