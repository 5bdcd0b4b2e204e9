// The network that a form gives a chip; only ours can have a password and a broker.
import { one } from "../dom.js";

/**
 * What the form says, as the server takes it.
 * @param {HTMLFormElement} form
 */
export function networkOf(form) {
  const network = one("[name=network]", HTMLSelectElement, form).value;
  const ticked = (name) => network === "ours" && one(`[name=${name}]`, HTMLInputElement, form).checked;
  return { network, protected: ticked("protected"), mqtt: ticked("mqtt") };
}

/**
 * Show the choices of our network while it is chosen.
 * @param {HTMLFormElement} form
 */
export function ourNetwork(form) {
  const choice = one("[name=network]", HTMLSelectElement, form);
  const more = one("[data-our-network]", HTMLElement, form);
  const show = () => (more.hidden = choice.value !== "ours");
  choice.addEventListener("change", show);
  show();
}
