from . import controllers, models, wizards


def uninstall_hook(env):
    """Remove plans and log first: they keep surveys and templates from being removed."""
    env["customer.satisfaction.invitation"].search([]).unlink()
    env["customer.satisfaction.plan"].with_context(active_test=False).search(
        []
    ).unlink()
