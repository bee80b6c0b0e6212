import logging
from datetime import timedelta

from psycopg2 import errors

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

_logger = logging.getLogger(__name__)

# How long a follow-up that fails is tried again, once an hour.
RETRIED_FOR = timedelta(days=3)
FAILED = Domain("follow_up_failed_at", "!=", False)
# By this a second record for the same answer is known.
MADE_ELSEWHERE = "customer_complaint_feedback_answer_unique"


class SurveyUserInput(models.Model):
    """A follow-up that could not be made is not forgotten: it is tried again, and seen."""

    _inherit = "survey.user_input"

    follow_up_failed_at = fields.Datetime(
        string="Follow-up failed on",
        readonly=True,
        copy=False,
        help="Since when the record that follows up this low score could not be made.",
    )
    follow_up_error = fields.Char(
        string="Why the follow-up failed", readonly=True, copy=False
    )

    _follow_up_failed_idx = models.Index(
        "(follow_up_failed_at) WHERE follow_up_failed_at IS NOT NULL"
    )

    def _follow_up_low(self):
        res = super()._follow_up_low()
        self._forget_failure()
        return res

    def _forget_failure(self):
        self.filtered("follow_up_failed_at").write(
            {"follow_up_failed_at": False, "follow_up_error": False}
        )

    @api.model
    def _give_up_follow_up(self, answer, error):
        if (
            isinstance(error, errors.UniqueViolation)
            and error.diag.constraint_name == MADE_ELSEWHERE
        ):
            answer._forget_failure()
            return  # somebody else has made it at this moment
        _logger.error(
            "The low score of answer %s is not followed up.", answer.id, exc_info=error
        )
        answer.write(
            {
                "follow_up_failed_at": answer.follow_up_failed_at
                or fields.Datetime.now(),
                "follow_up_error": str(error),
            }
        )

    @api.model
    def _retry_follow_ups(self):
        """Follow up what could not be; what another worker has in hand is left to him."""
        since = fields.Datetime.now() - RETRIED_FOR
        failed = self.search(FAILED & Domain("follow_up_failed_at", ">", since))
        failed.try_lock_for_update()._retry_follow_up()

    def _retry_follow_up(self):
        # A test, a duplicate, switched off meanwhile: nothing is to be made any more.
        (self - self._filter_followed())._forget_failure()
        self._follow_up()

    def action_retry_follow_up(self):
        """Make the record that follows up these low scores, which could not be made.

        :raises AccessError: for others than satisfaction users
        :raises UserError: none of them can be made still; the sentence says why
        """
        self.check_access("read")
        if not self.env.user.has_group("customer_satisfaction.group_satisfaction_user"):
            raise AccessError(
                self.env._("Only satisfaction users follow up low scores. Ask one.")
            )
        # sudo: a process field, and work that follows from the answer
        answers = self.sudo().filtered("follow_up_failed_at")
        answers._retry_follow_up()
        still = answers.filtered("follow_up_failed_at")
        if still and still == answers:  # else what could be made is kept
            raise UserError(
                self.env._(
                    "It is still not possible: %(error)s\nAsk the administrator to "
                    "look at the log of the server.",
                    error=still[0].follow_up_error,
                )
            )
        return True


class CustomerComplaintHealth(models.Model):
    _inherit = "customer.complaint.health"

    def _get_alerts(self):
        alerts = super()._get_alerts()
        if not self.env.user.has_group("customer_complaint.group_complaint_manager"):
            return alerts
        answers = self.env["survey.user_input"]
        # sudo: managers of complaints learn how many, whether they read answers or not
        count = answers.sudo().search_count(
            FAILED & Domain("company_id", "in", [*self.env.companies.ids, False])
        )
        if count:
            alerts.append(
                {
                    "text": self.env._(
                        "Low scores that could not be followed up: %(count)s. Nobody "
                        "answers these customers. Look at the error, have it repaired, "
                        "and try again.",
                        count=count,
                    ),
                    "action": "customer_satisfaction"
                    ".survey_user_input_action_follow_up_failed"
                    if answers.has_access("read")
                    else "customer_complaint.customer_complaint_health_action",
                }
            )
        return alerts
