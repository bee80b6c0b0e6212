from odoo import fields, models

from .customer_satisfaction_item import METRICS


class CustomerSatisfactionScore(models.Model):
    """What answers are worth, a row per answered question: what statistics read.

    Written once from what was chosen, with survey, version, metric and scale beside the value, so
    that scales are never mixed. What an answer can be broken down by is copied, so that statistics
    join nothing.
    """

    _name = "customer.satisfaction.score"
    _description = "Scored Answer"
    _order = "date desc, id desc"
    _rec_name = "question_id"
    _log_access = False  # when it was stored is nobody's affair, see anonymous surveys

    user_input_id = fields.Many2one(
        "survey.user_input",
        string="Answer",
        required=True,
        ondelete="cascade",  # found by `_question_unique`
    )
    question_id = fields.Many2one(
        "survey.question", required=True, index=True, ondelete="restrict"
    )
    survey_id = fields.Many2one("survey.survey", required=True, ondelete="restrict")
    survey_version = fields.Integer(string="Version", aggregator=None)
    item_id = fields.Many2one(
        "customer.satisfaction.item", index="btree_not_null", ondelete="restrict"
    )
    dimension_id = fields.Many2one(
        "customer.satisfaction.dimension", index="btree_not_null", ondelete="restrict"
    )
    metric = fields.Selection(METRICS, required=True)
    effort_direction = fields.Selection(
        [("lower", "Lower is better"), ("higher", "Higher is better")],
        help="Of effort: which end of the scale is the good one. The value is not turned.",
    )
    scale_min = fields.Integer(aggregator=None)
    scale_max = fields.Integer(aggregator=None)
    value = fields.Float(
        required=True,
        aggregator=None,
        help="On the scale of the metric; reversed questions are turned round already.",
    )
    weight = fields.Float(default=1.0, aggregator=None)
    is_counted = fields.Boolean(
        default=True, help="Not excluded: see the exclusion of the answer."
    )
    is_main = fields.Boolean(
        default=True,
        help="The first one of its answer and metric: an answer is counted once.",
    )
    date = fields.Datetime(required=True, help="When it was answered.")
    company_id = fields.Many2one("res.company")
    # By what it can be broken down; empty for anonymous answers.
    plan_id = fields.Many2one("customer.satisfaction.plan")
    partner_id = fields.Many2one("res.partner", index="btree_not_null")
    commercial_partner_id = fields.Many2one("res.partner", index="btree_not_null")
    country_id = fields.Many2one("res.country")
    complaint_id = fields.Many2one("customer.complaint", index="btree_not_null")
    sale_order_id = fields.Many2one("sale.order", index="btree_not_null")
    product_id = fields.Many2one("product.product", index="btree_not_null")
    handler_id = fields.Many2one("res.users")
    team_id = fields.Many2one("customer.complaint.team")
    survey_method = fields.Char(help="See the answer.")

    _question_unique = models.UniqueIndex(
        "(user_input_id, question_id)", "A question is answered once."
    )
    # Statistics of a survey and of a plan, without reading the table.
    _statistics_idx = models.Index(
        "(survey_id, metric, date) INCLUDE (value, question_id, dimension_id, "
        "user_input_id, company_id, plan_id) WHERE is_counted"
    )
    _dimension_idx = models.Index(
        "(dimension_id, date) INCLUDE (metric, value, company_id) "
        "WHERE is_counted AND dimension_id IS NOT NULL"
    )
