// A map of flash, one square per sector, filled in while a job runs.
import { hex } from "./dom.js";

const SECTOR = 4096;

export class FlashMap {
  /**
   * @param {Element} place an empty element
   * @param {number} size bytes of flash
   */
  constructor(place, size) {
    this.count = size / SECTOR;
    this.cells = Array.from({ length: this.count }, (_, index) => {
      const cell = document.createElement("i");
      cell.title = hex(index * SECTOR);
      return cell;
    });
    place.replaceChildren(...this.cells);
  }

  /**
   * Mark ranges, half open, with a class.
   * @param {[number, number][]} spans
   * @param {string} name
   */
  mark(spans, name) {
    for (const [start, end] of spans) {
      for (let index = Math.floor(start / SECTOR); index < Math.min(this.count, Math.ceil(end / SECTOR)); index++) {
        this.cells[index].className = name;
      }
    }
  }

  /** Clear the map. */
  clear() {
    for (const cell of this.cells) cell.className = "";
  }
}
