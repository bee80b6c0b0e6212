from typing import NamedTuple

from lxml import html

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import (
    format_date,
    format_list,
    format_time,
    html2plaintext,
    is_html_empty,
)

from ..tools import commitment_marker, date_words, due_times
from .customer_complaint_deadline import KEPT_BY, OWED

# What a message quotes was said by somebody else, and a marked place gets its date on sending.
QUOTED = (
    "//blockquote | //*[@data-o-mail-quote]"
    f" | //span[contains(@class, '{commitment_marker.MARKER}')]"
)

# The steps of the page say these already: see `_get_portal_timeline`.
ON_TIMELINE = ("first_response", "completion")


class Telling(str):
    """What a message tells (see `complaint_tells`), said by a dialog that checked its words.

    A key of the context; who calls from outside cannot make one, only a string.
    """


class Promised(NamedTuple):
    """What a message promises, on its way from the composer to `message_post`.

    A key of the context; who calls from outside cannot make one, only a list.
    """

    due_at: str
    text: str
    kept_by: str = "telling"


class CustomerComplaint(models.Model):
    """Dates that customers are told: computed for templates, written as they read them."""

    _inherit = "customer.complaint"

    def _get_customer_lang(self):
        """Language in which the customer is written to."""
        self.ensure_one()
        partner = self.sudo().partner_id
        return partner.lang or self.sudo().company_id.partner_id.lang or self.env.lang

    def _get_customer_tz(self):
        """Time zone of the customer, else of the company that answers him."""
        self.ensure_one()
        complaint = self.sudo()
        company = complaint.company_id
        return (
            complaint.partner_id.tz
            or company.partner_id.tz
            or company.resource_calendar_id.tz
            or "UTC"
        )

    def _format_told(self, moment):
        """A moment as the customer reads it: his language, his or the company's clock.

        :return: str, for example "Nov 24, 2026 4:20 PM"
        """
        self.ensure_one()
        lang, tz = self._get_customer_lang(), self._get_customer_tz()
        day = fields.Datetime.context_timestamp(self.with_context(tz=tz), moment).date()
        return " ".join(
            [
                format_date(self.env, day, lang_code=lang, date_format="medium"),
                format_time(
                    self.env, moment, tz=tz, time_format="short", lang_code=lang
                ),
            ]
        )

    def _get_due_after(self, amount, unit, at):
        """When a limit that begins at `at` ends, by the working hours of the complaint."""
        self.ensure_one()
        clock = self._get_calendar()._get_complaint_clock(self.company_id)
        return due_times.due_after(at, amount, unit, clock)

    def _fill_commitment(self, html, due_at, keep=False):
        """Write a promised date where a message marks its place."""
        self.ensure_one()
        return commitment_marker.fill_marker(html, self._format_told(due_at), keep)

    def _get_news_label(self):
        """What is promised where nothing else is said, in the customer's language."""
        self.ensure_one()
        return self.with_context(lang=self._get_customer_lang()).env._("Next news")

    def _to_promised_text(self, text):
        """What a dialog promises to all of them: news, proposed for the first, go without words."""
        text = (text or "").strip()
        return "" if self and text == self[0]._get_news_label() else text

    def _open_promised(self, promised):
        """Open the commitment that a message made, if it is one of ours.

        :param promised: `Promised`; from a message sent later, its values as a list
        """
        if not promised or (self.env.user.share and not isinstance(promised, Promised)):
            return
        try:
            due_at, text, kept_by = Promised(*promised)
            due_at = fields.Datetime.to_datetime(due_at)
            text = (text or "").strip()
            understood = due_at and kept_by in dict(KEPT_BY)
        except (AttributeError, TypeError, ValueError):
            understood = False
        if not understood:
            raise UserError(
                self.env._(
                    "This promise cannot be read. Give its date and time, what is "
                    "promised, and what keeps it."
                )
            )
        sent_late = not isinstance(promised, Promised)
        self._promise(due_at, text, kept_by, sent_late)

    # ------------------------------------------------------------------
    # Dates that only the text names
    # ------------------------------------------------------------------
    @api.model
    def _get_own_text(self, body):
        """A message as plain text, without what it quotes and the place of a promised date.

        :param str body: HTML
        """
        if is_html_empty(body):
            return ""
        root = html.fragment_fromstring(str(body), create_parent="div")
        for quoted in root.xpath(QUOTED):
            quoted.drop_tree()
        return html2plaintext(html.tostring(root, encoding="unicode"))

    @api.model
    def _get_dates_named(self, body):
        """Words of a message, without what it quotes, that name a day or time to come.

        :param str body: HTML
        :return: list of str
        """
        text = self._get_own_text(body)
        return date_words.find_dates(text, fields.Date.context_today(self))

    def _remind_of_dates_named(self, message):
        """Whoever names a date in the chatter, which has no field for it, gets a to-do."""
        self.ensure_one()
        user = self.env.user
        if message.author_id != user.partner_id:
            return
        if words := self._get_dates_named(message.body):
            summary = self.env._("Did you promise a date?")
            # sudo: who may only write messages reads no to-dos; his own one is enough
            if self.sudo().activity_ids.filtered(
                lambda a: a.user_id == user and a.summary == summary
            ):
                return
            self.activity_schedule(
                "mail.mail_activity_data_todo",
                user_id=user.id,
                summary=summary,
                note=self.env._(
                    "Your message names a date (%(words)s). If it is a promise, enter it "
                    "with Promised date on the page Deadlines, so that it is not "
                    "forgotten.",
                    words=format_list(self.env, words),
                ),
            )

    def _remind_of_later_dates(self, rows):
        """A date the customer counts on went back or fell away: his owner gets a to-do to say so.

        :param rows: rows of the ledger that changed so
        """
        complaints = self.browse({row.complaint_id.id for row in rows}).filtered(
            lambda c: c.told_at or (c.acknowledge and c.email_from)
        )
        for user, owned in complaints.grouped(
            lambda c: c.user_id or self.env.user
        ).items():
            # sudo: whoever corrects a level need not be allowed to give others work
            owned.sudo().activity_schedule(
                "mail.mail_activity_data_todo",
                user_id=user.id,
                summary=self.env._("Tell the customer the new date"),
                note=self.env._(
                    "A date on the customer's page lies later now, or is gone, because "
                    "the level or the policy changed. Tell him before he misses it."
                ),
            )

    def action_promise(self):
        """Ask for a date that the customers were promised."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Promised date"),
            "res_model": "customer.complaint.promise",
            "view_mode": "form",
            "target": "new",
            "context": {"default_complaint_ids": self.ids},
        }

    # ------------------------------------------------------------------
    # Portal page
    # ------------------------------------------------------------------
    def _may_answer(self):
        """Whether the current user may write to the customer in our name."""
        self.ensure_one()
        if not self.env.user._is_internal() or not self.has_access("read"):
            return False
        operation = self._mail_get_operation_for_mail_message_operation("create")
        return self.has_access(operation[self])

    def _get_shown_deadlines(self):
        """Dates of this complaint that the customer counts on, next one first."""
        self.ensure_one()
        return self.deadline_ids.filtered(
            lambda d: d._is_shown_to_customer() and d.state in OWED
        ).sorted("due_at")

    def _get_portal_dates(self):
        """What the customer was promised and what he can expect, for his page.

        :return: list of dict with keys label, due_at, done_at, state (see `_get_told_state`),
            moved_from, reason
        """
        self.ensure_one()
        over = self.deadline_ids.filtered(
            lambda d: d.deadline_type == "commitment" and d.state == "done"
        ).sorted("due_at", reverse=True)
        dates = []
        for deadline in self._get_shown_deadlines() + over:
            moved_from, reason = deadline._get_move_told()
            if deadline.deadline_type in ON_TIMELINE and not moved_from:
                continue
            dates.append(
                {
                    "label": deadline._get_customer_label(),
                    "due_at": deadline.due_at,
                    "done_at": deadline.done_at,
                    "state": deadline._get_told_state(),
                    "moved_from": moved_from,
                    "reason": reason,
                }
            )
        return dates

    def _get_next_expected(self):
        """The date the customer waits for: the next one that runs, else one that stands still.

        :return: row of the ledger, may be empty
        """
        self.ensure_one()
        return self._pick_expected(self._get_shown_deadlines())

    def _map_next_expected(self):
        """The same for each of these complaints, in one statement however many they are.

        :return: dict of row by complaint; who waits for nothing is absent
        """
        rows = self.env["customer.complaint.deadline"].search_fetch(
            Domain("complaint_id", "in", self.ids) & Domain("state", "in", OWED),
            ("complaint_id", "owed_to", "state", "due_at"),
            order="due_at, id",
        )
        shown = rows.filtered(lambda d: d._is_shown_to_customer())
        return {
            complaint: self._pick_expected(expected)
            for complaint, expected in shown.grouped("complaint_id").items()
        }

    @api.model
    def _pick_expected(self, shown):
        return (shown.filtered(lambda d: d.state == "open") or shown)[:1]
