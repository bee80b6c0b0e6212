"""Which colleagues a complaint can be given to, or shown to."""

# Roles that read what they are shown; owners and coordinators work on it.
READERS = ("submitter", "supervision", "auditor")
WORKERS = ("user",)


def colleagues_domain(roles):
    """Domain of a field on complaints: who has one of the roles, in its company."""

    def get_domain(model):
        groups = [
            model.env.ref(
                f"customer_complaint.group_complaint_{role}", raise_if_not_found=False
            )
            for role in roles
        ]
        group_ids = [group.id for group in groups if group]
        return (
            f"[('share', '=', False), ('all_group_ids', 'in', {group_ids}), "
            "('company_ids', 'in', [company_id])]"
        )

    return get_domain
