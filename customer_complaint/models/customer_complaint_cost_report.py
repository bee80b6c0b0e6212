from odoo import fields, models
from odoo.tools import SQL

from .customer_complaint_cost import ACCOUNTING, KINDS, STAFF

REPORT_KINDS = [
    ("credit_note", "Credit note"),
    ("goodwill", "Goodwill"),
    *KINDS,
    ("supplier", "Charged to the supplier"),
]
# Rows of a source have ids of their own: number of the source + SOURCES * id of the record.
SOURCES = 8
# How many complaints at most share a journal item.
SHARERS = 65536


class CustomerComplaintCostReport(models.Model):
    """What complaints cost, one row per source: a journal item, or an estimate.

    Everything is without taxes and read where it stands, in the books as far as it is booked;
    whatever lowers the cost is negative. Each source is a method `_get_…_source` that returns
    the same columns; add it to `_get_sources`.
    """

    _name = "customer.complaint.cost.report"
    _description = "Cost of Complaints"
    _inherit = ["customer.complaint.part.mixin"]
    _auto = False
    _order = "date desc, id desc"
    _rec_name = "document"

    complaint_id = fields.Many2one("customer.complaint", readonly=True, groups=STAFF)
    complaint_name = fields.Char(string="Complaint number", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    kind = fields.Selection(REPORT_KINDS, readonly=True)
    basis = fields.Selection(
        [("booked", "Booked"), ("estimated", "Estimated")], readonly=True
    )
    date = fields.Date(
        readonly=True, help="Accounting date of what is booked, else of the estimate."
    )
    document = fields.Char(readonly=True)
    partner_id = fields.Many2one("res.partner", string="Customer", readonly=True)
    product_id = fields.Many2one("product.product", readonly=True)
    category_id = fields.Many2one(
        "customer.complaint.category", readonly=True, groups=STAFF
    )
    team_id = fields.Many2one("customer.complaint.team", readonly=True, groups=STAFF)
    cause_team_id = fields.Many2one(
        "customer.complaint.team",
        string="Responsible department",
        readonly=True,
        groups=STAFF,
        help="Where the cause lies.",
    )
    problem_id = fields.Many2one(
        "customer.complaint.problem",
        string="Shared problem",
        readonly=True,
        groups="customer_complaint.group_complaint_user",
    )
    salesperson_id = fields.Many2one("res.users", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    amount_original = fields.Monetary(
        string="Original amount", readonly=True, aggregator=None
    )
    company_currency_id = fields.Many2one(
        "res.currency", string="Company currency", readonly=True
    )
    amount_booked = fields.Monetary(
        string="Booked",
        readonly=True,
        currency_field="company_currency_id",
        help="From posted journal items, without taxes, in company currency.",
    )
    amount_estimated = fields.Monetary(
        string="Estimated",
        readonly=True,
        currency_field="company_currency_id",
        help="What is not booked, in company currency. Never added to what is booked.",
    )
    move_line_id = fields.Many2one(
        "account.move.line", string="Journal item", readonly=True, groups=ACCOUNTING
    )

    @property
    def _table_query(self):
        # What may be seen of it is up to the rules of this model.
        self.env.flush_all()
        return SQL(
            """
            SELECT s.id, s.complaint_id, c.name AS complaint_name, c.company_id, s.kind,
                s.basis, s.date, s.document, COALESCE(
                    s.product_id,
                    -- What says no product is about that of the complaint, if it has one.
                    (
                        SELECT MIN(line.product_id) FROM customer_complaint_line line
                        WHERE line.complaint_id = c.id
                        HAVING COUNT(DISTINCT line.product_id) = 1
                    )
                ) AS product_id,
                COALESCE(c.commercial_partner_id, s.partner_id) AS partner_id,
                c.category_id, c.team_id, c.cause_team_id, c.problem_id, c.salesperson_id,
                s.currency_id, s.amount_original, company.currency_id AS company_currency_id,
                CASE WHEN s.basis = 'booked' THEN s.amount ELSE 0 END AS amount_booked,
                CASE WHEN s.basis = 'estimated' THEN s.amount ELSE 0 END
                    AS amount_estimated,
                s.move_line_id
            FROM (%(sources)s) s
            JOIN customer_complaint c ON c.id = s.complaint_id
            JOIN res_company company ON company.id = c.company_id
            """,
            sources=SQL(" UNION ALL ").join(self._get_sources()),
        )

    # ------------------------------------------------------------------
    # Sources
    # ------------------------------------------------------------------
    def _get_sources(self):
        """Hook: SELECTs of id, complaint_id, kind, basis, date, document, partner_id, product_id,
        currency_id, amount_original, amount (in company currency) and move_line_id."""
        sources = [
            self._get_cost_source(0),
            self._get_credit_note_source(1),
            self._get_order_source(2),
            self._get_supplier_source(3),
            self._get_claim_source(4),
            self._get_reversal_source(5),
            self._get_estimate_source(6),
        ]
        if "stock.picking" in self.env:
            sources.append(self._get_delivery_source(7))
        return sources

    def _get_cost_source(self, number):
        """Costs entered by hand, from the journal items that they are booked with."""
        return SQL(
            """
            SELECT %(id)s AS id, k.complaint_id, k.kind, 'booked' AS basis, l.date,
                k.name AS document, NULL::integer AS partner_id,
                COALESCE(k.product_id, l.product_id) AS product_id, l.currency_id,
                CASE WHEN k.takes_all OR l.balance = 0
                    THEN l.amount_currency
                    ELSE ROUND(
                        l.amount_currency * k.share / l.balance, currency.decimal_places
                    )
                END AS amount_original,
                CASE WHEN k.takes_all THEN l.balance ELSE k.share END AS amount,
                l.id AS move_line_id
            FROM customer_complaint_cost k
            JOIN account_move_line l
                ON l.id = k.move_line_id AND l.parent_state = 'posted'
            JOIN res_currency currency ON currency.id = l.currency_id
            """,
            id=self._get_row_id(number, SQL("k.id")),
        )

    def _get_reversal_source(self, number):
        """What was reversed of journal items that hold costs, in the period of the reversal."""
        return self._get_parts_source(
            number,
            SQL(
                """
                SELECT k.id, k.part, NULL::numeric AS most, k.total, k.complaint_id,
                    k.kind, NULL::integer AS partner_id,
                    COALESCE(k.product_id, r.product_id) AS product_id, r.id AS move_line_id,
                    r.date, r.move_name, r.balance, r.company_currency_id,
                    r.amount_currency, r.currency_id
                %s
                """,
                self._get_reversal_lines(),
            ),
        )

    def _get_reversal_lines(self):
        """FROM clause: costs `k` with their `part` of the `total` that their entry has on the
        account and product, and lines `r` of reversals that take it back."""
        return SQL(
            """
            FROM (
                SELECT k.id, k.complaint_id, k.kind, k.product_id, l.move_id,
                    l.account_id, l.product_id AS item_product_id,
                    CASE WHEN k.takes_all THEN l.balance ELSE k.share END AS part,
                    (
                        SELECT SUM(alike.balance) FROM account_move_line alike
                        WHERE alike.move_id = l.move_id
                            AND alike.account_id = l.account_id
                            AND alike.product_id IS NOT DISTINCT FROM l.product_id
                    ) AS total
                FROM customer_complaint_cost k
                JOIN account_move_line l ON l.id = k.move_line_id
                WHERE l.parent_state = 'posted'
            ) k
            JOIN account_move undone ON undone.reversed_entry_id = k.move_id
            JOIN account_move_line r ON r.move_id = undone.id
                AND r.parent_state = 'posted' AND r.account_id = k.account_id
                AND r.product_id IS NOT DISTINCT FROM k.item_product_id
                AND k.total != 0
            """
        )

    def _get_estimate_source(self, number):
        """Costs entered by hand that no journal item holds, or whose entry was reversed."""
        return SQL(
            """
            SELECT %(id)s AS id, k.complaint_id, k.kind, 'estimated' AS basis, k.date,
                k.name AS document, NULL::integer AS partner_id, k.product_id,
                k.currency_id,
                CASE WHEN k.estimated < 0 THEN -k.amount ELSE k.amount END
                    AS amount_original,
                k.estimated AS amount, NULL::integer AS move_line_id
            FROM customer_complaint_cost k
            WHERE k.basis = 'estimated'
            """,
            id=self._get_row_id(number, SQL("k.id")),
        )

    def _get_credit_note_source(self, number):
        """Credit notes line by line; goodwill among them is told by the type of the remedy."""
        return self._get_note_source(
            number,
            SQL(
                """
                SELECT a.id, a.move_id, a.share AS share, a.complaint_id,
                    CASE WHEN t.is_goodwill THEN 'goodwill' ELSE 'credit_note' END AS kind
                FROM customer_complaint_credit_allocation a
                JOIN customer_complaint_credit_request r ON r.id = a.request_id
                LEFT JOIN customer_complaint_remedy y ON y.id = r.remedy_id
                LEFT JOIN customer_complaint_remedy_type t ON t.id = y.type_id
                """
            ),
        )

    def _get_note_source(self, number, allocations):
        """Posted notes that are linked to complaints by a share, and what was reversed of them.

        :param allocations: SELECT of id, move_id, share (taxes included, in the currency of the
            note), complaint_id and kind
        """
        return self._get_parts_source(
            number,
            SQL(
                """
                SELECT a.id, a.share AS part, note.amount_total AS most,
                    note.amount_total AS total, a.complaint_id, a.kind,
                    CASE WHEN note.move_type = 'out_refund'
                        THEN note.commercial_partner_id
                    END AS partner_id, l.product_id, l.id AS move_line_id,
                    l.date, l.move_name, l.balance, l.company_currency_id,
                    l.amount_currency, l.currency_id
                %s
                """,
                self._get_note_lines(self._limit(allocations)),
            ),
        )

    def _get_parts_source(self, number, parts):
        """Journal items that several complaints share.

        Rounded so that the parts of an item that is shared out whole add up to it to the cent.

        :param parts: SELECT of id, complaint_id, kind, partner_id and product_id of who has a
            part; of the part, the total it is a part of, and the most that all parts together
            take of it; and of columns of the journal item
        """
        return SQL(
            """
            SELECT %(id)s AS id, p.complaint_id, p.kind, 'booked' AS basis, p.date,
                p.move_name AS document, p.partner_id, p.product_id, p.currency_id,
                ROUND(p.amount_currency * p.reached / p.total, p.places)
                    - ROUND(p.amount_currency * p.before / p.total, p.places)
                    AS amount_original,
                ROUND(p.balance * p.reached / p.total, p.company_places)
                    - ROUND(p.balance * p.before / p.total, p.company_places) AS amount,
                p.move_line_id
            FROM (
                SELECT part.*, currency.decimal_places AS places,
                    company_currency.decimal_places AS company_places,
                    ROW_NUMBER() OVER item AS place,
                    LEAST(SUM(part.part) OVER item, part.most) AS reached,
                    LEAST(SUM(part.part) OVER item - part.part, part.most) AS before
                FROM (%(parts)s) part
                JOIN res_currency currency ON currency.id = part.currency_id
                JOIN res_currency company_currency
                    ON company_currency.id = part.company_currency_id
                WINDOW item AS (PARTITION BY part.move_line_id ORDER BY part.id)
            ) p
            """,
            id=self._get_row_id(
                number, SQL("(p.move_line_id::bigint * %s + p.place)", SHARERS)
            ),
            parts=parts,
        )

    def _limit(self, allocations):
        """All links of the notes that have to do with the complaints that are asked for.

        The parts of a note cannot be worked out without its other links, so the database does
        not do that by itself; see `_of_complaints`.
        """
        complaint_ids = self.env.context.get("complaint_cost_ids")
        if not complaint_ids:
            return allocations
        return SQL(
            """
            SELECT * FROM (%(all)s) every WHERE move_id IN (
                SELECT move_id FROM (%(all)s) own WHERE complaint_id IN %(ids)s
            )
            """,
            all=allocations,
            ids=tuple(complaint_ids),
        )

    def _of_complaints(self, complaints):
        """The report, with no more work than these few complaints need."""
        return self.with_context(complaint_cost_ids=complaints.ids)

    def _get_note_lines(self, allocations):
        """FROM clause: allocations `a`, their `note`, and lines `l` that are no taxes or debts."""
        return SQL(
            """
            FROM (%(allocations)s) a
            JOIN account_move note ON note.id = a.move_id
                AND note.state = 'posted' AND note.amount_total > 0
            CROSS JOIN LATERAL (
                SELECT note.id
                UNION ALL
                SELECT undone.id FROM account_move undone
                WHERE undone.reversed_entry_id = note.id
            ) entry
            JOIN account_move_line l ON l.move_id = entry.id
                AND l.parent_state = 'posted' AND l.tax_line_id IS NULL
                AND l.display_type NOT IN (
                    'tax', 'payment_term', 'cogs',
                    'line_section', 'line_subsection', 'line_note'
                )
            """,
            allocations=allocations,
        )

    def _get_order_source(self, number):
        """Replacements and gifts by a sales order, less what is charged for them."""
        return self._get_goods_source(
            number,
            SQL(
                """
                SELECT 'sale.order' AS model, o.id, o.name, o.date_order::date AS date,
                    o.partner_id, o.company_id, l.id AS line_id, l.product_id,
                    l.product_uom_id AS uom_id, l.product_uom_qty AS quantity,
                    l.price_subtotal / COALESCE(NULLIF(o.currency_rate, 0), 1) AS charged
                FROM sale_order o
                JOIN sale_order_line l ON l.order_id = o.id
                WHERE o.state = 'sale'
                """
            ),
        )

    def _get_delivery_source(self, number):
        """The same by a delivery of its own, where inventory is installed."""
        return self._get_goods_source(
            number,
            SQL(
                """
                SELECT 'stock.picking' AS model, p.id, p.name,
                    p.scheduled_date::date AS date, p.partner_id, p.company_id,
                    m.id AS line_id, m.product_id, m.product_uom AS uom_id,
                    m.product_uom_qty AS quantity, 0 AS charged
                FROM stock_picking p
                JOIN stock_picking_type k
                    ON k.id = p.picking_type_id AND k.code = 'outgoing'
                JOIN stock_move m ON m.picking_id = p.id AND m.state != 'cancel'
                WHERE p.state NOT IN ('draft', 'cancel')
                """
            ),
        )

    def _get_goods_source(self, number, goods):
        """What the goods cost us that a document brings the customer.

        A cost that names the remedy takes its place, so it is estimated or booked only once. A
        document for several remedies is a cost of the first of them.

        :param goods: SELECT of model, id, name, date, partner_id and company_id of documents, and
            of line_id, product_id, uom_id, quantity and charged of their lines
        """
        return SQL(
            """
            (SELECT DISTINCT ON (l.line_id) %(id)s AS id, y.complaint_id,
                CASE WHEN t.is_goodwill THEN 'goodwill' ELSE 'replacement' END AS kind,
                'estimated' AS basis, l.date, l.name AS document,
                l.partner_id, l.product_id, company.currency_id,
                worth.amount AS amount_original, worth.amount AS amount,
                NULL::integer AS move_line_id
            FROM customer_complaint_remedy y
            JOIN customer_complaint_remedy_type t ON t.id = y.type_id
            JOIN (%(goods)s) l ON l.model = y.document_model AND l.id = y.document_id
            JOIN res_company company ON company.id = l.company_id
            JOIN res_currency currency ON currency.id = company.currency_id
            JOIN product_product product ON product.id = l.product_id
            JOIN product_template template ON template.id = product.product_tmpl_id
            JOIN uom_uom unit ON unit.id = l.uom_id
            JOIN uom_uom base ON base.id = template.uom_id
            CROSS JOIN LATERAL (
                SELECT ROUND(
                    GREATEST(
                        l.quantity * unit.factor / base.factor * COALESCE(
                            (product.standard_price ->> l.company_id::text)::numeric, 0
                        ) - l.charged,
                        0
                    ),
                    currency.decimal_places
                ) AS amount
            ) worth
            WHERE y.state != 'cancelled' AND NOT EXISTS (
                -- Freight, labour and what comes back stand beside it.
                SELECT FROM customer_complaint_cost k
                WHERE k.remedy_id = y.id AND k.kind NOT IN ('freight', 'labour', 'restock')
            )
            ORDER BY l.line_id, y.id)
            """,
            id=self._get_row_id(number, SQL("l.line_id")),
            goods=goods,
        )

    def _get_supplier_source(self, number):
        """Vendor credit notes that settle supplier claims, line by line: they lower the cost."""
        return self._get_note_source(
            number,
            SQL(
                """
                SELECT id, move_id, share, complaint_id, 'supplier' AS kind
                FROM customer_complaint_supplier_allocation
                """
            ),
        )

    def _get_claim_source(self, number):
        """What suppliers were asked for and have not credited, taxes as they were claimed."""
        return SQL(
            """
            SELECT %(id)s AS id, d.complaint_id, 'supplier' AS kind,
                'estimated' AS basis, d.date, d.name AS document,
                NULL::integer AS partner_id, d.product_id, d.currency_id,
                -d.open_amount AS amount_original,
                -ROUND(
                    d.open_amount * %(company_rate)s / %(claim_rate)s,
                    currency.decimal_places
                ) AS amount,
                NULL::integer AS move_line_id
            FROM customer_complaint_supplier_claim d
            JOIN res_company company ON company.id = d.company_id
            JOIN res_currency currency ON currency.id = company.currency_id
            WHERE d.open_amount > 0 AND COALESCE(d.close_reason, '') = ''
            """,
            id=self._get_row_id(number, SQL("d.id")),
            company_rate=self._get_rate(SQL("company.currency_id")),
            claim_rate=self._get_rate(SQL("d.currency_id")),
        )

    def _get_rate(self, currency):
        """Rate of a currency on the day of the claim, as core converts."""
        return SQL(
            """
            COALESCE((
                SELECT r.rate FROM res_currency_rate r
                WHERE r.currency_id = %s AND (
                    r.company_id IS NULL
                    OR r.company_id = split_part(company.parent_path, '/', 1)::integer
                )
                ORDER BY r.name > d.date, r.company_id,
                    CASE WHEN r.name <= d.date THEN r.name END DESC, r.name
                LIMIT 1
            ), 1)
            """,
            currency,
        )

    def _get_row_id(self, number, key):
        return SQL("(%s::bigint * %s + %s)", key, SOURCES, number)

    # ------------------------------------------------------------------
    # Screens
    # ------------------------------------------------------------------
    def action_view_journal_items(self):
        """Open the journal items behind these figures, for accounting."""
        return self.move_line_id._get_complaint_items_action()
