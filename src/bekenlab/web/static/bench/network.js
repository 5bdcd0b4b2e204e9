// The chip's network in the virtual air, and the way to its own page.
import { unless } from "../allow.js";
import { ask } from "../api.js";
import { number, one } from "../dom.js";
import { onSubmit } from "../forms.js";
import { t } from "../texts.js";
import { networkOf, ourNetwork } from "./ournetwork.js";

const LATE = 60; // seconds on the device; what joins at all does so in half of that

/**
 * The address of the chip's page, at a host that gets no cookie of ours: browsers send those of a
 * host to all its ports.
 * @param {string} page
 */
function apart(page) {
  const address = new URL(page);
  if (location.hostname === address.hostname) address.hostname = "localhost";
  return address.href;
}

function messageRow(topic, text) {
  const row = document.createElement("tr");
  for (const [kind, words] of [["th", topic], ["td", text]]) {
    const cell = document.createElement(kind);
    cell.textContent = words;
    if (kind === "th") cell.scope = "row";
    row.append(cell);
  }
  return row;
}

export class AirNetwork {
  /**
   * @param {HTMLElement} page
   * @param {string} id of the chip
   * @param {{ leave: () => void, failed: (error: any) => void }} does
   */
  constructor(page, id, does) {
    this.link = one("[data-network-page]", HTMLAnchorElement, page);
    this.shown = one("[data-network-shown]", HTMLElement, page);
    this.state = one("[data-network-state]", HTMLElement, page);
    this.tried = one("[data-network-tried]", HTMLElement, page);
    this.drawn = "";
    this.messages = one("[data-messages]", HTMLElement, page);
    const form = one("[data-network]", HTMLFormElement, page);
    onSubmit(form, async () => {
      try {
        await ask("POST", `/api/chips/${id}/network`, networkOf(form));
        does.leave();
        location.reload();
      } catch (error) {
        does.failed(error);
      }
    });
    ourNetwork(form);
    this.begunWith = JSON.stringify(networkOf(form));
    this.allow(form);
    form.addEventListener("change", () => this.allow(form));
  }

  /**
   * Only another network than the present one is a reason to start the chip again.
   * @param {HTMLFormElement} form
   */
  allow(form) {
    const same = one("[data-network-same]", HTMLElement, form.parentElement ?? form);
    same.hidden = JSON.stringify(networkOf(form)) !== this.begunWith;
    unless(one("[type=submit]", HTMLButtonElement, form), same.hidden ? null : same);
  }

  take({ network, device_seconds: seconds }) {
    const late = seconds > LATE;
    const now = JSON.stringify([network, late]);
    if (now === this.drawn) return;
    this.drawn = now;
    this.shown.hidden = !network;
    this.tried.hidden = !network?.tried.length;
    if (!network) return;
    this.link.hidden = !network.page || !network.address;
    if (network.page) this.link.href = apart(network.page);
    this.state.textContent = network.address
      ? t("bench.network.joined", { address: network.address })
      : t(`bench.network.${late ? "late" : "waiting"}_${network.kind}`, { seconds: LATE });
    this.tried.textContent = t("bench.network.tried", { names: network.tried.join(", ") });
    this.showMessages(network.mqtt);
  }

  /** @param {{ topic: string, text: string }[] | null} messages of the broker, if there is one */
  showMessages(messages) {
    this.messages.hidden = !messages;
    const found = messages ?? [];
    one("[data-messages-count]", HTMLElement, this.messages).textContent = found.length ? number(found.length) : "";
    one("[data-messages-none]", HTMLElement, this.messages).hidden = found.length > 0;
    one("[data-messages-table]", HTMLElement, this.messages).hidden = !found.length;
    one("tbody", HTMLElement, this.messages).replaceChildren(...found.map(({ topic, text }) => messageRow(topic, text)));
  }
}
