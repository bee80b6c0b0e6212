from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

# Plans that need to know who answers, to act on it or because the link is no secret.
KNOWING_TRIGGERS = ("complaint_outcome", "recovery", "document")

PERSON = (
    *("partner_id", "email", "nickname", "complaint_id", "sale_order_id"),
    "handler_id",
)


class SurveySurvey(models.Model):
    """Anonymous surveys: how they are answered does not change once somebody was asked."""

    _inherit = "survey.survey"

    waiting_count = fields.Integer(
        string="Answers waiting",
        compute="_compute_waiting_count",
        help="Anonymous answers are shown when so many have come together that none can be "
        "told from the others.",
    )

    _anonymous_satisfaction = models.Constraint(
        "CHECK(is_anonymous IS NOT TRUE OR is_satisfaction)",
        "Only satisfaction surveys can be anonymous.",
    )

    def _compute_waiting_count(self):
        # sudo: how many, and nothing about them
        counts = dict(
            self.env["customer.satisfaction.ballot"]
            .sudo()
            ._read_group([("survey_id", "in", self.ids)], ["survey_id"], ["__count"])
        )
        for survey in self:
            survey.waiting_count = counts.get(survey, 0)

    @api.constrains("is_anonymous")
    def _check_anonymous_plans(self):
        # sudo: plans of all companies
        self.env["customer.satisfaction.plan"].sudo().with_context(
            active_test=False
        ).search([("survey_id", "in", self.ids)])._check_anonymous_trigger()

    def write(self, vals):
        if "is_anonymous" in vals:
            self.filtered(
                lambda s: s.is_anonymous != vals["is_anonymous"]
            )._check_not_asked(
                self.env._(
                    "Who was asked was told how the answers are kept. Copy the survey and "
                    "ask with the copy."
                )
            )
        if "purpose" in vals:
            self.filtered(
                lambda s: s.is_anonymous and s.purpose != vals["purpose"]
            )._check_not_asked(
                self.env._(
                    "Answers to an anonymous survey lie mixed, so that nobody can say which "
                    "were given for which purpose. Copy the survey and ask with the copy."
                )
            )
        return super().write(vals)

    def action_discard_waiting(self):
        """Throw away answers that wait for others that will not come: the survey has ended.

        How many they were is noted at the survey, and nothing else about them.

        :raises AccessError: without the right to change the survey
        :raises UserError: when the survey, or a plan whose answers wait, still asks
        """
        self.check_access("write")
        # sudo: nobody reads what waits; whoever changes the survey may end it
        Ballot = self.env["customer.satisfaction.ballot"].sudo()
        for survey in self:
            waiting = [("survey_id", "=", survey.id)]
            if survey.active and Ballot.search_count(
                [*waiting, ("plan_id.active", "=", True)], limit=1
            ):
                raise UserError(
                    self.env._(
                        "%(survey)s still asks: those who answer next will let these "
                        "answers out. Archive the survey or its plan first.",
                        survey=survey.title,
                    )
                )
            count = Ballot._discard(waiting)
            survey.message_post(
                body=self.env._("Answers that waited and were discarded: %s", count)
            )
        return True

    def _check_not_asked(self, sentence):
        """Refuse a change of surveys of which somebody was asked already."""
        if not self:
            return
        # sudo: whoever was asked, in any company
        asked = (
            self.env["survey.user_input"]
            .sudo()
            .search_count(
                [("survey_id", "in", self.ids), ("test_entry", "=", False)], limit=1
            )
        ) or self.env["customer.satisfaction.invitation"].sudo().search_count(
            [("ticket_survey_id", "in", self.ids)], limit=1
        )
        if asked:
            raise UserError(sentence)


class CustomerSatisfactionPlan(models.Model):
    _inherit = "customer.satisfaction.plan"

    @api.constrains("trigger", "survey_id")
    def _check_anonymous_trigger(self):
        for plan in self:
            if plan.survey_id.is_anonymous and plan.trigger in KNOWING_TRIGGERS:
                raise ValidationError(
                    self.env._(
                        "%(plan)s has to know who answers; %(survey)s is anonymous. Choose "
                        "another survey, or ask after closing, after an order, at regular "
                        "times or by hand.",
                        plan=plan.name,
                        survey=plan.survey_id.title,
                    )
                )


