from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import UserError, ValidationError

from .customer_complaint_stage import CLOSED_TYPES

GRADES = [
    ("5", "Very satisfied"),
    ("4", "Satisfied"),
    ("3", "Neutral"),
    ("2", "Dissatisfied"),
    ("1", "Very dissatisfied"),
]
ANSWERED = ("solved", "not_solved")


class CustomerComplaintConfirmation(models.Model):
    """What the customer says to the outcome: a row per answer, so every round keeps its own."""

    _name = "customer.complaint.confirmation"
    _description = "Complaint Confirmation"
    _inherit = ["customer.complaint.part.mixin"]
    _order = "id desc"
    _rec_name = "solved"

    complaint_id = fields.Many2one(
        "customer.complaint", required=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(related="complaint_id.company_id", store=True)
    record_type = fields.Selection(related="complaint_id.record_type", store=True)
    round = fields.Integer(readonly=True, aggregator=None)
    date = fields.Datetime(
        required=True, default=lambda self: fields.Datetime.now(), readonly=True
    )
    solved = fields.Selection(
        [
            ("solved", "Solved"),
            ("not_solved", "Not solved"),
            ("no_answer", "No answer"),
            ("not_reachable", "Not reachable"),
        ],
        required=True,
        default="solved",
    )
    grade = fields.Selection(
        GRADES, string="Satisfaction", help="With the handling of the complaint."
    )
    needs_grade = fields.Boolean(
        compute="_compute_needs_grade", export_string_translation=False
    )
    comment = fields.Text()
    source = fields.Selection(
        [("staff", "Colleague"), ("portal", "Customer, on the portal")],
        required=True,
        default="staff",
        readonly=True,
    )
    user_id = fields.Many2one(
        "res.users",
        string="Recorded by",
        default=lambda self: self.env.user,
        readonly=True,
    )

    is_last_grade = fields.Boolean(
        string="Last grade of its round",
        compute="_compute_is_last_grade",
        store=True,
        help="What the customer says later in the same round replaces the grade before.",
    )

    # customer_complaint_indicator.py: `_define_satisfaction`
    _graded_idx = models.Index("(date) WHERE is_last_grade")

    @api.depends(
        "grade",
        "round",
        "complaint_id.confirmation_ids.grade",
        "complaint_id.confirmation_ids.round",
    )
    def _compute_is_last_grade(self):
        for row in self:
            graded = row.complaint_id.confirmation_ids.filtered(
                lambda c, row=row: c.grade and c.round == row.round
            )
            last = max(graded.ids, default=row._origin.id)
            row.is_last_grade = bool(row.grade) and row._origin.id == last

    @api.depends("complaint_id")
    def _compute_needs_grade(self):
        for row in self:
            row.needs_grade = not row.complaint_id or row._needs_grade()

    @api.constrains("solved", "grade")
    def _check_grade(self):
        for row in self:
            if row.solved == "solved" and not row.grade and row._needs_grade():
                raise ValidationError(
                    self.env._(
                        "How satisfied is the customer? Choose one of the five grades."
                    )
                )
            if row.solved not in ANSWERED and row.grade:
                raise ValidationError(
                    self.env._(
                        "A customer who did not answer has no satisfaction grade. "
                        "Remove the grade."
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        """Record and act: close, or reopen in a new round.

        What is said about an earlier round is kept with that round and changes nothing.
        """
        if not self.env.su:
            # Who says what when is not for the caller to choose.
            recorded = {
                "source": "staff",
                "date": fields.Datetime.now(),
                "user_id": self.env.uid,
                "round": False,
            }
            vals_list = [{**vals, **recorded} for vals in vals_list]
        rows = super().create(vals_list)
        if self.env["customer.complaint"]._is_history():
            return rows
        for row in rows:
            row.sudo().round = row.round or row.complaint_id.round
            if row.round == row.complaint_id.round:
                row._apply()
        return rows

    def _needs_grade(self):
        """Hook: whether a grade belongs to a solved complaint."""
        self.ensure_one()
        return self.complaint_id._asks_how_satisfied()

    def _is_satisfied(self):
        """Solved, and no grade of those that send a complaint back to evaluation (a setting)."""
        self.ensure_one()
        limit = self.complaint_id.company_id.complaint_reopen_grade
        return self.solved == "solved" and (not self.grade or int(self.grade) > limit)

    def _allows_closing(self):
        self.ensure_one()
        return self._is_satisfied() or self.solved not in ANSWERED

    def _apply(self):
        self.ensure_one()
        # sudo: the access check is that of recording a confirmation
        complaint = self.complaint_id.sudo()
        if self.env.user._is_public():
            # Colleagues are told by the system: a visitor has no address to write from.
            complaint = complaint.with_user(SUPERUSER_ID)
        if not complaint.outcome_at and complaint.stage_type not in CLOSED_TYPES:
            raise UserError(
                self.env._(
                    "%(complaint)s: the customer has not been told an outcome in this "
                    "round. Send the outcome first.",
                    complaint=complaint.name,
                )
            )
        if self.solved not in ANSWERED:
            if complaint.stage_type in CLOSED_TYPES:
                raise UserError(
                    self.env._(
                        "%(complaint)s is closed already. Only what the customer says "
                        "can be added.",
                        complaint=complaint.name,
                    )
                )
            complaint._check_no_reply()
            complaint._close("no_reply")
        elif self._is_satisfied():
            # Colleagues can fill in what is missing; a customer is not asked for it.
            by_customer = self.source != "staff"
            complaint.with_context(complaint_confirmed=by_customer)._close("confirmed")
        else:
            complaint._reopen(
                self.env._("The customer is not satisfied with the outcome.")
            )
