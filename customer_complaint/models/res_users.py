from itertools import chain

from odoo import api, fields, models


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
    complaint_led_user_ids = fields.Many2many(
        "res.users",
        string="Led complaint colleagues",
        compute="_compute_complaint_led_user_ids",
        compute_sudo=True,
        help="Leaders, members and deputies of the teams the user leads.",
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

    def _compute_complaint_led_user_ids(self):
        for user in self:
            teams = user.complaint_led_team_ids
            user.complaint_led_user_ids = (
                teams.member_ids | teams.leader_id | teams.deputy_ids.user_id
            )

    # ------------------------------------------------------------------
    # Absence
    # ------------------------------------------------------------------
    def _get_complaint_stand_in(self, team=None, at=None):
        """Who acts for these users: himself who is present, else somebody for him.

        First the deputy of his absence, who passes on when he is away himself, then the first
        present deputy of the team, then its leader; when all of them are away, the user himself.
        Costs one query per moment and transaction.

        :param team: the team (one or none) whose work it is
        :param datetime at: UTC, default: now
        :return: res.users in the order of `self`, each once
        """
        away = self.env["customer.complaint.absence"]._get_current(at)
        if away.keys().isdisjoint(self._ids):
            return self
        deputies, leader = team._get_substitute_ids(team.id) if team else ((), False)
        found = [
            next(
                filter(
                    None,
                    chain(
                        [self._follow_deputies(user_id, away)],
                        (deputy for deputy in deputies if deputy not in away),
                        [self._follow_deputies(leader, away)],
                    ),
                ),
                user_id,
            )
            for user_id in self._ids
        ]
        return self.browse(dict.fromkeys(found))

    @api.model
    def _follow_deputies(self, user_id, away):
        """Id of the first present user in the chain of deputies, False when it ends or loops."""
        seen = set()
        while user_id in away and user_id not in seen:
            seen.add(user_id)
            user_id = away[user_id].deputy_id
        return user_id not in away and user_id

    def _describe_complaint_absence(self, stand_in):
        """Sentence about a user who is away: until when, and who stands in for him."""
        self.ensure_one()
        absence = self.env["customer.complaint.absence"]
        until = absence._format_until(absence._get_current()[self.id].until)
        if stand_in == self:
            return self.env._("Away until %(until)s, nobody stands in", until=until)
        return self.env._(
            "Away until %(until)s – deputy %(deputy)s",
            until=until,
            deputy=stand_in.name,
        )
