from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..tools import rows
from .complaint_request_approval import APPROVERS

# What decides how much of the budget a remedy takes.
WORTH = {"type_id", "amount", "currency_id"}


class CustomerComplaintRemedy(models.Model):
    """Goodwill that no credit note gives, like a coupon, is held back by the budget as well."""

    _inherit = "customer.complaint.remedy"

    is_over_budget = fields.Boolean(
        string="Above the goodwill budget",
        readonly=True,
        copy=False,
        help="A manager has to approve it before the customer gets it.",
    )
    budget_approver_id = fields.Many2one(
        "res.users", string="Approved by", readonly=True, copy=False
    )
    approval_todo_id = fields.Many2one(
        "mail.activity",
        readonly=True,
        copy=False,
        export_string_translation=False,
        ondelete="set null",
        groups="base.group_system",
    )

    @api.depends("is_over_budget", "budget_approver_id")
    def _compute_state(self):
        return super()._compute_state()

    def _get_state(self):
        state = super()._get_state()
        return "to_approve" if state == "proposed" and self._is_held_back() else state

    def _is_held_back(self):
        self.ensure_one()
        return self.is_over_budget and not self.budget_approver_id

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
        before = {remedy.id: remedy.sudo().amount_company for remedy in self}
        res = super().write(vals)
        # An approval is for what was known then.
        more = self.sudo().filtered(lambda r: r.amount_company > before[r.id])
        more.filtered("budget_approver_id").budget_approver_id = False
        self._hold_back()
        return res

    def _hold_back(self):
        """Goodwill beyond what the team may give waits for a manager, once it is promised."""
        # sudo: the budget decides, also for those who do not see it; written by methods only
        for remedy in self.sudo():
            if not remedy.is_open or remedy.budget_approver_id or remedy.document_id:
                continue
            over = remedy._get_over_budget()
            if bool(over) == remedy.is_over_budget:
                continue
            remedy.is_over_budget = bool(over)
            if over:
                remedy._ask_for_budget(over)
            else:
                remedy.approval_todo_id.unlink()

    def _get_over_budget(self):
        """By how much its goodwill is above the budget, in words; empty when it is not."""
        self.ensure_one()
        if (
            not self.type_id.is_goodwill
            or self.type_id._is_credit()
            or not self.amount_company
        ):
            return ""
        budget = self.env["customer.complaint.budget"]._find(
            self.complaint_id, self.create_date.date()
        )
        if not budget:
            return ""
        rows.claim(budget)  # two who promise at once do not both see the same rest
        over = budget._get_used().get(budget.id, 0.0) - budget.amount
        if budget.currency_id.compare_amounts(over, 0) <= 0:
            return ""
        return self.env._(
            "%(remedy)s: goodwill of %(team)s is %(over)s above the budget until "
            "%(end)s. A manager has to approve it before the customer gets it.",
            remedy=self.name,
            team=budget.team_id.display_name,
            over=budget.currency_id.format(over),
            end=fields.Date.to_string(budget.date_to),
        )

    def _ask_for_budget(self, words):
        """Say on the complaint that it waits, and give a manager a to-do."""
        self.ensure_one()
        complaint = self.complaint_id
        complaint._message_log(body=words)
        user = complaint._get_money_approver("manager", self.create_uid)
        if user:
            env = self.with_context(lang=user.lang).env
            self.approval_todo_id = complaint.with_context(
                mail_activity_quick_update=True
            ).activity_schedule(
                "mail.mail_activity_data_todo",
                user_id=user.id,
                summary=env._("Approve goodwill: %(remedy)s", remedy=self.name),
            )

    # ------------------------------------------------------------------
    # Approval
    # ------------------------------------------------------------------
    def action_approve(self):
        """Let goodwill be given that is above the budget of the team.

        :raises AccessError: for whoever is no manager
        :raises UserError: it does not wait, or the manager proposed it himself
        """
        self._check_staff()
        if not self.env.user.has_group(APPROVERS["manager"]):
            raise AccessError(
                self.env._("Goodwill above the budget is approved by a manager.")
            )
        rows.claim(self.sudo())  # two who approve at once
        for remedy in self:
            if not remedy._is_held_back():
                raise UserError(
                    self.env._(
                        "%(remedy)s does not wait for an approval of goodwill.",
                        remedy=remedy.name,
                    )
                )
            if remedy.create_uid == self.env.user:
                raise UserError(
                    self.env._(
                        "You proposed %(remedy)s yourself. Another manager has to approve "
                        "it.",
                        remedy=remedy.name,
                    )
                )
        # sudo: written by methods only; access was checked
        self.sudo().budget_approver_id = self.env.uid
        self.sudo().approval_todo_id.unlink()
        self._trail(self.env._("Approved above the goodwill budget"))
        return True

    def cancel(self, reason):
        res = super().cancel(reason)
        self.sudo().approval_todo_id.unlink()  # nothing to approve any more
        return res

    def _check_budget(self):
        """Refuse what a manager has to approve first; whether it still has is looked up."""
        waiting = self.filtered(lambda r: r._is_held_back())
        waiting._hold_back()
        for remedy in waiting.filtered(lambda r: r._is_held_back()):
            raise UserError(remedy.sudo()._get_over_budget())

    def _get_delivery_problem(self, at, note):
        self._check_budget()
        return super()._get_delivery_problem(at, note)

    def _check_to_grant(self):
        self._check_budget()
        return super()._check_to_grant()

    def _check_document_wanted(self):
        self._check_budget()
        return super()._check_document_wanted()


class CustomerComplaintSolution(models.Model):
    _inherit = "customer.complaint.solution"

    def _choose(self):
        res = super()._choose()
        self.remedy_ids._hold_back()
        return res
