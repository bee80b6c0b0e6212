from odoo import api, fields, models, tools


class CustomerComplaintDuty(models.Model):
    """What the holders of a post, or a department, answer for; shown to them.

    The tasks of a department go to its leader when they are planned on a complaint.
    """

    _name = "customer.complaint.duty"
    _description = "Duty of a Complaint Post"
    _inherit = ["customer.complaint.cached.mixin"]
    _order = "sequence, id"

    name = fields.Char(string="Post or department", required=True, translate=True)
    sequence = fields.Integer(default=10)
    group_id = fields.Many2one(
        "res.groups",
        string="Role",
        ondelete="cascade",
        index=True,
        help="Users with this role hold the post.",
    )
    team_id = fields.Many2one(
        "customer.complaint.team",
        string="Department",
        ondelete="cascade",
        index="btree_not_null",
        help="Its leader is given the tasks below, when they are planned on a complaint.",
    )
    activity_type_ids = fields.Many2many(
        "mail.activity.type",
        string="Tasks",
        domain="[('res_model', 'in', [False, 'customer.complaint'])]",
        help="Kinds of to-dos that are the department's duty. Further kinds are added under "
        "Activity Types.",
    )
    scope = fields.Text(string="Answers for", translate=True)
    authority = fields.Text(string="May decide", translate=True)
    user_names = fields.Char(string="Holders", compute="_compute_user_names")
    active = fields.Boolean(default=True)

    _post_or_department = models.Constraint(
        "CHECK((group_id IS NULL) != (team_id IS NULL))",
        "A duty is that of a post or of a department. Choose a role or a department.",
    )

    def _compute_user_names(self):
        # sudo: groups are read by administrators; names of colleagues are no secret
        for duty in self.sudo():
            team = duty.team_id
            users = duty.group_id.all_user_ids | team.leader_id | team.member_ids
            users = users.filtered(
                lambda u: u.active
                and not u.share
                and u.company_ids & self.env.companies
            )
            duty.user_names = ", ".join(users.sorted("name").mapped("name"))

    @api.model
    def _get_team(self, activity_type, company):
        """The active department of `company` whose duty tasks of this kind are, or none."""
        return self.env["customer.complaint.team"].browse(
            activity_type and self._get_team_id(activity_type.id, company.id)
        )

    @api.model
    @tools.ormcache("activity_type_id", "company_id")
    def _get_team_id(self, activity_type_id, company_id):
        # sudo: configuration; a department of the company goes before one of all
        teams = (
            self.sudo()
            .search([("activity_type_ids", "in", activity_type_id)])
            .team_id.filtered(
                lambda t: t.active and t.company_id.id in (company_id, False)
            )
        )
        return teams.sorted(lambda t: not t.company_id)[:1].id
