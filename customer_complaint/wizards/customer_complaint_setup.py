from datetime import date
from typing import NamedTuple

from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Domain

from ..models.customer_complaint_level import LEVEL_SCALES

# Channels by which complaints arrive by themselves stay active.
WAYS_IN = ("email", "portal", "web_form", "system")


class Plan(NamedTuple):
    """What applying the wizard does; shown first, done afterwards, computed once."""

    levels_off: models.Model
    levels_on: models.Model
    policies_off: models.Model
    policies_on: models.Model
    paths_off: models.Model
    paths_on: models.Model
    levels_by_category: dict  # customer.complaint.category → its new proposed level
    settings: dict  # of the company
    categories_off: models.Model = ()
    categories_on: models.Model = ()
    channels_off: models.Model = ()
    channels_on: models.Model = ()

    def changes_something(self):
        return any(self)


class CustomerComplaintSetup(models.TransientModel):
    """Choose a bundle or single parts; shipped records are activated and archived.

    Nothing is edited or deleted, so that going back is running the wizard again. Open complaints
    keep level, policy and dates.
    """

    _name = "customer.complaint.setup"
    _description = "Complaint Set-up Wizard"

    company_id = fields.Many2one(
        "res.company",
        required=True,
        readonly=True,
        default=lambda self: self.env.company,
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    bundle_id = fields.Many2one(
        "customer.complaint.bundle",
        string="Bundle",
        default=lambda self: self._get_present(self.env.company)["bundle_id"],
        help="Proposes all parts below; each can be changed by itself.",
    )
    scale = fields.Selection(
        LEVEL_SCALES,
        string="Levels",
        compute="_compute_parts",
        store=True,
        readonly=False,
        help="Empty: levels stay as they are.",
    )
    policy_id = fields.Many2one(
        "customer.complaint.policy",
        string="Deadline policy",
        domain="[('is_supplement', '=', False), ('team_id', '=', False), "
        "('company_id', 'in', [company_id, False])]",
        context={"active_test": False},
        compute="_compute_parts",
        store=True,
        readonly=False,
        help="Empty: policies stay as they are.",
    )
    promise = fields.Text(related="policy_id.promise")
    supplement_ids = fields.Many2many(
        "customer.complaint.policy",
        string="Beside it",
        domain="[('is_supplement', '=', True), ('code', '!=', False)]",
        context={"active_test": False},
        compute="_compute_parts",
        store=True,
        readonly=False,
    )
    path_id = fields.Many2one(
        "customer.complaint.path",
        string="Path",
        domain="[('is_shipped', '=', True)]",
        context={"active_test": False},
        compute="_compute_parts",
        store=True,
        readonly=False,
        help="The steps that complaints pass. Four steps stay beside it, for simple ones. "
        "Empty: paths stay as they are.",
    )
    path_description = fields.Char(related="path_id.description")
    approval_amount = fields.Monetary(
        string="Approval of credit notes above",
        compute="_compute_parts",
        store=True,
        readonly=False,
        help="0: no approval.",
    )
    category_set_id = fields.Many2one(
        "customer.complaint.category.set",
        string="Categories",
        compute="_compute_parts",
        store=True,
        readonly=False,
        help="Empty: categories stay as they are. Complaints keep their category, also an "
        "archived one.",
    )
    bundle_channel_ids = fields.Many2many(
        related="bundle_id.channel_ids", string="Channels of the bundle"
    )
    switch_channels = fields.Boolean(
        string="Use the channels of the bundle",
        help="Others are archived, except those by which mails, portal, web form and "
        "warnings arrive.",
    )
    acknowledge = fields.Boolean(
        string="Acknowledge new complaints",
        default=lambda self: self.env.company.complaint_acknowledge,
    )
    tell_in_hours = fields.Boolean(
        string="Tell staff in working hours",
        default=lambda self: self.env.company.complaint_tell_in_hours,
    )
    pause = fields.Boolean(
        string="Allow pausing deadlines",
        default=lambda self: self.env.company.complaint_pause,
    )

    # What the user made himself stays unless he ticks it
    own_level_ids = fields.Many2many(
        "customer.complaint.level", compute="_compute_own", string="Your own levels"
    )
    own_policy_ids = fields.Many2many(
        "customer.complaint.policy",
        compute="_compute_own",
        string="Your own policies and pilots",
    )
    archive_levels = fields.Boolean(string="Archive them")
    archive_policies = fields.Boolean(string="Archive them too")

    # Pilot
    team_id = fields.Many2one(
        "customer.complaint.team",
        string="Only for team",
        domain="[('company_id', 'in', [company_id, False])]",
        help="A pilot: the team and those below it get a copy of the policy; everything "
        "else stays as it is.",
    )
    pilot_from = fields.Date(
        string="Received from", default=lambda self: fields.Date.context_today(self)
    )
    pilot_to = fields.Date(string="Received until", help="Empty: for the time being.")

    problem = fields.Text(compute="_compute_changes")
    changes = fields.Html(compute="_compute_changes", sanitize=False)
    has_changes = fields.Boolean(compute="_compute_changes")

    # ------------------------------------------------------------------
    # What is active now
    # ------------------------------------------------------------------
    @api.model
    def _get_present(self, company):
        """Values of the wizard that change nothing."""
        policy = self.env["customer.complaint.policy"]
        active = Domain("active", "=", True)
        scales = {
            level.scale
            for level in self.env["customer.complaint.level"].search(
                active & Domain("scale", "!=", False)
            )
        }
        today = policy._get_day(company.id, fields.Datetime.now())
        values = {
            "scale": scales.pop() if len(scales) == 1 else False,
            "policy_id": policy.browse(policy._choose_ids(company.id, False, today)[0]),
            "supplement_ids": policy.search(
                active
                & Domain("is_supplement", "=", True)
                & Domain("code", "!=", False)
            ),
        }
        values["category_set_id"] = self._get_present_set()
        Path = self.env["customer.complaint.path"]
        path = Path.browse(Path._get_default_id(False))
        values["path_id"] = path.filtered("is_shipped")
        bundles = self.env["customer.complaint.bundle"].search(
            Domain("scale", "=", values["scale"])
            & Domain("policy_id", "=", values["policy_id"].id)
            & Domain("path_id", "=", values["path_id"].id)
        )
        values["bundle_id"] = bundles.filtered(
            lambda b: b.supplement_ids == values["supplement_ids"]
        )[:1]
        values["approval_amount"] = company.complaint_credit_approval_amount
        return values

    @api.model
    def _get_present_set(self):
        """The set of categories that is active and complete; empty: a mixture."""
        sets = self.env["customer.complaint.category.set"].search([("id", "!=", False)])
        shipped = sets.category_ids
        active = shipped.filtered("active")
        return sets.filtered(lambda s: s.category_ids and s.category_ids == active)[:1]

    @api.depends("bundle_id")
    def _compute_parts(self):
        for wizard in self:
            present = self._get_present(wizard.company_id)
            # The bundle that is active already proposes to change nothing.
            source = (
                wizard.bundle_id
                if wizard.bundle_id
                not in (present["bundle_id"], self.bundle_id.browse())
                else present
            )
            for fname in (
                "scale",
                "policy_id",
                "supplement_ids",
                "category_set_id",
                "path_id",
                "approval_amount",
            ):
                wizard[fname] = source[fname]

    @api.depends("company_id", "policy_id")
    def _compute_own(self):
        policies = self.env["customer.complaint.policy"]
        levels = self.env["customer.complaint.level"]
        for wizard in self:
            mine = Domain("active", "=", True) & Domain(
                "company_id", "in", [wizard.company_id.id, False]
            )
            wizard.own_level_ids = levels.search(mine & Domain("scale", "=", False))
            wizard.own_policy_ids = policies.search(
                mine
                & Domain("is_supplement", "=", False)
                & (Domain("code", "=", False) | Domain("team_id", "!=", False))
                & Domain("id", "!=", wizard.policy_id.id)
            )

    # ------------------------------------------------------------------
    # Plan
    # ------------------------------------------------------------------
    def _plan(self):
        self.ensure_one()
        Level = self.env["customer.complaint.level"].with_context(active_test=False)
        Policy = self.env["customer.complaint.policy"].with_context(active_test=False)
        Path = self.env["customer.complaint.path"].with_context(active_test=False)
        no_levels, no_policies, no_paths = (
            Level.browse(),
            Policy.browse(),
            Path.browse(),
        )
        if self.team_id:
            return Plan(
                no_levels,
                no_levels,
                no_policies,
                no_policies,
                no_paths,
                no_paths,
                {},
                {},
            )

        shipped = Level.search([("scale", "!=", False)]) if self.scale else no_levels
        chosen = shipped.filtered(lambda level: level.scale == self.scale)
        levels_off = (shipped - chosen).filtered("active")
        if self.archive_levels:
            levels_off |= self.own_level_ids._origin

        shipped = Policy.search([("code", "!=", False), ("team_id", "=", False)])
        supplements = shipped.filtered("is_supplement")
        mains = shipped - supplements if self.policy_id else no_policies
        policies = self.policy_id | self.supplement_ids._origin
        policies_off = ((mains | supplements) - policies).filtered("active")
        if self.archive_policies:
            policies_off |= self.own_policy_ids._origin

        # The path for simple complaints stays beside the chosen one.
        paths = Path.search([("is_shipped", "=", True)]) if self.path_id else no_paths
        simple = self.env.ref(
            "customer_complaint.path_four_steps", raise_if_not_found=False
        )
        paths_off = (paths - self.path_id - (simple or no_paths)).filtered("active")

        settings = {
            "complaint_acknowledge": self.acknowledge,
            "complaint_tell_in_hours": self.tell_in_hours,
            "complaint_pause": self.pause,
            "complaint_credit_approval_amount": self.approval_amount,
        }
        company = self.company_id
        plan = Plan(
            levels_off,
            chosen.filtered(lambda level: not level.active),
            policies_off,
            policies.filtered(lambda policy: not policy.active),
            paths_off,
            self.path_id.filtered(lambda path: not path.active),
            {},
            {
                fname: value
                for fname, value in settings.items()
                if company[fname] != value
            },
        )
        plan.levels_by_category.update(self._plan_categories(plan))
        return plan._replace(
            **self._plan_category_set(),
            **self._plan_channels(),
        )

    def _plan_category_set(self):
        """Shipped categories to archive and to activate; your own ones belong to no set."""
        if not self.category_set_id:
            return {}
        sets = self.env["customer.complaint.category.set"].search([("id", "!=", False)])
        chosen = self.category_set_id._origin.category_ids
        return {
            "categories_off": (sets.category_ids - chosen).filtered("active"),
            "categories_on": chosen.filtered(lambda category: not category.active),
        }

    def _plan_channels(self):
        chosen = self.bundle_channel_ids._origin
        if not self.switch_channels or not chosen:
            return {}
        shipped = self.env["customer.complaint.channel"].search(
            [("code", "!=", False), ("code", "not in", WAYS_IN)]
        )
        return {
            "channels_off": shipped - chosen,
            "channels_on": chosen.filtered(lambda channel: not channel.active),
        }

    def _get_levels_after(self, plan):
        """Levels that are active when the plan is done, also those of other companies."""
        # sudo: a policy for all companies must fit the levels of all
        active = (
            self.env["customer.complaint.level"].sudo().search([("active", "=", True)])
        )
        return (active - plan.levels_off.sudo()) | plan.levels_on.sudo()

    def _plan_categories(self, plan):
        """New proposed level of categories whose level is, or was before, archived.

        Only a level of the same rank takes the place of another: going back leads back. Where there
        is none, the category keeps its level, and complaints get the nearest one.
        """
        after = self._get_levels_after(plan)
        shared = after.filtered(lambda level: not level.company_id).sudo(False)
        by_rank = {level.rank: level for level in shared}
        mine = (self.company_id, self.company_id.browse())
        categories = self.env["customer.complaint.category"].with_context(
            active_test=False
        )
        plans = {}
        for category in categories.search([("level_id", "!=", False)]):
            level = category.sudo().level_id  # may be of another company: left alone
            if level not in after and level.company_id in mine:
                plans[category] = by_rank.get(level.rank)
        return {category: level for category, level in plans.items() if level}

    def _get_problem(self, plan):
        """Why the choice cannot be applied, or False."""
        after = self._get_levels_after(plan)
        if not after:
            return self.env._("No level would be left. Choose a scale of levels.")
        for levels in after.grouped(
            lambda level: (level.company_id, level.rank)
        ).values():
            if len(levels) > 1:
                own = levels.filtered(lambda level: not level.scale)[:1]
                return self.env._(
                    "%(own)s, which you made yourself, has the same rank as %(shipped)s. "
                    "Tick that it is archived, or give it another rank.",
                    own=own.display_name,
                    shipped=(levels - own)[:1].display_name,
                )
        policy = self.policy_id or self._get_present(self.company_id)["policy_id"]
        if policy:
            # sudo: companies with a policy of their own do not follow this one
            others = self.env["customer.complaint.policy"].sudo()
            own = others.search(
                [
                    ("is_supplement", "=", False),
                    ("team_id", "=", False),
                    ("company_id", "not in", [False, self.company_id.id]),
                ]
            ).company_id
            for level in after.filtered(lambda level: level.company_id not in own):
                if not policy.sudo()._limits_level(level.rank):
                    return self.env._(
                        "“%(policy)s” says nothing about %(level)s, neither a limit nor a "
                        "target. Choose another policy or other levels, or add a limit to "
                        "the policy.",
                        policy=policy.name,
                        level=level.display_name,
                    )
        if self.team_id:  # the copy is valid as long as the pilot
            return self._get_pilot_problem()
        today = policy._get_day(self.company_id.id, fields.Datetime.now())
        if policy and not policy._is_valid_on(today):
            return self.env._(
                "“%(policy)s” is not valid today, so new complaints would not get it. "
                "Change its days, or choose another policy.",
                policy=policy.name,
            )
        return False

    def _get_pilot_problem(self):
        if not self.policy_id:
            return self.env._("Choose the deadline policy that the team tries.")
        if not self.pilot_from:
            return self.env._("Choose from which day on the pilot holds.")
        if self.pilot_to and self.pilot_to < self.pilot_from:
            return self.env._("A pilot cannot end before it begins.")
        rivals = self.env["customer.complaint.policy"].search(
            Domain("team_id", "=", self.team_id.id)
            & Domain("is_supplement", "=", False)
            & (
                Domain("valid_to", "=", False)
                | Domain("valid_to", ">=", self.pilot_from)
            )
            & (
                Domain("valid_from", "=", False)
                | Domain("valid_from", "<=", self.pilot_to or date.max)
            )
        )
        if rivals:
            return self.env._(
                "%(team)s has a policy of its own in that time: “%(policy)s”. Archive it, "
                "or let it end first.",
                team=self.team_id.name,
                policy=rivals[:1].name,
            )
        return False

    # ------------------------------------------------------------------
    # Apply
    # ------------------------------------------------------------------
    def action_apply(self):
        """Do what the wizard shows; refused where a level would be without a deadline.

        :raise ValidationError: says which choice does not fit
        """
        self.ensure_one()
        if not self.env.user.has_group("customer_complaint.group_complaint_committee"):
            raise AccessError(
                self.env._(
                    "Only the complaint committee may change the set-up, and managers "
                    "where the settings say so."
                )
            )
        plan = self._plan()
        if problem := self._get_problem(plan):
            raise ValidationError(problem)
        if self.team_id:
            return self._start_pilot()
        # Ranks are unique among active levels: those that go make room first.
        plan.levels_off.active = False
        self.env.flush_all()
        plan.levels_on.active = True
        plan.policies_off.active = False
        plan.policies_on.active = True
        for records, active in (
            (plan.categories_off, False),
            (plan.categories_on, True),
            (plan.channels_off, False),
            (plan.channels_on, True),
        ):
            if records:
                records.active = active
        plan.paths_off.active = False
        plan.paths_on.active = True
        categories = self.env["customer.complaint.category"].concat(
            *plan.levels_by_category
        )
        for level, proposing in categories.grouped(plan.levels_by_category.get).items():
            proposing.level_id = level
        if plan.settings:
            # sudo: the manager sets up complaints, not companies; these settings only
            self.company_id.sudo().write(plan.settings)
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._(
                    "Set up. New complaints follow it; open ones keep their dates."
                )
                if plan.changes_something()
                else self.env._("Nothing had to be changed."),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }

    # ------------------------------------------------------------------
    # Pilot
    # ------------------------------------------------------------------
    def _get_pilot_supplements(self):
        """Chosen policies beside the main one that do not hold for everybody anyway."""
        return self.supplement_ids._origin.filtered(lambda policy: not policy.active)

    def _start_pilot(self):
        """Copy the chosen policies for the team and open the main one."""
        copies = self.env["customer.complaint.policy"]
        for policy in self.policy_id | self._get_pilot_supplements():
            copies += self._copy_for_team(policy)
        return {
            "type": "ir.actions.act_window",
            "res_model": copies._name,
            "res_id": copies[0].id,
            "view_mode": "form",
        }

    def _copy_for_team(self, policy):
        copied = policy.copy(
            {
                "team_id": self.team_id.id,
                "company_id": self.team_id.company_id.id,
                "valid_from": self.pilot_from,
                "valid_to": self.pilot_to,
                "active": True,
            }
        )
        for code, _name in self.env["res.lang"].get_installed():
            named = copied.with_context(lang=code)
            named.name = named.env._(
                "%(policy)s (pilot %(team)s)",
                policy=policy.with_context(lang=code).name,
                team=self.team_id.with_context(lang=code).name,
            )
        return copied
