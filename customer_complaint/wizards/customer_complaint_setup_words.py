from markupsafe import Markup

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import format_list

from ..models.customer_complaint_stage import CLOSED_TYPES


class CustomerComplaintSetup(models.TransientModel):
    """What the wizard would change, in sentences, before it does."""

    _inherit = "customer.complaint.setup"

    @api.depends(
        "company_id",
        "scale",
        "policy_id",
        "supplement_ids",
        "path_id",
        "approval_amount",
        "category_set_id",
        "bundle_id",
        "switch_channels",
        "acknowledge",
        "tell_in_hours",
        "pause",
        "archive_levels",
        "archive_policies",
        "team_id",
        "pilot_from",
        "pilot_to",
    )
    def _compute_changes(self):
        for wizard in self:
            plan = wizard._plan()
            wizard.problem = wizard._get_problem(plan)
            changes = (
                wizard._describe_pilot() if wizard.team_id else wizard._describe(plan)
            )
            wizard.has_changes = bool(changes)
            wizard.changes = self._to_list(
                changes
                or [self.env._("Nothing changes: this is how it is set up now.")]
            ) + self._to_list(wizard._get_remarks(plan), "text-muted")

    @api.model
    def _to_list(self, sentences, css_class="mb-1"):
        items = Markup("").join(Markup("<li>%s</li>") % line for line in sentences)
        return Markup('<ul class="%s">%s</ul>') % (css_class, items)

    def _describe(self, plan):
        """Sentences about what the plan changes."""
        sentences = []
        for records, sentence in (
            (plan.levels_off, self.env._("Levels that are archived: %(names)s.")),
            (plan.levels_on, self.env._("Levels that are activated: %(names)s.")),
            (plan.policies_off, self.env._("Policies that are archived: %(names)s.")),
            (plan.policies_on, self.env._("Policies that are activated: %(names)s.")),
            (plan.channels_off, self.env._("Channels that are archived: %(names)s.")),
            (plan.channels_on, self.env._("Channels that are activated: %(names)s.")),
            (plan.paths_off, self.env._("Paths that are archived: %(names)s.")),
            (plan.paths_on, self.env._("Paths that are activated: %(names)s.")),
        ):
            if records:
                names = format_list(self.env, records.sudo().mapped("display_name"))
                sentences.append(sentence % {"names": names})
        if plan.categories_off or plan.categories_on:
            sentences.append(
                self.env._(
                    "Categories: %(set)s; %(off)s are archived and %(on)s activated.",
                    set=self.category_set_id.name,
                    off=len(plan.categories_off),
                    on=len(plan.categories_on),
                )
            )
        by_levels = {}
        for category, level in plan.levels_by_category.items():
            by_levels.setdefault((category.level_id, level), []).append(category)
        for (old, new), categories in by_levels.items():
            sentences.append(
                self.env._(
                    "Categories that propose %(old)s propose %(new)s: %(names)s.",
                    old=old.display_name,
                    new=new.display_name,
                    names=format_list(self.env, (c.display_name for c in categories)),
                )
            )
        labels = {
            "complaint_acknowledge": self._fields["acknowledge"],
            "complaint_tell_in_hours": self._fields["tell_in_hours"],
            "complaint_pause": self._fields["pause"],
            "complaint_credit_approval_amount": self._fields["approval_amount"],
        }
        for fname, value in plan.settings.items():
            words = (
                self.currency_id.format(value)
                if value and labels[fname].type == "monetary"
                else self.env._("on")
                if value
                else self.env._("off")
            )
            sentences.append(
                self.env._(
                    "%(setting)s: %(value)s.",
                    setting=labels[fname]._description_string(self.env),
                    value=words,
                )
            )
        return sentences

    def _describe_pilot(self):
        copies = self.policy_id | self._get_pilot_supplements()
        if not copies:
            return []
        sentence = (
            self.env._(
                "%(team)s and the teams below it get a copy of %(policies)s, for "
                "complaints received from %(start)s to %(end)s."
            )
            if self.pilot_to
            else self.env._(
                "%(team)s and the teams below it get a copy of %(policies)s, for "
                "complaints received from %(start)s on."
            )
        )
        return [
            sentence
            % {
                "team": self.team_id.name,
                "policies": format_list(
                    self.env, (f"“{name}”" for name in copies.mapped("name"))
                ),
                "start": self.pilot_from,
                "end": self.pilot_to,
            },
            self.env._(
                "The copy is yours to change. Levels, settings and all other teams stay "
                "as they are."
            ),
        ]

    def _get_remarks(self, plan):
        """Sentences about what stays, and what follows that one may not expect."""
        remarks = []
        closed = Domain("stage_type", "not in", CLOSED_TYPES)
        if count := self.env["customer.complaint"].search_count(closed):
            remarks.append(
                self.env._(
                    "%(count)s open complaints keep their level, policy, path and "
                    "dates. “Apply to open complaints” on a policy changes them, and "
                    "shows before what would move.",
                    count=count,
                )
            )
        if self.team_id:
            return remarks
        own_policies = self.own_policy_ids._origin - plan.policies_off
        company_wide = own_policies.filtered(lambda policy: not policy.team_id)
        ahead = company_wide.filtered(
            lambda policy: bool(policy.company_id) > bool(self.policy_id.company_id)
            or policy.company_id == self.policy_id.company_id
            and (policy.sequence, policy.id)
            < (self.policy_id.sequence, self.policy_id.id)
        )
        if self.policy_id and ahead:
            remarks.append(
                self.env._(
                    "Your own policy “%(own)s” stays and goes before “%(policy)s”. Tick "
                    "that it is archived, if the new one is to hold.",
                    own=ahead[0].name,
                    policy=self.policy_id.name,
                )
            )
        for pilot in own_policies.filtered("team_id"):
            remarks.append(
                self.env._(
                    "“%(policy)s” stays and goes on to hold for %(team)s.",
                    policy=pilot.name,
                    team=pilot.team_id.name,
                )
            )
        own_paths = self.env["customer.complaint.path"].search(
            [("is_shipped", "=", False), ("team_ids", "=", False)]
        )
        ahead = own_paths.filtered(lambda path: path.sequence < self.path_id.sequence)
        if self.path_id and ahead:
            remarks.append(
                self.env._(
                    "Your own path “%(own)s” stays and is proposed before “%(path)s”.",
                    own=ahead[0].name,
                    path=self.path_id.name,
                )
            )
        after = self._get_levels_after(plan).filtered(
            lambda level: level.company_id
            in (self.company_id, self.company_id.browse())
        )
        for policy in own_policies:
            silent = after.filtered(lambda lv, p=policy: not p._limits_level(lv.rank))
            if silent:
                remarks.append(
                    self.env._(
                        "“%(policy)s” says nothing about %(levels)s: add limits to it, "
                        "or archive it.",
                        policy=policy.name,
                        levels=format_list(self.env, silent.mapped("display_name")),
                    )
                )
        unmatched = self._get_unmatched(after)
        if unmatched:
            remarks.append(
                self.env._(
                    "No level has the rank that these categories propose; their "
                    "complaints get the nearest one: %(names)s.",
                    names=format_list(self.env, unmatched.mapped("display_name")),
                )
            )
        least = min(after.mapped("rank"), default=0)
        steps = self.env["customer.complaint.escalation.step"].search(
            [("max_rank", ">", 0), ("max_rank", "<", least)]
        )
        if steps:
            remarks.append(
                self.env._(
                    "No level is severe enough any more for these escalation steps: "
                    "%(names)s.",
                    names=format_list(self.env, steps.mapped("name")),
                )
            )
        # sudo: only their number is told
        companies = self.env["res.company"].sudo().search_count([])
        if companies > 1:
            remarks.append(
                self.env._(
                    "Categories, channels, paths, and levels and policies without a "
                    "company are shared: what changes there changes for all %(count)s "
                    "companies. The settings change for %(company)s only.",
                    count=companies,
                    company=self.company_id.name,
                )
            )
        return remarks

    def _get_unmatched(self, after):
        ranks = set(after.mapped("rank"))
        return self.env["customer.complaint.category"].search(
            [("level_id", "!=", False), ("level_id.rank", "not in", list(ranks))]
        )
