from odoo import models

from ..tools.colleagues import WORKERS


class CustomerComplaint(models.Model):
    """Tasks go to the department whose standing duty they are."""

    _inherit = "customer.complaint"

    def _get_duty_user(self, activity_type):
        """Leader of the department whose duty such tasks are, or who stands in for him.

        :return: (team, user), both empty where nobody's duty is it
        """
        self.ensure_one()
        team = self.env["customer.complaint.duty"]._get_team(
            activity_type, self.company_id
        )
        # sudo: who leads a team is asked, whoever may read it
        leader = team.sudo().leader_id.sudo(False)
        user = leader and leader._get_complaint_stand_in(team)
        if not (user and self._can_be_shown_to(user, WORKERS)):
            return team.browse(), leader.browse()
        return team, user

    def activity_schedule(
        self, act_type_xmlid="", date_deadline=None, summary="", note="", **act_values
    ):
        """See core; what is a department's duty goes to its leader, and lets it work along."""
        activity_type_id = (
            self.env["ir.model.data"]._xmlid_to_res_id(
                act_type_xmlid, raise_if_not_found=False
            )
            if act_type_xmlid
            else act_values.get("activity_type_id")
        )
        activity_type = self.env["mail.activity.type"].browse(activity_type_id or [])
        chosen = act_values.pop("user_id", False)
        activities = self.env["mail.activity"]
        for (team, leader), complaints in self.grouped(
            lambda c: c._get_duty_user(activity_type)
        ).items():
            user_id = chosen or leader.id
            if leader and user_id == leader.id:
                complaints._let_work_along(team, leader)
            planned = super(CustomerComplaint, complaints).activity_schedule(
                act_type_xmlid,
                date_deadline,
                summary,
                note,
                **act_values,
                **({"user_id": user_id} if user_id else {}),
            )
            activities += planned or activities.browse()
        return activities

    def _let_work_along(self, team, leader):
        """Departments that get a task work along, so that they see what it is about."""
        for complaint in self:
            if complaint._is_open_to(leader, "write"):
                continue
            complaint.check_access("write")
            # sudo: coordinator and departments are named by the process
            known = complaint.sudo()
            known.write(
                {
                    "involved_team_ids": [(4, team.id)],
                    "coordinator_id": (
                        known.coordinator_id or known._propose_coordinator() or leader
                    ).id,
                }
            )
