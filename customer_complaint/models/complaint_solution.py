from odoo import api, fields, models
from odoo.exceptions import UserError

# Satisfaction up to this grade is low, where the company sets no other.
LOW_GRADE = 2


class CustomerComplaint(models.Model):
    """What is done for the customer: solutions with their remedies."""

    _inherit = "customer.complaint"

    solution_ids = fields.One2many(
        "customer.complaint.solution",
        "complaint_id",
        string="Solutions",
        groups="customer_complaint.group_complaint_user",
    )
    remedy_ids = fields.One2many(
        "customer.complaint.remedy",
        "complaint_id",
        string="Remedies",
        groups="customer_complaint.group_complaint_user",
    )

    current_remedy_ids = fields.Many2many(
        "customer.complaint.remedy",
        string="Remedies now",
        compute="_compute_current_remedy_ids",
        groups="customer_complaint.group_complaint_user",
        help="Of all solutions that were not dropped.",
    )
    needs_repair = fields.Boolean(
        compute="_compute_needs_repair",
        groups="customer_complaint.group_complaint_user",
        help="The customer was dissatisfied, and no step repairs the relationship yet.",
    )

    @api.depends("remedy_ids.solution_id.state")
    def _compute_current_remedy_ids(self):
        for complaint in self:
            complaint.current_remedy_ids = complaint.remedy_ids.filtered(
                lambda r: r.solution_id.state != "dropped"
            ).sorted(lambda r: (r.solution_id.state != "chosen", r.sequence, r.id))

    @api.depends("confirmation_ids.grade", "remedy_ids.type_id", "remedy_ids.state")
    def _compute_needs_repair(self):
        for complaint in self:
            limit = complaint.company_id.complaint_reopen_grade or LOW_GRADE
            last = complaint.confirmation_ids.filtered("grade").sorted("id")[-1:]
            complaint.needs_repair = (
                bool(last)
                and int(last.grade) <= limit
                and not complaint.remedy_ids.filtered(
                    lambda r, last=last: r.is_relationship
                    and r.state != "cancelled"
                    and r.create_date >= last.create_date
                )
            )

    def _get_solution(self):
        """The solution that is carried out, made when there is none yet.

        The caller has checked that the user may work on the complaint.
        """
        self.ensure_one()
        complaint = self.sudo()
        chosen = complaint.solution_ids.filtered(lambda s: s.state == "chosen")
        if not chosen:
            complaint._lock()  # two that promise at once
            complaint.invalidate_recordset(["solution_ids"])
            chosen = complaint.solution_ids.filtered(lambda s: s.state == "chosen")
        solution = chosen[:1] or chosen.create(
            {
                "complaint_id": self.id,
                "state": "chosen",
                "user_id": complaint.user_id.id or self.env.uid,
            }
        )
        return self.env["customer.complaint.solution"].browse(solution.id)

    def _get_open_remedies(self):
        """What was promised and is not delivered yet."""
        # sudo: whoever completes need not read what was promised by others
        return (
            self.env["customer.complaint.remedy"]
            .sudo()
            .search([("complaint_id", "in", self.ids), ("is_open", "=", True)])
        )

    # ------------------------------------------------------------------
    # Money
    # ------------------------------------------------------------------
    def _get_remedy_to_credit(self, remedy_id, kind, currency, amount):
        """The remedy that a request for a credit note carries out, made when none is given.

        :param int remedy_id: of this complaint, may be empty
        :param str kind: what the request is for, see its field `kind`
        :return: remedy in full rights; its request may be linked
        :raises UserError: the remedy is another complaint's, or money is not what it needs
        """
        self.ensure_one()
        # sudo: the caller has checked that the user may ask for money here
        Remedy = self.env["customer.complaint.remedy"].sudo()
        if not remedy_id:
            kind = self._get_credit_remedy_type(kind)
            solution = self._get_solution()
            return Remedy.create(
                {
                    "solution_id": solution.id,
                    "type_id": kind.id,
                    "amount": amount,
                    "currency_id": currency.id,
                    "user_id": self.sudo().user_id.id,
                }
            )
        remedy = Remedy.search([("id", "=", remedy_id), ("complaint_id", "=", self.id)])
        if not remedy or not remedy.type_id._is_credit():
            raise UserError(
                self.env._(
                    "Choose a remedy of this complaint that is paid with a credit note."
                )
            )
        if kind == "goodwill" and not remedy.type_id.is_goodwill:
            raise UserError(
                self.env._(
                    "%(remedy)s is no goodwill. Choose a remedy that is, or none: it is "
                    "made then.",
                    remedy=remedy.name,
                )
            )
        if remedy.solution_id.state != "chosen":
            raise UserError(
                self.env._(
                    "%(solution)s is not chosen yet. Choose it before you ask accounting "
                    "for the money.",
                    solution=remedy.solution_id.display_name,
                )
            )
        if remedy.state == "cancelled":
            raise UserError(
                self.env._(
                    "%(remedy)s is cancelled. Choose another remedy, or none.",
                    remedy=remedy.name,
                )
            )
        if remedy.currency_id != currency and not remedy.credit_request_ids:
            # Agreed before anybody knew which invoice; accounting credits in its currency. All of
            # what was promised stays promised.
            promised = remedy.currency_id._convert(
                remedy.amount,
                currency,
                remedy.company_id,
                fields.Date.context_today(remedy),
            )
            remedy.write({"currency_id": currency.id, "amount": max(promised, amount)})
        elif not remedy.amount:
            remedy.amount = amount
        return remedy

    def _get_promised_money(self, currency, amount):
        """The promise of which accounting was not asked for just this amount yet.

        :param float amount: greater than zero
        """
        self.ensure_one()
        return self._get_open_remedies().filtered(
            lambda r: r.currency_id == currency
            and not currency.compare_amounts(r.amount_left, amount)
        )[:1]

    # ------------------------------------------------------------------
    # Screens
    # ------------------------------------------------------------------
    def action_add_remedy(self):
        """Open the dialog for something that is carried out for the customer."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Remedy"),
            "res_model": "customer.complaint.remedy",
            "view_mode": "form",
            "target": "new",
            "context": {
                "complaint_promised_for": self.id,
                "default_currency_id": self.company_id.currency_id.id,
            },
        }

    def action_repair(self):
        """Open the same dialog for a step that repairs the relationship."""
        action = self.action_add_remedy()
        action["context"]["complaint_repair"] = True
        return action

    def action_add_solution(self):
        """Open a draft of another solution, to be offered or chosen."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("New alternative"),
            "res_model": "customer.complaint.solution",
            "view_mode": "form",
            "context": {"default_complaint_id": self.id},
        }
