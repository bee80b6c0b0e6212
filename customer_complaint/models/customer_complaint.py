from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from ..tools import due_times
from ..tools.colleagues import WORKERS, colleagues_domain
from ..tools.deadline_types import DEADLINE_TYPES


class CustomerComplaint(models.Model):
    """Dissatisfaction that somebody answers for until the customer confirms the outcome.

    The concerns stand in files of their own: intake (`complaint_intake`), the ledger's
    events (`complaint_deadlines`), stages and requirements (`complaint_flow`), outcome,
    confirmation and closing (`complaint_closing`), mail and portal (`complaint_customer`).
    """

    _name = "customer.complaint"
    _description = "Complaint"
    _inherit = [
        "portal.mixin",
        "mail.thread.blacklist",
        "mail.thread.cc",
        "mail.activity.mixin",
    ]
    _order = "queue_rank, next_due_at, id"
    _check_company_auto = True
    _rec_names_search = ["name", "title", "partner_id", "partner_name"]

    # What it is
    name = fields.Char(
        string="Number", readonly=True, copy=False, index="trigram", default="/"
    )
    title = fields.Char(
        compute="_compute_title",
        store=True,
        readonly=False,
        precompute=True,
        tracking=True,
    )
    description = fields.Text(string="What happened")
    demand = fields.Text(
        string="Customer demand", help="What the customer asks for, in his own words."
    )
    emotion_id = fields.Many2one(
        "customer.complaint.emotion", string="Emotion", groups="base.group_user"
    )
    line_ids = fields.One2many(
        "customer.complaint.line", "complaint_id", string="Products", copy=True
    )

    # Whom it concerns
    partner_id = fields.Many2one(
        "res.partner",
        string="Complainant",
        check_company=True,
        index="btree_not_null",
        tracking=True,
    )
    commercial_partner_id = fields.Many2one(
        related="partner_id.commercial_partner_id",
        store=True,
        precompute=True,
        index="btree_not_null",
    )
    partner_name = fields.Char(
        string="Complainant name",
        compute="_compute_partner_details",
        store=True,
        readonly=False,
        precompute=True,
    )
    email_from = fields.Char(
        string="E-mail",
        compute="_compute_partner_details",
        store=True,
        readonly=False,
        precompute=True,
    )
    phone = fields.Char(
        compute="_compute_partner_details", store=True, readonly=False, precompute=True
    )
    invoiced_partner_id = fields.Many2one(
        "res.partner",
        string="Invoiced customer",
        check_company=True,
        index="btree_not_null",
        help="Who received the invoice; a credit note goes to him. May differ from "
        "the complainant.",
    )
    order_id = fields.Many2one(
        "sale.order", string="Sales order", check_company=True, index="btree_not_null"
    )
    salesperson_id = fields.Many2one(
        "res.users",
        string="Salesperson",
        index="btree_not_null",
        groups="base.group_user",
    )

    # How it came in and how bad it is
    received_at = fields.Datetime(
        string="Received on",
        required=True,
        default=fields.Datetime.now,
        copy=False,
        tracking=True,
        help="When the complaint reached us. Deadlines count from here, not from the "
        "time of entry.",
    )
    channel_id = fields.Many2one(
        "customer.complaint.channel",
        default=lambda self: self._get_default_channel(),
        index="btree_not_null",
    )
    category_id = fields.Many2one(
        "customer.complaint.category", index="btree_not_null", tracking=True
    )
    canonical_class = fields.Selection(
        string="Canonical class", related="category_id.canonical_class"
    )
    archive_label = fields.Char(
        string="Archive label", compute="_compute_archive_label"
    )
    level_id = fields.Many2one(
        "customer.complaint.level",
        compute="_compute_level_id",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        index=True,
        tracking=True,
    )
    level_rank = fields.Integer(
        related="level_id.rank", store=True, aggregator=None, precompute=True
    )

    level_reason = fields.Char(
        string="Reason of the level",
        copy=False,
        tracking=True,
        groups="base.group_user",
        help="Why the level was changed last. Stands in the history of each deadline.",
    )
    is_level_changed = fields.Boolean(
        compute="_compute_is_level_changed",
        groups="base.group_user",
        export_string_translation=False,
    )

    # Who answers for it
    company_id = fields.Many2one(
        "res.company",
        required=True,
        default=lambda self: self.env.company,
        index=True,
        readonly=True,
    )
    team_id = fields.Many2one(
        "customer.complaint.team",
        compute="_compute_team_id",
        store=True,
        readonly=False,
        precompute=True,
        check_company=True,
        index="btree_not_null",
        tracking=True,
    )
    user_id = fields.Many2one(
        "res.users",
        string="Owner",
        domain=colleagues_domain(WORKERS),
        index="btree_not_null",
        copy=False,
        tracking=True,
    )
    first_contact_id = fields.Many2one(
        "res.users",
        string="First contact",
        readonly=True,
        copy=False,
        index="btree_not_null",
        groups="base.group_user",
        help="The colleague who took the complaint first: stays responsible for "
        "following it, whoever owns it.",
    )

    # Where it stands
    stage_id = fields.Many2one(
        "customer.complaint.stage",
        required=True,
        default=lambda self: self._get_stage_of_type("received"),
        group_expand="_read_group_stage_id",
        domain="['|', ('team_ids', '=', False), ('team_ids', 'in', team_id), "
        "'|', ('path_ids', '=', False), ('path_ids', 'in', path_id)]",
        copy=False,
        index=True,
        tracking=True,
    )
    stage_type = fields.Selection(
        string="Stage type", related="stage_id.stage_type", store=True, precompute=True
    )
    stage_since = fields.Datetime(
        string="In this stage since",
        readonly=True,
        copy=False,
        groups="base.group_user",
    )
    round = fields.Integer(
        default=1,
        readonly=True,
        copy=False,
        aggregator=None,
        help="Grows by one each time the complaint is reopened.",
    )
    round_start_at = fields.Datetime(
        string="Round started on", readonly=True, copy=False, groups="base.group_user"
    )
    decision = fields.Selection(
        [
            ("justified", "Justified"),
            ("partly", "Partly justified"),
            ("not_justified", "Not justified"),
        ],
        copy=False,
        tracking=True,
        groups="base.group_user",
    )
    decision_reason = fields.Text(
        string="Reason of the decision",
        copy=False,
        groups="base.group_user",
        help="The outcome message to the customer starts from this text.",
    )
    completed_at = fields.Datetime(
        string="Completed on",
        readonly=True,
        copy=False,
        help="The solution was carried out; contact after completion counts from here.",
    )
    told_at = fields.Datetime(
        string="Customer told last",
        readonly=True,
        copy=False,
        help="When the customer was last told something in this round.",
    )
    said_at = fields.Datetime(
        string="Customer wrote last",
        readonly=True,
        copy=False,
        groups="base.group_user",
    )
    plan_told_at = fields.Datetime(string="Plan told", readonly=True, copy=False)
    outcome_at = fields.Datetime(string="Outcome told", readonly=True, copy=False)
    outcome_channel_ids = fields.Many2many(
        "customer.complaint.channel",
        string="Outcome told over",
        readonly=True,
        copy=False,
        groups="base.group_user",
        help="Channels over which the customer was told the outcome of this round.",
    )
    closed_at = fields.Datetime(string="Closed on", readonly=True, copy=False)
    close_reason = fields.Selection(
        [
            ("confirmed", "Confirmed by the customer"),
            ("no_reply", "Closed, no reply"),
            ("unconfirmed", "Closed by a colleague, not confirmed"),
        ],
        string="Close reason",
        readonly=True,
        copy=False,
        tracking=True,
        groups="base.group_user",
    )

    # Ledger, with a copy of the next due time for sorting
    policy_id = fields.Many2one(
        "customer.complaint.policy",
        string="Deadline policy",
        compute="_compute_policy_id",
        store=True,
        precompute=True,
        ondelete="restrict",
        index="btree_not_null",
        groups="base.group_user",
        help="The policy the complaint began under; a change of policies leaves it alone.",
    )
    pause_ids = fields.One2many(
        "customer.complaint.pause",
        "complaint_id",
        groups="customer_complaint.group_complaint_manager",
    )
    paused_at = fields.Datetime(
        string="Paused since", readonly=True, copy=False, groups="base.group_user"
    )
    pause_reason_id = fields.Many2one(
        "customer.complaint.deadline.reason",
        string="Waits for",
        readonly=True,
        copy=False,
        groups="base.group_user",
    )
    deadline_ids = fields.One2many("customer.complaint.deadline", "complaint_id")
    next_due_at = fields.Datetime(
        string="Next due", readonly=True, copy=False, groups="base.group_user"
    )
    next_due_type = fields.Selection(
        DEADLINE_TYPES,
        string="Next deadline",
        readonly=True,
        copy=False,
        groups="base.group_user",
    )
    contact_ids = fields.One2many(
        "customer.complaint.contact", "complaint_id", string="Contacts"
    )
    confirmation_ids = fields.One2many(
        "customer.complaint.confirmation", "complaint_id"
    )
    active = fields.Boolean(default=True)
    color = fields.Integer(groups="base.group_user")

    _name_unique = models.UniqueIndex(
        "(name)", "A complaint number is given once and never used again."
    )
    # Default order of the list, and the board.
    _due_idx = models.Index("(queue_rank, next_due_at, id) WHERE active IS TRUE")
    # Dashboard: received and closed in a period (`_define_new`, `_get_pareto`, `_get_trend`),
    # and what is open. The columns of the record rules come along: the table is not read.
    _received_idx = models.Index(
        "(company_id, received_at) INCLUDE (id, category_id, team_id, user_id, "
        "first_contact_id, salesperson_id, record_type, merged_into_id)"
    )
    _closed_idx = models.Index(
        "(company_id, closed_at) INCLUDE (id, team_id, user_id, first_contact_id, "
        "salesperson_id, record_type, merged_into_id) WHERE closed_at IS NOT NULL"
    )
    # What similar complaints received (`_get_comparison`), without reading the table.
    _alike_idx = models.Index(
        "(company_id, category_id, level_rank, closed_at) INCLUDE (id, order_id) "
        "WHERE stage_type IN ('closed', 'archived') AND record_type = 'complaint' "
        "AND merged_into_id IS NULL"
    )
    _open_idx = models.Index(
        "(company_id) INCLUDE (record_type) "
        "WHERE stage_type NOT IN ('closed', 'archived') OR stage_type IS NULL"
    )
    _stage_due_idx = models.Index(
        "(stage_id, queue_rank, next_due_at, id) WHERE active IS TRUE"
    )

    # ------------------------------------------------------------------
    # Computes
    # ------------------------------------------------------------------
    @api.depends("name", "title")
    def _compute_display_name(self):
        for complaint in self:
            number = complaint.name if complaint.name != "/" else False
            complaint.display_name = " · ".join(
                filter(None, [number, complaint.title])
            ) or self.env._("New complaint")

    @api.depends("description")
    def _compute_title(self):
        for complaint in self:
            if complaint.title:
                continue
            lines = (complaint.description or "").strip().splitlines()
            first = lines[0].strip() if lines else ""
            complaint.title = first if len(first) <= 80 else f"{first[:79]}…"

    @api.depends("partner_id")
    def _compute_partner_details(self):
        for complaint in self.filtered("partner_id"):
            partner = complaint.partner_id
            complaint.partner_name = partner.name or partner.display_name
            complaint.email_from = partner.email
            complaint.phone = partner.phone

    @api.depends("category_id")
    def _compute_level_id(self):
        defaults = {}
        for complaint in self:
            proposed = complaint.category_id.level_id.filtered(
                lambda level, c=complaint: level.company_id
                in (c.company_id, level.company_id.browse())
            )
            # The scale of levels may have changed since the category proposed it.
            proposed = proposed and proposed._get_active(
                complaint.company_id or self.env.company
            )
            # A person's grading is not undone by a category chosen later.
            if proposed and not (complaint._origin.id and complaint.level_id):
                complaint.level_id = proposed
            elif not complaint.level_id:
                company = complaint.company_id or self.env.company
                if company not in defaults:
                    defaults[company] = complaint.level_id._get_default(company)
                complaint.level_id = defaults[company]

    @api.depends("level_id")
    def _compute_is_level_changed(self):
        for complaint in self:
            before = complaint._origin.level_id
            complaint.is_level_changed = before and complaint.level_id != before

    @api.onchange("level_id")
    def _onchange_level_id(self):
        if self.is_level_changed:
            self.level_reason = False

    @api.depends("category_id", "company_id")
    def _compute_team_id(self):
        defaults = {}
        for complaint in self:
            company = complaint.company_id or self.env.company
            proposed = complaint.category_id.team_id
            if proposed and proposed.company_id in (company, company.browse()):
                complaint.team_id = complaint.user_id and complaint.team_id or proposed
            elif not complaint.team_id:
                if company not in defaults:
                    defaults[company] = complaint.team_id._get_default(company)
                complaint.team_id = defaults[company]

    @api.depends("name", "category_id.code")
    def _compute_archive_label(self):
        for complaint in self:
            code = complaint.category_id.code
            complaint.archive_label = "-".join(filter(None, [complaint.name, code]))

    @api.model
    def _get_default_channel(self):
        channel = self.env["customer.complaint.channel"]
        return channel.browse(channel._get_default_id())

    @api.model
    def _read_group_stage_id(self, stages, domain):
        # Those of paths that nobody takes any more would only fill the board.
        return stages.search(
            Domain("path_ids", "=", False) | Domain("path_ids.active", "=", True)
        )

    @api.model
    def _get_stage_of_type(self, stage_type, team=None, path=None):
        """First stage of a type, the team's own before the shared one."""
        stage = self.env["customer.complaint.stage"]
        return stage.browse(
            stage._get_id_of_type(
                stage_type, team.id if team else False, path.id if path else False
            )
        )

    # ------------------------------------------------------------------
    # Constraints
    # ------------------------------------------------------------------
    @api.constrains("received_at")
    def _check_received_at(self):
        latest = fields.Datetime.now() + due_times.CLOCK_TOLERANCE
        if any(complaint.received_at > latest for complaint in self):
            raise ValidationError(
                self.env._(
                    "The receipt time lies in the future. Enter when the complaint "
                    "reached us; deadlines count from there."
                )
            )

    @api.constrains("level_id", "company_id")
    def _check_level_company(self):
        for complaint in self:
            if complaint.level_id.company_id not in (
                complaint.company_id,
                self.env["res.company"],
            ):
                raise ValidationError(
                    self.env._(
                        "%(level)s belongs to another company. Choose a level of "
                        "%(company)s.",
                        level=complaint.level_id.display_name,
                        company=complaint.company_id.display_name,
                    )
                )

    # ------------------------------------------------------------------
    # Create, write, delete
    # ------------------------------------------------------------------
    @api.model_create_multi
    def create(self, vals_list):
        """Every way in ends here: number, first contact, ledger, acknowledgement.

        `_prepare_intake_values` and `_after_intake` are the hooks of the single intake.
        """
        if self._is_history():
            self = self.with_context(tracking_disable=True)
        complaints = super().create(self._prepare_intake_values(vals_list))
        complaints._after_intake()
        return complaints

    def write(self, vals):
        if (running := self._get_import()) and running.mode == "history":
            # What a file corrects happened long ago: it does not happen again.
            self._check_only_history()
            return super().write(vals)
        before = {
            complaint.id: (complaint.stage_type, complaint.user_id)
            for complaint in self
            if {"stage_id", "user_id"} & vals.keys()
        }
        left = {
            complaint: (
                complaint.stage_id,
                complaint.sudo().stage_since or complaint.received_at,
            )
            for complaint in self
            if vals.get("stage_id", complaint.stage_id.id) != complaint.stage_id.id
        }
        policies = (
            {complaint: complaint.sudo().policy_id for complaint in self}
            if {"team_id", "category_id", "received_at"} & vals.keys()
            else {}
        )
        res = super().write(vals)
        if left:
            self.browse([complaint.id for complaint in left])._on_stage_changed(left)
        if handed := {
            complaint: before[complaint.id][1]
            for complaint in self
            if "user_id" in vals
            and complaint.user_id
            and before[complaint.id][1]
            not in (complaint.user_id, self.env["res.users"])
        }:
            self.env["customer.complaint.escalation"]._hand_on_todos(handed)
        # Checked after writing, so that what is missing may come in the same call. It may move
        # the complaint on.
        if before:
            self._check_move(before)
        if {"team_id", "path_id", "category_id"} & vals.keys():
            self._map_stages()
        if "received_at" in vals:
            self._restart_deadlines(self.env._("The receipt time was corrected."))
        if "level_id" in vals:
            self._reschedule_deadlines(
                vals.get("level_reason") or self.env._("Another level.")
            )
        if policies:
            self.filtered(
                lambda c: c.sudo().policy_id != policies[c]
            )._reschedule_deadlines(self.env._("Another policy holds for it."))
        # Another team has another chain and other working hours.
        if vals.get("active") or "team_id" in vals:
            self.sudo().deadline_ids._rearm()
        return res
