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
    const known = new Set(frame.points.map((point) => point.id));
    for (const [id, row] of this.rows) {
      if (known.has(id)) continue;
      row.root.remove();
      this.rows.delete(id);
    }
    // Only firmware that talks to a second controller has data points.
    if (frame.points.length || frame.log.some((piece) => piece.port === "mcu")) this.card.hidden = false;
    this.table.hidden = !frame.points.length;
    for (const point of frame.points) this.show(this.rows.get(point.id) ?? this.make(point.id), point);
  }

  show(row, point) {
    row.type.textContent = point.type;
    row.by.textContent = t(`bench.points.by_${point.by}`);
    row.kind = point.type;
    // Do not overwrite a value that is being typed.
    if (document.activeElement !== row.input) row.input.value = String(point.value);
  }

  make(id) {
    const root = document.createElement("tr");
    const head = document.createElement("th");
    head.scope = "row";
    head.textContent = String(id);
    const [type, value, by] = [0, 1, 2].map(() => document.createElement("td"));
    const input = document.createElement("input");
    input.type = "text";
    input.autocomplete = "off";
    input.setAttribute("aria-label", t("bench.points.value_of", { id }));
    const row = { root, type, by, input, kind: "" };
    input.addEventListener("change", () => this.report(id, row.kind, input.value));
    value.append(input);
    root.append(head, type, value, by);
    const after = [...this.rows.entries()].find(([other]) => other > id)?.[1].root ?? null;
    this.body.insertBefore(root, after);
    this.rows.set(id, row);
    return row;
  }
}
