from markupsafe import Markup
from werkzeug.exceptions import MethodNotAllowed

from odoo.http import request

DOCTYPE = Markup("<!DOCTYPE html>\n")
# The page needs nothing from elsewhere, keeps its address to itself and is never kept.
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; img-src 'self' data: https:; "
    "style-src 'self' 'unsafe-inline'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'",
    "Referrer-Policy": "same-origin",
    "X-Robots-Tag": "noindex, nofollow",
}
# Where a captcha comes from.
CAPTCHA_HOSTS = {
    "recaptcha": "https://www.recaptcha.net https://www.google.com "
    "https://www.gstatic.com https://www.gstatic.cn",
    "turnstile": "https://challenges.cloudflare.com",
}


def refuse_options(*allowed):
    """Odoo routes OPTIONS to what takes POST, too, and asks it for no CSRF token.

    :param allowed: the methods of the address
    :raises MethodNotAllowed: for anything but POST
    """
    if request.httprequest.method != "POST":
        raise MethodNotAllowed(valid_methods=allowed)


def render_page(template, env, company, status=200, captchas=None, **values):
    """A light page that is complete in itself: no bundle, no script but that of a captcha.

    :param env: environment with the visitor's language
    :param company: whose name and logo stand above it
    :param dict captchas: public keys by name (keys of CAPTCHA_HOSTS)
    """
    lang = env["res.lang"]._get_data(code=env.lang or "en_US")
    html = env["ir.qweb"]._render(
        template,
        {
            "company": company.sudo(),  # name, logo and what it says to its customers
            "html_lang": (lang.code or "en_US").replace("_", "-"),
            "direction": lang.direction or "ltr",
            "csrf_token": request.csrf_token,
            "captchas": captchas or {},
            **values,
        },
    )
    headers = {"Content-Type": "text/html; charset=utf-8", **HEADERS}
    if captchas:
        hosts = " ".join(CAPTCHA_HOSTS[name] for name in captchas)
        headers["Content-Security-Policy"] += (
            f"; script-src 'self' {hosts}; frame-src {hosts}; connect-src {hosts}"
        )
    return request.make_response(
        DOCTYPE + html.strip(), list(headers.items()), status=status
    )
