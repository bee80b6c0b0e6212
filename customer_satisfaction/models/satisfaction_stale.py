from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL


class SurveyUserInput(models.Model):
    """Timeliness: what is remembered long after the event is worth less."""

    _inherit = "survey.user_input"

    is_stale = fields.Boolean(
        string="Stale",
        compute="_compute_is_stale",
        search="_search_is_stale",
        help="Answered longer after the event than the company's setting allows.",
    )

    @api.depends("event_date", "end_datetime")
    @api.depends_context("company")
    def _compute_is_stale(self):
        limit = timedelta(days=self.env.company.satisfaction_stale_days)
        for user_input in self:
            event, answered = user_input.event_date, user_input.end_datetime
            user_input.is_stale = bool(event and answered and answered - event > limit)

    @api.model
    def _search_is_stale(self, operator, value):
        if operator != "in":
            return NotImplemented
        limit = timedelta(days=self.env.company.satisfaction_stale_days)

        def to_sql(model, alias, query):
            return SQL(
                "COALESCE(%s - %s > %s, FALSE) IN %s",
                SQL.identifier(alias, "end_datetime"),
                SQL.identifier(alias, "event_date"),
                limit,
                tuple(value),
            )

        return Domain.custom(
            to_sql=to_sql, predicate=lambda answer: answer.is_stale in value
        )
