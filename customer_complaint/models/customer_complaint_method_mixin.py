from odoo import api, models
from odoo.exceptions import AccessError
from odoo.tools import clean_context, format_list


class CustomerComplaintMethodMixin(models.AbstractModel):
    """Some fields say what happened: methods write them, nobody writes them directly."""

    _name = "customer.complaint.method.mixin"
    _description = "Record with Fields that Methods Write"

    # Names of these fields, and of those that are given once, on creation.
    _method_fields = frozenset()
    _given_once = frozenset()

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            self._check_method_fields(
                self._method_fields, {fname for vals in vals_list for fname in vals}
            )
            # Nor may a default of the context.
            self = self.with_context(  # pylint: disable=context-overridden
                clean_context(self.env.context)
            )
        return super().create(vals_list)

    def write(self, vals):
        if not self.env.su:
            self._check_method_fields(self._method_fields | self._given_once, vals)
        return super().write(vals)

    @api.model
    def _check_method_fields(self, guarded, fnames):
        if forbidden := sorted(guarded & set(fnames)):
            raise AccessError(
                self.env._(
                    "%(fields)s cannot be written directly: they say what happened. Use "
                    "the buttons of the complaint's page Solution.",
                    fields=format_list(
                        self.env, [self._fields[f].string for f in forbidden]
                    ),
                )
            )
