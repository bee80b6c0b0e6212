import json

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_list

from ..models.complaint_told import Promised, Telling
from ..models.customer_complaint_deadline import KEPT_BY
from ..tools import commitment_marker


class MailComposeMessage(models.TransientModel):
    """To a customer who complains: what the message tells him, and the date it promises."""

    _inherit = "mail.compose.message"

    complaint_tells = fields.Selection(
        [
            ("update", "News"),
            ("plan", "How we handle it"),
            ("outcome", "The outcome"),
            ("follow_up", "A follow-up after completion"),
        ],
        string="This message tells",
        default="update",
        help="Decides which deadlines it meets.",
    )
    complaint_commitment_at = fields.Datetime(
        string="Promised date",
        compute="_compute_complaint_commitment_at",
        store=True,
        readonly=False,
        help="We come back, or it is done, by this time. It stands in the deadlines of the "
        "complaint and on the customer's page.",
    )
    complaint_kept_by = fields.Selection(KEPT_BY, string="Kept by", default="telling")
    complaint_commitment = fields.Char(
        string="What is promised",
        compute="_compute_complaint_commitment",
        store=True,
        readonly=False,
        help="In the customer's language: he reads it on his page.",
    )
    complaint_dates_named = fields.Char(compute="_compute_complaint_dates_named")
    complaint_channel_hint = fields.Char(compute="_compute_complaint_channel_hint")
    complaint_unreachable = fields.Char(compute="_compute_complaint_unreachable")
    complaint_faults = fields.Text(compute="_compute_complaint_faults")
    complaint_guard = fields.Selection(
        selection=[("off", "Off"), ("warn", "Warn"), ("refuse", "Refuse")],
        compute="_compute_complaint_guard",
        export_string_translation=False,
    )
    complaint_other_channel_id = fields.Many2one(
        "customer.complaint.channel",
        string="The customer prefers",
        compute="_compute_complaint_guard",
    )
    complaint_channel_reason = fields.Char(
        string="Why in writing",
        help="The customer prefers another channel. The reason stands in the history.",
    )
    complaint_seen = fields.Char(
        compute="_compute_complaint_seen",
        store=True,
        readonly=False,
        export_string_translation=False,
        help="What the author of the message had seen of the complaints when he began.",
    )
    complaint_news = fields.Text(compute="_compute_complaint_news")
    complaint_send_anyway = fields.Boolean(string="I have read it: send all the same")

    def _get_complaints(self):
        """Complaints the message is about; empty for messages about anything else."""
        self.ensure_one()
        Complaint = self.env["customer.complaint"]
        if self.model != Complaint._name:
            return Complaint
        if self.res_domain:
            return Complaint.search(self._evaluate_res_domain())
        return Complaint.browse(self._evaluate_res_ids() or [])

    @api.depends("model", "res_ids", "subtype_is_log")
    def _compute_complaint_channel_hint(self):
        for composer in self:
            complaint = composer._get_complaints()
            channel = (
                len(complaint) == 1
                and not composer.subtype_is_log
                and complaint._propose_reply_channel()
            )
            composer.complaint_channel_hint = (
                channel
                and not channel._is_written_here()
                and " – ".join(filter(None, (channel.name, channel.suited_for)))
            )

    @api.depends("template_id", "model", "res_ids")
    def _compute_complaint_commitment_at(self):
        for composer in self:
            template = composer.template_id
            complaint = composer._get_complaints()[:1]
            composer.complaint_commitment_at = (
                template._get_commitment_due(complaint)
                if complaint and template.complaint_commitment_amount
                else composer.complaint_commitment_at
            )

    @api.depends("complaint_kept_by", "model", "res_ids")
    def _compute_complaint_commitment(self):
        for composer in self:
            complaint = composer._get_complaints()[:1]
            if not complaint:
                composer.complaint_commitment = False
                continue
            news = complaint._get_news_label()
            if composer.complaint_kept_by == "telling":
                composer.complaint_commitment = composer.complaint_commitment or news
            elif composer.complaint_commitment in (news, False):
                composer.complaint_commitment = False

    @api.depends("model", "res_ids")
    def _compute_complaint_unreachable(self):
        for composer in self:
            composer.complaint_unreachable = (
                composer._get_complaints()[:1].unreachable or False
            )

    def _compute_authorship(self):
        """A colleague without an e-mail address is an author, too: what he sends counts."""
        res = super()._compute_authorship()
        for composer in self:
            if composer.model == "customer.complaint" and not composer.author_id:
                composer.author_id = self.env.user.partner_id
        return res

    @api.depends("body", "complaint_commitment_at", "model", "subtype_is_log")
    def _compute_complaint_dates_named(self):
        Complaint = self.env["customer.complaint"]
        for composer in self:
            composer.complaint_dates_named = (
                composer.model == "customer.complaint"
                and not composer.complaint_commitment_at
                and not composer.subtype_is_log
                and format_list(self.env, Complaint._get_dates_named(composer.body))
            )

    @api.depends("model", "res_ids", "subtype_is_log")
    def _compute_complaint_guard(self):
        for composer in self:
            complaint = composer._get_complaints()[:1]
            guard = complaint.company_id.sudo().complaint_guard
            composer.complaint_guard = guard if not composer.subtype_is_log else "off"
            composer.complaint_other_channel_id = (
                complaint.preferred_channel_id
                if composer.complaint_guard in ("warn", "refuse")
                and complaint._is_other_channel()
                else False
            )

    @api.depends(
        "body",
        "complaint_tells",
        "complaint_commitment_at",
        "attachment_ids",
        "model",
        "res_ids",
        "subtype_is_log",
    )
    def _compute_complaint_faults(self):
        for composer in self:
            composer.complaint_faults = (
                composer.model == "customer.complaint"
                and not composer.subtype_is_log
                and "\n".join(composer._find_complaint_faults())
            )

    def _find_complaint_faults(self):
        self.ensure_one()
        # One complaint speaks for all: they get the same text.
        return self._get_complaints()[:1]._find_faults(
            self.body,
            self.complaint_tells,
            is_dated=bool(self.complaint_commitment_at),
            files=bool(self.attachment_ids),
        )

    @api.depends("model", "res_ids", "res_domain")
    def _compute_complaint_seen(self):
        for composer in self:
            complaints = composer._get_complaints()
            marks = {c.id: c.seen_mark for c in complaints}
            # The screen from which it was opened may have been open for longer.
            if (mark := self.env.context.get("complaint_seen")) and len(marks) == 1:
                marks = {complaints.id: mark}
            composer.complaint_seen = json.dumps(marks) if marks else False

    @api.depends("complaint_seen")
    def _compute_complaint_news(self):
        for composer in self:
            news = composer._get_complaint_news()
            composer.complaint_news = "\n".join(
                f"{complaint.name}: {sentence}" if len(news) > 1 else sentence
                for complaint, sentences in news.items()
                for sentence in sentences
            )

    def _get_complaint_news(self):
        """What others did since the message was begun: see `_get_news` of complaints."""
        self.ensure_one()
        if not self.complaint_seen:
            return {}
        marks = {
            int(key): mark for key, mark in json.loads(self.complaint_seen).items()
        }
        return self._get_complaints()._get_news(marks)

    @api.onchange("complaint_commitment_at")
    def _onchange_complaint_commitment_at(self):
        """Show in the text the date that is being promised."""
        complaint = self._get_complaints()
        if (
            self.complaint_commitment_at
            and len(complaint) == 1
            and commitment_marker.has_marker(self.body)
        ):
            self.body = complaint._fill_commitment(
                self.body, self.complaint_commitment_at, keep=True
            )

    # ------------------------------------------------------------------
    # Sending
    # ------------------------------------------------------------------
    def _prepare_mail_values(self, res_ids):
        """Write the promised date into the text: text and ledger never differ."""
        values_by_id = super()._prepare_mail_values(res_ids)
        if self.model == "customer.complaint":
            due_at = self.complaint_commitment_at
            for complaint in self.env[self.model].browse(values_by_id):
                values = values_by_id[complaint.id]
                for fname in ("body", "body_html"):
                    if not commitment_marker.has_marker(values.get(fname)):
                        continue
                    if not due_at:
                        raise UserError(
                            self.env._(
                                "The text promises a date, and none is given. Enter the "
                                "promised date, or take the sentence out of the text."
                            )
                        )
                    values[fname] = complaint._fill_commitment(values[fname], due_at)
        return values_by_id

    def _ask_about_news(self):
        """The composer once more, which now shows what others did; None when nothing did.

        Internal notes are never held up.
        """
        for composer in self:
            if (
                composer.subtype_is_log
                or composer.complaint_send_anyway
                or not composer._get_complaint_news()
            ):
                continue
            return {
                "type": "ir.actions.act_window",
                "name": self.env._("Somebody was faster"),
                "res_model": composer._name,
                "res_id": composer.id,
                "view_mode": "form",
                "target": "new",
                "context": self.env.context,
            }
        return None

    def action_send_mail(self):
        return self._ask_about_news() or super().action_send_mail()

    def action_schedule_message(self):
        return self._ask_about_news() or super().action_schedule_message()

    def _with_telling(self):
        """Composer that passes on what its message tells and promises (see `message_post`)."""
        self.ensure_one()
        if self.model != "customer.complaint":
            return self
        self._check_complaint_wording()
        promised = None
        if due_at := self.complaint_commitment_at:
            sent_at = fields.Datetime.to_datetime(self.scheduled_date or False)
            if due_at <= max(filter(None, [sent_at, fields.Datetime.now()])):
                raise UserError(
                    self.env._(
                        "The promised date lies before the message is sent. Choose a "
                        "later one."
                    )
                )
            if not (self.complaint_commitment or "").strip():
                raise UserError(
                    self.env._("Say what is promised; the customer reads it.")
                )
            promised = Promised(
                fields.Datetime.to_string(due_at),  # JSON when sent later
                self._get_complaints()._to_promised_text(self.complaint_commitment),
                self.complaint_kept_by,
            )
        return self.with_context(
            complaint_tells=Telling(self.complaint_tells or ""),
            complaint_promised=promised,
        )

    def _check_complaint_wording(self):
        """Refuse an empty message or an unexplained channel, where the company wants that.

        :raises UserError: says what is missing
        """
        self.ensure_one()
        if self.complaint_guard == "refuse" and self.message_type == "comment":
            faults = self._find_complaint_faults()
            if self.complaint_other_channel_id and not (
                (self.complaint_channel_reason or "").strip()
            ):
                faults.append(
                    self.env._(
                        "The customer prefers %(channel)s. Say why you write.",
                        channel=self.complaint_other_channel_id.name,
                    )
                )
            if faults:
                raise UserError("\n".join(faults))
        if self.complaint_other_channel_id and self.complaint_channel_reason:
            complaints = self._get_complaints()
            note = self.env._(
                "Written although the customer prefers %(channel)s: %(reason)s",
                channel=self.complaint_other_channel_id.name,
                reason=self.complaint_channel_reason,
            )
            complaints._message_log_batch(bodies=dict.fromkeys(complaints.ids, note))

    def _action_send_mail_comment(self, res_ids):
        composer = self._with_telling()
        return super(MailComposeMessage, composer)._action_send_mail_comment(res_ids)

    def _action_schedule_message(self):
        messages = self.env["mail.scheduled.message"]
        for composer in self:
            composer = composer._with_telling()
            messages += super(MailComposeMessage, composer)._action_schedule_message()
        return messages

    def _action_send_mail_mass_mail(self, res_ids, auto_commit=False):
        """Mails that are not posted tell and promise what they do all the same."""
        if self.model == "customer.complaint":
            self.env[self.model].browse(res_ids)._check_told_by_user()
        sending = {}  # complaint by mail, noted before mails are deleted
        composer = self._with_telling().with_context(complaint_sending=sending)
        mails = super(MailComposeMessage, composer)._action_send_mail_mass_mail(
            res_ids, auto_commit=auto_commit
        )
        if self.model == "customer.complaint":
            for mail in mails.exists():
                if mail.state in ("cancel", "exception"):
                    sending.pop(mail.id, None)
            complaints = self.env[self.model].browse(sending.values())
            if self.message_type == "comment":  # a person wrote it
                complaints._on_customer_told(fields.Datetime.now())
            complaints._open_promised(composer.env.context["complaint_promised"])
        return mails

    def _generate_mail_notification_values(self, mails):
        if (sending := self.env.context.get("complaint_sending")) is not None:
            sending.update(
                {mail.id: mail.res_id for mail in mails if mail.state != "cancel"}
            )
        return super()._generate_mail_notification_values(mails)

    def _get_blacklist_record_ids(self, mail_values_dict, recipients_info=None):
        if self.model == "customer.complaint":
            return (
                set()
            )  # an answer is no advertising: who refuses that gets it all the same
        return super()._get_blacklist_record_ids(mail_values_dict, recipients_info)
