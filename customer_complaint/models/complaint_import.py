from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tools import SQL

from ..tools.record_types import SEQUENCES
from .customer_complaint_stage import CLOSED_TYPES

HISTORY = "history"
OPEN = "open"
MODES = [
    (HISTORY, "History: closed and old complaints, for the record"),
    (OPEN, "Open complaints: the work goes on here"),
]
# What the process sets, and a file may bring along.
BROUGHT = {
    HISTORY: {
        "name",
        "first_contact_id",
        "round",
        "told_at",
        "outcome_at",
        "completed_at",
        "closed_at",
        "close_reason",
    },
    OPEN: {"name", "first_contact_id"},
}
# Columns in which a record may be called by a name, see `_find_references`.
NAMED_COLUMNS = (
    "partner_id",
    "invoiced_partner_id",
    "order_id",
    "channel_id",
    "category_id",
    "level_id",
    "team_id",
    "stage_id",
    "user_id",
    "first_contact_id",
    "emotion_id",
)
ROWS_SHOWN = 8
# Digits that a number from a file may have more than ours: a longer one is of another kind.
MORE_DIGITS = 4


class Import:
    """A file that is being imported; an object, so that no caller can send one in a context."""

    def __init__(self, mode, go_live_at=None):
        self.mode = mode
        self.go_live_at = go_live_at  # from when deadlines of open complaints count
        self.has_errors = False


