from odoo import fields, models


class ResUsers(models.Model):
    """Teams a user works in or stands above, as plain ids for the record rules.

    The rules are cached, and emptied when a team changes (`customer.complaint.cached.mixin`).
    """

    _inherit = "res.users"

    complaint_team_ids = fields.Many2many(
        "customer.complaint.team",
        string="Complaint teams",
        compute="_compute_complaint_team_ids",
        compute_sudo=True,
        help="Teams whose complaints the user handles; a team without members is open "
        "to all complaint users.",
    )
    complaint_led_team_ids = fields.Many2many(
        "customer.complaint.team",
        string="Led complaint teams",
        compute="_compute_complaint_team_ids",
        compute_sudo=True,
        help="Teams the user leads, and those below.",
    )

    def _compute_complaint_team_ids(self):
        teams = (
            self.env["customer.complaint.team"]
            .with_context(active_test=False)
            .search([("id", "!=", False)])
        )
        for user in self:
            user.complaint_team_ids = teams.filtered(
                lambda t, u=user: not t.member_ids or u in t.member_ids
            )
            user.complaint_led_team_ids = teams.filtered(
                lambda t, u=user: u in t.supervisor_ids
            )

    def _get_complaint_stand_in(self, team=None):
        """The deputy of an absent colleague, else the user."""
        return self
