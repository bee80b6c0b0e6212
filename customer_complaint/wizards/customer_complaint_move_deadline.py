from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import html2plaintext, is_html_empty

from ..models.complaint_told import Telling


class CustomerComplaintMoveDeadline(models.TransientModel):
    """Moves a date, with what is said about it: a customer's date moves with a notice only."""

    _name = "customer.complaint.move.deadline"
    _description = "Move a Complaint Deadline"

    deadline_id = fields.Many2one(
        "customer.complaint.deadline", required=True, ondelete="cascade"
    )
    old_due_at = fields.Datetime(
        related="deadline_id.due_at", related_sudo=False, string="Due now"
    )
    due_at = fields.Datetime(string="New due time", required=True)
    reason_id = fields.Many2one(
        "customer.complaint.deadline.reason",
        required=True,
        domain=[("used_for", "=", "move")],
    )
    interim_plan = fields.Text(string="Until then", help="What happens until then.")
    is_notice_needed = fields.Boolean(compute="_compute_is_notice_needed")
    can_mail = fields.Boolean(compute="_compute_can_mail")
    told_by = fields.Selection(
        [("message", "A message"), ("contact", "Phone or another contact")],
        string="The customer is told by",
        compute="_compute_told_by",
        store=True,
        readonly=False,
    )
    body = fields.Html(
        string="Message",
        compute="_compute_body",
        store=True,
        readonly=False,
        sanitize_style=True,
    )
    rendered = fields.Html(
        compute="_compute_body",
        store=True,
        readonly=False,
        sanitize_style=True,
        export_string_translation=False,
    )
    channel_id = fields.Many2one(
        "customer.complaint.channel",
        string="Contact channel",
        default=lambda self: self.env["customer.complaint"]._get_default_channel(),
    )
    summary = fields.Text(string="What was said")

    @api.constrains("reason_id")
    def _check_reason(self):
        self.reason_id._check_used_for("move")

    @api.depends("deadline_id", "due_at")
    def _compute_is_notice_needed(self):
        for wizard in self:
            deadline = wizard.deadline_id
            wizard.is_notice_needed = (
                deadline._is_shown_to_customer()
                and bool(wizard.due_at)
                and wizard.due_at > deadline.due_at
            )

    @api.depends("deadline_id")
    def _compute_can_mail(self):
        for wizard in self:
            wizard.can_mail = bool(wizard.deadline_id.complaint_id.email_from)

    @api.depends("is_notice_needed", "can_mail")
    def _compute_told_by(self):
        for wizard in self:
            wizard.told_by = wizard.is_notice_needed and (
                wizard.told_by or ("message" if wizard.can_mail else "contact")
            )

    @api.depends("deadline_id", "due_at", "reason_id", "interim_plan", "told_by")
    def _compute_body(self):
        for wizard in self:
            # Words of the user's own are never written over.
            is_own = html2plaintext(wizard.body or "") != html2plaintext(
                wizard.rendered or ""
            )
            if wizard.told_by == "message" and wizard.due_at and not is_own:
                wizard.body = wizard.rendered = wizard._render("body_html")

    def _render(self, fname):
        """Subject or text of the notice, in the customer's language."""
        self.ensure_one()
        complaint = self.deadline_id.complaint_id
        template = complaint._get_shipped(
            "mail_template_deadline_moved", "mail.template"
        )
        if not template.exists():
            return False
        lang = complaint._get_customer_lang()
        moved = {
            "what": self.deadline_id.with_context(lang=lang)._get_customer_label(),
            "old": complaint._format_told(self.deadline_id.due_at),
            "new": complaint._format_told(self.due_at),
            "reason": self.reason_id.with_context(lang=lang).name,
            "plan": (self.interim_plan or "").strip(),
        }
        # In the user's own rights, that is: nobody reads what he may not see.
        template = template.with_env(self.env).with_context(complaint_moved=moved)
        return template._render_field(fname, complaint.ids, set_lang=lang)[complaint.id]

    # ------------------------------------------------------------------
    # Moving
    # ------------------------------------------------------------------
    def action_move(self):
        """Move the due time and tell the customer.

        A date that had passed already counts as overdue all the same.

        :raises AccessError: who moves is neither a lead nor the owner of a commitment not yet due
        :raises UserError: nothing is said to a customer whose date moves back, the date lies in
            the past, or it cannot be moved at all
        """
        for wizard in self:
            deadline = wizard.deadline_id
            deadline._check_may_move()
            wizard._check_reason()  # what it is used for may have changed since
            if wizard.due_at <= fields.Datetime.now():
                raise UserError(
                    self.env._("Choose a new due time that lies in the future.")
                )
            wizard._check_notice()
            reason = wizard.reason_id.name
            if plan := (wizard.interim_plan or "").strip():
                reason = self.env._(
                    "%(reason)s. Until then: %(plan)s", reason=reason, plan=plan
                )
            subject = wizard.told_by == "message" and wizard._render("subject")
            # sudo: who may move was checked; the ledger is written by methods only
            deadline.sudo()._move(
                {deadline.id: wizard.due_at},
                reason,
                {"reason_id": wizard.reason_id.id, "is_told": bool(wizard.told_by)},
            )
            deadline.sudo().is_agreed = True
            wizard._tell(subject)
        return {"type": "ir.actions.act_window_close"}

    def _check_notice(self):
        """A customer learns that a date of his moves back, and why."""
        self.ensure_one()
        if self.is_notice_needed and not self.told_by:
            raise UserError(
                self.env._(
                    "The customer counts on this date. Tell him by a message, or log the "
                    "contact in which you told him."
                )
            )
        if self.is_notice_needed and not (self.interim_plan or "").strip():
            raise UserError(
                self.env._(
                    "Say what happens until the new date: the customer waits longer and "
                    "wants to know it."
                )
            )
        if self.told_by == "message" and not self.can_mail:
            raise UserError(
                self.env._(
                    "No e-mail address of this customer is known. Tell him by phone or "
                    "another contact, and write down what was said."
                )
            )
        if self.told_by == "message" and is_html_empty(self.body):
            raise UserError(self.env._("The message to the customer is empty."))
        if self.told_by == "contact" and not (self.summary or "").strip():
            raise UserError(self.env._("Write down what was said to the customer."))

    def _tell(self, subject):
        """Send the notice, or log the contact in which it was given."""
        self.ensure_one()
        complaint = self.deadline_id.complaint_id.with_context(
            complaint_moved_ids=self.deadline_id.ids, complaint_tells=Telling("update")
        )
        if self.told_by == "message":
            recipients = complaint._message_get_default_recipients()[complaint.id]
            complaint.message_post(
                subject=subject,
                body=self.body,
                message_type="comment",
                subtype_xmlid="mail.mt_comment",
                partner_ids=recipients["partner_ids"],
                outgoing_email_to=recipients["email_to"],
                email_layout_xmlid="mail.mail_notification_light",
                email_add_signature=False,
            )
        elif self.told_by == "contact":
            complaint.env["customer.complaint.contact"].create(
                {
                    "complaint_id": complaint.id,
                    "channel_id": self.channel_id.id,
                    "channel_reason": self.env._("Told that a date moves"),
                    "summary": self.summary,
                    "next_step": self.interim_plan,
                }
            )
