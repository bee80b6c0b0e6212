import ast

from odoo import models


class CustomerComplaintTeam(models.Model):
    """The team's own address: what is written to it becomes a complaint of the team."""

    _name = "customer.complaint.team"
    _inherit = ["customer.complaint.team", "mail.alias.mixin.optional", "mail.thread"]

    def _alias_get_creation_values(self):
        values = super()._alias_get_creation_values()
        values["alias_model_id"] = self.env["ir.model"]._get_id("customer.complaint")
        if self.id:
            defaults = ast.literal_eval(self.sudo().alias_defaults or "{}")
            values["alias_defaults"] = {**defaults, "team_id": self.id}
        return values

    def _message_auto_subscribe_followers(self, updated_values, default_subtype_ids):
        # The leader hears of new complaints; he may unfollow, others may follow.
        followers = super()._message_auto_subscribe_followers(
            updated_values, default_subtype_ids
        )
        if leader_id := updated_values.get("leader_id"):
            leader = self.env["res.users"].sudo().browse(leader_id)
            if leader.active:
                followers.append((leader.partner_id.id, default_subtype_ids, False))
        return followers

    def _get_mail_company(self):
        """Company that answers what is written to the team; may be empty."""
        team = self.sudo()
        of_domain = team.alias_domain_id.company_ids
        return team.company_id or (of_domain if len(of_domain) == 1 else of_domain[:0])

    def _get_told_of_new(self):
        """Partners who want to hear of the team's new complaints."""
        subtype_id = self.env["ir.model.data"]._xmlid_to_res_id(
            "customer_complaint.mt_team_complaint_new"
        )
        followers = self.sudo().message_follower_ids.filtered(
            lambda f: subtype_id in f.subtype_ids.ids
        )
        return followers.partner_id.filtered("active")
