from odoo import api, fields, models
from odoo.exceptions import UserError

from .customer_complaint_stage import STAGE_POSITION


class CustomerComplaint(models.Model):
    """The path of a complaint, what its owner records on the way, and whose step it is now."""

    _inherit = "customer.complaint"

    path_id = fields.Many2one(
        "customer.complaint.path",
        compute="_compute_path_id",
        store=True,
        readonly=False,
        precompute=True,
        ondelete="restrict",
        index="btree_not_null",
        tracking=True,
        domain="['|', ('team_ids', '=', False), ('team_ids', 'in', team_id)]",
        help="Which steps the complaint passes and what they require.",
    )
    has_paths = fields.Boolean(
        compute="_compute_has_paths", export_string_translation=False
    )

    # Initial assessment and plan
    further_handling = fields.Selection(
        [("yes", "Yes"), ("no", "No")],
        string="Further handling needed",
        copy=False,
        tracking=True,
        groups="base.group_user",
        help="Initial assessment: no, when the first answer settles it.",
    )
    assessment_note = fields.Text(
        string="Assessment note", copy=False, groups="base.group_user"
    )
    handling_mode = fields.Selection(
        [
            ("on_site", "On site"),
            ("written", "Written reply"),
            ("settlement", "Coordinated settlement"),
            ("escalation", "Escalation"),
        ],
        string="Handling mode",
        copy=False,
        tracking=True,
        groups="base.group_user",
        help="How the complaint is handled, recorded when handling starts.",
    )
    plan = fields.Text(
        copy=False,
        groups="base.group_user",
        help="What the owner intends to do. Telling it to the customer is a message that "
        "tells “How we handle it”.",
    )

    # The step it is in
    step_responsible = fields.Selection(
        related="stage_id.responsible", string="Step of", groups="base.group_user"
    )
    step_user_id = fields.Many2one(
        "res.users",
        string="Responsible now",
        compute="_compute_step_user_id",
        groups="base.group_user",
    )
    step_due_at = fields.Datetime(
        string="Step until",
        compute="_compute_step_due_at",
        groups="base.group_user",
        help="The limit of the stage, else the next date that is owed.",
    )
    step_goes_out = fields.Char(
        related="stage_id.goes_out",
        string="Result of the step",
        groups="base.group_user",
    )

    @api.depends("team_id")
    def _compute_path_id(self):
        Path = self.env["customer.complaint.path"]
        for complaint in self:
            proposed = Path.browse(Path._get_default_id(complaint.team_id.id))
            present = complaint.path_id
            position = STAGE_POSITION.get(complaint.stage_type, 0)
            begins = position < STAGE_POSITION["assessed"]
            if (
                not present
                or not present._is_for(complaint.team_id)
                or (begins and proposed.sudo().team_ids)
            ):
                complaint.path_id = proposed

    @api.depends_context("uid")
    def _compute_has_paths(self):
        self.has_paths = self.env["customer.complaint.path"]._count_active() > 1

    @api.depends("stage_id", "user_id", "first_contact_id", "team_id")
    def _compute_step_user_id(self):
        for complaint in self:
            first = complaint.first_contact_id
            leader = complaint.team_id.sudo().leader_id
            match complaint.stage_id.responsible:
                case "first_contact":
                    person = first or complaint.user_id
                case "leader":
                    person = leader or complaint.user_id
                case _:
                    person = complaint.user_id
            complaint.step_user_id = person or leader

    @api.depends("deadline_ids.state", "deadline_ids.due_at", "next_due_at")
    def _compute_step_due_at(self):
        for complaint in self:
            # sudo: whoever reads the complaint may know until when its step runs
            limits = complaint.sudo().deadline_ids.filtered(
                lambda d: d.deadline_type == "stage" and d.state == "open"
            )
            complaint.step_due_at = limits[:1].due_at or complaint.next_due_at

    def _check_path(self):
        """Refuse a stage that the path of the complaint does not have."""
        for complaint in self:
            paths = complaint.stage_id.sudo().path_ids
            if paths and complaint.path_id not in paths:
                raise UserError(
                    self.env._(
                        "%(complaint)s takes the path “%(path)s”, which has no stage "
                        "“%(stage)s”. Choose one of its stages, or another path first.",
                        complaint=complaint.name,
                        path=complaint.path_id.name or "–",
                        stage=complaint.stage_id.name,
                    )
                )

    def _map_stages(self):
        """After a change of team or path: the stage of the same type there, else the one before."""
        Stage = self.env["customer.complaint.stage"]
        for complaint in self:
            team, path = complaint.team_id, complaint.path_id
            if complaint.stage_id._is_for(team, path):
                continue
            position = STAGE_POSITION[complaint.stage_type]
            reached = [
                stage_type
                for stage_type in Stage._get_types(team.id, path.id)
                if STAGE_POSITION[stage_type] <= position
            ]
            complaint.stage_id = complaint._get_stage_of_type(reached[-1], team, path)
