from odoo import models


class CustomerComplaint(models.Model):
    """Whom escalation tells, and who may be told."""

    _inherit = "customer.complaint"

    def _get_recipient(self, step):
        """User whom an escalation step tells; where one is missing, the next one up.

        :return: res.users, empty only when the company has no complaint manager either
        """
        self.ensure_one()
        complaint = self.sudo()
        climb = {
            "owner": lambda: complaint.user_id,
            "first_contact": lambda: complaint.first_contact_id,
            "leader": lambda: complaint.team_id.leader_id,
            "management": lambda: complaint.team_id._get_top_leader()
            if complaint.team_id
            else complaint.env["res.users"],
            "manager": complaint._get_managers,
        }
        if step.recipient == "user":
            candidates = [lambda: step.user_id, climb["manager"]]
        else:
            order = list(climb)
            candidates = [climb[key] for key in order[order.index(step.recipient) :]]
        for candidate in candidates:
            users = candidate().filtered(complaint._can_tell)
            if users:
                return users[:1]
        return self.env["res.users"]

    def _can_tell(self, user):
        """Whether `user` works with complaints and may open this one."""
        self.ensure_one()
        if not user.active or not user.has_group(
            "customer_complaint.group_complaint_submitter"
        ):
            return False
        if user in (self.sudo().user_id, self.sudo().first_contact_id):
            return True
        # For all others access follows from team and company: asked once per transaction.
        known = self.env.cr.cache.setdefault("customer.complaint.can_tell", {})
        key = (user.id, self.sudo().team_id.id, self.sudo().company_id.id)
        if key not in known:
            known[key] = self.with_user(user).has_access("read")
        return known[key]

    def _get_managers(self):
        """Complaint managers of the complaint's company."""
        group = self.env.ref("customer_complaint.group_complaint_manager").sudo()
        return group.all_user_ids.filtered(
            lambda user: self.company_id in user.company_ids
        ).sorted("id")
