from datetime import timedelta

from odoo import models
from odoo.fields import Command

from odoo.addons.customer_complaint.models.customer_complaint_stage import CLOSED_TYPES
from odoo.addons.customer_complaint.wizards.customer_complaint_sample import (
    DAYS,
    WAVE_DAYS,
)

from ..models.survey_user_input import NPS_GROUPS

ANSWERS_PER_COMPLAINT = 4 / 3
RESPONSE_RATE = 0.7
REST_DAYS = 14
# What a customer of a given satisfaction answers when asked for a recommendation.
NPS_BY_GRADE = {
    5: (9, 10, 10, 8),
    4: (8, 9, 7, 8),
    3: (5, 6, 7),
    2: (3, 5, 6),
    1: (0, 2),
}
GROUPS_BY_ROLE = {
    "manager": "customer_satisfaction.group_satisfaction_manager",
    "lead": "customer_satisfaction.group_satisfaction_user",
}
# The survey after delivery, in the language of the company: data, not terms.
TEXTS = {
    "en_US": {
        "plan": "Nordwind: after each complaint",
        "title": "How was your delivery?",
        "csat": "How satisfied are you with delivery and assembly?",
        "grades": (
            "Very dissatisfied",
            "Dissatisfied",
            "Neutral",
            "Satisfied",
            "Very satisfied",
        ),
        "nps": "How likely are you to recommend us to others?",
        "comment": "What should we keep, and what should we do better?",
    },
    "zh_CN": {
        "plan": "云岚：投诉办结后回访",
        "title": "您对本次送货满意吗？",
        "csat": "您对送货与安装的整体满意度如何？",
        "grades": ("非常不满意", "不满意", "一般", "满意", "非常满意"),
        "nps": "您有多大可能向他人推荐我们？",
        "comment": "哪些地方值得保持？哪些需要改进？",
    },
}


