import logging
import re

from werkzeug.exceptions import MethodNotAllowed

from odoo import fields, http
from odoo.exceptions import UserError
from odoo.http import request
from odoo.tools import format_date

from odoo.addons.customer_complaint.controllers.public_page import render_page

_logger = logging.getLogger(__name__)

# Of an answer, or the ticket of an anonymous survey.
TOKEN = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{64}")
QUESTION = re.compile(r"q([0-9]{1,18})")
TEXT_LENGTH = 4000


class SatisfactionPage(http.Controller):
    """The customer's own page behind his link: GET shows and never writes, POST saves.

    Whoever holds the link answers; no login. The page comes in the language in which the
    customer was asked, whatever the browser prefers.
    """

    @http.route(
        "/satisfaction/<string:token>",
        type="http",
        auth="public",
        methods=["GET"],
        readonly=True,
        sitemap=False,
    )
    def satisfaction_show(self, token, **kwargs):
        answer = self._get_answer(token)
        if refusal := self._refuse(answer):
            return refusal
        return self._render_form(answer, answer._get_given_answers())

    @http.route(
        "/satisfaction/<string:token>",
        type="http",
        auth="public",
        methods=["POST"],
        sitemap=False,
        max_content_length=256 * 1024,
    )
    def satisfaction_save(self, token, **kwargs):
        if request.httprequest.method != "POST":
            # Odoo routes OPTIONS here, too, and asks it for no CSRF token.
            raise MethodNotAllowed(valid_methods=["GET", "POST"])
        answer = self._get_answer(token)
        if refusal := self._refuse(answer):
            return refusal
        answer._lock_for_answer()
        given, refusals = self._read_form(answer)
        error = answer._get_early_refusal()
        if not refusals and not error:
            error = self._save(answer, given)
        if refusals or error:
            return self._render_form(answer, given, refusals, error)
        return self._render(
            "customer_satisfaction.page_thanks", answer, is_low=answer._is_low()
        )

    def _save(self, answer, given):
        """Save what was submitted; the sentence that is shown when that is refused."""
        user = request.env.user
        by_staff = user._is_internal() and not answer.is_anonymous
        try:
            with request.env.cr.savepoint():
                if by_staff:
                    answer._check_not_said_by_customer()
                answer._save_satisfaction(
                    given, "staff" if by_staff else "link", user if by_staff else None
                )
        except UserError as refused:
            if by_staff:
                return str(refused)
            # Said to colleagues; the customer can do nothing about it.
            _logger.info("Answer %s refused.", answer.id, exc_info=True)
            return answer.env._(
                "We could not save your answer. Please write it to us instead; we read it."
            )
        return None

    # ------------------------------------------------------------------
    # The answer behind a link
    # ------------------------------------------------------------------
    def _get_answer(self, token):
        """Answer as superuser, in the customer's language; empty for a forged link."""
        Answer = request.env["survey.user_input"]
        if not TOKEN.fullmatch(token):
            return Answer.sudo()
        answer = Answer._find_by_link(token)
        return answer.with_context(lang=answer._get_answer_lang()) if answer else answer

    def _refuse(self, answer):
        """The page that is shown instead of the questions, or None."""
        if not answer:
            return self._render("customer_satisfaction.page_unknown", answer, 404)
        if answer.is_anonymous and answer.state == "done":
            return self._render("customer_satisfaction.page_used", answer, 410)
        if answer._is_expired():
            return self._render("customer_satisfaction.page_expired", answer, 410)
        if not answer.survey_id._is_light():
            return request.redirect(answer.get_start_url())
        return None

    def _read_form(self, answer):
        """What was submitted, and what is wrong with it: two dicts by question."""
        form = request.httprequest.form
        questions = answer.survey_id.question_ids
        given, refusals = {}, {}
        for question in questions:
            values = form.getlist(f"q{question.id}")
            # PostgreSQL stores no NUL; line ends come as CR LF.
            text = "".join(values[:1]).replace("\0", "").replace("\r\n", "\n").strip()
            given[question] = text
            if len(values) > 1:
                refusals[question] = answer.env._("Please choose one answer only.")
            elif len(text) > TEXT_LENGTH:
                refusals[question] = answer.env._(
                    "Please write at most %(length)s characters.", length=TEXT_LENGTH
                )
        foreign = {
            int(match[1]) for key in form if (match := QUESTION.fullmatch(key))
        } - set(questions.ids)
        if foreign:
            refusals[questions[:1]] = answer.env._(
                "The questions have changed meanwhile. Please look at your answers and "
                "send them again."
            )
        return given, refusals or answer._get_refusals(given)

    # ------------------------------------------------------------------
    # Pages
    # ------------------------------------------------------------------
    def _render_form(self, answer, given, refusals=None, error=None):
        refusals = refusals or {}
        user = request.env.user
        return self._render(
            "customer_satisfaction.page_form",
            answer,
            422 if refusals or error else 200,
            questions=answer.survey_id.question_ids,
            given=given,
            refusals=refusals,
            error=error,
            low_grade=answer._get_low_grade(),
            colleague=user.name
            if user._is_internal() and not answer.is_anonymous
            else None,
            text_length=TEXT_LENGTH,
        )

    def _render(self, template, answer, status=200, **values):
        env = answer.env
        company = answer.company_id or answer.survey_id.company_id or env.company
        return render_page(
            template,
            env,
            company,
            status,
            answer=answer,
            complaint=answer.complaint_id,
            until=self._format_day(answer, answer.deadline),
            format_day=self._format_day,
            **values,
        )

    def _format_day(self, answer, moment):
        """A moment as a day in the customer's language and time zone."""
        if not moment:
            return ""
        timed = answer.with_context(tz=answer.partner_id.tz or "UTC")
        return format_date(
            timed.env,
            fields.Datetime.context_timestamp(timed, moment),
            date_format="long",
        )
