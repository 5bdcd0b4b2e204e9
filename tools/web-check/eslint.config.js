import js from "@eslint/js";
import globals from "globals";

export default [
  js.configs.recommended,
  {
    files: ["**/*.js"],
    languageOptions: { ecmaVersion: 2024, sourceType: "module", globals: globals.browser },
    linterOptions: { reportUnusedDisableDirectives: "error" },
    rules: {
      // 10 as in Python, and some for `?.` and `??`, which count here.
      complexity: ["error", 12],
      eqeqeq: "error",
      "no-eval": "error",
      "no-implied-eval": "error",
      "no-new-func": "error",
      "no-script-url": "error",
      // The pages never make markup of text: what a dump says must not become script.
      "no-restricted-properties": [
        "error",
        { property: "innerHTML", message: "use textContent or fill()" },
        { property: "outerHTML", message: "use textContent or fill()" },
        { property: "insertAdjacentHTML", message: "use append()" },
        { object: "document", property: "write", message: "use append()" },
      ],
      "no-shadow": "error",
      "no-var": "error",
      "object-shorthand": "error",
      "prefer-const": "error",
      "prefer-template": "error",
    },
  },
];
