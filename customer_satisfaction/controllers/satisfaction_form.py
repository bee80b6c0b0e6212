import re

from odoo.http import request

from odoo.addons.customer_complaint.controllers.public_form import TRAP

QUESTION = re.compile(r"q([0-9]{1,18})")
TEXT_LENGTH = 4000


def read_form(answer):
    """What was submitted, and what is wrong with it: two dicts by question.

    What is only missing is not wrong: see `_get_missing`.

    :param answer: whose survey is asked; may be a draft that is not stored
    """
    form = request.httprequest.form
    questions = answer.survey_id.question_ids
    given, wrong = {}, {}
    for question in questions:
        # PostgreSQL stores no NUL; line ends come as CR LF.
        values = [
            value.replace("\0", "").replace("\r\n", "\n").strip()
            for value in form.getlist(f"q{question.id}")
        ]
        if question.question_type == "multiple_choice":
            given[question] = list(filter(None, values))
            continue
        text = given[question] = "".join(values[:1])
        if len(values) > 1:
            wrong[question] = answer.env._("Please choose one answer only.")
        elif len(text) > TEXT_LENGTH:
            wrong[question] = answer.env._(
                "Please write at most %(length)s characters.", length=TEXT_LENGTH
            )
    if form.get(TRAP):
        wrong[questions[:1]] = answer.env._(
            "A field that stays empty was filled in. We have emptied it: please look "
            "at what you chose and send it again."
        )
    if _get_question_ids(form) - set(questions.ids):
        wrong[questions[:1]] = answer.env._(
            "The questions have changed meanwhile. Please look at your answers and "
            "send them again."
        )
    return given, wrong or answer._get_wrong(given)


def read_chosen(answer):
    """What a link in a message chose beforehand: shown as chosen, stored by nobody."""
    chosen = {}
    for question in answer.survey_id.question_ids:
        value = request.httprequest.args.get(f"q{question.id}", "")
        if value and question._is_closed() and question._is_possible_answer(value):
            many = question.question_type == "multiple_choice"
            chosen[question] = [value] if many else value
    return chosen


def _get_question_ids(form):
    return {int(match[1]) for key in form if (match := QUESTION.fullmatch(key))}
