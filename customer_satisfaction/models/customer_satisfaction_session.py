from odoo import fields, models


class CustomerSatisfactionSession(models.Model):
    """Several customers heard or watched at once: a focus group, a visit, an experience test."""

    _name = "customer.satisfaction.session"
    _description = "Satisfaction Session"
    _inherit = ["mail.thread"]
    _order = "date desc, id desc"
    _check_company_auto = True

    name = fields.Char(string="Topic", required=True, tracking=True)
    kind = fields.Selection(
        [
            ("focus_group", "Focus group"),
            ("observation", "On-site observation"),
            ("experience_test", "Experience test"),
            ("deep_interview", "In-depth interview"),
            ("web_seminar", "Web seminar"),
        ],
        required=True,
        default="focus_group",
        tracking=True,
    )
    date = fields.Datetime(required=True, default=fields.Datetime.now)
    duration = fields.Float(string="Duration (hours)", aggregator=None)
    place = fields.Char()
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    moderator_id = fields.Many2one(
        "res.users",
        index="btree_not_null",
        default=lambda self: self.env.user,
        domain=[("share", "=", False)],
    )
    observer_ids = fields.Many2many(
        "res.users",
        "customer_satisfaction_session_observer_rel",
        string="Observers",
        domain=[("share", "=", False)],
    )
    participant_ids = fields.Many2many(
        "res.partner",
        "customer_satisfaction_session_participant_rel",
        string="Participants",
    )
    product_id = fields.Many2one(
        "product.product", index="btree_not_null", check_company=True
    )
    guide = fields.Html(help="What is asked or watched, in which order.")
    summary = fields.Html()
    finding_ids = fields.One2many(
        "customer.satisfaction.finding", "session_id", string="Findings"
    )
    finding_count = fields.Integer(compute="_compute_finding_count")

    _duration_not_negative = models.Constraint(
        "CHECK(duration >= 0)", "A session cannot last less than no time."
    )

    def _compute_finding_count(self):
        counts = dict(
            self.env["customer.satisfaction.finding"]._read_group(
                [("session_id", "in", self.ids)], ["session_id"], ["__count"]
            )
        )
        for session in self:
            session.finding_count = counts.get(session, 0)


class CustomerSatisfactionFinding(models.Model):
    """What a session showed: one thing, of one kind, about one dimension."""

    _name = "customer.satisfaction.finding"
    _description = "Finding of a Session"
    _order = "session_id desc, sequence, id"
    _rec_name = "text"

    session_id = fields.Many2one(
        "customer.satisfaction.session", required=True, index=True, ondelete="cascade"
    )
    sequence = fields.Integer(default=10)
    kind = fields.Selection(
        [
            ("pain", "Pain point"),
            ("delight", "Delight point"),
            ("improvement", "Improvement point"),
        ],
        required=True,
        default="pain",
    )
    text = fields.Text(string="Finding", required=True)
    dimension_id = fields.Many2one(
        "customer.satisfaction.dimension", index="btree_not_null", ondelete="restrict"
    )
    said_by_ids = fields.Many2many(
        "res.partner",
        "customer_satisfaction_finding_partner_rel",
        string="Said by",
        help="Participants who said or did it; empty: all.",
    )
    date = fields.Datetime(related="session_id.date", store=True)
    session_kind = fields.Selection(
        related="session_id.kind", string="Session kind", store=True
    )
    product_id = fields.Many2one(
        related="session_id.product_id", store=True, index="btree_not_null"
    )
    company_id = fields.Many2one(
        related="session_id.company_id", store=True, index=True
    )
