from datetime import UTC
from zoneinfo import ZoneInfo

from odoo import api, fields, models, tools
from odoo.exceptions import UserError, ValidationError
from odoo.tools import format_list

from ..tools import due_times
from ..tools.deadline_types import DEADLINE_TYPES, FROM_COMPLETION, UNITS, Limit
from .customer_complaint_stage import STAGE_TYPES


class CustomerComplaintPolicy(models.Model):
    """Limits per level: the main policy of a complaint, or one that stands beside it."""

    _name = "customer.complaint.policy"
    _description = "Deadline Policy"
    _inherit = ["customer.complaint.cached.mixin"]
    _order = "sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    description = fields.Text(translate=True)
    code = fields.Char(
        readonly=True,
        copy=False,
        help="Key of a shipped policy; own policies have none.",
    )
    sequence = fields.Integer(default=10)
    company_id = fields.Many2one(
        "res.company", help="Empty: the policy holds for all companies."
    )
    team_id = fields.Many2one(
        "customer.complaint.team",
        string="Only for team",
        check_company=True,
        help="A pilot: holds for this team and those below it. Empty: for all teams.",
    )
    valid_from = fields.Date(
        string="Valid from", help="Complaints received from this day on. Empty: always."
    )
    valid_to = fields.Date(
        string="Valid until",
        help="Complaints received until this day. Empty: for ever.",
    )
    is_supplement = fields.Boolean(
        string="Beside the main policy",
        help="Its limits are added to those of the main policy, for example contact "
        "after completion or a statutory limit. Any number may be active.",
    )
    second_from_first = fields.Boolean(
        string="Second feedback counts from the first",
        help="Off: both feedbacks count from completion.",
    )
    outcome_channels = fields.Integer(
        string="Channels of the outcome",
        default=1,
        help="Over how many channels the customer is told the outcome.",
    )
    line_ids = fields.One2many(
        "customer.complaint.policy.line", "policy_id", string="Limits", copy=True
    )
    promise = fields.Text(
        string="What it promises",
        compute="_compute_promise",
        help="The limits in words, by level.",
    )
    active = fields.Boolean(default=True)

    _validity = models.Constraint(
        "CHECK(valid_from IS NULL OR valid_to IS NULL OR valid_from <= valid_to)",
        "A policy cannot end before it begins. Correct one of both days.",
    )
    _channels_positive = models.Constraint(
        "CHECK(outcome_channels >= 1)",
        "The outcome is told over one channel at least.",
    )

    @api.depends("line_ids", "outcome_channels", "is_supplement", "second_from_first")
    @api.depends_context("lang")
    def _compute_promise(self):
        for policy in self:
            sentences = [
                self.env._(
                    "%(levels)s: %(limits)s.",
                    levels=self.env._("Level %(rank)s", rank=rank)
                    if rank
                    else self.env._("Every level"),
                    limits=format_list(self.env, (line._get_words() for line in lines)),
                )
                for rank, lines in sorted(policy.line_ids.grouped("rank").items())
            ]
            if policy.outcome_channels > 1:
                sentences.append(
                    self.env._(
                        "The outcome is told over %(channels)s different channels.",
                        channels=policy.outcome_channels,
                    )
                )
            policy.promise = "\n".join(sentences)

    def _limits_level(self, rank):
        """Whether a line, limit or target, is for levels of this rank."""
        self.ensure_one()
        return any(line.rank in (rank, 0) for line in self.line_ids)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        # sudo: complaints of other companies and teams keep their policy, too
        used = (
            self.env["customer.complaint"]
            .sudo()
            .search([("policy_id", "in", self.ids)], limit=1)
        )
        if used:
            raise UserError(
                self.env._(
                    "Complaints began under “%(policy)s”, and their dates follow it. "
                    "Archive it instead: new complaints no longer get it.",
                    policy=used.policy_id.name,
                )
            )

    def _is_valid_on(self, day):
        """Whether complaints received on a day can get the policy."""
        self.ensure_one()
        return (not self.valid_from or self.valid_from <= day) and (
            not self.valid_to or day <= self.valid_to
        )

    def action_recompute(self):
        """Show what the policy as it is now would change for open complaints."""
        self.ensure_one()
        return self.env["customer.complaint.recompute"]._open(policy_id=self.id)

    def action_recompute_all(self):
        """Show what all policies, not these, would change as they are now."""
        return self.env["customer.complaint.recompute"]._open()

    @api.model
    def _get_day(self, company_id, moment):
        """Day of a moment where the company works; it decides which policy is valid."""
        zone = ZoneInfo(self._get_zone_name(company_id))
        return moment.replace(tzinfo=UTC).astimezone(zone).date()

    @api.model
    @tools.ormcache("company_id")
    def _get_zone_name(self, company_id):
        company = self.env["res.company"].sudo().browse(company_id)
        return company.resource_calendar_id.tz or company.partner_id.tz or "UTC"

    @api.model
    @tools.ormcache("company_id", "team_id", "day")
    def _choose_ids(self, company_id, team_id, day):
        """Policies that hold for a complaint of a company and team received on a day.

        Of the main policies one holds: that of the team (of the nearest one above it), else the
        company's, else a shared one; the first by sequence decides. Supplements all hold.

        :param int team_id: may be False
        :param day: date of receipt
        :return: tuple (id of the main policy or False, tuple of ids of supplements)
        """
        team = self.env["customer.complaint.team"].sudo().browse(team_id or [])
        nearness = {}
        while team:
            nearness[team.id] = len(nearness)
            team = team.parent_id
        nearness[False] = len(nearness)
        policies = self.sudo().search(
            [
                ("company_id", "in", [company_id, False]),
                ("team_id", "in", list(nearness)),
                ("active", "=", True),
                "|",
                ("valid_from", "=", False),
                ("valid_from", "<=", day),
                "|",
                ("valid_to", "=", False),
                ("valid_to", ">=", day),
            ]
        )
        policies = policies.sorted(
            lambda p: (nearness[p.team_id.id], not p.company_id, p.sequence, p.id)
        )
        supplements = policies.filtered("is_supplement")
        return (policies - supplements)[:1].id, supplements._ids

    @api.model
    @tools.ormcache("policy_ids", "rank")
    def _get_limits(self, policy_ids, rank):
        """Limits of policies for a level; the first policy that limits something decides.

        :param tuple policy_ids: in order of precedence
        :param int rank: rank of the level; a limit for it comes before one for every level
        :return: tuple of `Limit`
        """
        limits = {}
        for policy in self.sudo().browse(policy_ids):
            lines = policy.line_ids.filtered(
                lambda line: line.measured == "case" and line.rank in (rank, 0)
            )
            for line in lines.sorted(lambda line: (-line.rank, line.id)):
                limit = Limit(
                    line.deadline_type,
                    line.amount,
                    line.unit,
                    line.stage_type,
                    line.id,
                )
                limits.setdefault(limit.key, limit)
        return tuple(limits.values())

    @api.model
    def _get_mean_target(self, company_id, deadline_type):
        """Target of the mean over complaints, in hours, today; None when there is none."""
        today = self._get_day(company_id, fields.Datetime.now())
        main, supplements = self._choose_ids(company_id, False, today)
        return self._get_means(main, supplements).get(deadline_type)

    @api.model
    @tools.ormcache("main", "supplements")
    def _get_means(self, main, supplements):
        """Targets of means in hours by deadline type; the main policy decides."""
        policies = self.sudo().browse(filter(None, (*reversed(supplements), main)))
        lines = policies.line_ids.filtered(lambda line: line.measured == "mean")
        return {line.deadline_type: line.amount for line in lines}


