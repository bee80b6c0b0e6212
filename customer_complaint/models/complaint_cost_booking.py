from odoo import fields, models
from odoo.exceptions import UserError


class AccountMove(models.Model):
    _inherit = "account.move"

    def _check_not_booked_as_cost(self):
        """Refuse to link as a whole what counts item by item as a cost of complaints."""
        # sudo: costs of complaints that the accountant does not read count as well
        moves = self.sudo()
        costs = (moves | moves.reversal_move_ids).line_ids.complaint_cost_ids
        if costs:
            raise UserError(
                self.env._(
                    "%(entry)s is booked as a cost of complaints already and would count "
                    "twice. Unlink its journal item under Costs of complaints to book "
                    "first.",
                    entry=costs[0].move_name,
                )
            )

    def _post(self, soft=True):
        """The amount of an item may have changed while its entry was a draft."""
        posted = super()._post(soft)
        # sudo: whoever posts need not read costs of complaints
        posted.sudo().line_ids.filtered("complaint_cost_ids")._check_complaint_costs()
        return posted


class AccountMoveLine(models.Model):
    """Journal items that hold what complaints cost."""

    _inherit = "account.move.line"

    complaint_cost_ids = fields.One2many(
        "customer.complaint.cost",
        "move_line_id",
        string="Costs of complaints",
        groups="account.group_account_invoice,account.group_account_readonly",
    )

    def _get_complaint_free_balance(self):
        """What of this item no cost of a complaint has, signed like its balance."""
        self.ensure_one()
        # sudo: costs of complaints that the accountant does not read count as well
        costs = self.sudo().complaint_cost_ids
        return self.balance - sum(cost._get_share() for cost in costs)

    def _check_complaint_costs(self):
        """Refuse costs of complaints that take more than their journal item holds."""
        for item in self:
            balance, currency = item.balance, item.company_id.currency_id
            taken = balance - item._get_complaint_free_balance()
            if currency.compare_amounts(abs(taken), abs(balance)) > 0 or any(
                cost._get_share() * balance < 0
                for cost in item.sudo().complaint_cost_ids
            ):
                raise UserError(
                    self.env._(
                        "%(item)s is over %(balance)s, but costs of complaints take "
                        "%(taken)s of it. Enter less, or unlink one of them under Costs "
                        "of complaints to book.",
                        item=item.display_name,
                        balance=currency.format(balance),
                        taken=currency.format(taken),
                    )
                )

    def _get_complaint_worth(self):
        """What of this item was not reversed, signed like its balance.

        What a reversal takes back of an account and product is taken from the items on them.
        """
        self.ensure_one()
        # sudo: whoever reads the cost is told what became of it, not the entries behind it
        item = self.sudo()
        undone = item.move_id.reversal_move_ids.filtered(lambda m: m.state == "posted")
        if not undone:
            return item.balance
        booked = sum(item.move_id.line_ids.filtered(item._is_like).mapped("balance"))
        back = sum(undone.line_ids.filtered(item._is_like).mapped("balance"))
        left = item.company_id.currency_id.round(booked + back)
        return item.balance * left / booked if left * booked > 0 else 0.0

    def _is_like(self, other):
        """Whether a reversal that names this item's account and product takes it back."""
        return (self.account_id, self.product_id) == (
            other.account_id,
            other.product_id,
        ) and other.display_type not in ("line_section", "line_subsection", "line_note")

    def _is_complaint_source(self):
        """Hook: whether the entry counts already: linked to a complaint as a whole, or because of
        the entry that it reverses or that reverses it.
        """
        self.ensure_one()
        move = self.move_id
        # sudo: links to complaints that the accountant does not read count as well
        moves = (move | move.reversed_entry_id).sudo()
        others = (move.reversed_entry_id | move.reversal_move_ids).sudo()
        return bool(
            moves.complaint_allocation_ids
            or moves.complaint_claim_allocation_ids
            or others.line_ids.complaint_cost_ids
        )

    def _get_complaint_items_action(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Journal items"),
            "res_model": "account.move.line",
            "view_mode": "list,form",
            "domain": [("id", "in", self.ids)],
            "context": {"create": False},
        }
