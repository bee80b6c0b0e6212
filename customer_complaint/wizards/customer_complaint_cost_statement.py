from datetime import datetime, time

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import format_date, format_datetime

from ..tools import workbook

MONEY = ["amount_booked:sum", "amount_estimated:sum"]


class CustomerComplaintCostStatement(models.TransientModel):
    """What complaints cost in a period, on paper and as a workbook.

    Booked and estimated stand side by side and are never added; everything is read with the
    rights of whoever asks.
    """

    _name = "customer.complaint.cost.statement"
    _description = "Statement of the Cost of Complaints"

    name = fields.Char(compute="_compute_name")
    company_id = fields.Many2one(
        "res.company",
        required=True,
        default=lambda self: self.env.company,
        domain=lambda self: [("id", "in", self.env.companies.ids)],
    )
    company_currency_id = fields.Many2one(related="company_id.currency_id")
    date_from = fields.Date(
        string="From",
        required=True,
        default=lambda self: fields.Date.context_today(self).replace(month=1, day=1),
    )
    date_to = fields.Date(
        string="Until",
        required=True,
        default=fields.Date.context_today,
        help="This day included; by accounting date.",
    )
    dimension = fields.Selection(
        [
            ("complaint_name", "Complaint"),
            ("category_id", "Category"),
            ("cause_team_id", "Responsible department"),
            ("problem_id", "Shared problem"),
            ("product_id", "Product"),
            ("partner_id", "Customer"),
            ("salesperson_id", "Salesperson"),
            ("team_id", "Team"),
            ("date:month", "Month"),
        ],
        string="Broken down by",
        required=True,
        default="product_id",
    )

    @api.depends("date_from", "date_to")
    def _compute_name(self):
        for statement in self:
            # ASCII: it is stamped on each page.
            statement.name = f"{statement.date_from} - {statement.date_to}"

    @api.constrains("date_from", "date_to")
    def _check_period(self):
        for statement in self:
            if statement.date_from > statement.date_to:
                raise UserError(
                    self.env._("The period ends before it begins. Choose a later end.")
                )

    def _check_export_rights(self):
        """A file leaves the house: leads, accounting, and whom the administrator lets export."""
        groups = (
            "customer_complaint.group_complaint_lead",
            "account.group_account_invoice",
            "account.group_account_readonly",
            "base.group_allow_export",
        )
        if not any(map(self.env.user.has_group, groups)):
            raise AccessError(
                self.env._(
                    "You may not export what complaints cost. Ask a team lead for the "
                    "file, or an administrator for the right to export."
                )
            )
        field = self.dimension.split(":")[0]
        Report = self.env["customer.complaint.cost.report"]
        if not Report._has_field_access(Report._fields[field], "read"):
            raise AccessError(
                self.env._(
                    "Only colleagues who handle complaints see their categories and "
                    "teams. Choose another breakdown."
                )
            )

    def _get_domain(self):
        self.ensure_one()
        return (
            Domain("company_id", "=", self.company_id.id)
            & Domain("date", ">=", self.date_from)
            & Domain("date", "<=", self.date_to)
        )

    # ------------------------------------------------------------------
    # Figures
    # ------------------------------------------------------------------
    def _get_rows(self, dimension):
        """Rows of label, booked and estimated, the most expensive first, months in order."""
        Report = self.env["customer.complaint.cost.report"]
        groups = Report._read_group(self._get_domain(), [dimension], MONEY)
        if dimension == "date:month":
            return [
                (datetime.combine(month, time.min), *money)
                for month, *money in sorted(groups)
            ]
        groups.sort(key=lambda group: -(group[1] + group[2]))
        labels = dict(
            Report._fields[dimension]._description_selection(self.env)
            if dimension == "kind"
            else []
        )
        return [
            (
                labels.get(value)
                or (value if isinstance(value, str) else self._get_name(value))
                or self.env._("Not stated"),
                *money,
            )
            for value, *money in groups
        ]

    def _get_name(self, record):
        """What a figure is about, as its row may be read."""
        # sudo: the name alone, also of a shared problem that another team works on
        return record and record.sudo().display_name

    def _get_difference(self):
        """How far the booked cost is from the books; None for who does not read the books."""
        Reconciliation = self.env["customer.complaint.cost.reconciliation"]
        if not Reconciliation.has_access("read"):
            return None
        ((difference,),) = Reconciliation._read_group(
            self._get_domain(), [], ["difference:sum"]
        )
        return difference or 0.0

    def _get_words(self):
        """What the figures mean, pairs of label and text."""
        words = [
            (self.env._("Company"), self.company_id.name),
            (
                self.env._("Period"),
                f"{format_date(self.env, self.date_from)} – "
                f"{format_date(self.env, self.date_to)}",
            ),
            (self.env._("Currency"), self.company_currency_id.name),
            (
                self.env._("Booked"),
                self.env._(
                    "From posted journal items, by accounting date, without taxes."
                ),
            ),
            (
                self.env._("Estimated"),
                self.env._("What is not booked yet. Never added to what is booked."),
            ),
        ]
        difference = self._get_difference()
        if difference is not None:
            words.append(
                (
                    self.env._("Difference to the books"),
                    self.company_currency_id.format(difference),
                )
            )
        return words

    def _get_address_lines(self, partner):
        return self.env["customer.complaint"]._get_address_lines(partner)

    def _get_dimension_label(self):
        return dict(self._fields["dimension"]._description_selection(self.env))[
            self.dimension
        ]

    # ------------------------------------------------------------------
    # Ways out
    # ------------------------------------------------------------------
    def action_view(self):
        """Open the figures as a pivot table."""
        action = self.env["ir.actions.actions"]._for_xml_id(
            "customer_complaint.customer_complaint_cost_report_action"
        )
        context = {"pivot_row_groupby": [self.dimension]}
        return {**action, "domain": list(self._get_domain()), "context": context}

    def action_print(self):
        """The statement as a PDF."""
        self._check_export_rights()
        return self.env.ref(
            "customer_complaint.report_cost_statement_action"
        ).report_action(self)

    def action_download(self):
        """Let the browser fetch the workbook."""
        self._check_export_rights()
        return {
            "type": "ir.actions.act_url",
            "url": f"/customer_complaint/costs/{self.id}",
            "target": "download",
        }

    def _get_file_name(self):
        return f"{self.env._('Cost of complaints')} {self.name}.xlsx"

    def _write_workbook(self, file):
        """Write the figures to an open binary file.

        :return: number of rows
        """
        self._check_export_rights()
        Report = self.env["customer.complaint.cost.report"]
        sheets = workbook.Sheets(
            self.env._("Summary"),
            self.env._("Rows"),
            self.env._("Columns"),
            self.env._("Booked by month"),
        )
        months = self._get_rows("date:month")
        booked, estimated = Report._fields["amount_booked"], self.env._("Estimated")
        booked = booked._description_string(self.env)
        tables = [
            workbook.Table(
                self.env._("Booked by month"),
                (self.env._("Month"), booked),
                ("month", "amount"),
                [row[:2] for row in months],
            ),
            self._get_table(self.env._("By kind"), self.env._("Kind"), "kind"),
        ]
        if self.dimension != "date:month":
            label = self._get_dimension_label()
            tables.append(self._get_table(label, label, self.dimension))
        tables[1:1] = [
            workbook.Table(
                self.env._("Estimated by month"),
                (self.env._("Month"), estimated),
                ("month", "amount"),
                [(month, value) for month, _booked, value in months],
            )
        ]
        columns = self._get_columns()
        count = workbook.write(
            file,
            sheets,
            [
                (self.env._("Cost of complaints"), self.name),
                (self.env._("Exported by"), self.env.user.name),
                (
                    self.env._("Exported on"),
                    format_datetime(self.env, fields.Datetime.now()),
                ),
                *self._get_words(),
            ],
            tables,
            columns,
            (self.env._("Column"), self.env._("Meaning")),
            self._iterate_rows(columns),
        )
        # Here, where it is made: there are several ways to it.
        self.env["customer.complaint.access.log"]._log(
            "export", count, self.env._("Cost of complaints")
        )
        return count

    def _get_table(self, title, label, dimension):
        Report = self.env["customer.complaint.cost.report"]
        head = [
            Report._fields[fname]._description_string(self.env)
            for fname in ("amount_booked", "amount_estimated")
        ]
        return workbook.Table(
            title,
            (label, *head),
            ("text", "amount", "amount"),
            self._get_rows(dimension),
        )

    def _get_columns(self):
        """Columns of the rows: fields of the report that this user may see."""
        Report = self.env["customer.complaint.cost.report"]
        columns = []
        for fname, width in (
            ("date", 12),
            ("complaint_name", 16),
            ("kind", 18),
            ("basis", 11),
            ("document", 26),
            ("partner_id", 28),
            ("product_id", 28),
            ("category_id", 26),
            ("cause_team_id", 20),
            ("problem_id", 26),
            ("team_id", 20),
            ("salesperson_id", 20),
            ("currency_id", 9),
            ("amount_original", 14),
            ("amount_booked", 14),
            ("amount_estimated", 14),
        ):
            field = Report._fields[fname]
            if Report._has_field_access(field, "read"):
                kind = {"monetary": "amount", "date": "date"}.get(field.type, "text")
                label = field._description_string(self.env)
                words = field._description_help(self.env) or label
                columns.append(workbook.Column(fname, label, width, kind, words))
        return columns

    def _iterate_rows(self, columns):
        Report = self.env["customer.complaint.cost.report"]
        names = [column.key for column in columns]
        for row in Report.search_fetch(
            self._get_domain(), names, order="date, id", limit=workbook.MAX_ROWS
        ):
            yield {
                name: self._get_cell(row, Report._fields[name], name) for name in names
            }

    def _get_cell(self, row, field, name):
        value = row[name]
        if field.type == "date":
            return value and datetime.combine(value, time.min)
        if field.type == "monetary":
            return value
        if field.relational:
            return self._get_name(value) or None
        return field.convert_to_export(value, row) or None
