from odoo import api, fields, models
from odoo.tools import SQL

from ..tools import due_times, workbook


class CustomerComplaint(models.Model):
    """What the register says of each complaint: its columns, and a row for each."""

    _inherit = "customer.complaint"

    @api.model
    def _get_register_columns(self):
        """Hook: columns of the register. Extensions append theirs, and add the values in
        `_get_register_rows`."""
        Column = workbook.Column
        columns = [
            Column(
                "number",
                self.env._("Number"),
                16,
                "text",
                self.env._("Given once, never reused."),
            ),
            Column(
                "record_type",
                self.env._("Type"),
                12,
                "text",
                self.env._("Complaint, suggestion or feedback."),
            ),
            Column(
                "received",
                self.env._("Received"),
                17,
                "datetime",
                self.env._(
                    "When the complaint reached us, in the time zone of the summary."
                ),
            ),
            Column(
                "channel",
                self.env._("Channel"),
                16,
                "text",
                self.env._("The way it came in."),
            ),
            Column(
                "customer",
                self.env._("Complainant"),
                24,
                "text",
                self.env._("Who complains."),
            ),
            Column(
                "customer_company",
                self.env._("Customer"),
                24,
                "text",
                self.env._("The company of the complainant, or he himself."),
            ),
            Column(
                "order",
                self.env._("Sales order"),
                14,
                "text",
                self.env._("The order it concerns."),
            ),
            Column(
                "products",
                self.env._("Products"),
                30,
                "text",
                self.env._("Products or services it concerns."),
            ),
            Column(
                "title", self.env._("Title"), 40, "text", self.env._("In one line.")
            ),
            Column(
                "demand",
                self.env._("Customer demand"),
                30,
                "text",
                self.env._("What the customer asks for, in his own words."),
            ),
            Column(
                "category",
                self.env._("Category"),
                28,
                "text",
                self.env._("With the one above it."),
            ),
            Column(
                "level",
                self.env._("Level"),
                18,
                "text",
                self.env._("Level 1 is the most severe one."),
            ),
            Column(
                "company",
                self.env._("Company"),
                20,
                "text",
                self.env._("Which received it."),
            ),
            Column(
                "team",
                self.env._("Team"),
                20,
                "text",
                self.env._("Which answers for it."),
            ),
            Column(
                "owner",
                self.env._("Owner"),
                18,
                "text",
                self.env._("Person in charge."),
            ),
            Column(
                "first_contact",
                self.env._("First contact"),
                18,
                "text",
                self.env._("Colleague who took it first and follows it until the end."),
            ),
            Column(
                "stage", self.env._("Stage"), 16, "text", self.env._("Where it stands.")
            ),
            Column(
                "decision",
                self.env._("Decision"),
                16,
                "text",
                self.env._("Empty: not decided yet."),
            ),
            Column(
                "outcome_told",
                self.env._("Outcome told"),
                17,
                "datetime",
                self.env._("When the customer was told the outcome of the last round."),
            ),
        ]
        for key, name in (
            ("response", self.env._("First response")),
            ("completion", self.env._("Completion")),
        ):
            columns += [
                Column(
                    f"{key}_due",
                    self.env._("%(deadline)s due", deadline=name),
                    17,
                    "datetime",
                    self.env._("Until when it is owed, in the last round."),
                ),
                Column(
                    f"{key}_done",
                    self.env._("%(deadline)s done", deadline=name),
                    17,
                    "datetime",
                    self.env._("When it was done; empty: not yet."),
                ),
                Column(
                    f"{key}_verdict",
                    self.env._("%(deadline)s result", deadline=name),
                    14,
                    "text",
                    self.env._(
                        "On time or overdue; running or no longer owed without either."
                    ),
                ),
            ]
        return [
            *columns,
            Column(
                "closed",
                self.env._("Closed on"),
                17,
                "datetime",
                self.env._("Empty: still open."),
            ),
            Column(
                "close_reason",
                self.env._("Close reason"),
                24,
                "text",
                self.env._("Why it was closed."),
            ),
            Column(
                "confirmation",
                self.env._("Confirmation"),
                16,
                "text",
                self.env._("What the customer said last: solved or not."),
            ),
            Column(
                "grade",
                self.env._("Satisfaction"),
                12,
                "number",
                self.env._("Last grade for the handling, 5 is best, 1 is worst."),
            ),
            Column(
                "rounds",
                self.env._("Rounds"),
                9,
                "number",
                self.env._("Grows by one each time the complaint is reopened."),
            ),
            Column(
                "age",
                self.env._("Age (days)"),
                11,
                "decimal",
                self.env._("Days from receipt to closing, or until the export."),
            ),
        ]

    def _get_register_rows(self):
        """Hook: values of these complaints, one dictionary each, in the order of `self`.

        Extensions call super and add the values of their columns, for the whole page at once. The
        complaints were found through the rights of the user; keys are those of the columns and
        "id".
        """
        rows = self._query_register_rows()
        names = {
            key: self._get_register_names(field, rows, key)
            for key, field in {
                "channel": "channel_id",
                "category": "category_id",
                "level": "level_id",
                "company": "company_id",
                "team": "team_id",
                "owner": "user_id",
                "first_contact": "first_contact_id",
                "stage": "stage_id",
            }.items()
        }
        deadline = self.env["customer.complaint.deadline"]._fields
        confirmation = self.env["customer.complaint.confirmation"]._fields
        verdicts = dict(deadline["result"]._description_selection(self.env))
        verdicts |= dict(deadline["state"]._description_selection(self.env))
        for key, field in {
            "record_type": self._fields["record_type"],
            "decision": self._fields["decision"],
            "close_reason": self._fields["close_reason"],
            "confirmation": confirmation["solved"],
        }.items():
            names[key] = dict(field._description_selection(self.env))
        names["response_verdict"] = names["completion_verdict"] = verdicts
        translated = list(names.items())
        for row in rows:
            for key, labels in translated:
                value = row[key]
                if value is not None:
                    row[key] = labels[value]
        return rows

    def _get_register_names(self, fname, rows, key):
        """Display names by id of what a page refers to."""
        ids = {row[key] for row in rows} - {None}
        # sudo: names of what a readable complaint refers to, as its form shows them
        records = self.env[self._fields[fname].comodel_name].sudo().browse(ids)
        return {record.id: record.display_name for record in records}

    def _query_register_rows(self):
        """Values as the database has them, one statement for all: ids and keys, local times."""
        now = fields.Datetime.now()

        def local(column):
            return SQL(
                "%s AT TIME ZONE 'UTC' AT TIME ZONE %s", column, self._get_register_tz()
            )

        def deadline(alias):
            verdict = SQL(
                "CASE WHEN %(row)s.state = 'done' THEN %(row)s.result "
                "WHEN %(row)s.state = 'open' AND %(row)s.due_at < %(now)s "
                "THEN %(overdue)s ELSE %(row)s.state END",
                row=SQL.identifier(alias),
                now=now,
                overdue=due_times.OVERDUE,
            )
            return SQL(
                "%(due)s AS %(name_due)s, %(done)s AS %(name_done)s, "
                "%(verdict)s AS %(name_verdict)s",
                due=local(SQL.identifier(alias, "due_at")),
                done=local(SQL.identifier(alias, "done_at")),
                verdict=verdict,
                name_due=SQL.identifier(f"{alias}_due"),
                name_done=SQL.identifier(f"{alias}_done"),
                name_verdict=SQL.identifier(f"{alias}_verdict"),
            )

        def row(deadline_type):
            # LIMIT keeps it one look into the index per complaint, however many there are.
            return SQL(
                "SELECT * FROM customer_complaint_deadline WHERE complaint_id = c.id "
                "AND round = c.round AND deadline_type = %s LIMIT 1",
                deadline_type,
            )

        self.env.cr.execute(
            SQL(
                """
            SELECT c.id, c.name AS number, c.record_type, %(received)s AS received,
                   c.channel_id AS channel, c.partner_name AS customer,
                   (SELECT name FROM res_partner WHERE id = c.commercial_partner_id)
                   AS customer_company,
                   (SELECT name FROM sale_order WHERE id = c.order_id) AS "order",
                   (SELECT string_agg(name, '; ' ORDER BY sequence, id)
                      FROM customer_complaint_line WHERE complaint_id = c.id)
                   AS products,
                   c.title, c.demand, c.category_id AS category, c.level_id AS level,
                   c.company_id AS company, c.team_id AS team, c.user_id AS owner,
                   c.first_contact_id AS first_contact, c.stage_id AS stage,
                   c.decision, %(told)s AS outcome_told,
                   %(response)s, %(completion)s,
                   %(closed)s AS closed, c.close_reason,
                   a.solved AS confirmation, a.grade::integer AS grade,
                   c.round AS rounds,
                   (EXTRACT(EPOCH FROM COALESCE(c.closed_at, %(now)s) - c.received_at)
                    / 86400)::float8 AS age
              FROM customer_complaint c
         LEFT JOIN LATERAL (%(response_row)s) response ON TRUE
         LEFT JOIN LATERAL (%(completion_row)s) completion ON TRUE
         LEFT JOIN LATERAL (
                   SELECT solved, grade FROM customer_complaint_confirmation
                    WHERE complaint_id = c.id ORDER BY id DESC LIMIT 1
                   ) a ON TRUE
             WHERE c.id = ANY(%(ids)s)
          ORDER BY c.id
                """,
                received=local(SQL("c.received_at")),
                told=local(SQL("c.outcome_at")),
                closed=local(SQL("c.closed_at")),
                response_row=row("first_response"),
                completion_row=row("completion"),
                response=deadline("response"),
                completion=deadline("completion"),
                now=now,
                ids=self.ids,
            )
        )
        return self.env.cr.dictfetchall()
