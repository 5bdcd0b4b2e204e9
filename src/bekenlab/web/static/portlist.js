// The ports to choose from: drawn again as they come and go, with one of them chosen.
import { unlessIn } from "./allow.js";
import { ask, Unreached } from "./api.js";
import { isLive, onConnection } from "./connection.js";
import { all, fill, one } from "./dom.js";
import { onSubmit } from "./forms.js";
import { t, textOf } from "./texts.js";

const LOOK_EVERY = 3000;
/** @type {(name: string) => HTMLElement} */
const find = (name) => one(`[data-${name}]`, HTMLElement);

/**
 * @typedef {object} Does
 * @property {(mine: any) => unknown} changed called with the chosen port, or undefined, after each update
 * @property {(error: any) => void} trouble shows an error; null removes it
 * @property {string} [chosen] the port to begin with, by its id
 */

export class PortList {
  /** @param {Does} does */
  constructor(does) {
    this.does = does;
    this.chosen = does.chosen || sessionStorage.getItem("port");
    this.looking = 0;
    this.drawn = "";
    /** @type {any[] | null} null until the server has named them */
    this.known = null;
    for (const form of all("[data-virtual]", HTMLFormElement)) onSubmit(form, () => this.makeVirtual(form));
    setInterval(() => {
      if (!this.looking) this.look();
    }, LOOK_EVERY);
    document.addEventListener("visibilitychange", () => this.look());
    onConnection(() => this.allow());
  }

  /** All ports, as the server described them last. */
  get ports() {
    return this.known ?? [];
  }

  /** The chosen port as the server describes it, if it is there. */
  get mine() {
    return this.ports.find((port) => port.id === this.chosen);
  }

  /** Allow what needs a free port, or say what is missing. */
  allow() {
    if (!this.known) return;
    const busy = this.mine?.job ? whyBusy(this.mine) : "";
    for (const part of all("[data-with-port]", HTMLElement)) {
      unlessIn(part, "needs-port", !isLive() ? t("device.connect.lost") : this.mine ? busy : part.dataset.withPort || t("device.connect.first"));
    }
  }

  /** Bring the ports up to date. What could not be asked stays as it was. */
  async look() {
    if (document.hidden) return;
    this.looking += 1;
    try {
      await this.update();
    } catch (error) {
      // That the server does not answer is told at the top of the page.
      if (!(error instanceof Unreached)) this.does.trouble(error);
    }
    this.looking -= 1;
  }

  async update() {
    const before = this.chosen;
    const { ports } = await ask("GET", "/api/ports");
    // Another port was chosen meanwhile, perhaps one that is not in this answer. That choice has
    // started its own update.
    if (this.chosen !== before) return;
    this.known = ports;
    if (!this.mine) this.choose(meantOf(ports)?.id ?? null);
    this.draw();
    this.allow();
    await this.does.changed(this.mine);
  }

  /** @param {string | null} id */
  choose(id) {
    this.chosen = id;
    if (id) sessionStorage.setItem("port", id);
    else sessionStorage.removeItem("port");
  }

  draw() {
    const now = JSON.stringify([this.ports, this.chosen]);
    if (now === this.drawn || !all("[data-ports]", HTMLElement).length) return;
    this.drawn = now;
    const place = find("ports");
    const active = document.activeElement;
    const focused = active instanceof HTMLInputElement && place.contains(active) ? active.value : null;
    place.replaceChildren(...this.ports.map((port) => this.row(port)));
    find("no-ports").hidden = this.ports.length > 0;
    if (focused === null) return;
    for (const input of all(`[value="${CSS.escape(focused)}"]`, HTMLInputElement, place)) input.focus();
  }

  row(port) {
    const virtual = port.kind === "virtual";
    const row = fill("port-row", {
      name: nameOf(port),
      kind: t(`device.kind.${port.kind}`),
      about: virtual ? port.chip : [port.name, port.usb_id, port.driver].filter((word) => word && !["n/a", "port", port.id].includes(word)).join(" · "),
      note: notesOf(port).join(" "),
    });
    row.dataset.kind = port.kind;
    const input = one("input", HTMLInputElement, row);
    input.value = port.id;
    input.checked = port.id === this.chosen;
    input.addEventListener("change", () => {
      this.choose(port.id);
      this.look();
    });
    const remove = one('[data-slot="remove"]', HTMLElement, row);
    remove.hidden = !virtual || Boolean(port.job);
    remove.addEventListener("click", async (event) => {
      event.preventDefault();
      await ask("DELETE", `/api/virtual/${port.id}`).catch(this.does.trouble);
      this.look();
    });
    return row;
  }

  /** @param {HTMLFormElement} form */
  async makeVirtual(form) {
    this.does.trouble(null);
    try {
      const dump = one("[name=dump]", HTMLSelectElement, form).value || (await ask("POST", "/api/sample")).dumps[0].id;
      const { port } = await ask("POST", "/api/virtual", { dump, paced: one("[name=paced]", HTMLInputElement, form).checked });
      this.choose(port);
      await this.look();
      for (const input of all(":checked", HTMLInputElement, find("ports"))) input.focus();
    } catch (error) {
      this.does.trouble(error);
    }
  }
}

/** How a port is called on the pages. */
export const nameOf = (port) => (port.kind === "virtual" ? port.name : port.id);

/** Why the port of a job cannot be used; how the job does is only known while the server can be asked. */
export function whyBusy(port, live = isLive()) {
  if (!live) return t("device.connect.lost");
  return t(port.job_waits ? "device.connect.answer" : "device.connect.wait");
}

/** Select the port of a running job, or the only adapter; among several, the user chooses. */
function meantOf(ports) {
  const working = ports.filter((port) => port.job);
  if (working.length) return working[0];
  const adapters = ports.filter((port) => port.kind === "adapter" && !port.busy && !port.fix);
  return adapters.length === 1 ? adapters[0] : null;
}

function notesOf(port) {
  const notes = [
    port.job && t("device.connect.job"),
    port.busy && !port.job && t("device.connect.busy", { who: port.busy }),
    port.fix && t("device.connect.fix", { fix: textOf(port) || port.fix }),
    port.kind === "foreign" && t("device.connect.foreign"),
  ];
  return notes.filter(Boolean);
}
