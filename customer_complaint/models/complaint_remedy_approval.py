from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

from ..tools import rows
from .complaint_request_approval import APPROVERS, check_approver_role
from .customer_complaint_credit_request import APPROVER_ROLES

# What decides how much a remedy is worth.
WORTH = {"type_id", "amount", "currency_id", "product_id", "quantity"}

# Credit notes are approved by their requests.
TO_APPROVE = Domain("state", "=", "to_approve") & Domain("approver_role", "!=", False)


class CustomerComplaintRemedy(models.Model):
    """What no credit note gives, like a coupon or a gift, is held back by limits and budget too.

    Somebody else approves it before the customer gets it; for credit notes that is their request.
    """

    _inherit = "customer.complaint.remedy"

    is_over_budget = fields.Boolean(
        string="Above the goodwill budget",
        readonly=True,
        copy=False,
        help="A manager has to approve it before the customer gets it.",
    )
    approver_role = fields.Selection(
        APPROVER_ROLES,
        string="To be approved by",
        readonly=True,
        copy=False,
        help="Empty: nobody has to approve it.",
    )
    approver_id = fields.Many2one(
        "res.users", string="Approved by", readonly=True, copy=False
    )
    # Who made it another or a larger one approves it as little as who proposed it.
    raised_by_id = fields.Many2one(
        "res.users", readonly=True, copy=False, export_string_translation=False
    )
    can_approve = fields.Boolean(
        compute="_compute_can_approve", export_string_translation=False
    )
    approval_todo_id = fields.Many2one(
        "mail.activity",
        readonly=True,
        copy=False,
        export_string_translation=False,
        ondelete="set null",
        groups="base.group_system",
    )

    @api.depends("approver_role", "approver_id")
    def _compute_state(self):
        return super()._compute_state()

    def _get_state(self):
        state = super()._get_state()
        return "to_approve" if state == "proposed" and self._is_held_back() else state

    def _is_held_back(self):
        self.ensure_one()
        return bool(self.approver_role and not self.approver_id)

    def _is_under_way(self):
        # Who is to approve has given nothing away yet.
        if self.state == "to_approve" and self._is_held_back():
            return False
        return super()._is_under_way()

    @api.model_create_multi
    def create(self, vals_list):
        remedies = super().create(vals_list)
        remedies._hold_back()
        return remedies

    def write(self, vals):
        if not WORTH & vals.keys():
            return super().write(vals)
        before = {r.id: (r.type_id, r.worth) for r in self.sudo()}
        res = super().write(vals)

        def is_more(remedy):
            remedy_type, worth = before[remedy.id]
            return remedy.type_id != remedy_type or remedy.worth > worth

        # An approval is for what was known then, and so is who may give it.
        more = self.sudo().filtered(is_more)
        more.write(
            {"approver_role": False, "approver_id": False, "raised_by_id": self.env.uid}
        )
        more.approval_todo_id.unlink()
        (more | self.filtered(lambda r: r._is_held_back()))._hold_back()
        return res

    def _hold_back(self):
        """Let what is promised wait for who has to approve it, or wait no more."""
        # sudo: budget and limits decide, also for those who do not see them; written by methods
        for remedy in self.sudo():
            if not remedy.is_open:
                remedy.approval_todo_id.unlink()  # nothing to approve any more
                continue
            if remedy.approver_id or remedy.document_id:
                continue
            over, approvals = remedy._get_approvals()
            role = bool(approvals) and remedy.complaint_id._get_approver_role(approvals)
            if (role, bool(over)) == (remedy.approver_role, remedy.is_over_budget):
                continue
            remedy.write({"approver_role": role, "is_over_budget": bool(over)})
            remedy.approval_todo_id.unlink()
            if role:
                remedy._ask_for_approval(approvals)

    def _get_approvals(self):
        """Who has to approve it: what the budget says, and list of (role, sentence) of all."""
        self.ensure_one()
        if not self.worth or self.type_id._is_credit():
            return "", []
        complaint = self.complaint_id
        over = self.type_id.is_goodwill and self.env[
            "customer.complaint.budget"
        ]._get_excess(complaint, self.proposed_on)
        approvals = [("manager", over)] if over else []
        limits = self.env["customer.complaint.credit.limit"]._find(
            complaint, self.type_id
        )
        if limits:
            # Two who promise at once do not both stay below a limit.
            rows.claim(complaint)
            approvals += complaint._get_limit_approvals(limits)
        return over, approvals

    def _get_held_words(self, approvals):
        """Why it is held back, and what to do."""
        self.ensure_one()
        return self.env._(
            "%(remedy)s has to be approved before the customer gets it, or made smaller. "
            "%(reasons)s",
            remedy=self.name,
            reasons=" ".join(sentence for _role, sentence in approvals),
        )

    def _ask_for_approval(self, approvals):
        """Say on the complaint that it waits, and give who may approve it a to-do."""
        self.ensure_one()
        complaint = self.complaint_id
        complaint._message_log(body=self._get_held_words(approvals))
        if user := self._get_approver():
            env = self.with_context(lang=user.lang).env
            self.approval_todo_id = complaint.with_context(
                mail_activity_quick_update=True
            ).activity_schedule(
                "mail.mail_activity_data_todo",
                user_id=user.id,
                summary=env._("Approve: %(remedy)s", remedy=self.name),
            )

    # ------------------------------------------------------------------
    # Approval
    # ------------------------------------------------------------------
    def _get_askers(self):
        """Whoever wants to give it, and so does not approve it."""
        return self.create_uid | self.raised_by_id

    def _get_approver(self):
        """Who approves this remedy, see `_get_money_approver`."""
        self.ensure_one()
        return self.sudo().complaint_id._get_money_approver(
            self.approver_role, self._get_askers()
        )

    def _may_be_approved_by(self, user):
        """Whether `user` may decide about the remedy; never who proposed or raised it."""
        return self.sudo().complaint_id._may_approve_money(
            user, self.approver_role, self._get_askers()
        )

    @api.depends("approver_role", "approver_id", "raised_by_id", "is_open")
    @api.depends_context("uid")
    def _compute_can_approve(self):
        for remedy in self:
            remedy.can_approve = (
                remedy.is_open
                and remedy._is_held_back()
                and remedy._may_be_approved_by(self.env.user)
            )

    @api.model
    def _pass_on_approvals(self, user, deputy):
        """What waits for an absent lead's approval is given to his deputy, else the next one up."""
        # sudo: the to-dos of a colleague; who may approve is checked for each remedy. The deputy
        # may have taken them over with the complaints.
        waiting = self.sudo().search(
            [("approval_todo_id.user_id", "in", (user | deputy).ids)]
        )
        for remedy in waiting.filtered(lambda r: r._is_held_back()):
            approver = (
                deputy if remedy._may_be_approved_by(deputy) else remedy._get_approver()
            )
            todo = remedy.approval_todo_id.with_context(mail_activity_quick_update=True)
            todo.user_id = approver or user

    def action_approve(self):
        """Let the customer get what is above a limit or above the goodwill budget.

        :raises AccessError: for whoever is no team lead of the complaint, or a manager has to
        :raises UserError: it does not wait, or whoever approves proposed it or raised its amount
        """
        self._check_judge()
        rows.claim(self.sudo())  # two who approve at once
        for remedy in self:
            if not remedy._is_held_back() or not remedy.is_open:
                raise UserError(
                    self.env._(
                        "%(remedy)s does not wait for an approval. Choose remedies to "
                        "approve only.",
                        remedy=remedy.name,
                    )
                )
        # sudo: written by methods only; access was checked
        self.sudo().approver_id = self.env.uid
        self.sudo().approval_todo_id.unlink()
        self._trail(self.env._("Approved"))
        return True

    def _check_judge(self):
        """Only a lead who may work on the complaint approves, and never what he proposed."""
        self._check_staff()
        if not self.env.user.has_group(APPROVERS["lead"]):
            raise AccessError(
                self.env._("Remedies are approved by a team lead or manager.")
            )
        waiting = self.filtered(lambda r: r._is_held_back())
        for remedy in waiting:
            if self.env.user in remedy._get_askers():
                raise UserError(
                    self.env._(
                        "You proposed %(remedy)s or raised it. Another lead or manager has "
                        "to approve it.",
                        remedy=remedy.name,
                    )
                )
        check_approver_role(waiting)

    def cancel(self, reason):
        res = super().cancel(reason)
        self._hold_back()
        return res

    def _check_approved(self):
        """Refuse what has to be approved first; whether it still has is looked up."""
        self._check_goods_named()
        waiting = self.filtered(lambda r: r._is_held_back())
        waiting._hold_back()
        for remedy in waiting.sudo().filtered(lambda r: r._is_held_back()):
            raise UserError(remedy._get_held_words(remedy._get_approvals()[1]))

    def _check_goods_named(self):
        """Refuse goods that have become more since they were promised, and need an approval.

        Without a product of its own, a remedy gives the products of the complaint.
        """
        for remedy in self.sudo():  # limits decide, also those the user may not read
            more = remedy._get_worth() - remedy.worth
            if (
                remedy.product_id
                or remedy.company_currency_id.compare_amounts(more, 0) <= 0
            ):
                continue
            remedy._compute_worth()
            if approvals := remedy._get_approvals()[1]:
                raise UserError(
                    self.env._(
                        "%(remedy)s: the complaint names more products now than when it was "
                        "promised. Enter what the customer gets on the remedy, so that it "
                        "can be approved. %(reasons)s",
                        remedy=remedy.name,
                        reasons=" ".join(sentence for _role, sentence in approvals),
                    )
                )

    def _get_delivery_problem(self, at, note):
        self._check_approved()
        return super()._get_delivery_problem(at, note)

    def _check_to_grant(self):
        self._check_approved()
        return super()._check_to_grant()

    def _check_document_wanted(self):
        self._check_approved()
        return super()._check_document_wanted()


class CustomerComplaintSolution(models.Model):
    _inherit = "customer.complaint.solution"

    def _choose(self):
        res = super()._choose()
        # sudo: who chooses need not see what the solution takes the place of
        self.sudo().complaint_id.solution_ids.remedy_ids._hold_back()
        return res

    def action_drop(self):
        res = super().action_drop()
        self.remedy_ids._hold_back()
        return res
