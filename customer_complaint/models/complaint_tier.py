from odoo import api, fields, models

from .customer_complaint_stage import CLOSED_TYPES

# Place in the queue, before the next due time.
PREFERRED, ORDINARY = 0, 1


class CustomerComplaint(models.Model):
    """Whether preferred customers come first: a rule that everybody sees and may switch off."""

    _inherit = "customer.complaint"

    queue_rank = fields.Integer(
        string="Place in the queue",
        compute="_compute_queue_rank",
        store=True,
        precompute=True,
        default=ORDINARY,
        aggregator=None,
        groups="base.group_user",
        help="0: open, of a preferred customer, where the company lets these come first. 1: "
        "all others.",
    )
    complaint_tier = fields.Selection(
        related="commercial_partner_id.complaint_tier", groups="base.group_user"
    )

    @api.depends("commercial_partner_id.complaint_tier", "stage_type")
    def _compute_queue_rank(self):
        """The setting is no dependency: `ResCompany.write` computes those it concerns."""
        for complaint in self:
            is_first = (
                complaint.stage_type not in CLOSED_TYPES and complaint._is_preferred()
            )
            complaint.queue_rank = PREFERRED if is_first else ORDINARY

    @api.model
    def _order_to_sql(self, order, query, alias=None, reverse=False):
        # Customers may not know who comes first: theirs come newest first.
        if order == self._order and not self.env.su and self.env.user.share:
            order = "id desc"
        return super()._order_to_sql(order, query, alias=alias, reverse=reverse)

    def _is_preferred(self):
        """Whether the customer's tier counts, and is the preferred one."""
        self.ensure_one()
        # sudo: the tier decides whoever enters the complaint; the company's setting likewise
        complaint = self.sudo()
        company = complaint.company_id or self.env.company.sudo()
        customer = complaint.commercial_partner_id
        return company.complaint_tier_counts and customer.complaint_tier == "vip"
