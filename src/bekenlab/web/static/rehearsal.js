// What a rehearsal has shown of the network, in sentences.
import { t } from "./texts.js";

/**
 * What was seen in the virtual network, and nothing else; none where it was not tried.
 * @param {any} seen the network of a rehearsal
 * @returns {string[]}
 */
export function networkLines(seen) {
  if (!seen) return [];
  const found = [joined(seen), relays(seen.by_http ?? []), broker(seen.broker)];
  return found.filter(Boolean);
}

function joined(seen) {
  if (seen.timed_out && !seen.page) return t("device.install.network_timed_out");
  if (!seen.tried) return t("device.install.network_untried");
  if (!seen.joined) return t("device.install.network_kept_out");
  return t(seen.page ? "device.install.network_joined" : "device.install.network_silent");
}

/** @param {{ gpio: number, moved: boolean }[]} tried */
function relays(tried) {
  const named = (moved) => tried.filter((pin) => pin.moved === moved).map((pin) => `P${pin.gpio}`).join(", ");
  const lines = [
    named(true) && t("device.install.by_http", { pins: named(true) }),
    named(false) && t("device.install.not_by_http", { pins: named(false) }),
  ];
  return lines.filter(Boolean).join(" ");
}

/** @param {boolean | null | undefined} reached null: there is none in its settings */
function broker(reached) {
  if (reached === null || reached === undefined) return "";
  return t(reached ? "device.install.broker" : "device.install.no_broker");
}
