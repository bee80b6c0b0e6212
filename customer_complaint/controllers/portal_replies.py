import logging

import pytz

from odoo import fields, http
from odoo.exceptions import UserError
from odoo.http import request
from odoo.tools import plaintext2html

from ..models.complaint_told import Promised
from ..models.customer_complaint_deadline import KEPT_BY
from .portal import ComplaintPortal, get_text
from .public_form import MAX_REQUEST, read_files, read_text
from .public_page import refuse_options

_logger = logging.getLogger(__name__)

COMMENT_LENGTH = 4000


class ComplaintPortalReplies(ComplaintPortal):
    """What is said on the customer's page: by him, and by colleagues to him. All are POST."""

    # ------------------------------------------------------------------
    # Messages
    # ------------------------------------------------------------------
    @http.route(
        "/my/complaints/<int:complaint_id>/message",
        type="http",
        auth="public",
        methods=["POST"],
        website=True,
        csrf=False,  # checked below: what was written is kept
        max_content_length=MAX_REQUEST,
    )
    def portal_complaint_message(self, complaint_id, access_token=None, **kwargs):
        """What the customer writes on his page without a login, and photos."""
        refuse_options("POST")
        complaint = self._get_complaint(complaint_id, access_token)
        # Everybody with a login writes in his own name, in the chatter.
        if not complaint or not request.env.user._is_public():
            return request.redirect("/my")
        text = read_text("body", COMMENT_LENGTH)[:COMMENT_LENGTH]
        if not self._is_from_our_page():
            return self._render_complaint(
                complaint, access_token, self._say_open_long(), {"message": text}, 400
            )
        try:
            with request.env.cr.savepoint():
                complaint.with_context(lang=request.env.lang)._say_on_page(
                    text and plaintext2html(text),
                    read_files("files"),
                    guest=self._is_guest(complaint, access_token),
                )
        except UserError as refusal:
            return self._render_complaint(
                complaint, access_token, str(refusal), {"message": text}
            )
        return request.redirect(
            self._get_page_url(complaint, access_token) + "#messages"
        )

    @http.route(
        "/my/complaints/<int:complaint_id>/answer",
        type="http",
        auth="user",
        methods=["POST"],
        website=True,
        max_content_length=256 * 1024,
    )
    def portal_complaint_answer(self, complaint_id, access_token=None, **draft):
        """A colleague answers on the customer's page and says by when he comes back."""
        refuse_options("POST")
        complaint = self._get_complaint(complaint_id, access_token)
        if not complaint or not self._as_visitor(complaint)._may_answer():
            return request.redirect("/my")
        error = None
        try:
            with request.env.cr.savepoint():
                self._answer_with_date(self._as_visitor(complaint), draft)
        except UserError as refusal:
            error = str(refusal)
        if error:
            return self._render_complaint(complaint, access_token, error, draft)
        return request.redirect(complaint.get_portal_url())

    def _answer_with_date(self, complaint, draft):
        """Post a message that promises a date.

        :param dict draft: body, due_at (as an input field of a page gives it), commitment, kept_by
        :raises UserError: something is missing or the date is none to come
        """
        body = get_text(draft.get("body"))[:COMMENT_LENGTH]
        try:
            local = fields.Datetime.to_datetime(
                get_text(draft.get("due_at")).replace("T", " ")
            )
            due_at = local and self._get_clock().localize(local).astimezone(pytz.utc)
        except (ValueError, OverflowError):
            due_at = None
        if not body or not due_at:
            raise UserError(
                request.env._("Please enter a message and the date you promise.")
            )
        text = get_text(draft.get("commitment"))
        kept_by = draft.get("kept_by")
        promised = Promised(
            fields.Datetime.to_string(due_at),
            text[:COMMENT_LENGTH] or complaint._get_news_label(),
            kept_by if kept_by in dict(KEPT_BY) else "telling",
        )
        recipients = complaint._message_get_default_recipients()[complaint.id]
        complaint.with_context(
            complaint_tells="update", complaint_promised=promised
        ).message_post(
            body=plaintext2html(body),
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
            partner_ids=recipients["partner_ids"],
            outgoing_email_to=recipients["email_to"],
        )

    # ------------------------------------------------------------------
    # Confirmation
    # ------------------------------------------------------------------
    @http.route(
        "/my/complaints/<int:complaint_id>/confirm",
        type="http",
        auth="public",
        methods=["POST"],
        website=True,
        csrf=False,  # checked below: what was written is kept
        max_content_length=256 * 1024,
    )
    def portal_complaint_confirm(
        self, complaint_id, access_token=None, solved=None, grade=None, comment="", **kw
    ):
        refuse_options("POST")
        complaint = self._get_complaint(complaint_id, access_token)
        if not complaint:
            return request.redirect("/my")
        # PostgreSQL stores no NUL.
        comment = get_text(comment)[:COMMENT_LENGTH]
        draft = {"comment": comment, "grade": grade}
        if not self._is_from_our_page():
            return self._render_complaint(
                complaint, access_token, self._say_open_long(), draft, 400
            )
        error = self._check_confirmation(complaint, solved, grade)
        if not error:
            try:
                with request.env.cr.savepoint():
                    complaint._confirm_by_customer(solved, grade, comment)
            except UserError:
                # Said to colleagues; the customer can do nothing about it.
                _logger.info(
                    "Confirmation of %s refused.", complaint.name, exc_info=True
                )
                error = request.env._(
                    "We could not record your answer. Please write us a message below; we "
                    "read it."
                )
        if error:
            return self._render_complaint(complaint, access_token, error, draft)
        return request.redirect(self._get_page_url(complaint, access_token))

    def _check_confirmation(self, complaint, solved, grade):
        """Sentence that says what is wrong with an answer, or None."""
        if request.env.user._is_internal():
            return request.env._(
                "You are signed in as a colleague, and this page is the customer's. Use "
                "Record confirmation in the complaint for what the customer told you."
            )
        if not complaint._can_customer_confirm():
            return request.env._(
                "This question is answered already, or we have not sent you an outcome "
                "yet. Write us a message below instead."
            )
        if solved not in ("solved", "not_solved"):
            return request.env._("Please choose whether it is solved.")
        if grade and grade not in ("1", "2", "3", "4", "5"):
            return request.env._("Please choose one of the five grades.")
        if solved == "solved" and not grade and complaint._asks_how_satisfied():
            return request.env._("Please choose how satisfied you are.")
        return None

    # ------------------------------------------------------------------
    # Offered solutions
    # ------------------------------------------------------------------
    @http.route(
        "/my/complaints/<int:complaint_id>/solution",
        type="http",
        auth="public",
        methods=["POST"],
        website=True,
        max_content_length=256 * 1024,
    )
    def portal_complaint_solution(
        self, complaint_id, access_token=None, choice=None, suggestion="", **kwargs
    ):
        """The customer accepts one of the offered solutions, rejects them, or suggests another."""
        refuse_options("POST")
        complaint = self._get_complaint(complaint_id, access_token)
        if not complaint:
            return request.redirect("/my")
        user = request.env.user
        suggestion = get_text(suggestion)[:COMMENT_LENGTH]
        error = None
        if user._is_internal():
            error = request.env._(
                "You are signed in as a colleague, and this page is the customer's. Use "
                "Record answer in the solution for what the customer told you."
            )
        else:
            try:
                with request.env.cr.savepoint():
                    complaint.with_context(lang=request.env.lang)._answer_offer(
                        choice,
                        suggestion,
                        author=None if user._is_public() else user.partner_id,
                        guest=self._is_guest(complaint, access_token),
                    )
            except UserError as refusal:
                error = str(refusal)
        if error:
            return self._render_complaint(
                complaint, access_token, error, {"suggestion": suggestion}
            )
        return request.redirect(
            self._get_page_url(complaint, access_token) + "#solutions"
        )
