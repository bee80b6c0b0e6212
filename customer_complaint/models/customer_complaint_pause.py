from odoo import api, fields, models
from odoo.fields import Domain


class CustomerComplaintPause(models.Model):
    """A time in which a complaint waited; deadlines that may wait do not run in it.

    Pauses belong to the complaint, not to a deadline: each due time follows from its start, its
    limit and these rows, in whatever order things happened.
    """

    _name = "customer.complaint.pause"
    _description = "Complaint Pause"
    _inherit = ["customer.complaint.part.mixin"]
    _order = "start_at, id"
    _rec_name = "reason_id"

    complaint_id = fields.Many2one(
        "customer.complaint", required=True, readonly=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="complaint_id.company_id", store=True, precompute=True, index=True
    )
    start_at = fields.Datetime(string="From", required=True, readonly=True)
    end_at = fields.Datetime(string="Until", readonly=True)
    latest_at = fields.Datetime(
        string="At the latest until",
        readonly=True,
        help="Then it ends by itself, so that no complaint waits for ever.",
    )
    reason_id = fields.Many2one(
        "customer.complaint.deadline.reason", readonly=True, ondelete="restrict"
    )
    stage_id = fields.Many2one(
        "customer.complaint.stage",
        readonly=True,
        ondelete="set null",
        help="The stage that pauses; it ends when the complaint leaves it.",
    )
    note = fields.Text(readonly=True)
    user_id = fields.Many2one("res.users", string="By", readonly=True)
    end_user_id = fields.Many2one("res.users", string="Ended by", readonly=True)

    _forward = models.Constraint(
        "CHECK(end_at IS NULL OR end_at >= start_at)",
        "A pause cannot end before it began.",
    )
    _one_running = models.UniqueIndex(
        "(complaint_id) WHERE end_at IS NULL", "A complaint is paused once at a time."
    )
    # `_get_expired`
    _latest_idx = models.Index("(latest_at) WHERE end_at IS NULL")
    _complaint_idx = models.Index("(complaint_id, start_at)")

    @api.model
    def _get_expired(self, now):
        """Pauses that have lasted as long as they may."""
        return Domain("end_at", "=", False) & Domain("latest_at", "<=", now)

    def _get_spans(self, until=None):
        """Start and end of the finished pauses.

        :param until: cut off what lies after that moment; the running pause lasts up to it
        :return: list of (start, end)
        """
        return [
            (pause.start_at, min(filter(None, (pause.end_at, until))))
            for pause in self
            if (pause.end_at or until) and (not until or pause.start_at < until)
        ]

    def _get_history(self):
        """Sentences about these pauses, in the user's language.

        :return: list of (moment, sentence)
        """
        history = []
        for pause in self.sudo():  # names of colleagues
            why = pause.reason_id.name or pause.stage_id.name or ""
            history.append(
                (
                    pause.start_at,
                    self.env._(
                        "Paused by %(who)s: %(why)s. %(note)s",
                        who=pause.user_id.name,
                        why=why,
                        note=pause.note or "",
                    ).strip(),
                )
            )
            if pause.end_at:
                seconds = (pause.end_at - pause.start_at).total_seconds()
                history.append(
                    (
                        pause.end_at,
                        self.env._(
                            "Resumed by %(who)s after %(length)s.",
                            who=pause.end_user_id.name,
                            length=pause.complaint_id._format_length(seconds),
                        ),
                    )
                )
        return history
