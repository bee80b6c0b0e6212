from odoo import fields, models


class CustomerComplaintDuty(models.Model):
    """What the holders of a post answer for, and what they may decide; shown to them."""

    _name = "customer.complaint.duty"
    _description = "Duty of a Complaint Post"
    _order = "sequence, id"

    name = fields.Char(string="Post", required=True, translate=True)
    sequence = fields.Integer(default=10)
    group_id = fields.Many2one(
        "res.groups",
        string="Role",
        required=True,
        ondelete="cascade",
        index=True,
        help="Users with this role hold the post.",
    )
    scope = fields.Text(string="Answers for", translate=True)
    authority = fields.Text(string="May decide", translate=True)
    user_names = fields.Char(string="Holders", compute="_compute_user_names")
    active = fields.Boolean(default=True)

    def _compute_user_names(self):
        # sudo: groups are read by administrators; names of colleagues are no secret
        for duty in self:
            users = duty.group_id.sudo().all_user_ids.filtered(
                lambda u: u.active
                and not u.share
                and u.company_ids & self.env.companies
            )
            duty.user_names = ", ".join(users.sorted("name").mapped("name"))
