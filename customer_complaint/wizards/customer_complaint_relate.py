from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.customer_complaint_link import JOINING


class CustomerComplaintRelate(models.TransientModel):
    """What complaints have to do with each other: one dialog for all that joins or links them."""

    _name = "customer.complaint.relate"
    _description = "Merge or Link Complaints"
    _check_company_auto = True

    complaint_ids = fields.Many2many(
        "customer.complaint", string="Complaints", required=True
    )
    company_id = fields.Many2one(related="complaint_ids.company_id")
    commercial_partner_id = fields.Many2one(
        related="complaint_ids.commercial_partner_id"
    )
    kind = fields.Selection(
        [
            ("merged", "Merge: one goes on, with all messages, files and to-dos"),
            ("duplicate", "Duplicate: closed, the other one goes on"),
            ("related", "Related: only linked, both go on"),
            ("problem", "Shared problem: one cause, all customers answered at once"),
        ],
        required=True,
        default="merged",
    )
    is_one = fields.Boolean(compute="_compute_is_one")
    other_id = fields.Many2one(
        "customer.complaint",
        string="The one that goes on",
        compute="_compute_other_id",
        store=True,
        readonly=False,
    )
    problem_id = fields.Many2one(
        "customer.complaint.problem", string="Shared problem", check_company=True
    )
    reason = fields.Char()
    money = fields.Char(compute="_compute_money")

    @api.depends("complaint_ids")
    def _compute_is_one(self):
        for wizard in self:
            wizard.is_one = len(wizard.complaint_ids) == 1

    @api.depends("complaint_ids")
    def _compute_other_id(self):
        for wizard in self:
            chosen = wizard.complaint_ids._origin
            if not wizard.other_id and len(chosen) > 1:
                # A complaint owes more; then what the customer has waited for longest.
                wizard.other_id = chosen.sorted(
                    lambda c: (c.record_type != "complaint", c.received_at, c.id)
                )[:1]

    @api.depends("complaint_ids", "other_id", "kind")
    def _compute_money(self):
        for wizard in self:
            requests = wizard._get_joined().credit_request_ids.filtered(
                lambda r: r.state != "cancelled"
            )
            wizard.money = wizard.kind in JOINING and ", ".join(
                f"{request.complaint_name}: {request.name}" for request in requests
            )

    def _get_joined(self):
        """The complaints that do not go on by themselves."""
        return self.complaint_ids._origin - self.other_id._origin

    def action_relate(self):
        """Merge, mark as duplicate or link, then show what goes on.

        :raises AccessError: without the right to work on one of them
        """
        wizard = self
        for wizard in self:
            if wizard.kind == "problem":
                wizard.complaint_ids.problem_id = wizard.problem_id
                continue
            joined, other = wizard._get_joined(), wizard.other_id
            if not joined or not other:
                raise UserError(
                    self.env._(
                        "Choose two complaints or more, and the one that goes on."
                    )
                )
            joined.check_access("write")
            if wizard.kind in JOINING:
                other.check_access("write")
                joined._join(other, wizard.kind, wizard.reason)
            else:
                other.check_access("read")
                joined._relate(other, wizard.reason)
        target = wizard.problem_id if wizard.kind == "problem" else wizard.other_id
        return {
            "type": "ir.actions.act_window",
            "res_model": target._name,
            "res_id": target.id,
            "view_mode": "form",
        }
