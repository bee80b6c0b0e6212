from odoo import api, fields, models
from odoo.exceptions import ValidationError


class CustomerComplaint(models.Model):
    """Who works along: other departments, the coordinator between them, and observers."""

    _inherit = "customer.complaint"

    involved_team_ids = fields.Many2many(
        "customer.complaint.team",
        "customer_complaint_involved_team_rel",
        string="Other departments",
        check_company=True,
        copy=False,
        groups="base.group_user",
        help="Departments that work along beside the responsible team; their members see the "
        "complaint and may work on it.",
    )
    is_complex = fields.Boolean(
        string="Several departments",
        compute="_compute_is_complex",
        store=True,
        groups="base.group_user",
    )
    coordinator_id = fields.Many2one(
        "res.users",
        compute="_compute_coordinator_id",
        store=True,
        readonly=False,
        domain="[('share', '=', False)]",
        index="btree_not_null",
        copy=False,
        tracking=True,
        groups="base.group_user",
        help="Who keeps the departments together. Needed as soon as more than one works on "
        "the complaint.",
    )
    observer_ids = fields.Many2many(
        "res.users",
        "customer_complaint_observer_rel",
        string="Observers",
        domain="[('share', '=', False)]",
        copy=False,
        groups="base.group_user",
        help="Colleagues who read the complaint and are told what happens, without working "
        "on it.",
    )
    guest_ids = fields.Many2many(
        "res.users",
        "customer_complaint_guest_rel",
        compute="_compute_guest_ids",
        store=True,
        groups="base.group_user",
        export_string_translation=False,
        help="Coordinator and members of the other departments, for the record rules.",
    )

    @api.depends("involved_team_ids")
    def _compute_is_complex(self):
        for complaint in self:
            complaint.is_complex = bool(complaint.involved_team_ids)

    @api.depends("involved_team_ids")
    def _compute_coordinator_id(self):
        for complaint in self:
            if complaint.coordinator_id or not complaint.involved_team_ids:
                complaint.coordinator_id = complaint.coordinator_id
                continue
            # sudo: who leads a team is asked, whoever may read it
            team = complaint.sudo().team_id
            complaint.coordinator_id = (
                team.leader_id or complaint.user_id or complaint.sudo().first_contact_id
            )

    @api.depends(
        "coordinator_id",
        "involved_team_ids.member_ids",
        "involved_team_ids.leader_id",
    )
    def _compute_guest_ids(self):
        for complaint in self:
            teams = complaint.involved_team_ids
            complaint.guest_ids = (
                complaint.coordinator_id | teams.member_ids | teams.leader_id
            )

    @api.constrains("involved_team_ids", "coordinator_id", "team_id")
    def _check_coordinator_id(self):
        for complaint in self.sudo():
            if complaint.involved_team_ids and not complaint.coordinator_id:
                raise ValidationError(
                    self.env._(
                        "%(complaint)s: more than one department works on it. Name a "
                        "coordinator who keeps them together.",
                        complaint=complaint.name,
                    )
                )
            if complaint.team_id in complaint.involved_team_ids:
                raise ValidationError(
                    self.env._(
                        "%(complaint)s: %(team)s answers for it already. Choose other "
                        "departments only.",
                        complaint=complaint.name,
                        team=complaint.team_id.name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        complaints = super().create(vals_list)
        if any(
            {"observer_ids", "involved_team_ids"} & vals.keys() for vals in vals_list
        ):
            complaints._let_follow()
        return complaints

    def write(self, vals):
        res = super().write(vals)
        if {"observer_ids", "involved_team_ids", "coordinator_id"} & vals.keys():
            self._let_follow()
        return res

    def _let_follow(self):
        """Coordinators and observers are told what happens."""
        if self._is_history():
            return
        for complaint in self.sudo():  # followers are no right: the fields were written
            users = complaint.coordinator_id | complaint.observer_ids
            complaint.message_subscribe(partner_ids=users.partner_id.ids)
