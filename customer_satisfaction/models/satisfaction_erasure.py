import uuid

from odoo import fields, models
from odoo.exceptions import AccessError
from odoo.fields import Command, Domain
from odoo.tools import SQL

from .customer_satisfaction_rating import PERSON_FIELDS

# What tells who answered. Which product, team or handler it was about stays with the score.
PERSON_COLUMNS = {
    "survey.user_input": (
        *("partner_id", "email", "nickname", "invite_token"),
        *("complaint_id", "sale_order_id"),
    ),
    "customer.satisfaction.score": (
        *("partner_id", "commercial_partner_id", "complaint_id", "sale_order_id"),
    ),
    "customer.satisfaction.invitation": (
        *("partner_id", "email_normalized", "complaint_id", "order_id"),
        *("commercial_partner_id", "person_id", "rest_from", "remind_at", "error"),
        "ticket_hash",
    ),
    # By its reference the source may still name the person; without it, an import would
    # count the rating twice. See `is_person_erased`.
    "customer.satisfaction.rating": PERSON_FIELDS,
}
# Parts of an answer: they stay with it.
PARTS = {
    "survey.user_input.line",
    "customer.satisfaction.score",
    "customer.satisfaction.invitation",
    "customer.satisfaction.rating",
}


class ResPartner(models.Model):
    """Erasure: the person goes, the scores stay."""

    _inherit = "res.partner"

    def _get_satisfaction_domain(self):
        """Answers of contacts, of those below, and those that only know their address."""
        domain = Domain("partner_id", "child_of", self.ids)
        emails = [email for email in self.mapped("email_normalized") if email]
        domain |= Domain("partner_id", "=", False) & Domain("email", "in", emails)
        return domain & Domain("is_satisfaction", "=", True)

    def _get_invitation_domain(self):
        emails = [email for email in self.mapped("email_normalized") if email]
        return Domain("partner_id", "child_of", self.ids) | (
            Domain("partner_id", "=", False) & Domain("email_normalized", "in", emails)
        )

    def _erase_satisfaction(self):
        """Take these people out of all survey answers and invitations.

        Grades and chosen options stay, and with them every figure. Words of their own, names,
        addresses, e-mails and what leads to a complaint or an order go. Anonymous answers are of
        nobody already; what a complaint says stays with the complaint.

        :return: number of answers that had been given
        :raises AccessError: for others than satisfaction managers
        """
        if not self.env.user.has_group(
            "customer_satisfaction.group_satisfaction_manager"
        ):
            raise AccessError(
                self.env._(
                    "Only a satisfaction manager takes a person out of the survey answers."
                )
            )
        self.check_access("read")
        # Of all companies in which the manager works, not only those he looks at.
        here = self.with_context(allowed_company_ids=self.env.user.company_ids.ids)
        answers = here.env["survey.user_input"].search(self._get_satisfaction_domain())
        invitations = here.env["customer.satisfaction.invitation"].search(
            self._get_invitation_domain() | Domain("user_input_id", "in", answers.ids)
        )
        given = len(answers.filtered(lambda a: a.state == "done"))
        # sudo: the right was checked, and these are the rows that the manager may read
        invitations.sudo()._erase_person()
        answers.sudo()._erase_person()
        people = self.with_context(active_test=False).search(
            [("id", "child_of", self.ids)]
        )
        for model_name, name in (
            ("customer.satisfaction.session", "participant_ids"),
            ("customer.satisfaction.finding", "said_by_ids"),
        ):
            here.env[model_name].search([(name, "in", people.ids)]).sudo().write(
                {name: [Command.unlink(person.id) for person in people]}
            )
        for partner in self:
            self.env["customer.complaint.access.log"]._log(
                "erasure",
                0,
                self.env._("Survey answers without the person: %(n)s", n=given),
                partner=partner,
            )
        return given


