import logging
import re
import time
import uuid
from dataclasses import dataclass

import pytz

from odoo import SUPERUSER_ID, http
from odoo.exceptions import AccessError, MissingError, UserError
from odoo.http import request
from odoo.tools import format_datetime
from odoo.tools.misc import hash_sign, verify_hash_signed

from odoo.addons.portal.controllers.portal import CustomerPortal

from ..models.complaint_public import FORM_LENGTHS, MAX_FILES
from ..tools.uploads import MAX_FILE_SIZE
from .public_page import refuse_options, render_page

_logger = logging.getLogger(__name__)

SCOPE = "customer_complaint-form"
# What the visitor does, as captchas call it.
CAPTCHA_ACTION = "complaint"
# Nobody reads and fills in the form within this time.
FILL_SECONDS = 3
OPEN_HOURS = 48
MAX_REQUEST = MAX_FILES * MAX_FILE_SIZE + 1024 * 1024
# A field that people do not see and programs fill in.
TRAP = "homepage"
LINE = re.compile(r"line([0-9]{1,9})")


@dataclass
class Entry:
    """Where a form stands, and what login or link of the visitor prove about him."""

    company: object
    action: str
    team: object = None
    partner: object = None
    order: object = None
    back: str = ""
    access_token: str = ""

    def proved(self):
        """Values for `_open_from_form` that are not for the visitor to choose."""
        return {
            "company_id": self.company.id,
            "team_id": self.team.id if self.team else False,
            "partner_id": self.partner.id if self.partner else False,
            "order_id": self.order.id if self.order else False,
        }


def read_files(name):
    """Files of the current request under a field name: list of (name, content)."""
    files = []
    for file in request.httprequest.files.getlist(name):
        if file.filename:
            # A repeated request finds the file read already.
            file.stream.seek(0)
            # One byte more than allowed is enough to refuse it.
            files.append((file.filename, file.stream.read(MAX_FILE_SIZE + 1)))
    return files


def read_text(name, length):
    """Text of the current request, cut where it is longer than anybody may write."""
    text = request.httprequest.form.get(name) or ""
    # PostgreSQL stores no NUL; line ends come as CR LF.
    text = text.replace("\0", "").replace("\r\n", "\n").strip()
    return text[: length + 1]


