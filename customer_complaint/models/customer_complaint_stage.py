from odoo import api, fields, models, tools
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools import format_list

# The fixed types under the user's own stages, in the order a complaint passes them.
STAGE_TYPES = [
    ("received", "Received"),
    ("registered", "Registered"),
    ("classified", "Classified"),
    ("assessed", "Assessing"),
    ("investigating", "Investigating"),
    ("solution", "Solution"),
    ("approval", "Approval"),
    ("implementing", "In progress"),
    ("verifying", "Verifying"),
    ("feedback", "Outcome sent"),
    ("follow_up", "Follow-up"),
    ("closed", "Closed"),
    ("archived", "Archived"),
]
STAGE_POSITION = {key: index for index, (key, _label) in enumerate(STAGE_TYPES)}
CLOSED_TYPES = ("closed", "archived")
# Complaints that need somebody: also a closed one, while something promised is owed.
STILL_TO_DO = Domain("stage_type", "not in", CLOSED_TYPES) | Domain(
    "next_due_at", "!=", False
)
# Whose a step is.
RESPONSIBLE = [
    ("first_contact", "First contact"),
    ("owner", "Owner"),
    ("leader", "Team leader"),
]
# Every complaint passes these; a stage shared by all teams and paths must exist for each.
NEEDED_TYPES = ("received", "assessed", "implementing", "feedback", "closed")


class CustomerComplaintStage(models.Model):
    _name = "customer.complaint.stage"
    _description = "Complaint Stage"
    _inherit = ["customer.complaint.cached.mixin"]
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    stage_type = fields.Selection(
        STAGE_TYPES,
        string="Stage type",
        required=True,
        default="implementing",
        help="What the stage means. Names and order of stages are yours; what is "
        "required and which button is offered follows the type.",
    )
    team_ids = fields.Many2many(
        "customer.complaint.team", help="Empty: the stage is used by all teams."
    )
    path_ids = fields.Many2many(
        "customer.complaint.path",
        "customer_complaint_stage_path_rel",
        "stage_id",
        "path_id",
        context={"active_test": False},
        help="Empty: the stage belongs to every path.",
    )
    comes_in = fields.Char(
        string="Comes in", translate=True, help="What the step begins with."
    )
    goes_out = fields.Char(
        string="Goes out", translate=True, help="What the step leaves behind."
    )
    responsible = fields.Selection(
        RESPONSIBLE,
        default="owner",
        required=True,
        help="Whose step it is; the complaint names the person.",
    )
    mail_template_id = fields.Many2one(
        "mail.template",
        string="Tell the customer",
        domain="[('model', '=', 'customer.complaint')]",
        ondelete="set null",
        help="Sent by e-mail when a complaint enters the stage, in the customer's "
        "language. It is automatic and meets no deadline.",
    )
    fold = fields.Boolean(string="Folded on the board")
    pauses_deadlines = fields.Boolean(
        string="Pauses deadlines",
        help="Deadlines that may wait stand still while a complaint is in this stage. "
        "Statutory limits and dates told to the customer go on.",
    )
    active = fields.Boolean(default=True)

    @api.model
    @tools.ormcache("stage_type", "team_id", "path_id")
    def _get_id_of_type(self, stage_type, team_id, path_id=False):
        """First active stage of a type, the team's own before the shared one; False when none."""
        stages = self.sudo().search([("stage_type", "=", stage_type)])
        stages = stages.filtered(lambda s: not s.path_ids or path_id in s.path_ids.ids)
        own = stages.filtered(lambda s: team_id in s.team_ids.ids)
        return (own or stages.filtered(lambda s: not s.team_ids))[:1].id

    @api.model
    @tools.ormcache("team_id", "path_id")
    def _get_types(self, team_id, path_id):
        """Types of the stages that a complaint of this team and path passes, in their order."""
        return tuple(
            stage_type
            for stage_type, _label in STAGE_TYPES
            if self._get_id_of_type(stage_type, team_id, path_id)
        )

    def _is_for(self, team, path):
        """Whether complaints of `team` on `path` stand in this stage."""
        self.ensure_one()
        stage = self.sudo()
        return (not stage.team_ids or team in stage.team_ids) and (
            not stage.path_ids or path in stage.path_ids
        )

    def write(self, vals):
        res = super().write(vals)
        if "pauses_deadlines" in vals:
            self._apply_pausing()
        if {"active", "stage_type", "team_ids", "path_ids"} & vals.keys():
            self._check_types_left(self.browse())
        return res

    @api.ondelete(at_uninstall=False)
    def _unlink_except_needed(self):
        self._check_types_left(self)

    def _apply_pausing(self):
        """What stands in these stages waits, or goes on, from now on."""
        now = fields.Datetime.now()
        # sudo: stages are shared, whose complaints stand in them does not matter
        complaints = (
            self.env["customer.complaint"].sudo().search([("stage_id", "in", self.ids)])
        )
        complaints.filtered(
            lambda c: c.paused_at
            and not c.pause_reason_id
            and not c.stage_id.pauses_deadlines
        )._resume_deadlines(now)
        complaints._pause_by_stage(now)

    def _check_types_left(self, leaving):
        shared = self.search([("stage_type", "in", NEEDED_TYPES)]) - leaving
        shared = shared.filtered(lambda s: not s.team_ids and not s.path_ids)
        left = set(shared.mapped("stage_type"))
        if missing := [kind for kind in NEEDED_TYPES if kind not in left]:
            labels = dict(self._fields["stage_type"]._description_selection(self.env))
            raise ValidationError(
                self.env._(
                    "Complaints need a stage of type %(types)s that is shared by all "
                    "teams and paths. Add another one before you remove or limit this "
                    "stage.",
                    types=format_list(self.env, (labels[kind] for kind in missing)),
                )
            )
