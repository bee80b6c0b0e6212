from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from .customer_complaint_stage import CLOSED_TYPES

OPEN = Domain("stage_type", "not in", CLOSED_TYPES)


class CustomerComplaintProblem(models.Model):
    """One cause behind several complaints: found once, answered once, to every customer."""

    _name = "customer.complaint.problem"
    _description = "Shared Problem"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "state, id desc"
    _check_company_auto = True
    _rec_names_search = ["name", "number"]

    name = fields.Char(string="Problem", required=True, tracking=True)
    number = fields.Char(readonly=True, copy=False, default="/")
    company_id = fields.Many2one(
        "res.company",
        required=True,
        readonly=True,
        index=True,
        default=lambda self: self.env.company,
    )
    team_id = fields.Many2one(
        "customer.complaint.team",
        check_company=True,
        index="btree_not_null",
        tracking=True,
        help="Empty: all who handle complaints of the company see it.",
    )
    user_id = fields.Many2one(
        "res.users",
        string="Owner",
        domain="[('share', '=', False)]",
        default=lambda self: self.env.user,
        index="btree_not_null",
        tracking=True,
    )
    is_systemic = fields.Boolean(
        string="Systemic defect",
        tracking=True,
        help="Not a single mishap: a defect of product, service or process that goes on "
        "until its cause is removed.",
    )
    cause = fields.Text(help="What is behind the complaints; for colleagues.")
    answer = fields.Text(
        string="Answer to the customers",
        translate=True,
        help="What is the matter and what you do about it. Every customer reads it in his "
        "language, as far as it is translated.",
    )
    state = fields.Selection(
        [("open", "Open"), ("solved", "Solved")],
        required=True,
        default="open",
        readonly=True,
        copy=False,
        tracking=True,
    )
    solved_at = fields.Datetime(string="Solved on", readonly=True, copy=False)
    complaint_ids = fields.One2many(
        "customer.complaint", "problem_id", string="Complaints"
    )
    complaint_count = fields.Integer(
        string="Number of complaints", compute="_compute_complaint_count"
    )
    open_count = fields.Integer(
        string="Open complaints", compute="_compute_complaint_count"
    )

    _number_unique = models.UniqueIndex(
        "(number)", "The number of a problem is unique."
    )

    @api.depends("complaint_ids.stage_id")
    def _compute_complaint_count(self):
        # sudo: how many there are is no secret, also where other teams have some
        Complaint = self.env["customer.complaint"].sudo()
        tied = Domain("problem_id", "in", self.ids)
        counts = dict(Complaint._read_group(tied, ["problem_id"], ["__count"]))
        still_open = dict(
            Complaint._read_group(tied & OPEN, ["problem_id"], ["__count"])
        )
        for problem in self:
            problem.complaint_count = counts.get(problem._origin.sudo(), 0)
            problem.open_count = still_open.get(problem._origin.sudo(), 0)

    @api.depends("number", "name")
    def _compute_display_name(self):
        for problem in self:
            number = problem.number if problem.number != "/" else False
            problem.display_name = " · ".join(filter(None, [number, problem.name]))

    @api.model_create_multi
    def create(self, vals_list):
        sequence = self.env["customer.complaint"]._get_shipped(
            "sequence_complaint_problem", "ir.sequence"
        )
        return super().create(
            [{**vals, "number": sequence.next_by_id()} for vals in vals_list]
        )

    def write(self, vals):
        if "number" in vals:
            vals = {key: value for key, value in vals.items() if key != "number"}
        return super().write(vals)

    # ------------------------------------------------------------------
    # Buttons
    # ------------------------------------------------------------------
    def action_view_complaints(self):
        """Open the complaints behind which this problem stands."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.name,
            "res_model": "customer.complaint",
            "view_mode": "list,kanban,form",
            "domain": [("problem_id", "=", self.id)],
            "context": {"default_problem_id": self.id},
        }

    def action_answer(self):
        """Ask what to tell the customers of all open complaints, and whether that is all."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Tell all customers"),
            "res_model": "customer.complaint.problem.answer",
            "view_mode": "form",
            "target": "new",
            "context": {"default_problem_id": self.id},
        }

    def action_solve(self):
        """Mark as solved, when no complaint waits for it any more."""
        for problem in self:
            if problem.open_count:
                raise UserError(
                    self.env._(
                        "%(count)s complaints of %(problem)s are open still. Tell their "
                        "customers the outcome and close them first.",
                        count=problem.open_count,
                        problem=problem.display_name,
                    )
                )
        self.write({"state": "solved", "solved_at": fields.Datetime.now()})
        return True

    def action_reopen(self):
        """Work on it again: it came back, or was not solved."""
        self.write({"state": "open", "solved_at": False})
        return True

    # ------------------------------------------------------------------
    # Answering all at once
    # ------------------------------------------------------------------
    def _get_answerable(self):
        """Open complaints of the problem that the user may answer."""
        self.ensure_one()
        return self.complaint_ids.filtered_domain(OPEN)._filtered_access("write")

    def _answer(
        self, complaints, tells="update", decision=None, reason="", close=False
    ):
        """Tell the customers of `complaints` the answer, each in his thread and language.

        Where that is refused, the complaint stays as it is and the refusal is named.

        :param str tells: "update" or "outcome"
        :param str decision: for an outcome, where a complaint has none yet
        :param str reason: of that decision
        :param bool close: close with it those whose customer was told the outcome
        :return: dict of (told: bool, sentence that says what was refused) by complaint
        """
        self.ensure_one()
        refused = {}
        for complaint in complaints:
            told = False
            try:
                with self.env.cr.savepoint():
                    complaint._tell_answer(tells, decision, reason)
                told = True
                if close and tells == "outcome":
                    with self.env.cr.savepoint():
                        # sudo: a process field; write access was checked on telling
                        complaint.sudo()._close("problem")
            except UserError as refusal:
                refused[complaint] = (told, str(refusal))
        self._log_answer(complaints, refused)
        if close and self.state == "open" and not self.open_count:
            self.action_solve()
        return refused

    def _log_answer(self, complaints, refused):
        """The problem's own history: how many were told, and who could not be."""
        lines = [
            self.env._(
                "%(count)s of %(all)s customers were told.",
                count=len(complaints)
                - sum(not told for told, _said in refused.values()),
                all=len(complaints),
            ),
            *(
                Markup("%s: %s")
                % (complaint._get_html_link(title=complaint.name), said)
                for complaint, (_told, said) in refused.items()
            ),
        ]
        self._message_log(body=Markup("<br/>").join(lines))
