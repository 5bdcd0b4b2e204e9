// Names of parts and pins: their kind in the page's language, or the label from the dump.
import { t } from "../texts.js";

const PLAIN = { relay: /^(Rel|Relay)( \d+)?$/, button: /^(Btn|Button)( \d+)?$/, lamp: /^Lamp$/, led: /^LED( \d+)?$/ };
const WIFI = /^(WifiLED|Wi-Fi LED)$/;

/** The part connected to each pin, by GPIO. A lamp has several pins, each with its own name. */
export function pinNames(frame) {
  const names = new Map(frame.labels.map(([gpio, label]) => [gpio, label.replaceAll("_", " ")]));
  for (const part of frame.parts) if (part.gpios.length === 1) names.set(part.gpios[0], nameOf(part));
  return names;
}

/** Whether a part is the network status LED. */
export function isWifi(part) {
  return WIFI.test(part.label);
}

/** Name of a part. */
export function nameOf(part) {
  if (isWifi(part)) return t("bench.kinds.wifi");
  if (!PLAIN[part.kind]?.test(part.label)) return part.label.replaceAll("_", " ");
  const name = t(`bench.kinds.${part.kind}`);
  return part.number ? `${name} ${part.number}` : name;
}
