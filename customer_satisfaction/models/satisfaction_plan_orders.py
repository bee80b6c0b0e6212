from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

# Work in other transactions that ends after we looked is found the next time.
LOOK_BACK = timedelta(days=1)


class CustomerSatisfactionPlan(models.Model):
    """After orders: an invitation per plan and order, written by the database for all at once."""

    _inherit = "customer.satisfaction.plan"

    @api.model
    def _plan_orders(self, trigger, orders):
        """Plan the invitations about an event of these orders that happens now."""
        plans = self.search([("trigger", "=", trigger)]) if orders else self
        if plans:
            orders.flush_recordset()
            now = fields.Datetime.now()
            condition = SQL("o.id IN %s", orders._ids)
            for plan in plans:
                plan._insert_orders(condition, SQL("%s::timestamp", now))

    def _plan_chosen_orders(self, orders, now):
        """Plan the invitations about orders that somebody chose, for this moment."""
        orders.flush_recordset()
        self._insert_orders(
            SQL("o.id IN %s", orders._ids),
            SQL("o.date_order"),
            {"send_at": SQL("%s::timestamp", now)},
        )

    def _plan_delivered(self, now):
        """Plan the invitations about orders delivered since the plan last looked."""
        self.ensure_one()
        self.env["sale.order"].flush_model()
        since = self.active_since
        if self.looked_until:
            since = max(since, self.looked_until - LOOK_BACK)
        self._insert_orders(
            SQL("o.satisfaction_delivered_at >= %s", since),
            SQL("o.satisfaction_delivered_at"),
        )
        self.looked_until = now

    def _insert_orders(self, condition, event_date, values=None):
        """Plan an invitation for each order (`o`) that fulfils a condition and has none yet.

        :param SQL event_date: moment of the event
        :param dict values: columns that are the same for all, instead of the usual ones
        """
        self.ensure_one()
        self._insert_invitations(
            {
                "company_id": SQL("o.company_id"),
                "order_id": SQL("o.id"),
                "event_date": event_date,
                "send_at": SQL(
                    "%s + %s * interval '1 hour'", event_date, self.delay_hours
                ),
                **(values or {}),
            },
            SQL(
                "sale_order o JOIN res_partner p ON p.id = o.partner_id WHERE %s%s",
                condition,
                SQL(" AND o.company_id = %s", self.company_id.id)
                if self.company_id
                else SQL(),
            ),
        )

    def _insert_invitations(self, columns, source):
        """Plan invitations in one statement; those that are there already stay as they are.

        :param dict columns: SQL by column, beside contact and plan
        :param SQL source: what follows FROM, with the contact as `p`
        :return: number of new rows
        """
        self.ensure_one()
        Invitation = self.env["customer.satisfaction.invitation"]
        Invitation.flush_model()
        now = fields.Datetime.now()
        columns = {
            "plan_id": SQL("%s", self.id),
            "state": SQL("'planned'"),
            "round": SQL("1"),
            "partner_id": SQL("p.id"),
            "person_id": SQL("p.id"),
            "commercial_partner_id": SQL("p.commercial_partner_id"),
            "email_normalized": SQL("p.email_normalized"),
            "create_uid": SQL("%s", self.env.uid),
            "create_date": SQL("%s::timestamp", now),
            "write_uid": SQL("%s", self.env.uid),
            "write_date": SQL("%s::timestamp", now),
            **columns,
        }
        self.env.cr.execute(
            SQL(
                """
                WITH planned AS (
                    INSERT INTO customer_satisfaction_invitation (%s)
                    SELECT %s FROM %s
                    ON CONFLICT DO NOTHING
                    RETURNING send_at
                )
                SELECT count(*), min(send_at) FROM planned
                """,
                SQL(", ").join(SQL.identifier(name) for name in columns),
                SQL(", ").join(columns.values()),
                source,
            )
        )
        count, first = self.env.cr.fetchone()
        if count:
            Invitation.invalidate_model()
            Invitation._wake_sender_at(first)
        return count
