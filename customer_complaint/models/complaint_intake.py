import uuid

from odoo import SUPERUSER_ID, api, fields, models
from odoo.tools import SQL

from ..tools.record_types import SEQUENCES


class CustomerComplaint(models.Model):
    """Intake: what every new complaint gets, wherever it comes from."""

    _inherit = "customer.complaint"

    acknowledge = fields.Boolean(
        string="Send acknowledgement",
        default=lambda self: self.env.company.complaint_acknowledge,
        copy=False,
        help="The customer receives the number, the dates and a link, in his language.",
    )

    @api.model
    def _is_history(self):
        """Whether what happened in the past is being brought in, with all that it caused then.

        The key `complaint_history` makes creation quiet: complaints keep a given number and stage
        and start no deadline, mail, activity or survey; contacts and confirmations
        move nothing. It is for our own methods: users cannot set it without sudo.
        """
        return bool(self.env.su and self.env.context.get("complaint_history"))

    @api.model
    def _prepare_intake_values(self, vals_list):
        """Complete the values of new complaints: origin, number, first contact, portal token."""
        vals_list = self._prepare_values_from_origin(vals_list)
        keeps_number = self._is_history() or self._get_import()
        moments = [
            fields.Datetime.to_datetime(vals.get("received_at"))
            or fields.Datetime.now()
            for vals in vals_list
        ]
        user = self.env.user
        # Looked up once, not once per complaint as the fields' own defaults would be.
        shared = self.default_get(["stage_id", "channel_id", "record_type"])
        # What happened elsewhere may bring its own number along.
        unnumbered = {}
        for vals, moment in zip(vals_list, moments, strict=True):
            if not (keeps_number and vals.get("name")):
                record_type = vals.get("record_type") or shared["record_type"]
                unnumbered.setdefault(record_type, []).append(moment)
        numbers = {
            record_type: iter(self._draw_numbers(drawn_at, record_type))
            for record_type, drawn_at in unnumbered.items()
        }
        for vals, moment in zip(vals_list, moments, strict=True):
            company = self.env["res.company"].browse(
                vals.get("company_id") or self.env.company.id
            )
            proposed = {
                "received_at": moment,
                "acknowledge": company.sudo().complaint_acknowledge,
                **shared,
            }
            for fname, value in proposed.items():
                vals.setdefault(fname, value)
            if not (keeps_number and vals.get("name")):
                vals["name"] = next(numbers[vals["record_type"]])
            vals["access_token"] = str(uuid.uuid4())
            if user._is_internal() and user.id != SUPERUSER_ID:
                vals.setdefault("first_contact_id", user.id)
        return vals_list

    @api.model
    def _draw_numbers(self, moments, record_type="complaint"):
        """One number per moment of receipt, drawn with one query for the whole batch.

        The sequence never restarts, so a number is unique also across years; the year shown is that
        of the receipt.

        :param list moments: receipt times (UTC)
        :param str record_type: each type has a sequence of its own
        :return: list of str
        """
        sequence = self._get_shipped(SEQUENCES[record_type], "ir.sequence")
        if sequence.implementation != "standard":
            return [
                sequence.with_context(ir_sequence_date=str(moment)).next_by_id()
                for moment in moments
            ]
        numbers = self.env.execute_query(
            SQL(
                "SELECT nextval(%s) FROM generate_series(1, %s)",
                f"ir_sequence_{sequence.id:03d}",
                len(moments),
            )
        )
        frames = {}
        drawn = []
        for moment, (number,) in zip(moments, numbers, strict=True):
            day = fields.Datetime.context_timestamp(self, moment).date()
            if day not in frames:
                frames[day] = sequence._get_prefix_suffix(date=str(day))
            prefix, suffix = frames[day]
            drawn.append(f"{prefix}{number:0{sequence.padding}d}{suffix}")
        return drawn

    def copy(self, default=None):
        """What is entered again by copying was sent once: nobody is written to about the copy."""
        self.check_access("write")  # who only reads along enters nothing
        quiet = {"acknowledge": False, "email_cc": False}
        return super().copy({**quiet, **(default or {})})

    def _after_intake(self):
        """Hook: effects of new complaints, for the whole batch; history has none."""
        if self._is_history():
            return
        self._check_move(
            {
                complaint.id: ("received", self.env["res.users"])
                for complaint in self
                if complaint.user_id or complaint.stage_type != "received"
            }
        )
        self._pause_by_stage(fields.Datetime.now())
        self._start_deadlines()
        # Whoever logs a complaint with a talk in it has answered already.
        for at, answered in self.filtered("told_at").grouped("told_at").items():
            answered._meet_deadlines(("first_response",), at)
        self._send_acknowledgement()

    def _send_acknowledgement(self):
        """Queue the acknowledgement of receipt, one mail per complaint, sent by the mail cron."""
        complaints = self.filtered(
            lambda c: c.acknowledge and c.email_from
        )._filter_reachable()
        if not complaints or self.env["customer.complaint.health"]._is_neutralized():
            return
        # A company that wants another text edits the template; one that wants none, the setting.
        template = self._get_shipped("mail_template_acknowledgement", "mail.template")
        if template.exists():
            # Programs that answer by themselves do not answer to this.
            headers = {
                "Auto-Submitted": "auto-replied",
                "X-Auto-Response-Suppress": "All",
            }
            template.send_mail_batch(
                complaints.ids, email_values={"headers": repr(headers)}
            )

    @api.model
    def _get_shipped(self, name, model):
        """Record of our data by its name, with all rights and without a query."""
        record_id = self.env["ir.model.data"]._xmlid_to_res_id(
            f"customer_complaint.{name}", raise_if_not_found=False
        )
        return self.env[model].sudo().browse(record_id or [])
