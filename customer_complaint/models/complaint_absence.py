from odoo import api, fields, models
from odoo.fields import Domain

from .customer_complaint_stage import CLOSED_TYPES


class CustomerComplaint(models.Model):
    """While the owner is away: who is named, shown and told instead of him."""

    _inherit = "customer.complaint"

    owner_absence = fields.Char(
        string="Owner away",
        compute="_compute_owner_absence",
        compute_sudo=True,
        search="_search_owner_absence",
        groups="base.group_user",
        help="Until when the owner is away, and who stands in for him.",
    )

    @api.depends("user_id", "team_id", "stage_type")
    @api.depends_context("lang", "tz")
    def _compute_owner_absence(self):
        away = self.env["customer.complaint.absence"]._get_current()
        for complaint in self:
            owner = complaint.user_id
            complaint.owner_absence = (
                owner._describe_complaint_absence(complaint._get_stand_in(owner))
                if owner.id in away and complaint.stage_type not in CLOSED_TYPES
                else False
            )

    @api.model
    def _search_owner_absence(self, operator, value):
        """Only whether the owner is away can be searched for, not the words."""
        if operator != "in" or set(value) != {False}:
            return NotImplemented
        away = self.env["customer.complaint.absence"]._get_current()
        return Domain("user_id", "not in", list(away)) | Domain(
            "stage_type", "in", CLOSED_TYPES
        )

    def _get_stand_in(self, user, at=None):
        """Who acts for `user` on this complaint while he is away, provided he may open it.

        A deputy from outside may not; then the team's leader acts, and last the user himself.
        """
        self.ensure_one()
        away = self.env["customer.complaint.absence"]._get_current(at)
        if user.id not in away:
            return user
        team = self.sudo().team_id
        candidates = user._get_complaint_stand_in(team, at)
        candidates |= team.leader_id._get_complaint_stand_in(at=at)
        return next(
            (c for c in candidates if c.id not in away and self._can_tell(c)), user
        )

    def _get_contact_person(self):
        """Colleague named to the customer; while he is away, who stands in for him."""
        person = super()._get_contact_person()
        return self._get_stand_in(person)

    def write(self, vals):
        # Whoever gets a complaint otherwise than by handing over keeps it.
        given = self.browse()
        if "user_id" in vals and not self.env.context.get("complaint_hand_over"):
            given = self.filtered(lambda c: c.user_id.id != vals["user_id"])
        res = super().write(vals)
        if given:
            self.env["customer.complaint.absence"]._forget(given)
        return res

    def _after_close(self):
        res = super()._after_close()
        self.env["customer.complaint.absence"]._forget(self)
        return res

    def _notify_get_recipients(self, message, msg_vals=False, **kwargs):
        # What the customer writes also reaches who stands in for an absent owner.
        if self and message.sudo().author_id.partner_share:
            # sudo: a customer's message; his rights reach no colleague
            owner = self.sudo().user_id
            stand_in = self._get_stand_in(owner)
            if stand_in != owner:
                msg_vals = dict(msg_vals or {})
                known = msg_vals.get("partner_ids")
                if known is None:
                    known = message.sudo().partner_ids.ids
                msg_vals["partner_ids"] = [*known, stand_in.partner_id.id]
        return super()._notify_get_recipients(message, msg_vals=msg_vals, **kwargs)
