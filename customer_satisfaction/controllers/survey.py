from odoo import http
from odoo.http import request

from odoo.addons.survey.controllers.main import Survey

from ..models.survey_question import is_number


class SatisfactionSurvey(Survey):
    """Core's public survey pages, made safe for satisfaction surveys."""

    def _check_validity(
        self,
        survey_sudo,
        answer_sudo,
        answer_token,
        ensure_token=True,
        check_partner=True,
    ):
        # A stranger who holds the link may answer; so may a customer signed in as a colleague.
        if survey_sudo.is_satisfaction and answer_token and request.env.user.share:
            check_partner = False
        return super()._check_validity(
            survey_sudo,
            answer_sudo,
            answer_token,
            ensure_token=ensure_token,
            check_partner=check_partner,
        )

    @http.route()
    def survey_retry(self, survey_token, answer_token, **post):
        """Core creates another answer here, on a GET. One link is one answer: show that."""
        survey_sudo, answer_sudo = self._fetch_from_access_token(
            survey_token, answer_token
        )
        if survey_sudo.is_satisfaction:
            return request.redirect(answer_sudo.get_start_url() if answer_sudo else "/")
        return super().survey_retry(survey_token, answer_token, **post)

    @http.route()
    def survey_submit(self, survey_token, answer_token, **post):
        """Also here nobody answers about an outcome that he has not been told."""
        _survey, answer = self._fetch_from_access_token(survey_token, answer_token)
        if answer and answer.is_satisfaction and (early := answer._get_early_refusal()):
            first = answer.survey_id.question_ids[:1]
            return {}, {"error": "validation", "fields": {first.id: early}}
        return super().survey_submit(survey_token, answer_token, **post)

    def _extract_comment_from_answers(self, question, answers):
        # The number 0 is an answer; core takes it for "nothing chosen".
        if question.survey_id.is_satisfaction and is_number(answers):
            answers = str(answers)
        return super()._extract_comment_from_answers(question, answers)
