"""Words and phrases in what customers write. No database."""

import re
import unicodedata

# Scripts without spaces between words.
UNSPACED = r"\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
# A letter or digit beside which a word is part of a longer one.
LETTER = rf"[^\W{UNSPACED}]"


def normalize(text):
    """Text in which upper case, full-width forms and line breaks make no difference."""
    return " ".join(unicodedata.normalize("NFKC", text or "").casefold().split())


def occurs(word, text):
    """Whether a word or phrase, not a part of a word, stands in a text; both normalized."""
    if not word or word not in text:
        return False
    if re.search(f"[{UNSPACED}]", word):
        return True
    return re.search(rf"(?<!{LETTER}){re.escape(word)}(?!{LETTER})", text) is not None
