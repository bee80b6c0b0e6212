from typing import NamedTuple

from odoo import api, fields, models, tools
from odoo.exceptions import UserError

from ..tools import due_times
from ..tools.deadline_types import DEADLINE_TYPES

# One automation rule is shipped per effect: data/base_automation_data.xml.
EFFECTS = [
    ("activity", "Give a to-do"),
    ("follow", "Let follow the complaint"),
    ("email", "Tell in the daily digest"),
    ("reassign", "Hand the complaint over"),
    ("raise_level", "Raise the level"),
]


class ChainStep(NamedTuple):
    """What decides when a step concerns a ledger row."""

    id: int
    deadline_type: str | bool  # False: all
    max_rank: int  # 0: all
    company_id: int | bool  # False: all
    team_ids: frozenset | None  # the team and those below; None: all
    timing: str
    hours: float

    def holds(self, deadline_type, rank, company_id, team_id):
        return (
            self.deadline_type in (False, deadline_type)
            and self.company_id in (False, company_id)
            and (not self.max_rank or rank <= self.max_rank)
            and (self.team_ids is None or team_id in self.team_ids)
        )


class CustomerComplaintEscalationStep(models.Model):
    """One line of the escalation chain: when it happens, who is told, and how."""

    _name = "customer.complaint.escalation.step"
    _description = "Escalation Step"
    _inherit = ["customer.complaint.cached.mixin"]
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", help="Empty: the step holds for all companies."
    )
    timing = fields.Selection(
        [
            ("start", "As soon as the deadline runs"),
            ("before", "Before it is due"),
            ("after", "After it was due"),
        ],
        required=True,
        default="before",
    )
    hours = fields.Float(
        help="Elapsed hours before or after the due time. Unless the level is the most "
        "severe one, people are told in the working hours of the team."
    )
    deadline_type = fields.Selection(
        DEADLINE_TYPES, string="Deadline type", help="Empty: all deadlines."
    )
    max_rank = fields.Integer(
        string="Up to level rank",
        help="Only for levels of this rank and more severe ones (1 = the most severe "
        "only). 0: for all levels.",
    )
    team_id = fields.Many2one(
        "customer.complaint.team",
        string="Team",
        ondelete="cascade",
        help="Only for complaints of this team and of those below it. Empty: all teams.",
    )
    recipient = fields.Selection(
        [
            ("owner", "Owner"),
            ("first_contact", "First contact"),
            ("leader", "Team leader"),
            ("leader_above", "Leader of the team above"),
            ("management", "Upper management"),
            ("group", "Everybody of a group"),
            ("user", "A certain user"),
        ],
        required=True,
        default="owner",
        help="Where that person is missing, the next one up is told: owner, first "
        "contact, team leader, leader of the team above, upper management, complaint "
        "manager. Whoever is absent is represented by a deputy.",
    )
    user_id = fields.Many2one(
        "res.users", string="User", domain="[('share', '=', False)]"
    )
    group_id = fields.Many2one(
        "res.groups",
        string="Group",
        help="All users of the group who may open the complaint.",
    )
    effect = fields.Selection(
        EFFECTS,
        required=True,
        default="activity",
        help="What happens is an automation rule per effect: see Automation Rules.",
    )

    _hours_positive = models.Constraint(
        "CHECK(hours >= 0)",
        "Hours before or after a due time cannot be negative. Choose before or after "
        "instead.",
    )
    _user_given = models.Constraint(
        "CHECK(recipient != 'user' OR user_id IS NOT NULL)",
        "Choose the user who is to be told.",
    )
    _group_given = models.Constraint(
        "CHECK(recipient != 'group' OR group_id IS NOT NULL)",
        "Choose the group whose users are to be told.",
    )
    _one_takes_over = models.Constraint(
        "CHECK(recipient != 'group' OR effect != 'reassign')",
        "A complaint has one owner: it cannot be handed over to a group. Choose another "
        "recipient.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        steps = super().create(vals_list)
        self.env["customer.complaint.deadline"]._look_again()
        return steps

    def write(self, vals):
        res = super().write(vals)
        decisive = {"timing", "hours", "deadline_type", "max_rank", "active"}
        if (decisive | {"company_id", "team_id"}) & vals.keys():
            self.env["customer.complaint.deadline"]._look_again()
        return res

    @api.ondelete(at_uninstall=False)
    def _unlink_except_logged(self):
        """What escalations already made refer to stays."""
        # sudo: whether there are any counts, not whose they are
        logged = self.env["customer.complaint.escalation"].sudo()
        if logged.search_count([("step_id", "in", self.ids)], limit=1):
            raise UserError(
                self.env._(
                    "Complaints were escalated by this step, and their history names it. "
                    "Archive it instead of deleting it."
                )
            )

    # ------------------------------------------------------------------
    # When
    # ------------------------------------------------------------------
    @api.model
    @tools.ormcache()
    def _get_chain(self):
        """All active steps in their order, as tuple of `ChainStep`."""
        teams = self.env["customer.complaint.team"].sudo()
        return tuple(
            ChainStep(
                step.id,
                step.deadline_type,
                step.max_rank,
                step.company_id.id,
                frozenset(
                    teams.with_context(active_test=False)
                    .search([("id", "child_of", step.team_id.id)])
                    .ids
                )
                if step.team_id
                else None,
                step.timing,
                step.hours,
            )
            for step in self.sudo().search([("active", "=", True)])
        )

    @api.model
    def _get_times(self, complaint, deadline_type, rank, start_at, due_at):
        """When each step of the chain takes effect for a ledger row of a complaint.

        :param int rank: rank of the complaint's level
        :return: list of (ChainStep, moment), in the order of the chain
        """
        complaint = complaint.sudo()
        if not complaint._may_escalate():
            return []
        company_id, team_id = complaint.company_id.id, complaint.team_id.id
        steps = [
            step
            for step in self._get_chain()
            if step.holds(deadline_type, rank, company_id, team_id)
        ]
        if not steps:
            return []
        clock = self._get_telling_clock(team_id, company_id, rank)
        times = []
        for step in steps:
            at = due_times.step_time(start_at, due_at, step.timing, step.hours)
            if clock:
                try:
                    told_at = clock.next_moment(at)
                except due_times.NoWorkingTime:  # a year of holidays
                    told_at = at
                # A reminder comes rather at night than too late.
                if step.timing != "before" or told_at < due_at:
                    at = told_at
            times.append((step, at))
        return times

    @api.model
    def _get_first_time(self, deadline_type, rank, start_at, due_at, complaint):
        """When the engine must look at a ledger row first; False when no step concerns it."""
        times = self._get_times(complaint, deadline_type, rank, start_at, due_at)
        return min((at for _step, at in times), default=False)

    @api.model
    def _get_telling_clock(self, team_id, company_id, rank):
        """Working time in which colleagues are told; None: at any time.

        What is most severe does not wait for the morning.
        """
        if rank == 1:
            return None
        calendar_id = self._get_telling_calendar_id(team_id, company_id)
        calendar = self.env["resource.calendar"].sudo().browse(calendar_id or [])
        return calendar._get_complaint_clock(self.env["res.company"].browse(company_id))

    @api.model
    @tools.ormcache("team_id", "company_id")
    def _get_telling_calendar_id(self, team_id, company_id):
        company = self.env["res.company"].sudo().browse(company_id)
        if not company.complaint_tell_in_hours:
            return False
        team = self.env["customer.complaint.team"].sudo().browse(team_id or [])
        return (team._get_calendar() or company.resource_calendar_id).id
