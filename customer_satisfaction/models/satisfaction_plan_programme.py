from odoo import api, fields, models
from odoo.exceptions import UserError

STEPS = [
    ("aim", "Set the aim"),
    ("tool", "Design the questionnaire"),
    ("collect", "Collect answers"),
    ("analyse", "Analyse"),
    ("done", "Finished"),
]


class CustomerSatisfactionPlan(models.Model):
    """The four recorded steps of a survey programme; a plan works without them, too."""

    _inherit = "customer.satisfaction.plan"

    aim = fields.Text(
        translate=True, help="What is to be found out, and what for: one sentence."
    )
    analysis = fields.Text(
        translate=True, help="What was found out, and what follows from it."
    )
    programme_step = fields.Selection(
        STEPS, string="Step", required=True, default="aim", readonly=True, copy=False
    )
    aim_date = fields.Date(string="Aim set on", readonly=True, copy=False)
    tool_date = fields.Date(string="Questionnaire ready on", readonly=True, copy=False)
    collect_date = fields.Date(string="Collected until", readonly=True, copy=False)
    analyse_date = fields.Date(string="Analysed on", readonly=True, copy=False)

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_step_fields(vals)
        return super().create(vals_list)

    def write(self, vals):
        self._check_step_fields(vals)
        return super().write(vals)

    def _check_step_fields(self, vals):
        fields_of_steps = {"programme_step", *(f"{step}_date" for step, _ in STEPS[:4])}
        if fields_of_steps & vals.keys() and not self.env.su:
            raise UserError(
                self.env._(
                    "The steps of a programme are recorded by the button Finish step, one "
                    "after the other."
                )
            )

    def action_finish_step(self):
        """Record today as the end of the current step; the next one begins.

        :raises UserError: while the step has no result
        """
        self.check_access("write")
        order = [step for step, _name in STEPS]
        for plan in self.filtered(lambda plan: plan.programme_step != "done"):
            step = plan.programme_step
            if missing := plan._get_missing(step):
                raise UserError(missing)
            # sudo: steps are recorded by this method alone
            plan.sudo().write(
                {
                    "programme_step": order[order.index(step) + 1],
                    f"{step}_date": fields.Date.context_today(plan),
                }
            )
        return True

    def action_restart_programme(self):
        """Begin with the aim again; plan, answers and what was written stay."""
        self.check_access("write")
        # sudo: see action_finish_step
        self.sudo().write(
            {
                "programme_step": "aim",
                **{f"{step}_date": False for step, _name in STEPS[:4]},
            }
        )
        return True

    def _get_missing(self, step):
        """What the step still lacks, a sentence; None when it may end."""
        self.ensure_one()
        if step == "aim" and not (self.aim or "").strip():
            return self.env._("Write down the aim first: what do you want to find out?")
        if step == "tool" and not self.survey_id.question_ids:
            return self.env._(
                "%(survey)s has no question yet. Add what you want to ask.",
                survey=self.survey_id.title,
            )
        # sudo: whether there is any answer; nobody reads anonymous ones one by one
        answers = self.env["survey.user_input"].sudo()
        if step == "collect" and not answers.search_count(
            [("plan_id", "=", self.id), ("state", "=", "done")], limit=1
        ):
            return self.env._(
                "Nobody has answered yet. Wait for the first answer, or archive the plan."
            )
        if step == "analyse" and not (self.analysis or "").strip():
            return self.env._("Write down what the answers say, and what follows.")
        return None
