import uuid

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import email_normalize, is_html_empty
from odoo.tools.misc import clean_context

from ..tools import rows, uploads
from .complaint_told import Promised
from .customer_complaint_deadline import OWED


class CustomerComplaint(models.Model):
    """The conversation with the customer: mails, messages that count as an answer, portal page."""

    _inherit = "customer.complaint"

    _mail_post_access = "read"
    _mail_thread_customer = True

    def _compute_access_url(self):
        result = super()._compute_access_url()
        for complaint in self:
            complaint.access_url = f"/my/complaints/{complaint.id}"
        return result

    def _mail_get_operation_for_mail_message_operation(self, message_operation):
        # Reading is enough to post for the customer, for the colleague who took the complaint
        # first, and for an observer's notes (see `mail.message`); any other colleague must be
        # allowed to work on it.
        result = super()._mail_get_operation_for_mail_message_operation(
            message_operation
        )
        user = self.env.user
        if message_operation == "create" and user._is_internal():
            return {
                complaint: operation
                if user
                in complaint.sudo().first_contact_id | complaint.sudo().observer_ids
                else "write"
                for complaint, operation in result.items()
            }
        return result

    def _filter_told_by_user(self):
        """Those whose customer hears from the user: he works on them, or took them first."""
        # sudo: who took it first is asked, whatever the user may read
        first = self.filtered(lambda c: c.sudo().first_contact_id == self.env.user)
        return first | (self - first)._filtered_access("write")

    def _check_told_by_user(self):
        """:raises AccessError: writing to one of these customers is not the user's affair"""
        self.check_access("read")
        (self - self._filter_told_by_user()).check_access("write")

    def _track_subtype(self, init_values):
        self.ensure_one()
        if "stage_id" in init_values:
            return self.env.ref("customer_complaint.mt_complaint_stage")
        return super()._track_subtype(init_values)

    # ------------------------------------------------------------------
    # Answers
    # ------------------------------------------------------------------
    def action_send_answer(self):
        """Open the composer for a message to the customer."""
        return self._get_composer("customer_complaint.mail_template_first_answer")

    def _get_composer(self, template_xmlid, tells="update"):
        template = self.env.ref(template_xmlid, raise_if_not_found=False)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Message to the customer"),
            "res_model": "mail.compose.message",
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_model": self._name,
                "default_res_ids": self.ids,
                "default_composition_mode": "comment",
                "default_template_id": template.id if template else False,
                "default_email_layout_xmlid": "mail.mail_notification_light",
                "default_complaint_tells": tells,
            },
        }

    def action_log_contact(self):
        """Open the dialog that logs a call, visit or other contact."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Log contact"),
            "res_model": "customer.complaint.contact",
            "view_mode": "form",
            "target": "new",
            "context": {"default_complaint_id": self.id},
        }

    def _message_post_after_hook(self, message, msg_values):
        result = super()._message_post_after_hook(message, msg_values)
        tells = self.env.context.get("complaint_tells")
        promised = self.env.context.get("complaint_promised")
        # What follows from this message tells and promises nothing by itself.
        complaint = self.with_context(
            clean_context(self.env.context),
            complaint_tells=None,
            complaint_promised=None,
        )
        # Now, not the date of the message: a caller could choose that.
        now = fields.Datetime.now()
        is_answer = self._is_substantive(message)
        if is_answer:
            if not self._is_checked():
                complaint._refuse_faults(
                    message.body,
                    tells=tells or "update",
                    is_dated=bool(promised),
                    files=bool(message.attachment_ids),
                )
            complaint._on_customer_told(
                now,
                outcome=tells == "outcome",
                plan=tells == "plan",
                follow_up=tells == "follow_up",
            )
            if tells == "outcome":
                complaint._add_outcome_channel(
                    self._get_shipped("channel_email", "customer.complaint.channel")
                )
            if not tells and not promised:
                complaint._remind_of_dates_named(message)
        elif self._is_said_by_customer(message):
            complaint._on_customer_said(complaint._get_said_at(now))
        # Afterwards, so that a message does not keep what it promises itself. What comes from
        # outside is promised only by a colleague who writes himself.
        if self._is_seen_by_customer(message) and (
            is_answer or isinstance(promised, Promised)
        ):
            complaint._open_promised(promised)
        return result

    def _is_seen_by_customer(self, message):
        """Whether the customer gets the message or sees it on his page."""
        return not (message.is_internal or message.subtype_id.internal) or any(
            partner.partner_share for partner in message.partner_ids
        )

    def _is_substantive(self, message):
        """Whether a message answers the customer: by a colleague, visible, not automatic."""
        author = message.author_id
        return (
            message.message_type in ("comment", "email")
            and self._reaches_customer(message)
            and (not is_html_empty(message.body) or message.attachment_ids)
            and not message.is_internal
            and not message.subtype_id.internal
            and author
            and not author.partner_share
            and author != self.env.ref("base.partner_root")
        )

    def _is_said_by_customer(self, message):
        """Whether the customer wrote the message: his address, or somebody of his company."""
        # sudo: portal users read no partners; only who wrote is asked
        message, complaint = message.sudo(), self.sudo()
        author, customer = message.author_id, complaint.commercial_partner_id
        if (
            message.message_type not in ("comment", "email")
            or message.is_internal
            or message.subtype_id.internal
            or (author and not author.partner_share)
        ):
            return False
        if author and author.commercial_partner_id == customer:
            return True
        sender = email_normalize(message.email_from)
        return bool(sender) and sender == email_normalize(complaint.email_from)

    def _process_attachments_for_post(
        self, attachments, attachment_ids, message_values
    ):
        """What customers send is checked when it is posted, by whatever way it was uploaded."""
        if attachment_ids and not self.env.user._is_internal():
            for attachment in self.env["ir.attachment"].sudo().browse(attachment_ids):
                raw = attachment.raw or b""
                if error := self._refuse_file(attachment.name, len(raw), raw[:8]):
                    raise UserError(error)
        return super()._process_attachments_for_post(
            attachments, attachment_ids, message_values
        )

    def _refuse_file(self, name, size, head):
        """Sentence that says why a customer's file is not accepted, or None.

        :param int size: bytes
        :param bytes head: the first bytes
        """
        match uploads.refusal(name, size, head):
            case "size":
                return self.env._(
                    "%(name)s is larger than %(limit)s MB. Please send a smaller file, "
                    "for example a photo in lower resolution.",
                    name=name,
                    limit=uploads.MAX_FILE_SIZE // 1024 // 1024,
                )
            case "kind":
                return self.env._(
                    "%(name)s is not accepted. Please send pictures, documents or "
                    "recordings.",
                    name=name,
                )
        return None

    # ------------------------------------------------------------------
    # Another complainant
    # ------------------------------------------------------------------
    def write(self, vals):
        if self._is_history():
            return super().write(vals)
        old_partners = {
            complaint: complaint.partner_id
            for complaint in self
            if vals.get("partner_id", complaint.partner_id.id)
            != complaint.partner_id.id
        }
        old_emails = {c: email_normalize(c.email_from) for c in old_partners}
        res = super().write(vals)
        self._take_leave_of(old_partners)
        # Whoever reads the same mailbox keeps his links, and nobody had them before.
        self.filtered(
            lambda c: (
                (old_partners.get(c) or old_emails.get(c))
                and not (
                    old_emails[c] and old_emails[c] == email_normalize(c.email_from)
                )
            )
        )._renew_links()
        return res

    def _take_leave_of(self, old_partners):
        """The complaint is another contact's now: no mail reaches the one before.

        :param dict old_partners: partner before, by complaint whose complainant changed
        """
        for complaint, partner in old_partners.items():
            if partner.partner_share:
                complaint.message_unsubscribe(partner_ids=partner.ids)

    def _renew_links(self):
        """The complaints are somebody else's now: no old link reaches the one before."""
        for complaint in self.sudo():  # a process field
            complaint.access_token = str(uuid.uuid4())

    # ------------------------------------------------------------------
    # Portal page
    # ------------------------------------------------------------------
    def _get_portal_timeline(self):
        """Steps the customer sees: label, state (done, current, open) and moment.

        :return: list of dict with keys label, state, moment (datetime or False), expected (of a
            moment to come, see `_get_told_state`)
        """
        self.ensure_one()
        rows = self.deadline_ids.filtered(
            lambda d: d.owed_to == "customer" and d.round == self.round
        )
        response = rows.filtered(lambda d: d.deadline_type == "first_response")[:1]
        completion = rows.filtered(lambda d: d.deadline_type == "completion")[:1]
        none = rows.browse()
        steps = [
            (self.env._("Received"), self.received_at, none),
            (self.env._("First answer"), response.done_at, response),
            (self.env._("Outcome"), self.outcome_at, completion),
            (self.env._("Closed"), self.closed_at, none),
        ]
        if self.record_type != "complaint":
            del steps[2]  # the answer is the outcome
        timeline, current_found = [], False
        for label, done_at, deadline in steps:
            expected = not done_at and deadline.state in OWED
            state = "done" if done_at else "open"
            if not done_at and not current_found:
                state, current_found = "current", True
            timeline.append(
                {
                    "label": label,
                    "state": state,
                    "moment": done_at or (expected and deadline.due_at),
                    "expected": expected and deadline._get_told_state(),
                }
            )
        return timeline

    def _can_customer_confirm(self):
        """Whether the customer can say now that the outcome solves it or not."""
        self.ensure_one()
        return bool(self.outcome_at)

    def _get_confirm_url(self):
        """Hook: where the outcome message asks "solved? how satisfied?", a complete address."""
        self.ensure_one()
        return self.get_base_url() + self.get_portal_url(anchor="confirm")

    def _asks_how_satisfied(self):
        """Hook: whether the outcome message, and the page behind it, also ask for a grade."""
        self.ensure_one()
        return True

    def _lock(self):
        """Wait for whoever works on these complaints at this moment; then see what he did."""
        rows.lock(self)

    def _get_contact_person(self):
        """Colleague named to the customer."""
        self.ensure_one()
        return self.user_id or self.first_contact_id

    def _confirm_by_customer(self, solved, grade, comment):
        """Record the customer's own confirmation, from the portal page.

        "Solved" said again to a complaint that it closed already changes nothing.

        :param str solved: "solved" or "not_solved"
        :param str grade: "1" to "5", may be empty when not solved or not asked for
        """
        self.ensure_one()
        self._lock()  # two clicks at once
        if solved == "solved" and self.close_reason == "confirmed":
            return self.confirmation_ids[:1]
        return self.env["customer.complaint.confirmation"].create(
            {
                "complaint_id": self.id,
                "solved": solved,
                "grade": grade or False,
                "comment": comment or False,
                "source": "portal",
                "date": fields.Datetime.now(),
                "user_id": False,
            }
        )
