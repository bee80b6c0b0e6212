import logging
import re

from markupsafe import Markup

from odoo import fields, http
from odoo.exceptions import UserError
from odoo.http import request
from odoo.tools import file_open, format_date
from odoo.tools.image import image_data_uri

from odoo.addons.customer_complaint.controllers.public_page import (
    refuse_options,
    render_page,
)

from .satisfaction_form import TEXT_LENGTH, TRAP, read_chosen, read_form

_logger = logging.getLogger(__name__)

TOKEN = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{64}")
# What the way of an answer reads of its company, which has hundreds of fields.
COMPANY_FIELDS = (
    "name",
    "email",
    "partner_id",
    "uses_default_logo",
    "complaint_reopen_grade",
    "satisfaction_follow_up",
    "satisfaction_follow_up_csat",
    "satisfaction_follow_up_nps",
    "satisfaction_follow_up_worst",
)
# The page is complete in itself but for one style sheet: two requests.
STYLE = Markup(
    re.sub(
        r"\s+",
        " ",
        file_open("customer_satisfaction/static/src/public/satisfaction.css").read(),
    )
)


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
        chosen = read_chosen(answer)
        given = {**answer._get_given_answers(), **chosen}
        return self._render_form(answer, given, is_chosen=bool(chosen))

    @http.route(
        "/satisfaction/<string:token>",
        type="http",
        auth="public",
        methods=["POST"],
        sitemap=False,
        max_content_length=256 * 1024,
    )
    def satisfaction_save(self, token, **kwargs):
        refuse_options("GET", "POST")
        answer = self._get_answer(token)
        if refusal := self._refuse(answer):
            return refusal
        given, wrong = read_form(answer)
        if wrong:
            return self._render_form(answer, given, wrong)
        return self._take(answer, given)

    def _take(self, answer, given):
        """Save what was submitted: all of it, or what is there so far.

        :param dict given: value by question, as `read_form` gives it, nothing of it wrong
        """
        answer._lock_for_answer()
        later = (
            "later" in request.httprequest.form
            and answer.state != "done"
            and not answer.survey_id.is_anonymous
        )
        missing = {} if later else answer._get_missing(given)
        error = answer._get_early_refusal() or self._save(
            answer, given, is_whole=not (missing or later)
        )
        if missing or error or later:
            return self._render_form(
                answer, given, missing, error, is_missing=bool(missing), is_kept=later
            )
        return self._render(
            "customer_satisfaction.page_thanks",
            answer,
            is_low=answer.complaint_id and answer._is_low(),
            colleague=request.env.user._is_internal() and not answer.is_anonymous,
        )

    def _save(self, answer, given, is_whole):
        """Save what was submitted; the sentence that is shown when that is refused.

        What is not whole is kept and does not count.
        """
        user = request.env.user
        by_staff = user._is_internal() and not answer.is_anonymous
        try:
            with request.env.cr.savepoint():
                if by_staff:
                    answer._check_not_said_by_customer()
                if is_whole:
                    answer._save_satisfaction(
                        given,
                        "staff" if by_staff else "link",
                        user if by_staff else None,
                    )
                else:
                    answer._keep_so_far(given)
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
        if not answer:
            return answer
        self._get_company(answer).fetch(COMPANY_FIELDS)
        return answer.with_context(lang=answer._get_answer_lang())

    def _get_company(self, answer):
        """The company in whose name the customer is asked."""
        company = answer.company_id or answer.survey_id.company_id or answer.env.company
        return company.sudo()  # name, logo and what it says to its customers

    def _refuse(self, answer):
        """The page that is shown instead of the questions, or None."""
        if not answer:
            return self._render("customer_satisfaction.page_unknown", answer, 404)
        if answer.survey_id.is_anonymous and answer.state == "done":
            return self._render("customer_satisfaction.page_used", answer, 410)
        if answer._is_expired():
            return self._render("customer_satisfaction.page_expired", answer, 410)
        if not answer.survey_id.is_light:
            return request.redirect(answer.get_start_url())
        return None

    # ------------------------------------------------------------------
    # Pages
    # ------------------------------------------------------------------
    def _render_form(self, answer, given, refusals=None, error=None, **values):
        """The questions.

        :param dict given: value by question, shown as chosen
        :param dict refusals: sentence by question
        :param values: `is_chosen` chosen beforehand by a link, `is_missing` refused only
            for what is missing, `is_kept` kept for later
        """
        user = request.env.user
        return self._render(
            "customer_satisfaction.page_form",
            answer,
            422 if refusals or error else 200,
            action=request.httprequest.path,
            given=given,
            low=answer._get_low_values(given if refusals else None)
            if answer.survey_id.low_comment != "none"
            else {},
            refusals=refusals or {},
            error=error,
            colleague=user.name
            if user._is_internal() and not answer.is_anonymous
            else None,
            text_length=TEXT_LENGTH,
            trap=TRAP,
            **{
                **dict.fromkeys(("is_chosen", "is_missing", "is_kept"), False),
                **values,
            },
        )

    def _render(self, template, answer, status=200, **values):
        company = self._get_company(answer)
        return render_page(
            template,
            answer.env,
            company,
            status,
            style=STYLE,
            logo=self._get_logo(company),
            answer=answer,
            complaint=answer.complaint_id,
            until=self._format_day(answer, answer.deadline),
            format_day=self._format_day,
            **values,
        )

    def _get_logo(self, company):
        """The logo as a part of the page; empty where there is none of one's own."""
        # sudo by the caller: everybody sees it on every letter
        if company.uses_default_logo or not company.logo_web:
            return ""
        return image_data_uri(company.logo_web)

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
