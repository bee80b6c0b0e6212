from odoo import api, fields, models

from .customer_complaint_stage import CLOSED_TYPES


class CustomerComplaint(models.Model):
    """What words and criteria propose; a person takes it or leaves it."""

    _inherit = "customer.complaint"

    criterion_ids = fields.Many2many(
        "customer.complaint.criterion",
        string="Criteria",
        groups="base.group_user",
        help="What makes it more or less severe: the level follows from it.",
    )
    category_proposal_id = fields.Many2one(
        "customer.complaint.category",
        string="Proposed category",
        compute="_compute_proposals",
        groups="base.group_user",
    )
    category_proposal_reason = fields.Char(
        compute="_compute_proposals", groups="base.group_user"
    )
    level_proposal_id = fields.Many2one(
        "customer.complaint.level",
        string="Proposed level",
        compute="_compute_proposals",
        groups="base.group_user",
    )
    level_proposal_reason = fields.Char(
        compute="_compute_proposals", groups="base.group_user"
    )

    @api.depends(
        "title",
        "description",
        "demand",
        "category_id",
        "criterion_ids",
        "level_id",
        "commercial_partner_id",
        "record_type",
        "stage_type",
    )
    @api.depends_context("lang")
    def _compute_proposals(self):
        for complaint in self:
            rules = complaint._find_words()
            category, why = complaint._propose_category(rules)
            complaint.category_proposal_id = category
            complaint.category_proposal_reason = why
            level, why = complaint._propose_level(rules)
            complaint.level_proposal_id = level
            complaint.level_proposal_reason = why

    def _find_words(self):
        self.ensure_one()
        if self.stage_type in CLOSED_TYPES:
            return []
        text = "\n".join(filter(None, (self.title, self.description, self.demand)))
        return self.env["customer.complaint.word"]._find(text)

    def _propose_category(self, rules):
        """The category that most words speak for, and which; nothing where one is chosen."""
        words = {}
        for rule in rules:
            if rule.category_id:
                words.setdefault(rule.category_id, []).append(rule.shown)
        Category = self.env["customer.complaint.category"]
        if self.category_id or not words:
            return Category, False
        best = max(words, key=lambda category_id: len(words[category_id]))
        category = Category.browse(best)._get_in_use()
        return category, category and self._quote(words[best])

    def _propose_level(self, rules):
        """The level that criteria and the customer's tier call for, and why in one line."""
        Level = self.env["customer.complaint.level"]
        if self.record_type != "complaint" or self.stage_type in CLOSED_TYPES:
            return Level, False
        company = self.company_id or self.env.company
        found = self._get_criteria_found(rules)
        criteria = self.criterion_ids._origin | self.criterion_ids.browse(found)
        is_vip = self._is_preferred()
        if not criteria and not is_vip:
            return Level, False
        rank = (
            min(criteria.mapped("rank"))
            if criteria
            else (self.category_id.level_id or Level._get_default(company)).rank
        )
        reasons = [
            f"{criterion.name} ({words})"
            if (words := self._quote(found.get(criterion.id, [])))
            else criterion.name
            for criterion in criteria
            if criterion.rank == rank
        ]
        if is_vip:
            rank = max(rank - 1, 1)
            reasons.append(self.env._("preferred customer"))
        level = Level._get_nearest(company, rank)
        # What somebody, or the category, found severe is not made milder by a word.
        if level == self.level_id or (
            self.level_id and level.rank > self.level_id.rank
        ):
            return Level, False
        return level, ", ".join(reasons)

    def _get_criteria_found(self, rules):
        """Words by id of the criterion that they propose."""
        found = {}
        for rule in rules:
            if rule.criterion_id:
                found.setdefault(rule.criterion_id, []).append(rule.shown)
        return found

    def _quote(self, words):
        return ", ".join(f"“{word}”" for word in dict.fromkeys(words))

    def action_take_category(self):
        """Take the proposed category."""
        for complaint in self.filtered("category_proposal_id"):
            complaint.category_id = complaint.category_proposal_id
        return True

    def action_take_level(self):
        """Take the proposed level, with its reason, and the criteria it follows from."""
        for complaint in self.filtered("level_proposal_id"):
            level, reason = complaint.level_proposal_id, complaint.level_proposal_reason
            found = complaint._get_criteria_found(complaint._find_words())
            complaint.criterion_ids |= complaint.criterion_ids.browse(found)
            complaint._change_level(level, reason)
        return True
