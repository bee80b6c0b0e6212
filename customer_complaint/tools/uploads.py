"""Which files a customer may send. Plain Python."""

import os

MAX_FILE_SIZE = 10 * 1024 * 1024
# A complaint needs pictures, documents and recordings; everything else is refused.
ACCEPTED_EXTENSIONS = frozenset(
    "bmp gif heic heif jpeg jpg png tif tiff webp "  # pictures
    "csv doc docx eml msg odp ods odt pdf ppt pptx rtf txt xls xlsx "  # documents
    "3gp aac amr avi m4a mkv mov mp3 mp4 ogg wav webm".split()  # recordings
)
# First bytes of programs, whatever the file is called: Windows, Linux, macOS, script.
REFUSED_SIGNATURES = (
    b"MZ",
    b"\x7fELF",
    b"\xcf\xfa\xed\xfe",
    b"\xca\xfe\xba\xbe",
    b"#!",
)


def refusal(name, size, head, limit=MAX_FILE_SIZE):
    """Why a file is not accepted: "size", "kind", or None when it is.

    :param str name: file name as the sender gave it
    :param int size: bytes
    :param bytes head: the first bytes of the content
    :param int limit: bytes; e-mails bring larger files than pages

    >>> refusal("crack.GIF", 1000, b"GIF89a"), refusal("run.exe. ", 10, b"")
    (None, 'kind')
    """
    if size > limit:
        return "size"
    # Some systems drop dots and blanks at the end of a name.
    extension = os.path.splitext((name or "").rstrip(". "))[1].lstrip(".").lower()
    if extension not in ACCEPTED_EXTENSIONS or head.startswith(REFUSED_SIGNATURES):
        return "kind"
    return None
