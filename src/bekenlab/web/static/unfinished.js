// Backups and writes that were cut off, and what can be done about them.
import { ask } from "./api.js";
import { dateTime, fill, one, size } from "./dom.js";
import { t } from "./texts.js";

/**
 * @param {any[]} found as the server lists them
 * @param {HTMLElement} place
 * @param {{ begin: (kind: string, parameters?: Record<string, unknown>) => unknown, again: (name: string) => void, changed: () => unknown }} does
 */
export function showUnfinished(found, place, does) {
  place.replaceChildren(...found.map((each) => row(each, does)));
}

function row(each, does) {
  const isWrite = each.kind === "write";
  const name = each.name ?? t("device.unfinished.something");
  const chip = each.chip ?? t("device.unfinished.a_chip");
  const about = isWrite
    ? t(each.backup ? "device.unfinished.write_text" : "device.unfinished.write_alone")
    : t("device.unfinished.backup_text", { done: size(each.done), size: size(each.size) });
  const made = fill("unfinished-row", {
    title: t(isWrite ? "device.unfinished.write" : "device.unfinished.backup", { name, chip }),
    about: [dateTime(each.made), about].filter(Boolean).join(" · "),
  });
  const finish = one("[data-finish]", HTMLButtonElement, made);
  finish.textContent = t(`device.unfinished.finish_${each.kind}`);
  finish.addEventListener("click", () => (isWrite ? does.again(name) : does.begin("backup")));
  const back = one("[data-put-back]", HTMLButtonElement, made);
  back.hidden = !each.backup;
  back.addEventListener("click", () => does.begin("restore", { backup: each.backup }));
  one("[data-discard]", HTMLButtonElement, made).addEventListener("click", async () => {
    if (!confirm(t(`device.unfinished.discard_${each.kind}`, { name }))) return;
    await ask("DELETE", `/api/unfinished/${each.id}`);
    await does.changed();
  });
  return made;
}
