from datetime import timedelta

from odoo import api, fields, models


class CustomerSatisfactionPlan(models.Model):
    """Whom to ask, after what, with which survey, and how often at most."""

    _name = "customer.satisfaction.plan"
    _description = "Survey Plan"
    _order = "sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company",
        default=lambda self: self.env.company,
        help="Empty: the plan holds for all companies.",
    )
    survey_id = fields.Many2one(
        "survey.survey",
        required=True,
        ondelete="restrict",
        index=True,
        check_company=True,
        domain=[("is_satisfaction", "=", True)],
    )
    trigger = fields.Selection(
        [("complaint_closed", "After a complaint is closed")],
        string="Ask",
        required=True,
        default="complaint_closed",
    )
    delay_hours = fields.Integer(
        string="Wait (hours)",
        default=24,
        help="From the closing of the complaint to the invitation.",
    )
    validity_days = fields.Integer(
        string="Link valid (days)",
        default=30,
        help="After that the link no longer takes an answer.",
    )
    rest_days = fields.Integer(
        string="Survey rest period (days)",
        default=30,
        help="Who was asked by any plan within this time is not asked again; the log "
        "says so. 0: ask always.",
    )
    template_id = fields.Many2one(
        "mail.template",
        string="Invitation e-mail",
        required=True,
        ondelete="restrict",
        domain=[("model", "=", "survey.user_input")],
        default=lambda self: self.env.ref(
            "customer_satisfaction.mail_template_invitation", raise_if_not_found=False
        ),
    )
    invitation_ids = fields.One2many("customer.satisfaction.invitation", "plan_id")
    invitation_count = fields.Integer(compute="_compute_invitation_count")

    _delay_not_negative = models.Constraint(
        "CHECK(delay_hours >= 0 AND rest_days >= 0)",
        "Waiting time and rest period cannot be negative. Enter 0 for none.",
    )
    _validity_positive = models.Constraint(
        "CHECK(validity_days > 0)", "A link must be valid for at least one day."
    )

    def _compute_invitation_count(self):
        counts = dict(
            self.env["customer.satisfaction.invitation"]._read_group(
                [("plan_id", "in", self.ids)], ["plan_id"], ["__count"]
            )
        )
        for plan in self:
            plan.invitation_count = counts.get(plan, 0)

    def action_view_invitations(self):
        """Open the log of these plans."""
        action = self.env["ir.actions.actions"]._for_xml_id(
            "customer_satisfaction.customer_satisfaction_invitation_action"
        )
        action["domain"] = [("plan_id", "in", self.ids)]
        return action

    @api.model
    def _plan_closed_complaints(self, complaints):
        """Plan one invitation per complaint and plan of its company; twice is as good as once.

        A complaint that was reopened before its customer was asked is planned anew.
        """
        Invitation = self.env["customer.satisfaction.invitation"]
        known = {
            (row.plan_id, row.complaint_id): row
            for row in Invitation.search([("complaint_id", "in", complaints.ids)])
        }
        no_company = self.env["res.company"]
        vals_list, again = [], Invitation.browse()
        for plan in self.search([("trigger", "=", "complaint_closed")]):
            for complaint in complaints:
                if plan.company_id not in (complaint.company_id, no_company):
                    continue
                send_at = complaint.closed_at + timedelta(hours=plan.delay_hours)
                row = known.get((plan, complaint))
                if not row:
                    vals_list.append(
                        {
                            "plan_id": plan.id,
                            "complaint_id": complaint.id,
                            "company_id": complaint.company_id.id,
                            "partner_id": complaint.partner_id.id,
                            "send_at": send_at,
                        }
                    )
                elif row.state == "planned" or row.reason == "reopened":
                    row.write({"state": "planned", "reason": False, "send_at": send_at})
                    again += row
        (Invitation.create(vals_list) + again)._wake_sender()
