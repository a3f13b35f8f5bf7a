"use strict";
// A click on a header sorts its table; another click turns the order round. Without this script the tables stand
// as they were printed. Missing values stay last, whichever way.
const collator = new Intl.Collator("en", { numeric: true });
const said = document.getElementById("said");

function key(row, column) {
  const cell = row.children[column], raw = cell.dataset.sort;
  if (raw === undefined) return cell.textContent.trim();
  return raw === "" ? null : Number.isNaN(Number(raw)) ? raw : Number(raw);
}

function compare(a, b) {
  return typeof a === "number" && typeof b === "number" ? a - b : collator.compare(String(a), String(b));
}

function sort(table, header, column) {
  const up = header.getAttribute("aria-sort") === "ascending" ? -1 : 1;
  const first = header.dataset.first === "descending" && !header.hasAttribute("aria-sort") ? -1 : up;
  const body = table.tBodies[0], rows = [...body.rows].map((row, place) => [key(row, column), place, row]);
  rows.sort(([a, i], [b, j]) => (a === null) - (b === null) || (a === null ? i - j : first * compare(a, b) || i - j));
  body.append(...rows.map(([, , row]) => row));
  for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
  header.setAttribute("aria-sort", first > 0 ? "ascending" : "descending");
  said.textContent = `Sorted by ${header.textContent.trim()}, ${first > 0 ? "ascending" : "descending"}.`;
}

for (const table of document.querySelectorAll("table.sortable")) {
  [...table.tHead.rows[0].cells].forEach((header, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...header.childNodes);
    header.append(button);
    button.addEventListener("click", () => sort(table, header, column));
  });
  table.classList.add("ready");
}
