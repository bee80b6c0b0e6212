import {registry} from "@web/core/registry";
import {RelationalModel} from "@web/model/relational_model/relational_model";
import {formView} from "@web/views/form/form_view";
import {kanbanView} from "@web/views/kanban/kanban_view";

// Tells the server with every call what of the complaint the user has seen: see
// models/complaint_at_once.py.
class ComplaintRecord extends RelationalModel.Record {
    get context() {
        const mark = this.data && this.data.seen_mark;
        return mark ? {...super.context, complaint_seen: mark} : super.context;
    }
}

class ComplaintModel extends RelationalModel {
    static Record = ComplaintRecord;
}

const views = registry.category("views");
views.add("complaint_form", {...formView, Model: ComplaintModel});
views.add("complaint_kanban", {...kanbanView, Model: ComplaintModel});