class CustomerComplaintSample(models.TransientModel):
    """What customers of the sample companies answered, and why some were not asked."""

    _inherit = "customer.complaint.sample"

    def _prepare_user_values(self, site, name, local, role, extension):
        values = super()._prepare_user_values(site, name, local, role, extension)
        if role in GROUPS_BY_ROLE:
            group = self.env.ref(GROUPS_BY_ROLE[role])
            values["group_ids"].append(Command.link(group.id))
        return values

    def _fill_company(self, site, count):
        super()._fill_company(site, count)
        answers = self._create_invitations(site)
        wanted = round(count * ANSWERS_PER_COMPLAINT) - len(answers)
        self._create_delivery_answers(site, max(wanted, 0))

    # ------------------------------------------------------------------
    # After complaints
    # ------------------------------------------------------------------
    def _create_invitations(self, site):
        """The log of a survey plan: asked, answered, or one reason why not.

        :return: the answers given
        """
        rng, now = site.rng, site.now
        survey = self.env.ref(
            "customer_satisfaction.survey_after_complaint", raise_if_not_found=False
        )
        if not survey:
            return self.env["survey.user_input"]
        plan = self._make(
            "customer.satisfaction.plan",
            [
                {
                    "name": TEXTS[site.world.lang]["plan"],
                    "survey_id": survey.id,
                    "company_id": site.company.id,
                    "rest_days": REST_DAYS,
                }
            ],
        )
        complaints = site.complaints.filtered(
            lambda c: c.stage_type in CLOSED_TYPES
        ).sorted("closed_at")
        unknown = complaints.filtered(lambda c: rng.random() < 0.04)
        unknown.email_from = False
        opted_out = site.partners[3][0]
        self._make("mail.blacklist", [{"email": opted_out.email}])
        asked, rows, to_ask = {}, [], []
        for complaint in complaints:
            partner = complaint.partner_id
            send_at = complaint.closed_at + timedelta(hours=plan.delay_hours)
            row = {
                "plan_id": plan.id,
                "company_id": site.company.id,
                "complaint_id": complaint.id,
                "partner_id": partner.id,
                "email_normalized": complaint.email_from,
                "send_at": send_at,
                "state": "skipped",
            }
            rows.append(row)
            rested_since = send_at - timedelta(days=plan.rest_days)
            if send_at > now:
                row["state"] = "planned"
            elif not complaint.email_from:
                row["reason"] = "no_email"
            elif partner == opted_out:
                row["reason"] = "opted_out"
            elif asked.get(partner, rested_since) > rested_since:
                row["reason"] = "rest_period"
            else:
                asked[partner] = send_at
                row.update(state="sent", sent_at=send_at)
                to_ask.append((row, self._prepare_answer(site, plan, complaint, row)))
        answers = self._make("survey.user_input", [values for _row, values in to_ask])
        for (row, _values), answer in zip(to_ask, answers, strict=True):
            row["user_input_id"] = answer.id
            if answer.state == "done":
                row.update(state="answered", answered_at=answer.end_datetime)
        self._make("customer.satisfaction.invitation", rows)
        self._set_created(answers, [values["start_datetime"] for _r, values in to_ask])
        return answers.filtered(lambda a: a.state == "done")

    def _prepare_answer(self, site, plan, complaint, row):
        """Values of the answer to one invitation; many leave it empty."""
        rng = site.rng
        values = {
            **self._prepare_input_values(site, plan.survey_id, complaint.partner_id),
            "plan_id": plan.id,
            "complaint_id": complaint.id,
            "start_datetime": row["send_at"],
            "deadline": row["send_at"] + timedelta(days=plan.validity_days),
            "invite_token": self.env["survey.user_input"]._generate_invite_token(),
        }
        answered_at = site.between(row["send_at"], row["send_at"] + timedelta(days=6))
        if rng.random() < RESPONSE_RATE and answered_at < site.now:
            said = complaint.confirmation_ids.sorted("id")[-1:].grade
            grade = int(said) if said else rng.choice((2, 3, 3, 4))
            grade += rng.choice((-1, 0, 0, 0, 0, 1))
            grade = min(max(grade, 1), 5)
            values.update(self._prepare_done_values(site, plan.survey_id, grade))
            values["end_datetime"] = answered_at
        return values

    def _prepare_input_values(self, site, survey, partner):
        return {
            "survey_id": survey.id,
            "company_id": site.company.id,
            "partner_id": partner.id,
            "email": partner.email,
            "nickname": partner.name,
            "lang_id": self.env["res.lang"]._get_data(code=partner.lang).id,
        }

    def _prepare_done_values(self, site, survey, grade):
        """Values of a finished answer: its lines and the scores they give."""
        rng = site.rng
        questions = survey.question_ids
        csat = questions.filtered(lambda q: q.satisfaction_metric == "csat")[:1]
        nps = questions.filtered(lambda q: q.satisfaction_metric == "nps")[:1]
        text = questions.filtered(lambda q: q.question_type == "text_box")[:1]
        values, lines = {"state": "done"}, []
        option = csat.suggested_answer_ids.filtered(
            lambda o: o.satisfaction_grade == grade
        )
        if option:
            values["csat_grade"] = grade
            lines.append((csat, "suggestion", {"suggested_answer_id": option.id}))
        if nps and rng.random() < 0.9:
            value = rng.choice(NPS_BY_GRADE[grade])
            values["nps_value"] = value
            values["nps_group"] = next(g for least, g in NPS_GROUPS if value >= least)
            lines.append((nps, "scale", {"value_scale": value}))
        if text and rng.random() < 0.45:
            said = rng.choice(self._get_comments(site.world, grade))
            lines.append((text, "text_box", {"value_text_box": said}))
        values["user_input_line_ids"] = [
            Command.create({"question_id": question.id, "answer_type": kind, **given})
            for question, kind, given in lines
        ]
        return values

    # ------------------------------------------------------------------
    # After deliveries
    # ------------------------------------------------------------------
    def _create_delivery_answers(self, site, count):
        """Answers to a survey of the company's own, which no plan asked for."""
        rng, now = site.rng, site.now
        texts = TEXTS[site.world.lang]
        survey = self._make(
            "survey.survey",
            [
                {
                    "title": texts["title"],
                    "is_satisfaction": True,
                    "survey_type": "survey",
                    "access_mode": "token",
                    "questions_layout": "one_page",
                    "company_id": site.company.id,
                    "user_id": False,
                    "lang_ids": [Command.clear()],
                    "question_and_page_ids": [
                        Command.create(values)
                        for values in self._prepare_questions(texts)
                    ],
                }
            ],
        )
        vals_list = []
        for _number in range(count):
            day = rng.randrange(2, DAYS)
            bad = day in WAVE_DAYS and site.world.products[0][3]
            weights = (14, 22, 26, 26, 12) if bad else (2, 4, 12, 45, 37)
            grade = rng.choices((1, 2, 3, 4, 5), weights)[0]
            partner, _currency = rng.choice(site.partners)
            start = site.moment(day)
            end = min(start + timedelta(minutes=rng.randrange(1, 9)), now)
            vals_list.append(
                {
                    **self._prepare_input_values(site, survey, partner),
                    **self._prepare_done_values(site, survey, grade),
                    "start_datetime": start,
                    "end_datetime": end,
                }
            )
        vals_list.sort(key=lambda values: values["end_datetime"])
        answers = self._make("survey.user_input", vals_list)
        self._set_created(answers, answers.mapped("start_datetime"))

    def _prepare_questions(self, texts):
        return [
            {
                "sequence": 10,
                "title": texts["csat"],
                "question_type": "simple_choice",
                "constr_mandatory": True,
                "satisfaction_metric": "csat",
                "suggested_answer_ids": [
                    Command.create(
                        {
                            "sequence": 6 - grade,
                            "value": label,
                            "satisfaction_grade": grade,
                        }
                    )
                    for grade, label in enumerate(texts["grades"], 1)
                ],
            },
            {
                "sequence": 20,
                "title": texts["nps"],
                "question_type": "scale",
                "scale_min": 0,
                "scale_max": 10,
                "satisfaction_metric": "nps",
            },
            {"sequence": 30, "title": texts["comment"], "question_type": "text_box"},
        ]
