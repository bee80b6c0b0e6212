from odoo.addons.customer_complaint.models.customer_complaint_confirmation import (
    ANSWERED,
)

from . import controllers, models, tools, wizards


def post_init_hook(env):
    """What customers said before this addon came are their answers, too."""
    env["customer.complaint.confirmation"].search(
        [("solved", "in", ANSWERED), ("user_input_id", "=", False)], order="id"
    )._fill_answers()
    env["survey.user_input"].search(
        [("is_satisfaction", "=", True), ("state", "=", "done")]
    )._store_satisfaction()


def uninstall_hook(env):
    """Remove scores, plans and log first: they keep surveys from being removed."""
    env["customer.satisfaction.score"].search([]).unlink()
    env["customer.satisfaction.ballot"].search([]).unlink()
    env["customer.satisfaction.invitation"].search([]).unlink()
    env["customer.satisfaction.plan"].with_context(active_test=False).search(
        []
    ).unlink()
