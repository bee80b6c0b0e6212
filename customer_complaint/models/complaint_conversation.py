from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..tools import date_words, wording
from .complaint_told import Telling

# Channels over which a message of the composer reaches the customer.
WRITTEN_HERE = ("channel_email", "channel_portal", "channel_web_form")


class CustomerComplaint(models.Model):
    """Talking with the customer: his channel, our first contact, what a message must say."""

    _inherit = "customer.complaint"

    preferred_channel_id = fields.Many2one(
        "customer.complaint.channel",
        string="Prefers",
        compute="_compute_preferred_channel_id",
        compute_sudo=True,
        groups="base.group_user",
        help="The channel over which the customer wants to be reached.",
    )

    @api.depends(
        "partner_id.complaint_channel_id", "commercial_partner_id.complaint_channel_id"
    )
    def _compute_preferred_channel_id(self):
        for complaint in self:
            channel = (
                complaint.partner_id.complaint_channel_id
                or complaint.commercial_partner_id.complaint_channel_id
            )
            complaint.preferred_channel_id = channel.filtered("active")

    def _propose_reply_channel(self, by_hand=False):
        # The customer's own goes first.
        return self.preferred_channel_id or super()._propose_reply_channel(by_hand)

    # ------------------------------------------------------------------
    # First contact
    # ------------------------------------------------------------------
    def _after_intake(self):
        res = super()._after_intake()
        if not self._is_history():
            self._plan_first_contact()
        return res

    def _plan_first_contact(self):
        """Calling the customer first is somebody's task, where the company wants that."""
        complaints = self.filtered(
            lambda c: c.company_id.sudo().complaint_first_contact and not c.told_at
        )
        if not complaints:
            return
        vals_list = []
        model_id = self.env["ir.model"]._get_id(self._name)
        activity_type = self._get_shipped(
            "activity_first_contact", "mail.activity.type"
        )
        for complaint in complaints.sudo():  # whoever receives it may not plan tasks
            user = (
                complaint.user_id
                or complaint.first_contact_id
                or complaint.team_id.leader_id
            )
            due_at = complaint.deadline_ids.filtered(
                lambda d: d.deadline_type == "first_response"
            )[:1].due_at
            if user:
                due_at = fields.Datetime.context_timestamp(
                    self.with_context(tz=user.tz), due_at or fields.Datetime.now()
                )
                vals_list.append(
                    {
                        "activity_type_id": activity_type.id,
                        "res_model_id": model_id,
                        "res_id": complaint.id,
                        "user_id": user.id,
                        "date_deadline": due_at.date(),
                        "summary": complaint.preferred_channel_id.name
                        or complaint.phone
                        or complaint.email_from,
                    }
                )
        self.env["mail.activity"].sudo().with_context(
            mail_activity_quick_update=True
        ).create(vals_list)

    def _note_told(self, at, plan):
        res = super()._note_told(at, plan)
        if any(company.complaint_first_contact for company in self.company_id):
            activity_type = self._get_shipped(
                "activity_first_contact", "mail.activity.type"
            )
            self.env["mail.activity"].sudo().search(
                Domain("res_model", "=", self._name)
                & Domain("res_id", "in", self.ids)
                & Domain("activity_type_id", "=", activity_type.id)
            ).unlink()
        return res

    # ------------------------------------------------------------------
    # Told at each stage
    # ------------------------------------------------------------------
    def _on_stage_changed(self, left):
        res = super()._on_stage_changed(left)
        self._tell_stage()
        return res

    def _tell_stage(self):
        """Queue the message of the stage that was entered, in the customer's language.

        It is automatic: no deadline is met by it. Joining complaints, or undoing that, is
        order among colleagues and no news.
        """
        if self._is_history() or self.env.context.get("complaint_quiet_stage"):
            return
        complaints = (
            self.sudo()
            .filtered(  # templates are the managers'
                lambda c: c.stage_id.mail_template_id
                and c.email_from
                and not c._is_put_away()
                and not c._is_joined()
            )
            ._filter_reachable()
        )
        if not complaints or self.env["customer.complaint.health"]._is_neutralized():
            return
        for stage, told in complaints.grouped("stage_id").items():
            stage.mail_template_id.send_mail_batch(told.ids)

    # ------------------------------------------------------------------
    # Guards
    # ------------------------------------------------------------------
    def _find_faults(self, body, tells="update", is_dated=False, files=False):
        """Sentences about what a message to these customers lacks; empty: nothing.

        :param str body: HTML
        :param str tells: what the message tells (see `complaint_tells`)
        :param bool is_dated: it promises a date
        :param bool files: something is attached: the text may be short
        """
        if not self or self.company_id[:1].sudo().complaint_guard == "off":
            return []
        text = self._get_own_text(body)
        faults = []
        phrases = self.env["customer.complaint.phrase"]._get_phrases()
        phrase = wording.find_holding_phrase(text, phrases)
        if phrase and not files:
            faults.append(
                self.env._(
                    "“%(phrase)s” is all it says. Say what has been done, what happens "
                    "next, and by when.",
                    phrase=phrase,
                )
            )
        contents = self.path_id[:1].sudo().progress_contents
        # The first answer, and how it will be handled, are no news yet.
        if tells == "update" and self[:1].told_at and contents and text.strip():
            is_dated = is_dated or bool(
                date_words.find_dates(text, fields.Date.context_today(self))
            )
            lacking = wording.find_lacking(
                text, contents, self._get_names_told(), is_dated, bool(phrase)
            )
            if lacking:
                labels = self._get_contents_labels()
                faults.append(
                    self.env._(
                        "News to the customer also say: %(lacking)s.",
                        lacking=", ".join(labels[key] for key in lacking),
                    )
                )
        return faults

    def _get_names_told(self):
        """Words by which a message names handling mode and department, in both languages."""
        complaint = self[:1]
        names = {"handling_mode": set(), "department": set()}
        for lang in {self.env.lang, complaint._get_customer_lang()}:
            told = complaint.with_context(lang=lang)
            modes = dict(told._fields["handling_mode"]._description_selection(told.env))
            names["handling_mode"].add(modes.get(told.handling_mode))
            names["department"].add(told.sudo().team_id.name)
        return {key: list(filter(None, words)) for key, words in names.items()}

    def _get_told_facts(self):
        """What messages to the customer say about the course of his complaint.

        :return: dict of str: measures, mode, department, person, next
        """
        self.ensure_one()
        complaint = self.sudo()
        modes = dict(self._fields["handling_mode"]._description_selection(self.env))
        expected = complaint._get_next_expected()
        return {
            "measures": (complaint.plan or "").strip(),
            "mode": modes.get(complaint.handling_mode, ""),
            "department": complaint.team_id.name or "",
            "person": complaint._get_contact_person().name or "",
            "next": expected and self._format_told(expected.due_at) or "",
        }

    def _get_contents_labels(self):
        return {
            "progress": self.env._("the progress"),
            "handling_mode": self.env._("how it is handled"),
            "department": self.env._("the responsible department"),
            "date": self.env._("the expected date"),
            "cause": self.env._("the cause"),
            "measures": self.env._("the measures"),
        }

    def _is_other_channel(self, channel=None):
        """Whether the customer prefers another channel than `channel`, or than the composer."""
        self.ensure_one()
        preferred = self.preferred_channel_id
        if not preferred:
            return False
        if channel is not None:
            return bool(channel) and channel != preferred
        written = [
            self._get_shipped(name, "customer.complaint.channel").id
            for name in WRITTEN_HERE
        ]
        return preferred.id not in written

    def _is_checked(self):
        """Whether the words of the message on its way were checked by who hands it over.

        Letters are here already, and our dialogs ask before they send.
        """
        tells = self.env.context.get("complaint_tells")
        return bool(self._get_letter() or isinstance(tells, Telling))

    def _refuse_faults(self, *args, **kwargs):
        """Refuse a message that lacks something, where the company wants that.

        :raises UserError: says what is missing; arguments as of `_find_faults`
        """
        if self.company_id[:1].sudo().complaint_guard == "refuse":
            if faults := self._find_faults(*args, **kwargs):
                raise UserError("\n".join(faults))
