from odoo.tools import SQL

from . import controllers, models, report, wizards


def uninstall_hook(env):
    """Complaints go before the levels and stages they refer to; sample companies whole."""
    sample = env["customer.complaint.sample"]
    if sample._get_known("res.company"):
        sample._remove()
    for model in (
        "customer.complaint.credit.request",
        "customer.complaint.supplier.claim",
        "customer.complaint",
    ):
        table = SQL.identifier(env[model]._table)
        env.cr.execute(SQL("DELETE FROM %s", table))
    env["ir.config_parameter"].search(
        [("key", "=like", "customer\\_complaint.%")]
    ).unlink()
    env.invalidate_all(flush=False)
