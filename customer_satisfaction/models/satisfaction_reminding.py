from datetime import timedelta

from odoo import api, models

from .customer_satisfaction_invitation import BATCH_SIZE


class CustomerSatisfactionInvitation(models.Model):
    """Reminders: only to those who have not answered, while their link works."""

    _inherit = "customer.satisfaction.invitation"

    @api.model
    def _get_remind_domain(self, now):
        return [("state", "=", "sent"), ("remind_at", "<=", now)]

    @api.model
    def _remind_due(self, now, limit=BATCH_SIZE):
        """Remind at most `limit` customers who are due at `now`.

        :return: number of rows decided; 0 also when another process is sending
        """
        due = self._take(self._get_remind_domain(now), "remind_at, id", limit)
        due._run_batch("_remind", now)
        return len(due)

    def _remind(self, now):
        due = self._postpone(now, "remind_at")
        unwanted = due._get_unwanted_addresses()
        complaining = due._get_complaining()
        answered = due._get_orders_answered()
        to_remind = due.filtered(
            lambda row: (
                row.plan_id.active
                and row.plan_id.survey_id.active
                and now < (row.user_input_id.deadline or row._get_ticket_deadline())
                and row.email_normalized not in unwanted
                and not row._get_lapse()
                and (row.plan_id, row.order_id) not in answered
                and not (
                    row.plan_id.spare_complaining and row._is_complaining(complaining)
                )
            )
        )
        (due - to_remind).remind_at = False
        for invitation in to_remind:
            invitation.reminder_count += 1
            invitation.remind_at = invitation._get_next_reminder(now)
        to_remind.with_context(satisfaction_reminder=True)._queue_mails()

    def _get_next_reminder(self, now):
        """When the customer is reminded after what he got at `now`, or False."""
        self.ensure_one()
        plan = self.plan_id
        limit = min(plan.reminder_count, self.company_id.satisfaction_max_reminders)
        if self.reminder_count >= limit:
            return False
        return now + timedelta(days=plan.reminder_days)
