// What the theme leaves undone for the keyboard and for screen readers.

const LABELS = { ".sidebar-drawer": "All pages", ".toc-drawer": "This page" };
const WIDE = ".highlight pre, .table-wrapper, div.cell_output .output, div.math";

function reachable() {
  for (const box of document.querySelectorAll(WIDE)) {
    if (box.scrollWidth > box.clientWidth) box.tabIndex = 0; // so that the arrow keys scroll it
  }
}

document.addEventListener("DOMContentLoaded", () => {
  for (const [selector, label] of Object.entries(LABELS)) {
    document.querySelector(selector)?.setAttribute("aria-label", label);
  }
  for (const caption of document.querySelectorAll("p.caption[role=heading]")) {
    caption.setAttribute("aria-level", "2");
  }
  if (!document.querySelector("h1")) {
    const heading = document.createElement("h1"); // the page of search results has none
    heading.textContent = "Search";
    document.querySelector("article")?.prepend(heading);
  }
});
addEventListener("load", reachable);
addEventListener("resize", reachable);
