
"use strict";
// The table of learners: sorted by its headers' buttons, filtered by name. Without this it is a plain table.
const table = document.getElementById("table");
const body = table.tBodies[0];
const rows = Array.from(body.rows);
const headers = Array.from(table.tHead.rows[0].cells);
const order = Array.from(table.dataset.order);
const collator = new Intl.Collator("en", { numeric: true });

function value(row, column) {
  const text = row.cells[column].textContent.trim();
  if (column === 0) return text;
  return headers[column].className === "upright" ? order.indexOf(text[0]) : Number(text);
}

function sort(column) {
  const down = headers[column].getAttribute("aria-sort") === "ascending";
  headers.forEach((header) => header.setAttribute("aria-sort", "none"));
  headers[column].setAttribute("aria-sort", down ? "descending" : "ascending");
  const keyed = rows.map((row, index) => ({ row, index, key: value(row, column) }));
  keyed.sort((a, b) => {
    const difference = column === 0 ? collator.compare(a.key, b.key) : a.key - b.key;
    return (down ? -difference : difference) || a.index - b.index;
  });
  body.append(...keyed.map((entry) => entry.row));
}

headers.forEach((header, column) => {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = header.textContent;
  button.addEventListener("click", () => sort(column));
  header.replaceChildren(button);
  header.setAttribute("aria-sort", "none");
});

const filter = document.getElementById("filter");
const status = filter.querySelector("[role=status]");
filter.hidden = false;
filter.querySelector("input").addEventListener("input", (event) => {
  const wanted = event.target.value.trim().toLowerCase();
  let shown = 0;
  for (const row of rows) {
    row.hidden = !row.cells[0].textContent.toLowerCase().includes(wanted);
    shown += !row.hidden;
  }
  status.textContent = wanted ? `${shown} of ${rows.length} shown` : "";
});

let closed = [];
window.addEventListener("beforeprint", () => {
  closed = Array.from(document.querySelectorAll("details:not([open])"));
  closed.forEach((details) => { details.open = true; });
});
window.addEventListener("afterprint", () => closed.forEach((details) => { details.open = false; }));
