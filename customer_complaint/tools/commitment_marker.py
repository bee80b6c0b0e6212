"""The place in a message where the promised date stands. Plain Python.

A template marks it with `<span class="o_complaint_commitment">…</span>`; a class is what every
editor and sanitizer leaves alone.
"""

import re

from markupsafe import Markup, escape

MARKER = "o_complaint_commitment"
_OPENING = re.compile(rf'<span\b[^>]*\bclass="[^"]*\b{MARKER}\b[^"]*"[^>]*>')
_SPAN = re.compile(r"</?span\b[^>]*>")


def has_marker(html):
    """Whether a date is to be written into `html`."""
    return bool(html) and bool(_OPENING.search(html))


def fill_marker(html, text, keep=False):
    """Write `text` wherever `html` has the marker, and leave everything else as it is.

    :param str text: plain text
    :param bool keep: leave the marker around the text, so that it can be written anew
    :return: Markup

    >>> str(fill_marker('By <span class="o_complaint_commitment"><span>x</span></span>.', "1 May"))
    'By 1 May.'
    """
    parts, at = [], 0
    while opening := _OPENING.search(html, at):
        inner_end, end = _find_end(html, opening.end())
        parts.append(html[at : opening.start()])
        parts.append(opening.group() if keep else "")
        parts.append(str(escape(text)))
        parts.append(html[inner_end:end] if keep else "")
        at = end
    return Markup("".join([*parts, html[at:]]))


def _find_end(html, start):
    """Where the content of a span that begins at `start` ends, and where its closing tag does."""
    depth = 1
    for tag in _SPAN.finditer(html, start):
        if tag.group().endswith("/>"):
            continue
        depth += -1 if tag.group().startswith("</") else 1
        if not depth:
            return tag.start(), tag.end()
    return start, start
