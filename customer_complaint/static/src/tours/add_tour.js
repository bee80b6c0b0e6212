import {registry} from "@web/core/registry";

/** Add a tour whose steps wait as long as they may, for a machine that does much at once. */
export function addTour(name, {steps}) {
    registry.category("web_tour.tours").add(name, {
        steps: () => steps().map((step) => ({timeout: 60000, ...step})),
    });
}
