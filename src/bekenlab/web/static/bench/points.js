// TuyaMCU data points: values set by the module, and values for the MCU to report.
import { onSubmit } from "../forms.js";
import { t } from "../texts.js";

export class Points {
  constructor(page, act) {
    this.act = act;
    this.card = page.querySelector("[data-points-card]");
    this.table = page.querySelector("[data-points-table]");
    this.body = page.querySelector("[data-points]");
    this.rows = new Map();
    const form = page.querySelector("[data-point]");
    onSubmit(form, () => {
      const { id, type, value } = form.elements;
      this.report(Number(id.value), type.value, value.value);
    });
  }

  report(id, type, value) {
    return this.act({ do: "point", id, type, value });
  }

  take(frame) {
    const known = new Map(frame.points.map((point) => [point.id, point]));
    for (const [id, row] of this.rows) {
      // What a person uses depends on the type, which firmware may change.
      if (known.get(id)?.type === row.point.type) continue;
      row.root.remove();
      this.rows.delete(id);
    }
    // Only firmware that talks to a second controller has data points.
    if (frame.points.length || frame.log.some((piece) => piece.port === "mcu")) this.card.hidden = false;
    this.table.hidden = !frame.points.length;
    for (const point of frame.points) this.show(this.rows.get(point.id) ?? this.make(point), point);
  }

  show(row, point) {
    row.point = point;
    row.by.textContent = t(`bench.points.by_${point.by}`);
    // Do not overwrite a value that is being typed.
    if (document.activeElement !== row.control || row.control.type === "checkbox") row.put(point);
    row.means.textContent = meaning(point);
  }

  make(point) {
    const root = document.createElement("tr");
    const head = document.createElement("th");
    head.scope = "row";
    head.textContent = String(point.id);
    const [name, type, value, by] = [0, 1, 2, 3].map(() => document.createElement("td"));
    name.textContent = point.name ?? "";
    type.textContent = point.type;
    const { control, put, get } = controlOf(point);
    control.setAttribute("aria-label", t("bench.points.value_of", { id: point.id }));
    const means = document.createElement("span");
    means.className = "quiet";
    const row = { root, by, control, put, means, point };
    control.addEventListener("change", () => this.report(point.id, row.point.type, get()));
    value.append(control, " ", means);
    root.append(head, name, type, value, by);
    const after = [...this.rows.entries()].find(([other]) => other > point.id)?.[1].root ?? null;
    this.body.insertBefore(root, after);
    this.rows.set(point.id, row);
    return row;
  }
}

/** The unit of a number, or in words which bits of a bitmap are set. */
const meaning = (point) => (point.type === "bitmap" ? point.shown : point.unit) ?? "";

/** What a person changes a value with, how it is shown there, and how it is read. */
function controlOf(point) {
  if (point.type === "bool") return tick();
  if (point.type === "enum" && point.range && point.value < point.range.length) return choice(point.range);
  if (point.type === "value" && point.max > point.min) return number(point);
  return field("text", (each) => each.value, (text) => text);
}

function tick() {
  const control = document.createElement("input");
  control.type = "checkbox";
  return {
    control,
    put: (point) => { control.checked = point.value !== 0; },
    get: () => Number(control.checked),
  };
}

function choice(words) {
  const control = document.createElement("select");
  control.append(...words.map((word, n) => new Option(word, String(n))));
  return { control, put: (point) => { control.value = String(point.value); }, get: () => Number(control.value) };
}

/** A number as people read it, 21.5 where 215 is sent. */
function number({ min, max, step, scale }) {
  const factor = 10 ** scale;
  const made = field("number", (point) => (point.value / factor).toFixed(scale), (text) => Math.round(Number(text) * factor));
  for (const [name, value] of Object.entries({ min, max, step })) made.control.setAttribute(name, String(value / factor));
  return made;
}

function field(type, shown, read) {
  const control = document.createElement("input");
  control.type = type;
  control.autocomplete = "off";
  return { control, put: (point) => { control.value = String(shown(point)); }, get: () => read(control.value) };
}
