import logging
import mimetypes
from urllib.parse import urlencode

import pytz
from werkzeug.exceptions import MethodNotAllowed, abort

from odoo import fields, http
from odoo.exceptions import AccessError, MissingError, UserError
from odoo.http import content_disposition, request
from odoo.tools import plaintext2html

from odoo.addons.portal.controllers.portal import CustomerPortal, pager

from ..models.complaint_told import Promised
from ..models.customer_complaint_deadline import KEPT_BY

_logger = logging.getLogger(__name__)

PAGE_SIZE = 20
COMMENT_LENGTH = 4000


class ComplaintPortal(CustomerPortal):
    """The customer's pages. GET shows, POST changes; a token opens one complaint."""

    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        if "complaint_count" in counters:
            Complaint = request.env["customer.complaint"]
            values["complaint_count"] = (
                Complaint.search_count(self._get_complaint_domain(), limit=1)
                if Complaint.has_access("read")
                else 0
            )
        return values

    def _get_complaint_domain(self):
        # Colleagues too see here only what concerns their company as a customer.
        commercial = request.env.user.partner_id.commercial_partner_id
        # What was merged or was a duplicate is dealt with under another number.
        return [
            ("commercial_partner_id", "=", commercial.id),
            ("merged_into_id", "=", False),
        ]

    @http.route(
        ["/my/complaints", "/my/complaints/page/<int:page>"],
        type="http",
        auth="user",
        website=True,
        readonly=True,
    )
    def portal_my_complaints(self, page=1, **kwargs):
        Complaint = request.env["customer.complaint"]
        if not Complaint.has_access("read"):
            return request.redirect("/my")
        domain = self._get_complaint_domain()
        page_values = pager(
            url="/my/complaints",
            total=Complaint.search_count(domain),
            page=page,
            step=PAGE_SIZE,
        )
        complaints = Complaint.search(
            domain,
            order="received_at desc, id desc",
            limit=PAGE_SIZE,
            offset=page_values["offset"],
        )
        return request.render(
            "customer_complaint.portal_my_complaints",
            {
                **self._prepare_portal_layout_values(),
                # sudo: read through the user's own rules; names of stage and colleague are shown
                "complaints": complaints.sudo(),
                "page_name": "complaint",
                "pager": page_values,
                "default_url": "/my/complaints",
            },
        )

    def _get_complaint(self, complaint_id, access_token):
        """Complaint as superuser when the visitor may see it, else None.

        What was merged leads to the page of the complaint that goes on, whatever was asked of it.
        """
        try:
            complaint = self._document_check_access(
                "customer.complaint", complaint_id, access_token=access_token
            )
        except (AccessError, MissingError):
            return None
        if (kept := complaint._get_kept()) != complaint:
            # sudo: the same customer's; his old link is as good as the new one
            abort(request.redirect(kept.sudo().get_portal_url()))
        return complaint

    @http.route(
        "/my/complaints/<int:complaint_id>", type="http", auth="public", website=True
    )
    def portal_complaint_page(self, complaint_id, access_token=None, **kwargs):
        complaint = self._get_complaint(complaint_id, access_token)
        if not complaint:
            return request.redirect("/my")
        return self._render_complaint(complaint, access_token)

    def _render_complaint(self, complaint, access_token, error=None, draft=None):
        values = self._get_page_view_values(
            complaint,
            access_token,
            {
                "page_name": "complaint",
                "complaint": complaint,
                "timeline": complaint._get_portal_timeline(),
                "dates": complaint._get_portal_dates(),
                "may_answer": self._as_visitor(complaint)._may_answer(),
                "draft": draft or {},
                "clock": self._get_clock().zone,
                "contact_person": complaint._get_contact_person(),
                # Colleagues do not answer in the customer's name.
                "may_confirm": not request.env.user._is_internal(),
                "can_confirm": complaint._can_customer_confirm(),
                "confirmation": complaint.confirmation_ids[:1],
                "grades": complaint.confirmation_ids._fields[
                    "grade"
                ]._description_selection(request.env),
                "access_token": access_token,
                "documents": self._get_documents(complaint, access_token),
                "error": error,
            },
            "my_complaints_history",
            False,
        )
        return request.render("customer_complaint.portal_complaint_page", values)

    def _as_visitor(self, complaint):
        """The complaint in the visitor's own rights: a link alone lets nobody speak for us."""
        return request.env["customer.complaint"].browse(complaint.id)

    def _get_clock(self):
        """Time zone in which a colleague enters a date."""
        user = request.env.user
        return pytz.timezone(user.tz or user.company_id.partner_id.tz or "UTC")

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
        if request.httprequest.method != "POST":
            # Odoo routes OPTIONS here, too, and asks it for no CSRF token.
            raise MethodNotAllowed(valid_methods=["POST"])
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
        body = (draft.get("body") or "").replace("\0", "").strip()[:COMMENT_LENGTH]
        try:
            local = fields.Datetime.to_datetime(
                (draft.get("due_at") or "").replace("T", " ")
            )
            due_at = local and self._get_clock().localize(local).astimezone(pytz.utc)
        except (ValueError, OverflowError):
            due_at = None
        if not body or not due_at:
            raise UserError(
                request.env._("Please enter a message and the date you promise.")
            )
        text = (draft.get("commitment") or "").replace("\0", "").strip()
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

    def _get_documents(self, complaint, access_token):
        """Kind, name and address of what the customer may download now."""
        names = {"customer_sheet": request.env._("Complaint sheet")}
        if complaint.outcome_at:
            names["feedback"] = request.env._("Feedback report")
        query = f"?{urlencode({'access_token': access_token})}" if access_token else ""
        return [
            {
                "kind": kind,
                "name": name,
                "url": f"/my/complaints/{complaint.id}/document/{kind}{query}",
            }
            for kind, name in names.items()
        ]

    @http.route(
        "/my/complaints/<int:complaint_id>/document/<string:kind>",
        type="http",
        auth="public",
        methods=["GET"],
        website=True,
    )
    def portal_complaint_document(
        self, complaint_id, kind, access_token=None, **kwargs
    ):
        complaint = self._get_complaint(complaint_id, access_token)
        if not complaint:
            return request.redirect("/my")
        offered = self._get_documents(complaint, access_token)
        if kind not in [document["kind"] for document in offered]:
            raise request.not_found()
        name, content, extension = complaint._render_document(kind)
        return request.make_response(
            content,
            headers=[
                ("Content-Type", mimetypes.types_map[f".{extension}"]),
                ("Content-Disposition", content_disposition(name)),
            ],
        )

    @http.route(
        "/my/complaints/<int:complaint_id>/confirm",
        type="http",
        auth="public",
        methods=["POST"],
        website=True,
        max_content_length=256 * 1024,
    )
    def portal_complaint_confirm(
        self, complaint_id, access_token=None, solved=None, grade=None, comment="", **kw
    ):
        if request.httprequest.method != "POST":
            # Odoo routes OPTIONS here, too, and asks it for no CSRF token.
            raise MethodNotAllowed(valid_methods=["POST"])
        complaint = self._get_complaint(complaint_id, access_token)
        if not complaint:
            return request.redirect("/my")
        error = self._check_confirmation(complaint, solved, grade)
        if not error:
            # PostgreSQL stores no NUL.
            comment = (comment or "").replace("\0", "").strip()[:COMMENT_LENGTH]
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
            return self._render_complaint(complaint, access_token, error=error)
        return request.redirect(complaint.get_portal_url())

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
        if solved == "solved" and not grade:
            return request.env._("Please choose how satisfied you are.")
        return None
