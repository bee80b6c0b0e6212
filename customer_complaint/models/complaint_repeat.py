from odoo import fields, models
from odoo.tools import SQL

# More earlier complaints than these say nothing new.
MOST = 10


class CustomerComplaint(models.Model):
    """Complaints of the same customer about the same product or problem."""

    _inherit = "customer.complaint"

    is_repeat = fields.Boolean(
        string="Repeat",
        readonly=True,
        copy=False,
        groups="base.group_user",
        help="The customer complained about the same product or category before, within the "
        "time of the settings.",
    )
    earlier_ids = fields.Many2many(
        "customer.complaint",
        "customer_complaint_earlier_rel",
        "complaint_id",
        "earlier_id",
        string="Earlier complaints",
        readonly=True,
        copy=False,
        groups="base.group_user",
        help="The latest ones about the same; only those that you may see.",
    )

    def _after_intake(self):
        if not self._is_history():
            self._note_repeats()
        return super()._after_intake()

    def write(self, vals):
        res = super().write(vals)
        if {"partner_id", "category_id", "record_type"} & vals.keys():
            self._note_repeats()
        return res

    def _on_lines_changed(self):
        """Event: other products are complained about."""
        if not self._is_history():
            self._note_repeats()

    def _note_repeats(self):
        """Flag those that are repeats and link what came before; one statement for all."""
        concerned = self.filtered("commercial_partner_id")
        (self - concerned).sudo().filtered("is_repeat").write(
            {"is_repeat": False, "earlier_ids": [fields.Command.clear()]}
        )
        if not concerned:
            return
        self.env.flush_all()
        # All complaints of the customer count, whoever may see them.
        self.env.cr.execute(
            SQL(
                """
                WITH given AS (
                     SELECT c.*, company.complaint_repeat_days AS days
                       FROM customer_complaint c
                       JOIN res_company company ON company.id = c.company_id
                      WHERE c.id = ANY(%(ids)s)
                ), found AS (
                     SELECT given.id, earlier.id AS earlier_id
                       FROM given, LATERAL (
                            SELECT e.id
                              FROM customer_complaint e
                             WHERE e.commercial_partner_id = given.commercial_partner_id
                               AND e.company_id = given.company_id
                               AND e.record_type = 'complaint'
                               AND e.merged_into_id IS NULL
                               AND given.record_type = 'complaint'
                               AND (e.received_at, e.id)
                                   < (given.received_at, given.id)
                               AND e.received_at
                                   >= given.received_at - given.days * INTERVAL '1 day'
                               AND (
                                   e.category_id = given.category_id
                                   OR EXISTS (
                                      SELECT FROM customer_complaint_line l
                                        JOIN customer_complaint_line m
                                          ON m.product_id = l.product_id
                                       WHERE l.complaint_id = given.id
                                         AND m.complaint_id = e.id
                                   )
                               )
                          ORDER BY e.received_at DESC, e.id DESC
                             LIMIT %(most)s
                            ) earlier
                ), gone AS (
                     DELETE FROM customer_complaint_earlier_rel r
                      WHERE r.complaint_id = ANY(%(ids)s)
                        AND NOT EXISTS (
                            SELECT FROM found
                             WHERE found.id = r.complaint_id
                               AND found.earlier_id = r.earlier_id
                        )
                ), linked AS (
                     INSERT INTO customer_complaint_earlier_rel
                                 (complaint_id, earlier_id)
                     SELECT id, earlier_id FROM found
                ON CONFLICT DO NOTHING
                )
                UPDATE customer_complaint c
                   SET is_repeat = c.id IN (SELECT id FROM found)
                 WHERE c.id = ANY(%(ids)s)
                   AND COALESCE(c.is_repeat, FALSE)
                       <> (c.id IN (SELECT id FROM found))
                """,
                ids=concerned.ids,
                most=MOST,
            )
        )
        concerned.invalidate_recordset(["is_repeat", "earlier_ids"], flush=False)
