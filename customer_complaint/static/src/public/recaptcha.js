// Sends the form with what reCAPTCHA says about the visitor. Where that cannot be loaded it is
// sent without, and the answer says what to do.
const token = document.querySelector("[name=recaptcha_token_response]");

token.form.addEventListener("submit", (event) => {
    if (!window.grecaptcha?.ready) {
        return;
    }
    event.preventDefault();
    window.grecaptcha.ready(async () => {
        try {
            token.value = await window.grecaptcha.execute(token.dataset.key, {
                action: token.dataset.action,
            });
        } finally {
            token.form.submit();
        }
    });
});
