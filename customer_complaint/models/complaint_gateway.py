import logging

from markupsafe import Markup

from odoo import api, fields, models
from odoo.tools import email_normalize, email_split, html2plaintext
from odoo.tools.mail import email_split_tuples, formataddr, plaintext2html

from ..tools import mail_reading, uploads
from .customer_complaint_stage import CLOSED_TYPES

_logger = logging.getLogger(__name__)


class CustomerComplaint(models.Model):
    """E-mail: what becomes a complaint, what joins one, and what of it is kept."""

    _inherit = "customer.complaint"

    _primary_email = "email_from"

    # Odoo's protection against loops looks for complaints of the same sender.
    email_normalized = fields.Char(
        compute="_compute_email_normalized",
        compute_sudo=True,
        store=True,
        precompute=True,
        index="btree_not_null",
    )
    message_bounce = fields.Integer(groups="base.group_user")
    email_cc = fields.Char(
        string="Copy to",
        groups="base.group_user",
        help="Whom the customer put in copy; proposed as recipients of answers.",
    )

    # ------------------------------------------------------------------
    # Where an e-mail goes
    # ------------------------------------------------------------------
    @api.model
    def _revise_mail_routes(self, message, message_dict, routes):
        """Routes of an e-mail, with one complaint at most, and none for automatic answers.

        :param routes: as `message_route` gives them
        """
        ours = [route for route in routes or () if route[0] == self._name]
        if not ours:
            return routes
        others = [route for route in routes if route[0] != self._name]
        model, thread_id, values, uid, alias = self._choose_route(message, ours)
        if thread_id:
            complaint = self.browse(thread_id)._get_mail_target()
        elif complaint := self._find_by_subject(message_dict):
            complaint._note_of_colleague(message_dict)
        if not complaint and mail_reading.read_author_kind(message) == "responder":
            _logger.info(
                "Automatic answer %s from %s is no complaint.",
                message_dict["message_id"],
                message_dict["email_from"],
            )
            return others
        # 0, not None: that is how the protection against loops knows a new record.
        return [*others, (model, complaint.id or 0, values, uid, alias)]

    @api.model
    def _choose_route(self, message, routes):
        """One letter is one complaint: the known one, else of the address written first."""
        written = " ".join(
            mail_reading.get_header(message, name)
            for name in ("delivered-to", "to", "cc")
        ).lower()

        def rank(route):
            address = (route[4] and route[4].sudo().alias_full_name or "").lower()
            place = written.find(address) if address else -1
            return (not route[1], place < 0, place)

        return min(routes, key=rank)

    def _get_mail_target(self):
        """Hook: the complaint that keeps what is written to this one."""
        return self

    @api.model
    def _find_by_subject(self, message_dict):
        """Complaint whose number the subject names, if the sender may write to it.

        A customer writes to his own ones, a colleague to those he may read. Everybody else
        opens a new complaint.
        """
        complaint = self._get_named(message_dict.get("subject"))
        sender = email_normalize(message_dict.get("email_from"))
        if not complaint or not sender:
            return self.browse()
        partners = self.env["res.partner"].sudo()
        partners = partners.search([("email_normalized", "=", sender)])
        if colleague := partners.user_ids.filtered(lambda user: not user.share)[:1]:
            if not complaint._is_open_to(colleague, "read"):
                return self.browse()
        elif not (
            sender == complaint.email_normalized
            or complaint.commercial_partner_id
            and complaint.commercial_partner_id in partners.commercial_partner_id
        ):
            return self.browse()
        return self.browse(complaint.id)._get_mail_target()

    def _note_of_colleague(self, message_dict):
        """What a colleague writes with nothing but the number is for colleagues."""
        sender = email_normalize(message_dict.get("email_from"))
        partners = self.env["res.partner"].sudo()
        partners = partners.search([("email_normalized", "=", sender)])
        if self._is_colleague(partners.ids):
            message_dict["is_internal"] = True

    @api.model
    def _get_named(self, subject):
        """Complaint whose number stands in a subject, with all rights; may be empty."""
        complaints = self.sudo().with_context(active_test=False)
        if numbers := mail_reading.find_numbers(subject):
            return complaints.search([("name", "in", numbers)], limit=1)
        return complaints

    # ------------------------------------------------------------------
    # A new complaint
    # ------------------------------------------------------------------
    @api.model
    def message_new(self, msg_dict, custom_values=None):
        """Open a complaint from an e-mail; called by the mail gateway with all rights."""
        letter = self._get_letter() or mail_reading.Letter(fields.Datetime.now())
        team = self.env["customer.complaint.team"].browse(
            (custom_values or {}).get("team_id") or []
        )
        company = team._get_mail_company() or self.env.company
        complaint = self.with_company(company)
        values, notes = complaint._prepare_values_from_mail(msg_dict, letter)
        values.update(custom_values or {}, company_id=company.id)
        if not team.active:
            values.pop("team_id", None)
        complaint = super(CustomerComplaint, complaint).message_new(
            {
                **msg_dict,
                "email_from": values["email_from"],
                "cc": self._read_copies(msg_dict),
            },
            values,
        )
        for note in notes:
            complaint._log_note(note)
        complaint._tell_team()
        # What follows is the text of the complaint itself.
        return complaint.with_context(complaint_letter=letter._replace(is_first=True))

    def _prepare_values_from_mail(self, msg_dict, letter):
        """Values of the complaint that an e-mail opens, and notes for colleagues.

        The environment is in the company that was written to.

        :return: dict, list of str
        """
        say = self._in_company_language().env
        notes = []
        text = mail_reading.clean_text(html2plaintext(msg_dict.get("body") or ""))
        text = text.strip()[: mail_reading.MAX_TEXT]
        pairs = email_split_tuples(msg_dict.get("email_from"))
        sender_name, sender = pairs[0] if pairs else ("", "")
        partner = self._find_mail_partner(sender)
        values = {"received_at": letter.received_at}
        if self._is_colleague(msg_dict.get("author_id")):
            # His words are no message of the customer, and not for him to read.
            msg_dict["is_internal"] = True
            colleague = sender_name or sender
            sender_name, sender = (
                letter.forwarded_from
                or mail_reading.read_forwarded_sender(text)
                or ("", "")
            )
            partner = self._find_mail_partner(sender)
            values["acknowledge"] = False
            notes.append(
                say._(
                    "Passed on by %(colleague)s. Please check who complains: it was "
                    "taken from the text of the letter. No acknowledgement was sent.",
                    colleague=colleague,
                )
                if sender
                else say._(
                    "Passed on by %(colleague)s. Please enter who complains; it does "
                    "not stand in the letter.",
                    colleague=colleague,
                )
            )
        else:
            msg_dict["author_id"] = partner.id
        if letter.written_by != "person":
            values["acknowledge"] = False
        if named := self._get_named(msg_dict.get("subject")):
            notes.append(
                say._(
                    "The subject names %(complaint)s, but the sender is not its "
                    "customer. Please look whether both belong together.",
                    complaint=named.name,
                )
            )
        subject = mail_reading.clean_subject(msg_dict.get("subject"))
        email = email_normalize(sender, strict=False) or sender
        values.update(
            title=subject
            or (not text and say._("E-mail from %(sender)s", sender=email or "?")),
            description=text,
            partner_id=partner.id,
            partner_name=partner.name or sender_name or email,
            email_from=email,
        )
        channel = self._get_shipped("channel_email", "customer.complaint.channel")
        if channel.exists():
            values["channel_id"] = channel.id
        return values, notes

    @api.model
    def _find_mail_partner(self, email):
        """Contact of the environment's company with this address; empty for colleagues."""
        partners = self.env["res.partner"].sudo()
        if not (normalized := email_normalize(email)):
            return partners
        found = partners.search(
            [
                ("email_normalized", "=", normalized),
                ("company_id", "in", [self.env.company.id, False]),
            ]
        )
        return found.filtered(
            lambda p: not p.user_ids or all(user.share for user in p.user_ids)
        ).sorted(lambda p: (not p.company_id, not p.user_ids, p.id))[:1]

    @api.model
    def _is_colleague(self, partner_ids):
        users = self.env["res.partner"].sudo().browse(partner_ids or []).user_ids
        return any(not user.share for user in users)

    @api.model
    def _read_copies(self, msg_dict):
        """Addresses in copy, without our own ones; nothing that is no address."""
        pairs = email_split_tuples(msg_dict.get("cc_filtered"))
        return ", ".join(
            formataddr((name, normalized))
            for name, email in pairs
            if (normalized := email_normalize(email))
        )

    def _tell_team(self):
        """Tell who follows the team that a complaint came in from outside."""
        for complaint in self.sudo():
            partners = complaint.team_id._get_told_of_new()
            for lang, told in partners.grouped("lang").items():
                there = complaint.with_context(lang=lang)
                there.message_notify(
                    partner_ids=told.ids,
                    subject=there.env._(
                        "New complaint: %(complaint)s", complaint=there.display_name
                    ),
                    body=Markup("<p>%s</p>")
                    % there.env._(
                        "%(complaint)s came in over %(channel)s from %(customer)s.",
                        complaint=there.name,
                        channel=there.channel_id.name or "",
                        customer=there.partner_name or there.email_from or "?",
                    ),
                )

    # ------------------------------------------------------------------
    # A letter to a complaint
    # ------------------------------------------------------------------
    def message_update(self, msg_dict, update_vals=None):
        """Keep who is in copy; called by the mail gateway with all rights."""
        letter = self._get_letter()
        responder = letter and letter.written_by == "responder"
        copies = "" if responder else self._read_copies(msg_dict)
        return super().message_update({**msg_dict, "cc": copies}, update_vals)

    @api.model
    def _get_letter(self):
        """The e-mail that is being taken in, or None."""
        letter = self.env.context.get("complaint_letter")
        return letter if isinstance(letter, mail_reading.Letter) else None

    def _get_said_at(self, now):
        """When the customer wrote what comes in now: deadlines begin with its arrival.

        Whoever answered meanwhile had not read it; then it counts from now on.
        """
        letter = self._get_letter()
        if not letter or (self.told_at and self.told_at > letter.received_at):
            return now
        return letter.received_at

    def _is_substantive(self, message):
        letter = self._get_letter()
        if letter and (letter.is_first or not self._is_sent_to_customer(message)):
            return False
        return super()._is_substantive(message)

    def _is_sent_to_customer(self, message):
        """Whether a letter of a colleague goes to the customer, too."""
        complaint, message = self.sudo(), message.sudo()
        partners = message.partner_ids | complaint.message_partner_ids
        written = f"{message.incoming_email_to or ''},{message.incoming_email_cc or ''}"
        addresses = {email_normalize(email) for email in email_split(written)}
        addresses.update(partners.mapped("email_normalized"))
        return complaint.partner_id in partners or (
            bool(complaint.email_normalized) and complaint.email_normalized in addresses
        )

    def _is_said_by_customer(self, message):
        letter = self._get_letter()
        if letter and letter.is_first:
            return False  # the complaint itself: a first answer is owed, no reply
        if super()._is_said_by_customer(message):
            return True
        # Customers answer from a second address, too; better one look too many.
        return bool(
            letter
            and letter.written_by == "person"
            and not message.author_id
            and not message.is_internal
            and not message.subtype_id.internal
        )

    def _notify_thread_with_out_of_office(self, message, recipients_data, *a, **kw):
        letter = self._get_letter()
        if letter and letter.written_by != "person":
            return self.env["mail.message"]  # two programs would talk to each other
        return super()._notify_thread_with_out_of_office(
            message, recipients_data, *a, **kw
        )

    def _notify_get_reply_to_batch(self, defaults=None, author_ids=None):
        # A reply to the team's own address finds its complaint by the number, too.
        result = super()._notify_get_reply_to_batch(defaults, author_ids)
        for complaint in self.sudo():
            if address := complaint.team_id.alias_email:
                result[complaint.id] = self._notify_get_reply_to_formatted_email(
                    address, author_id=(author_ids or {}).get(complaint.id)
                )
        return result

    def _message_receive_bounce(self, email, partner):
        """A mail to the customer came back: somebody must reach him in another way."""
        res = super()._message_receive_bounce(email, partner)
        is_open = self.filtered(lambda c: c.stage_type not in CLOSED_TYPES)
        for complaint, user in is_open._for_owners():
            complaint._give_todo_once(
                user,
                complaint.env._("Our e-mail did not arrive"),
                complaint.env._(
                    "A message to %(email)s came back. The customer does not know "
                    "what it said: call him, or correct the address and send again.",
                    email=email or "",
                ),
            )
        return res

    # ------------------------------------------------------------------
    # Files
    # ------------------------------------------------------------------
    def _process_attachments_for_post(
        self, attachments, attachment_ids, message_values
    ):
        if attachments and self._get_letter():
            attachments, body, notes = self._sort_mail_files(
                attachments, message_values.get("body") or ""
            )
            message_values["body"] = body
            if notes:
                self._log_note("\n".join(notes))
            # Evidence stays as it was sent; and Odoo fails to make a broken picture smaller.
            self = self.with_context(image_no_postprocess=True)
        return super()._process_attachments_for_post(
            attachments, attachment_ids, message_values
        )

    def _sort_mail_files(self, attachments, body):
        """What of the files of a letter is evidence.

        :return: files to keep, body without the pictures that are dropped, notes
        """
        say = self._in_company_language().env
        kept, dropped, notes, known = [], [], [], None
        for name, content, *more in attachments[: mail_reading.MAX_FILES]:
            info = more[0] if more else {}
            if content is None:
                continue
            shown_as = name
            name, raw = mail_reading.read_file(name, content, info)
            cid = info.get("cid")
            if mail_reading.is_signature_file(name):
                continue
            if cid and f"cid:{cid}" in body:
                if known is None:
                    known = self._get_known_checksums()
                # Replies bring the pictures of the whole conversation along again.
                checksum = self.env["ir.attachment"]._compute_checksum(raw)
                if mail_reading.is_decoration(raw) or checksum in known:
                    dropped.append(cid)
                    continue
            if mail_reading.is_winmail(name, raw):
                notes.append(
                    say._(
                        "%(name)s is a packet that only Outlook opens; there may be "
                        "photos in it. Please ask the customer to send them again, as "
                        "an ordinary e-mail (HTML or plain text).",
                        name=name,
                    )
                )
            elif error := uploads.refusal(
                name, len(raw), raw[:8], mail_reading.MAX_MAIL_FILE
            ):
                notes.append(self._explain_refusal(say, error, name))
                if cid:
                    dropped.append(cid)
                continue
            # A picture of the text is found by the name that stands there.
            kept.append((shown_as if cid else name, raw, info))
        left_out = len(attachments) - mail_reading.MAX_FILES
        if left_out > 0:
            notes.append(
                say._(
                    "%(count)s more files were left out: one e-mail brings at most "
                    "%(limit)s.",
                    count=left_out,
                    limit=mail_reading.MAX_FILES,
                )
            )
        return kept, mail_reading.drop_pictures(body, dropped), notes

    def _explain_refusal(self, say, error, name):
        if error == "size":
            return say._(
                "%(name)s was not kept: it is larger than %(limit)s MB.",
                name=name,
                limit=mail_reading.MAX_MAIL_FILE // 1024 // 1024,
            )
        return say._(
            "%(name)s was not kept: files of this kind can do harm. Please ask the "
            "customer for pictures, documents or recordings.",
            name=name,
        )

    def _get_known_checksums(self):
        """Checksums of the files that the complaint has."""
        attachments = self.env["ir.attachment"].sudo()
        files = attachments.search_fetch(
            [("res_model", "=", self._name), ("res_id", "=", self.id)], ["checksum"]
        )
        return set(files.mapped("checksum"))

    # ------------------------------------------------------------------
    # Notes of the gateway
    # ------------------------------------------------------------------
    def _in_company_language(self):
        """For texts that several colleagues read: the language of the complaint's company."""
        company = self.company_id or self.env.company
        return self.with_context(lang=company.sudo().partner_id.lang)

    def _log_note(self, text):
        self._message_log(body=plaintext2html(text))
