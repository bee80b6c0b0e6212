from odoo import fields, models

# The fixed types under the user's own stages, in the order a complaint passes them.
STAGE_TYPES = [
    ("received", "Received"),
    ("registered", "Registered"),
    ("classified", "Classified"),
    ("assessed", "Assessed and assigned"),
    ("investigating", "Investigating"),
    ("solution", "Solution"),
    ("approval", "Approval"),
    ("implementing", "Implementing"),
    ("verifying", "Verifying"),
    ("feedback", "Feedback"),
    ("follow_up", "Follow-up"),
    ("closed", "Closed"),
    ("archived", "Archived"),
]
STAGE_POSITION = {key: index for index, (key, _label) in enumerate(STAGE_TYPES)}
CLOSED_TYPES = ("closed", "archived")


class CustomerComplaintStage(models.Model):
    _name = "customer.complaint.stage"
    _description = "Complaint Stage"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    stage_type = fields.Selection(
        STAGE_TYPES,
        required=True,
        default="implementing",
        help="What the stage means. Names and order of stages are yours; what is "
        "required and which button is offered follows the type.",
    )
    team_ids = fields.Many2many(
        "customer.complaint.team", help="Empty: the stage is used by all teams."
    )
    description = fields.Text(
        translate=True, help="What comes in, what goes out, and who is responsible."
    )
    fold = fields.Boolean(string="Folded in Kanban")
    active = fields.Boolean(default=True)
