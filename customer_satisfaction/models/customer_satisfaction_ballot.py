import random

from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

# So many invitations at most are written at once, to hide among them who has just answered.
CROWD = 200


class CustomerSatisfactionBallot(models.Model):
    """The urn of anonymous surveys: what was answered, until enough lie in it to be mixed.

    An answer and the ticket it came with are written in one transaction, and whoever comes next
    is written later: ids, dates and the transaction of a row (xmin) would join the two. So each
    answer that falls in writes the whole urn and all its tickets once more, in an order drawn by
    lot. At the company's minimum group, or that for comments where the survey asks for own words,
    the urn is emptied: its answers and its invitations become visible together, in one
    transaction, with the same day in every column. The invitations answered earlier that day are
    written again with them: their rows tell no group within it.

    Nobody reads it through the ORM.
    """

    _name = "customer.satisfaction.ballot"
    _description = "Anonymous Answer in the Urn"
    _log_access = False  # neither when nor who

    plan_id = fields.Many2one(
        "customer.satisfaction.plan", required=True, index=True, ondelete="restrict"
    )
    survey_id = fields.Many2one(
        "survey.survey", required=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one("res.company", required=True, ondelete="restrict")
    given = fields.Json(required=True, help="Text by id of the question.")

    @api.model
    def _cast(self, invitation, given):
        """Put an answer into the urn, use up its ticket, and open the urn when it is time.

        :param invitation: the one whose ticket is used; as superuser
        :param dict given: text by id of the question, validated
        :raises UserError: when the ticket was used before
        """
        # Whoever is signed in while he answers: every row is written by nobody in particular.
        self = self.with_user(SUPERUSER_ID)
        self._lock_urn(invitation.plan_id)
        urn = (
            invitation.plan_id.id,
            invitation.ticket_survey_id.id,
            invitation.company_id.id,
        )
        self.env.flush_all()
        used = self._execute(
            "UPDATE customer_satisfaction_invitation SET ticket_used = TRUE "
            "WHERE id = %s AND ticket_used IS NOT TRUE RETURNING id",
            invitation.id,
        )
        if not used:
            raise UserError(
                self.env._("This link was used before. Each link takes one answer.")
            )
        taken = self._execute(
            "DELETE FROM customer_satisfaction_ballot "
            "WHERE (plan_id, survey_id, company_id) = %s RETURNING given",
            urn,
        )
        ballots = [*(row[0] for row in taken), {str(k): v for k, v in given.items()}]
        self._mix(ballots)
        company = invitation.company_id
        enough = (
            company.satisfaction_min_comments
            if invitation.ticket_survey_id._get_comment_question()
            else company.satisfaction_min_group
        )
        if len(ballots) < enough or self._count_people(urn) < enough:
            self.create(
                [
                    {
                        "plan_id": urn[0],
                        "survey_id": urn[1],
                        "company_id": urn[2],
                        "given": ballot,
                    }
                    for ballot in ballots
                ]
            )
            self._write_tickets(urn, "ticket_used = TRUE")
        else:
            self._open(urn, ballots)
        # Only what was written: the page still shows the answer in memory.
        for model_name in ("customer.satisfaction.invitation", self._name):
            self.env[model_name].invalidate_model(flush=False)

    @api.model
    def _count_people(self, urn):
        """How many people answered what lies in the urn: one may have several tickets."""
        [[count]] = self._execute(
            "SELECT LEAST("
            "COUNT(DISTINCT COALESCE(email_normalized, partner_id::text)), "
            "COUNT(DISTINCT COALESCE(partner_id::text, email_normalized))) "
            "FROM customer_satisfaction_invitation "
            "WHERE (plan_id, ticket_survey_id, company_id) = %s AND ticket_used "
            "AND state <> 'answered'",
            urn,
        )
        return count

    @api.model
    def _discard(self, domain):
        """Throw away what waits, and its tickets with it.

        :return: number of answers that were thrown away
        """
        ballots = self.search(domain)
        for plan in ballots.plan_id:
            self._lock_urn(plan)
        ballots = self.search(domain)
        count = len(ballots)
        urns = {(b.plan_id.id, b.survey_id.id, b.company_id.id) for b in ballots}
        ballots.unlink()
        self.env.flush_all()
        if urns:
            # Their people must not be counted for later answers; their links are dead now.
            self._execute(
                "UPDATE customer_satisfaction_invitation "
                "SET ticket_hash = NULL, ticket_survey_id = NULL "
                "WHERE (plan_id, ticket_survey_id, company_id) IN %s AND ticket_used "
                "AND state <> 'answered'",
                tuple(urns),
            )
            self.env["customer.satisfaction.invitation"].invalidate_model(flush=False)
        return count

    @api.model
    def _lock_urn(self, plan):
        """The next answer waits here, and what it saw before is stale then: it starts again."""
        self.env.flush_all()
        self._execute(
            "UPDATE customer_satisfaction_plan SET sequence = sequence WHERE id = %s",
            plan.id,
        )

    @api.model
    def _mix(self, ballots):
        """Put ballots into an order that nothing but chance decides."""
        random.SystemRandom().shuffle(ballots)

    @api.model
    def _open(self, urn, ballots):
        """Make the ballots answers like any others, only without a person."""
        plan_id, survey_id, company_id = urn
        today = self._get_day()
        Answer = self.env["survey.user_input"].with_context(
            tracking_disable=True, mail_create_nolog=True, mail_create_nosubscribe=True
        )
        answers = Answer.create(
            [
                {
                    "survey_id": survey_id,
                    "plan_id": plan_id,
                    "company_id": company_id,
                    "is_anonymous": True,
                    "survey_method": "online",
                }
                for _ballot in ballots
            ]
        )
        questions = answers.survey_id.question_ids
        for answer, ballot in zip(answers, ballots, strict=True):
            for question in questions:
                answer._save_lines(question, ballot.get(str(question.id), ""))
        answers.write(
            {
                "state": "done",
                "answer_method": "link",
                "start_datetime": False,
                "end_datetime": today,
            }
        )
        self.env.flush_all()
        self._execute(
            "UPDATE survey_user_input SET create_date = %s, write_date = %s "
            "WHERE id IN %s",
            today,
            today,
            tuple(answers.ids),
        )
        self._execute(
            "UPDATE survey_user_input_line SET create_date = %s, write_date = %s "
            "WHERE user_input_id IN %s",
            today,
            today,
            tuple(answers.ids),
        )
        self._write_tickets(
            urn,
            "state = 'answered', answered_at = %s, write_date = %s",
            today,
            today,
            day=today,
        )
        for records in (answers, answers.user_input_line_ids):
            records.invalidate_recordset(flush=False)

    @api.model
    def _write_tickets(self, urn, changes, *values, day=None):
        """Write used tickets of an urn, the last one used among them.

        :param day: those answered on this day, too: no news, to hide the others among them
        """
        known = self._execute(
            "SELECT id FROM customer_satisfaction_invitation "
            "WHERE (plan_id, ticket_survey_id, company_id) = %s AND ticket_used "
            "AND (state <> 'answered' OR answered_at = %s) "
            "ORDER BY state = 'answered', random() LIMIT %s",
            urn,
            day,
            CROWD,
        )
        self._mix(known)
        # One by one: one statement would keep them in the order in which they lie in the
        # table, which is the order in which they were used.
        for [invitation_id] in known:
            self._execute(
                f"UPDATE customer_satisfaction_invitation SET {changes} WHERE id = %s",
                *values,
                invitation_id,
            )

    @api.model
    def _get_day(self):
        """This day, without the time."""
        return fields.Datetime.to_datetime(fields.Date.today())

    @api.model
    def _execute(self, query, *values):
        """Rows of a statement; who is overtaken starts again, and that is no error."""
        cr = self.env.cr
        cr.execute(SQL(query, *values), log_exceptions=False)
        return cr.fetchall() if cr.description else []
