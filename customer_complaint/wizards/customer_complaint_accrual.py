from collections import defaultdict
from datetime import datetime, time

import pytz
from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Command, Domain
from odoo.tools import format_date

# Groups of a list stand in the order of their keys.
SECTIONS = [
    ("approved", "Approved, no credit note yet"),
    ("draft", "Approved, credit note not posted"),
    ("posted", "Posted, not settled"),
    ("unlinked", "Names a complaint, but none is linked"),
]
# Approved and not booked: what is accrued at the end of a month.
ACCRUED = ("approved", "draft")
BOOKED = "posted"


class CustomerComplaintAccrual(models.TransientModel):
    """Credit notes of complaints as of a date, for accounting at the end of a month.

    What was decided counts from when it was decided, what is booked from its accounting date.
    Whatever was undone after that day was still there: run again later, the list is the same.
    """

    _name = "customer.complaint.accrual"
    _description = "Complaint Credit Notes as of a Date"

    company_id = fields.Many2one(
        "res.company",
        required=True,
        default=lambda self: self.env.company,
        domain=lambda self: [("id", "in", self.env.companies.ids)],
    )
    date = fields.Date(
        string="As of",
        required=True,
        default=lambda self: fields.Date.subtract(
            fields.Date.context_today(self).replace(day=1), days=1
        ),
        help="Accounting date; this day included.",
    )
    line_ids = fields.One2many("customer.complaint.accrual.line", "accrual_id")
    currency_id = fields.Many2one(related="company_id.currency_id")

    @api.depends("date", "company_id")
    def _compute_display_name(self):
        for accrual in self:
            accrual.display_name = self.env._(
                "Credit notes of complaints as of %(date)s",
                date=format_date(self.env, accrual.date),
            )

    # ------------------------------------------------------------------
    # How things stood
    # ------------------------------------------------------------------
    def _fill(self):
        """Write the lines of the list anew."""
        self.ensure_one()
        groups = ("account.group_account_invoice", "account.group_account_readonly")
        if not any(map(self.env.user.has_group, groups)):
            raise AccessError(
                self.env._("Month-end lists are for accounting. Ask an accountant.")
            )
        self.company_id.check_access("read")
        # sudo: the same figures for every accountant of the company; of complaints the list takes
        # the number only
        accrual = self.sudo().with_company(self.company_id)
        standing = accrual._get_standing()
        rows = [
            *accrual._prepare_open(standing),
            *accrual._prepare_unpaid(standing),
            *accrual._prepare_unlinked(standing),
        ]
        self._add_company_amounts(rows)
        rows.sort(
            key=lambda values: (
                values["section"],
                values.get("request_id", 0),
                values.get("move_name") or "",
            )
        )
        self.sudo().line_ids = [
            Command.clear(),
            *map(Command.create, rows),
        ]

    def _get_moment(self):
        """When the day of the list had ended where the company is, in UTC."""
        midnight = datetime.combine(fields.Date.add(self.date, days=1), time.min)
        local = self._get_zone().localize(midnight)
        return local.astimezone(pytz.utc).replace(tzinfo=None)

    def _get_zone(self):
        return pytz.timezone(self.company_id.resource_calendar_id.tz or "UTC")

    def _get_standing(self):
        """Links that stood on that day, by request.

        :return: dict of lists of (credit note, its name, accounting date when booked, amount)
        """
        moment = self._get_moment()
        links = defaultdict(list)  # the newest first
        for link in self.env["customer.complaint.credit.allocation"].search(
            [("company_id", "=", self.company_id.id)], order="id"
        ):
            links[link.request_id, link.move_id, False].append(link)
        for past in self.env["customer.complaint.credit.history"].search(
            [("company_id", "=", self.company_id.id)], order="id desc"
        ):
            if past.since == past.until:
                continue  # never stood in a list
            deleted = not past.move_id and past.move_name
            links[past.request_id, past.move_id, deleted].append(past)
        standing = defaultdict(list)
        for (request, note, _deleted), states in links.items():
            if found := self._choose(note, states, moment):
                link, date = found
                standing[request].append((note, link.move_name, date, link))
        self._cap(standing, moment)
        return standing

    def _choose(self, note, states, moment):
        """How a link stood: what was booked by then, else what was a draft; None when neither."""
        first = min(states, key=lambda link: link.since)
        if (
            first.since >= moment
            and first.move_state == BOOKED
            and note.create_date
            and note.create_date < moment
        ):
            return None  # posted before, and linked to nothing that day
        for link in states:
            if (
                link.move_state == BOOKED
                and link.date <= self.date
                and not (self._get_end(link) and link.until < moment)
            ):
                return link, link.date
        for link in states:
            end = self._get_end(link)
            if link.since < moment and (not end or end >= moment):
                return (link, None) if link.move_state != "cancel" else None
        return None

    def _get_end(self, link):
        return link.until if "until" in link._fields else None

    def _cap(self, standing, moment):
        """Replace links by amounts; together they never exceed their credit note.

        What was linked by that day comes first: a note may have been linked elsewhere since.
        """
        rest = {}
        entries = [entry for rows in standing.values() for entry in rows]
        amounts = {}
        for entry in sorted(entries, key=lambda e: (e[3].since >= moment, e[3].id)):
            note, _name, date, link = entry
            worth = link.amount
            if date and note:
                rest.setdefault(note, self._get_worth(note))
                if not self._get_end(link):
                    worth = min(link.share, rest[note])
                elif not note._get_complaint_reversed(self.date, moment):
                    worth += link.reversed_amount  # only later
                rest[note] = max(rest[note] - worth, 0)
            amounts[entry] = worth
        for rows in standing.values():
            rows[:] = [
                (note, name, day, amounts[note, name, day, link])
                for note, name, day, link in rows
            ]

    def _get_worth(self, note, amount=None):
        """What a posted credit note was worth after what was reversed of it by then.

        :param float amount: what it was over that day, if not what it is over now
        """
        total = note.amount_total if amount is None else amount
        undone = note._get_complaint_reversed(self.date, self._get_moment())
        return max(total - undone, 0)

    # ------------------------------------------------------------------
    # Sections
    # ------------------------------------------------------------------
    def _prepare_open(self, standing):
        """Approved by that day and not booked: without credit note, or with one not posted."""
        moment, zone = self._get_moment(), self._get_zone()
        values = []
        for request in self.env["customer.complaint.credit.request"].search(
            [("company_id", "=", self.company_id.id), ("create_date", "<", moment)],
            order="id",
        ):
            approved = (
                request.approved_at if request.needs_approval else request.create_date
            )
            day = approved and pytz.utc.localize(approved).astimezone(zone).date()
            ended = request.cancel_reason and (request.cancelled_at or datetime.min)
            if not approved or approved >= moment or (ended and ended < moment):
                continue
            amount = request.amount + sum(
                part
                for given_up_at, part in request.given_up or ()
                if fields.Datetime.to_datetime(given_up_at) >= moment
            )
            links = standing.get(request, [])
            rest = amount - sum(link[3] for link in links)
            # Whoever issued first asked for nothing more than the credit note.
            if (
                not request.is_afterwards
                and request.currency_id.compare_amounts(rest, 0) > 0
            ):
                values.append(self._prepare_line("approved", request, rest, day))
            values += [
                {
                    **self._prepare_line("draft", request, part, day),
                    "move_id": note.id,
                    "move_name": name,
                }
                for note, name, date, part in links
                if not date and part
            ]
        return values

    def _prepare_unpaid(self, standing):
        """Booked by that day and neither paid out nor set against an invoice by then."""
        moment = self._get_moment()
        by_note = defaultdict(list)
        for request, links in standing.items():
            for note, name, date, amount in links:
                if date and amount:
                    # A note that is gone stands for itself.
                    key = note or (request, name)
                    by_note[key].append((request, note, name, date, amount))
        values = []
        for parts in by_note.values():
            note, booked = parts[0][1], sum(part[4] for part in parts)
            total, open_amount = booked, booked
            if note:
                if note.state == BOOKED:
                    total = max(self._get_worth(note), booked)
                    open_amount = note.amount_total
                open_amount -= note._get_complaint_paid(self.date, moment)
                open_amount = min(max(open_amount, 0), total)
            done = 0  # cents go to the last part
            passed = 0
            for request, note, name, date, amount in parts:
                currency = request.currency_id
                passed += amount
                share = currency.round(open_amount * passed / total) - done
                done += share
                if not currency.is_zero(share):
                    values.append(
                        {
                            **self._prepare_line("posted", request, share, date),
                            "move_id": note.id,
                            "move_name": name,
                            "date": date,
                        }
                    )
        return values

    def _prepare_line(self, section, request, amount, since):
        return {
            "section": section,
            "request_id": request.id,
            "complaint_name": request.complaint_name,
            "partner_id": request.partner_id.id,
            "invoice_id": request.invoice_id.id,
            "user_id": request.user_id.id,
            "approver_id": request.approver_id.id,
            "reason": request.reason,
            "since": since,
            "currency_id": request.currency_id.id,
            "amount": amount,
        }

    def _add_company_amounts(self, rows):
        """In company currency: what is booked at the rate of its day, the rest of the list's."""
        company, rates = self.company_id, {}
        for values in rows:
            key = values["currency_id"], values.get("date") or self.date
            if key not in rates:
                currency = self.env["res.currency"].browse(key[0])
                rates[key] = currency._get_conversion_rate(
                    currency, company.currency_id, company, key[1]
                )
            values["amount_company"] = company.currency_id.round(
                values["amount"] * rates[key]
            )

    def _prepare_unlinked(self, standing):
        """Posted in the year before that day, with words of a complaint and no link to one."""
        linked = {
            link[0].id for links in standing.values() for link in links if link[2]
        }
        Move = self.env["account.move"]
        words = Domain.OR(
            Domain(field, "ilike", word)
            for word in Move._get_complaint_words()
            for field in ("ref", "narration", "invoice_line_ids.name")
        )
        mine = (
            Domain("move_type", "=", "out_refund")
            & Domain("company_id", "=", self.company_id.id)
            & Domain("id", "not in", list(linked))
        )
        first = fields.Date.subtract(self.date, years=1)
        named = Move.search(
            mine
            & Domain("state", "=", BOOKED)
            & Domain("date", "<=", self.date)
            & Domain("date", ">", first)
            & words
        )
        changed = Move.search(mine & Domain("complaint_named_before", "!=", False))
        values = []
        for note in (named | changed).sorted(lambda n: (n.date, n.id)):
            said = self._get_said(note, note in named)
            if said and first < said["date"] <= self.date:
                if worth := self._get_worth(note, said["amount"]):
                    values.append(
                        {
                            "section": "unlinked",
                            "partner_id": note.partner_id.id,
                            "invoice_id": note.reversed_entry_id.id,
                            "move_id": note.id,
                            "move_name": note.name,
                            "date": said["date"],
                            "since": said["date"],
                            "reason": said["ref"],
                            "currency_id": note.currency_id.id,
                            "amount": worth,
                        }
                    )
        return values

    def _get_said(self, note, is_named):
        """What a note of a complaint said that day: dict of date, amount, ref; or None.

        Its wording is that of the day; what is booked counts by its accounting date.

        :param bool is_named: whether it is posted by then and names a complaint now
        """
        moment = self._get_moment()
        now = {"date": note.date, "amount": note.amount_total, "ref": note.ref}
        for past in note.complaint_named_before or ():
            if fields.Datetime.to_datetime(past["until"]) < moment:
                continue
            if not past["named"]:
                return None
            if note.state == BOOKED and note.date <= self.date:
                return {**now, "ref": past["ref"]}
            return {**past, "date": fields.Date.to_date(past["date"])}
        return now if is_named else None

    # ------------------------------------------------------------------
    # Screen and documents
    # ------------------------------------------------------------------
    def action_show(self):
        """Open the list."""
        self._fill()
        return {
            "type": "ir.actions.act_window",
            "name": self.display_name,
            "res_model": "customer.complaint.accrual.line",
            "view_mode": "list,kanban",
            "mobile_view_mode": "kanban",
            "domain": [("accrual_id", "=", self.id)],
            "context": {"group_by": "section", "default_accrual_id": self.id},
            "help": Markup("<p class='o_view_nocontent_empty_folder'>%s</p><p>%s</p>")
            % (
                self.env._("Nothing to accrue or to settle on that day"),
                self.env._(
                    "No credit note because of a complaint was approved, posted and not "
                    "settled, or linked to none."
                ),
            ),
        }

    def action_download(self):
        """Let the browser fetch the workbook."""
        self._fill()
        return {
            "type": "ir.actions.act_url",
            "url": f"/customer_complaint/accrual/{self.id}",
            "target": "download",
        }

    def action_print(self):
        """Print the list."""
        self._fill()
        action = self.env.ref("customer_complaint.accrual_action")
        return action.report_action(self)

    def _get_sections(self):
        """Sections in their order: pairs of label and lines."""
        lines = self.line_ids.grouped("section")
        labels = self.line_ids._fields["section"]._description_selection(self.env)
        none = self.line_ids.browse()
        return [(label, lines.get(key, none)) for key, label in labels]

    def _get_accrued(self):
        """Approved and not booked, in company currency."""
        lines = self.line_ids.filtered(lambda line: line.section in ACCRUED)
        return sum(lines.mapped("amount_company"))


