from odoo import fields, models
from odoo.exceptions import AccessError, UserError


class CustomerComplaintSupplierAllocation(models.Model):
    """How much of a vendor credit note pays a claim; all else is read from the credit note."""

    _name = "customer.complaint.supplier.allocation"
    _description = "Vendor Credit Note of a Supplier Claim"
    _inherit = ["customer.complaint.note.share.mixin"]
    _order = "id desc"
    _links_of_note = "complaint_claim_allocation_ids"

    claim_id = fields.Many2one(
        "customer.complaint.supplier.claim",
        required=True,
        ondelete="cascade",
        index=True,
    )
    complaint_id = fields.Many2one(
        related="claim_id.complaint_id",
        store=True,
        index=True,
        groups="customer_complaint.group_complaint_user",
    )
    company_id = fields.Many2one(related="claim_id.company_id", store=True)
    currency_id = fields.Many2one(related="claim_id.currency_id")
    move_id = fields.Many2one(string="Vendor credit note")

    _move_unique = models.UniqueIndex(
        "(claim_id, move_id)", "This credit note is linked to the claim already."
    )
    _share_positive = models.Constraint(
        "CHECK(share > 0)", "A linked amount must be greater than zero."
    )

    def action_unlink(self):
        """Untie vendor credit notes from their claims, which are open again.

        :raises AccessError: for anybody but accounting
        """
        if not self.claim_id._is_accountant():
            raise AccessError(
                self.env._("Only accounting unlinks a vendor credit note from a claim.")
            )
        self.check_access("read")
        for allocation in self:
            allocation.claim_id._log_on_complaint(
                self.env._(
                    "Vendor credit note %(note)s is no longer linked to claim %(claim)s.",
                    note=allocation.move_name,
                    claim=allocation.claim_id.name,
                )
            )
        # sudo: rows are written by methods only; the accountant was checked
        self.sudo().unlink()
        return True

    def action_view_refund(self):
        """Open the vendor credit note, for accounting."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "account.move",
            "res_id": self.move_id.id,
            "views": [(False, "form")],
        }


class AccountMove(models.Model):
    _inherit = "account.move"

    complaint_claim_allocation_ids = fields.One2many(
        "customer.complaint.supplier.allocation",
        "move_id",
        string="Supplier claims",
        groups="account.group_account_invoice,account.group_account_readonly",
    )
    waiting_claim_ids = fields.Many2many(
        "customer.complaint.supplier.claim",
        "customer_complaint_supplier_waiting_rel",
        string="Waiting supplier claims",
        compute="_compute_waiting_claim_ids",
        groups="account.group_account_invoice",
        help="Claims to this supplier that no credit note has settled yet.",
    )

    def _compute_waiting_claim_ids(self):
        self.waiting_claim_ids = False
        refunds = self.filtered(
            lambda m: m.move_type == "in_refund"
            and m.state != "cancel"
            and not m.complaint_claim_allocation_ids
        )
        if not refunds:
            return
        waiting = self.env["customer.complaint.supplier.claim"].search(
            [
                ("state", "in", ("open", "partly")),
                ("company_id", "in", refunds.company_id.ids),
                ("commercial_partner_id", "in", refunds.commercial_partner_id.ids),
            ]
        )
        for move in refunds:
            move.waiting_claim_ids = waiting.filtered(
                lambda c, m=move: c.company_id == m.company_id
                and c.commercial_partner_id == m.commercial_partner_id
                and c.currency_id == m.currency_id
            )

    def _get_claim_free_amount(self):
        """What of this vendor credit note no claim has taken yet."""
        self.ensure_one()
        taken = self.complaint_claim_allocation_ids.mapped("share")
        return self._get_complaint_worth() - sum(taken)

    def _post(self, soft=True):
        """A vendor credit note of a claim is checked again: its draft may have been changed."""
        for note in self.sudo().filtered("complaint_claim_allocation_ids"):
            for allocation in note.complaint_claim_allocation_ids:
                allocation.claim_id._check_fits(note)
            if note.currency_id.compare_amounts(note._get_claim_free_amount(), 0) < 0:
                raise UserError(
                    self.env._(
                        "%(note)s is linked to supplier claims with more than its amount. "
                        "Unlink one of them, then post.",
                        note=note.display_name,
                    )
                )
        return super()._post(soft)

    def action_link_supplier_claim(self):
        """Link this vendor credit note to a claim."""
        self.ensure_one()
        waiting = self.waiting_claim_ids
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Link to a supplier claim"),
            "res_model": "customer.complaint.supplier.link",
            "views": [(False, "form")],
            "target": "new",
            "context": {
                "default_move_id": self.id,
                "default_claim_id": waiting.id if len(waiting) == 1 else False,
            },
        }

    def action_view_supplier_claims(self):
        """Open the supplier claims that these vendor credit notes pay."""
        action = self.env["ir.actions.actions"]._for_xml_id(
            "customer_complaint.customer_complaint_supplier_claim_action"
        )
        claims = self.complaint_claim_allocation_ids.claim_id
        return {**action, "domain": [("id", "in", claims.ids)], "context": {}}
