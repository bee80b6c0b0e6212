from odoo import api, fields, models, tools


class CustomerComplaintPath(models.Model):
    """The steps a complaint passes, and what they ask for: few for simple ones, all for others.

    Stages and requirements without a path belong to every path; a path adds its own to them.
    The first active path that fits the team is proposed; another one is chosen by hand.
    """

    _name = "customer.complaint.path"
    _description = "Complaint Path"
    _inherit = ["customer.complaint.cached.mixin"]
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    description = fields.Char(translate=True, help="Its steps, in a few words.")
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    is_shipped = fields.Boolean(
        readonly=True,
        copy=False,
        help="The set-up wizard activates and archives it; it leaves your own paths alone.",
    )
    team_ids = fields.Many2many(
        "customer.complaint.team", help="Empty: the path is for all teams."
    )
    stage_ids = fields.Many2many(
        "customer.complaint.stage",
        "customer_complaint_stage_path_rel",
        "path_id",
        "stage_id",
        string="Stages of its own",
        help="Beside those that every path has.",
    )
    requirement_ids = fields.Many2many(
        "customer.complaint.requirement",
        "customer_complaint_requirement_path_rel",
        "path_id",
        "requirement_id",
        string="Required here",
        help="Beside what every path requires.",
    )
    progress_contents = fields.Selection(
        [
            ("plan", "Progress, handling mode, department and expected date"),
            ("cause", "Cause, measures and expected date"),
            ("measures", "Progress, cause and measures"),
        ],
        string="News contain",
        help="What news to the customer must say; the composer looks for it in the text. "
        "Empty: only that they are more than a holding phrase.",
    )

    @api.model
    @tools.ormcache("team_id")
    def _get_default_id(self, team_id):
        """First active path for a team, its own before the shared ones; False when none."""
        paths = self.sudo().search([("active", "=", True)])
        own = paths.filtered(lambda p: team_id in p.team_ids.ids)
        return (own or paths.filtered(lambda p: not p.team_ids))[:1].id

    @api.model
    @tools.ormcache()
    def _count_active(self):
        return self.sudo().search_count([("active", "=", True)])

    def _is_for(self, team):
        """Whether complaints of `team` may take this path."""
        self.ensure_one()
        teams = self.sudo().team_ids
        return not teams or team in teams
