// The table of all pins; each can be connected to 0 or 1 from outside.
import { decimal } from "../dom.js";
import { t } from "../texts.js";
import { pinNames } from "./names.js";

export class Pins {
  constructor(page, act) {
    this.act = act;
    this.body = page.querySelector("[data-gpio]");
    this.all = page.querySelector("[data-all-pins]");
    this.table = page.querySelector("[data-gpio-table]");
    this.none = page.querySelector("[data-no-gpio]");
    this.rows = new Map();
    this.all.addEventListener("change", () => this.last && this.take(this.last));
  }

  take(frame) {
    this.last = frame;
    const names = pinNames(frame);
    const driven = new Map(frame.driven);
    for (const pin of frame.gpio) {
      const row = this.rows.get(pin.gpio) ?? this.make(pin.gpio);
      row.root.hidden = !(this.all.checked || pin.touched || names.has(pin.gpio));
      if (document.activeElement !== row.choice) row.choice.value = String(driven.get(pin.gpio) ?? "");
      if (!row.root.hidden) this.show(row, pin, names.get(pin.gpio) ?? "");
    }
    const shown = [...this.rows.values()].some((row) => !row.root.hidden);
    this.table.hidden = !shown;
    this.none.hidden = shown;
  }

  show(row, pin, name) {
    setText(row.name, name);
    row.dot.className = pin.level ? "dot high" : "dot";
    setText(row.level, pin.pwm ? `${Math.round(pin.pwm.duty * 100)} % · ${hertz(pin.pwm.hz)}` : String(pin.level));
    row.dot.hidden = Boolean(pin.pwm);
    const pull = pin.pull ? `, ${t(`bench.pins.pull_${pin.pull}`)}` : "";
    setText(row.setUp, pin.touched ? t(`bench.pins.${pin.direction}`) + pull : "–");
  }

  make(gpio) {
    const root = document.createElement("tr");
    const head = document.createElement("th");
    head.scope = "row";
    head.textContent = `P${gpio}`;
    const cells = ["does", "level", "set_up", "outside"].map((name) => {
      const cell = document.createElement("td");
      cell.dataset.label = t(`bench.pins.${name}`);
      return cell;
    });
    const [name, shown, setUp, place] = cells.map((cell) => cell.appendChild(document.createElement("span")));
    const dot = document.createElement("span");
    const level = document.createElement("span");
    level.className = "unbroken";
    shown.append(dot, level);
    const choice = document.createElement("select");
    choice.setAttribute("aria-label", t("bench.pins.drive", { pin: `P${gpio}` }));
    for (const [value, text] of [["", t("bench.pins.open")], ["0", "0"], ["1", "1"]]) choice.append(new Option(text, value));
    const row = { root, name, dot, level, setUp, choice };
    choice.addEventListener("change", () => {
      this.act({ do: "drive", gpio, level: choice.value === "" ? null : Number(choice.value) });
    });
    place.append(choice);
    root.append(head, ...cells);
    this.body.append(root);
    this.rows.set(gpio, row);
    return row;
  }
}

function hertz(hz) {
  return hz >= 1000 ? `${decimal(hz / 1000, hz % 1000 ? 1 : 0)} kHz` : `${Math.round(hz)} Hz`;
}

function setText(place, text) {
  if (place.textContent !== text) place.textContent = text;
}
