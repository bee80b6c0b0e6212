from odoo import fields, models
from odoo.tools import SQL, split_every

from .customer_satisfaction_item import SCALES

# Fewer agreements than these may well be the same; see `_settle_scores`.
STRAIGHT_FROM = 5
BATCH_SIZE = 1000
# What scores copy from their answer; `survey_user_input.py` writes them anew when it changes.
COPIED_FIELDS = {
    "state",
    "test_entry",
    "survey_id",
    "end_datetime",
    "company_id",
    "plan_id",
    "partner_id",
    "complaint_id",
    "sale_order_id",
    "product_id",
    "handler_id",
    "team_id",
    "survey_method",
    "exclusion",
}


class SurveyUserInput(models.Model):
    """Scoring: what the chosen answers are worth, and whether they count.

    In SQL, because it is the same work for one answer that arrives and for a thousand that are
    imported, and because nothing else writes these rows.
    """

    _inherit = "survey.user_input"

    def _store_satisfaction(self):
        """Score these answers and mark their invitations as answered."""
        # sudo: scores and log follow from the answer, whoever ended it
        for answers in self.sudo().filtered("is_satisfaction")._in_batches():
            answers._store_scores()
            answers._settle_scores().write(
                {"state": "answered", "answered_at": fields.Datetime.now()}
            )

    def _in_batches(self):
        # The planner knows little about rows that came in this transaction.
        return map(self.browse, split_every(BATCH_SIZE, self.ids))

    def _store_scores(self):
        """Write the rows of `customer.satisfaction.score` anew, from what is stored as given.

        A row per answered question that measures something. Choices are worth their grade,
        several remarks the mean of theirs; what was agreed to in reverse is turned round.
        """
        columns = {
            "user_input_id": SQL("answer.id"),
            "question_id": SQL("question.id"),
            "survey_id": SQL("survey.id"),
            "survey_version": SQL("survey.version"),
            "item_id": SQL("question.item_id"),
            "dimension_id": SQL("question.dimension_id"),
            "metric": SQL("question.satisfaction_metric"),
            "effort_direction": SQL("question.effort_direction"),
            "scale_min": SQL("scale.low"),
            "scale_max": SQL("scale.high"),
            "value": SQL(
                "CASE WHEN question.is_reversed THEN scale.low + scale.high - given.value "
                "ELSE given.value END"
            ),
            "weight": SQL("question.satisfaction_weight"),
            "is_counted": SQL(
                "answer.exclusion IS NULL AND answer.test_entry IS NOT TRUE"
            ),
            "is_main": SQL(
                "ROW_NUMBER() OVER (PARTITION BY answer.id, question.satisfaction_metric "
                "ORDER BY question.sequence, question.id) = 1"
            ),
            "date": SQL("COALESCE(answer.end_datetime, %s)", fields.Datetime.now()),
            "company_id": SQL("answer.company_id"),
            "plan_id": SQL("answer.plan_id"),
            "partner_id": SQL("answer.partner_id"),
            "commercial_partner_id": SQL("partner.commercial_partner_id"),
            "country_id": SQL("partner.country_id"),
            "complaint_id": SQL("answer.complaint_id"),
            "sale_order_id": SQL("answer.sale_order_id"),
            "product_id": SQL("answer.product_id"),
            "handler_id": SQL("answer.handler_id"),
            "team_id": SQL("answer.team_id"),
            "survey_method": SQL("answer.survey_method"),
        }
        names = [SQL.identifier(name) for name in columns]
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                WITH scale (metric, low, high) AS (VALUES %(scales)s),
                given AS (
                    SELECT line.user_input_id, line.question_id,
                           AVG(CASE
                               WHEN line.answer_type = 'scale' THEN line.value_scale
                               WHEN question.satisfaction_metric = 'solved'
                               THEN (option.satisfaction_solved = 'solved')::int
                               ELSE NULLIF(option.satisfaction_grade, 0)
                           END) AS value
                      FROM survey_user_input_line line
                      JOIN survey_question question ON question.id = line.question_id
                 LEFT JOIN survey_question_answer option
                           ON option.id = line.suggested_answer_id
                     WHERE line.user_input_id = ANY(%(ids)s)
                       AND line.skipped IS NOT TRUE
                       AND line.answer_type IN ('scale', 'suggestion')
                  GROUP BY line.user_input_id, line.question_id
                ),
                scored AS (
                    SELECT %(values)s
                      FROM given
                      JOIN survey_user_input answer ON answer.id = given.user_input_id
                      JOIN survey_survey survey ON survey.id = answer.survey_id
                      JOIN survey_question question ON question.id = given.question_id
                      JOIN scale ON scale.metric = question.satisfaction_metric
                 LEFT JOIN res_partner partner ON partner.id = answer.partner_id
                     WHERE answer.state = 'done'
                       AND survey.is_satisfaction
                       AND given.value IS NOT NULL
                ),
                gone AS (
                    DELETE FROM customer_satisfaction_score score
                     WHERE score.user_input_id = ANY(%(ids)s)
                       AND NOT EXISTS (
                           SELECT FROM scored
                            WHERE scored.user_input_id = score.user_input_id
                              AND scored.question_id = score.question_id
                       )
                )
                INSERT INTO customer_satisfaction_score (%(names)s)
                     SELECT %(names)s FROM scored
                ON CONFLICT (user_input_id, question_id) DO UPDATE SET %(changes)s
                """,
                ids=self.ids,
                scales=SQL(", ").join(
                    SQL("(%s, %s, %s)", metric, *scale)
                    for metric, scale in SCALES.items()
                ),
                names=SQL(", ").join(names),
                values=SQL(", ").join(
                    SQL("%s AS %s", value, name)
                    for name, value in zip(names, columns.values(), strict=True)
                ),
                changes=SQL(", ").join(
                    SQL("%s = EXCLUDED.%s", name, name) for name in names
                ),
            )
        )
        self.env["customer.satisfaction.score"].invalidate_model(flush=False)
        self.invalidate_recordset(["score_ids"], flush=False)

    def _settle_scores(self):
        """Copy the main scores to the answers, and leave out what is no honest answer.

        Of several questions with one metric the first one counts. What was not answered is NULL,
        which Odoo would write as 0.

        Left out are tests; a second answer of one person about one event; the same agreement with
        everything, reversed statements included; and answers faster than anybody reads. What a
        person decided about an answer stays.

        :return: invitations that something was answered to and that do not say so yet; by the same
            statement, because the customer waits
        """
        self.env.cr.execute(
            SQL(
                """
                WITH settled AS (
                    UPDATE survey_user_input answer
                       SET (csat_grade, nps_value, nps_group, solved) = (
                               SELECT main.csat, main.nps,
                                      CASE WHEN main.nps >= 9 THEN 'promoter'
                                           WHEN main.nps >= 7 THEN 'passive'
                                           WHEN main.nps >= 0 THEN 'detractor' END,
                                      CASE main.solved WHEN 1 THEN 'solved'
                                                       WHEN 0 THEN 'not_solved' END
                                 FROM (SELECT %(csat)s AS csat, %(nps)s AS nps,
                                              %(solved)s AS solved
                                         FROM customer_satisfaction_score score
                                         JOIN survey_question question
                                              ON question.id = score.question_id
                                        WHERE score.user_input_id = answer.id) main
                           ),
                           event_date = COALESCE(answer.event_date, (
                               SELECT COALESCE(complaint.outcome_at, complaint.closed_at)
                                 FROM customer_complaint complaint
                                WHERE complaint.id = answer.complaint_id
                           )),
                           exclusion = CASE
                               WHEN answer.test_entry THEN 'test'
                               WHEN answer.exclusion_note != '' THEN answer.exclusion
                               WHEN %(is_duplicate)s THEN 'duplicate'
                               WHEN %(is_straight)s THEN 'straight'
                               WHEN %(is_fast)s THEN 'fast'
                           END
                     WHERE answer.id = ANY(%(ids)s)
                 RETURNING answer.id, answer.exclusion IS NULL AS is_counted
                ),
                counted AS (
                    UPDATE customer_satisfaction_score score
                       SET is_counted = settled.is_counted
                      FROM settled
                     WHERE score.user_input_id = settled.id
                       AND score.is_counted != settled.is_counted
                )
                SELECT invitation.id
                  FROM customer_satisfaction_invitation invitation
                 WHERE invitation.user_input_id = ANY(%(ids)s)
                   AND invitation.state IN ('prepared', 'sent')
                   AND EXISTS (
                       SELECT FROM survey_user_input_line line
                        WHERE line.user_input_id = invitation.user_input_id
                          AND line.skipped IS NOT TRUE
                   )
                """,
                ids=self.ids,
                csat=self._first_value_sql("csat"),
                nps=self._first_value_sql("nps"),
                solved=self._first_value_sql("solved"),
                is_duplicate=self._is_duplicate_sql(),
                is_straight=self._is_straight_sql(),
                is_fast=self._is_fast_sql(),
            )
        )
        answered = [row[0] for row in self.env.cr.fetchall()]
        self.invalidate_recordset(
            [
                "csat_grade",
                "csat_label",
                "nps_value",
                "nps_group",
                "solved",
                "event_date",
                "exclusion",
            ],
            flush=False,
        )
        self.env["customer.satisfaction.score"].invalidate_model(flush=False)
        return self.env["customer.satisfaction.invitation"].browse(answered)

    def _first_value_sql(self, metric):
        return SQL(
            "(ARRAY_AGG(score.value ORDER BY question.sequence, question.id) "
            "FILTER (WHERE score.metric = %s))[1]",
            metric,
        )

    def _is_duplicate_sql(self):
        """Whether the person answered this survey about this event before."""
        same_event = SQL(
            """(COALESCE(earlier.end_datetime, 'infinity'), earlier.id)
                   < (COALESCE(answer.end_datetime, 'infinity'), answer.id)
               AND earlier.survey_id = answer.survey_id
               AND earlier.state = 'done'
               AND earlier.exclusion IS NULL
               AND earlier.complaint_id IS NOT DISTINCT FROM answer.complaint_id
               AND earlier.complaint_round IS NOT DISTINCT FROM answer.complaint_round
               AND earlier.sale_order_id IS NOT DISTINCT FROM answer.sale_order_id
               AND (earlier.event_date = answer.event_date
                    OR answer.sale_order_id IS NOT NULL
                       AND (earlier.event_date IS NULL OR answer.event_date IS NULL))"""
        )
        return SQL(
            """EXISTS (
                SELECT FROM survey_user_input earlier
                 WHERE earlier.partner_id = answer.partner_id AND %(same_event)s
            ) OR EXISTS (
                SELECT FROM survey_user_input earlier
                 WHERE earlier.sale_order_id = answer.sale_order_id
                   AND LOWER(earlier.email) = LOWER(answer.email) AND %(same_event)s
            )""",
            same_event=same_event,
        )

    def _is_straight_sql(self):
        """Whether statements that contradict each other were agreed to alike."""
        return SQL(
            """EXISTS (
                SELECT FROM customer_satisfaction_score score
                  JOIN survey_question question ON question.id = score.question_id
                 WHERE score.user_input_id = answer.id
                   AND question.question_type = 'scale'
              GROUP BY score.scale_min, score.scale_max
                HAVING COUNT(*) >= %s
                   AND BOOL_OR(question.is_reversed)
                   AND COUNT(DISTINCT CASE
                       WHEN question.is_reversed
                       THEN score.scale_min + score.scale_max - score.value
                       ELSE score.value END) = 1
            )""",
            STRAIGHT_FROM,
        )

    def _is_fast_sql(self):
        """Whether it took less than the company expects; unknown on our light page.

        Anonymous answers know their day only.
        """
        return SQL(
            """answer.answer_method = 'link'
               AND answer.end_datetime - answer.start_datetime < INTERVAL '1 second' * (
                   SELECT company.satisfaction_min_seconds
                     FROM res_company company, survey_survey survey
                    WHERE company.id = answer.company_id
                      AND survey.id = answer.survey_id
                      AND survey.is_anonymous IS NOT TRUE
               ) * (
                   SELECT COUNT(DISTINCT line.question_id)
                     FROM survey_user_input_line line
                    WHERE line.user_input_id = answer.id
                      AND line.skipped IS NOT TRUE
               )"""
        )
