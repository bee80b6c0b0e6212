"""Finds dates that a text names, so that a promise is not overlooked. Plain Python.

Meant to warn, not to decide: better silent about an odd wording than a warning at every price.
"""

import re
from datetime import date, timedelta

# A date without a year that lies up to this long ago is a past one, not one of next year.
PAST = timedelta(days=183)

_MONTHS = (
    "jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|(?-i:May)|june?|july?|aug(?:ust)?|"
    "sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?"
)
_MONTH_NUMBER = {
    name: index + 1
    for index, name in enumerate(
        "jan feb mar apr may jun jul aug sep oct nov dec".split()
    )
}
_DAYS = (
    "(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?(?!\\w)|"
    "weekend|week|month"
)
_NUMBER = (
    r"(?:\d{1,3}|an?|one|two|three|four|five|six|seven|eight|ten|twelve|"
    r"(?:a )?few|(?:a )?couple of)"
)
_UNTIL = r"(?:by|until|till?|before|on|not later than|no later than|bis|am|zum|vor)"
_CN_NUMBER = "(?:\\d{1,3}|[一二两三四五六七八九十几]{1,3})"

_FULL = [
    (re.compile(r"(?<![\w/.-])(20\d\d)([-/.])(\d{1,2})\2(\d{1,2})(?![\w/-])"), "y m d"),
    (
        re.compile(r"(?<![\w/.-])(\d{1,2})([-/.])(\d{1,2})\2(20\d\d|\d\d)(?![\w/-])"),
        "d m y",
    ),
]
_CN_FULL = re.compile(r"(?:(20\d\d)\s*年\s*)?(\d{1,2})\s*月\s*(\d{1,2})\s*[日号]")
_SLASH = re.compile(
    rf"(?:\b{_UNTIL}\s+(?:the\s+)?)?(?<![\w/.,-])(\d{{1,2}})/(\d{{1,2}})"
    r"(?![\w/])(?!\s*(?:mm|cm|%|€|EUR))",
    re.I,
)
_DOTTED = re.compile(
    rf"(?:(?:\b{_UNTIL}\s+|^\s*|[(:]\s*))(\d{{1,2}})\.(\d{{1,2}})\.(?!\d)",
    re.I | re.M,
)
_NAMED = [
    re.compile(
        rf"\b(?P<m>{_MONTHS})\.?\s+(?P<d>\d{{1,2}})(?:st|nd|rd|th)?(?:,?\s+(?P<y>20\d\d))?"
        r"(?![\w:])",
        re.I,
    ),
    re.compile(
        rf"(?<![\w.,-])(?P<d>\d{{1,2}})(?:st|nd|rd|th)?\.?\s+(?:of\s+)?(?P<m>{_MONTHS})\b"
        r"\.?(?:,?\s+(?P<y>20\d\d))?",
        re.I,
    ),
]
_RELATIVE = [
    re.compile(pattern, re.I)
    for pattern in (
        r"\b(?:the )?day after tomorrow\b|\btomorrow\b",
        r"\b(?:later|by|until|before the end of) today\b",
        r"\b(?:by |at |before |until )?the end of (?:the|this|next) "
        r"(?:day|week|month|year)\b",
        rf"\b(?:by|until|till?|before|on|next|this|coming)\s+(?:next\s+|this\s+|coming\s+)?"
        rf"(?:{_DAYS})\b(?!\s+(?:ago|we received))",
        rf"\b(?:in|within)\s+(?:the\s+next\s+|about\s+|at most\s+)?{_NUMBER}\s*"
        r"(?:(?:working|business|calendar)\s+)?"
        r"(?:min(?:ute)?s?|h|hrs?|hours?|days?|weeks?|months?)\b",
        r"\b(?:by|until|till?|before)\s+(?:noon|\d{1,2}(?::\d\d|\s*(?:am|pm|o'clock)))",
        "大?后天|明[天早晚日]|今[天日晚](?:之内|以内|内|下班前|晚上|[^，。]{0,4}前)",
        "(?:下|本|这)个?(?:周|星期|礼拜|月)(?:[一二三四五六日天末底])?(?:之前|以前|前|内)?",
        "(?<![上每一二两三四五六七八九十几个\\d])(?:周|星期|礼拜)[一二三四五六日天末]"
        "(?:之前|以前|前)?",
        f"{_CN_NUMBER}\\s*个?\\s*(?:工作日|工作天|小时|钟头|分钟|天|日|周|星期|礼拜|月)"
        "(?:之内|以内|内|后|之后|以后)",
        "(?:[本下]?月底|年底|周末)(?:之前|以前|前)",
    )
]


def find_dates(text, today):
    """Words of `text` that name a day or time to come, in their order.

    Dates of the past do not count; of one without a year the nearest is meant.

    :param str text: plain text, without what it quotes
    :param date today: the writer's day

    >>> find_dates("We received it on 2026-11-02 and call you by Friday.", date(2026, 11, 22))
    ['by Friday']
    """
    found = [
        match
        for matches in (
            _find_full(text, today),
            _find_short(text, today),
            *(pattern.finditer(text) for pattern in _RELATIVE),
        )
        for match in matches
    ]
    words, end = [], 0
    for match in sorted(found, key=lambda m: (m.start(), -m.end())):
        if match.start() >= end:
            words.append(" ".join(match.group().split()).strip("(: "))
            end = match.end()
    return words


def _find_full(text, today):
    """Dates with a year, and dates with the name of a month."""
    for pattern, order in _FULL:
        for match in pattern.finditer(text):
            first, middle, last = (int(match[group]) for group in (1, 3, 4))
            if order == "y m d":
                readings = [(first, middle, last)]
            else:
                year = last + 2000 if last < 100 else last
                readings = [(year, middle, first), (year, first, middle)]
            if any(_is_to_come(*reading, today) for reading in readings):
                yield match
    for match in _CN_FULL.finditer(text):
        year, month, day = (int(part) if part else None for part in match.groups())
        if _is_to_come(year, month, day, today):
            yield match
    for pattern in _NAMED:
        for match in pattern.finditer(text):
            month = _MONTH_NUMBER[match["m"][:3].lower()]
            year = int(match["y"]) if match["y"] else None
            if _is_to_come(year, month, int(match["d"]), today):
                yield match


def _find_short(text, today):
    """Day and month as numbers only, where nothing says that it is a price or a share."""
    for match in _SLASH.finditer(text):
        day, month = int(match[1]), int(match[2])
        # 2/3 of the price and 24/7 are no dates, 30/11 and "by 2/3" are.
        is_introduced = not match.group()[0].isdigit()
        if (day, month) == (24, 7) or not (is_introduced or max(day, month) > 12):
            continue
        if _is_to_come(None, month, day, today) or _is_to_come(None, day, month, today):
            yield match
    for match in _DOTTED.finditer(text):
        if _is_to_come(None, int(match[2]), int(match[1]), today):
            yield match


def _is_to_come(year, month, day, today):
    """Whether it is a day, and not one of the past."""
    for candidate in [year] if year else [today.year, today.year + 1]:
        try:
            moment = date(candidate, month, day)
        except ValueError:
            continue
        if year or moment >= today - PAST:
            return moment >= today
    return False