class SurveyUserInput(models.Model):
    _inherit = "survey.user_input"

    def _erase_person(self):
        if not self:
            return
        ratings = self.env["customer.satisfaction.rating"].search(
            [("user_input_id", "in", self.ids)]
        )
        _empty_columns(self)
        _empty_columns(self.score_ids)
        _empty_columns(ratings)
        ids = tuple(self.ids)
        cr = self.env.cr
        cr.execute(
            SQL(
                "UPDATE survey_user_input_line SET value_text_box = NULL, "
                "value_char_box = NULL, skipped = TRUE, answer_type = NULL "
                "WHERE user_input_id IN %s "
                "AND (value_text_box IS NOT NULL OR value_char_box IS NOT NULL)",
                ids,
            )
        )
        # What else points to an answer leads back to the person.
        for model_name in self.env.registry:
            model = self.env[model_name]
            for name, field in model._fields.items():
                if (
                    field.type == "many2one"
                    and field.store
                    and field.comodel_name == self._name
                    and not model._abstract
                    and not model._transient
                    and model._auto
                    and model._name not in PARTS
                ):
                    cr.execute(
                        SQL(
                            "UPDATE %s SET %s = NULL WHERE %s IN %s",
                            SQL.identifier(model._table),
                            SQL.identifier(name),
                            SQL.identifier(name),
                            ids,
                        )
                    )
        self.env.invalidate_all(flush=False)
        ratings.is_person_erased = True
        for answer in self:
            answer.access_token = str(uuid.uuid4())  # old links lead nowhere
        _remove_traces(self)
        _remove_traces(ratings)

    def _get_personal_answer(self):
        """The answer as it is handed out: what was asked, what was said, and for what."""
        self.ensure_one()
        return {
            "survey": self.survey_id.title,
            "date": str(self.end_datetime or "") or None,
            "state": self.state,
            "purpose": self.purpose_id.text or None,
            "name": self.nickname or None,
            "email": self.email or None,
            "complaint": self.complaint_id.name or None,
            "order": self.sale_order_id.name or None,
            "answers": [
                {"question": line.question_id.title, "answer": line.display_name}
                for line in self.user_input_line_ids
                if not line.skipped
            ],
        }


class CustomerSatisfactionInvitation(models.Model):
    _inherit = "customer.satisfaction.invitation"

    def _erase_person(self):
        if not self:
            return
        _empty_columns(self)
        self.env.invalidate_all(flush=False)
        # Nobody is there any more who could be asked.
        self.filtered(lambda i: i.state in ("planned", "prepared")).write(
            {"state": "skipped", "reason": "no_email"}
        )
        _remove_traces(self)


class CustomerComplaintAccessLog(models.Model):
    _inherit = "customer.complaint.access.log"

    kind = fields.Selection(
        selection_add=[("erasure", "Erasure of a person's survey answers")],
        ondelete={"erasure": "cascade"},
    )


def _empty_columns(records):
    """Set the columns of a person to NULL, past what is computed from them."""
    if not records:
        return
    columns = [
        SQL("%s = NULL", SQL.identifier(name))
        for name in PERSON_COLUMNS[records._name]
        if name in records._fields and records._fields[name].store
    ]
    records.env.flush_all()
    records.env.cr.execute(
        SQL(
            "UPDATE %s SET %s WHERE id IN %s",
            SQL.identifier(records._table),
            SQL(", ").join(columns),
            tuple(records.ids),
        )
    )


def _remove_traces(records):
    """Remove e-mails, messages and files that stand with records."""
    env = records.env
    of_these = [("model", "=", records._name), ("res_id", "in", records.ids)]
    env["mail.mail"].search(of_these).unlink()
    env["mail.message"].search(of_these).unlink()
    env["ir.attachment"].search(
        [("res_model", "=", records._name), ("res_id", "in", records.ids)]
    ).unlink()
    env["mail.followers"].search(
        [("res_model", "=", records._name), ("res_id", "in", records.ids)]
    ).unlink()
