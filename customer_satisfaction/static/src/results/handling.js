import {place, point} from "./plots";
import {Component} from "@odoo/owl";
import {pageProps} from "./scores";
import {useService} from "@web/core/utils/hooks";

/** How long complaints took, beside what their customers said. */
export class Handling extends Component {
    static template = "customer_satisfaction.Results.Handling";
    static props = pageProps;

    setup() {
        this.action = useService("action");
    }

    get page() {
        return this.props.data.page;
    }

    get slowest() {
        return Math.max(0.001, ...this.page.rows.map((row) => row.value || 0));
    }

    width(row) {
        return `width: ${(100 * (row.value || 0)) / this.slowest}%`;
    }

    /** Answers are whole numbers: cases are spread within their line, always the same. */
    at(one, index) {
        const {low, high, longest} = this.page;
        const line = place(one.value, {low: low - 0.5, high: high + 0.5});
        const room = 60 / (high - low + 1);
        const away = (((index * 37) % 100) / 100 - 0.5) * room;
        return point((97 * one.days) / longest, line + away);
    }

    openCase(one) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: "customer.complaint",
            res_id: one.id,
            views: [[false, "form"]],
        });
    }
}
