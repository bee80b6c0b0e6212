from datetime import timedelta
from uuid import uuid4

from odoo import fields

from .common import SatisfactionCommon

# Columns of scores that are copied from their answer.
COPIED = (
    "company_id",
    "plan_id",
    "partner_id",
    "complaint_id",
    "product_id",
    "handler_id",
    "team_id",
    "survey_method",
)


def store(env, survey, rows):
    """Answers with their scores, stored as they are after scoring: many in two statements.

    :param rows: dictionaries with `date`, `scores` ({question: value}), and what may be left out:
        COPIED fields, `event_date`, `exclusion`
    :return: the answers
    """
    env.flush_all()
    answers = env["survey.user_input"]
    values = [
        {
            "survey_id": survey.id,
            "state": "done",
            "access_token": str(uuid4()),
            "end_datetime": row["date"],
            "create_date": row["date"],
            "event_date": row.get("event_date"),
            "exclusion": row.get("exclusion"),
            "answer_method": "link",
            "test_entry": False,
            **{name: row.get(name) for name in COPIED},
        }
        for row in rows
    ]
    ids = insert(env, "survey_user_input", values)
    companies = _get_companies(env, rows)
    scores = [
        {
            "user_input_id": answer_id,
            "question_id": question.id,
            "survey_id": survey.id,
            "survey_version": survey.version,
            "metric": question.satisfaction_metric,
            "dimension_id": question.dimension_id.id or None,
            "item_id": question.item_id.id or None,
            "value": value,
            "weight": question.satisfaction_weight,
            "is_counted": not row.get("exclusion"),
            "is_main": question in _get_main(row["scores"]),
            "date": row["date"],
            **{name: row.get(name) for name in COPIED},
            **companies.get(row.get("partner_id"), {}),
        }
        for answer_id, row in zip(ids, rows, strict=True)
        for question, value in row["scores"].items()
    ]
    insert(env, "customer_satisfaction_score", scores)
    env.invalidate_all()
    return answers.browse(ids)


def _get_main(given):
    """Of these questions, the first one of each metric."""
    first = {}
    for question in sorted(given, key=lambda q: (q.sequence, q.id)):
        first.setdefault(question.satisfaction_metric, question)
    return set(first.values())


def _get_companies(env, rows):
    partners = env["res.partner"].browse(
        {row["partner_id"] for row in rows if row.get("partner_id")}
    )
    return {
        partner.id: {
            "commercial_partner_id": partner.commercial_partner_id.id,
            "country_id": partner.country_id.id or None,
        }
        for partner in partners
    }


def insert(env, table, values):
    """Insert rows by SQL, some thousand at a time, and return their ids."""
    ids = []
    columns = sorted({name for row in values for name in row})
    for at in range(0, len(values), 5000):
        page = values[at : at + 5000]
        given = ", ".join(["%s"] * len(page))
        env.cr.execute(
            f"INSERT INTO {table} ({', '.join(columns)}) VALUES {given} RETURNING id",
            [tuple(row.get(name) for name in columns) for row in page],
        )
        ids += [row[0] for row in env.cr.fetchall()]
    return ids


class ResultsCommon(SatisfactionCommon):
    """A survey with a question of each kind, and answers as scoring stores them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["customer.satisfaction.score"].search([]).unlink()
        cls.Invitation.search([]).unlink()
        cls.env["survey.user_input"].search([]).unlink()
        cls.analyst = cls.user("t_results", "group_satisfaction_user")
        cls.manager = cls.user("t_results_manager", "group_satisfaction_manager")
        cls.Results = (
            cls.env["customer.satisfaction.results"]
            .with_user(cls.analyst)
            .with_context(lang="en_US")  # as each request of the web client
        )
        cls.month = fields.Date.today().replace(day=1)

    @classmethod
    def question(cls, title, metric, survey=None, pair_question_id=None, **values):
        """A question whose answers are stored by SQL; how it is asked does not matter."""
        question = cls.env["survey.question"].create(
            {
                "title": title,
                "survey_id": (survey or cls.survey).id,
                "question_type": "scale",
                "scale_min": 0,
                "scale_max": 10,
                **values,
            }
        )
        # Whether it can measure this is checked elsewhere.
        question.flush_recordset()
        cls.env.cr.execute(
            "UPDATE survey_question SET satisfaction_metric = %s, pair_question_id = %s "
            "WHERE id = %s",
            [metric, pair_question_id, question.id],
        )
        question.invalidate_recordset()
        return question

    @classmethod
    def store(cls, counts, question=None, survey=None, days=0, **values):
        """Answers to one question, as many of each value as `counts` says."""
        date = cls.now - timedelta(days=days)
        rows = [
            {"date": date, "scores": {question or cls.csat: value}, **values}
            for value, count in counts.items()
            for _ in range(count)
        ]
        return store(cls.env, survey or cls.survey, rows)

    def results(self, user=None, **filters):
        return self.Results.with_user(user or self.analyst).get_results(filters)

    def tile(self, results, code):
        return next(tile for tile in results["tiles"] if tile["code"] == code)

    def opened(self, results, records, user=None):
        """The answers that a figure opens."""
        answers = self.env["survey.user_input"].with_user(user or self.analyst)
        return answers.search([("score_ids", "any", [*results["base"], *records])])

    def walk(self, result):
        """Every dictionary in a result, however deep."""
        if isinstance(result, dict):
            yield result
            for part in result.values():
                yield from self.walk(part)
        elif isinstance(result, list | tuple):
            for part in result:
                yield from self.walk(part)

    def fill(self):
        """Some of everything, an answer a day; every other one was asked for by the plan."""
        likert = [
            self.question(f"Statement {number}", "likert", sequence=100 + number)
            for number in range(3)
        ]
        wish = self.question("If it is there", "kano_functional")
        lack = self.question(
            "If it is missing", "kano_dysfunctional", pair_question_id=wish.id
        )
        hope = self.question("I expect", "expectation")
        felt = self.question("I experienced", "perception", pair_question_id=hope.id)
        complaint = self.closed()
        rows = []
        for number in range(60):
            grade = 1 + number % 5
            rows.append(
                {
                    "date": self.now - timedelta(days=number),
                    "partner_id": self.partner.id if number % 2 else None,
                    "complaint_id": None if number % 3 else complaint.id,
                    "handler_id": self.manager.id,
                    "plan_id": None if number % 2 else self.plan.id,
                    "scores": {
                        self.csat: grade,
                        self.nps: (number * 7) % 11,
                        likert[0]: grade,
                        likert[1]: 1 + (number * 3) % 5,
                        likert[2]: 1 + (number // 5) % 5,
                        wish: 1 + number % 3,
                        lack: 5 - number % 2,
                        hope: 6,
                        felt: 1 + number % 7,
                    },
                }
            )
        store(self.env, self.survey, rows)
