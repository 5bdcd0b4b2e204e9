// The questions a job asks before it changes anything.
import { unless } from "./allow.js";
import { all, fill, hex, one, size } from "./dom.js";
import { FlashMap } from "./flashmap.js";
import { networkLines } from "./rehearsal.js";
import { counted, english, orElse, t, textOf } from "./texts.js";
import { warningList } from "./warnings.js";

const KEEPABLE = ["bootloader", "rf"];

/**
 * The plan of a write or an install, to be accepted or rejected.
 * @param {any} event
 * @param {(answer: object) => void} respond
 * @param {() => unknown} [backUp] rejects it and makes a backup
 */
export function askPlan(event, respond, backUp) {
  const plan = event.plan;
  const kept = plan.kept.map((range) => orElse(`device.region.${range[2]}`, range[2]));
  const form = fill("question-plan", {
    title: plan.titles[document.documentElement.lang] ?? plan.title,
    changes: counted("device.plan.bytes", plan.sectors_to_write.length, { size: size(plan.bytes) }),
    same: counted("device.plan.sectors", plan.sectors_equal),
    kept: kept.join(", ") || t("device.plan.nothing"),
    backup: plan.unsaved ? t("device.plan.not_present") : (plan.backup ?? t("device.plan.no_backup")),
    range: t("job.map", { end: hex(plan.size) }),
    time: t("device.plan.seconds", { seconds: Math.max(1, Math.round(plan.seconds)) }),
  });
  const map = new FlashMap(one("[data-map]", HTMLElement, form), plan.size);
  map.mark(plan.same, "same");
  map.mark(plan.write, "write");
  map.mark(plan.repair, "repair");
  map.mark(plan.kept, "kept");
  if (event.about === "install") one("[data-more]", HTMLElement, form).append(installFacts(event));
  if (plan.warnings.length) one("[data-more]", HTMLElement, form).append(warningList(plan.warnings));
  showRefusals(form, plan, respond);
  offerBackup(form, plan, backUp);
  form.addEventListener("submit", (submitted) => {
    submitted.preventDefault();
    respond({ yes: true });
  });
  one("[data-no]", HTMLElement, form).addEventListener("click", () => respond({ yes: false }));
  return form;
}

/**
 * Asks whether the adapter's wire has been moved to the log port.
 * @param {any} _event
 * @param {(answer: object) => void} respond
 */
export function askWire(_event, respond) {
  const form = fill("question-wire");
  form.addEventListener("submit", (submitted) => {
    submitted.preventDefault();
    respond({ yes: true });
  });
  one("[data-no]", HTMLElement, form).addEventListener("click", () => respond({ yes: false }));
  return form;
}

/**
 * Offers to skip the search for the device in the network, which goes on meanwhile.
 * @param {any} _event
 * @param {(answer: object) => void} respond
 */
export function askSearch(_event, respond) {
  const form = fill("question-search");
  form.addEventListener("submit", (submitted) => {
    submitted.preventDefault();
    respond({ skip: true });
  });
  return form;
}

function showRefusals(form, plan, respond) {
  if (!plan.refusals.length) return;
  const box = one("[data-refusals]", HTMLElement, form);
  box.hidden = false;
  one("[data-yes]", HTMLElement, form).hidden = true;
  const again = one("[data-again]", HTMLButtonElement, box);
  const why = one("[data-again-why]", HTMLElement, box);
  const chosen = (name) => all(`[name=${name}]:checked`, HTMLInputElement, form).map((choice) => choice.value);
  const allowAgain = () => {
    why.hidden = chosen("keep").length + chosen("force").length > 0;
    unless(again, why.hidden ? null : why);
  };
  for (const refusal of plan.refusals) {
    const row = fill("refusal-row", { reason: orElse(`device.refusal.${refusal.code}`, refusal.reason) });
    if (english) row.title = refusal.reason;
    const choices = all("input", HTMLInputElement, row);
    for (const choice of choices) {
      choice.value = refusal.code;
      // To keep something and to overwrite it contradict each other; neither may be taken as well.
      choice.addEventListener("change", () => {
        for (const other of choices) if (other !== choice) other.checked = false;
        allowAgain();
      });
    }
    one("[data-keep]", HTMLElement, row).hidden = !KEEPABLE.includes(refusal.code);
    one("[data-list]", HTMLElement, box).append(row);
  }
  allowAgain();
  again.addEventListener("click", () => {
    respond({ again: true, keep: chosen("keep"), force: chosen("force") });
  });
}

/** Where a backup is missing, making one is what to do. */
function offerBackup(form, plan, backUp) {
  const first = one("[data-back-up]", HTMLButtonElement, form);
  first.hidden = !backUp || !plan.refusals.some((refusal) => refusal.code === "no-backup");
  if (backUp) first.addEventListener("click", backUp);
}

function installFacts(event) {
  const { pins, wifi, rehearsal } = event;
  const made = fill("install-more", {
    device: event.device ? t("device.install.device", { name: event.device, firmware: event.firmware }) : event.firmware,
    wifi: wifi ? t("device.install.joins", { name: wifi }) : t("device.install.opens_own"),
  });
  one("[data-network]", HTMLElement, made).textContent = networkLines(rehearsal?.network).join(" ");
  const tried = new Map((rehearsal?.pins ?? []).map((pin) => [`P${pin.gpio}`, pin]));
  for (const pin of pins) one("[data-pins]", HTMLElement, made).append(pinRow(pin, tried.get(pin.gpio)));
  const verdict = one("[data-verdict]", HTMLElement, made);
  verdict.hidden = !rehearsal;
  if (rehearsal) {
    verdict.textContent = t(rehearsal.passed ? "device.install.passed" : "device.install.not_passed");
    verdict.classList.add(rehearsal.passed ? "good" : "warn");
  }
  one("[data-warnings]", HTMLElement, made).replaceWith(warningList(event.warnings));
  return made;
}

function pinRow(pin, tried) {
  const row = document.createElement("tr");
  const head = document.createElement("th");
  head.scope = "row";
  head.textContent = pin.gpio;
  const does = document.createElement("td");
  does.textContent = textOf(pin) || pin.label;
  const setting = document.createElement("td");
  const code = document.createElement("code");
  code.textContent = pin.setting;
  setting.append(code);
  const seen = document.createElement("td");
  if (tried) {
    seen.textContent = t(`device.install.verdict.${tried.verdict}`);
    if (english) seen.title = `${tried.expected}: ${tried.seen}`;
  }
  row.append(head, does, setting, seen);
  return row;
}
