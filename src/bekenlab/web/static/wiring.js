// The wiring of the chosen module, and the safety notes, which stay open until they were read once.
import { all, one, picture } from "./dom.js";
import { troubleIn } from "./trouble.js";

const FOR_A_YEAR = 365 * 24 * 3600;

for (const boards of all("#board", HTMLSelectElement)) {
  boards.addEventListener("change", () => {
    picture(`/pictures/wiring/${encodeURIComponent(boards.value)}`, one("[data-wiring]", HTMLElement)).catch(troubleIn(one("[data-trouble]", HTMLElement)));
  });
}

for (const read of all("[data-safety-read]", HTMLButtonElement)) {
  read.addEventListener("click", () => {
    // No secret, and read by the server: so that the notes are not drawn open and then closed.
    document.cookie = `bekenlab-safety=read; path=/; max-age=${FOR_A_YEAR}; samesite=strict`;
    const notes = one("[data-safety]", HTMLDetailsElement);
    notes.open = false;
    read.hidden = true;
    one("summary", HTMLElement, notes).focus();
  });
}
