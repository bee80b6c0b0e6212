from odoo import fields, models
from odoo.tools import SQL


class CustomerComplaintCostReconciliation(models.Model):
    """The booked cost of complaints against the books, a row per journal item.

    What complaints have of an item is worked out once more, from the links and the item alone;
    the report has to say the same. A difference is a row lost, counted twice, or more than
    the item holds.
    """

    _name = "customer.complaint.cost.reconciliation"
    _description = "Cost of Complaints against the Books"
    _auto = False
    _order = "date desc, id desc"
    _rec_name = "move_line_id"

    move_line_id = fields.Many2one(
        "account.move.line", string="Journal item", readonly=True
    )
    move_id = fields.Many2one("account.move", string="Journal entry", readonly=True)
    account_id = fields.Many2one("account.account", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    company_currency_id = fields.Many2one(
        "res.currency", string="Company currency", readonly=True
    )
    date = fields.Date(string="Accounting date", readonly=True)
    balance = fields.Monetary(
        string="In the books", readonly=True, currency_field="company_currency_id"
    )
    claimed = fields.Monetary(
        string="Of complaints",
        readonly=True,
        currency_field="company_currency_id",
        help="What the links to complaints take of the journal item; never more than it.",
    )
    reported = fields.Monetary(
        string="Reported as cost",
        readonly=True,
        currency_field="company_currency_id",
        help="What the report on the cost of complaints says for the journal item.",
    )
    difference = fields.Monetary(readonly=True, currency_field="company_currency_id")

    @property
    def _table_query(self):
        report = self.env["customer.complaint.cost.report"]
        return SQL(
            """
            SELECT l.id, l.id AS move_line_id, l.move_id, l.account_id, l.company_id,
                l.company_currency_id, l.date, l.balance, claim.amount AS claimed,
                COALESCE(said.amount, 0) AS reported,
                COALESCE(said.amount, 0) - claim.amount AS difference
            FROM (%(claims)s) claimed
            FULL JOIN (
                SELECT move_line_id, SUM(amount_booked) AS amount
                FROM (%(report)s) r WHERE basis = 'booked' GROUP BY move_line_id
            ) said ON said.move_line_id = claimed.move_line_id
            JOIN account_move_line l
                ON l.id = COALESCE(claimed.move_line_id, said.move_line_id)
            CROSS JOIN LATERAL (
                SELECT CASE WHEN l.balance < 0
                    THEN GREATEST(LEAST(COALESCE(claimed.amount, 0), 0), l.balance)
                    ELSE LEAST(GREATEST(COALESCE(claimed.amount, 0), 0), l.balance)
                END AS amount
            ) claim
            """,
            claims=self._get_claims(),
            report=report._table_query,
        )

    def _get_claims(self):
        """SELECT of move_line_id and amount: what the links to complaints take of each item."""
        report = self.env["customer.complaint.cost.report"]
        notes = [
            SQL(
                """
                SELECT l.id AS move_line_id, ROUND(
                    l.balance * LEAST(SUM(a.share), MAX(note.amount_total))
                        / MAX(note.amount_total),
                    MAX(currency.decimal_places)
                ) AS amount
                %s
                JOIN res_currency currency ON currency.id = l.company_currency_id
                GROUP BY l.id
                """,
                report._get_note_lines(links),
            )
            for links in self._get_links()
        ]
        costs = SQL(
            """
            SELECT l.id AS move_line_id,
                SUM(CASE WHEN k.takes_all THEN l.balance ELSE k.share END) AS amount
            FROM customer_complaint_cost k
            JOIN account_move_line l ON l.id = k.move_line_id
            WHERE l.parent_state = 'posted'
            GROUP BY l.id
            """
        )
        undone = SQL(
            """
            SELECT r.id AS move_line_id, ROUND(
                r.balance * SUM(k.part) / MAX(k.total), MAX(currency.decimal_places)
            ) AS amount
            %s
            JOIN res_currency currency ON currency.id = r.company_currency_id
            GROUP BY r.id
            """,
            report._get_reversal_lines(),
        )
        return SQL(
            "SELECT move_line_id, SUM(amount) AS amount FROM (%s) c GROUP BY move_line_id",
            SQL(" UNION ALL ").join([*notes, costs, undone]),
        )

    def _get_links(self):
        """Hook: SELECTs of move_id and share of the notes that are linked to complaints."""
        return [
            SQL("SELECT move_id, share FROM customer_complaint_credit_allocation"),
            SQL("SELECT move_id, share FROM customer_complaint_supplier_allocation"),
        ]

    def action_view_journal_items(self):
        """Open the journal items of these rows."""
        return self.move_line_id._get_complaint_items_action()
