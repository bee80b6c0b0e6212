from itertools import chain

from odoo import api, fields, models

# What somebody may have to answer for later; deadlines, confirmations and contacts keep their own.
TRAILED = (
    *("stage_id", "level_id", "user_id", "team_id", "coordinator_id", "category_id"),
    *("partner_id", "received_at", "decision", "decision_reason", "round"),
    *("close_reason", "active", "record_type", "path_id", "observer_ids"),
    *("involved_team_ids", "is_anonymous", "cause", "cause_team_id", "cause_user_id"),
)
# What changes along by itself.
FOLLOWING = {
    "category_id": ("team_id", "path_id"),
    "team_id": ("path_id",),
    "cause_team_id": ("cause_user_id",),
    "involved_team_ids": ("coordinator_id",),
}
# Given with the change itself.
REASONS = {"level_id": "level_reason"}


class CustomerComplaint(models.Model):
    """Audit trail: who changed what, from and to, in rows that nobody changes."""

    _inherit = "customer.complaint"

    event_ids = fields.One2many(
        "customer.complaint.event",
        "complaint_id",
        string="Audit trail",
        groups="customer_complaint.group_complaint_lead,"
        "customer_complaint.group_complaint_supervision,"
        "customer_complaint.group_complaint_auditor",
    )

    def write(self, vals):
        changed = {*vals, *chain.from_iterable(FOLLOWING.get(f, ()) for f in vals)}
        watched = [fname for fname in TRAILED if fname in changed]
        if not watched or self._is_history():
            return super().write(vals)
        # sudo: some of the fields are not for everybody who may write others
        before = {c: c._get_trailed(watched) for c in self.sudo()}
        res = super().write(vals)
        events = []
        for complaint, old in before.items():
            new = complaint._get_trailed(watched)
            events += [
                {
                    "complaint_id": complaint.id,
                    "company_id": complaint.company_id.id,
                    "date": fields.Datetime.now(),
                    "user_id": self.env.uid,
                    "field_name": fname,
                    "old": old[fname][1],
                    "new": new[fname][1],
                    "reason": vals.get(REASONS.get(fname)),
                }
                for fname in watched
                if old[fname][0] != new[fname][0]
            ]
        # sudo: the trail is written by what happens, nobody has rights to write it
        self.env["customer.complaint.event"].sudo().create(events)
        return res

    @api.ondelete(at_uninstall=False)
    def _unlink_with_a_trace(self):
        # The trail goes with the complaint: what stays is who deleted which number.
        if self and not self.env.su:
            self.env["customer.complaint.access.log"]._log(
                "delete", self, ", ".join(self.mapped("name"))
            )

    def _get_trailed(self, fnames):
        """Value and words of each field, as they are now, in the language of the company.

        :return: dict of (value, str) by field name
        """
        self.ensure_one()
        # The trail is read by many: it does not change with the language of who writes.
        there = self.with_context(lang=self.company_id.partner_id.lang)
        return {
            fname: (
                self[fname],
                there._fields[fname].convert_to_export(there[fname], there),
            )
            for fname in fnames
        }
