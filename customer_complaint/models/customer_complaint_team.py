from odoo import api, fields, models, tools
from odoo.exceptions import ValidationError


class CustomerComplaintTeam(models.Model):
    """The department that answers for a complaint; escalation climbs from it to its parents."""

    _name = "customer.complaint.team"
    _description = "Complaint Team"
    _inherit = ["customer.complaint.cached.mixin"]
    _order = "sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", help="Empty: the team works for all companies."
    )
    parent_id = fields.Many2one(
        "customer.complaint.team",
        string="Parent team",
        check_company=True,
        index="btree_not_null",
    )
    tier = fields.Selection(
        [
            ("1", "Head office"),
            ("2", "Department"),
            ("3", "Front line"),
        ],
        default="2",
        required=True,
    )
    leader_id = fields.Many2one(
        "res.users", string="Team leader", domain="[('share', '=', False)]"
    )
    member_ids = fields.Many2many(
        "res.users", string="Members", domain="[('share', '=', False)]"
    )
    supervisor_ids = fields.Many2many(
        "res.users",
        "customer_complaint_team_supervisor_rel",
        compute="_compute_supervisor_ids",
        store=True,
        recursive=True,
        help="The leader and those of the teams above: they see this team's complaints.",
    )
    calendar_id = fields.Many2one(
        "resource.calendar",
        string="Working hours",
        help="Limits in working time follow it. Empty: that of the team above, else of "
        "the company.",
    )
    deputy_ids = fields.One2many(
        "customer.complaint.team.deputy",
        "team_id",
        string="Deputies",
        copy=True,
        help="Who stands in, in this order, for colleagues who are away and have named "
        "no deputy.",
    )
    absence_hint = fields.Text(string="Away now", compute="_compute_absence_hint")
    color = fields.Integer()
    complaint_properties_definition = fields.PropertiesDefinition(
        "Fields of its complaints"
    )

    @api.depends("leader_id", "parent_id.supervisor_ids")
    def _compute_supervisor_ids(self):
        for team in self:
            team.supervisor_ids = team.leader_id | team.parent_id.supervisor_ids

    @api.depends("leader_id", "member_ids", "deputy_ids.user_id")
    @api.depends_context("lang", "tz")
    def _compute_absence_hint(self):
        away = self.env["customer.complaint.absence"]._get_current()
        for team in self:
            users = team.leader_id | team.member_ids | team.deputy_ids.user_id
            team.absence_hint = "\n".join(
                "{}: {}".format(
                    user.name,
                    user._describe_complaint_absence(
                        user._get_complaint_stand_in(team._origin)
                    ),
                )
                for user in users
                if user.id in away
            )

    @api.constrains("parent_id")
    def _check_parent_id(self):
        if self._has_cycle():
            raise ValidationError(
                self.env._(
                    "A team cannot stand above itself. Choose another parent team."
                )
            )

    @api.model
    def _get_default(self, company):
        """First team that works for `company`."""
        return self.browse(self._get_default_id(company.id))

    @api.model
    @tools.ormcache("company_id")
    def _get_default_id(self, company_id):
        return (
            self.sudo()
            .search(
                [("company_id", "in", [company_id, False]), ("active", "=", True)],
                limit=1,
            )
            .id
        )

    @api.model
    @tools.ormcache("team_id")
    def _get_substitute_ids(self, team_id):
        """Who stands in for absent colleagues of a team: ids of deputies in order, the leader's."""
        team = self.sudo().browse(team_id)
        deputies = team.deputy_ids.user_id.filtered("active")
        return deputies._ids, team.leader_id.filtered("active").id

    def _get_top_leader(self):
        """Leader of the highest team above this one that has a leader (upper management)."""
        self.ensure_one()
        leader, team = self.leader_id, self.parent_id
        while team:
            leader = team.leader_id or leader
            team = team.parent_id
        return leader

    def _get_leader_above(self):
        """Leader of the nearest team above that has one: the next tier."""
        team = self.parent_id
        while team and not team.leader_id:
            team = team.parent_id
        return team.leader_id

    def _get_calendar(self):
        """Working hours of this team or of the nearest one above; empty when none has any."""
        team = self[:1]
        while team and not team.calendar_id:
            team = team.parent_id
        return team.calendar_id


class CustomerComplaintTeamDeputy(models.Model):
    """A place in the order of those who stand in for absent colleagues of a team."""

    _name = "customer.complaint.team.deputy"
    _description = "Team Deputy"
    _inherit = ["customer.complaint.cached.mixin"]
    _order = "team_id, sequence, id"
    _rec_name = "user_id"

    team_id = fields.Many2one(
        "customer.complaint.team", required=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(related="team_id.company_id", store=True, index=True)
    sequence = fields.Integer(default=10)
    user_id = fields.Many2one(
        "res.users",
        string="Deputy",
        required=True,
        domain="[('share', '=', False)]",
        ondelete="cascade",
    )

    _once = models.UniqueIndex(
        "(team_id, user_id)", "A colleague stands once in the deputies of a team."
    )
