from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import email_normalize, format_list

from odoo.addons.customer_complaint.models.customer_complaint_confirmation import GRADES

from .satisfaction_scoring import COPIED_FIELDS
from .survey_question import is_number

# How customers are asked; results can be told apart by it.
SURVEY_METHODS = [
    ("online", "Online questionnaire"),
    ("email", "E-mail"),
    ("portal", "Portal"),
    ("qr", "QR code on a document"),
    ("phone", "Phone call"),
    ("paper", "Paper"),
    ("interview", "Interview"),
    ("deep_interview", "In-depth interview"),
    ("focus_group", "Focus group"),
    ("observation", "On-site observation"),
    ("return_visit", "Return visit"),
    ("web_seminar", "Web seminar"),
    ("suggestion_box", "Suggestion box"),
    ("chat", "Chat rating"),
    ("app", "App feedback"),
    ("social", "Social media"),
    ("review", "Online review"),
    ("service_log", "Service records"),
]

# Given by plans, scoring and invitations, never by hand.
PROCESS_FIELDS = {
    "complaint_id",
    "complaint_round",
    "sale_order_id",
    "handler_id",
    "plan_id",
    "company_id",
    "answer_method",
    "recorded_by_id",
    "csat_grade",
    "nps_value",
    "nps_group",
    "solved",
    "exclusion",
    "exclusion_note",
    "event_date",
    "product_id",
    "team_id",
    "survey_method",
    "sentiment",
    "sentiment_corrected",
    "is_anonymous",
    "purpose_id",
    "interviewer_id",
    "entry_date",
    "follow_up_failed_at",
    "follow_up_error",
}
# Of satisfaction answers: what survey officers could use to make one up or disappear.
GIVEN_FIELDS = {
    "state",
    "test_entry",
    "partner_id",
    "survey_id",
    "access_token",
    "deadline",
    "start_datetime",
    "end_datetime",
    "user_input_line_ids",
}
# An officer may share a survey, or try it out: with whom, until when.
SHARED_FIELDS = {"test_entry", "partner_id", "survey_id", "deadline", "access_token"}


