/** Where a value lies between two others, in percent; kept within them. */
export function place(value, {low, high}) {
    const share = (value - low) / (high - low || 1);
    return 100 * Math.min(1, Math.max(0, share));
}

/** Style of a bar that shows an interval on an axis that runs with the text. */
export function interval(figure, axis) {
    const start = place(figure.low ?? figure.value, axis);
    const end = place(figure.high ?? figure.value, axis);
    return `inset-inline-start: ${start}%; width: ${end - start}%`;
}

/** Style of the dot at a value on such an axis. */
export function dot(value, axis) {
    return `inset-inline-start: ${place(value, axis)}%`;
}

/** Style of a point in a plot. */
export function point(x, y) {
    return `left: ${x}%; bottom: ${y}%`;
}
