import {Component} from "@odoo/owl";
import {pageProps} from "./scores";

/** Customers sorted into three clusters per quarter, and into tiers by loyalty. */
export class Customers extends Component {
    static template = "customer_satisfaction.Results.Customers";
    static props = pageProps;

    get page() {
        return this.props.data.page;
    }

    width(level) {
        return `width: ${100 * (level.value || 0)}%`;
    }
}
