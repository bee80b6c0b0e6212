"""What a message to a customer says, and what it lacks. Plain Python.

Meant to notice empty messages, not to judge style: better silent than wrong.
"""

import re

# Words that are not about the complaint: greetings, thanks, the name below.
_POLITE = re.compile(
    r"^(?:dear|hello|hi|good (?:morning|afternoon|evening|day)|kind|best|with kind|yours|"
    r"regards|sincerely|thanks?|thank you|many thanks|we (?:apologi[sz]e|are sorry)|"
    r"sorry|please (?:accept our apologies|be patient|bear with us|wait)|"
    r"尊敬的|亲爱的|您好|你好|谢谢|感谢|此致|敬礼|祝|顺祝|抱歉|对不起|请(?:您)?(?:耐心|稍)|"
    r"给您带来(?:的)?不便)",
    re.I,
)
_SENTENCE = re.compile(r"(?<=[.!?;])\s+|[。！？；\n]+")
_WORD = re.compile(r"[^\W\d_]{2,}|\d+", re.U)
_CHINESE = re.compile(r"[\u3400-\u9fff]")
# Words that say nothing about the matter, however many they are.
_SMALL = frozenset(
    "a about an and are as at be been complaint concern for has have i in is it its matter of on "
    "or our that the their them they this to us was we will with you your".split()
)
# Fewer words, or Chinese characters, than this beside the holding phrase say nothing.
_ENOUGH_WORDS = 4
_ENOUGH_CHINESE = 6

# How a text shows that it says something about it.
_SIGNS = {
    "cause": re.compile(
        r"\b(?:because|caused? by|the cause|due to|the reason|result(?:ed|s) from|"
        r"turned out|we found)\b|原因|由于|因为|经查|造成|导致",
        re.I,
    ),
    "measures": re.compile(
        r"\b(?:we (?:will|have|are going to|'ll|replace|repair|refund|send|credit)|"
        r"replac\w+|repair\w*|refund\w*|credit note|measures?|compensat\w+|"
        r"you (?:will )?(?:receive|get))\b|措施|更换|换货|维修|退款|补发|赔偿|补偿|将为您|安排",
        re.I,
    ),
}
# What news must contain, by the key a path chooses.
CONTENTS = {
    "plan": ("progress", "handling_mode", "department", "date"),
    "cause": ("cause", "measures", "date"),
    "measures": ("progress", "cause", "measures"),
}


def _plain(text):
    return " ".join(text.casefold().replace("’", "'").split())


def find_holding_phrase(text, phrases):
    """The phrase that is all a message says, or None when it says something else as well.

    :param str text: plain text, without what it quotes
    :param phrases: holding phrases of any language

    >>> find_holding_phrase("Dear Ann, we are investigating.", ["we are investigating"])
    'we are investigating'
    """
    found, words, chinese = None, 0, 0
    known = sorted({_plain(phrase) for phrase in phrases if phrase.strip()}, key=len)
    for sentence in _SENTENCE.split(text):
        sentence = _plain(sentence)
        # "Dear Ann, we look at it." greets and says something.
        if _POLITE.match(sentence):
            sentence = re.split("[,，:：]", sentence, maxsplit=1)[1:]
            sentence = sentence[0].strip() if sentence else ""
        for phrase in reversed(known):
            if phrase in sentence:
                found = found or phrase
                sentence = sentence.replace(phrase, " ")
        chinese += len(_CHINESE.findall(sentence))
        words += sum(
            word not in _SMALL for word in _WORD.findall(_CHINESE.sub(" ", sentence))
        )
    said = words >= _ENOUGH_WORDS or chinese >= _ENOUGH_CHINESE
    return found if found and not said else None


def find_lacking(text, contents, named, is_dated, is_holding):
    """Keys of what news must contain and the text does not show, in order.

    :param str contents: key of `CONTENTS`
    :param dict named: for "handling_mode" and "department" the words that name them; without
        words nothing is looked for
    :param bool is_dated: the message names or promises a date
    :param bool is_holding: it is nothing but a holding phrase
    """
    plain = _plain(text)
    signs = {
        "progress": bool(plain) and not is_holding,
        "date": is_dated,
        **{key: bool(sign.search(plain)) for key, sign in _SIGNS.items()},
        **{
            key: not words or any(_plain(word) in plain for word in words)
            for key, words in named.items()
        },
    }
    return [key for key in CONTENTS[contents] if not signs.get(key, True)]
