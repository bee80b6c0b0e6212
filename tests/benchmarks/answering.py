"""What an answer costs over HTTP, from the link to the thanks, beside the survey app's own page.

Both surveys ask the same eight questions. The subjects take turns.
"""

import json
import re

from measuring import Cost, dominant, fresh, statements, summary, tell
from werkzeug.test import Client

from odoo import http

KINDS = {
    "simple_choice": ["3", "3"],
    "multiple_choice": ["1 2"],
    "scale": ["3", "3", "3"],
    "char_box": ["Words"],
    "text_box": ["More words, a line of them."],
}
CHOICES = 5


def run(registry, sizes):
    """Answer `answers` times each, in `rounds` rounds."""
    rounds, count = sizes["rounds"], sizes["answers"]
    with fresh(registry) as env:
        core, ours = _survey(env, {}), _survey(env, {"is_satisfaction": True})
        ours.question_ids[0].satisfaction_metric = "csat"
        links = iter(
            [
                ours._create_answer(email=f"c{at}@example.com").get_start_url()
                for at in range((count + 1) * rounds + 3)
            ]
        )
        token = core.access_token
        given = {"core": _given(core), "ours": _given(ours)}
        env.cr.commit()
    subjects = {
        "core survey": lambda: _answer_core(token, given["core"]),
        "satisfaction page": lambda: _answer(next(links), given["ours"]),
    }
    costs = {name: [] for name in subjects}
    for _round in range(rounds):
        for name, work in subjects.items():
            work()  # caches of the registry are warm then
            for _time in range(count):
                with Cost() as cost:
                    work()
                costs[name].append(cost)
    for name, work in subjects.items():
        tell(
            "answering",
            name,
            beside=min(cost.wall for cost in costs["core survey"]),
            dominant=dominant(work),
            statements=statements(work),
            **summary(costs[name]),
        )


def _survey(env, values):
    return env["survey.survey"].create(
        {
            "title": "Bench survey",
            "survey_type": "survey",
            "questions_layout": "one_page",
            "access_mode": "token" if values else "public",
            "question_and_page_ids": [
                (0, 0, _question(kind, sequence))
                for sequence, kind in enumerate(
                    kind for kind, given in KINDS.items() for _one in given
                )
            ],
            **values,
        }
    )


def _question(kind, sequence):
    choices = CHOICES if kind.endswith("choice") else 0
    return {
        "title": f"Question {sequence}",
        "sequence": sequence,
        "question_type": kind,
        "suggested_answer_ids": [
            (0, 0, {"value": f"Choice {grade}", "satisfaction_grade": grade})
            for grade in range(1, choices + 1)
        ],
    }


def _given(survey):
    """What is chosen and written, by question, as the pages send it."""
    answers = {}
    for question in survey.question_ids:
        [text, *_same] = KINDS[question.question_type]
        if options := question.suggested_answer_ids:
            chosen = [str(options[int(place)].id) for place in text.split()]
            many = question.question_type == "multiple_choice"
            answers[question.id] = chosen if many else chosen[0]
        else:
            answers[question.id] = text
    return answers


def _answer(link, given):
    """Open the link, send the form."""
    browser = Client(http.root)
    page = browser.get(link).text
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)[1]
    form = {f"q{key}": value for key, value in given.items()}
    thanks = browser.post(link, data={"csrf_token": token, **form})
    if "Thank you" not in thanks.text:
        raise RuntimeError(f"{thanks.status} instead of thanks")


def _answer_core(survey, given):
    """Open the survey, which makes an answer and redirects to it; begin; submit."""
    browser = Client(http.root)
    page = browser.get(f"/survey/start/{survey}", follow_redirects=True)
    token = page.request.path.rsplit("/", 1)[1]
    for step, values in (("begin", {}), ("submit", given)):
        sent = browser.post(
            f"/survey/{step}/{survey}/{token}",
            data=json.dumps({"jsonrpc": "2.0", "method": "call", "params": values}),
            content_type="application/json",
        )
    result = sent.json.get("result")
    if not result or "error" in result[1]:
        raise RuntimeError(f"{sent.json} instead of thanks")
