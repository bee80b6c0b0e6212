import base64
import io

import pytz
from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import SQL, format_datetime

from ..tools import due_times, statistics, workbook
from ..tools.record_types import IS_COMPLAINT
from .customer_complaint_deadline import JUDGED
from .customer_complaint_stage import CLOSED_TYPES

PAGE_SIZE = 2000
# What get_register returns in one answer; the file is in memory then, twice.
API_ROWS = 50_000


class CustomerComplaint(models.Model):
    """The complaint register as a workbook: exactly the complaints its reader may see."""

    _inherit = "customer.complaint"

    # ------------------------------------------------------------------
    # Ways to it
    # ------------------------------------------------------------------
    def action_export_register(self):
        """Download the register of the selected complaints."""
        if not self:
            raise UserError(
                self.env._("Choose at least one complaint, then export again.")
            )
        selection = [("id", "in", self.ids), ("active", "in", [True, False])]
        return (
            self.env["customer.complaint.register"]
            .create({"selection": repr(selection)})
            .action_download()
        )

    @api.model
    def get_register(self, domain=None):
        """Return the register as a workbook (XLSX), limited to API_ROWS complaints.

        Only complaints that the caller may read are in it; an empty one has headers only.

        :param list domain: search domain on complaints; all when omitted
        :return: dict with "name" (file name), "content" (base64) and "count" (complaints)
        :raises AccessError: the caller may not export
        :raises UserError: more complaints than one answer may carry
        """
        asked = domain or []
        domain = Domain("active", "in", [True, False]) & Domain(asked)
        found = self.search_count(domain, limit=API_ROWS + 1)
        if found > API_ROWS:
            raise UserError(
                self.env._(
                    "More than %(limit)s complaints match, too many for one answer. Ask "
                    "for less, for example month by month, or download the register "
                    "with Reporting, Register.",
                    limit=API_ROWS,
                )
            )
        file = io.BytesIO()
        words = [(self.env._("Filter"), repr(list(asked)) if asked else "—")]
        count = self._write_register(file, domain, words)
        return {
            "name": self._get_register_name(),
            "content": base64.b64encode(file.getvalue()).decode(),
            "count": count,
        }

    @api.model
    def _get_register_name(self):
        today = fields.Date.context_today(self)
        return f"{self.env._('Complaint register')} {today}.xlsx"

    @api.model
    def _check_register_rights(self):
        """A file leaves the house: leads may take it, and whom the administrator lets export."""
        user = self.env.user
        if not user.has_group("customer_complaint.group_complaint_lead") and not (
            user.has_group("customer_complaint.group_complaint_submitter")
            and user.has_group("base.group_allow_export")
        ):
            raise AccessError(
                self.env._(
                    "You may not export the complaint register. Ask an administrator "
                    "for the right to export, or a team lead for the file."
                )
            )

    @api.model
    def _check_register_size(self, domain):
        if self.search_count(domain, limit=workbook.MAX_ROWS + 1) > workbook.MAX_ROWS:
            raise UserError(
                self.env._(
                    "A sheet holds at most %(limit)s complaints. Choose a shorter "
                    "period, or fewer teams.",
                    limit=workbook.MAX_ROWS,
                )
            )

    @api.model
    def _write_register(self, file, domain, words):
        """Write the register to an open binary file.

        :param domain: which complaints, among those the user may read
        :param list words: pairs of label and text that say the same to the reader
        :return: number of complaints
        """
        self._check_register_rights()
        self._check_register_size(domain)
        self.env.flush_all()
        # Rows and months by the same clock.
        self = self.with_context(tz=self._get_register_tz())
        sheets = workbook.Sheets(
            self.env._("Summary"),
            self.env._("Register"),
            self.env._("Columns"),
            self.env._("Complaints received by month"),
        )
        now = fields.Datetime.now()
        facts = [
            (self.env._("Complaint register"), self.env.company.name),
            (self.env._("Exported by"), self.env.user.name),
            (
                self.env._("Exported on"),
                f"{format_datetime(self.env, now)} ({self._get_register_tz()})",
            ),
            *self._count_types(domain),
            *words,
        ]
        count = workbook.write(
            file,
            sheets,
            facts,
            self._get_register_tables(domain),
            self._get_register_columns(),
            (self.env._("Column"), self.env._("Meaning")),
            self._get_register_pages(domain),
        )
        # Here, where it is made: there are several ways to it.
        self.env["customer.complaint.access.log"]._log(
            "export", count, self.env._("Register (Excel)")
        )
        return count

    @api.model
    def _get_register_pages(self, domain):
        """Rows of the register in order of registration, a page in memory at a time."""
        last = 0
        while True:
            page = self.search(
                Domain(domain) & Domain("id", ">", last), order="id", limit=PAGE_SIZE
            )
            if not page:
                return
            last = page.ids[-1]
            yield from page._get_register_rows()
            self.env.invalidate_all(flush=False)

    def _get_register_tz(self):
        name = self.env.context.get("tz") or self.env.user.tz
        return name if name in pytz.all_timezones_set else "UTC"

    # ------------------------------------------------------------------
    # Rows
    # ------------------------------------------------------------------
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

    # ------------------------------------------------------------------
    # Summary
    # ------------------------------------------------------------------
    @api.model
    def _get_register_tables(self, domain):
        """Counts of complaints, grouped by the database through the rights of the user."""
        domain = Domain(domain) & IS_COMPLAINT
        count = self.env._("Complaints")

        def table(title, rows, kind="text"):
            return workbook.Table(title, (title, count), (kind, "number"), rows)

        return [
            table(self.env._("Month of receipt"), self._count_months(domain), "month"),
            table(self.env._("State"), self._count_states(domain)),
            table(self.env._("Level"), self._count_by(domain, "level_id")),
            table(
                self.env._("Category (the ten most frequent)"),
                self._count_by(domain, "category_id", most=10),
            ),
            workbook.Table(
                self.env._("Deadlines met (of those that fell due)"),
                (
                    self.env._("Deadline"),
                    self.env._("On time"),
                    self.env._("Of"),
                    self.env._("Rate"),
                    self.env._("From (95 %)"),
                    self.env._("To (95 %)"),
                ),
                ("text", "number", "number", "percent", "percent", "percent"),
                self._rate_deadlines(domain),
            ),
        ]

    def _count_types(self, domain):
        """How many rows are complaints, and how many something else, if any."""
        found = dict(self._read_group(domain, ["record_type"], ["__count"]))
        counts = [(self.env._("Complaints"), str(found.pop("complaint", 0)))]
        labels = dict(self._fields["record_type"]._description_selection(self.env))
        return counts + [(labels[kind], str(count)) for kind, count in found.items()]

    def _count_months(self, domain):
        groups = self._read_group(
            domain, ["received_at:month"], ["__count"], order="received_at:month"
        )
        found = {month.replace(tzinfo=None): count for month, count in groups if month}
        rows, month = [], min(found, default=None)
        while found and month <= max(found):
            rows.append((month, found.get(month, 0)))
            month += relativedelta(months=1)
        return rows

    def _count_states(self, domain):
        found = {False: 0, True: 0}
        for stage_type, count in self._read_group(domain, ["stage_type"], ["__count"]):
            found[stage_type in CLOSED_TYPES] += count
        return [
            (self.env._("Open"), found[False]),
            (self.env._("Closed"), found[True]),
        ]

    def _count_by(self, domain, fname, most=None):
        order = "__count DESC" if most else fname
        groups = self._read_group(domain, [fname], ["__count"], limit=most, order=order)
        return [
            (record.display_name or self.env._("None"), count)
            # sudo: as in the rows
            for record, count in ((record.sudo(), count) for record, count in groups)
        ]

    def _rate_deadlines(self, domain):
        """Deadlines that fell due, by type: met, of how many, share with its 95 % interval."""
        Deadline = self.env["customer.complaint.deadline"]
        due, met = {}, {}
        for kind, result, count in Deadline._read_group(
            Domain("complaint_id", "any", list(Domain(domain)))
            & JUDGED
            & Domain("due_at", "<", fields.Datetime.now()),
            ["deadline_type", "result"],
            ["__count"],
        ):
            due[kind] = due.get(kind, 0) + count
            met[kind] = met.get(kind, 0) + (result == due_times.ON_TIME) * count
        labels = Deadline._fields["deadline_type"]._description_selection(self.env)
        rows = []
        for kind, label in labels:
            successes, n = met.get(kind, 0), due.get(kind, 0)
            low, high = statistics.wilson(successes, n) or (None, None)
            rows.append((label, successes, n, statistics.rate(successes, n), low, high))
        return rows
