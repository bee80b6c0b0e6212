from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..tools.colleagues import READERS, WORKERS, colleagues_domain

NAMED = {"user_id": WORKERS, "coordinator_id": WORKERS, "observer_ids": READERS}


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
        domain=colleagues_domain(WORKERS),
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
        domain=colleagues_domain(READERS),
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
            complaint.coordinator_id = complaint._propose_coordinator()

    def _propose_coordinator(self):
        """Leader of the team, else owner or first contact; empty when none of them can be."""
        self.ensure_one()
        # sudo: who leads a team is asked, whoever may read it
        known = self.sudo()
        users = (known.team_id.leader_id, known.user_id, known.first_contact_id)
        return next(
            (user for user in users if user and self._can_be_shown_to(user, WORKERS)),
            self.env["res.users"],
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

    def _can_be_shown_to(self, user, roles):
        """Whether `user` works in the company of the complaint and holds one of the roles."""
        self.ensure_one()
        # sudo: roles and companies of colleagues
        user = user.sudo()
        return self.company_id in user.company_ids and any(
            user.has_group(f"customer_complaint.group_complaint_{role}")
            for role in roles
        )

    def _check_named(self, fnames):
        """Refuse colleagues who were named in these fields and could not open the complaint.

        :raises ValidationError: says who
        """
        # The process itself names whom it finds; a constraint would run for it as well.
        if self.env.su:
            return
        for complaint in self:
            for fname in NAMED.keys() & fnames:
                for user in complaint[fname]:
                    if not complaint._can_be_shown_to(user, NAMED[fname]):
                        raise ValidationError(
                            self.env._(
                                "%(user)s could not open %(complaint)s: he needs a role "
                                "in complaints, in %(company)s. Choose somebody else.",
                                user=user.name,
                                complaint=complaint.name,
                                company=complaint.company_id.name,
                            )
                        )

    @api.model_create_multi
    def create(self, vals_list):
        complaints = super().create(vals_list)
        complaints._check_named({fname for vals in vals_list for fname in vals})
        if any(
            {"observer_ids", "involved_team_ids"} & vals.keys() for vals in vals_list
        ):
            complaints._let_follow()
        return complaints

    def write(self, vals):
        # sudo: followers are no right, see _let_follow
        before = {
            complaint: complaint._get_along()
            for complaint in self.sudo()
            if {"observer_ids", "involved_team_ids", "coordinator_id"} & vals.keys()
        }
        res = super().write(vals)
        self._check_named(vals.keys())
        if before:
            self._let_follow()
        for left, complaints in (
            self.browse(c.id for c in before)
            .sudo()
            .grouped(
                lambda c: before[c] - c._get_along() - c.user_id - c.first_contact_id
            )
            .items()
        ):
            complaints.message_unsubscribe(partner_ids=left.partner_id.ids)
        return res

    def _get_along(self):
        """Who is told what happens beside owner and first contact."""
        self.ensure_one()
        return self.coordinator_id | self.observer_ids

    def _let_follow(self):
        """Coordinators and observers are told what happens."""
        if self._is_history():
            return
        # sudo: to follow is no right, the fields were written
        for users, complaints in self.sudo().grouped(lambda c: c._get_along()).items():
            complaints.message_subscribe(partner_ids=users.partner_id.ids)
