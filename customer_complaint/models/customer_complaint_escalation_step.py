from odoo import api, fields, models, tools

from ..tools import due_times
from ..tools.deadline_types import DEADLINE_TYPES

# One automation rule is shipped per effect: data/base_automation_data.xml.
EFFECTS = [("activity", "Give a to-do"), ("follow", "Let follow the complaint")]


def holds(step_type, max_rank, deadline_type, rank):
    """Whether a step for `step_type` (falsy: all) up to `max_rank` (0: all) concerns a deadline."""
    return step_type in (False, deadline_type) and (not max_rank or rank <= max_rank)


class CustomerComplaintEscalationStep(models.Model):
    """One line of the escalation chain: when it happens, who is told, and how."""

    _name = "customer.complaint.escalation.step"
    _description = "Escalation Step"
    _inherit = ["customer.complaint.cached.mixin"]
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    timing = fields.Selection(
        [
            ("start", "As soon as the deadline runs"),
            ("before", "Before it is due"),
            ("after", "After it was due"),
        ],
        required=True,
        default="before",
    )
    hours = fields.Float(help="Elapsed hours before or after the due time.")
    deadline_type = fields.Selection(DEADLINE_TYPES, help="Empty: all deadlines.")
    max_rank = fields.Integer(
        string="Up to Level Rank",
        help="Only for levels of this rank and more severe ones (1 = the most severe "
        "only). 0: for all levels.",
    )
    recipient = fields.Selection(
        [
            ("owner", "Owner"),
            ("first_contact", "First contact"),
            ("leader", "Team leader"),
            ("management", "Upper management"),
            ("user", "A certain user"),
        ],
        required=True,
        default="owner",
        help="Where that person is missing, the next one up is told: owner, first "
        "contact, team leader, upper management, complaint manager.",
    )
    user_id = fields.Many2one(
        "res.users", string="User", domain="[('share', '=', False)]"
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

    @api.model_create_multi
    def create(self, vals_list):
        steps = super().create(vals_list)
        self.env["customer.complaint.deadline"]._look_again()
        return steps

    def write(self, vals):
        res = super().write(vals)
        if {"timing", "hours", "deadline_type", "max_rank", "active"} & vals.keys():
            self.env["customer.complaint.deadline"]._look_again()
        return res

    @api.model
    @tools.ormcache()
    def _get_chain_ids(self):
        return tuple(self.sudo().search([("active", "=", True)]).ids)

    @api.model
    def _get_chain(self):
        """All active steps, with the rights of the engine."""
        return self.sudo().browse(self._get_chain_ids())

    def _applies(self, deadline_type, rank):
        """Steps of this chain that hold for a deadline type at a level's rank."""
        return self.filtered(
            lambda step: holds(step.deadline_type, step.max_rank, deadline_type, rank)
        )

    def _time(self, deadline):
        """When this step takes effect for a ledger row."""
        self.ensure_one()
        return due_times.step_time(
            deadline.start_at, deadline.due_at, self.timing, self.hours
        )

    @api.model
    @tools.ormcache()
    def _get_chain_data(self):
        """Of all active steps: deadline type, rank up to which it holds, timing, hours."""
        return tuple(
            (step.deadline_type, step.max_rank, step.timing, step.hours)
            for step in self._get_chain()
        )

    @api.model
    def _get_first_time(self, deadline_type, rank, start_at, due_at):
        """When the engine must look at a ledger row first; False when no step concerns it.

        :param int rank: rank of the complaint's level
        """
        return min(
            (
                due_times.step_time(start_at, due_at, timing, hours)
                for kind, max_rank, timing, hours in self._get_chain_data()
                if holds(kind, max_rank, deadline_type, rank)
            ),
            default=False,
        )