class CustomerComplaintAccrualLine(models.TransientModel):
    _name = "customer.complaint.accrual.line"
    _description = "Complaint Credit Note as of a Date"
    _order = "id"

    accrual_id = fields.Many2one(
        "customer.complaint.accrual", required=True, ondelete="cascade", index=True
    )
    section = fields.Selection(SECTIONS, required=True)
    request_id = fields.Many2one("customer.complaint.credit.request")
    complaint_name = fields.Char(string="Complaint")
    partner_id = fields.Many2one("res.partner", string="Customer")
    invoice_id = fields.Many2one("account.move")
    move_id = fields.Many2one("account.move", string="Credit note")
    move_name = fields.Char(string="Credit note number")
    date = fields.Date(string="Accounting date")
    since = fields.Date(help="Approved on, or accounting date when it is booked.")
    user_id = fields.Many2one("res.users", string="Requested by")
    approver_id = fields.Many2one("res.users", string="Approved by")
    reason = fields.Char()
    currency_id = fields.Many2one("res.currency", required=True)
    amount = fields.Monetary(aggregator=None, help="Taxes included.")
    company_currency_id = fields.Many2one(
        related="accrual_id.currency_id", string="Company currency"
    )
    amount_company = fields.Monetary(
        string="In company currency", currency_field="company_currency_id"
    )

    def action_open(self):
        """Open the credit note, or the request where there is none."""
        self.ensure_one()
        record = self.move_id or self.request_id
        return {
            "type": "ir.actions.act_window",
            "res_model": record._name,
            "res_id": record.id,
            "view_mode": "form",
        }
