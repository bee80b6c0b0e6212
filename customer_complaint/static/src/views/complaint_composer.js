import {Composer} from "@mail/core/common/composer";
import {patch} from "@web/core/utils/patch";
import {toRaw} from "@odoo/owl";

// The small box below a complaint sends at once when there is nothing to say about it; else it
// opens the full composer with what was written, which shows it: see
// `get_reasons_to_look` in models/complaint_at_once.py.
patch(Composer.prototype, {
    get isToCustomerOfComplaint() {
        const composer = toRaw(this.props.composer);
        return (
            this.thread?.model === "customer.complaint" &&
            this.props.type === "message" &&
            !composer.message
        );
    },

    get seenOfComplaint() {
        const root = this.env.model?.root;
        const isShown =
            root?.resModel === "customer.complaint" && root.resId === this.thread?.id;
        return isShown ? root.data.seen_mark : undefined;
    },

    get fullComposerAdditionalContext() {
        const context = super.fullComposerAdditionalContext;
        const mark = this.isToCustomerOfComplaint && this.seenOfComplaint;
        return mark ? {...context, complaint_seen: mark} : context;
    },

    async sendMessage() {
        if (this.isToCustomerOfComplaint && this.canProcessMessage) {
            if (this.complaintAsked) {
                return;
            }
            this.complaintAsked = true;
            try {
                const composer = toRaw(this.props.composer);
                const reasons = await this.env.services.orm.call(
                    "customer.complaint",
                    "get_reasons_to_look",
                    [[this.thread.id]],
                    {
                        body: composer.composerHtml.toString(),
                        mark: this.seenOfComplaint || false,
                        files: Boolean(composer.attachments.length),
                    }
                );
                if (reasons.length) {
                    await this.onClickFullComposer();
                    return;
                }
            } finally {
                this.complaintAsked = false;
            }
        }
        return super.sendMessage(...arguments);
    },
});
