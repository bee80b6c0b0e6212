from odoo.fields import Command

from .common import SatisfactionCommon


class FollowUpCommon(SatisfactionCommon):
    """Low scores are followed up, by a chief."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        user = "customer_complaint.group_complaint_user"
        cls.handler = cls.user("follow_handler", user)
        cls.chief = cls.user("follow_chief", user)
        cls.lead = cls.user("follow_lead", "customer_complaint.group_complaint_lead")
        cls.company = cls.env.company
        cls.company.write(
            {
                "satisfaction_follow_up": True,
                "satisfaction_follow_up_user_id": cls.chief.id,
            }
        )

    @classmethod
    def require(cls, *codes):
        """Ask for what complaints need before they move on, as shipped."""
        Requirement = cls.env["customer.complaint.requirement"]
        every = Requirement.with_context(active_test=False).search([])
        every.filtered(lambda row: row.code in codes).active = True

    def answered(
        self, grade, nps=None, comment="", count=1, partners=None, model=None, **values
    ):
        """Answers that are there at once, one per partner; scored as when submitted."""
        lines = [
            {
                "question_id": self.csat.id,
                "answer_type": "suggestion",
                "suggested_answer_id": self.option(grade).id,
            }
        ]
        if nps is not None:
            lines.append(
                {
                    "question_id": self.nps.id,
                    "answer_type": "scale",
                    "value_scale": nps,
                }
            )
        if comment:
            lines.append(
                {
                    "question_id": self.comment.id,
                    "answer_type": "text_box",
                    "value_text_box": comment,
                }
            )
        Answer = self.env["survey.user_input"] if model is None else model
        return Answer.create(
            [
                {
                    "survey_id": self.survey.id,
                    "company_id": self.company.id,
                    "partner_id": partner.id,
                    "email": partner.email,
                    "nickname": partner.name,
                    "state": "done",
                    "end_datetime": self.now,
                    "user_input_line_ids": [Command.create(line) for line in lines],
                    **values,
                }
                for partner in partners or [self.partner] * count
            ]
        )

    def add_score(self, answer, metric, value, low, high, **values):
        """A scored answer to a question of another metric, in a survey of its own."""
        question = self.env["survey.question"].create(
            {
                "survey_id": self.survey.copy().id,
                "title": metric,
                "question_type": "scale",
            }
        )
        return self.env["customer.satisfaction.score"].create(
            {
                "user_input_id": answer.id,
                "question_id": question.id,
                "survey_id": question.survey_id.id,
                "metric": metric,
                "scale_min": low,
                "scale_max": high,
                "value": value,
                "date": self.now,
                **values,
            }
        )
