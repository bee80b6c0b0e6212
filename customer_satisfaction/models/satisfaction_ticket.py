import hashlib
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import hmac


class CustomerSatisfactionInvitation(models.Model):
    """Invitations to anonymous surveys: a ticket instead of an answer that waits.

    The ticket says that somebody may answer once. It leads to no answer, and no answer to it:
    the log tells who was asked, and later who has answered, never what.
    """

    _inherit = "customer.satisfaction.invitation"

    ticket_hash = fields.Char(
        groups=fields.NO_ACCESS,
        copy=False,
        help="Of the link to an anonymous survey.",
    )
    ticket_used = fields.Boolean(
        groups=fields.NO_ACCESS,
        copy=False,
        help="Answered; shown as the status as soon as enough others have answered.",
    )
    # A link keeps asking what it was sent for, whatever the plan asks by now.
    ticket_survey_id = fields.Many2one(
        "survey.survey", groups=fields.NO_ACCESS, copy=False, ondelete="restrict"
    )
    ticket_url = fields.Char(groups=fields.NO_ACCESS, compute="_compute_ticket_url")

    _ticket_unique = models.UniqueIndex(
        "(ticket_hash) WHERE ticket_hash IS NOT NULL", "A ticket is given once."
    )
    _ticket_without_answer = models.Constraint(
        "CHECK(ticket_hash IS NULL OR user_input_id IS NULL)",
        "An invitation to an anonymous survey does not know its answer.",
    )

    def _compute_ticket_url(self):
        for invitation in self:
            invitation.ticket_url = (
                invitation.get_base_url() + f"/satisfaction/{invitation._get_ticket()}"
            )

    def _get_ticket(self):
        """The ticket as the customer gets it; stored is only what it can be known by."""
        self.ensure_one()
        # sudo: the secret of the database
        return hmac(self.sudo().env, "customer_satisfaction.ticket", self.id)

    @api.model
    def _find_ticket(self, ticket):
        """Invitation with this ticket, or an empty recordset.

        :param str ticket: as the customer sends it
        """
        # sudo: the ticket is the right
        return self.sudo().search([("ticket_hash", "=", _digest(ticket))])

    def _is_ticket(self):
        """Whether this was sent as an invitation to an anonymous survey."""
        self.ensure_one()
        return bool(self.sudo().ticket_hash)

    @api.model
    def _get_remind_domain(self, now):
        """Who has answered is not reminded, though the log does not say so yet."""
        return [*super()._get_remind_domain(now), ("ticket_used", "!=", True)]

    def _get_ticket_deadline(self):
        """Until when the ticket is good; see also `_is_expired` of answers."""
        self.ensure_one()
        return self.sent_at and self.sent_at + timedelta(
            days=self.plan_id.validity_days
        )

    def _create_answers(self, now):
        """Those to anonymous surveys get a ticket, the others their empty answer."""
        anonymous = self.filtered("plan_id.survey_id.is_anonymous")
        anonymous._give_tickets()
        return super(CustomerSatisfactionInvitation, self - anonymous)._create_answers(
            now
        )

    def _give_tickets(self):
        for survey in self.plan_id.survey_id:
            if not survey.is_light:
                raise UserError(
                    self.env._(
                        "%(survey)s is anonymous, and its questions need the page of the "
                        "survey app, which keeps who answers. Use questions with a scale, "
                        "one choice or a text, all on one page.",
                        survey=survey.title,
                    )
                )
        # sudo: nobody reads or writes tickets
        for invitation in self.sudo():
            invitation.write(
                {
                    "ticket_hash": _digest(invitation._get_ticket()),
                    "ticket_survey_id": invitation.plan_id.survey_id.id,
                }
            )

    def _queue_mails(self):
        """Anonymous surveys have an e-mail of their own: it belongs to no answer."""
        # sudo: the rights to ask were checked; tickets are hidden from everybody
        tickets = self.sudo().filtered("ticket_hash")
        if tickets:
            template = self.env.ref("customer_satisfaction.mail_template_anonymous")
            mails = template.sudo().send_mail_batch(tickets.ids)
            # Whoever reads the invitation reads its messages, too: the link goes out with the
            # e-mail alone.
            mails.mail_message_id.body = False
        return super(
            CustomerSatisfactionInvitation, self - tickets.sudo(self.env.su)
        )._queue_mails()


class MailMail(models.Model):
    _inherit = "mail.mail"

    def _get_stop_url(self):
        invitation = self.env["customer.satisfaction.invitation"]
        if self.model != invitation._name:
            return super()._get_stop_url()
        # sudo: the link stands in the e-mail anyway
        return f"{invitation.sudo().browse(self.res_id).ticket_url}/stop"


def _digest(ticket):
    return hashlib.sha256(ticket.encode()).hexdigest()
