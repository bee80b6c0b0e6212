from odoo import fields, models

from ..models.customer_complaint_solution import ACCEPTANCES


class CustomerComplaintSolutionAnswer(models.TransientModel):
    """What the customer told a colleague about an offered solution."""

    _name = "customer.complaint.solution.answer"
    _description = "Answer to an Offered Solution"

    solution_id = fields.Many2one("customer.complaint.solution", required=True)
    acceptance = fields.Selection(
        ACCEPTANCES, string="Answer", required=True, default="accepted"
    )
    answered_at = fields.Datetime(
        string="When", required=True, default=fields.Datetime.now
    )
    suggestion = fields.Text(
        string="What he suggests", help="What he would like instead, or besides."
    )

    def action_record(self):
        """Record the answer.

        :raises UserError: the solution was answered already, or the answer lies ahead
        """
        for wizard in self:
            wizard.solution_id.record_answer(
                wizard.acceptance, wizard.suggestion, wizard.answered_at
            )
        return {"type": "ir.actions.act_window_close"}
