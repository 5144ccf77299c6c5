// The command palette: Ctrl-K, ⌘K, / or the search box open it. Without it, the search box leads to the page
// that finds. combobox.js chooses among what it finds.
"use strict";

(() => {
  const palette = document.getElementById("palette");
  if (!palette || !palette.showModal) return;
  const input = palette.querySelector("input");
  const mac = /Mac|iPhone|iPad/.test(navigator.platform);
  for (const key of document.querySelectorAll("[data-palette-key]")) {
    key.textContent = mac ? "⌘K" : "Ctrl K";
    key.hidden = false;
  }

  const open = (text) => {
    if (palette.open) return;
    if (text !== undefined) input.value = text;
    palette.showModal();
    input.select();
    htmx.trigger(input, "open");
  };

  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey && event.key.toLowerCase() === "k") {
      event.preventDefault();
      if (palette.open) palette.close();
      else open();
      return;
    }
    const typing = event.target.closest("input, textarea, select, [contenteditable], dialog[open]");
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      open();
    }
  });
  // A search field keeps the first Escape for itself, to be emptied; here one Escape closes.
  input.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.isComposing) return;
    event.preventDefault();
    palette.close();
  });
  // Back brings the page from the browser's memory as a hit led away from it.
  window.addEventListener("pageshow", (event) => event.persisted && palette.open && palette.close());
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-palette]")) {
      event.preventDefault();
      open();
    }
  });
  // The search box: a click or the first letter opens the palette; the focus alone changes nothing. What is being
  // composed stays where it is until it is Chinese.
  const handOver = (event) => {
    if (!event.target.matches(".bar-search input") || event.isComposing || palette.open) return;
    const text = event.target.value;
    event.target.value = "";
    open(text);
    input.setSelectionRange(text.length, text.length);
  };
  document.addEventListener("click", handOver);
  document.addEventListener("input", handOver);
  document.addEventListener("compositionend", handOver);
})();
