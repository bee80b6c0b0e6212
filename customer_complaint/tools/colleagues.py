"""Which colleagues a complaint can be given to, or shown to."""

# Roles that read what they are shown; owners and coordinators work on it.
READERS = ("submitter", "supervision", "auditor")
WORKERS = ("user",)


def colleagues_domain(roles):
    """Domain of a field on complaints: who has one of the roles, in its company."""

    def get_domain(model):
        # Cached: the domain is asked for with every search that touches the field.
        find = model.env["ir.model.data"]._xmlid_to_res_id
        found = (
            find(f"customer_complaint.group_complaint_{role}", raise_if_not_found=False)
            for role in roles
        )
        group_ids = [group_id for group_id in found if group_id]
        return (
            f"[('share', '=', False), ('all_group_ids', 'in', {group_ids}), "
            "('company_ids', 'in', [company_id])]"
        )

    return get_domain
