import base64
import io

import pytz
from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import format_datetime

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
