import {RelationalModel} from "@web/model/relational_model/relational_model";
import {_t} from "@web/core/l10n/translation";
import {formView} from "@web/views/form/form_view";
import {kanbanView} from "@web/views/kanban/kanban_view";
import {registry} from "@web/core/registry";

// Tells the server with every call what of the complaint the user has seen: see
// models/complaint_at_once.py.
class ComplaintRecord extends RelationalModel.Record {
    get context() {
        const mark = this.data && this.data.seen_mark;
        return mark ? {...super.context, complaint_seen: mark} : super.context;
    }

    async _save(options = {}) {
        let saved = false;
        try {
            saved = await super._save(options);
        } catch (refusal) {
            this._takeBackMove();
            throw refusal;
        }
        // Whoever handed it over and may no longer read it has nothing more to see of it: the
        // server gives no mark. Whoever leaves the screen anyway is on his way.
        if (saved && this._isGone(options)) {
            this.model.notification.add(
                _t("Saved and handed over. You cannot see this complaint any more."),
                {type: "success"}
            );
            // Not waited for: the screen is left once saving is over.
            this.model.env.config.historyBack();
        }
        return saved;
    }

    // What is refused is not shown as if it were so: the stage goes back, other entries stay.
    _takeBackMove() {
        // What would be saved; what an onchange brought along goes with the stage.
        const {stage_id: moved, ...others} = this._getChanges();
        if (moved === undefined || !this.resId) {
            return;
        }
        if (Object.keys(others).length) {
            delete this._changes.stage_id;
            this.data.stage_id = this._values.stage_id;
            this._setEvalContext();
        } else {
            this._discard();
        }
    }

    _isGone({reload = true, nextId}) {
        return (
            reload &&
            !nextId &&
            "seen_mark" in this.activeFields &&
            this.data.seen_mark === false &&
            this.model.config.resModel === this.resModel &&
            Boolean(this.model.env.config.historyBack)
        );
    }
}

class ComplaintModel extends RelationalModel {
    static Record = ComplaintRecord;
}

const views = registry.category("views");
views.add("complaint_form", {...formView, Model: ComplaintModel});
views.add("complaint_kanban", {...kanbanView, Model: ComplaintModel});