class SurveyUserInput(models.Model):
    """One customer's answer, with what it is about and the scores it gives."""

    _inherit = "survey.user_input"

    complaint_id = fields.Many2one(
        "customer.complaint", readonly=True, copy=False, index="btree_not_null"
    )
    complaint_round = fields.Integer(
        compute="_compute_complaint_round",
        store=True,
        readonly=False,
        copy=False,
        aggregator=None,
        help="The round of the complaint whose outcome is answered.",
    )
    sale_order_id = fields.Many2one(
        "sale.order",
        string="Sales order",
        compute="_compute_sale_order_id",
        store=True,
        readonly=False,
        copy=False,
        index="btree_not_null",
    )
    handler_id = fields.Many2one(
        "res.users",
        string="Handler",
        compute="_compute_handler_id",
        store=True,
        readonly=False,
        copy=False,
        index="btree_not_null",
        help="Who owned the complaint when the customer was asked.",
    )
    plan_id = fields.Many2one(
        "customer.satisfaction.plan",
        string="Survey plan",
        readonly=True,
        copy=False,
        index="btree_not_null",
    )
    company_id = fields.Many2one(
        "res.company", readonly=True, copy=False, index="btree_not_null"
    )
    answer_method = fields.Selection(
        [
            ("link", "Personal link"),
            ("portal", "Portal page"),
            ("staff", "Entered by a colleague"),
            ("import", "Imported rating"),
        ],
        string="Answered by",
        readonly=True,
        copy=False,
    )
    recorded_by_id = fields.Many2one(
        "res.users",
        string="Entered by",
        readonly=True,
        copy=False,
        index="btree_not_null",
    )
    interviewer_id = fields.Many2one(
        "res.users",
        readonly=True,
        copy=False,
        index="btree_not_null",
        help="Who asked the customer in person.",
    )
    entry_date = fields.Datetime(
        string="Said on",
        readonly=True,
        copy=False,
        help="Of an answer that a colleague entered: when the customer gave it.",
    )
    solved = fields.Selection(
        [("solved", "Solved"), ("not_solved", "Not solved")],
        string="Outcome",
        readonly=True,
        copy=False,
    )
    csat_grade = fields.Integer(
        string="Satisfaction",
        readonly=True,
        copy=False,
        aggregator=None,
        help="CSAT, from 5 very satisfied to 1 very dissatisfied.",
    )
    nps_value = fields.Integer(
        string="Recommendation",
        readonly=True,
        copy=False,
        aggregator=None,
        help="NPS, from 0 not at all likely to 10 extremely likely.",
    )
    # Tells a recommendation of 0 from none: Odoo shows both as 0.
    nps_group = fields.Selection(
        [
            ("promoter", "Promoter"),
            ("passive", "Passive"),
            ("detractor", "Detractor"),
        ],
        string="NPS group",
        readonly=True,
        copy=False,
    )
    score_ids = fields.One2many(
        "customer.satisfaction.score",
        "user_input_id",
        string="Scored answers",
        readonly=True,
        groups="customer_satisfaction.group_satisfaction_user",
    )
    exclusion = fields.Selection(
        [
            ("test", "Test"),
            ("duplicate", "Answered twice"),
            ("straight", "Same answer everywhere"),
            ("fast", "Answered too fast"),
            ("other", "Other reason"),
        ],
        string="Left out because",
        readonly=True,
        copy=False,
        index="btree_not_null",
        help="Not counted in any figure; how many are left out is shown beside it.",
    )
    exclusion_note = fields.Char(string="Reason", readonly=True, copy=False)
    event_date = fields.Datetime(
        string="Event",
        readonly=True,
        copy=False,
        help="When what the customer is asked about happened.",
    )
    product_id = fields.Many2one(
        "product.product",
        compute="_compute_product_id",
        store=True,
        readonly=False,
        copy=False,
        index="btree_not_null",
    )
    team_id = fields.Many2one(
        "customer.complaint.team",
        compute="_compute_team_id",
        store=True,
        readonly=False,
        copy=False,
        index="btree_not_null",
    )
    survey_method = fields.Selection(
        SURVEY_METHODS,
        string="Survey method",
        readonly=True,
        copy=False,
        help="How the customer was asked.",
    )
    csat_label = fields.Selection(GRADES, string="Grade", compute="_compute_csat_label")
    satisfaction_comment = fields.Text(
        string="Comment", compute="_compute_satisfaction_comment"
    )
    is_satisfaction = fields.Boolean(related="survey_id.is_satisfaction")

    # Whoever asked, and however often: see `_get_or_create_round_answers`.
    _outcome_unique = models.UniqueIndex(
        "(complaint_id, complaint_round) "
        "WHERE complaint_id IS NOT NULL AND test_entry IS NOT TRUE",
        "A complaint has one answer per round. Change the existing one.",
    )
    # customer_complaint_indicator.py: `_define_satisfaction`, without reading the table
    _csat_idx = models.Index(
        "(end_datetime) INCLUDE (csat_grade, company_id, survey_id, state, test_entry, "
        "exclusion) "
        "WHERE csat_grade > 0"
    )
    # Not asked or not answered is NULL; a score is never out of range.
    _csat_grade_range = models.Constraint(
        "CHECK(csat_grade BETWEEN 1 AND 5)", "Satisfaction grades run from 1 to 5."
    )
    _nps_value_range = models.Constraint(
        "CHECK(nps_value BETWEEN 0 AND 10 AND (nps_value IS NULL) = (nps_group IS NULL))",
        "Recommendations run from 0 to 10 and belong to a group.",
    )

    @api.depends("complaint_id")
    def _compute_complaint_round(self):
        for user_input in self:
            user_input.complaint_round = user_input.complaint_id.round

    @api.depends("complaint_id")
    def _compute_handler_id(self):
        # Not of `complaint_id.user_id`: who handles it later has no part in this answer.
        for user_input in self:
            user_input.handler_id = user_input.complaint_id.user_id

    @api.depends("complaint_id")
    def _compute_product_id(self):
        for user_input in self:
            product = user_input.complaint_id.line_ids[:1].product_id
            user_input.product_id = product or user_input.product_id

    @api.depends("complaint_id")
    def _compute_team_id(self):
        # As for the handler: of the time when the customer was asked.
        for user_input in self:
            user_input.team_id = user_input.complaint_id.team_id or user_input.team_id

    @api.depends("complaint_id.order_id")
    def _compute_sale_order_id(self):
        for user_input in self:
            order = user_input.complaint_id.order_id
            user_input.sale_order_id = order or user_input.sale_order_id

    @api.depends("survey_id.is_satisfaction", "survey_id.scoring_type")
    def _compute_scoring_values(self):
        """The points of a quiz: where none are given, nothing has to be looked up."""
        plain = self.filtered(
            lambda i: i.is_satisfaction and i.survey_id.scoring_type == "no_scoring"
        )
        plain.update({"scoring_percentage": 0, "scoring_total": 0})
        return super(SurveyUserInput, self - plain)._compute_scoring_values()

    @api.depends("csat_grade")
    def _compute_csat_label(self):
        for user_input in self:
            grade = user_input.csat_grade
            user_input.csat_label = str(grade) if grade else False

    @api.depends("user_input_line_ids.value_text_box")
    def _compute_satisfaction_comment(self):
        for user_input in self:
            texts = user_input.user_input_line_ids.mapped("value_text_box")
            user_input.satisfaction_comment = "\n".join(filter(None, texts))

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_process_fields(vals)
        surveys = self.env["survey.survey"].browse(
            {vals.get("survey_id") for vals in vals_list} - {None, False}
        )
        # Nobody follows an answer that is still empty, or reads that it was created.
        quiet = all(survey.is_satisfaction for survey in surveys.sudo())
        inputs = super(
            SurveyUserInput,
            self.with_context(tracking_disable=True) if quiet else self,
        ).create(vals_list)
        inputs = inputs.with_env(self.env)
        for user_input, vals in zip(inputs, vals_list, strict=True):
            user_input._check_given_fields(vals.keys() - SHARED_FIELDS)
        # sudo: a process field; an answer that no plan asked for belongs to its survey's company
        for user_input in inputs.sudo().filtered("survey_id.company_id"):
            if not user_input.company_id:
                user_input.company_id = user_input.survey_id.company_id
        inputs.filtered(lambda i: i.state == "done")._store_satisfaction()
        return inputs

    def write(self, vals):
        self._check_process_fields(vals)
        self._check_given_fields(vals.keys())
        # sudo: what scores copy from their answer, they copy whoever changes it
        answered = self.browse()
        if COPIED_FIELDS & vals.keys():
            answered = self.sudo().filtered(
                lambda i: i.is_satisfaction and i.state == "done"
            )
        res = super().write(vals)
        # Here and not in `_mark_done`: ending a live session sets the state without it.
        if vals.get("state") == "done":
            # sudo: a process field
            self.sudo().filtered(
                lambda i: i.is_satisfaction and not i.answer_method
            ).answer_method = "link"
            self._store_satisfaction()
            self._confirm_outcomes()
        else:
            for batch in answered._in_batches():
                batch._store_scores()
        return res

    def _check_process_fields(self, vals):
        self._refuse_fields(PROCESS_FIELDS & vals.keys())

    def _check_given_fields(self, fnames):
        """Only the survey's own pages, which are sudo, say what a customer answered."""
        if not self.env.su and any(i.is_satisfaction for i in self.sudo()):
            self._refuse_fields(GIVEN_FIELDS & fnames)

    def _refuse_fields(self, fnames):
        if fnames and not self.env.su:
            raise AccessError(
                self.env._(
                    "What cannot be written by hand: %(fields)s. It comes from the survey "
                    "plan and from what the customer answered.",
                    fields=format_list(
                        self.env, (self._fields[f].string for f in sorted(fnames))
                    ),
                )
            )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_answered(self):
        answered = self.sudo().filtered(
            lambda i: i.is_satisfaction and i.complaint_id and i.state == "done"
        )
        if answered and not self.env.su:
            raise UserError(
                self.env._(
                    "What customers said about their complaint is kept. Archive the "
                    "survey if nobody is to be asked any more."
                )
            )

    def _save_lines(self, question, answer, comment=None, overwrite_existing=True):
        # PostgreSQL stores no NUL.
        if isinstance(answer, str):
            answer = answer.replace("\0", "")
        if isinstance(comment, str):
            comment = comment.replace("\0", "")
        if not self.survey_id.is_satisfaction:
            return super()._save_lines(question, answer, comment, overwrite_existing)
        if is_number(answer):
            answer = str(answer)
        known = self.user_input_line_ids.filtered(lambda i: i.question_id == question)
        if known or question.save_as_email or question.save_as_nickname:
            # Core keeps the good answers of a refused page, then refuses them sent again.
            return super()._save_lines(question, answer, comment)
        # The first answer, without looking for earlier ones.
        if question.question_type in ("simple_choice", "multiple_choice"):
            return self._save_line_choice(question, known, answer, comment)
        if question.question_type == "matrix":
            return self._save_line_matrix(question, known, answer, comment)
        return self._save_line_simple_answer(question, known, answer)

    def _notify_new_participation_subscribers(self):
        """Only where a survey is followed: core looks it up for each answer anew."""
        followed = self & self.sudo().filtered(
            lambda i: not i.is_satisfaction or i.survey_id.message_follower_ids
        )
        if not followed:
            return None
        return super(SurveyUserInput, followed)._notify_new_participation_subscribers()

    @api.model
    def _prepare_satisfaction_values(self, complaint, survey):
        """Values of an empty answer about a complaint."""
        lang = self.env["res.lang"]._get_data(code=complaint.partner_id.lang)
        return {
            "survey_id": survey.id,
            "complaint_id": complaint.id,
            "company_id": complaint.company_id.id,
            "partner_id": complaint.partner_id.id,
            "email": email_normalize(complaint.email_from),
            "nickname": complaint.partner_name,
            "lang_id": lang.id,
            # An own pool of attempts: earlier answers of this customer do not use it up.
            "invite_token": self._generate_invite_token(),
        }

    @api.model
    def _prepare_customer_values(self, partner, survey, company):
        """Values of an empty answer of a customer, about an order or about nothing special."""
        lang = self.env["res.lang"]._get_data(code=partner.lang)
        return {
            "survey_id": survey.id,
            "company_id": company.id,
            "partner_id": partner.id,
            "email": partner.email_normalized,
            "nickname": partner.name,
            "lang_id": lang.id,
            "invite_token": self._generate_invite_token(),  # see above
        }

    @api.model
    def _get_round_answers(self, complaint_ids):
        """The answers about these complaints, by (id of the complaint, round)."""
        answers = self.search(
            [("complaint_id", "in", complaint_ids), ("test_entry", "=", False)]
        )
        return {(a.complaint_id.id, a.complaint_round): a for a in answers}

    @api.model
    def _get_or_create_round_answers(self, vals_list):
        """The one answer about each complaint and round: what is there, else a new one.

        :param list vals_list: values of new answers, with `complaint_id` and
            `complaint_round`; each pair at most once
        :return: answers in the order of `vals_list`
        """
        keys = [(vals["complaint_id"], vals["complaint_round"]) for vals in vals_list]
        answers = self._get_round_answers([complaint_id for complaint_id, _ in keys])
        new = {
            key: vals
            for key, vals in zip(keys, vals_list, strict=True)
            if key not in answers
        }
        # Nobody follows or reads the creation of an empty answer.
        created = self.with_context(tracking_disable=True).create(list(new.values()))
        answers.update(zip(new, created, strict=True))
        return self.concat(*(answers[key] for key in keys))

    @api.model
    def _get_satisfaction_action(self, domain):
        """Window action on the answers of a document; invoked by smart buttons."""
        action = self.env["ir.actions.actions"]._for_xml_id(
            "customer_satisfaction.survey_user_input_action"
        )
        action["domain"] = [("is_satisfaction", "=", True), *domain]
        action["context"] = {"search_default_answered": True}
        return action


class SurveyUserInputLine(models.Model):
    _inherit = "survey.user_input.line"

    # Written with the row, not afterwards.
    survey_id = fields.Many2one(
        related="user_input_id.survey_id", store=True, precompute=True
    )
    question_sequence = fields.Integer(
        related="question_id.sequence", store=True, precompute=True
    )

    # Comments, among all that was chosen: see `_get_comments`.
    _comment_idx = models.Index("(user_input_id) WHERE value_text_box > ''")

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines._check_given()
        return lines

    def write(self, vals):
        self._check_given()
        res = super().write(vals)
        self._check_given()  # a line may have been moved to another answer
        return res

    @api.ondelete(at_uninstall=False)
    def _check_given(self):
        self.user_input_id._check_given_fields({"user_input_line_ids"})
