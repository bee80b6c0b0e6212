import {Component, onWillStart, useState} from "@odoo/owl";
import {Layout} from "@web/search/layout";
import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {standardActionServiceProps} from "@web/webclient/actions/action_service";
import {useService} from "@web/core/utils/hooks";
import {useSetupAction} from "@web/search/action_hook";

// Actions whose views show the records of a model; addons add theirs.
export const recordActions = registry.category("customer_complaint.record_actions");
recordActions
    .add("customer.complaint", "customer_complaint.customer_complaint_action")
    .add(
        "customer.complaint.deadline",
        "customer_complaint.customer_complaint_deadline_action"
    )
    .add(
        "customer.complaint.confirmation",
        "customer_complaint.customer_complaint_confirmation_action"
    )
    .add(
        "customer.complaint.credit.request",
        "customer_complaint.customer_complaint_credit_request_action_followed"
    )
    .add(
        "customer.complaint.cost.report",
        "customer_complaint.customer_complaint_cost_report_action"
    );

export class ComplaintDashboard extends Component {
    static template = "customer_complaint.Dashboard";
    static components = {Layout};
    static props = {...standardActionServiceProps};

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.display = {controlPanel: {}};
        this.periods = {
            "30_days": _t("30 days"),
            month: _t("This month"),
            quarter: _t("This quarter"),
            "12_months": _t("12 months"),
        };
        this.texts = {
            running: _t("The last column adds up the shares, from the largest down."),
            received: (month) =>
                _t("Received in %(month)s: %(count)s", this.count(month, "received")),
            closed: (month) =>
                _t("Closed in %(month)s: %(count)s", this.count(month, "closed")),
        };
        this.trends = {up: _t("up"), down: _t("down"), same: _t("the same")};
        this.state = useState({data: null, busy: false});
        // Back from the records, the same period is shown.
        useSetupAction({getLocalState: () => ({period: this.state.data.period})});
        onWillStart(() => this.load(this.props.state?.period || "30_days"));
    }

    async load(period) {
        this.state.busy = true;
        try {
            this.state.data = await this.orm.call(
                "customer.complaint.dashboard",
                "get_dashboard",
                [],
                {period}
            );
        } finally {
            this.state.busy = false;
        }
    }

    /** Highest number of the trend: the scale of its columns. */
    get peak() {
        return Math.max(
            1,
            ...this.state.data.trend.flatMap((month) => [month.received, month.closed])
        );
    }

    count(month, kind) {
        return {month: month.title, count: month[kind]};
    }

    height(count) {
        return `height: ${(100 * count) / this.peak}%`;
    }

    /** What a screen reader says of a tile. */
    describe(tile) {
        const parts = [tile.name, tile.values.join(", "), tile.certainty, tile.change];
        return parts.filter(Boolean).join(". ");
    }

    /** Open exactly the records that were counted, in the views made for them. */
    async open(name, model, domain) {
        if (!model) {
            return; // Some see numbers only.
        }
        const views = {views: [[false, "list"]]};
        const known = recordActions.get(model, null);
        const {search_view_id, ...action} = known
            ? await this.action.loadAction(known)
            : views;
        await this.action.doAction({
            type: "ir.actions.act_window",
            name,
            res_model: model,
            domain,
            search_view_id,
            views: this.listFirst(action.views),
        });
    }

    listFirst(views) {
        const rank = ([, kind]) => (kind === "list" ? 0 : 1);
        return [...views].sort((one, other) => rank(one) - rank(other));
    }

    openComplaint(id) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: "customer.complaint",
            res_id: id,
            views: [[false, "form"]],
        });
    }
}

registry.category("actions").add("customer_complaint.dashboard", ComplaintDashboard);
