from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, email_normalize, format_date

from odoo.addons.customer_complaint.models.customer_complaint_stage import CLOSED_TYPES

# Who answered, as the complaint's confirmation says it.
CONFIRMATION_SOURCES = {"link": "survey", "portal": "portal", "staff": "staff"}
# The survey method where nobody said another one.
ANSWERED_BY = {"link": "online", "portal": "portal"}
# What the dialog for colleagues says about an answer
ENTRY_FIELDS = ("entry_date", "interviewer_id", "survey_method")
CHOICES = ("simple_choice", "multiple_choice")


class SurveyUserInput(models.Model):
    """Answering: the personal link, changing the answer, and what it does to the complaint."""

    _inherit = "survey.user_input"

    confirmation_ids = fields.One2many(
        "customer.complaint.confirmation",
        "user_input_id",
        readonly=True,
        groups="customer_complaint.group_complaint_user",
    )
    satisfaction_url = fields.Char(
        string="Personal link",
        compute="_compute_satisfaction_url",
        groups="customer_satisfaction.group_satisfaction_user",
        help="For the customer only: whoever opens it answers in his name.",
    )

    def _compute_satisfaction_url(self):
        for user_input in self:
            user_input.satisfaction_url = (
                False if user_input._is_expired() else user_input._get_answer_url()
            )

    def get_start_url(self):
        """Our light page where it can ask everything, else the survey app's page."""
        self.ensure_one()
        if self.survey_id.is_light:
            return f"/satisfaction/{self.access_token}"
        return super().get_start_url()

    def _get_answer_url(self):
        """The customer's own link, a complete address."""
        self.ensure_one()
        return self.get_base_url() + self.get_start_url()

    def _get_stop_url(self):
        """Page on which the customer says that he does not want to be asked any more."""
        self.ensure_one()
        return f"{self.get_base_url()}/satisfaction/{self.access_token}/stop"

    def _get_invited_addresses(self):
        """Hook: normalized addresses to which the link was sent."""
        self.ensure_one()
        address = email_normalize(self.email)
        return [address] if address else []

    def _is_expired(self):
        """Whether the link no longer takes an answer."""
        self.ensure_one()
        return not self.survey_id.active or (
            bool(self.deadline) and self.deadline < fields.Datetime.now()
        )

    def _is_early(self):
        """Whether the answer is about an outcome that nobody has told the customer yet."""
        self.ensure_one()
        complaint = self.complaint_id
        return bool(
            complaint
            and complaint.round == self.complaint_round
            and not complaint.outcome_at
            and complaint.stage_type not in CLOSED_TYPES
        )

    def _get_low_grade(self):
        """Grades up to this one reopen the complaint and are asked for a reason."""
        self.ensure_one()
        company = self.complaint_id.company_id or self.company_id or self.env.company
        return company.complaint_reopen_grade

    def _is_low(self):
        """Whether the customer is not content with the outcome."""
        self.ensure_one()
        return (
            self.solved == "not_solved" or 0 < self.csat_grade <= self._get_low_grade()
        )

    def _get_answer_lang(self):
        """Language in which the customer is asked, always one that is installed."""
        self.ensure_one()
        installed = {code for code, _name in self.env["res.lang"].get_installed()}
        langs = (
            code
            for path in (
                "lang_id.code",
                "partner_id.lang",
                "company_id.partner_id.lang",
            )
            for code in self.mapped(path)
        )
        return next((code for code in langs if code in installed), "en_US")

    def _get_staff_lang(self):
        """Language of what colleagues read about the answer."""
        self.ensure_one()
        complaint = self.complaint_id
        company = complaint.company_id or self.company_id
        return complaint.user_id.lang or company.partner_id.lang or "en_US"

    # ------------------------------------------------------------------
    # Saving
    # ------------------------------------------------------------------
    def _get_given_answers(self):
        """What is stored: value as the page sends it, by question."""
        self.ensure_one()
        given = {}
        if self.state == "new":
            return given
        for line in self.user_input_line_ids.filtered(lambda i: not i.skipped):
            question = line.question_id
            if line.answer_type == "suggestion":
                # Empty when the option was removed since.
                if not (option := line.suggested_answer_id):
                    continue
                if question.question_type == "multiple_choice":
                    given.setdefault(question, []).append(str(option.id))
                else:
                    given[question] = str(option.id)
            elif line.answer_type == "scale":
                given[question] = str(line.value_scale)
            elif line.answer_type in ("text_box", "char_box"):
                given[question] = line[f"value_{line.answer_type}"]
        return given

    def _get_wrong(self, answers):
        """What is no answer to its question, a sentence by question.

        :param dict answers: value by question: a text, of several choices a list; empty
            for none
        """
        self.ensure_one()
        return {
            question: " ".join(wrong.values())
            for question, answer in answers.items()
            if answer and (wrong := question.validate_question(answer))
        }

    def _get_missing(self, answers):
        """What has to be answered still, a sentence by question.

        :param dict answers: see `_get_wrong`
        """
        self.ensure_one()
        missing = {
            question: question.constr_error_msg
            or self.env._("Please choose an answer.")
            # Core lets it pass where people may go back.
            for question, answer in answers.items()
            if not answer and question.constr_mandatory
        }
        comment = self.survey_id._get_comment_question()
        if (
            self.survey_id.low_comment == "require"
            and comment
            and not answers.get(comment)
            and any(
                answers.get(question) in low
                for question, low in self._get_low_values(answers).items()
            )
        ):
            missing[comment] = self.env._(
                "Please tell us in a few words what went wrong, so that we can put it "
                "right."
            )
        if not missing and not any(answers.values()):
            first = self.survey_id.question_ids[:1]
            missing[first] = self.env._("Please answer at least one question.")
        return missing

    def _lock_for_answer(self):
        """Two submissions at once: the second waits here for the first."""
        self.ensure_one()
        if self.complaint_id:
            self.complaint_id._lock()
        self.env.cr.execute(
            SQL("SELECT 1 FROM survey_user_input WHERE id = %s FOR UPDATE", self.id),
            log_exceptions=False,  # the request is repeated then: no error of anybody
        )

    def _save_satisfaction(self, answers, method, user=None):
        """Save answers that were validated: the first time, or instead of the earlier ones.

        :param dict answers: value by question, a text each; "" for none
        :param str method: an `answer_method`
        :param user: the colleague who entered it, if any
        """
        self.ensure_one()
        # sudo: the caller checked the link, or the right to record a confirmation
        answer = self.sudo().with_context(lang=self._get_staff_lang())
        now = fields.Datetime.now()
        changed = answer.state == "done"
        before = changed and answer._get_summary()
        answer._save_given(answers)
        if method != "staff" and answer.entry_date:
            # The customer says it himself now: nobody asked him in person.
            answer.write(dict.fromkeys(ENTRY_FIELDS, False))
        # What of an anonymous survey was told, of quarters that are over, does not change.
        said_at = not answer.survey_id.is_anonymous and answer.entry_date
        answer.write(
            {
                "answer_method": method,
                "recorded_by_id": user.id if user else False,
                "survey_method": answer.survey_method or ANSWERED_BY.get(method),
                "state": "done",
                "end_datetime": said_at or now,
            }
        )
        if not changed:
            # The rest of `_mark_done` is about certificates and conditional questions.
            answer._notify_new_participation_subscribers()
            return
        after = answer._get_summary()
        if answer.complaint_id and after != before:
            answer._note(
                self.env._(
                    "Survey answer changed: %(before)s → %(after)s",
                    before=before,
                    after=after,
                )
            )

    def _keep_so_far(self, answers):
        """Keep what an unfinished answer says; it counts for nothing until it is sent whole.

        A finished answer stays as it is until a whole one replaces it.
        """
        self.ensure_one()
        # sudo: see `_save_satisfaction`
        answer = self.sudo()
        if (
            answer.state != "done"
            and any(answers.values())
            # Nobody could find it again, and nobody may.
            and not answer.survey_id.is_anonymous
        ):
            answer._save_given(answers)
            answer.state = "in_progress"

    def _save_given(self, answers):
        """Store answers to these questions instead of the earlier ones, together.

        :param dict answers: see `_get_wrong`
        """
        self.ensure_one()
        vals_list, about = [], {}
        for question, value in answers.items():
            values = value if isinstance(value, list) else [value]
            kind = question.question_type
            for one in values or [""]:
                vals_list.append(
                    self._get_line_answer_values(
                        question,
                        one.replace("\0", ""),  # PostgreSQL stores no NUL
                        "suggestion" if kind in CHOICES else kind,
                    )
                )
            if value and question.save_as_email:
                about["email"] = value
            if value and question.save_as_nickname:
                about["nickname"] = value
        self.user_input_line_ids.filtered(lambda i: i.question_id in answers).unlink()
        self.env["survey.user_input.line"].create(vals_list)
        if about:
            self.write(about)

    def _get_summary(self):
        """The answer in one line, for colleagues."""
        self.ensure_one()
        labels = {
            name: dict(self._fields[name]._description_selection(self.env))
            for name in ("solved", "csat_label")
        }
        parts = [
            labels["solved"].get(self.solved),
            labels["csat_label"].get(self.csat_label),
            f"NPS {self.nps_value}" if self.nps_group else None,
            f"“{self.satisfaction_comment}”" if self.satisfaction_comment else None,
        ]
        return " · ".join(filter(None, parts))

    def _note(self, text):
        """Leave an internal note on the complaint, said by the customer or the colleague."""
        author = self.recorded_by_id.partner_id or self.partner_id
        self.complaint_id._message_log(
            body=text, author_id=(author or self.env.user.partner_id).id
        )

    # ------------------------------------------------------------------
    # What it does to the complaint
    # ------------------------------------------------------------------
    def _confirm_outcomes(self):
        """Make each answer about an outcome the confirmation of its complaint."""
        # sudo: closing or reopening follows from the answer, whoever gave it
        for answer in self.sudo():
            if answer.complaint_id and not answer.test_entry and not answer._is_early():
                answer._confirm_outcome()

    def _confirm_outcome(self):
        """One confirmation per answer; a changed answer changes it and acts again."""
        complaint = self.complaint_id
        is_current = self.complaint_round == complaint.round
        if not self.solved:
            # A survey that does not ask "solved?".
            if is_current and complaint.closed_at and self._is_low():
                complaint._reopen(
                    self.env._("The customer is not satisfied with the outcome.")
                )
            return
        said = {
            "solved": self.solved,
            "grade": self.csat_label,
        }
        if self.survey_id._get_comment_question():
            said["comment"] = self.satisfaction_comment or False
        last = self.confirmation_ids.sorted("id")[-1:]
        if last and all(last[name] == value for name, value in said.items()):
            return
        values = {
            **said,
            "source": CONFIRMATION_SOURCES[self.answer_method or "link"],
            "date": fields.Datetime.now(),
            "user_id": self.recorded_by_id.id,
        }
        if last.source == values["source"]:
            last.write(values)
            if is_current:
                last._apply()
        else:
            last = last.create(
                {
                    **values,
                    "complaint_id": complaint.id,
                    "round": self.complaint_round,
                    "user_input_id": self.id,
                }
            )
        if not is_current:
            self._note(
                self.env._(
                    "Answered about round %(round)s, which is over: %(answer)s",
                    round=self.complaint_round,
                    answer=self._get_summary(),
                )
            )

    # ------------------------------------------------------------------
    # Who may answer when
    # ------------------------------------------------------------------
    def _get_early_refusal(self):
        """Sentence for the customer who answers too early, or None."""
        if not self._is_early():
            return None
        return self.env._(
            "We have not told you the outcome yet. Please answer when you have "
            "received it; this link stays yours."
        )

    def _check_not_said_by_customer(self):
        """What customers said themselves is not for colleagues to change."""
        for answer in self:
            if refusal := answer._get_customer_refusal():
                raise UserError(refusal)

    def _get_customer_refusal(self):
        """Why colleagues cannot change this answer, None where they can."""
        self.ensure_one()
        if self.state != "done" or self.answer_method not in ("link", "portal"):
            return None
        said = {
            "day": format_date(self.env, self.end_datetime),
            "answer": self._get_summary() or self.survey_id.title,
        }
        if not self.complaint_id:
            return self.env._(
                "The customer answered on %(day)s: %(answer)s. Only the customer can "
                "change that, with the same link.",
                **said,
            )
        return self.env._(
            "The customer answered on %(day)s: %(answer)s. Only the customer "
            "can change that, with the same link. Log a contact for what you "
            "heard since, or reopen the complaint.",
            **said,
        )
