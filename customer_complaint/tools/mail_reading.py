"""What an incoming e-mail says about itself, apart from its text. Plain Python.

Headers are read as they came: the parsers of the standard library may fail on what
strangers write into them.
"""

import io
import mimetypes
import os
import re
from datetime import datetime, timedelta, timezone
from email.message import EmailMessage
from email.utils import getaddresses, parsedate_to_datetime
from typing import NamedTuple

from markupsafe import Markup
from PIL import Image

from odoo.tools.mimetypes import guess_mimetype

# Bytes of one file in a letter; mail servers accept about as much for the whole letter.
MAX_MAIL_FILE = 25 * 1024 * 1024
MAX_FILES = 100
MAX_SUBJECT = 200
MAX_TEXT = 20_000
# A letter that claims to be older was given a wrong date by some server on its way.
MAX_AGE = timedelta(days=366)

# Programs that answer by themselves say so in one of these.
RESPONDER_HEADERS = frozenset(
    "x-autoreply x-auto-reply x-autorespond x-autoresponder x-autoreply-from "
    "x-mail-autoreply".split()
)
RESPONDER_PRECEDENCE = frozenset(("auto_reply", "auto-reply"))
# People's letters look like that, too: alone these only say that nobody waits for thanks.
MACHINE_PRECEDENCE = frozenset(("bulk", "junk", "list"))
MACHINE_SENDER = re.compile(r"\b(mailer-daemon|postmaster)@")
MACHINE_SUBJECT = re.compile(
    r"\s*(automatic reply|auto[- ]?reply|autoreply|out of (the )?office"
    r"|automatische antwort|abwesenheitsnotiz|r[ée]ponse automatique"
    r"|respuesta autom[áa]tica|risposta automatica|automatisch antwoord"
    r"|自动回复|自動回覆|自動返信)",
    re.IGNORECASE,
)
REPLY_PREFIX = re.compile(
    r"^\s*((re|fwd?|aw|wg|antw|sv|vs|tr|rv|rif|回复|回覆|答复|转发|轉寄)(\[\d+\])?\s*[:：]\s*)+",
    re.IGNORECASE,
)
# What stands between a number and the words around it.
AROUND_NUMBERS = re.compile(r"[\s\[\]()<>{}「」【】（）:：,，;；。#\"'!?！？]+")
ASCII_NUMBER = re.compile(r"[A-Za-z0-9][A-Za-z0-9/_.\-]*[0-9]")
# Before the sender in the text of a letter that a colleague passed on.
FORWARDED_FROM = frozenset("from von de da van 发件人 寄件者 差出人".split())
# Not text, and neither PostgreSQL nor XML take it.
NO_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
# Proofs of the sender that mail programs check; nobody opens them.
SIGNATURE_FILES = (".p7s", ".p7m", ".asc", ".sig")


class Letter(NamedTuple):
    """What is known of an e-mail while a complaint takes it in.

    A key of the context; who calls from outside cannot make one.
    """

    received_at: datetime
    written_by: str = "person"
    forwarded_from: tuple = ()
    is_first: bool = False


def read_letter(message, now):
    """Letter of an e-mail.

    :param EmailMessage message: as it came
    :param datetime now: UTC without time zone
    """
    return Letter(
        received_at=read_received_at(message, now),
        written_by=read_author_kind(message),
        forwarded_from=read_attached_sender(message),
    )


def get_header(message, name):
    """First header of that name as it came, unfolded; "" when there is none."""
    for key, value in message.raw_items():
        if key.lower() == name:
            return " ".join(str(value).split())
    return ""


def read_received_at(message, now):
    """When the last server took the e-mail: the topmost Received header, else now.

    :return: UTC without time zone, never later than `now`
    """
    stamp = get_header(message, "received").rpartition(";")[2]
    try:
        received_at = parsedate_to_datetime(stamp)
        if received_at.tzinfo:
            received_at = received_at.astimezone(timezone.utc)
        received_at = received_at.replace(tzinfo=None, microsecond=0)
    except (TypeError, ValueError, IndexError, OverflowError):
        return now
    return received_at if now - MAX_AGE < received_at < now else now


def read_author_kind(message):
    """Who wrote: "person", "machine" (nobody to thank) or "responder" (answers by itself).

    A letter that is taken for an automatic answer is lost, so its headers must say so.
    """
    submitted = get_header(message, "auto-submitted").lower()
    headers = {key.lower() for key in message.keys()}
    precedence = get_header(message, "precedence").lower()
    no_way_back = get_header(message, "return-path") == "<>"
    is_report = (
        get_header(message, "content-type").lower().startswith("multipart/report")
    )
    looks_automatic = bool(
        precedence in MACHINE_PRECEDENCE
        or MACHINE_SENDER.search(get_header(message, "from").lower())
        or MACHINE_SUBJECT.match(read_subject(message))
    )
    if (
        submitted.startswith("auto-replied")
        or RESPONDER_HEADERS & headers
        or precedence in RESPONDER_PRECEDENCE
        or (no_way_back and (is_report or looks_automatic))
    ):
        return "responder"
    if no_way_back or looks_automatic or (submitted and not submitted.startswith("no")):
        return "machine"
    return "person"


def read_subject(message):
    """Subject in plain characters; as it came where it cannot be decoded."""
    try:
        return clean_text(str(message.get("subject") or ""))
    except Exception:  # noqa: BLE001 the header parser of the standard library is fragile
        return clean_text(get_header(message, "subject"))


