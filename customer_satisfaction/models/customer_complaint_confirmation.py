from odoo import api, fields, models

from odoo.addons.customer_complaint.models.customer_complaint_confirmation import (
    ANSWERED,
)


class CustomerComplaintConfirmation(models.Model):
    """What the customer said is the round's survey answer, whichever way he said it."""

    _inherit = "customer.complaint.confirmation"

    source = fields.Selection(
        selection_add=[("survey", "Customer, by survey link")],
        ondelete={"survey": lambda rows: rows.write({"source": "portal"})},
    )
    user_input_id = fields.Many2one(
        "survey.user_input",
        string="Survey answer",
        readonly=True,
        copy=False,
        index="btree_not_null",
        groups="customer_satisfaction.group_satisfaction_user",
    )

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            vals_list = [
                {key: value for key, value in vals.items() if key != "user_input_id"}
                for vals in vals_list
            ]
        rows = super().create(vals_list)
        # sudo: who may record a confirmation need not have rights on surveys
        recorded = rows.sudo()
        if not self.env["customer.complaint"]._is_history():
            recorded.filtered(
                lambda c: (
                    c.source == "staff" and c.solved in ANSWERED and not c.user_input_id
                )
            )._get_known_answers()._check_not_said_by_customer()
        recorded._fill_answers()
        return rows

    def _fill_answers(self):
        """Make what a colleague or the portal page recorded the round's survey answer."""
        for row in self:
            if row.solved in ANSWERED and not row.user_input_id:
                row.comment = (row.comment or "").strip() or False
                answer = row._get_survey_answer()
                if answer:
                    row.user_input_id = answer
                    answer._save_satisfaction(
                        row._get_given_answers(answer.survey_id),
                        "staff" if row.source == "staff" else "portal",
                        row.user_id,
                    )
                    answer.end_datetime = row.date

    def _get_known_answers(self):
        """The answers of these rounds that are there already."""
        rounds = {(row.complaint_id.id, row.round) for row in self}
        known = self.env["survey.user_input"]._get_round_answers(self.complaint_id.ids)
        return self.env["survey.user_input"].concat(
            *(answer for key, answer in known.items() if key in rounds)
        )

    def _get_survey_answer(self):
        """The answer of this round, an empty one when the customer was not asked by link."""
        self.ensure_one()
        if known := self._get_known_answers():
            return known
        complaint = self.complaint_id
        Answer = self.env["survey.user_input"]
        plan = self.env["customer.satisfaction.plan"]._get_outcome_plan(
            complaint.company_id
        )
        survey = plan.survey_id or self.env.ref(
            "customer_satisfaction.survey_after_complaint", raise_if_not_found=False
        )
        if not survey:
            return Answer
        return Answer._get_or_create_round_answers(
            [
                {
                    **Answer._prepare_satisfaction_values(complaint, survey),
                    "plan_id": plan.id,
                    "complaint_round": self.round,
                }
            ]
        )

    def _needs_grade(self):
        """Not from a survey that does not ask for it or lets it be."""
        # sudo: who may record a confirmation need not have rights on surveys
        return super()._needs_grade() and not self.sudo().user_input_id

    def _get_given_answers(self, survey):
        """The confirmation as answers to the questions of a survey."""
        self.ensure_one()
        given = {}
        for metric, field, value in (
            ("solved", "satisfaction_solved", self.solved),
            ("csat", "satisfaction_grade", int(self.grade)),
        ):
            question = survey._get_metric_question(metric)
            option = question.suggested_answer_ids.filtered(
                lambda o, f=field, v=value: o[f] == v
            )[:1]
            if question:
                given[question] = str(option.id) if option else ""
        if question := survey._get_comment_question():
            given[question] = self.comment or ""
        return given
