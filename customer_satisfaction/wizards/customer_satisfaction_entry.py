from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import format_date

from ..models.survey_user_input import SURVEY_METHODS

# Said to a colleague, or read by one; the other methods record themselves.
ENTERED = (
    "phone",
    "paper",
    "interview",
    "deep_interview",
    "focus_group",
    "observation",
    "return_visit",
    "web_seminar",
    "suggestion_box",
)
# So long the page stays open for who enters it.
HOURS_TO_ENTER = 24
DEFAULTS = {
    "res.partner": "partner_id",
    "sale.order": "order_id",
    "customer.complaint": "complaint_id",
}


# The plans whose survey is usual for what the answer is about.
USUAL_TRIGGERS = {
    "complaint_id": ("complaint_outcome", "complaint_closed"),
    "order_id": ("order_confirmed", "order_delivered", "order_invoiced", "document"),
    "partner_id": ("periodic", "manual"),
}


class CustomerSatisfactionEntry(models.TransientModel):
    """What a customer said on the phone, on paper or face to face: opens the questions for it."""

    _name = "customer.satisfaction.entry"
    _description = "Enter an Answer"

    survey_id = fields.Many2one(
        "survey.survey",
        required=True,
        domain="[('is_satisfaction', '=', True), "
        "('company_id', 'in', (company_id, False))]",
        compute="_compute_survey_id",
        store=True,
        precompute=True,
        readonly=False,
    )
    interview_guide = fields.Html(related="survey_id.interview_guide")
    survey_method = fields.Selection(
        [method for method in SURVEY_METHODS if method[0] in ENTERED],
        string="Survey method",
        required=True,
        default="phone",
    )
    said_at = fields.Datetime(
        string="Said on",
        required=True,
        default=fields.Datetime.now,
        help="When the customer gave the answer, not when it is entered.",
    )
    interviewer_id = fields.Many2one(
        "res.users",
        required=True,
        default=lambda self: self.env.user,
        domain="[('share', '=', False)]",
    )
    complaint_id = fields.Many2one("customer.complaint")
    order_id = fields.Many2one(
        "sale.order",
        string="Sales order",
        compute="_compute_order_id",
        store=True,
        precompute=True,
        readonly=False,
    )
    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        compute="_compute_partner_id",
        store=True,
        precompute=True,
        readonly=False,
    )
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    notice = fields.Char(compute="_compute_notice")

    @api.model
    def default_get(self, fields):
        values = super().default_get(fields)
        name = DEFAULTS.get(self.env.context.get("active_model"))
        if name and name in fields:
            values.setdefault(name, self.env.context.get("active_id"))
        return values

    @api.depends("complaint_id")
    def _compute_order_id(self):
        for entry in self:
            entry.order_id = entry.complaint_id.order_id or entry.order_id

    @api.depends("complaint_id", "order_id")
    def _compute_partner_id(self):
        for entry in self:
            entry.partner_id = (
                entry.complaint_id.partner_id
                or entry.order_id.partner_id
                or entry.partner_id
            )

    @api.depends("complaint_id", "order_id", "partner_id")
    def _compute_survey_id(self):
        for entry in self:
            entry.survey_id = entry.survey_id or entry._get_usual_survey()

    @api.depends("survey_id", "complaint_id", "order_id", "partner_id")
    def _compute_notice(self):
        for entry in self:
            about = filter(None, (entry.order_id, entry.complaint_id))
            answer = entry._find_answer()
            if answer.state != "done" or not all(r.has_access("read") for r in about):
                entry.notice = False
                continue
            entry.notice = answer._get_customer_refusal() or self.env._(
                "This was answered on %(day)s: %(answer)s. What you enter replaces it.",
                day=format_date(self.env, answer.end_datetime),
                answer=answer._get_summary() or answer.survey_id.title,
            )

    def _get_usual_survey(self):
        """The survey by which plans ask about the same; empty where several do."""
        self.ensure_one()
        about = next((name for name in USUAL_TRIGGERS if self[name]), None)
        plans = self.env["customer.satisfaction.plan"].search(
            [
                ("trigger", "in", USUAL_TRIGGERS.get(about, ())),
                ("company_id", "in", (self.company_id.id, False)),
            ]
        )
        surveys = plans.survey_id.filtered(lambda s: s.active and s.is_light)
        return surveys if len(surveys) == 1 else surveys.browse()

    def action_enter(self):
        """Open the questions of the survey, to be filled in for the customer.

        :return: action that opens the page, False without a dialog
        :raises UserError: when the customer has answered about this complaint or order
            himself, when the page cannot ask this survey or the date lies ahead
        :raises AccessError: without the right to read what the answer is about, or for
            another company
        """
        if not self:
            return False
        self.ensure_one()
        for record in (
            self.survey_id,
            self.partner_id,
            self.order_id,
            self.complaint_id,
        ):
            if record:  # who asks about nothing special needs no right on orders
                record.check_access("read")
        if self.company_id not in self.env.companies:
            raise AccessError(
                self.env._("You cannot ask in the name of a company that is not yours.")
            )
        if self.said_at > fields.Datetime.now():
            raise UserError(
                self.env._("The customer cannot have said it later than now.")
            )
        if not self.survey_id.is_light:
            raise UserError(
                self.env._(
                    "%(survey)s has questions that cannot be entered here, for example a "
                    "date or a table. Send the customer a link, or choose another survey.",
                    survey=self.survey_id.title,
                )
            )
        answer = self._get_answer()
        answer._check_not_said_by_customer()
        ends = fields.Datetime.now() + timedelta(hours=HOURS_TO_ENTER)
        answer.write(
            {
                "survey_method": self.survey_method,
                "entry_date": self.said_at,
                "interviewer_id": self.interviewer_id.id,
                "deadline": max(answer.deadline or ends, ends),
            }
        )
        return {
            "type": "ir.actions.act_url",
            "url": answer.get_start_url(),
            "target": "new",
            "close": True,
        }

    def _find_answer(self):
        """What is there about this round of the complaint or this order, if anything.

        Of several about an order the latest that still waits for the customer.
        """
        # sudo: the caller checks what it is about
        Answer = self.env["survey.user_input"].sudo()
        if self.survey_id.is_anonymous or not (self.complaint_id or self.order_id):
            return Answer
        if complaint := self.complaint_id.sudo():
            answers = Answer._get_round_answers(complaint.ids)
            return answers.get((complaint.id, complaint.round), Answer)
        answers = Answer.search(
            [
                ("sale_order_id", "=", self.order_id.id),
                ("complaint_id", "=", False),
                ("survey_id", "=", self.survey_id.id),
                ("partner_id", "=", self.partner_id.id),
                ("test_entry", "=", False),
            ],
            order="id desc",
        )
        return answers.filtered(lambda a: a.state != "done")[:1] or answers[:1]

    def _get_answer(self):
        """The answer to be filled in: what is there about the same, else a new one."""
        # sudo: what it is about was checked; nobody writes answers but through their page
        Answer = self.env["survey.user_input"].sudo()
        complaint = self.complaint_id.sudo()
        if complaint and not self.survey_id.is_anonymous:
            return Answer._get_or_create_round_answers(
                [
                    {
                        **Answer._prepare_satisfaction_values(
                            complaint, self.survey_id
                        ),
                        "complaint_round": complaint.round,
                    }
                ]
            )
        if answer := self._find_answer():
            return answer
        return Answer.with_context(tracking_disable=True).create(
            self._prepare_answer_values()
        )

    def _prepare_answer_values(self):
        values = {
            "survey_id": self.survey_id.id,
            "company_id": (self.order_id.company_id or self.company_id).id,
        }
        if self.survey_id.is_anonymous:
            return values
        lang = self.env["res.lang"]._get_data(
            code=self.partner_id.lang or self.env.lang
        )
        return {
            **values,
            "sale_order_id": self.order_id.id,
            "partner_id": self.partner_id.id,
            "nickname": self.partner_id.name,
            "lang_id": lang.id,
            "event_date": self.order_id.date_order,
        }
