from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import format_date


class CustomerComplaintEntitlement(models.Model):
    """What a customer may claim from a day until a day, whoever takes his next call.

    It belongs to the customer: all who take complaints read it, also where they may not read the
    complaint it was granted for.
    """

    _name = "customer.complaint.entitlement"
    _description = "Entitlement of a Customer"
    _inherit = ["customer.complaint.method.mixin"]
    _order = "date_to, id"
    _check_company_auto = True
    _method_fields = frozenset({"remedy_id", "complaint_name"})

    name = fields.Char(
        compute="_compute_name",
        store=True,
        readonly=False,
        required=True,
        precompute=True,
    )
    type_id = fields.Many2one(
        "customer.complaint.remedy.type",
        required=True,
        ondelete="restrict",
        index=True,
        domain="['|', ('needs_period', '=', True), ('remedy_group', '=', 'service')]",
    )
    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        required=True,
        check_company=True,
        index=True,
    )
    commercial_partner_id = fields.Many2one(
        related="partner_id.commercial_partner_id", store=True, index=True
    )
    company_id = fields.Many2one(
        "res.company",
        required=True,
        default=lambda self: self.env.company,
        index=True,
    )
    product_id = fields.Many2one(
        "product.product", check_company=True, index="btree_not_null"
    )
    date_from = fields.Date(
        string="From", required=True, default=fields.Date.context_today
    )
    date_to = fields.Date(string="Until", required=True, index=True)
    # Not the complaint itself: its name holds the customer's words, which not all may read.
    remedy_id = fields.Many2one(
        "customer.complaint.remedy",
        readonly=True,
        ondelete="set null",
        index="btree_not_null",
        help="With which it was granted.",
    )
    complaint_name = fields.Char(
        related="remedy_id.complaint_id.name", string="Granted for", store=True
    )
    note = fields.Text(help="Conditions, as the customer was told.")
    active = fields.Boolean(default=True)
    state = fields.Selection(
        [
            ("planned", "Not started"),
            ("running", "Running"),
            ("ended", "Ended"),
            ("withdrawn", "Withdrawn"),
        ],
        compute="_compute_state",
        search="_search_state",
    )

    _period = models.Constraint(
        "CHECK(date_to >= date_from)",
        "An entitlement ends on the day it starts or later. Correct the dates.",
    )
    _remedy_unique = models.UniqueIndex(
        "(remedy_id) WHERE remedy_id IS NOT NULL",
        "This remedy was granted already.",
    )

    @api.depends("type_id")
    def _compute_name(self):
        for entitlement in self:
            entitlement.name = entitlement.name or entitlement.type_id.name

    @api.depends("date_from", "date_to", "active")
    def _compute_state(self):
        today = fields.Date.context_today(self)
        for entitlement in self:
            if not entitlement.active:
                entitlement.state = "withdrawn"
            elif entitlement.date_from and entitlement.date_from > today:
                entitlement.state = "planned"
            elif entitlement.date_to and entitlement.date_to < today:
                entitlement.state = "ended"
            else:
                entitlement.state = "running"

    def _search_state(self, operator, value):
        if operator != "in":
            return NotImplemented
        today = fields.Date.context_today(self)
        is_active = Domain("active", "=", True)
        domains = {
            "planned": is_active & Domain("date_from", ">", today),
            "running": is_active
            & Domain("date_from", "<=", today)
            & Domain("date_to", ">=", today),
            "ended": is_active & Domain("date_to", "<", today),
            "withdrawn": Domain("active", "=", False),
        }
        return Domain.OR(domains[state] for state in value if state in domains)

    @api.depends("name", "product_id", "date_to")
    def _compute_display_name(self):
        for entitlement in self:
            entitlement.display_name = entitlement._get_words()

    def _get_words(self):
        """In a line: what, for which product, until when."""
        self.ensure_one()
        what = self.name or ""
        if self.product_id:
            what = f"{what} ({self.sudo().product_id.display_name})"
        if not self.date_to:
            return what
        return self.env._(
            "%(what)s until %(day)s",
            what=what,
            day=format_date(self.env, self.date_to),
        )

    @api.model
    def _get_running(self, customer):
        """Entitlements a customer has today, all contacts of his company together."""
        return self.search(
            [
                ("commercial_partner_id", "=", customer._origin.id),
                ("state", "in", ["running"]),
                ("company_id", "in", self.env.companies.ids),
            ]
        )

    def action_view_complaint(self):
        """Open the complaint for which it was granted, for those who may read it."""
        self.ensure_one()
        if not self.remedy_id:
            raise UserError(
                self.env._("This entitlement was not granted because of a complaint.")
            )
        # sudo: only the number of the record; whether it may be read is checked on opening it
        return {
            "type": "ir.actions.act_window",
            "res_model": "customer.complaint",
            "res_id": self.remedy_id.sudo().complaint_id.id,
            "views": [(False, "form")],
        }


