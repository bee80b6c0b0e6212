import csv
import io
from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import format_datetime

from odoo.addons.customer_complaint.tools import workbook

PAGE_SIZE = 2000


class CustomerSatisfactionResults(models.AbstractModel):
    """Answers as a file: a row per answer, a column per question.

    Answers that are left out of the figures are in it, with the reason.
    """

    _inherit = "customer.satisfaction.results"

    @api.model
    def _check_export_rights(self):
        """A file leaves the house: whom the administrator lets export, and the managers."""
        user = self.env.user
        self.env["customer.satisfaction.score"].check_access("read")
        if not user.has_group(
            "customer_satisfaction.group_satisfaction_manager"
        ) and not user.has_group("base.group_allow_export"):
            raise AccessError(
                self.env._(
                    "You may not export answers. Ask an administrator for the right to "
                    "export, or a satisfaction manager for the file."
                )
            )

    @api.model
    def _write_answers(self, file, filters, kind):
        """Write the answers of the chosen surveys and period into a binary file.

        :param dict filters: as of `get_results`
        :param str kind: "xlsx" or "csv" (UTF-8 with BOM, which spreadsheets recognise)
        :return: number of answers
        :raises AccessError: the user may not export
        :raises UserError: too many for a sheet
        """
        self._check_export_rights()
        scope = self._read_scope(filters)
        self = self._in_zone(scope)
        columns = self._get_export_columns(scope)
        rows = self._get_export_rows(scope, kind)
        if kind == "csv":
            count = self._write_csv(file, columns, rows)
        else:
            count = workbook.write(
                file,
                workbook.Sheets(
                    self.env._("Summary"),
                    self.env._("Answers"),
                    self.env._("Columns"),
                    None,
                ),
                self._get_export_facts(scope),
                [],
                columns,
                (self.env._("Column"), self.env._("Meaning")),
                rows,
            )
        # Here, where it is made: there are several ways to it.
        self.env["customer.complaint.access.log"]._log(
            "export", 0, self.env._("Survey answers: %(count)s", count=count)
        )
        return count

    @api.model
    def _get_export_name(self, kind):
        return (
            f"{self.env._('Survey answers')} {fields.Date.context_today(self)}.{kind}"
        )

    @api.model
    def _check_export_size(self, count, kind):
        if kind == "xlsx" and count > workbook.MAX_ROWS:
            raise UserError(
                self.env._(
                    "A sheet holds at most %(limit)s answers. Choose a shorter period, or "
                    "export as CSV.",
                    limit=workbook.MAX_ROWS,
                )
            )

    @api.model
    def _get_export_facts(self, scope):
        return [
            (self.env._("Survey answers"), self.env.company.name),
            (self.env._("Exported by"), self.env.user.name),
            (
                self.env._("Exported on"),
                format_datetime(self.env, fields.Datetime.now()),
            ),
            (
                self.env._("Surveys"),
                ", ".join(newest.title for newest in scope.families) or "–",
            ),
            (self.env._("Period"), self._get_periods()[scope.filters["period"]]),
        ]

    # ------------------------------------------------------------------
    # Columns
    # ------------------------------------------------------------------
    @api.model
    def _get_export_fields(self, scope):
        """Hook: fields of an answer in the file."""
        return [
            "survey_id",
            "end_datetime",
            "event_date",
            "plan_id",
            "company_id",
            "partner_id",
            "complaint_id",
            "sale_order_id",
            "product_id",
            "handler_id",
            "team_id",
            "survey_method",
            "exclusion",
            "exclusion_note",
        ]

    @api.model
    def _get_export_columns(self, scope):
        answers = self.env["survey.user_input"]
        described = answers.fields_get(
            self._get_export_fields(scope), ["string", "help", "type"]
        )
        columns = [
            workbook.Column(
                name,
                described[name]["string"],
                18,
                "datetime" if answers._fields[name].type == "datetime" else "text",
                described[name].get("help") or described[name]["string"],
            )
            for name in self._get_export_fields(scope)
        ]
        version = self.env._("Version")
        columns.insert(1, workbook.Column("version", version, 9, "number", version))
        return [*columns, *self._get_export_question_columns(scope)]

    @api.model
    def _get_export_question_columns(self, scope):
        columns = []
        for key, questions in self._get_export_questions(scope).items():
            question = questions[:1]
            metric = question.satisfaction_metric
            meaning = (
                dict(
                    question._fields["satisfaction_metric"]._description_selection(
                        self.env
                    )
                )[metric]
                if metric
                else self.env._("What was answered, in words")
            )
            columns.append(
                workbook.Column(
                    key,
                    question.title,
                    24,
                    "number" if metric else "text",
                    f"{question.title} ({meaning})",
                )
            )
        return columns

    @api.model
    def _get_export_questions(self, scope):
        """All questions that are answered, by column: versions of one share a column."""
        questions = self.env["survey.question"].search(
            [
                ("survey_id", "in", scope.surveys.ids),
                ("is_page", "=", False),
            ],
            order="survey_id desc, sequence, id",
        )
        columns, keys = defaultdict(questions.browse), {}
        for question in questions:
            key = keys.setdefault(self._get_identity(question), f"q{question.id}")
            columns[key] |= question
        return dict(columns)

    # ------------------------------------------------------------------
    # Rows
    # ------------------------------------------------------------------
    @api.model
    def _get_export_rows(self, scope, kind):
        """A dictionary per answer, a page in memory at a time."""
        names = self._get_export_fields(scope)
        columns = {
            question.id: key
            for key, questions in self._get_export_questions(scope).items()
            for question in questions
        }
        empty = dict.fromkeys(columns.values())
        answers = self.env["survey.user_input"]
        ids = answers.search(self._get_answers_domain(scope), order="id").ids
        self._check_export_size(len(ids), kind)
        for at in range(0, len(ids), PAGE_SIZE):
            page = answers.browse(ids[at : at + PAGE_SIZE])
            given = self._get_export_values(page, columns)
            for answer in page:
                yield {
                    "version": answer.survey_id.version,
                    **{name: self._get_export_value(answer, name) for name in names},
                    **empty,
                    **given[answer.id],
                }
            self.env.invalidate_all(flush=False)

    @api.model
    def _get_export_value(self, answer, name):
        field, value = answer._fields[name], answer[name]
        if not value:
            return None
        if field.type == "many2one":
            # sudo: the name of what the answer is about, as its own form shows it
            return value.sudo().display_name
        if field.type == "datetime":
            return fields.Datetime.context_timestamp(self, value).replace(tzinfo=None)
        if field.type == "selection":
            return dict(field._description_selection(self.env)).get(value, value)
        return str(value)

    @api.model
    def _get_export_values(self, page, columns):
        """What was given, by answer and column: scores as numbers, all else in words."""
        given = defaultdict(dict)
        lines = self.env["survey.user_input.line"].search_fetch(
            [("user_input_id", "in", page.ids), ("skipped", "=", False)],
            order="user_input_id, id",
        )
        for line in lines:
            if line.question_id.satisfaction_metric:
                continue
            key = columns.get(line.question_id.id)
            known = given[line.user_input_id.id].get(key)
            text = line.display_name or ""
            given[line.user_input_id.id][key] = f"{known}; {text}" if known else text
        for score in self.env["customer.satisfaction.score"].search_fetch(
            [("user_input_id", "in", page.ids)],
            ["user_input_id", "question_id", "value"],
        ):
            if score.question_id.id in columns:
                given[score.user_input_id.id][columns[score.question_id.id]] = (
                    score.value
                )
        return given

    @api.model
    def _write_csv(self, file, columns, rows):
        """As the workbook's sheet of answers, for statistics programs."""
        text = io.TextIOWrapper(
            file, encoding="utf-8-sig", newline="", write_through=True
        )
        writer = csv.writer(text)
        writer.writerow([self._defuse(column.label) for column in columns])
        count = 0
        for row in rows:
            writer.writerow(
                [self._format_cell(column, row[column.key]) for column in columns]
            )
            count += 1
        text.detach()
        return count

    @api.model
    def _format_cell(self, column, value):
        if value is None:
            return ""
        if column.kind == "datetime":
            return value.isoformat(" ", "minutes")
        if column.kind == "number":
            return int(value) if value == int(value) else value
        return self._defuse(value)

    @api.model
    def _defuse(self, text):
        """Never a formula, whatever a customer wrote."""
        return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text