def is_good_news(message):
    """Whether a report says that an e-mail arrived, waits or was read: no bounce."""
    kind = get_header(message, "content-type").lower()
    if "disposition-notification" in kind:
        return True
    actions = re.findall(
        rb"^Action:\s*(\w+)", _as_bytes(message), re.IGNORECASE | re.MULTILINE
    )
    return bool(actions) and all(action.lower() != b"failed" for action in actions)


def read_attached_sender(message):
    """Name and address of who wrote the first letter that is attached to this one, or ()."""
    for part in message.walk():
        if part.get_content_type() == "message/rfc822":
            inner = part.get_payload()
            if isinstance(inner, list) and inner:
                return _read_address(get_header(inner[0], "from"))
    return ()


def read_forwarded_sender(text):
    """Name and address of who wrote first, in the text of a letter passed on, or ().

    >>> read_forwarded_sender("FYI\\n\\nVon: Ann Lee <ann@example.com>\\nBetreff: x")
    ('Ann Lee', 'ann@example.com')
    """
    for line in (text or "").splitlines():
        word, _colon, sender = line.replace("：", ":").partition(":")
        if "@" in sender and word.strip("> *\t\xa0\u3000").lower() in FORWARDED_FROM:
            # Some programs write "Ann Lee [mailto:ann@example.com]".
            sender = re.sub(
                r"\[(?:mailto:)?([^\[\]\s@]+@[^\[\]\s@]+)\]", r"<\1>", sender
            )
            return _read_address(sender.strip("* \t"))
    return ()


def _read_address(text):
    # Cut: the parser of the standard library goes down into each bracket.
    pairs = [pair for pair in getaddresses([text[:400]]) if "@" in pair[1].strip("@")]
    return (clean_text(pairs[0][0]).strip(), clean_text(pairs[0][1])) if pairs else ()


def find_numbers(subject):
    """Words of a subject that can be the number of a complaint; at most twenty.

    >>> find_numbers("回复：您的投诉CC/2026/00042")
    ['您的投诉CC/2026/00042', 'CC/2026/00042']
    """
    words = []
    for word in AROUND_NUMBERS.split(clean_text(subject or "")[:1000]):
        words += [word.strip(".-_/")] + ASCII_NUMBER.findall(word)
    numbers = [word for word in words if any(sign.isdigit() for sign in word)]
    return list(dict.fromkeys(numbers))[:20]


def clean_subject(subject):
    """Subject without what mail programs put before it.

    >>> clean_subject("AW: Fwd: 回复：Door cracked")
    'Door cracked'
    """
    words = " ".join(clean_text(subject or "").split())
    return REPLY_PREFIX.sub("", words)[:MAX_SUBJECT].strip()


def clean_text(text):
    """Text without signs that a database or a page cannot take."""
    return NO_TEXT.sub("", text)


def repair_charsets(message):
    """Let parts whose charset nobody knows be read as UTF-8.

    :return: whether there was one
    """
    repaired = False
    for part in message.walk():
        charset = part.get_content_charset()
        if not charset or part.is_multipart():
            continue
        try:
            "".encode(charset)
        except (LookupError, ValueError):
            part.set_param("charset", "utf-8")
            repaired = True
    return repaired


# ----------------------------------------------------------------------
# Files
# ----------------------------------------------------------------------
def _as_bytes(content, charset=None):
    """Content of a part as bytes, whatever the parser made of it."""
    if isinstance(content, EmailMessage):
        try:
            return content.as_bytes()
        except Exception:  # noqa: BLE001 broken letters inside letters are no reason to fail
            return str(content.get_payload()).encode("utf-8", "replace")
    if isinstance(content, str):
        try:
            return content.encode(charset or "utf-8")
        except (LookupError, ValueError):
            return content.encode("utf-8", "replace")
    return bytes(content)


def read_file(name, content, info):
    """Name and bytes of an attachment; a name without an ending gets the one of its content."""
    raw = _as_bytes(content, (info or {}).get("encoding"))
    name = re.split(r"[\\/]", clean_text(name or ""))[-1].strip() or "attachment"
    if isinstance(content, EmailMessage) and not name.lower().endswith(".eml"):
        name = f"{name}.eml"
    elif not os.path.splitext(name)[1]:
        name += mimetypes.guess_extension(guess_mimetype(raw)) or ""
    return name, raw


def is_signature_file(name):
    """Whether a file only proves who sent the letter."""
    return name.lower().endswith(SIGNATURE_FILES)


def is_winmail(name, raw):
    """Whether a file is a packet that only Outlook opens (TNEF)."""
    return name.lower() == "winmail.dat" or raw.startswith(b"\x78\x9f\x3e\x22")


def is_decoration(raw):
    """Whether a picture shown in the text is a logo, icon or line, and no evidence.

    Logos are small files and flat; a photo or screenshot in the text is neither.
    """
    if len(raw) <= 4 * 1024:
        return True
    if len(raw) > 80 * 1024:
        return False
    try:
        width, height = Image.open(io.BytesIO(raw)).size
    except Exception:  # noqa: BLE001 what is no picture is kept
        return False
    return height <= 160 or width <= 64


def drop_pictures(body, cids):
    """Body without the pictures that are shown by these content ids."""
    if not cids:
        return body
    names = "|".join(re.escape(cid) for cid in cids)
    picture = re.compile(rf"<img\b[^>]*\bsrc=[\"']cid:(?:{names})[\"'][^>]*>")
    return Markup(picture.sub("", str(body)))
