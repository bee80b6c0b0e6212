from typing import NamedTuple

from odoo import fields, models
from odoo.tools import format_date, format_time

from ..tools import commitment_marker, due_times


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
        calendar = self._get_calendar()
        clock = calendar._get_complaint_clock() if calendar else None
        return due_times.due_after(at, amount, unit, clock)

    def _fill_commitment(self, html, due_at, keep=False):
        """Write a promised date where a message marks its place."""
        self.ensure_one()
        return commitment_marker.fill_marker(html, self._format_told(due_at), keep)

    def _get_news_label(self):
        """What is promised where nothing else is said, in the customer's language."""
        self.ensure_one()
        return self.with_context(lang=self._get_customer_lang()).env._("Next news")

    def _open_promised(self, promised):
        """Open the commitment that a message made, if it is one of ours.

        :param promised: `Promised`; from a message sent later, its values as a list
        """
        if not promised or (self.env.user.share and not isinstance(promised, Promised)):
            return
        due_at, text, kept_by = promised
        self._promise(fields.Datetime.to_datetime(due_at), text, kept_by)
