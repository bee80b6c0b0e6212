from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import plaintext2html


class CustomerComplaint(models.Model):
    """The problem that stands behind this complaint and behind others."""

    _inherit = "customer.complaint"

    problem_id = fields.Many2one(
        "customer.complaint.problem",
        string="Shared problem",
        check_company=True,
        copy=False,
        index="btree_not_null",
        tracking=True,
        groups="customer_complaint.group_complaint_user",
        help="The one cause behind this complaint and others. All their customers are "
        "answered at once.",
    )
    close_reason = fields.Selection(
        string="Close reason",
        selection_add=[("problem", "Closed with its shared problem")],
    )

    def _get_missing(self, stage_type):
        missing = super()._get_missing(stage_type)
        # Whether it is solved was found out for all of them; each customer may still say no.
        solved = self.sudo().close_reason == "problem"
        return [code for code in missing if not (solved and code == "confirmation")]

    def _get_problem_answer(self):
        """The answer to all customers of the problem, as HTML in the language of the record."""
        self.ensure_one()
        return plaintext2html(self.sudo().problem_id.answer or "")

    def _tell_answer(self, tells, decision, reason):
        """Send the customer the answer of the shared problem, as a message of its own.

        :raises UserError: he has no address, or something is missing before the outcome
        """
        self.ensure_one()
        self.check_access("write")
        if self.unreachable:
            raise UserError(self.unreachable)
        # Who is anonymous reads it on his page.
        if not (self.is_anonymous or self.email_from or self.partner_id.email):
            raise UserError(
                self.env._(
                    "There is no e-mail address. Call the customer and log the contact."
                )
            )
        if tells == "outcome":
            if not self.decision:
                self.write({"decision": decision, "decision_reason": reason})
            action = self.action_send_outcome()
        else:
            action = self.action_send_answer()
        template = self._get_shipped("mail_template_problem", "mail.template")
        self.env["mail.compose.message"].with_context(
            **{
                **action["context"],
                "default_template_id": template.id,
                "default_complaint_tells": tells,
                "mail_notify_force_send": False,  # many at once: by the queue
            }
        ).create({})._action_send_mail()
