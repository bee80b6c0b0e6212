from odoo import models


class CustomerComplaint(models.Model):
    """Whom escalation tells, and who may be told."""

    _inherit = "customer.complaint"

    def _get_recipients(self, step):
        """Users whom an escalation step tells; where one is missing, the next one up.

        Whoever is absent is represented by a deputy.

        :return: res.users: one, several only for a group, empty only when the company has no
            complaint manager either
        """
        self.ensure_one()
        complaint = self.sudo()
        if step.recipient == "group":
            colleagues = step.group_id.all_user_ids.filtered(
                lambda user: complaint.company_id in user.company_ids
            )
            if told := complaint._get_told(colleagues):
                return told
        if step.recipient in ("user", "group"):
            told = complaint._get_told(step.user_id)[:1]
            return told or self._get_first_told("manager")
        return self._get_first_told(step.recipient)

    def _get_first_told(self, recipient):
        """Who is told instead of `recipient` when he is missing: the next one up.

        :return: res.users, empty when nobody up to the complaint manager may be told
        """
        self.ensure_one()
        complaint = self.sudo()
        team = complaint.team_id
        climb = {
            "owner": lambda: complaint.user_id,
            "first_contact": lambda: complaint.first_contact_id,
            "leader": lambda: team.leader_id,
            "leader_above": team._get_leader_above,
            "management": lambda: team and team._get_top_leader(),
            "manager": complaint._get_managers,
        }
        order = list(climb)
        for key in order[order.index(recipient) :]:
            if told := complaint._get_told(climb[key]()):
                return told[:1]
        return self.env["res.users"]

    def _for_owners(self):
        """Each complaint that somebody answers for, in his language, with him."""
        for complaint in self:
            if user := complaint._get_first_told("owner"):
                yield complaint.with_context(lang=user.lang), user

    def _give_todo_once(self, user, summary, note):
        """A to-do, unless one with this summary waits already."""
        if summary not in self.activity_ids.mapped("summary"):
            self.activity_schedule(
                "mail.mail_activity_data_todo",
                user_id=user.id,
                summary=summary,
                note=note,
            )

    def _get_told(self, users):
        """Those of `users`, or their deputies, who may open this complaint."""
        told = self.env["res.users"].sudo()
        for user in users or ():
            told |= self._get_stand_in(user)
        return told.filtered(self._can_tell)

    def _can_tell(self, user):
        """Whether `user` works with complaints and may open this one."""
        self.ensure_one()
        if not user.active or not user.has_group(
            "customer_complaint.group_complaint_submitter"
        ):
            return False
        complaint = self.sudo()
        company = complaint.company_id
        if company not in user.sudo().company_ids:
            return False
        if user in (complaint.user_id, complaint.first_contact_id):
            return True
        # Named on this one: says nothing about the next.
        named = complaint.salesperson_id | complaint.guest_ids | complaint.observer_ids
        if user in named:
            return self._is_open_to(user, "read")
        # For all others access follows from team, company and type: asked once per
        # transaction.
        known = self.env.cr.cache.setdefault("customer.complaint.can_tell", {})
        key = (user.id, complaint.team_id.id, company.id, complaint.record_type)
        if key not in known:
            known[key] = self._is_open_to(user, "read")
        return known[key]

    def _is_open_to(self, user, operation):
        """Whether another user may do something with this complaint, in its company.

        Whichever companies who asks has ticked: they may not be his at all.
        """
        self.ensure_one()
        company = self.sudo().company_id
        if company not in user.sudo().company_ids:
            return False
        theirs = self.with_user(user).with_context(allowed_company_ids=company.ids)
        return theirs.has_access(operation)

    def _notify_thread_by_email(self, message, recipients_data, **kwargs):
        # From a copy of the database nobody is told anything, whichever button is pressed.
        if self.env["customer.complaint.health"]._is_neutralized():
            return True
        return super()._notify_thread_by_email(message, recipients_data, **kwargs)

    def _get_managers(self):
        """Complaint managers of the complaint's company."""
        group = self.env.ref("customer_complaint.group_complaint_manager").sudo()
        return group.all_user_ids.filtered(
            lambda user: self.company_id in user.company_ids
        ).sorted("id")