class CustomerComplaintPolicyLine(models.Model):
    _name = "customer.complaint.policy.line"
    _description = "Deadline Limit"
    _inherit = ["customer.complaint.cached.mixin"]
    _order = "policy_id, rank, amount, id"

    policy_id = fields.Many2one(
        "customer.complaint.policy", required=True, ondelete="cascade", index=True
    )
    rank = fields.Integer(
        default=0,
        help="Rank of the levels this limit is for; 1 is the most severe. 0: every level.",
    )
    deadline_type = fields.Selection(
        DEADLINE_TYPES, string="Deadline", required=True, default="first_response"
    )
    stage_type = fields.Selection(
        STAGE_TYPES,
        string="In stage",
        help="For a stage limit: in which stage the time counts.",
    )
    measured = fields.Selection(
        [("case", "Each complaint"), ("mean", "Mean of all, as a target")],
        required=True,
        default="case",
        help="A target for the mean never makes a single complaint late.",
    )
    amount = fields.Float(string="Limit", required=True)
    unit = fields.Selection(
        UNITS,
        required=True,
        default="hour",
        help="Hours count nights and weekends. Working time follows the calendar of the "
        "team, else of the company; n working days end on the n-th working day at the "
        "same clock time.",
    )

    _amount_positive = models.Constraint(
        "CHECK(amount > 0)", "A limit must be longer than zero hours."
    )
    _rank_positive = models.Constraint(
        "CHECK(rank >= 0)", "The rank of a level starts at 1; 0 means every level."
    )
    _stage_given = models.Constraint(
        "CHECK((deadline_type = 'stage') = (stage_type IS NOT NULL))",
        "A stage limit needs the stage it is for; other limits have none.",
    )
    _mean_in_hours = models.Constraint(
        "CHECK(measured = 'case' OR unit = 'hour')",
        "A target for the mean is given in hours.",
    )
    _line_unique = models.UniqueIndex(
        "(policy_id, rank, deadline_type, measured, COALESCE(stage_type, ''))",
        "A policy has one limit per level and deadline type. Change the existing line.",
    )

    def _get_words(self):
        """The limit in words, without its level."""
        self.ensure_one()
        names = {
            "deadline": self._get_name(),
            "length": self._format_length(self.amount, self.unit),
        }
        if self.measured == "mean":
            return self.env._(
                "%(deadline)s within %(length)s on average, as a target", **names
            )
        if self.deadline_type in FROM_COMPLETION:
            if (
                self.deadline_type == "second_feedback"
                and self.policy_id.second_from_first
            ):
                return self.env._(
                    "%(deadline)s within %(length)s after the first", **names
                )
            return self.env._(
                "%(deadline)s within %(length)s after completion", **names
            )
        if self.deadline_type == "next_update":
            return self.env._("%(deadline)s at least every %(length)s", **names)
        if self.deadline_type == "next_reply":
            return self.env._(
                "%(deadline)s within %(length)s after his message", **names
            )
        return self.env._("%(deadline)s within %(length)s", **names)

    def _get_name(self):
        """What is limited, as a word within a sentence."""
        fname = "stage_type" if self.deadline_type == "stage" else "deadline_type"
        name = dict(self._fields[fname]._description_selection(self.env))[self[fname]]
        if fname == "stage_type":
            return self.env._("stage “%(stage)s” left", stage=name)
        return name[:1].lower() + name[1:]

    @api.model
    def _format_length(self, amount, unit):
        """Length of a limit in words of the user's language."""
        if (amount, unit) == (1, due_times.WORKING_DAY):
            return self.env._("1 working day")
        texts = {
            due_times.HOUR: self.env._("%(amount)s h"),
            due_times.WORKING_HOUR: self.env._("%(amount)s working hours"),
            due_times.WORKING_DAY: self.env._("%(amount)s working days"),
        }
        return texts[unit] % {"amount": f"{amount:g}"}

    @api.constrains("deadline_type")
    def _check_deadline_type(self):
        if any(line.deadline_type == "commitment" for line in self):
            raise ValidationError(
                self.env._(
                    "A commitment is made to one customer with its own date; a policy "
                    "cannot limit it. Choose another deadline."
                )
            )
