"""What the pages about scores cost, asked as the web client asks."""

import json

import filling
from measuring import Cost, dominant, fresh, statements, summary, tell

from odoo.tools.json import json_default

QUESTIONS = 17


def run(registry, people, sizes):
    """Look at the scores and the key drivers of a survey of 17 scored questions."""
    with fresh(registry) as root:
        survey = _survey(root)
        filling.rate(root, _answer(survey), sizes["rated"])
        chosen = {"survey": survey.id}
    with fresh(registry, people["manager"]) as env:
        results = env["customer.satisfaction.results"]
        pages = {
            "scores": lambda: results.get_results(chosen),
            "key drivers": lambda: results.get_page("drivers", chosen),
        }
        for page, work in pages.items():
            size = len(json.dumps(work(), default=json_default)) / 1024
            costs = []
            for _ in range(sizes["repeats"]):
                env.invalidate_all()
                with Cost() as cost:
                    work()
                costs.append(cost)
            tell(
                "scoring",
                f"{page}, {sizes['rated']:,} answers of {QUESTIONS} scores",
                kib=size,
                dominant=dominant(work),
                statements=statements(work),
                **summary(costs),
            )


def _survey(env):
    """One question about recommendation, the others statements to agree with."""
    return env["survey.survey"].create(
        {
            "title": "Bench scores",
            "survey_type": "survey",
            "questions_layout": "one_page",
            "access_mode": "token",
            "is_satisfaction": True,
            "question_and_page_ids": [
                (
                    0,
                    0,
                    {
                        "title": f"Statement {number}",
                        "question_type": "scale",
                        "sequence": number,
                        "scale_min": 1 if number else 0,
                        "scale_max": 5 if number else 10,
                        "satisfaction_metric": "likert" if number else "nps",
                    },
                )
                for number in range(QUESTIONS)
            ],
        }
    )


def _answer(survey):
    """The answer that the others are copies of."""
    answer = survey._create_answer(email="bench@example.com")
    answer._save_satisfaction(dict.fromkeys(survey.question_ids, "3"), "link")
    survey.env.cr.commit()
    return answer
