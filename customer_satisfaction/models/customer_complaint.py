import re
import uuid

import psycopg2

from odoo import fields, models
from odoo.exceptions import AccessError, UserError

from odoo.addons.customer_complaint.models.customer_complaint_confirmation import GRADES

# Our light page, or the survey app's
ANSWER_LINK = re.compile(r"(?:/satisfaction/|answer_token=)([0-9a-f-]{36})")


class CustomerComplaint(models.Model):
    _inherit = "customer.complaint"

    satisfaction_answer_count = fields.Integer(
        compute="_compute_satisfaction_answer_count",
        groups="customer_satisfaction.group_satisfaction_user",
    )
    satisfaction_grade = fields.Selection(
        GRADES,
        string="Satisfaction",
        compute="_compute_satisfaction_grade",
        compute_sudo=True,  # as visible as the confirmation it comes from
        groups="customer_complaint.group_complaint_user",
        help="Grade of the customer's last answer about this complaint.",
    )
    customer_csat = fields.Char(
        string="Customer's CSAT",
        related="commercial_partner_id.satisfaction_csat",
        related_sudo=False,
        groups="customer_satisfaction.group_satisfaction_user",
        help="Share of satisfied answers of this customer, with the number of answers and "
        "the 95 % interval.",
    )

    def _order_field_to_sql(self, alias, field_name, direction, nulls, query):
        if field_name != "customer_csat":
            return super()._order_field_to_sql(
                alias, field_name, direction, nulls, query
            )
        customers, alias = self._fields["commercial_partner_id"].join(
            self, alias, query
        )
        return customers._order_field_to_sql(
            alias, "satisfaction_csat", direction, nulls, query
        )

    def _compute_satisfaction_answer_count(self):
        counts = dict(
            self.env["survey.user_input"]._read_group(
                [("complaint_id", "in", self.ids), ("state", "=", "done")],
                ["complaint_id"],
                ["__count"],
            )
        )
        for complaint in self:
            complaint.satisfaction_answer_count = counts.get(complaint, 0)

    def _compute_satisfaction_grade(self):
        answers = self.env["survey.user_input"].search_fetch(
            [
                ("complaint_id", "in", self.ids),
                ("csat_grade", ">", 0),
                ("state", "=", "done"),
                ("test_entry", "=", False),
            ],
            ["complaint_id", "csat_grade"],
            order="complaint_round, end_datetime, id",
        )
        grades = {answer.complaint_id: str(answer.csat_grade) for answer in answers}
        for complaint in self:
            complaint.satisfaction_grade = grades.get(complaint, False)

    def action_view_satisfaction_answers(self):
        """Open the customers' answers about these complaints."""
        return self.env["survey.user_input"]._get_satisfaction_action(
            [("complaint_id", "in", self.ids)]
        )

    # ------------------------------------------------------------------
    # Asking
    # ------------------------------------------------------------------
    def action_send_outcome(self):
        """Also prepare the answers whose links the outcome message carries."""
        self.check_access("write")
        action = super().action_send_outcome()
        # sudo: who may send the outcome need not be allowed to plan surveys
        self.env["customer.satisfaction.plan"].sudo()._plan_outcomes(self.sudo())
        return action

    def _get_outcome_invitations(self):
        """Invitations by which these complaints ask about the outcome of their current round."""
        return (
            self.env["customer.satisfaction.invitation"]
            .search(
                [
                    ("complaint_id", "in", self.ids),
                    ("plan_id.trigger", "=", "complaint_outcome"),
                ]
            )
            .filtered(lambda row: row.round == row.complaint_id.round)
        )

    def _get_outcome_answer(self):
        """The answer whose link the outcome message carries, while it can be answered."""
        self.ensure_one()
        # sudo: who may write to the customer may send him his link
        asking = self.sudo()._get_outcome_invitations()._filter_asking()
        return asking.user_input_id[-1:].filtered(lambda a: not a._is_expired())

    def _asks_how_satisfied(self):
        """Who may not be asked is told the outcome, and can say whether it solves it."""
        self.ensure_one()
        # sudo: as for the link; also the customer's own page wants to know
        rows = self.sudo()._get_outcome_invitations()
        rows = rows.filtered(lambda row: row.reason != "closed")
        return super()._asks_how_satisfied() and bool(not rows or rows._filter_asking())

    def _get_confirm_url(self):
        answer = self._get_outcome_answer()
        return answer._get_answer_url() if answer else super()._get_confirm_url()

    def get_satisfaction_url(self):
        """The customer's personal link to the question about the current outcome.

        For passing it on to the customer, for example in a chat.

        :return: complete address, or False when no outcome message was prepared in this
            round or the link has expired
        :raises AccessError: without the group Satisfaction / User or the right to read
            the complaint
        """
        self.ensure_one()
        if not self.env.user.has_group("customer_satisfaction.group_satisfaction_user"):
            raise AccessError(
                self.env._(
                    "Only satisfaction users see the personal links of customers. Ask a "
                    "satisfaction manager for the right."
                )
            )
        self.check_access("read")
        answer = self._get_outcome_answer()
        return answer._get_answer_url() if answer else False

    def _message_post_after_hook(self, message, msg_values):
        is_outcome = self.env.context.get("complaint_tells") == "outcome"
        tokens = set(ANSWER_LINK.findall(message.body or ""))
        # A composer that was opened before the round, the customer, or whether he may be
        # asked has changed.
        if is_outcome and tokens:
            if tokens != {self._get_outcome_answer().access_token}:
                self._refuse_link()
        result = super()._message_post_after_hook(message, msg_values)
        if tokens and self._is_substantive(message):
            # sudo: see action_send_outcome
            rows = self.sudo()._get_outcome_invitations()
            rows = rows.filtered(
                lambda row: (
                    (is_outcome or row.state == "prepared")
                    and row.user_input_id.access_token in tokens
                )
            )
            if rows:
                try:
                    with self.env.cr.savepoint(flush=False):
                        rows._mark_asked()
                except psycopg2.errors.ExclusionViolation:
                    self._refuse_link()  # another plan asked him at this moment
        return result

    def _refuse_link(self):
        raise UserError(
            self.env._(
                "%(complaint)s: the link to the question in this message no longer "
                "belongs to this customer and this outcome. Nothing was sent: close "
                "the message and press Send outcome again.",
                complaint=self.name,
            )
        )

    def _after_close(self):
        res = super()._after_close()
        # sudo: who may close a complaint need not be allowed to plan surveys
        self.env["customer.satisfaction.plan"].sudo()._plan_closed_complaints(
            # A joined one is asked about where it goes on.
            self.sudo().filtered(
                lambda c: c.record_type == "complaint" and not c._is_joined()
            )
        )
        return res

    def _take_leave_of(self, old_partners):
        """An open question is the new customer's."""
        res = super()._take_leave_of(old_partners)
        if not old_partners:
            return res
        for answer in self.browse(c.id for c in old_partners)._get_answers():
            if answer.state != "done":
                values = answer._prepare_satisfaction_values(
                    answer.complaint_id, answer.survey_id
                )
                answer.write(
                    {
                        k: values[k]
                        for k in ("partner_id", "email", "nickname", "lang_id")
                    }
                )
        return res

    def _get_answers(self):
        # sudo: see action_send_outcome
        return (
            self.env["survey.user_input"]
            .sudo()
            .search([("complaint_id", "in", self.ids)])
        )

    def _renew_links(self):
        """The customer before can no longer open a link; the new one has not been asked."""
        res = super()._renew_links()
        if not self:
            return res
        answers = self._get_answers()
        for answer in answers:
            answer.access_token = str(uuid.uuid4())
        self.env["customer.satisfaction.invitation"].sudo().search(
            [
                ("user_input_id", "in", answers.ids),
                ("state", "=", "sent"),
                ("plan_id.trigger", "=", "complaint_outcome"),
            ]
        ).write({"state": "prepared", "sent_at": False, "rest_from": False})
        return res
