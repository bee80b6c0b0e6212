from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL


class CustomerSatisfactionRatedMixin(models.AbstractModel):
    """What customers are asked about: shows its satisfaction, and opens the answers.

    Inherit it, say in `_get_satisfaction_link` by which field answers lead to it, and put the
    button `action_view_satisfaction_answers` with both fields on the form.
    """

    _name = "customer.satisfaction.rated.mixin"
    _description = "Subject of Satisfaction"

    satisfaction_answer_count = fields.Integer(
        compute="_compute_satisfaction",
        groups="customer_satisfaction.group_satisfaction_user",
    )
    satisfaction_csat = fields.Char(
        string="CSAT",
        compute="_compute_satisfaction",
        groups="customer_satisfaction.group_satisfaction_user",
        help="Share of satisfied answers, with the number of answers and the 95 % interval.",
    )

    is_mostly_dissatisfied = fields.Boolean(
        string="Mostly dissatisfied",
        compute="_compute_satisfaction",
        search="_search_is_mostly_dissatisfied",
        groups="customer_satisfaction.group_satisfaction_user",
        help="Fewer than half of the answers are satisfied ones. Not told of too few answers.",
    )

    def _get_satisfaction_link(self):
        """Hook: the field of the answer that leads to these records."""
        raise NotImplementedError

    def _get_satisfaction_parts(self):
        """Hook: what stands for these records in answers.

        :return: dict of records, some of these, by what the link leads to
        """
        return {record: record for record in self}

    def _get_satisfaction_parts_sql(self, counts):
        """Hook: as `_get_satisfaction_parts`, of all records, inside a statement.

        :param SQL counts: rows (id, satisfied, n) of what the link leads to
        :return: SQL of such rows of these records, where one may stand several times
        """
        return counts

    def _get_rated_domain(self):
        """Domain of the answers about these records."""
        parts = [part.id for part in self._get_satisfaction_parts()]
        return [(self._get_satisfaction_link(), "in", parts)]

    def _compute_satisfaction(self):
        """Two queries for the answers, however many records."""
        link = self._get_satisfaction_link()
        domain = self._get_rated_domain()
        Answer = self.env["survey.user_input"]
        answered = dict(
            Answer._read_group(
                [
                    *domain,
                    ("is_satisfaction", "=", True),
                    ("state", "=", "done"),
                    ("test_entry", "=", False),
                ],
                [link],
                ["__count"],
            )
        )
        csat = Answer._get_csat_counts_by(link, domain)
        totals = {record: [0, 0, 0] for record in self}
        for part, records in self._get_satisfaction_parts().items():
            satisfied, n = csat.get(part, (0, 0))
            for record in records:
                for index, value in enumerate((answered.get(part, 0), satisfied, n)):
                    totals[record][index] += value
        enough = self.env.company.satisfaction_min_answers
        for record, (count, satisfied, n) in totals.items():
            record.satisfaction_answer_count = count
            record.satisfaction_csat = Answer._get_csat_text(satisfied, n)
            record.is_mostly_dissatisfied = n >= enough and 2 * satisfied < n

    @api.model
    def _get_satisfaction_rates_sql(self):
        """SQL of rows (id, rate): CSAT of all records with enough answers."""
        counts = self.env["survey.user_input"]._get_csat_sql(
            self._get_satisfaction_link()
        )
        return SQL(
            "SELECT id, sum(satisfied) / sum(n) AS rate FROM (%s) part GROUP BY id "
            "HAVING sum(n) >= %s",
            self._get_satisfaction_parts_sql(counts),
            self.env.company.satisfaction_min_answers,
        )

    @api.model
    def _search_is_mostly_dissatisfied(self, operator, value):
        if operator != "in":
            return NotImplemented
        found = SQL(
            "SELECT id FROM (%s) rated WHERE rate < 0.5",
            self._get_satisfaction_rates_sql(),
        )
        return Domain.OR(
            Domain("id", "in" if wanted else "not in", found) for wanted in value
        )

    def _order_field_to_sql(self, alias, field_name, direction, nulls, query):
        """CSAT is sorted by its rate; what has too few answers for one comes last."""
        if field_name != "satisfaction_csat":
            return super()._order_field_to_sql(
                alias, field_name, direction, nulls, query
            )
        self._check_field_access(self._fields[field_name], "read")
        rates = query.make_alias(alias, field_name)
        query.add_join(
            "LEFT JOIN",
            rates,
            SQL("(%s)", self._get_satisfaction_rates_sql()),
            SQL("%s = %s", SQL.identifier(alias, "id"), SQL.identifier(rates, "id")),
        )
        rate = SQL.identifier(rates, "rate")
        query._order_groupby.append(rate)
        return SQL("%s %s NULLS LAST", rate, direction)

    def action_view_satisfaction_answers(self):
        """Open the answers about these records."""
        return self.env["survey.user_input"]._get_satisfaction_action(
            [*self._get_rated_domain(), ("test_entry", "=", False)]
        )
