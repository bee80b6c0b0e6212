import {dot, interval, place, point} from "./plots";
import {Component} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";

export const pageProps = {
    data: Object,
    busy: Boolean,
    choose: Function,
    open: Function,
};

/** A change since some time before, in words and with an arrow. */
export class Change extends Component {
    static template = "customer_satisfaction.Results.Change";
    static props = {change: Object};

    setup() {
        this.trends = {up: _t("up"), down: _t("down"), same: _t("about the same")};
    }
}

/** Scores of the surveys: tiles, and the details of the one that is chosen. */
export class Scores extends Component {
    static template = "customer_satisfaction.Results.Scores";
    static components = {Change};
    static props = pageProps;

    setup() {
        Object.assign(this, {dot, interval});
    }

    get data() {
        return this.props.data;
    }

    get chosen() {
        return this.data.filters.metric;
    }

    /** What a screen reader says of a figure. */
    say(name, figure) {
        const parts = [name, figure.text, figure.certainty, figure.change];
        return parts.filter(Boolean).join(". ");
    }

    get widest() {
        return Math.max(1, ...this.data.distribution.map((part) => part.count));
    }

    width(part) {
        return `width: ${(100 * part.count) / this.widest}%`;
    }

    share(part) {
        return `width: ${100 * part.value}%`;
    }

    // Months stand side by side, a column each.
    x(index) {
        return (100 * (index + 0.5)) / this.data.trend.points.length;
    }

    at(index, value) {
        return point(this.x(index), place(value, this.data.trend.axis));
    }

    height(value) {
        return `bottom: ${place(value, this.data.trend.axis)}%`;
    }

    /** Paths of the line and of its interval, interrupted where nothing can be told. */
    get paths() {
        const {points, axis} = this.data.trend;
        const runs = [[]];
        points.forEach((month, index) => {
            if (month.value === null) {
                runs.push([]);
            } else {
                runs.at(-1).push({...month, x: this.x(index)});
            }
        });
        const path = (steps) => `M${steps.map((step) => step.join(" ")).join("L")}`;
        const y = (value) => 100 - place(value, axis);
        return runs
            .filter((run) => run.length > 1)
            .map((run) => ({
                line: path(run.map((month) => [month.x, y(month.value)])),
                band: path([
                    ...run.map((month) => [month.x, y(month.high ?? month.value)]),
                    ...run
                        .map((month) => [month.x, y(month.low ?? month.value)])
                        .reverse(),
                ]),
            }));
    }
}
