from datetime import timedelta

from odoo import SUPERUSER_ID, api, fields, models
from odoo.fields import Command

from odoo.addons.customer_complaint.models.customer_complaint_stage import CLOSED_TYPES
from odoo.addons.customer_complaint.tools.halves import in_halves

from .customer_satisfaction_item import VERDICTS

# What is brought in from the past is counted; nobody writes to these customers any more.
FOLLOWED_FOR = timedelta(days=30)
TITLE_LENGTH = 80
# Groups whose users work on feedback.
FOLLOWERS = (
    "customer_complaint.group_complaint_user",
    "customer_satisfaction.group_satisfaction_user",
)


class SurveyUserInput(models.Model):
    """A low score becomes work: one feedback record per answer, with an owner and a deadline."""

    _name = "survey.user_input"
    _inherit = ["survey.user_input", "customer.complaint.origin.mixin"]

    feedback_ids = fields.One2many(
        "customer.complaint",
        "feedback_answer_id",
        string="Feedback",
        readonly=True,
        groups="customer_complaint.group_complaint_submitter",
        help="Where this low score is followed up.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        inputs = super().create(vals_list)
        inputs.filtered(lambda i: i.state == "done")._follow_up()
        return inputs

    def write(self, vals):
        res = super().write(vals)
        if vals.get("state") == "done":
            self._follow_up()
        return res

    # ------------------------------------------------------------------
    # Which answers
    # ------------------------------------------------------------------
    def _get_follow_up_company(self):
        """The company whose settings hold."""
        self.ensure_one()
        return self.company_id or self.complaint_id.company_id or self.env.company

    def _filter_low(self):
        """Those of these answers that are low by the settings of their company."""
        worst = self._filter_worst()
        return self.filtered(lambda answer: answer._is_low_score(answer in worst))

    def _is_low_score(self, is_worst):
        """:param bool is_worst: see `_filter_worst`"""
        self.ensure_one()
        company = self._get_follow_up_company()
        return bool(
            self.solved == "not_solved"
            or 0 < self.csat_grade <= company.satisfaction_follow_up_csat
            or (self.nps_group and self.nps_value <= company.satisfaction_follow_up_nps)
            or (is_worst and company.satisfaction_follow_up_worst)
        )

    def _filter_worst(self):
        """Those with the worst possible answer to a question about the experience."""
        scores = self.env["customer.satisfaction.score"].search(
            [("user_input_id", "in", self.ids), ("metric", "in", VERDICTS)]
        )
        return scores.filtered(
            lambda score: (
                score.value >= score.scale_max
                if score.effort_direction == "lower"
                else score.value <= score.scale_min
            )
        ).user_input_id

    def _filter_followed(self):
        """Answers whose low score is followed up at all."""
        since = fields.Datetime.now() - FOLLOWED_FOR
        following_up = self.env["res.company"]._get_following_up_ids()
        return self.filtered(
            lambda answer: (
                answer.is_satisfaction
                and answer._get_follow_up_company().id in following_up
                and not answer.test_entry
                and answer.exclusion not in ("test", "duplicate")
                # A record made at that moment would say whose answer it is.
                and not answer.survey_id.is_anonymous
                # What somebody says to a follow-up is judged there.
                and not answer.complaint_id.feedback_answer_id
                and (not answer.end_datetime or answer.end_datetime > since)
            )
        )

    # ------------------------------------------------------------------
    # What follows
    # ------------------------------------------------------------------
    def _follow_up(self):
        """Make a feedback record of each low answer; the customer's answer is saved anyway."""
        # sudo: work follows from the answer, whoever gave it
        if self.env["customer.complaint"].sudo()._is_history():
            return
        # By the system: the customer has answered, and opened no record.
        answers = self.with_user(SUPERUSER_ID).with_company(self.env.company)
        in_halves(
            answers._filter_followed(),
            lambda rows: rows._follow_up_low(),
            self._give_up_follow_up,
        )

    def _follow_up_low(self):
        known = self._get_feedback().feedback_answer_id
        for answer in known:
            answer.feedback_ids._message_log(
                body=answer._in_staff_lang().env._(
                    "The customer changed the answer: %(answer)s",
                    answer=answer._in_staff_lang()._get_summary(),
                )
            )
        low = (self - known)._filter_low()
        about_open = low.filtered(
            lambda answer: (
                answer.complaint_id
                and answer.complaint_id.stage_type not in CLOSED_TYPES
            )
        )
        for answer in about_open:
            answer = answer._in_staff_lang()
            answer._note(
                answer.env._(
                    "Low score: %(answer)s. Follow it up with this complaint.",
                    answer=answer._get_summary(),
                )
            )
        new = low - about_open
        if not new:
            return
        Complaint = self.env["customer.complaint"]
        # Many at once: the list tells, not a mail for each.
        quiet = {"mail_auto_subscribe_no_notify": True} if len(new) > 1 else {}
        Complaint.with_context(**quiet).create(
            [answer._prepare_feedback_values() for answer in new]
        )

    def _get_feedback(self):
        """The records that follow up these answers already."""
        return self.env["customer.complaint"].search(
            [("feedback_answer_id", "in", self.ids), ("active", "in", [True, False])]
        )

    def _in_staff_lang(self):
        self.ensure_one()
        return self.with_context(lang=self._get_staff_lang())

    def _get_follow_up_owner(self, team):
        """Who follows up: the handler, else whom the settings name, else the team leader."""
        self.ensure_one()
        company = self._get_follow_up_company()
        for user in (
            self.handler_id,
            company.satisfaction_follow_up_user_id,
            team.leader_id,
        ):
            if (
                user.active
                and company in user.company_ids
                and any(map(user.has_group, FOLLOWERS))
            ):
                return user
        return self.env["res.users"]

    def _get_order(self):
        """The order that the answer is about."""
        self.ensure_one()
        return self.sale_order_id or self.complaint_id.order_id

    def _prepare_feedback_values(self):
        """Values of the record that follows up this answer."""
        self.ensure_one()
        company = self._get_follow_up_company()
        team = self.team_id or self.env["customer.complaint.team"]._get_default(company)
        channel = self.env["customer.complaint.channel"].search(
            [("code", "=", "customer_feedback")], limit=1
        )
        values = {
            **self._in_staff_lang()._prepare_complaint_values(),
            "record_type": "feedback",
            "feedback_answer_id": self.id,
            "team_id": team.id,
            "user_id": self._get_follow_up_owner(team).id,
            "acknowledge": False,
        }
        if channel:
            values["channel_id"] = channel.id
        if failed_at := self.follow_up_failed_at:
            values["received_at"] = failed_at  # the customer waits since then
        return values

    # ------------------------------------------------------------------
    # Complaint from an answer
    # ------------------------------------------------------------------
    def _compute_complaint_count(self):
        """Those opened from the answer, and from the feedback that follows it up."""
        res = super()._compute_complaint_count()
        for answer in self:
            found = answer.feedback_ids.mapped("feedback_complaint_count")
            answer.complaint_count += sum(found)
        return res

    def _get_complaint_defaults(self):
        if feedback := self.feedback_ids:
            return feedback._get_opened_defaults()
        return super()._get_complaint_defaults()

    def action_view_complaints(self):
        """Open the complaints about these answers, or about their feedback."""
        action = super().action_view_complaints()
        opened = self._get_complaints_domain() | self.feedback_ids._get_opened_domain()
        return {**action, "domain": list(opened)}

    def action_view_feedback(self):
        """Open the record that follows up this low score."""
        self.ensure_one()
        return self.feedback_ids.get_formview_action()

    def _prepare_complaint_values(self):
        """What a complaint takes over from an answer: whom, about what, and what was said."""
        self.ensure_one()
        order = self._get_order()
        complaint = self.complaint_id
        summary = self._get_summary() or self.survey_id.title
        values = {
            "company_id": self._get_follow_up_company().id,
            "partner_id": (self.partner_id or order.partner_id).id,
            "order_id": order.id,
            "title": summary
            if len(summary) <= TITLE_LENGTH
            else f"{summary[: TITLE_LENGTH - 1]}…",
            "description": self._get_answer_text(),
        }
        if not values["partner_id"]:
            values |= {"partner_name": self.nickname, "email_from": self.email}
        if team := self.team_id:
            values["team_id"] = team.id
        if complaint.category_id:
            values["category_id"] = complaint.category_id.id
        if product := self.product_id:
            values["line_ids"] = [
                Command.create({"product_id": product.id, "name": product.display_name})
            ]
        return values

    def _get_answer_text(self):
        """What was asked and answered, a line per question, for colleagues."""
        self.ensure_one()
        lines = self.user_input_line_ids.filtered(lambda line: not line.skipped)
        # Of long texts the name of a line says the beginning only.
        return "\n".join(
            f"{line.question_id.title} – "
            f"{line.value_text_box or line.value_char_box or line.display_name}"
            for line in lines
        )
