import mimetypes
from urllib.parse import urlencode

import pytz
from babel.dates import format_date, format_datetime
from markupsafe import Markup
from werkzeug.exceptions import abort

from odoo import SUPERUSER_ID, fields, http
from odoo.exceptions import AccessError, MissingError
from odoo.fields import Domain
from odoo.http import content_disposition, request
from odoo.tools import get_lang
from odoo.tools.misc import babel_locale_parse, posix_to_ldml

from odoo.addons.portal.controllers.portal import pager

from ..models.complaint_public import MAX_FILES
from ..models.customer_complaint_stage import CLOSED_TYPES
from .public_form import ComplaintForm

PAGE_SIZE = 20
LIST_FIELDS = ("name", "title", "received_at", "closed_at", "stage_id")
SEARCH_LENGTH = 100
# A browser shows these without running anything in them; everything else is downloaded.
SHOWN_TYPES = ("image/png", "image/jpeg", "image/gif", "image/webp")


def get_text(value):
    """Text of a field, also where somebody sends a file instead."""
    return value.replace("\0", "").strip() if isinstance(value, str) else ""


class ComplaintPortal(ComplaintForm):
    """The customer's pages; a token opens one complaint. They show, and change nothing."""

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

    def _get_complaint_sortings(self):
        return {
            "newest": {"label": request.env._("Newest"), "order": "received_at desc"},
            "oldest": {"label": request.env._("Oldest"), "order": "received_at"},
            "status": {
                "label": request.env._("Status"),
                "order": "stage_id, received_at desc",
            },
        }

    def _get_complaint_filters(self):
        return {
            "all": {"label": request.env._("All"), "domain": []},
            "open": {
                "label": request.env._("Open"),
                "domain": [("stage_type", "not in", CLOSED_TYPES)],
            },
            "closed": {
                "label": request.env._("Closed"),
                "domain": [("stage_type", "in", CLOSED_TYPES)],
            },
        }

    def _get_complaint_inputs(self):
        """Where to search: fields by key."""
        return {
            "all": {
                "input": "all",
                "label": request.env._("Search in all"),
                "fields": ("name", "title", "description", "order_id.name"),
            },
            "number": {
                "input": "number",
                "label": request.env._("Search in number"),
                "fields": ("name",),
            },
            "text": {
                "input": "text",
                "label": request.env._("Search in what happened"),
                "fields": ("title", "description"),
            },
            "order": {
                "input": "order",
                "label": request.env._("Search in order"),
                "fields": ("order_id.name",),
            },
        }

    @http.route(
        ["/my/complaints", "/my/complaints/page/<int:page>"],
        type="http",
        auth="user",
        website=True,
        readonly=True,
    )
    def portal_my_complaints(
        self, page=1, sortby=None, filterby=None, search=None, search_in=None, **kwargs
    ):
        Complaint = request.env["customer.complaint"]
        if not Complaint.has_access("read"):
            return request.redirect("/my")
        sortings, filters = (
            self._get_complaint_sortings(),
            self._get_complaint_filters(),
        )
        inputs = self._get_complaint_inputs()
        # What is not offered is what somebody typed into the address.
        sortby = sortby if sortby in sortings else "newest"
        filterby = filterby if filterby in filters else "all"
        search_in = search_in if search_in in inputs else "all"
        search = get_text(search)[:SEARCH_LENGTH]
        domain = Domain(self._get_complaint_domain()) & Domain(
            filters[filterby]["domain"]
        )
        if search:
            domain &= Domain.OR(
                Domain(fname, "ilike", search) for fname in inputs[search_in]["fields"]
            )
        page_values = pager(
            url="/my/complaints",
            url_args={
                "sortby": sortby,
                "filterby": filterby,
                "search": search,
                "search_in": search_in,
            },
            total=Complaint.search_count(domain),
            page=page,
            step=PAGE_SIZE,
        )
        complaints = Complaint.search_fetch(
            domain,
            LIST_FIELDS,
            order=f"{sortings[sortby]['order']}, id desc",
            limit=PAGE_SIZE,
            offset=page_values["offset"],
        )
        request.session["my_complaints_history"] = complaints.ids
        return request.render(
            "customer_complaint.portal_my_complaints",
            {
                **self._prepare_portal_layout_values(),
                # sudo: read through the user's own rules; names of stages and dates are shown
                "rows": self._get_list_rows(complaints.sudo()),
                "page_name": "complaint",
                "pager": page_values,
                "default_url": "/my/complaints",
                "searchbar_sortings": sortings,
                "sortby": sortby,
                "searchbar_filters": filters,
                "filterby": filterby,
                "searchbar_inputs": inputs,
                "search_in": search_in,
                "search": search,
                "may_open": request.env.user._is_portal(),
            },
        )

    def _get_list_rows(self, complaints):
        """What the list shows of each complaint.

        The locale is parsed once: Odoo's widgets do it for each date, which is a quarter of the
        page.

        :return: list of dict with keys complaint, received, state (see `_get_told_state`, False:
            nothing is expected), moment
        """
        lang = get_lang(complaints.env)
        locale = babel_locale_parse(lang.code)
        day = posix_to_ldml(lang.date_format, locale=locale)
        expected = complaints._map_next_expected()
        rows = []
        for complaint in complaints:
            deadline = expected.get(complaint)
            received_at, due_at = (
                moment and fields.Datetime.context_timestamp(complaint, moment)
                for moment in (complaint.received_at, deadline and deadline.due_at)
            )
            rows.append(
                {
                    "complaint": complaint,
                    "received": format_date(received_at, day, locale),
                    "state": deadline and deadline._get_told_state(),
                    "moment": due_at
                    and format_datetime(due_at, "short", locale=locale),
                }
            )
        return rows

    def _get_complaint(self, complaint_id, access_token):
        """Complaint as superuser when the visitor may see it, else None.

        Also for whoever opened it with a form and has nothing but its key, see `_is_guest`. What
        was merged leads to the page of the complaint that goes on, whatever was asked of it; what
        the customer sends from the page of before goes over by itself.
        """
        try:
            complaint = self._document_check_access(
                "customer.complaint", complaint_id, access_token=access_token
            )
        except MissingError:
            return None
        except AccessError:
            complaint = request.env["customer.complaint"].browse(complaint_id)
            # As core does, once the key is compared.
            complaint = complaint.with_user(SUPERUSER_ID)
            return complaint if complaint._is_form_key(access_token) else None
        kept = complaint._get_kept()
        if kept != complaint and request.httprequest.method != "POST":
            # sudo: the same customer's; his old link is as good as the new one
            abort(request.redirect(kept.sudo().get_portal_url()))
        return complaint

    def _is_guest(self, complaint, access_token):
        """Whether the visitor has proved nothing but that he sent the form.

        He sees what he wrote and what we answered, and nothing that we know about the customer: he
        may have entered the e-mail address of somebody else.
        """
        return not self._as_visitor(complaint).has_access(
            "read"
        ) and complaint._is_form_key(access_token)

    def _get_page_url(self, complaint, access_token, path=""):
        """Address of the page, or of a part of it, with the key that the visitor came with."""
        query = f"?{urlencode({'access_token': access_token})}" if access_token else ""
        return f"/my/complaints/{complaint.id}{path}{query}"

    @http.route(
        "/my/complaints/<int:complaint_id>", type="http", auth="public", website=True
    )
    def portal_complaint_page(self, complaint_id, access_token=None, **kwargs):
        complaint = self._get_complaint(complaint_id, access_token)
        if not complaint:
            return request.redirect("/my")
        return self._render_complaint(complaint, access_token)

    def _render_complaint(
        self, complaint, access_token, error=None, draft=None, status=200
    ):
        if request.env.user._is_public():
            request.update_context(tz=self._get_form_tz(complaint.company_id))
        guest = self._is_guest(complaint, access_token)
        # Core's chatter names the customer and needs one.
        plain = guest or (request.env.user._is_public() and not complaint.partner_id)
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
                "asks_grade": complaint._asks_how_satisfied(),
                "confirmation": complaint.confirmation_ids[:1],
                "grades": complaint.confirmation_ids._fields[
                    "grade"
                ]._description_selection(request.env),
                "access_token": access_token,
                "offer": complaint._get_portal_solutions(),
                "documents": self._get_documents(complaint, access_token),
                "files": self._get_files(complaint, access_token),
                "order_name": complaint.order_reference
                or (not guest and complaint.order_id.name),
                # What a guest did not write himself is none of his business.
                "lines": [] if guest else complaint.line_ids,
                "messages": self._get_messages(complaint, access_token)
                if plain
                else None,
                "steps": complaint._get_further_steps(),
                "file_limit": MAX_FILES,
                "error": error,
            },
            "my_complaints_history",
            False,
        )
        return request.render(
            "customer_complaint.portal_complaint_page", values, status=status
        )

    def _as_visitor(self, complaint):
        """The complaint in the visitor's own rights: a link alone lets nobody speak for us."""
        return request.env["customer.complaint"].browse(complaint.id)

    def _get_clock(self):
        """Time zone in which a colleague enters a date."""
        user = request.env.user
        return pytz.timezone(user.tz or user.company_id.partner_id.tz or "UTC")

    # ------------------------------------------------------------------
    # Messages and files
    # ------------------------------------------------------------------
    def _get_messages(self, complaint, access_token):
        """Messages as a page without script shows them, newest first.

        :return: list of dict with keys author (None: the customer), date, body, files
        """
        guest = self._is_guest(complaint, access_token)
        return [
            {
                "author": None
                if not message.author_id or message.author_id.partner_share
                else message.author_id.name,
                "date": message.date,
                # Our messages hold the link of the customer himself.
                "body": Markup(
                    message.body.replace(complaint.access_token, access_token)
                )
                if guest
                else message.body,
                "files": message.attachment_ids.mapped("name"),
            }
            for message in complaint._get_portal_messages(guest)
        ]

    def _get_files(self, complaint, access_token):
        """Name and address of the files that came with messages the customer sees."""
        return [
            {
                "name": file.name,
                "url": self._get_page_url(complaint, access_token, f"/file/{file.id}"),
            }
            for file in complaint._get_portal_files(
                self._is_guest(complaint, access_token)
            )
        ]

    @http.route(
        "/my/complaints/<int:complaint_id>/file/<int:file_id>",
        type="http",
        auth="public",
        methods=["GET"],
        website=True,
    )
    def portal_complaint_file(self, complaint_id, file_id, access_token=None, **kwargs):
        complaint = self._get_complaint(complaint_id, access_token)
        if not complaint:
            return request.redirect("/my")
        guest = self._is_guest(complaint, access_token)
        file = complaint._get_portal_files(guest).filtered(lambda f: f.id == file_id)
        if not file:
            raise request.not_found()
        return (
            request.env["ir.binary"]
            ._get_stream_from(file)
            .get_response(as_attachment=file.mimetype not in SHOWN_TYPES)
        )

    def _get_documents(self, complaint, access_token):
        """Kind, name and address of what the customer may download now."""
        if self._is_guest(complaint, access_token):
            return []
        names = {"customer_sheet": request.env._("Complaint sheet")}
        if complaint.outcome_at:
            names["feedback"] = request.env._("Feedback report")
        return [
            {
                "kind": kind,
                "name": name,
                "url": self._get_page_url(complaint, access_token, f"/document/{kind}"),
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
