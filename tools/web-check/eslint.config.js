import js from "@eslint/js";
import globals from "globals";

export default [
  { basePath: "../.." },
  js.configs.recommended,
  {
    languageOptions: { ecmaVersion: 2023, sourceType: "module", globals: globals.browser },
    linterOptions: { reportUnusedDisableDirectives: "error" },
    rules: {},
  },
];
