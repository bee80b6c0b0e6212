from datetime import timedelta

from odoo import models
from odoo.fields import Command

from odoo.addons.customer_complaint.models.customer_complaint_confirmation import (
    ANSWERED,
)
from odoo.addons.customer_complaint.wizards.customer_complaint_sample import (
    DAYS,
    WAVE_DAYS,
)

from ..models.satisfaction_answering import CONFIRMATION_SOURCES

ANSWERS_PER_COMPLAINT = 4 / 3
ASKED = 0.78
METHODS = {"link": 8, "portal": 1, "staff": 1}
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
        "outcome": "Nordwind: with the outcome",
        "closed": "Nordwind: after closing",
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
        "outcome": "云岚：随处理结果征询",
        "closed": "云岚：投诉办结后回访",
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
        res = super()._fill_company(site, count)
        answers = self._get_done_answers(site)
        wanted = round(count * ANSWERS_PER_COMPLAINT) - len(answers)
        self._create_delivery_answers(site, max(wanted, 0))
        return res

    def _get_done_answers(self, site):
        return self.env["survey.user_input"].search(
            [("company_id", "=", site.company.id), ("state", "=", "done")]
        )

    # ------------------------------------------------------------------
    # About outcomes
    # ------------------------------------------------------------------
    def _create_confirmations(self, site, pairs, vals_list):
        """Each confirmation is the answer of its round; most came by the link of the outcome."""
        survey = self.env.ref(
            "customer_satisfaction.survey_after_complaint", raise_if_not_found=False
        )
        if not survey:
            return super()._create_confirmations(site, pairs, vals_list)
        plan = self._create_plans(site, survey)
        complaints = [complaint for complaint, _course in pairs]
        unknown = [c for c in complaints if site.rng.random() < 0.04]
        self.env["customer.complaint"].concat(*unknown).email_from = False
        self._create_answers(site, plan, pairs, vals_list)
        res = super()._create_confirmations(site, pairs, vals_list)
        self._log_follow_up(site, pairs)
        return res

    def _create_answers(self, site, plan, pairs, vals_list):
        """Ask with each outcome and answer with each confirmation, once per round."""
        rng = site.rng
        Answer = self.env["survey.user_input"]
        said = {
            (vals["complaint_id"], vals["round"]): vals
            for vals in vals_list
            if vals["solved"] in ANSWERED
        }
        inputs, confirmations, rows = [], [], []
        for complaint, course in pairs:
            for number, done in enumerate(course.rounds, 1):
                vals = said.get((complaint.id, number))
                # Who has no address, or was told on the phone, got no message with a link.
                asked = (
                    done.outcome_at and complaint.email_from and rng.random() < ASKED
                )
                if not vals and not asked:
                    continue
                values = {
                    **Answer._prepare_satisfaction_values(complaint, plan.survey_id),
                    "plan_id": plan.id,
                    "complaint_round": number,
                    "start_datetime": done.outcome_at,
                    "deadline": done.outcome_at + timedelta(days=plan.validity_days),
                }
                if vals:
                    method = "staff"
                    if asked:
                        method = rng.choices(*zip(*METHODS.items(), strict=True))[0]
                    by_staff = method == "staff" and course.owner.id
                    vals.update(source=CONFIRMATION_SOURCES[method], user_id=by_staff)
                    values.update(
                        self._prepare_done_values(
                            site, plan.survey_id, int(vals["grade"]), vals
                        ),
                        answer_method=method,
                        recorded_by_id=by_staff,
                        start_datetime=done.ended_at - timedelta(minutes=2),
                        end_datetime=done.ended_at,
                    )
                inputs.append(values)
                confirmations.append(vals)
                rows.append(
                    asked
                    and {
                        **plan._prepare_invitation_values(complaint),
                        "round": number,
                        "email_normalized": complaint.email_from,
                        "send_at": done.outcome_at,
                        "sent_at": done.outcome_at,
                        "state": "answered" if vals else "sent",
                        "answered_at": vals and done.ended_at,
                    }
                )
        answers = self._make("survey.user_input", inputs)
        invitations = []
        for answer, vals, row in zip(answers, confirmations, rows, strict=True):
            if vals:
                vals["user_input_id"] = answer.id
            if row:
                invitations.append({**row, "user_input_id": answer.id})
        self._make("customer.satisfaction.invitation", invitations)
        self._set_created(answers, answers.mapped("start_datetime"))

    def _create_plans(self, site, survey):
        """The company asks with the outcome, and after closing who was not asked with it.

        :return: the plan of the outcome
        """
        texts = TEXTS[site.world.lang]
        common = {"survey_id": survey.id, "company_id": site.company.id}
        return self._make(
            "customer.satisfaction.plan",
            [
                {
                    **common,
                    "name": texts["outcome"],
                    "trigger": "complaint_outcome",
                    "rest_days": 0,  # as the shipped one
                },
                {**common, "name": texts["closed"], "rest_days": REST_DAYS},
            ],
        )[0]

    def _log_follow_up(self, site, pairs):
        """After closing: asked, or one reason why not, as the sender decides it."""
        now = site.now
        plan = self.env["customer.satisfaction.plan"].search(
            [
                ("company_id", "=", site.company.id),
                ("trigger", "=", "complaint_closed"),
            ]
        )
        opted_out = site.partners[3][0].email
        self._make("mail.blacklist", [{"email": opted_out}])
        Invitation = self.env["customer.satisfaction.invitation"]
        with_outcome = Invitation.search([("company_id", "=", site.company.id)])
        asked_about = (
            with_outcome.complaint_id | self._get_done_answers(site).complaint_id
        )
        rows = self._make(
            "customer.satisfaction.invitation",
            [
                {
                    **plan._prepare_invitation_values(complaint),
                    "email_normalized": complaint.email_from,
                    "send_at": complaint.closed_at + timedelta(hours=plan.delay_hours),
                }
                for complaint, _course in pairs
                if complaint.closed_at
            ],
        )
        facts = rows._get_facts(now)
        # As things stood then, not as they stand now.
        vars(facts).update(asked_about=asked_about, colleagues={}, complaining=set())
        asked = with_outcome
        for row in rows.filtered(lambda r: r.send_at <= now).sorted("send_at"):
            last_asked = (
                {
                    key: other.sent_at
                    for other in asked.sorted("sent_at")
                    if other.sent_at <= row.send_at
                    for key in other._get_person_keys()
                }
                if row.complaint_id not in asked_about
                else {}
            )
            vars(facts).update(now=row.send_at, last_asked=last_asked)
            reason = row._get_reason_not_to_ask(facts)
            if reason:
                row.write({"state": "skipped", "reason": reason})
            else:
                row._create_answers(row.send_at)
                row.write({"state": "sent", "sent_at": row.send_at})
                asked += row
        self._note(rows.user_input_id)
        self._set_created(
            rows.user_input_id, rows.filtered("user_input_id").mapped("send_at")
        )
        for records in (with_outcome, rows):
            self._set_created(records, records.mapped("send_at"))

    def _prepare_input_values(self, site, survey, partner):
        return {
            "survey_id": survey.id,
            "company_id": site.company.id,
            "partner_id": partner.id,
            "email": partner.email,
            "nickname": partner.name,
            "lang_id": self.env["res.lang"]._get_data(code=partner.lang).id,
        }

    def _prepare_done_values(self, site, survey, grade, said=None):
        """Values of a finished answer; its lines give the scores.

        :param dict said: the confirmation that the answer is about, if any
        """
        rng = site.rng
        lines = []
        for metric, field, value in (
            ("solved", "satisfaction_solved", said and said["solved"]),
            ("csat", "satisfaction_grade", grade),
        ):
            question = survey._get_metric_question(metric)
            option = question.suggested_answer_ids.filtered(
                lambda o, f=field, v=value: o[f] == v
            )
            if option and value:
                lines.append((question, "suggestion", "suggested_answer_id", option.id))
        nps = survey._get_metric_question("nps")
        if nps and rng.random() < 0.9:
            value = rng.choice(NPS_BY_GRADE[grade])
            lines.append((nps, "scale", "value_scale", value))
        comment = said and said["comment"]
        if not said and rng.random() < 0.45:
            comment = rng.choice(self._get_comments(site.world, grade))
        if comment and (question := survey._get_comment_question()):
            lines.append((question, "text_box", "value_text_box", comment))
        return {
            "state": "done",
            "user_input_line_ids": [
                Command.create(
                    {"question_id": question.id, "answer_type": kind, field: value}
                )
                for question, kind, field, value in lines
            ],
        }

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
