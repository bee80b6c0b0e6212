import {ActivityMenu} from "@mail/core/web/activity_menu";
import {patch} from "@web/core/utils/patch";

/* Feedback opens in views of its own: see `_get_activity_groups` of the user. */
patch(ActivityMenu.prototype, {
    availableViews(group) {
        return group.views || super.availableViews(group);
    },
});