class SurveyUserInput(models.Model):
    """Anonymous answers: nothing about a person is stored with them, nor can be.

    What a ticket opens is an answer in memory only (`_find_by_link`); sent, it goes into the urn.
    """

    _inherit = "survey.user_input"

    is_anonymous = fields.Boolean(
        string="Anonymous",
        readonly=True,
        copy=False,
        help="Given without a name: it cannot be joined back to a person, by anybody.",
    )

    _anonymous_without_person = models.Constraint(
        "CHECK(is_anonymous IS NOT TRUE OR (partner_id IS NULL "
        "AND COALESCE(email, '') = '' AND COALESCE(nickname, '') = '' "
        "AND lang_id IS NULL AND complaint_id IS NULL AND sale_order_id IS NULL "
        "AND handler_id IS NULL AND recorded_by_id IS NULL AND product_id IS NULL "
        "AND team_id IS NULL AND event_date IS NULL AND start_datetime IS NULL "
        "AND invite_token IS NULL "
        "AND end_datetime = date_trunc('day', end_datetime)))",
        "An anonymous answer keeps nothing that tells who gave it, or at what time.",
    )

    @api.model
    def _find_by_link(self, token):
        """The answer that a link opens, as superuser; empty for an unknown link.

        For the ticket of an anonymous survey it is a new one, which nothing has stored; with the
        state "done" when the ticket was used.

        :param str token: the end of the link
        """
        # sudo: the token is the right; it opens this one answer
        Answer = self.sudo()
        if len(token) != 64:
            # An anonymous answer has no link any more, whoever reads its token.
            return Answer.search_fetch(
                [
                    ("access_token", "=", token),
                    ("survey_id.is_satisfaction", "=", True),
                    ("test_entry", "=", False),
                    ("is_anonymous", "=", False),
                ]
            )
        invitation = self.env["customer.satisfaction.invitation"]._find_ticket(token)
        if not invitation:
            return Answer
        lang = self.env["res.lang"]._get_data(code=invitation.partner_id.lang)
        return Answer.new(
            {
                "survey_id": invitation.ticket_survey_id.id,
                "plan_id": invitation.plan_id.id,
                "company_id": invitation.company_id.id,
                "lang_id": lang.id,  # of the page
                "access_token": token,
                "deadline": invitation._get_ticket_deadline(),
                "state": "done" if invitation.ticket_used else "new",
                "is_anonymous": True,
            }
        )

    def _is_ticket(self):
        """Whether this is an answer in memory, see `_find_by_link`."""
        self.ensure_one()
        return self.is_anonymous and not self._origin

    def _lock_for_answer(self):
        if not self._is_ticket():
            return super()._lock_for_answer()
        # sudo: the ticket is the right
        self.env["customer.satisfaction.ballot"].sudo()._lock_urn(self.plan_id)
        return None

    def _save_satisfaction(self, answers, method, user=None):
        """As without anonymity; of a ticket, neither method nor colleague are kept."""
        if not self._is_ticket():
            return super()._save_satisfaction(answers, method, user)
        invitation = self.env["customer.satisfaction.invitation"]._find_ticket(
            self.access_token
        )
        # sudo: the ticket is the right
        return (
            self.env["customer.satisfaction.ballot"]
            .sudo()
            ._cast(
                invitation, {question.id: text for question, text in answers.items()}
            )
        )

    def _keep_so_far(self, answers):
        """What is not sent yet is not kept: there is nobody for whom it could wait."""
        return None if self._is_ticket() else super()._keep_so_far(answers)

    def _get_invited_addresses(self):
        """A ticket ends the surveys for the address to which it was sent."""
        if not (self and self._is_ticket()):
            return super()._get_invited_addresses()
        invitation = self.env["customer.satisfaction.invitation"]._find_ticket(
            self.access_token
        )
        return [invitation.email_normalized]

    @api.model_create_multi
    def create(self, vals_list):
        surveys = self.env["survey.survey"].browse(
            {vals.get("survey_id") for vals in vals_list} - {None, False}
        )
        # sudo: how the survey is answered, for whoever answers it
        anonymous = set(surveys.sudo().filtered("is_anonymous").ids)
        for vals in vals_list:
            if vals.get("survey_id") in anonymous and not vals.get("test_entry"):
                # What colleagues copy from paper comes from our own code, without a person.
                self._check_without_person(vals, may_create=self.env.su)
        return super().create(vals_list)

    def write(self, vals):
        # sudo: see `create`
        if any(vals.get(fname) for fname in PERSON) and any(
            answer.survey_id.is_anonymous and not answer.test_entry
            for answer in self.sudo()
        ):
            self._check_without_person(vals)
        return super().write(vals)

    @api.model
    def _check_without_person(self, vals, may_create=True):
        """Refuse values of an answer to an anonymous survey that tell who gives it."""
        if may_create and not any(vals.get(fname) for fname in PERSON):
            return
        raise UserError(
            self.env._(
                "An anonymous survey is asked by survey plans only: its answers come with "
                "a ticket that leads to nobody. Use a plan, or a survey that is not "
                "anonymous."
            )
        )
