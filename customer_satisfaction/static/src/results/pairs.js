import {dot, place, point} from "./plots";
import {Component} from "@odoo/owl";
import {pageProps} from "./scores";

/** Features by what they win when there, and lose when missing. */
export class Kano extends Component {
    static template = "customer_satisfaction.Results.Kano";
    static props = pageProps;

    get page() {
        return this.props.data.page;
    }

    get placed() {
        return this.page.features.filter((feature) => !feature.lack);
    }

    at(feature) {
        return point(100 * -feature.worse, 100 * feature.better);
    }
}

/** What was expected beside what was experienced. */
export class Gaps extends Component {
    static template = "customer_satisfaction.Results.Gaps";
    static props = pageProps;

    setup() {
        this.dot = dot;
    }

    get page() {
        return this.props.data.page;
    }

    between(row) {
        const ends = [row.expected, row.experienced].map((value) =>
            place(value, this.page.axis)
        );
        const start = Math.min(...ends);
        return `inset-inline-start: ${start}%; width: ${Math.max(...ends) - start}%`;
    }
}
