from datetime import datetime, time

import pytz

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from .customer_complaint_deadline import OWED

# Remedies whose commitments are to be looked at before the transaction ends.
WAITING = "complaint_remedies_changed"


class CustomerComplaintRemedy(models.Model):
    """A remedy with a date is a promise: the ledger says whether it was kept."""

    _inherit = "customer.complaint.remedy"

    deadline_ids = fields.One2many(
        "customer.complaint.deadline", "remedy_id", string="Promises", readonly=True
    )

    def _compute_field_value(self, field):
        # Credit notes and documents change the state without a method of ours.
        res = super()._compute_field_value(field)
        if field.store and field.compute == "_compute_state":
            data = self.env.cr.precommit.data
            if WAITING not in data:
                data[WAITING] = set()
                self.env.cr.precommit.add(self._sync_waiting)
            data[WAITING].update(self._origin.ids)
        return res

    @api.model
    def _sync_waiting(self):
        ids = self.env.cr.precommit.data.pop(WAITING, ())
        self.browse(ids).exists()._sync_promises()
        self.env.flush_all()

    def _sync_promises(self):
        """Let the ledger follow: a promise runs, is kept by the delivery, or is owed no longer."""
        # sudo: the ledger is written by methods only
        for remedy in self.sudo().filtered(lambda r: r.date_due or r.deadline_ids):
            remedy._sync_promise()

    def _sync_promise(self):
        self.ensure_one()
        rows = self.deadline_ids
        owed = rows.filtered(lambda d: d.state in OWED)
        is_promised = self.solution_id.state == "chosen" and self.date_due
        if not is_promised or self.state == "cancelled":
            owed._drop(self._get_drop_reason())
        elif not self.is_open:
            owed._meet(self.delivered_at or fields.Datetime.now())
        elif owed:
            owed.filtered(lambda d: d.commitment != self.name).commitment = self.name
            owed._move(
                {row.id: self._get_due_at() for row in owed},
                self.env._("The date of the remedy changed."),
            )
        elif kept := rows.filtered(lambda d: d.state == "done")[-1:]:
            kept._revive(self.env._("What had proved the delivery is gone."))
        elif (due_at := self._get_due_at()) > fields.Datetime.now():
            # An offer accepted after its day was promised by nobody.
            self.complaint_id._open_rows(
                [
                    {
                        "complaint_id": self.complaint_id.id,
                        "deadline_type": "commitment",
                        "round": self.complaint_id.round,
                        "start_at": fields.Datetime.now(),
                        "due_at": due_at,
                        "commitment": self.name,
                        "kept_by": "deed",
                        "remedy_id": self.id,
                        # A change on our side is agreed among colleagues.
                        "owed_to": "internal"
                        if self.type_id.remedy_group == "change"
                        else "customer",
                        "rank": self.complaint_id.level_rank,
                    }
                ]
            )
        rows.complaint_id._sync_next_due()

    def _get_drop_reason(self):
        """Why it is owed no longer, for the history; None where that is plain."""
        self.ensure_one()
        chosen = self.complaint_id.solution_ids.filtered(lambda s: s.state == "chosen")
        if self.cancel_reason or self.solution_id.state != "dropped" or not chosen:
            return self.cancel_reason or None
        return self.env._(
            "%(solution)s was chosen instead.", solution=chosen[0].display_name
        )

    def _get_promise_words(self, is_told):
        """The remedy with its day, and whether the customer counts on it."""
        self.ensure_one()
        if not self.date_due:
            return self.name
        values = {"remedy": self.name, "day": format_date(self.env, self.date_due)}
        if is_told:
            return self.env._("%(remedy)s (by %(day)s, the customer knows)", **values)
        return self.env._("%(remedy)s (by %(day)s)", **values)

    def _get_due_at(self):
        """End of the promised day, by the clock of the customer."""
        self.ensure_one()
        zone = pytz.timezone(self.complaint_id._get_customer_tz())
        end = zone.localize(datetime.combine(self.date_due, time(23, 59, 59)))
        return end.astimezone(pytz.utc).replace(tzinfo=None)


class CustomerComplaintDeadline(models.Model):
    _inherit = "customer.complaint.deadline"

    remedy_id = fields.Many2one(
        "customer.complaint.remedy",
        readonly=True,
        ondelete="set null",
        index="btree_not_null",
        groups="customer_complaint.group_complaint_user",
        help="Its delivery keeps the promise.",
    )

    def action_keep(self):
        # sudo: who keeps a commitment need not read the remedy
        for remedy in self.sudo().remedy_id:
            raise UserError(
                self.env._(
                    "%(remedy)s keeps this promise. Mark it as delivered on the page "
                    "Solution.",
                    remedy=remedy.name,
                )
            )
        return super().action_keep()
