import {place, point} from "./plots";
import {Component} from "@odoo/owl";
import {pageProps} from "./scores";

/** What moves satisfaction: weights, and importance against performance. */
export class Drivers extends Component {
    static template = "customer_satisfaction.Results.Drivers";
    static props = pageProps;

    get page() {
        return this.props.data.page;
    }

    get strongest() {
        return Math.max(0.001, ...this.page.drivers.map((driver) => driver.value || 0));
    }

    width(driver) {
        return `width: ${(100 * Math.max(driver.value || 0, 0)) / this.strongest}%`;
    }

    at({x, y}) {
        const {plane} = this.page;
        return point(place(x, plane.x), place(y, plane.y));
    }

    get across() {
        const {y} = this.page.plane;
        return `bottom: ${place(y.line, y)}%`;
    }

    get upright() {
        const {x} = this.page.plane;
        return `left: ${place(x.line, x)}%`;
    }
}
