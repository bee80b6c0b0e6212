from odoo import api, fields, models
from odoo.tools import SQL, email_normalize


class CustomerSatisfactionOptout(models.Model):
    """Addresses that do not want to be asked any more, by any plan."""

    _name = "customer.satisfaction.optout"
    _description = "Survey Opt-out"
    _order = "date desc, id desc"
    _rec_name = "email"

    email = fields.Char(string="E-mail", required=True)
    date = fields.Datetime(
        string="Since", required=True, default=fields.Datetime.now, readonly=True
    )
    source = fields.Selection(
        [("page", "Customer, by the link in an e-mail"), ("staff", "Entered by us")],
        string="Said by",
        required=True,
        default="staff",
        readonly=True,
    )

    _email_unique = models.UniqueIndex(
        "(email)", "This address is on the list already. Nobody asks it."
    )

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([self._normalize(vals) for vals in vals_list])

    def write(self, vals):
        return super().write(self._normalize(vals))

    def _normalize(self, vals):
        email = vals.get("email")
        return {**vals, "email": email_normalize(email) or email} if email else vals

    @api.model
    def _stop(self, emails, source):
        """Ask these normalized addresses no more; twice is as good as once."""
        now = fields.Datetime.now()
        for email in emails:
            # Two presses at once: the second finds it there, or is started again.
            self.env.cr.execute(
                SQL(
                    "INSERT INTO customer_satisfaction_optout (email, date, source, "
                    "create_uid, create_date, write_uid, write_date) "
                    "VALUES (%(email)s, %(now)s, %(source)s, %(uid)s, %(now)s, "
                    "%(uid)s, %(now)s) ON CONFLICT (email) DO NOTHING",
                    email=email,
                    now=now,
                    source=source,
                    uid=self.env.uid,
                ),
                log_exceptions=False,
            )
        self.invalidate_model()

    @api.model
    def _resume(self, emails):
        """These normalized addresses may be asked again."""
        self.search([("email", "in", emails)]).unlink()
