from odoo import fields, models


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

    def _get_satisfaction_link(self):
        """Hook: the field of the answer that leads to these records."""
        raise NotImplementedError

    def _get_satisfaction_parts(self):
        """Hook: what stands for these records in answers.

        :return: dict of records, some of these, by what the link leads to
        """
        return {record: record for record in self}

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
        for record, (count, satisfied, n) in totals.items():
            record.satisfaction_answer_count = count
            record.satisfaction_csat = Answer._get_csat_text(satisfied, n)

    def action_view_satisfaction_answers(self):
        """Open the answers about these records."""
        return self.env["survey.user_input"]._get_satisfaction_action(
            [*self._get_rated_domain(), ("test_entry", "=", False)]
        )