class CustomerComplaintRemedy(models.Model):
    """A remedy of a period is delivered by granting it."""

    _inherit = "customer.complaint.remedy"

    entitlement_ids = fields.One2many(
        "customer.complaint.entitlement", "remedy_id", string="Entitlement"
    )

    def write(self, vals):
        """What is granted stands with the customer; what is taken back does not any more."""
        res = super().write(vals)
        if {"delivered_at", "date_from", "date_to"} & vals.keys():
            self._sync_entitlements()
        return res

    def _get_delivery_problem(self, at, note):
        problem = super()._get_delivery_problem(at, note)
        if problem or self.type_id.proof != "period":
            return problem
        if not (self.date_to and self.complaint_id.partner_id):
            return self.env._(
                "fill in its last day, and the customer of the complaint."
            )
        return None

    def _sync_entitlements(self):
        # sudo: whoever delivers a remedy was checked; an entitlement may be another's
        granted = self.sudo().filtered(lambda r: r.type_id.proof == "period")
        granted = granted.with_context(active_test=False)
        for remedy in granted.filtered("entitlement_ids"):
            remedy.entitlement_ids.write(
                {**remedy._prepare_entitlement(), "active": True}
                if remedy.delivered_at
                else {"active": False}
            )
        self.env["customer.complaint.entitlement"].sudo().create(
            [
                remedy._prepare_entitlement()
                for remedy in granted
                if remedy.delivered_at
                and not remedy.entitlement_ids
                and remedy.date_to
                and remedy.complaint_id.partner_id
            ]
        )

    def action_grant(self):
        """Grant the customer what the remedy promises, from its first to its last day.

        :raises UserError: when it is no period, a day or the customer is missing, or it was
            granted before
        :raises AccessError: for whoever may not work on the complaint
        """
        for remedy in self:
            remedy._check_staff()
            remedy._check_to_grant()
        for remedy in self.sudo():  # rights were checked for each of them
            remedy.write(
                {"delivered_at": fields.Datetime.now(), "delivered_by_id": self.env.uid}
            )
            words = remedy.entitlement_ids.display_name
            remedy.delivery_note = words
            remedy.complaint_id._message_log(
                body=self.env._("Granted: %(entitlement)s.", entitlement=words),
                author_id=self.env.user.partner_id.id,
            )
        return True

    def _check_to_grant(self):
        self.ensure_one()
        if self.type_id.proof != "period":
            problem = self.env._("it is not granted for a period")
        elif self.state in ("delivered", "cancelled"):
            problem = self.env._("it was granted or cancelled already")
        elif self.solution_id.state != "chosen":
            problem = self.env._("its solution is not chosen yet")
        elif not self.date_to:
            problem = self.env._("its last day is missing")
        elif not self.complaint_id.partner_id:
            problem = self.env._("the complaint names no customer")
        else:
            return
        raise UserError(
            self.env._(
                "%(remedy)s cannot be granted: %(problem)s. Correct it, then grant it.",
                remedy=self.name,
                problem=problem,
            )
        )

    def _prepare_entitlement(self):
        """Hook: values of the entitlement that the remedy grants."""
        self.ensure_one()
        today = fields.Date.context_today(self)
        return {
            "name": self.name,
            "type_id": self.type_id.id,
            "partner_id": self.complaint_id.partner_id.id,
            "company_id": self.company_id.id,
            "product_id": self.product_id.id,
            "date_from": self.date_from or min(today, self.date_to),
            "date_to": self.date_to,
            "remedy_id": self.id,
        }


class ResPartner(models.Model):
    _inherit = "res.partner"

    complaint_entitlement_count = fields.Integer(
        string="Entitlements",
        compute="_compute_complaint_entitlement_count",
        groups="customer_complaint.group_complaint_submitter",
        help="Running today, of all contacts of the customer.",
    )

    def _compute_complaint_entitlement_count(self):
        counts = dict(
            self.env["customer.complaint.entitlement"]._read_group(
                [
                    ("commercial_partner_id", "in", self.commercial_partner_id.ids),
                    ("state", "in", ["running"]),
                ],
                ["commercial_partner_id"],
                ["__count"],
            )
        )
        for partner in self:
            partner.complaint_entitlement_count = counts.get(
                partner.commercial_partner_id, 0
            )

    def action_view_complaint_entitlements(self):
        """Open what these customers are entitled to."""
        action = self.env["ir.actions.actions"]._for_xml_id(
            "customer_complaint.customer_complaint_entitlement_action"
        )
        action["domain"] = [
            ("commercial_partner_id", "in", self.commercial_partner_id.ids)
        ]
        action["context"] = {"default_partner_id": self.id} if len(self) == 1 else {}
        return action
