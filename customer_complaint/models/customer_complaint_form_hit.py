from datetime import timedelta
from ipaddress import ip_address, ip_network

from odoo import api, fields, models
from odoo.tools import SQL, hmac

WINDOW = timedelta(hours=1)
SCOPE = "customer_complaint-form"


# Transient, so that Odoo forgets it by itself; no dialog.
class CustomerComplaintFormHit(models.TransientModel):  # pylint: disable=no-wizard-in-models
    """How often somebody used a public page within the hour.

    Who it was stands here as a keyed digest only, and is forgotten by the clean-up of transient
    records.
    """

    _name = "customer.complaint.form.hit"
    _description = "Use of a Public Page"

    key = fields.Char(required=True, readonly=True)
    hits = fields.Integer(readonly=True)
    since = fields.Datetime(readonly=True)

    _key_unique = models.UniqueIndex("(key)")

    @api.model
    def _count(self, kind, value):
        """Count one use; how many it makes within the hour that began with the first.

        Two at once of the same value: the later one waits and is repeated by Odoo, so that none is
        lost.

        :param str kind: what the value is, for example "address"
        """
        now = fields.Datetime.now()
        start = now - WINDOW
        [(hits,)] = self._execute(
            SQL(
                """
                INSERT INTO customer_complaint_form_hit AS hit
                    (key, hits, since, create_date, write_date)
                VALUES (%(key)s, 1, %(now)s, %(now)s, %(now)s)
                ON CONFLICT (key) DO UPDATE SET
                    hits = CASE WHEN hit.since < %(start)s THEN 1 ELSE hit.hits + 1 END,
                    since = CASE WHEN hit.since < %(start)s THEN %(now)s ELSE hit.since END,
                    write_date = %(now)s
                RETURNING hits
                """,
                key=hmac(self.env(su=True), SCOPE, f"{kind}:{value}"),
                now=now,
                start=start,
            )
        )
        return hits

    def _execute(self, query):
        # A repeated request is no error of anybody.
        self.env.cr.execute(query, log_exceptions=False)
        return self.env.cr.fetchall()

    @api.model
    def _get_network(self, address):
        """The address as it is counted: of IPv6 the part that belongs to one connection."""
        try:
            ip = ip_address(address or "")
        except ValueError:
            return "unknown"
        return str(ip_network((ip, 64), strict=False) if ip.version == 6 else ip)
