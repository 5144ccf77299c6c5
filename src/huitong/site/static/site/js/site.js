// Small comforts. Every page reads and submits without this file.
"use strict";

// Menus are details elements: close the others, and all on Escape or a click elsewhere.
document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    for (const menu of document.querySelectorAll("details.menu[open]")) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  }
  const typing = event.target.closest("input, textarea, select, [contenteditable]");
  if (event.key === "/" && !typing) {
    const search = document.querySelector(".bar-search input");
    if (search) {
      event.preventDefault();
      search.focus();
    }
  }
});

// Copy buttons appear only where copying works.
const prepare = (root) => {
  for (const button of root.querySelectorAll("[data-copy]")) button.hidden = !navigator.clipboard;
};
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const label = button.querySelector("span");
  const before = label.textContent;
  await navigator.clipboard.writeText(button.parentElement.querySelector("code").textContent);
  label.textContent = button.dataset.done;
  setTimeout(() => {
    label.textContent = before;
  }, 1600);
});
prepare(document);
document.addEventListener("htmx:afterSwap", (event) => prepare(event.target.parentElement || document));
