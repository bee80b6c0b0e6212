from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import AccessError

# Given by plans, scoring and invitations, never by hand.
PROCESS_FIELDS = {
    "complaint_id",
    "plan_id",
    "company_id",
    "csat_grade",
    "nps_value",
    "nps_group",
}
# Lowest recommendation of each group, best group first.
NPS_GROUPS = ((9, "promoter"), (7, "passive"), (0, "detractor"))


class SurveyUserInput(models.Model):
    """One customer's answer, with what it is about and the scores it gives."""

    _inherit = "survey.user_input"

    complaint_id = fields.Many2one(
        "customer.complaint", readonly=True, copy=False, index="btree_not_null"
    )
    plan_id = fields.Many2one(
        "customer.satisfaction.plan",
        string="Survey plan",
        readonly=True,
        copy=False,
        index="btree_not_null",
    )
    company_id = fields.Many2one(
        "res.company", readonly=True, copy=False, index="btree_not_null"
    )
    csat_grade = fields.Integer(
        string="Satisfaction",
        readonly=True,
        copy=False,
        aggregator=None,
        help="CSAT, from 5 very satisfied to 1 very dissatisfied.",
    )
    nps_value = fields.Integer(
        string="Recommendation",
        readonly=True,
        copy=False,
        aggregator=None,
        help="NPS, from 0 not at all likely to 10 extremely likely.",
    )
    # Tells a recommendation of 0 from none: Odoo shows both as 0.
    nps_group = fields.Selection(
        [
            ("promoter", "Promoter"),
            ("passive", "Passive"),
            ("detractor", "Detractor"),
        ],
        string="NPS group",
        readonly=True,
        copy=False,
    )
    is_satisfaction = fields.Boolean(related="survey_id.is_satisfaction")

    # Not asked or not answered is NULL; a score is never out of range.
    _csat_grade_range = models.Constraint(
        "CHECK(csat_grade BETWEEN 1 AND 5)", "Satisfaction grades run from 1 to 5."
    )
    _nps_value_range = models.Constraint(
        "CHECK(nps_value BETWEEN 0 AND 10 AND (nps_value IS NULL) = (nps_group IS NULL))",
        "Recommendations run from 0 to 10 and belong to a group.",
    )

    # customer_complaint_indicator.py: `_define_satisfaction`, without reading the table
    _csat_idx = models.Index(
        "(end_datetime) INCLUDE (csat_grade, company_id, survey_id, state, test_entry) "
        "WHERE csat_grade > 0"
    )

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_process_fields(vals)
        inputs = super().create(vals_list)
        # sudo: a process field; an answer that no plan asked for belongs to its survey's company
        for user_input in inputs.sudo().filtered("survey_id.company_id"):
            if not user_input.company_id:
                user_input.company_id = user_input.survey_id.company_id
        return inputs

    def write(self, vals):
        self._check_process_fields(vals)
        res = super().write(vals)
        # Here and not in `_mark_done`: ending a live session sets the state without it.
        if vals.get("state") == "done":
            self._store_satisfaction()
        return res

    def _check_process_fields(self, vals):
        forbidden = sorted(PROCESS_FIELDS & vals.keys())
        if forbidden and not self.env.su:
            raise AccessError(
                self.env._(
                    "%(fields)s of an answer come from the survey plan and from what the "
                    "customer chose. They cannot be written.",
                    fields=", ".join(self._fields[f].string for f in forbidden),
                )
            )

    def _save_lines(self, question, answer, comment=None, overwrite_existing=True):
        # Core keeps the good answers of a refused page, then refuses them when sent again.
        return super()._save_lines(
            question,
            answer,
            comment,
            overwrite_existing=overwrite_existing or self.survey_id.is_satisfaction,
        )

    def _store_satisfaction(self):
        """Take the scores from the chosen answers and mark the invitations as answered."""
        # sudo: scores and log follow from the answer, whoever ended it
        lines = (
            self.env["survey.user_input.line"]
            .sudo()
            .search(
                [
                    ("user_input_id", "in", self.ids),
                    ("user_input_id.survey_id.is_satisfaction", "=", True),
                    ("skipped", "=", False),
                ]
            )
        )
        scores = defaultdict(dict)
        for line in lines:
            known = scores[line.user_input_id]
            known.update({**line._get_scores(), **known})
        for user_input, values in scores.items():
            if values:
                user_input.write(values)
        lines.user_input_id._mark_invitations_answered()

    def _mark_invitations_answered(self):
        self.env["customer.satisfaction.invitation"].search(
            [("user_input_id", "in", self.ids), ("state", "=", "sent")]
        ).write({"state": "answered", "answered_at": fields.Datetime.now()})

    @api.model
    def _get_satisfaction_action(self, domain):
        """Window action on the answers of a document; invoked by smart buttons."""
        action = self.env["ir.actions.actions"]._for_xml_id(
            "customer_satisfaction.survey_user_input_action"
        )
        action["domain"] = [("is_satisfaction", "=", True), *domain]
        action["context"] = {"search_default_answered": True}
        return action


class SurveyUserInputLine(models.Model):
    _inherit = "survey.user_input.line"

    def _get_scores(self):
        """Score values for the answer this line belongs to; empty when it measures nothing."""
        self.ensure_one()
        metric = self.question_id.satisfaction_metric
        if metric == "csat" and self.suggested_answer_id.satisfaction_grade:
            return {"csat_grade": self.suggested_answer_id.satisfaction_grade}
        if metric == "nps" and self.answer_type == "scale":
            group = next(g for least, g in NPS_GROUPS if self.value_scale >= least)
            return {"nps_value": self.value_scale, "nps_group": group}
        return {}
