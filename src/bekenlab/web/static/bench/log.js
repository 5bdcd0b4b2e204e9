// Shows the log as it arrives, and sends console input.
import { decimal } from "../dom.js";
import { onSubmit } from "../forms.js";
import { orElse, t } from "../texts.js";

const MOST_LINES = 2000;

export class Log {
  constructor(page, act) {
    this.place = page.querySelector("[data-log]");
    this.follow = page.querySelector("[data-follow]");
    this.at = 0;
    page.querySelector("[data-clear]").addEventListener("click", () => this.place.replaceChildren());
    const form = page.querySelector("[data-console]");
    let before = Promise.resolve();
    onSubmit(form, () => {
      const text = form.text.value;
      const command = { do: "type", port: form.port.value, text: `${text}\r\n` };
      // Cleared before sending: text typed meanwhile must be kept and must arrive after this.
      form.text.value = "";
      before = before.then(async () => {
        if (await act(command)) this.add([[this.at, "typed", `> ${text}`]]);
        else if (!form.text.value) form.text.value = text;
      });
    });
  }

  take(frame) {
    this.at = frame.device_seconds;
    if (frame.anew) this.place.replaceChildren();
    if (frame.log_lost && !frame.anew) this.add([[this.at, "bench", t("bench.log.lost")]]);
    if (frame.log.length) this.add(frame.log);
  }

  add(lines) {
    const made = lines.slice(-MOST_LINES).map(([at, port, text]) => line(at, port, text));
    this.place.append(...made);
    while (this.place.childElementCount > MOST_LINES) this.place.firstElementChild.remove();
    if (this.follow.checked) this.place.scrollTop = this.place.scrollHeight;
  }
}

function line(at, port, text) {
  const row = document.createElement("div");
  row.className = port;
  const time = document.createElement("span");
  time.className = "at";
  time.textContent = decimal(at, 3);
  const words = document.createElement("span");
  words.textContent = port === "bench" ? event(text) : text;
  row.append(time, words);
  return row;
}

/** An event of the chip in the page's language; a crash includes the server's details. */
function event(text) {
  const [code, ...detail] = text.split(": ");
  const words = orElse(`bench.happened.${code}`, code);
  return `— ${detail.length ? `${words}: ${detail.join(": ")}` : words} —`;
}
