// What a job asks before it changes anything.
import { fill, size } from "./dom.js";
import { FlashMap } from "./flashmap.js";
import { orElse, t } from "./texts.js";

const KEEPABLE = ["bootloader", "rf"];

/** The plan of a write, or of an install, to say yes or no to. */
export function askPlan(event, respond) {
  const plan = event.plan;
  const kept = plan.kept.map((range) => orElse(`device.region.${range[2]}`, range[2]));
  const form = fill("question-plan", {
    title: plan.title,
    changes: t("device.plan.bytes", { size: size(plan.bytes), sectors: plan.sectors_to_write.length }),
    same: t("device.plan.sectors", { count: plan.sectors_equal }),
    kept: kept.join(", ") || t("device.plan.nothing"),
    backup: plan.backup ?? t("device.plan.no_backup"),
    time: t("device.plan.seconds", { seconds: Math.max(1, Math.round(plan.seconds)) }),
  });
  const map = new FlashMap(form.querySelector("[data-map]"), plan.size);
  map.mark(plan.same, "same");
  map.mark(plan.write, "write");
  map.mark(plan.repair, "repair");
  map.mark(plan.kept, "kept");
  if (event.about === "install") form.querySelector("[data-more]").append(installFacts(event));
  showRefusals(form, plan, respond);
  form.addEventListener("submit", (submitted) => {
    submitted.preventDefault();
    respond({ yes: true });
  });
  form.querySelector("[data-no]").addEventListener("click", () => respond({ yes: false }));
  return form;
}

/** Whether the adapter's wire has been moved to the log port. */
export function askWire(respond) {
  const form = fill("question-wire");
  form.addEventListener("submit", (submitted) => {
    submitted.preventDefault();
    respond({ yes: true });
  });
  form.querySelector("[data-no]").addEventListener("click", () => respond({ yes: false }));
  return form;
}

function showRefusals(form, plan, respond) {
  if (!plan.refusals.length) return;
  const box = form.querySelector("[data-refusals]");
  box.hidden = false;
  form.querySelector("[data-yes]").hidden = true;
  for (const refusal of plan.refusals) {
    const row = fill("refusal-row", { reason: orElse(`device.refusal.${refusal.code}`, refusal.reason) });
    row.title = refusal.reason;
    for (const box of row.querySelectorAll("input")) box.value = refusal.code;
    row.querySelector("[data-keep]").hidden = !KEEPABLE.includes(refusal.code);
    box.querySelector("[data-list]").append(row);
  }
  const chosen = (name) => [...form.querySelectorAll(`[name=${name}]:checked`)].map((box) => box.value);
  box.querySelector("[data-again]").addEventListener("click", () => {
    respond({ again: true, keep: chosen("keep"), force: chosen("force") });
  });
}

function installFacts(event) {
  const { pins, wifi, rehearsal } = event;
  const made = fill("install-more", {
    device: event.device ? t("device.install.device", { name: event.device, firmware: event.firmware }) : event.firmware,
    wifi: wifi ? t("device.install.joins", { name: wifi }) : t("device.install.opens_own"),
  });
  const tried = new Map((rehearsal?.pins ?? []).map((pin) => [`P${pin.gpio}`, pin]));
  for (const pin of pins) made.querySelector("[data-pins]").append(pinRow(pin, tried.get(pin.gpio)));
  const verdict = made.querySelector("[data-verdict]");
  verdict.hidden = !rehearsal;
  if (rehearsal) {
    verdict.textContent = t(rehearsal.passed ? "device.install.passed" : "device.install.not_passed");
    verdict.classList.add(rehearsal.passed ? "good" : "warn");
  }
  for (const warning of event.warnings) {
    const line = document.createElement("li");
    line.textContent = orElse(`notice.${warning.code}`, warning.message);
    made.querySelector("[data-warnings]").append(line);
  }
  return made;
}

function pinRow(pin, tried) {
  const row = document.createElement("tr");
  const head = document.createElement("th");
  head.scope = "row";
  head.textContent = pin.gpio;
  const setting = document.createElement("td");
  setting.textContent = pin.setting;
  const seen = document.createElement("td");
  if (tried) {
    seen.textContent = t(`device.install.verdict.${tried.verdict}`);
    seen.title = `${tried.expected}: ${tried.seen}`;
  }
  row.append(head, setting, seen);
  return row;
}
