// Names of parts and pins: their kind in the page's language, or the label from the dump.
import { orElse, t } from "../texts.js";

const PLAIN = { relay: /^(Rel|Relay)( \d+)?$/, button: /^(Btn|Button)( \d+)?$/, lamp: /^Lamp$/, led: /^LED( \d+)?$/ };
const WIFI = /^(WifiLED|Wi-Fi LED)$/;

/** The part connected to each pin, by GPIO. A lamp has several pins, each with its own name. */
export function pinNames(frame) {
  const names = new Map(frame.labels.map(([gpio, label]) => [gpio, labelOf(label)]));
  for (const part of frame.parts) if (part.gpios.length === 1) names.set(part.gpios[0], nameOf(part));
  return names;
}

/** The label of a pin in the page's language, where there is one. */
function labelOf(label) {
  const [number] = label.match(/\b\d+\b/) ?? [];
  const counted = orElse(`said.${label.replace(/\b\d+\b/, "{n}")}`, "").replace("{n}", number ?? "");
  return orElse(`said.${label}`, counted || label.replaceAll("_", " "));
}

/** Whether a part is the network status LED. */
export function isWifi(part) {
  return WIFI.test(part.label);
}

/** Name of a part. */
export function nameOf(part) {
  if (isWifi(part)) return t("bench.kinds.wifi");
  if (!PLAIN[part.kind]?.test(part.label)) return labelOf(part.label);
  const name = t(`bench.kinds.${part.kind}`);
  return part.number ? `${name} ${part.number}` : name;
}
