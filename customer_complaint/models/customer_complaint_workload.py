from datetime import datetime, time, timedelta

import pytz

from odoo import fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools.record_types import RECORD_TYPES
from .customer_complaint_stage import STILL_TO_DO


class CustomerComplaintWorkload(models.Model):
    """What lies on whose desk at this moment: a row per complaint that needs somebody."""

    _name = "customer.complaint.workload"
    _description = "Complaint Workload"
    _inherit = ["customer.complaint.part.mixin"]
    _auto = False
    _order = "next_due_at, id"
    _rec_name = "complaint_id"

    complaint_id = fields.Many2one("customer.complaint", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    team_id = fields.Many2one("customer.complaint.team", readonly=True)
    user_id = fields.Many2one("res.users", string="Owner", readonly=True)
    # For the record rules, which are those of complaints.
    first_contact_id = fields.Many2one(
        "res.users",
        string="First contact",
        readonly=True,
        export_string_translation=False,
    )
    record_type = fields.Selection(RECORD_TYPES, string="Type", readonly=True)
    category_id = fields.Many2one("customer.complaint.category", readonly=True)
    level_id = fields.Many2one("customer.complaint.level", readonly=True)
    channel_id = fields.Many2one("customer.complaint.channel", readonly=True)
    level_rank = fields.Integer(readonly=True, aggregator=None)
    stage_id = fields.Many2one("customer.complaint.stage", readonly=True)
    received_at = fields.Datetime(string="Received on", readonly=True)
    next_due_at = fields.Datetime(string="Next due", readonly=True)
    late = fields.Integer(
        readonly=True,
        help="Complaints with a deadline that passed, internal limits of stages included.",
    )
    due_today = fields.Integer(
        string="Due today",
        readonly=True,
        help="Complaints whose next deadline, internal limits of stages included, is "
        "still to come today.",
    )
    paused = fields.Integer(
        readonly=True, help="Complaints whose deadlines are paused at this moment."
    )
    owner_absence = fields.Char(related="complaint_id.owner_absence")

    @property
    def _table_query(self):
        complaint = self.env["customer.complaint"]
        complaint.flush_model()
        now = fields.Datetime.now()
        # What may be seen of it is up to the rules of this model.
        return complaint._search(
            Domain("active", "=", True) & STILL_TO_DO, bypass_access=True
        ).select(
            SQL(
                """
                id, id AS complaint_id, company_id, team_id, user_id,
                first_contact_id, record_type, category_id, channel_id, level_id,
                level_rank, stage_id, received_at, next_due_at,
                (next_due_at < %(now)s)::int AS late,
                (next_due_at >= %(now)s AND next_due_at < %(night)s)::int AS due_today,
                (paused_at IS NOT NULL)::int AS paused
                """,
                now=now,
                night=self._get_midnight(now),
            )
        )

    def _get_midnight(self, now):
        """End of the user's day, naive UTC."""
        today = fields.Datetime.context_timestamp(self, now).date()
        night = datetime.combine(today + timedelta(days=1), time.min)
        return self.env.tz.localize(night).astimezone(pytz.utc).replace(tzinfo=None)
