from . import controllers, models, report, wizards


def uninstall_hook(env):
    """Sample companies go along, while their parts are still known."""
    sample = env["customer.complaint.sample"]
    if sample._get_known("res.company"):
        sample._remove()
