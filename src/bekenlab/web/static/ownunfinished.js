// What was cut off on the device of the guided path. The page of single tasks lists the rest, too.
import { ask } from "./api.js";
import { all, one } from "./dom.js";
import { showUnfinished } from "./unfinished.js";

/** @type {(name: string) => HTMLElement} */
const find = (name) => one(`[data-${name}]`, HTMLElement);

export class OwnUnfinished {
  /**
   * @param {string} cut ids of what is known to have been cut off on this device, joined by dots
   * @param {string} backup id of this device's backup, or nothing
   * @param {{ begin: (kind: string, parameters?: Record<string, unknown>) => unknown, note: (changes: Record<string, string>) => void, shown: () => void }} does
   */
  constructor(cut, backup, does) {
    this.cut = new Set(cut.split(".").filter(Boolean));
    this.backup = backup;
    this.does = does;
    /** @type {Set<string> | null} ids of what was cut off before anything was begun here */
    this.earlier = null;
  }

  /**
   * Ask what was cut off, and show what is this device's.
   * @param {{ watched: boolean, backup: string, port: string | null }} at whether a job has just ended here; the
   *   backup it relies on, if that is known; the chosen port
   */
  async look(at) {
    if (!all("[data-unfinished]", HTMLElement).length) return;
    const { unfinished } = await ask("GET", "/api/unfinished");
    this.earlier ??= new Set(unfinished.map((each) => each.id));
    if (at.watched) this.learn(unfinished, at.backup);
    const ours = unfinished.filter((each) => this.isOurs(each, at.port));
    find("unfinished").hidden = ours.length === 0;
    const again = () => location.assign("/device");
    const changed = () => this.look({ ...at, watched: false });
    showUnfinished(ours, find("unfinished-list"), { begin: this.does.begin, again, changed });
    for (const finish of all("[data-unfinished] .primary", HTMLElement)) finish.classList.remove("primary");
    this.does.shown();
  }

  /** What is new when a job has ended here was cut off on this device, unless its backup is another's. */
  learn(unfinished, backup) {
    const isAnothers = (each) => backup && each.backup && each.backup !== backup;
    for (const each of unfinished) if (!this.earlier?.has(each.id) && !isAnothers(each)) this.cut.add(each.id);
    if (this.cut.size) this.does.note({ cut: [...this.cut].join(".") });
  }

  /** It was cut off here, can be undone with this device's backup, or the chip on the port has it. */
  isOurs(each, port) {
    return this.cut.has(each.id) || (each.backup && each.backup === this.backup) || each.ports.includes(port);
  }
}
