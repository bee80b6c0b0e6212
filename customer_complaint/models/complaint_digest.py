import logging
from datetime import datetime, time, timedelta

import pytz

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL, split_every
from odoo.tools.misc import format_datetime

from .complaint_engine import COLLISIONS, MAX_COLLISIONS, in_halves
from .customer_complaint_stage import CLOSED_TYPES

MORNING = time(7, 0)
BATCH_SIZE = 100
LINES = 15  # of each part; the rest is counted

_logger = logging.getLogger(__name__)


class ResUsers(models.Model):
    """One message a day per colleague instead of one per complaint."""

    _inherit = "res.users"

    complaint_digest = fields.Boolean(
        string="Daily digest of complaints",
        default=True,
        help="An e-mail on working days with complaints that are overdue, due today, or "
        "were escalated to you. None is sent when there is nothing to say.",
    )
    complaint_digest_on = fields.Date(
        readonly=True,
        copy=False,
        export_string_translation=False,
        help="Day of the last digest, in the user's time zone.",
    )

    @property
    def SELF_READABLE_FIELDS(self):
        return super().SELF_READABLE_FIELDS + ["complaint_digest"]

    @property
    def SELF_WRITEABLE_FIELDS(self):
        return super().SELF_WRITEABLE_FIELDS + ["complaint_digest"]

    # ------------------------------------------------------------------
    # Once a day
    # ------------------------------------------------------------------
    @api.model
    def _cron_send_complaint_digests(self, now=None):
        """Queue the digests of all for whom it is morning on a working day.

        Whoever got his today is left out, so that it may run as often as it likes.
        """
        now = now or fields.Datetime.now()
        collisions = 0
        done = set()
        while collisions < MAX_COLLISIONS:
            try:
                if not self.env["customer.complaint.health"]._may_send(now):
                    return
                readers = self._get_digest_readers(now).filtered(
                    lambda user: user.id not in done
                )
                for ids in split_every(BATCH_SIZE, readers.ids):
                    in_halves(
                        self.sudo().browse(ids),
                        lambda users: users._send_daily_digest(now),
                        lambda user, error: user._note_failed_digest(error),
                    )
                    done.update(ids)
                    if not self.env["ir.cron"]._commit_progress(
                        len(ids), remaining=len(readers) - len(done)
                    ):
                        return
                return
            except COLLISIONS:
                # Another worker sends the same digests: the batch is undone and looked at again.
                self.env.cr.rollback()
                collisions += 1

    def _note_failed_digest(self, error):
        """The digest of one user failed: it is tried again at the next run."""
        _logger.error("The digest of user %s failed.", self.id, exc_info=error)

    @api.model
    def _get_digest_readers(self, now):
        """Users for whom something may be due or waits, and whose morning has come."""
        # sudo, here and below: what is due is looked for in all companies
        escalations = self.env["customer.complaint.escalation"].sudo()
        told = escalations._read_group(
            [("is_queued", "=", True), ("digest_at", "=", False)], ["user_id"]
        )
        users = self.sudo().concat(
            *self._get_digest_owners(now), *(user for (user,) in told)
        )
        return self.sudo().browse(
            sorted({user.id for user in users if user._is_digest_time(now)})
        )

    @api.model
    def _get_digest_owners(self, now):
        """Owners of what is late or due soon, by the user who is told.

        That is himself, a deputy, or where neither may be told the next one up.
        """
        complaints = self.env["customer.complaint"].sudo()
        owners = {}
        # Who is told follows from these: one complaint of each tells.
        keys = ["user_id", "first_contact_id", "team_id", "company_id"]
        for user, *_others, complaint_id in complaints._read_group(
            self._get_due_soon(now), keys, ["id:min"]
        ):
            reader = complaints.browse(complaint_id)._get_first_told("owner")
            owners.setdefault(reader, set()).add(user.id)
        return owners

    @api.model
    def _get_due_soon(self, now):
        return (
            Domain("stage_type", "not in", list(CLOSED_TYPES))
            & Domain("user_id", "!=", False)
            & Domain("next_due_at", "<", now + timedelta(days=2))
        )

    def _get_timezone(self):
        try:
            return pytz.timezone(self.tz or "UTC")
        except pytz.UnknownTimeZoneError:
            return pytz.utc

    def _get_digest_lang(self):
        """The user's language; none when it is not installed any more."""
        installed = dict(self.env["res.lang"].get_installed())
        return self.lang if self.lang in installed else None

    def _get_local_day(self, now):
        return now.replace(tzinfo=pytz.utc).astimezone(self._get_timezone()).date()

    def _get_day_end(self, now):
        """End of the user's day, naive UTC."""
        morrow = self._get_local_day(now) + timedelta(days=1)
        local = self._get_timezone().localize(datetime.combine(morrow, time.min))
        return local.astimezone(pytz.utc).replace(tzinfo=None)

    def _is_digest_time(self, now):
        """Whether today's digest may go to this user now."""
        self.ensure_one()
        local = now.replace(tzinfo=pytz.utc).astimezone(self._get_timezone())
        if local.time() < MORNING or (
            self.complaint_digest_on and self.complaint_digest_on >= local.date()
        ):
            return False
        calendar = self.resource_calendar_id or self.company_id.resource_calendar_id
        clock = calendar._get_complaint_clock() if calendar else None
        if not clock:
            return True
        end = self._get_day_end(now)
        return clock.measure(end - timedelta(days=1), end) > 0

    def _send_daily_digest(self, now):
        """Send each user what is overdue, due today and was escalated since the last digest.

        The day and the rows told are marked in the same transaction as the mail is queued; of
        two workers the later one fails and finds nothing left to do.
        """
        claimed = self._claim_digest(now)
        if not claimed:
            return
        rows = (
            self.env["customer.complaint.escalation"]
            .sudo()
            .search_fetch(
                [
                    ("user_id", "in", claimed.ids),
                    ("is_queued", "=", True),
                    ("digest_at", "=", False),
                ],
                ["user_id", "complaint_id", "step_id", "reason", "effect"],
                order="id desc",
            )
        )
        told = rows.filtered(
            lambda row: row.user_id.complaint_digest and row._is_told_by_mail()
        )
        told._mark_told(now)
        (rows - told)._tell_by_todo()
        news = told.grouped("user_id")
        owners = self._get_digest_owners(now)
        owner_ids = set().union(*(owners.get(user, ()) for user in claimed))
        owned = (
            self.env["customer.complaint"]
            .sudo()
            .search_fetch(
                self._get_due_soon(now) & Domain("user_id", "in", owner_ids),
                [
                    "name",
                    "title",
                    "user_id",
                    "first_contact_id",
                    "team_id",
                    "company_id",
                    "next_due_at",
                    "next_due_type",
                ],
                order="next_due_at, id",
            )
        ).grouped(lambda c: c._get_first_told("owner"))
        vals_list = []
        for user in claimed.filtered(lambda u: u.complaint_digest and u.email):
            due = owned.get(user, self.env["customer.complaint"].sudo())
            end = user._get_day_end(now)
            late = due.filtered(lambda c: c.next_due_at < now)
            today = due.filtered(lambda c, e=end: now <= c.next_due_at < e)
            vals_list.append(
                user._prepare_digest(late, today, news.get(user, rows.browse()))
            )
        self._queue_digests(vals_list)

    def _claim_digest(self, now):
        """Mark today's digest as sent; those of `self` for whom it was not yet."""
        self.flush_recordset(["complaint_digest_on"])
        claimed = self.env.execute_query(
            SQL(
                """
                UPDATE res_users u SET complaint_digest_on = given.day
                  FROM unnest(%s, %s::date[]) AS given(id, day)
                 WHERE u.id = given.id
                   AND (complaint_digest_on IS NULL OR complaint_digest_on < given.day)
             RETURNING u.id
                """,
                self.ids,
                [user._get_local_day(now) for user in self],
            )
        )
        self.invalidate_recordset(["complaint_digest_on"], flush=False)
        return self.browse(sorted(id_ for (id_,) in claimed))

    # ------------------------------------------------------------------
    # At once
    # ------------------------------------------------------------------
    def _send_complaint_digest(self, rows):
        """Tell each user, who has an address, now what was escalated to him, in one message.

        :param rows: customer.complaint.escalation that these users were told by
        """
        rows._mark_told(fields.Datetime.now())
        none = self.env["customer.complaint"].sudo()
        by_user = rows.grouped("user_id")
        self._queue_digests(
            [user._prepare_digest(none, none, by_user[user]) for user in self.sudo()]
        )

    def _prepare_digest(self, late, today, rows):
        """Values of the e-mail to this user in his language and time zone; None to say nothing."""
        self.ensure_one()
        user = self.with_context(
            lang=self._get_digest_lang(), tz=self._get_timezone().zone
        )
        told = user._prepare_told_lines(rows)
        if not (late or today or told):
            return None
        complaints = [
            (user.env._("Overdue"), [user._prepare_due_line(c) for c in late]),
            (user.env._("Due today"), [user._prepare_due_line(c) for c in today]),
            (user.env._("Escalated to you"), told),
        ]
        parts = [
            {"title": title, "lines": lines[:LINES], "more": max(0, len(lines) - LINES)}
            for title, lines in complaints
            if lines
        ]
        body = user.env["ir.qweb"]._render(
            "customer_complaint.digest_mail",
            {
                "user": user,
                "parts": parts,
                "url": f"{user.get_base_url()}/odoo/action-customer_complaint."
                "customer_complaint_action_my_work",
            },
            minimal_qcontext=True,
        )
        return {
            "subject": user.env._(
                "Complaints: %(late)s overdue, %(today)s due today, %(told)s escalated",
                late=len(late),
                today=len(today),
                told=len(told),
            ),
            "body_html": body,
            "email_from": self.company_id.email_formatted or self.email_formatted,
            "recipient_ids": [fields.Command.link(self.partner_id.id)],
            "author_id": self.company_id.partner_id.id,
            "model": "customer.complaint",
            "auto_delete": True,
        }

    def _prepare_due_line(self, complaint):
        complaint = complaint.with_env(self.env)
        labels = dict(
            complaint._fields["next_due_type"]._description_selection(self.env)
        )
        return {
            "url": self._get_complaint_url(complaint),
            "name": complaint.name,
            "title": complaint.title or "",
            "note": self.env._(
                "%(deadline)s: %(due)s",
                deadline=labels.get(complaint.next_due_type, ""),
                due=format_datetime(
                    self.env, complaint.next_due_at, self.env.context["tz"], "short"
                ),
            ),
        }

    def _prepare_told_lines(self, rows):
        """A line per complaint, with all that was escalated on it."""
        lines = []
        for complaint, told in rows.with_env(self.env).grouped("complaint_id").items():
            names = dict.fromkeys(row._get_summary() for row in told)
            lines.append(
                {
                    "url": self._get_complaint_url(complaint),
                    "name": complaint.name,
                    "title": complaint.title or "",
                    "note": " · ".join(names),
                }
            )
        return lines

    def _get_complaint_url(self, complaint):
        return (
            f"{self.get_base_url()}/mail/view"
            f"?model=customer.complaint&res_id={complaint.id}"
        )

    def _queue_digests(self, vals_list):
        vals_list = list(filter(None, vals_list))
        if not vals_list or self.env["customer.complaint.health"]._is_neutralized():
            return
        # sudo: mails are written by the system
        self.env["mail.mail"].sudo().create(vals_list)
        if queue := self.env.ref(
            "mail.ir_cron_mail_scheduler_action", raise_if_not_found=False
        ):
            queue.sudo()._trigger()
