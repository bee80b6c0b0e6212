from odoo import api, fields, models
from odoo.exceptions import UserError


class CustomerComplaintProblemAnswer(models.TransientModel):
    """Answer a shared problem: every customer is told, in his own thread and language."""

    _name = "customer.complaint.problem.answer"
    _description = "Answer to a Shared Problem"

    problem_id = fields.Many2one(
        "customer.complaint.problem", required=True, readonly=True
    )
    complaint_ids = fields.Many2many(
        "customer.complaint",
        string="To the customers of",
        compute="_compute_complaint_ids",
        compute_sudo=False,  # those the user may answer
        store=True,
        readonly=False,
    )
    left_count = fields.Integer(compute="_compute_left_count")
    answer = fields.Text(
        compute="_compute_answer", store=True, readonly=False, required=True
    )
    missing_languages = fields.Char(compute="_compute_missing_languages")
    tells = fields.Selection(
        [("update", "News"), ("outcome", "The outcome")],
        string="This message tells",
        required=True,
        default="outcome",
    )
    decision = fields.Selection(
        selection=lambda self: self.env["customer.complaint"]
        ._fields["decision"]
        ._description_selection(self.env),
        default="justified",
        help="Where a complaint has no decision yet.",
    )
    decision_reason = fields.Text(
        string="Reason of the decision",
        compute="_compute_decision_reason",
        store=True,
        readonly=False,
    )
    close = fields.Boolean(
        string="Close with it",
        default=True,
        help="The complaints are closed as soon as their customers were told. A customer "
        "who does not agree says so on his page, and his complaint is opened again.",
    )

    @api.depends("problem_id")
    def _compute_complaint_ids(self):
        for wizard in self:
            wizard.complaint_ids = wizard.problem_id and (
                wizard.problem_id._get_answerable()
            )

    @api.depends("complaint_ids")
    def _compute_left_count(self):
        for wizard in self:
            wizard.left_count = wizard.problem_id.open_count - len(wizard.complaint_ids)

    @api.depends("problem_id")
    def _compute_answer(self):
        for wizard in self:
            wizard.answer = wizard.problem_id.answer

    @api.depends("answer")
    def _compute_decision_reason(self):
        for wizard in self:
            wizard.decision_reason = wizard.decision_reason or wizard.answer

    @api.depends("complaint_ids", "answer")
    def _compute_missing_languages(self):
        for wizard in self:
            problem = wizard.problem_id
            written = problem and (
                problem._fields["answer"]._get_stored_translations(problem._origin)
            )
            needed = {c._get_customer_lang() for c in wizard.complaint_ids}
            missing = needed - set(written or ()) - {self.env.lang}
            languages = self.env["res.lang"].sudo()  # names only
            wizard.missing_languages = ", ".join(
                languages._get_data(code=code).name or code for code in sorted(missing)
            )

    def action_answer(self):
        """Tell the customers; name those who could not be told or closed."""
        self.ensure_one()
        problem = self.problem_id
        problem.check_access("write")
        if not self.complaint_ids:
            raise UserError(
                self.env._("Choose at least one complaint whose customer is told.")
            )
        if foreign := self.complaint_ids.filtered(lambda c: c.problem_id != problem):
            raise UserError(
                self.env._(
                    "%(complaint)s is not tied to this problem. Take it off the list.",
                    complaint=foreign[0].name,
                )
            )
        if self.answer != problem.answer:
            problem.answer = self.answer
        refused = problem._answer(
            self.complaint_ids,
            self.tells,
            self.decision,
            self.decision_reason,
            self.close,
        )
        done = {"type": "ir.actions.act_window_close"}
        if not refused:
            return done
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning",
                "sticky": True,
                "title": self.env._("Not everybody was told"),
                "message": " ".join(
                    f"{complaint.name}: {said}"
                    for complaint, (_told, said) in refused.items()
                ),
                "next": done,
            },
        }
