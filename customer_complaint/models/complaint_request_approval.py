from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import format_list

from ..tools import rows

# Group that approves, by the role a request asks for.
APPROVERS = {
    "lead": "customer_complaint.group_complaint_lead",
    "manager": "customer_complaint.group_complaint_manager",
}


def check_approver_role(records):
    """Refuse to approve requests or remedies for which the user's role is too small.

    :raises AccessError: a manager has to; the sentence names them
    """
    env = records.env
    beyond = records.filtered(
        lambda r: not env.user.has_group(APPROVERS[r.approver_role])
    )
    if beyond:
        raise AccessError(
            env._(
                "%(requests)s: a manager has to approve, because of the amount or the "
                "goodwill budget. Leave them to a manager and approve the others.",
                requests=format_list(env, beyond.mapped("name")),
            )
        )


class CustomerComplaint(models.Model):
    """Who approves money of a complaint."""

    _inherit = "customer.complaint"

    def _get_money_approver(self, role, asker):
        """First who may approve: the team's leader, those above, managers.

        Who stands in comes before all who are away themselves.
        """
        self.ensure_one()
        team = self.team_id
        users = present = self.env["res.users"].sudo()
        while team:
            users |= team.leader_id
            present |= team.leader_id._get_complaint_stand_in(team)
            team = team.parent_id
        managers = self._get_managers()
        for user in present | managers._get_complaint_stand_in() | users | managers:
            if self._may_approve_money(user, role, asker):
                return user
        return users.browse()

    def _may_approve_money(self, user, role, asker):
        """Whether `user` may decide about money that `asker`, one or several, wants to give."""
        self.ensure_one()
        return (
            user.active
            and user not in asker
            and user.has_group(APPROVERS[role])
            and self._is_open_to(user, "write")
        )


class CustomerComplaintCreditRequest(models.Model):
    """Who approves a request: a lead or manager of the complaint, never who asked for it."""

    _inherit = "customer.complaint.credit.request"

    can_approve = fields.Boolean(
        compute="_compute_can_approve", export_string_translation=False
    )

    @api.depends("state", "approver_role", "user_id")
    @api.depends_context("uid")
    def _compute_can_approve(self):
        for request in self:
            request.can_approve = (
                request.state == "to_approve"
                and request._may_be_approved_by(self.env.user)
            )

    def _ask_for_approval(self):
        """Give a lead who may approve a to-do; while he is away, who stands in for him."""
        for request in self.filtered(lambda r: r.state == "to_approve"):
            if user := request._get_approver():
                env = request.with_context(lang=user.lang).env
                request.with_context(mail_activity_quick_update=True).activity_schedule(
                    user_id=user.id,
                    summary=env._(
                        "Approve %(amount)s for %(complaint)s",
                        amount=request.currency_id.format(request.amount),
                        complaint=request.complaint_name,
                    ),
                )

    def _get_approver(self):
        """Who approves this request, see `_get_money_approver`."""
        self.ensure_one()
        return self.sudo().complaint_id._get_money_approver(
            self.approver_role, self.user_id
        )

    def _may_be_approved_by(self, user):
        """Whether `user` may decide about the request; never who asked for it."""
        return self.sudo().complaint_id._may_approve_money(
            user, self.approver_role, self.user_id
        )

    @api.model
    def _pass_on_approvals(self, user, deputy):
        """What waits for an absent lead's approval is given to his deputy, else the next one up."""
        # sudo: the to-dos of a colleague; who may approve is checked for each request
        waiting = self.sudo().search(
            [("state", "=", "to_approve"), ("activity_user_id", "=", user.id)]
        )
        for request in waiting:
            approver = (
                deputy
                if request._may_be_approved_by(deputy)
                else request._get_approver()
            )
            todos = request.activity_ids.filtered(lambda a: a.user_id == user)
            todos.with_context(mail_activity_quick_update=True).user_id = (
                approver or user
            )

    def _withdraw_to_do(self):
        """Whoever was to approve need not any more."""
        # sudo: the to-do may be another lead's
        self.sudo().activity_unlink(["mail.mail_activity_data_todo"])

    def action_approve(self):
        """Let accounting issue the credit notes.

        :raises AccessError: for whoever is no team lead of the complaint, or a manager has to
        :raises UserError: it does not wait, or whoever approves asked for it himself
        """
        self.check_access("read")
        self._check_judge()
        waiting = self.filtered(lambda r: r.state == "to_approve")
        for request in waiting:
            if request.user_id == self.env.user:
                raise UserError(
                    self.env._(
                        "%(request)s is your own request. Another lead or manager has to "
                        "approve it.",
                        request=request.name,
                    )
                )
        check_approver_role(waiting)
        rows.claim(self.sudo())  # two who approve at once
        for request in self:
            if request.state != "to_approve":
                raise UserError(
                    self.env._(
                        "%(request)s does not wait for an approval. Choose requests to "
                        "approve only.",
                        request=request.name,
                    )
                )
        # sudo: the approver may read the request; it is written by methods only
        self.sudo().write(
            {"approver_id": self.env.uid, "approved_at": fields.Datetime.now()}
        )
        self._withdraw_to_do()
        return True

    def _check_judge(self):
        """Only a lead who may work on the complaint decides about its money."""
        if not self.env.user.has_group("customer_complaint.group_complaint_lead"):
            raise AccessError(
                self.env._("Credit notes are approved by a team lead or manager.")
            )
        self.complaint_id.check_access("write")
