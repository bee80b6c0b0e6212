from odoo import api, fields, models
from odoo.exceptions import UserError


class ResGroups(models.Model):
    """Job titles as groups: each gives the rights of other groups, and is offered when on.

    They stand in the form of a user through their privilege; what is off has none.
    """

    _inherit = "res.groups"

    complaint_privilege_id = fields.Many2one(
        "res.groups.privilege",
        string="Place in the form of a user",
        copy=False,
        index="btree_not_null",
        export_string_translation=False,
    )
    is_complaint_role_on = fields.Boolean(
        string="Switched on",
        compute="_compute_is_complaint_role_on",
        inverse="_inverse_is_complaint_role_on",
        help="The role can be chosen in the form of a user.",
    )

    @api.depends("complaint_privilege_id", "privilege_id")
    def _compute_is_complaint_role_on(self):
        for group in self:
            group.is_complaint_role_on = bool(
                group.complaint_privilege_id
                and group.privilege_id == group.complaint_privilege_id
            )

    def _inverse_is_complaint_role_on(self):
        for group in self.filtered("complaint_privilege_id"):
            if not group.is_complaint_role_on and group.user_ids:
                raise UserError(
                    self.env._(
                        "%(count)s users hold the role %(role)s. Take it from them "
                        "before you switch it off.",
                        count=len(group.user_ids),
                        role=group.name,
                    )
                )
            group.privilege_id = (
                group.is_complaint_role_on and group.complaint_privilege_id
            )
        # The form of a user is cached, and not emptied of this by the core.
        self.env.registry.clear_cache("groups")
