from datetime import datetime

from markupsafe import Markup

from odoo import SUPERUSER_ID, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import email_normalize, plaintext2html

from .customer_complaint_confirmation import ANSWERED
from .customer_complaint_deadline import OWED
from .customer_complaint_link import JOINING
from .customer_complaint_stage import CLOSED_TYPES

# What was said to and by the customer, and notes of colleagues; a log of changes stays.
CONVERSATION = ("comment", "email", "email_outgoing", "auto_comment")
# What the complaint that is kept takes over where it says nothing itself.
FILLED = (
    "email_from",
    "phone",
    "demand",
    "order_id",
    "invoiced_partner_id",
    "problem_id",
)
# What merging may change about it, and undoing changes back.
CHANGED = (*FILLED, "received_at", "level_id", "told_at", "said_at")


class CustomerComplaint(models.Model):
    """Complaints that belong together: one goes on for several that say the same."""

    _inherit = "customer.complaint"

    close_reason = fields.Selection(
        string="Close reason",
        selection_add=[
            ("merged", "Merged into another complaint"),
            ("duplicate", "Duplicate of another complaint"),
        ],
    )
    merged_into_id = fields.Many2one(
        "customer.complaint",
        string="Goes on in",
        readonly=True,
        copy=False,
        ondelete="set null",
        index="btree_not_null",
        help="Merged into this complaint, or a duplicate of it: what is owed to the "
        "customer is owed there.",
    )
    merged_ids = fields.One2many(
        "customer.complaint", "merged_into_id", string="Dealt with here"
    )
    related_link_ids = fields.Many2many(
        "customer.complaint.link",
        string="Related complaints",
        compute="_compute_related_link_ids",
        groups="customer_complaint.group_complaint_user",
    )

    def _compute_related_link_ids(self):
        links = self.env["customer.complaint.link"].search(
            Domain("complaint_id", "in", self.ids) | Domain("other_id", "in", self.ids)
        )
        for complaint in self:
            complaint.related_link_ids = links.filtered(
                lambda link, c=complaint._origin: c in link.complaint_id | link.other_id
            )

    # ------------------------------------------------------------------
    # Where it goes on
    # ------------------------------------------------------------------
    def _is_closed(self):
        self.ensure_one()
        return self.stage_type in CLOSED_TYPES

    def _is_joined(self):
        """Whether another complaint goes on for this one: it was merged, or is a duplicate."""
        self.ensure_one()
        return self.sudo().close_reason in JOINING

    def _get_kept(self):
        """The complaints that go on for these, of the same customer; else these themselves."""
        kept = self.browse()
        for complaint in self.sudo():
            while (
                onward := complaint.merged_into_id
            ) and complaint._is_of_same_customer(onward):
                complaint = onward
            kept |= self.browse(complaint.id)
        return kept

    def _get_mail_target(self):
        return super()._get_mail_target()._get_kept()

    def _is_of_same_customer(self, other):
        """Whether who reads this complaint as a customer may read the other one as well."""
        self.ensure_one()
        if self.is_anonymous or other.is_anonymous:
            return self == other  # nobody knows, and each reads his own by its link
        mine, his = self.commercial_partner_id, other.commercial_partner_id
        if mine and his:
            return mine == his
        my_email, his_email = map(
            email_normalize, (self.email_from or "", other.email_from or "")
        )
        if my_email and his_email:
            return my_email == his_email
        return not (mine or my_email)  # nobody reads this one

    def _get_merged_numbers(self):
        """Numbers under which the customer complained of what is dealt with here."""
        self.ensure_one()
        merged = self.merged_ids.filtered(lambda c: c._is_of_same_customer(self))
        return ", ".join(merged.mapped("name"))

    def _get_missing(self, stage_type):
        # What is missing is asked for where it goes on.
        return [] if self._is_joined() else super()._get_missing(stage_type)

    def _reopen(self, reason):
        # The customer's word about one that was merged concerns the one that goes on.
        joined = self.filtered(lambda c: c._get_kept() != c)
        kept = joined._get_kept().filtered(lambda c: c._is_closed())
        (self - joined).filtered("merged_into_id").merged_into_id = False
        return super(CustomerComplaint, (self - joined) | kept)._reopen(reason)

    def _close(self, reason):
        # What was merged stays merged, whatever is said about it.
        alone = self.filtered(lambda c: not c._is_joined())
        return super(CustomerComplaint, alone)._close(reason)

    def _hear_of_merged(self, confirmation):
        """Event: what the customer says of a merged complaint is news for this open one."""
        self.ensure_one()
        self._on_customer_said(fields.Datetime.now())
        user = self._get_first_told("owner")
        there = self.with_context(lang=user.lang or self.env.lang)
        answers = confirmation._fields["solved"]._description_selection(there.env)
        said = there.env._(
            "The customer says of %(complaint)s, which goes on here: %(answer)s. "
            "%(comment)s",
            complaint=confirmation.complaint_id.name,
            answer=dict(answers)[confirmation.solved],
            comment=confirmation.comment or "",
        )
        there._message_log(body=said)
        if user:
            there.activity_schedule(
                "mail.mail_activity_data_todo",
                user_id=user.id,
                summary=there.env._("Answer the customer"),
                note=plaintext2html(said),
            )

    def action_reopen(self):
        for complaint in self.filtered("merged_into_id"):
            raise UserError(
                self.env._(
                    "%(complaint)s goes on in %(kept)s. Reopen that one, or undo the "
                    "link on its page Related.",
                    complaint=complaint.name,
                    kept=complaint.sudo().merged_into_id.name,
                )
            )
        return super().action_reopen()

    def _renew_links(self):
        # Their old links lead here.
        return super(CustomerComplaint, self | self.sudo().merged_ids)._renew_links()

    def _check_credit_rights(self):
        res = super()._check_credit_rights()
        if self.merged_into_id:
            raise UserError(
                self.env._(
                    "%(complaint)s goes on in %(kept)s. Ask for the credit note there.",
                    complaint=self.name,
                    kept=self.sudo().merged_into_id.name,
                )
            )
        return res

    def message_post(self, **kwargs):
        """What is written to a customer, or by him, goes on where his complaint goes on."""
        thread = self
        if self.merged_into_id and kwargs.get("message_type") in CONVERSATION:
            note = self.env.ref("mail.mt_note").id
            xmlid = kwargs.get("subtype_xmlid")
            subtype = self.env.ref(xmlid).id if xmlid else kwargs.get("subtype_id")
            if (subtype or note) != note:
                thread = self._get_kept()
        return super(CustomerComplaint, thread).message_post(**kwargs)

    # ------------------------------------------------------------------
    # Merging
    # ------------------------------------------------------------------
    def action_relate(self):
        """Ask what these complaints have to do with each other, or with another one."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Merge or link"),
            "res_model": "customer.complaint.relate",
            "view_mode": "form",
            "target": "new",
            "context": {"default_complaint_ids": self.ids},
        }

    def _relate(self, other, reason=None):
        """Link complaints that have something to do with each other; both go on."""
        Link = self.env["customer.complaint.link"].sudo()  # written by methods only
        known = Link.search(
            Domain("kind", "=", "related")
            & Domain("undone_at", "=", False)
            & (
                Domain("complaint_id", "in", self.ids)
                & Domain("other_id", "=", other.id)
                | Domain("other_id", "in", self.ids)
                & Domain("complaint_id", "=", other.id)
            )
        )
        new = self - known.complaint_id - known.other_id - other
        return known + self._link(new, other, "related", reason)

    def _link(self, complaints, other, kind, reason, **values):
        """Rows of the link model, with a note on both sides."""
        said = {
            "complaint": other._get_html_link(title=other.name),
            "reason": reason or "",
        }
        body = {
            "merged": self.env._("Merged into %(complaint)s. %(reason)s", **said),
            "duplicate": self.env._("A duplicate of %(complaint)s. %(reason)s", **said),
            "related": self.env._("Related to %(complaint)s. %(reason)s", **said),
            "split": self.env._("Split from %(complaint)s. %(reason)s", **said),
        }[kind]
        # sudo: written by methods only
        links = (
            self.env["customer.complaint.link"]
            .sudo()
            .create(
                [
                    {
                        "complaint_id": complaint.id,
                        "other_id": other.id,
                        "kind": kind,
                        "reason": reason,
                        "user_id": self.env.uid,
                        **values,
                    }
                    for complaint in complaints
                ]
            )
        )
        complaints._message_log_batch(
            bodies={complaint.id: body for complaint in complaints}
        )
        return links

    def _join(self, kept, kind, reason):
        """Close these complaints; `kept` goes on for them and owes what they owed.

        :param str kind: "merged": what was said, sent and planned goes over; "duplicate": it
            stays where it is
        :param str reason: shown in the history of both
        :return: rows of the link model
        :raises UserError: they are not open, or not of one company and customer
        """
        (self | kept)._lock()  # two merges at once
        self._check_joining(kept)
        # sudo: write access was checked; ledger, messages and to-dos of colleagues go along
        joined, kept = self.sudo(), kept.sudo()
        # Whoever holds the key of a form wrote that form: nothing else is his to read.
        (joined | kept).form_key = False
        links = self.env["customer.complaint.link"].sudo()
        # One by one: each way back is its own, and the next one meets what this one changed.
        for complaint in joined.sorted(lambda c: (c.received_at, c.id)):
            kept._message_log(body=complaint._describe_joining(kind, reason))
            pauses = (complaint | kept).pause_ids.filtered(lambda p: not p.end_at)
            taken = complaint._hand_over_owed(kept)
            if kind == "merged":
                taken |= complaint._hand_over_content(kept)
            complaint.merged_into_id = kept
            complaint._close(kind)
            taken["pauses"] = pauses.filtered("end_at").ids
            links += self._link(complaint, kept, kind, reason, taken=taken)
        return links

    def _check_joining(self, kept):
        if not self or kept in self or len(kept) != 1:
            raise UserError(
                self.env._("Choose two complaints or more, and the one that is kept.")
            )
        for complaint in self | kept:
            if complaint._is_closed():
                raise UserError(
                    self.env._(
                        "%(complaint)s is closed and keeps its verdict. Link it as "
                        "related, or reopen it first.",
                        complaint=complaint.name,
                    )
                )
            if complaint.company_id != kept.company_id:
                raise UserError(
                    self.env._(
                        "%(complaint)s was received by another company. Complaints stay "
                        "in the company that received them.",
                        complaint=complaint.name,
                    )
                )
            is_complaint = complaint.record_type == "complaint"
            if is_complaint and kept.record_type != "complaint":
                raise UserError(
                    self.env._(
                        "%(complaint)s is a complaint and %(kept)s is none: its deadlines "
                        "would end. Let the complaint go on, or link the two as related.",
                        complaint=complaint.name,
                        kept=kept.name,
                    )
                )
        for complaint in self.sudo():
            if not complaint._is_of_same_customer(kept.sudo()):
                raise UserError(
                    self.env._(
                        "%(complaint)s and %(kept)s are not known to be of the same "
                        "customer: one would read what the other wrote. Link them as "
                        "related or tie them to a shared problem, or correct the "
                        "complainant first.",
                        complaint=complaint.name,
                        kept=kept.name,
                    )
                )

    def _describe_joining(self, kind, reason):
        """What the complaint was, for the history of the one that goes on for it."""
        self.ensure_one()
        said = {
            "complaint": self._get_html_link(title=self.name),
            "reason": reason or "",
        }
        head = {
            "merged": self.env._(
                "%(complaint)s was merged into this one. %(reason)s", **said
            ),
            "duplicate": self.env._("%(complaint)s is a duplicate. %(reason)s", **said),
        }[kind]
        received = self.env._(
            "Received on %(moment)s, %(channel)s.",
            moment=self.deadline_ids._format_moment(self.received_at),
            channel=self.channel_id.name or "",
        )
        said = filter(None, (self.description, self.demand))
        return Markup("<p>%s</p><p><strong>%s</strong><br/>%s</p>%s") % (
            head,
            self.title or "",
            received,
            Markup().join(map(plaintext2html, said)),
        )

    def _hand_over_owed(self, kept):
        """What this complaint owes is owed by `kept`: promises, an answer, the earlier receipt.

        :return: dict for the way back
        """
        self.ensure_one()
        owed = self.deadline_ids.filtered(lambda d: d.state in OWED)
        promises = owed.filtered(lambda d: d.deadline_type == "commitment")
        unanswered = owed.filtered(lambda d: d.deadline_type == "next_reply")
        before = kept._get_plain(CHANGED)
        told_at = self._get_first_told_at()
        kept.write(self._get_plain(f for f in FILLED if self[f] and not kept[f]))
        if self.received_at < kept.received_at:
            kept.received_at = self.received_at
        if self.level_rank < kept.level_rank:
            kept._change_level(
                self.level_id,
                self.env._("%(complaint)s was more severe.", complaint=self.name),
            )
        answered = (
            kept._meet_deadlines(("first_response",), told_at)
            if told_at
            else kept.deadline_ids.browse()
        )
        if answered and not kept.told_at:
            kept.told_at = told_at
        running = kept.deadline_ids.filtered(lambda d: d.state in OWED)
        if unanswered:
            kept._on_customer_said(unanswered.start_at)
        opened = kept.deadline_ids.filtered(lambda d: d.state in OWED) - running
        promises._hand_to(kept)
        (owed - promises - owed.filtered(lambda d: d.deadline_type == "stage"))._drop(
            self.env._(
                "It goes on in %(complaint)s: what is owed is owed there.",
                complaint=kept.name,
            )
        )
        after = kept._get_plain(CHANGED)
        return {
            "stage": self.stage_id.id,
            "unanswered_since": fields.Datetime.to_string(unanswered.start_at),
            "promises": promises.ids,
            "answered": answered.ids,
            "opened": opened.ids,
            "fields": {
                fname: [old, after[fname]]
                for fname, old in before.items()
                if old != after[fname]
            },
        }

    def _get_first_told_at(self):
        """When the customer was first told something in this round, False when never."""
        self.ensure_one()
        rows = self.deadline_ids.filtered(
            lambda d: d.deadline_type == "first_response" and d.round == self.round
        )
        return rows[:1].done_at or self.told_at

    def _get_plain(self, fnames):
        """Values of fields by name, as `write` takes and JSON keeps them."""
        self.ensure_one()

        def to_plain(value):
            if isinstance(value, models.BaseModel):
                return value.id
            if isinstance(value, datetime):
                return fields.Datetime.to_string(value)
            return value

        return {fname: to_plain(self[fname]) for fname in fnames}

    def _hand_over_content(self, kept):
        """What was said, sent, logged and planned goes on with `kept`.

        :return: dict for the way back
        """
        self.ensure_one()
        messages = self.env["mail.message"].search(
            [
                ("model", "=", self._name),
                ("res_id", "=", self.id),
                ("message_type", "in", CONVERSATION),
            ]
        )
        subjects = {message.id: message.subject for message in messages}
        for message in messages:
            message.subject = (
                self.env._(
                    "From %(complaint)s: %(subject)s",
                    complaint=self.name,
                    subject=message.subject,
                )
                if message.subject
                else self.env._("From %(complaint)s", complaint=self.name)
            )
        documents = [("res_model", "=", self._name), ("res_id", "=", self.id)]
        attachments = self.env["ir.attachment"].search(documents)
        activities = self.env["mail.activity"].search(documents)
        contacts = self.contact_ids
        for records in (messages, attachments, activities):
            records.write({"res_id": kept.id})
        contacts.write({"complaint_id": kept.id})
        followers = self.message_partner_ids - kept.message_partner_ids
        kept.message_subscribe(partner_ids=followers.ids)
        known = {line._get_content() for line in kept.line_ids}
        lines = self.line_ids.filtered(lambda line: line._get_content() not in known)
        copies = lines.create(lines.copy_data({"complaint_id": kept.id}))
        return {
            "messages": subjects,
            "attachments": attachments.ids,
            "activities": activities.ids,
            "contacts": contacts.ids,
            "followers": followers.ids,
            "lines": copies.ids,
        }

    # ------------------------------------------------------------------
    # The way back
    # ------------------------------------------------------------------
    def _take_out(self, kept, taken):
        """Let a complaint go on by itself again; see `_join`.

        :param dict taken: what went over to `kept`
        """
        self.ensure_one()
        reason = self.env._("The merging was undone.")
        self._take_back_content(kept, taken)
        Deadline = self.env["customer.complaint.deadline"]
        Deadline.browse(taken.get("promises")).exists().filtered(
            lambda d: d.complaint_id == kept
        )._hand_to(self)
        Deadline.browse(taken.get("opened")).exists()._drop(reason)
        Deadline.browse(taken.get("answered")).exists()._revive(reason)
        changed = taken.get("fields", {})
        present = kept._get_plain(changed)
        values = {
            fname: old
            for fname, (old, new) in changed.items()
            if present[fname] == new  # nobody changed it since
        }
        if "level_id" in values:
            values["level_reason"] = reason
        kept.write(values)
        kept._sync_next_due()
        self.write({"merged_into_id": False, "close_reason": False, "closed_at": False})
        # Before the stage changes: that ends the pause of another stage, and begins its own.
        pauses = self.pause_ids.browse(taken.get("pauses")).exists()
        for pause in pauses:
            pause.complaint_id._pause_again(pause, reason)
        stage = self.stage_id.browse(taken.get("stage")).exists()
        opened = self.with_context(complaint_reopen=True, complaint_quiet_stage=True)
        if stage.active:
            opened.stage_id = stage
        else:
            opened._move_to_type("assessed")
        self._reschedule_deadlines(reason)
        if since := fields.Datetime.to_datetime(taken.get("unanswered_since")):
            self._open_owed(("next_reply",), start_at=since)

    def _pause_again(self, pause, reason):
        """Let a pause that merging ended go on, unless it would have ended since.

        :param str reason: shown in the history of the deadlines
        """
        self.ensure_one()
        until_answer = pause.reason_id.until_customer_answers
        if until_answer and self.said_at and self.said_at > pause.end_at:
            return
        if pause != self.pause_ids.sorted(lambda p: (p.start_at, p.id))[-1:]:
            return
        pause.write({"end_at": False, "end_user_id": False})
        self.write({"paused_at": pause.start_at, "pause_reason_id": pause.reason_id.id})
        self.deadline_ids._recompute(reason)
        self.env["customer.complaint.deadline"]._wake_engine(pause.latest_at)

    def _take_back_content(self, kept, taken):
        def still_there(model, ids):
            records = self.env[model].browse(ids or []).exists()
            return records.filtered(lambda r: r.res_id == kept.id)

        subjects = taken.get("messages") or {}
        messages = still_there("mail.message", [int(key) for key in subjects])
        for message in messages:
            message.subject = subjects[str(message.id)]
        for records in (
            messages,
            still_there("ir.attachment", taken.get("attachments")),
            still_there("mail.activity", taken.get("activities")),
        ):
            records.write({"res_id": self.id})
        contacts = self.env["customer.complaint.contact"].browse(taken.get("contacts"))
        contacts.exists().filtered(lambda c: c.complaint_id == kept).write(
            {"complaint_id": self.id}
        )
        kept.message_unsubscribe(partner_ids=taken.get("followers") or [])
        self.env["customer.complaint.line"].browse(taken.get("lines")).exists().unlink()


class CustomerComplaintConfirmation(models.Model):
    """What the customer says of a complaint that was merged, he says of the one that goes on."""

    _inherit = "customer.complaint.confirmation"

    def _apply(self):
        # sudo: the access check is that of recording a confirmation
        row = self.sudo()
        if self.env.user._is_public():
            row = row.with_user(SUPERUSER_ID)  # see super
        kept = row.complaint_id._get_kept()
        if kept == row.complaint_id:
            return super()._apply()
        kept._lock()  # two answers at once
        if kept._is_closed() or kept.outcome_at or row.solved not in ANSWERED:
            row.write({"complaint_id": kept.id, "round": kept.round})
            return super()._apply()
        return kept._hear_of_merged(row)