class CustomerComplaint(models.Model):
    """Files of complaints, brought in through Odoo's import.

    The mode travels in the context (`complaint_import`, "history" or "open", and
    `complaint_go_live`); only complaint managers may use it.
    """

    _inherit = "customer.complaint"

    @api.model
    def get_import_templates(self):
        """Files to begin with, for the mode in the context or for both."""
        mode = self.env.context.get("complaint_import")
        labels = {
            HISTORY: self.env._("Template: history"),
            OPEN: self.env._("Template: open complaints"),
        }
        folder = "/customer_complaint/static/import"
        return [
            {"label": f"{label} ({kind})", "template": f"{folder}/{key}.{kind.lower()}"}
            for key, label in labels.items()
            for kind in ("XLSX", "CSV")
            if mode in (key, None)
        ]

    @api.model
    def fields_get(self, allfields=None, attributes=None):
        known = super().fields_get(allfields, attributes)
        # Odoo's import offers no column that is read-only.
        if self.env.context.get("complaint_import_columns"):
            for fname in BROUGHT[HISTORY] & known.keys():
                known[fname]["readonly"] = False
        return known

    # ------------------------------------------------------------------
    # The run
    # ------------------------------------------------------------------
    @api.model
    def _get_import(self):
        """The import that is running, or None."""
        running = self.env.context.get("complaint_import_run")
        return running if isinstance(running, Import) else None

    @api.model
    def _is_history(self):
        running = self._get_import()
        return super()._is_history() or bool(running and running.mode == HISTORY)

    @api.model
    def load(self, fields, data):
        """Import rows; in a mode of ours only for complaint managers.

        :raises AccessError: for anybody else
        """
        if mode := self.env.context.get("complaint_import"):
            self = self._with_import(mode)
        result = super().load(fields, data)
        if mode and result["ids"] and not self.env.context.get("complaint_dry_run"):
            self.browse(result["ids"])._pass_over_numbers()
        return result

    @api.model
    def _with_import(self, mode):
        if not self.env.user.has_group("customer_complaint.group_complaint_manager"):
            raise AccessError(
                self.env._(
                    "Importing complaints sets numbers, dates and stages. Ask a complaint "
                    "manager to do it."
                )
            )
        if not isinstance(mode, str) or mode not in BROUGHT:
            raise UserError(self.env._('The mode is "history" or "open".'))
        try:
            go_live_at = (
                fields.Datetime.to_datetime(self.env.context.get("complaint_go_live"))
                or fields.Datetime.now()
            )
        except (TypeError, ValueError):
            go_live_at = None
        if not go_live_at or not 2000 <= go_live_at.year < 2100:
            raise UserError(
                self.env._(
                    "It is not clear from when deadlines count. Begin the import again "
                    "under Configuration / Import complaints."
                )
            )
        return self.with_context(
            complaint_import_run=Import(mode, go_live_at),
            # Colleagues follow what they own from now on, and are not mailed about each.
            tracking_disable=mode == HISTORY,
            mail_notrack=True,
            mail_auto_subscribe_no_notify=True,
        )

    def _check_process_fields(self, fnames):
        running = self._get_import()
        return super()._check_process_fields(
            set(fnames) - BROUGHT[running.mode] if running else fnames
        )

    @api.model
    def _prepare_intake_values(self, vals_list):
        if running := self._get_import():
            # Copies: Odoo's import offers the same rows again one by one after an error.
            vals_list = [dict(vals) for vals in vals_list]
            for vals in vals_list:
                vals["acknowledge"] = False
                vals.setdefault("first_contact_id", False)
                if running.mode == OPEN:
                    vals["round_start_at"] = running.go_live_at
        return super()._prepare_intake_values(vals_list)

    # ------------------------------------------------------------------
    # From rows to values
    # ------------------------------------------------------------------
    def _convert_records(self, records, *, log=lambda a: None, savepoint):
        running = self._get_import()
        if not running:
            yield from super()._convert_records(records, log=log, savepoint=savepoint)
            return

        def count(message):
            running.has_errors |= message["type"] == "error"
            log(message)

        rows = list(records)
        named = self._take_named_columns(rows, count)
        converted = list(
            super()._convert_records(iter(rows), log=count, savepoint=savepoint)
        )
        for values, (_dbid, _xid, record, _info) in zip(named, converted, strict=True):
            record.update(values)
        self._complete_rows(converted, count)
        yield from converted

    @api.model
    def _take_named_columns(self, rows, log):
        """Take the columns that call records by name out of the rows.

        One query per column, and one error per word that means nothing.

        :return: ids by field, for each row
        """
        history = self._get_import().mode == HISTORY
        taken = [{} for _row in rows]
        companies = self.env.company
        if any("company_id" in record for record, _extras in rows):
            companies = self.env.companies
        for fname in NAMED_COLUMNS:
            used = defaultdict(list)
            for index, (record, _extras) in enumerate(rows):
                reference = record.get(fname)
                if reference and len(reference) == 1 and set(reference[0]) == {None}:
                    word = record.pop(fname)[0][None]
                    if word:
                        used[word].append(index)
            if not used:
                continue
            found, problems = self._find_references(
                self._fields[fname].comodel_name,
                used,
                with_archived=history,
                companies=companies,
            )
            for word, indexes in used.items():
                for index in indexes:
                    taken[index][fname] = found.get(word)
                if word in problems:
                    self._log_word(log, rows, fname, problems[word], indexes)
        return taken

    @api.model
    def _log_word(self, log, rows, fname, problem, indexes):
        """Say once what is wrong with a word, and where it stands."""
        info = rows[indexes[0]][1]
        if others := [self._get_row_number(rows[i][1]) for i in indexes[1:]]:
            problem = self.env._(
                "%(problem)s Other rows: %(rows)s.",
                problem=problem,
                rows=", ".join(map(str, others[:ROWS_SHOWN]))
                + ("…" if len(others) > ROWS_SHOWN else ""),
            )
        self._log_row(log, info, fname, problem)

    @api.model
    def _log_row(self, log, info, fname, message):
        # Without a field: the screen lists it above the columns, with its row and in full.
        log(
            {
                "rows": {"from": info["rows"]["from"], "to": info["rows"]["from"]},
                "record": self._get_row_number(info),
                "type": "error",
                "message": message,
                "column": fname,
            }
        )

    @api.model
    def _get_row_number(self, info):
        """Row of the file, without its titles; files are imported in packages."""
        before = self.env.context.get("complaint_rows_before")
        return (before if isinstance(before, int) else 0) + info["rows"]["from"] + 1

    @api.model
    def _complete_rows(self, converted, log):
        """What follows from a row, and what is wrong with it before anything is made."""
        history = self._get_import().mode == HISTORY
        Stage = self.env["customer.complaint.stage"]
        closed = Stage.browse(Stage._get_id_of_type("closed", False))
        owners = self._get_number_owners(converted)
        now = fields.Datetime.now()
        for dbid, xid, values, info in converted:
            # An empty cell says nothing: what is known stays, what is proposed holds.
            for fname in [f for f, value in values.items() if value is False]:
                if self._fields[fname].type != "boolean":
                    del values[fname]
            stage = Stage.browse(values.get("stage_id"))
            closed_at = fields.Datetime.to_datetime(values.get("closed_at"))
            received_at = fields.Datetime.to_datetime(values.get("received_at"))
            is_known = bool(xid in owners.known or dbid)
            if history and closed_at:
                if not stage:
                    values["stage_id"] = closed.id
                values["close_reason"] = values.get("close_reason") or "unconfirmed"
            for fname, is_wrong, message in (
                (
                    "received_at",
                    not received_at and not is_known,
                    self.env._(
                        "Received on is missing: deadlines and figures need it."
                    ),
                ),
                (
                    "closed_at",
                    closed_at and received_at and closed_at < received_at,
                    self.env._(
                        "It was closed before it was received. Correct the dates."
                    ),
                ),
                (
                    "closed_at",
                    closed_at and closed_at > now,
                    self.env._("It is closed in the future. Correct the date."),
                ),
                (
                    "closed_at",
                    history and stage.stage_type in CLOSED_TYPES and not closed_at,
                    self.env._("It is closed, and Closed on does not say when."),
                ),
                (
                    "closed_at",
                    history
                    and closed_at
                    and stage
                    and stage.stage_type not in CLOSED_TYPES,
                    self.env._("It has a closing date and stands in an open stage."),
                ),
                (
                    "closed_at",
                    history
                    and not closed_at
                    and (
                        stage.stage_type not in CLOSED_TYPES if stage else not is_known
                    ),
                    self.env._(
                        "It is not closed, and history has no deadlines. Enter Closed "
                        "on, or import it as an open complaint."
                    ),
                ),
                (
                    "stage_id",
                    not history and (closed_at or stage.stage_type in CLOSED_TYPES),
                    self.env._("It is closed. Import it as history."),
                ),
                (
                    "name",
                    owners.is_taken(values.get("name"), xid, dbid),
                    self.env._("The number is given already, here or in the file."),
                ),
            ):
                if is_wrong:
                    self._log_row(log, info, fname, message)

    @api.model
    def _get_number_owners(self, converted):
        """See `NumberOwners`; two queries for a file."""
        names = [
            values["name"] for *_ids, values, _info in converted if values.get("name")
        ]
        module = self.env.context.get("_import_current_module") or "__import__"
        xids = {
            xid: xid if "." in xid else f"{module}.{xid}"
            for _dbid, xid, _values, _info in converted
            if xid
        }
        # sudo: numbers are unique over all companies, and external ids are read to compare them
        records = self.sudo().with_context(active_test=False)
        taken = {
            complaint.name: complaint.id
            for complaint in records.search_fetch([("name", "in", names)], ["name"])
        }
        rows = self.env["ir.model.data"].sudo()._lookup_xmlids(xids.values(), self)
        by_full = {f"{row[1]}.{row[2]}": row[4] for row in rows if row[6]}
        known = {xid: by_full[full] for xid, full in xids.items() if full in by_full}
        return NumberOwners(taken, known)

    # ------------------------------------------------------------------
    # Records
    # ------------------------------------------------------------------
    @api.model
    def _load_records(self, data_list, update=False):
        running = self._get_import()
        if running and running.has_errors:
            return self.browse()  # nothing is kept anyway
        return super()._load_records(data_list, update)

    @api.model
    def _load_records_create(self, vals_list):
        if self.env.context.get("import_file") and not self._get_import():
            raise UserError(
                self.env._(
                    "A file of complaints is imported under Configuration / Import "
                    "complaints, where you say whether it is history or open work. "
                    "Otherwise every customer in it would be written to."
                )
            )
        return super()._load_records_create(vals_list)

    def _load_records_write(self, values):
        """The same row again changes nothing; another one only what differs."""
        running = self._get_import()
        if not running:
            return super()._load_records_write(values)
        changed = {
            fname: value
            for fname, value in values.items()
            if fname != "acknowledge" and self._differs(fname, value)
        }
        if "company_id" in changed and running.mode == HISTORY:
            raise UserError(
                self.env._(
                    "%(complaint)s stays in the company that received it.",
                    complaint=self.name,
                )
            )
        if "level_id" in changed and running.mode == OPEN:
            changed.setdefault("level_reason", self.env._("Imported from a file."))
        if changed:
            super()._load_records_write(changed)
        return None

    def _differs(self, fname, value):
        """Whether writing `value` would change the field; lines are replaced as a whole."""
        field = self._fields[fname]
        if field.type not in ("one2many", "many2many"):
            return (
                field.convert_to_record(field.convert_to_cache(value, self), self)
                != (self[fname])
            )
        if any(command[0] != Command.CREATE for command in value):
            return True
        given = [command[2] for command in value]
        if len(given) == len(self[fname]) and not any(
            line._fields[key].convert_to_record(
                line._fields[key].convert_to_cache(vals[key], line), line
            )
            != line[key]
            for line, vals in zip(self[fname], given, strict=True)
            for key in vals
        ):
            return False
        value.insert(0, Command.clear())
        return True

    def _check_only_history(self):
        """Refuse to correct as history what is worked on here: its deadlines would not follow."""
        # sudo: see _open_rows; complaints of all teams
        if working := self.sudo().filtered("deadline_ids"):
            raise UserError(
                self.env._(
                    "%(complaint)s is worked on here and is no history. Leave it out of "
                    "the file.",
                    complaint=working[0].name,
                )
            )

    def _pass_over_numbers(self):
        """The sequences go on behind the numbers that came from a file and look like theirs."""
        for record_type, complaints in self.grouped("record_type").items():
            sequence = self._get_shipped(SEQUENCES[record_type], "ir.sequence")
            if sequence.implementation == "standard":
                complaints._pass_over_numbers_of(sequence)

    def _pass_over_numbers_of(self, sequence):
        highest = 0
        most = sequence.padding + MORE_DIGITS
        for complaint in self:
            day = fields.Datetime.context_timestamp(complaint, complaint.received_at)
            prefix, suffix = sequence._get_prefix_suffix(date=str(day.date()))
            number = complaint.name.removeprefix(prefix).removesuffix(suffix)
            is_ours = f"{prefix}{number}{suffix}" == complaint.name
            if is_ours and number.isdecimal() and len(number) <= most:
                highest = max(highest, int(number))
        if highest:
            table = f"ir_sequence_{sequence.id:03d}"
            self.env.execute_query(
                SQL(
                    "SELECT setval(%s, %s) FROM %s WHERE last_value < %s",
                    table,
                    highest,
                    SQL.identifier(table),
                    highest,
                )
            )


class NumberOwners:
    """Which complaint a number belongs to, in the database and in the file so far."""

    def __init__(self, taken, known):
        self.taken = taken  # id by number
        self.known = known  # id by external id
        self.seen = set()

    def is_taken(self, name, xid, dbid):
        """Whether the row of these ids may not have the number."""
        if not name:
            return False
        owner = self.taken.get(name)
        twice = name in self.seen
        self.seen.add(name)
        return twice or bool(owner and owner not in (self.known.get(xid), dbid))
