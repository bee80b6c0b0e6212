from odoo import models
from odoo.exceptions import UserError
from odoo.fields import Command

from ..tools.deadline_types import FROM_RECEIPT_ONLY
from .complaint_flow import SomethingMissing
from .customer_complaint_deadline import OWED

# What a complaint that is split off has in common with the one it comes from.
SHARED = (
    "company_id",
    "partner_id",
    "partner_name",
    "email_from",
    "phone",
    "invoiced_partner_id",
    "order_id",
    "salesperson_id",
    "demand",
    "emotion_id",
    "channel_id",
    "received_at",
    "round_start_at",
    "level_id",
    "first_contact_id",
    "is_anonymous",
    "record_type",
    "path_id",
)


class CustomerComplaint(models.Model):
    """A complaint about two things becomes two."""

    _inherit = "customer.complaint"

    def action_split(self):
        """Ask which part of the complaint becomes one of its own."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Split off"),
            "res_model": "customer.complaint.split",
            "view_mode": "form",
            "target": "new",
            "context": {"default_complaint_id": self.id},
        }

    def _split_off(self, lines, reason, values):
        """Make a part of the complaint one of its own: same customer, same receipt.

        What the customer was answered so far answered both. Messages and files stay. While
        something is missing that must be there before it is assigned, the part has no owner.

        :param lines: products that go over
        :param str reason: shown in the history of both
        :param dict values: what is different about the part: what happened, category, team, owner
        :return: the new complaint
        :raises UserError: the complaint is closed, or a line is not its own
        """
        self.ensure_one()
        self.check_access("write")
        if self._is_closed():
            raise UserError(
                self.env._(
                    "%(complaint)s is closed. Reopen it before you split something off.",
                    complaint=self.name,
                )
            )
        if lines.complaint_id - self:
            raise UserError(
                self.env._("Choose products of %(complaint)s.", complaint=self.name)
            )
        # sudo: write access was checked; the part keeps process fields and may go to another team
        complaint, lines = self.sudo(), lines.sudo()
        copies = [
            Command.create(data) for data in lines.copy_data({"complaint_id": False})
        ]
        shared = {
            **complaint._get_plain(SHARED),
            **{fname: value for fname, value in values.items() if value},
            "told_at": complaint._get_first_told_at(),
            "line_ids": copies,
            "acknowledge": False,  # the customer wrote once and has his answer
        }
        team = complaint.team_id.browse(shared.get("team_id")) or complaint.team_id
        if not complaint.path_id or not complaint.path_id._is_for(team):
            del shared["path_id"]  # the one of the other team
        try:
            with self.env.cr.savepoint():
                part = complaint.create(shared)
        except SomethingMissing:
            part = complaint.create({**shared, "user_id": False})
        if complaint.round > 1:
            # In an earlier round the outcome was told, and the law asks once.
            owed = complaint.deadline_ids.filtered(lambda d: d.state in OWED)
            part._drop_deadlines(
                set(FROM_RECEIPT_ONLY) - set(owed.mapped("deadline_type"))
            )
        lines.unlink()
        self._link(part, complaint, "split", reason)
        complaint._message_log(
            body=self.env._(
                "%(complaint)s was split off. %(reason)s",
                complaint=part._get_html_link(title=part.name),
                reason=reason or "",
            )
        )
        return self.browse(part.id)
