const js = require("@eslint/js");
const globals = require("globals");

// What Odoo's web client offers to every module.
const odooGlobals = {odoo: "readonly", luxon: "readonly", Chart: "readonly"};

module.exports = [
  {
    files: ["**/*.js"],
    languageOptions: {
      ecmaVersion: 2024,
      sourceType: "module",
      globals: {...globals.browser, ...odooGlobals},
    },
    linterOptions: {reportUnusedDisableDirectives: "error"},
    rules: {
      ...js.configs.recommended.rules,
      "block-scoped-var": "error",
      curly: "error",
      eqeqeq: "error",
      "no-alert": "error",
      "no-console": "error",
      "no-eval": "error",
      "no-implied-eval": "error",
      "no-unused-vars": ["error", {argsIgnorePattern: "^_"}],
      "no-var": "error",
      "prefer-const": "error",
    },
  },
];
