from odoo import api, fields, models


class CustomerComplaintSplit(models.TransientModel):
    """Two matters in one complaint: the second one becomes a complaint of its own."""

    _name = "customer.complaint.split"
    _description = "Split a Complaint"
    _check_company_auto = True

    complaint_id = fields.Many2one("customer.complaint", required=True, readonly=True)
    company_id = fields.Many2one(related="complaint_id.company_id")
    line_ids = fields.Many2many(
        "customer.complaint.line",
        string="Products that go over",
        domain="[('complaint_id', '=', complaint_id)]",
    )
    description = fields.Text(string="What happened", required=True)
    category_id = fields.Many2one(
        "customer.complaint.category",
        compute="_compute_from_complaint",
        store=True,
        readonly=False,
    )
    team_id = fields.Many2one(
        "customer.complaint.team",
        compute="_compute_from_complaint",
        store=True,
        readonly=False,
        check_company=True,
    )
    user_id = fields.Many2one(
        "res.users",
        string="Owner",
        compute="_compute_from_complaint",
        store=True,
        readonly=False,
        domain="[('share', '=', False)]",
        help="Empty: it waits until somebody takes it over.",
    )
    reason = fields.Char()

    @api.depends("complaint_id")
    def _compute_from_complaint(self):
        for wizard in self:
            for fname in ("category_id", "team_id", "user_id"):
                wizard[fname] = wizard.complaint_id[fname]

    def action_split(self):
        """Open the second complaint and show it, as far as the user may read it.

        What it lacks before it has an owner is asked for in the next dialog.

        :raises AccessError: without the right to work on the complaint
        """
        self.ensure_one()
        part = self.complaint_id._split_off(
            self.line_ids,
            self.reason,
            {
                "description": self.description,
                "category_id": self.category_id.id,
                "team_id": self.team_id.id,
                "user_id": self.user_id.id,
            },
        )
        if self.user_id and not part.user_id and part.has_access("write"):
            return part._get_missing_dialog(
                "assessed", complaint_user_id=self.user_id.id
            )
        shown = part if part.has_access("read") else self.complaint_id
        return {
            "type": "ir.actions.act_window",
            "res_model": shown._name,
            "res_id": shown.id,
            "view_mode": "form",
        }