class ComplaintForm(CustomerPortal):
    """One page on which a customer opens a complaint; it needs no script.

    GET shows and never writes; POST saves and leads to a page that can be loaded again.
    """

    def _document_check_access(self, model_name, document_id, access_token=None):
        # Core fails over a token that no token can be: other than ASCII, or a file.
        if not isinstance(access_token, str) or not access_token.isascii():
            access_token = None
        return super()._document_check_access(model_name, document_id, access_token)

    # ------------------------------------------------------------------
    # Without a login
    # ------------------------------------------------------------------
    @http.route(
        ["/complaint/new", "/complaint/new/<string:team_token>"],
        type="http",
        auth="public",
        methods=["GET"],
        sitemap=False,
        readonly=True,
    )
    def form_show(self, team_token=None, lang=None, **kwargs):
        entry = self._get_public_entry(team_token)
        return self._render_complaint_form(entry) if entry else self._render_no_form()

    @http.route(
        ["/complaint/new", "/complaint/new/<string:team_token>"],
        type="http",
        auth="public",
        methods=["POST"],
        sitemap=False,
        csrf=False,  # see _take_complaint_form
        max_content_length=MAX_REQUEST,
    )
    def form_send(self, team_token=None, **kwargs):
        refuse_options("GET", "POST")
        entry = self._get_public_entry(team_token)
        return self._take_complaint_form(entry) if entry else self._render_no_form()

    def _get_public_entry(self, team_token):
        """The public form, or None where there is none."""
        company, team = request.env.company, None
        if team_token is not None:
            # sudo: the token is the right; it opens the form and nothing of the team
            team = (
                request.env["customer.complaint.team"]
                .sudo()
                .search([("form_token", "=", team_token.replace("\0", ""))])
            )
            if not team:
                return None
            company = team.company_id or company
        if not company.sudo().complaint_form:  # a setting, no secret
            return None
        user = request.env.user
        return Entry(
            company,
            action=f"/complaint/new/{team_token}" if team else "/complaint/new",
            team=team,
            partner=user.partner_id if user._is_portal() else None,
        )

    # ------------------------------------------------------------------
    # With a login, or the link to an order
    # ------------------------------------------------------------------
    @http.route(
        "/my/complaints/new",
        type="http",
        auth="user",
        methods=["GET"],
        readonly=True,
    )
    def form_show_customer(self, lang=None, **kwargs):
        entry = self._get_customer_entry()
        return self._render_complaint_form(entry) if entry else request.redirect("/my")

    @http.route(
        "/my/complaints/new",
        type="http",
        auth="public",
        methods=["POST"],
        csrf=False,  # see _take_complaint_form
        max_content_length=MAX_REQUEST,
    )
    def form_send_customer(self, **kwargs):
        refuse_options("GET", "POST")
        entry = self._get_customer_entry()
        if request.env.user._is_public():
            # Signed out meanwhile: what he wrote is kept where the form is open to everybody.
            entry = self._get_public_entry(None)
        return self._take_complaint_form(entry) if entry else request.redirect("/my")

    def _get_customer_entry(self):
        user = request.env.user
        if not user._is_portal():
            return None
        return Entry(
            request.env.company,
            action="/my/complaints/new",
            partner=user.partner_id,
            back="/my/complaints",
        )

    @http.route(
        "/my/orders/<int:order_id>/complaint",
        type="http",
        auth="public",
        methods=["GET"],
        readonly=True,
    )
    def form_show_order(self, order_id, access_token=None, lang=None, **kwargs):
        entry = self._get_order_entry(order_id, access_token)
        return self._render_complaint_form(entry) if entry else request.redirect("/my")

    @http.route(
        "/my/orders/<int:order_id>/complaint",
        type="http",
        auth="public",
        methods=["POST"],
        csrf=False,  # see _take_complaint_form
        max_content_length=MAX_REQUEST,
    )
    def form_send_order(self, order_id, access_token=None, **kwargs):
        refuse_options("GET", "POST")
        entry = self._get_order_entry(order_id, access_token)
        return self._take_complaint_form(entry) if entry else request.redirect("/my")

    def _get_order_entry(self, order_id, access_token):
        """The form about an order, for whoever may see the order; None for everybody else."""
        user = request.env.user
        try:
            order = self._document_check_access("sale.order", order_id, access_token)
        except (AccessError, MissingError):
            return None
        if order.state != "sale" or user._is_internal():
            return None
        partner = order.partner_id
        # Whoever orders for his company complains for himself.
        if (
            user._is_portal()
            and user.partner_id.commercial_partner_id == partner.commercial_partner_id
        ):
            partner = user.partner_id
        return Entry(
            order.company_id,
            action=f"/my/orders/{order.id}/complaint",
            partner=partner,
            order=order,
            back=f"/my/orders/{order.id}",
            access_token=access_token or "",
        )

    # ------------------------------------------------------------------
    # Taking a form
    # ------------------------------------------------------------------
    def _take_complaint_form(self, entry):
        """Open a complaint and lead to its thanks page, or show the form with what is wrong.

        The CSRF token and a captcha are checked here and not by Odoo's routing: whom they refuse
        finds again what he wrote.
        """
        # The system registers: a visitor has no rights and no address to write from.
        Complaint = (
            request.env["customer.complaint"]
            .with_user(SUPERUSER_ID)
            .with_company(entry.company)
            .with_context(
                lang=self._get_form_lang(), tz=self._get_form_tz(entry.company)
            )
        )
        stamp = self._read_stamp()
        values = self._read_complaint_form(Complaint, entry)
        key = stamp and stamp["key"]
        opened = Complaint._find_by_form_key(key)
        if opened and self._is_from_our_page():
            return self._lead_to_thanks(opened)
        files = read_files("files")
        refusals = Complaint._get_form_refusals(values, files)
        if refusals:
            error = None
        elif error := self._refuse_program(stamp) or self._refuse_captcha(entry):
            pass
        elif self._is_too_often(entry, Complaint._get_form_email(values)):
            return self._render_complaint_form(
                entry, values, error=self._say_wait(entry), status=429
            )
        if refusals or error:
            return self._render_complaint_form(
                entry, values, refusals, error, 422, stamp=stamp, had_files=bool(files)
            )
        try:
            with request.env.cr.savepoint():
                complaint = Complaint._open_from_form(
                    {**values, "form_key": key}, files
                )
        except UserError as refusal:
            return self._render_complaint_form(
                entry,
                values,
                error=str(refusal),
                status=422,
                stamp=stamp,
                had_files=bool(files),
            )
        return self._lead_to_thanks(complaint)

    def _read_complaint_form(self, Complaint, entry):
        """What the visitor wrote, and what is proved about him; nothing else is taken."""
        values = {
            fname: read_text(fname, length) for fname, length in FORM_LENGTHS.items()
        }
        for fname in ("name", "email", "reference"):
            values[fname] = " ".join(values[fname].split())
        values.update(entry.proved(), anonymous=False, lines={})
        if entry.partner:
            values.update(name="", email="", reference="")
        elif self._allows_anonymous(entry) and request.httprequest.form.get(
            "anonymous"
        ):
            # Nothing that tells who it is, whatever else stands in the form.
            values.update(anonymous=True, name="", email="", reference="")
        if entry.order:
            values["lines"] = self._read_lines()
        return values

    def _read_lines(self):
        """Quantity by id of the order lines that were ticked; 0: all of it."""
        form = request.httprequest.form
        lines = {}
        for field in form:
            if match := LINE.fullmatch(field):
                try:
                    quantity = float(form.get(f"quantity{match[1]}") or 0)
                except ValueError:
                    quantity = 0
                # Not a number is not greater than anything.
                lines[int(match[1])] = quantity if quantity > 0 else 0
        return lines

    def _allows_anonymous(self, entry):
        company = entry.company.sudo()  # a setting, no secret
        return company.complaint_allow_anonymous and not entry.partner

    def _new_stamp(self):
        """Key of a form and when it was opened, signed."""
        return {"key": uuid.uuid4().hex, "at": time.time()}

    def _sign_stamp(self, stamp):
        # sudo: the secret of the database
        return hash_sign(
            request.env(su=True), SCOPE, stamp, expiration_hours=OPEN_HOURS
        )

    def _read_stamp(self):
        """The stamp of the form that was sent, None when it is forged or too old."""
        try:
            stamp = verify_hash_signed(
                request.env(su=True),  # see _sign_stamp
                SCOPE,
                request.httprequest.form.get("stamp") or "",
            )
        except (ValueError, OverflowError):
            return None
        return stamp if isinstance(stamp, dict) else None

    def _is_from_our_page(self):
        """Whether the CSRF token of this session came along."""
        token = request.httprequest.form.get("csrf_token") or ""
        # Core fails over other characters.
        return token.isascii() and request.validate_csrf(token)

    def _say_open_long(self):
        return request.env._(
            "This page was open for very long. Please look at what you wrote and send it "
            "again."
        )

    def _refuse_program(self, stamp):
        """Sentence for what a program sent, which a person can send once more; None: all right."""
        if not stamp or not self._is_from_our_page():
            return self._say_open_long()
        if request.httprequest.form.get(TRAP):
            return request.env._(
                "A field that stays empty was filled in. We have emptied it: please look "
                "at what you wrote and send it again."
            )
        if time.time() - stamp["at"] < FILL_SECONDS:
            return request.env._(
                "That was very quick. Please look at what you wrote and send it again."
            )
        return None

    def _get_captcha_keys(self, entry):
        """Public keys of the captchas that are installed and set up, by name."""
        if entry.partner:
            return {}
        info = request.env["ir.http"].get_frontend_session_info()
        keys = {
            "recaptcha": info.get("recaptcha_public_key"),
            "turnstile": info.get("turnstile_site_key"),
        }
        return {name: key for name, key in keys.items() if key}

    def _refuse_captcha(self, entry):
        """Sentence for whom a captcha takes for a program; None: all right, or there is none."""
        if not self._get_captcha_keys(entry):
            return None
        try:
            request.env["ir.http"]._verify_request_recaptcha_token(CAPTCHA_ACTION)
        except UserError as refusal:
            _logger.info("Complaint form: %s", refusal)
            company = entry.company.sudo()  # what it says to its customers
            return request.env._(
                "We could not make sure that a person sends this. Please send it once "
                "more, in a browser that allows scripts, or write to %(address)s.",
                address=company.email or company.name,
            )
        return None

    def _is_too_often(self, entry, email):
        # sudo: nobody reads or writes what is counted
        Hit = request.env["customer.complaint.form.hit"].sudo()
        limit = entry.company.sudo().complaint_form_limit  # a setting, no secret
        hits = [("address", Hit._get_network(request.httprequest.remote_addr))]
        if email:
            hits.append(("email", email))
        if entry.partner:
            hits.append(("partner", entry.partner.id))
        return max(Hit._count(*hit) for hit in hits) > limit

    def _say_wait(self, entry):
        return request.env._(
            "We have received many complaints from you within one hour. Please come back "
            "in an hour with the next one, or write to %(address)s.",
            address=entry.company.sudo().email or entry.company.sudo().name,
        )

    def _lead_to_thanks(self, complaint):
        request.session["complaint_form_id"] = complaint.id
        return request.redirect("/complaint/thanks")

    @http.route(
        "/complaint/thanks",
        type="http",
        auth="public",
        methods=["GET"],
        sitemap=False,
        readonly=True,
    )
    def form_thanks(self, **kwargs):
        """Number, link and date of the answer, for the browser that sent the form."""
        # sudo: the session says that this browser opened it
        complaint = (
            request.env["customer.complaint"]
            .sudo()
            .browse(request.session.get("complaint_form_id") or [])
            .exists()
        )
        if not complaint:
            return request.redirect("/complaint/new")
        complaint = complaint.with_context(lang=self._get_form_lang())
        expected = complaint._get_next_expected()
        tz = self._get_form_tz(complaint.company_id)
        path = self._get_form_page_url(complaint)
        return render_page(
            "customer_complaint.form_thanks",
            complaint.env,
            complaint.company_id,
            complaint=complaint,
            path=path,
            # Who is signed in finds the page under his account; nobody else opens its address.
            url="access_token" in (path or "") and complaint.get_base_url() + path,
            answer_by=expected
            and format_datetime(
                complaint.env, expected.due_at, tz=tz, dt_format="short"
            ),
            tz=tz,
        )

    def _get_form_page_url(self, complaint):
        """The page for whoever sent the form: without what we know about the customer.

        False once the key of the form opens nothing more.
        """
        if request.env["customer.complaint"].browse(complaint.id).has_access("read"):
            return f"/my/complaints/{complaint.id}"
        key = complaint.form_key
        return key and f"/my/complaints/{complaint.id}?access_token={key}"

    # ------------------------------------------------------------------
    # Pages
    # ------------------------------------------------------------------
    def _get_form_lang(self):
        """Language that the visitor chose, else that of his login or browser."""
        installed = dict(request.env["res.lang"].get_installed())
        chosen = request.httprequest.values.get("lang")
        return chosen if chosen in installed else request.env.lang or "en_US"

    def _get_form_tz(self, company):
        """Time zone of the visitor: of his login, of his browser where we know it, else ours."""
        told = request.cookies.get("tz")
        return (
            request.env.user.tz
            or (told if told in pytz.all_timezones_set else None)
            or company.sudo().partner_id.tz  # a setting, no secret
            or "UTC"
        )

    def _render_complaint_form(
        self,
        entry,
        values=None,
        refusals=None,
        error=None,
        status=200,
        stamp=None,
        had_files=False,
    ):
        lang = self._get_form_lang()
        env = request.env(context={**request.env.context, "lang": lang})
        orders = []
        if entry.partner and not entry.order:
            orders = self._get_form_orders(entry)
        Complaint = env["customer.complaint"]
        return render_page(
            "customer_complaint.form_new",
            env,
            entry.company,
            status,
            captchas=self._get_captcha_keys(entry),
            captcha_action=CAPTCHA_ACTION,
            entry=entry,
            values=values or {"lines": {}},
            refusals=refusals or {},
            error=error,
            stamp=self._sign_stamp(stamp or self._new_stamp()),
            had_files=had_files,
            trap=TRAP,
            lengths=FORM_LENGTHS,
            max_files=MAX_FILES,
            max_size=MAX_FILE_SIZE // 1024 // 1024,
            allows_anonymous=self._allows_anonymous(entry),
            lines=Complaint._get_lines_to_tick(entry.order) if entry.order else [],
            orders=orders,
            langs=env["res.lang"].get_installed(),
            lang=lang,
            extra=f"&access_token={entry.access_token}" if entry.access_token else "",
        )

    def _get_form_orders(self, entry):
        """The customer's last orders, as far as he may see them himself."""
        Order = request.env["sale.order"]
        if not Order.has_access("read"):
            return Order
        family = entry.partner.commercial_partner_id
        return Order.search(
            [("partner_id", "child_of", family.id), ("state", "=", "sale")],
            order="date_order desc",
            limit=5,
        )

    def _render_no_form(self):
        return render_page(
            "customer_complaint.form_unknown", request.env, request.env.company, 404
        )
