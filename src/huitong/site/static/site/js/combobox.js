// A field with hits below it: arrow keys choose, Enter opens the chosen one, Escape puts them away. While Chinese is being
// composed the keys belong to the input method. Without this file the field searches by Enter.
"use strict";

(() => {
  const listOf = (input) => document.getElementById(input.getAttribute("aria-controls"));
  const hitsOf = (list) => [...list.querySelectorAll("[role=option]:not([aria-disabled])")];
  const chosenIn = (list) => list.querySelector("[aria-selected=true]");
  const inPalette = (input) => Boolean(input.closest("dialog"));

  const choose = (input, hit) => {
    const list = listOf(input);
    for (const each of hitsOf(list)) each.setAttribute("aria-selected", String(each === hit));
    if (hit) {
      input.setAttribute("aria-activedescendant", hit.id);
      hit.scrollIntoView({ block: "nearest" });
    } else input.removeAttribute("aria-activedescendant");
  };
  const putAway = (input) => {
    htmx.trigger(input, "htmx:abort"); // hits on their way would open the list again
    listOf(input).replaceChildren();
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  };

  document.addEventListener("keydown", (event) => {
    const input = event.target.closest("[role=combobox]");
    if (!input || event.isComposing || event.keyCode === 229) return; // 229: Safari, for the key that ends composing
    const list = listOf(input);
    const hits = hitsOf(list);
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      const at = hits.indexOf(chosenIn(list));
      const next = event.key === "ArrowDown" ? at + 1 : (at < 0 ? 0 : at) - 1;
      if (hits.length) choose(input, hits[(next + hits.length) % hits.length]);
    } else if (event.key === "Enter" && chosenIn(list)) {
      event.preventDefault();
      chosenIn(list).click(); // a link leads on, a command is posted
    } else if (event.key === "Escape" && list.children.length && !inPalette(input)) {
      event.preventDefault();
      putAway(input);
    }
  });
  for (const name of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
    document.addEventListener(name, (event) => event.target.matches("[role=combobox]") && putAway(event.target));
  }
  // While new hits are on their way, Enter must not open an old one.
  document.addEventListener("input", (event) => event.target.matches("[role=combobox]") && choose(event.target, null));
  document.addEventListener("mousemove", (event) => {
    const hit = event.target.closest("[role=listbox] [role=option]:not([aria-disabled])");
    const list = hit && hit.closest("[role=listbox]");
    const input = list && document.querySelector(`[role=combobox][aria-controls="${list.id}"]`);
    if (input && hit !== chosenIn(list)) choose(input, hit);
  });
  document.addEventListener("focusout", (event) => {
    const input = event.target.closest("[role=combobox]");
    if (input && !inPalette(input) && !listOf(input).contains(event.relatedTarget)) putAway(input);
  });
  document.addEventListener("mousedown", (event) => {
    if (event.target.closest(".search-hits")) event.preventDefault(); // the field keeps the focus until the click is done
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    if (!event.target.matches("[role=listbox]")) return;
    const input = document.querySelector(`[role=combobox][aria-controls="${event.target.id}"]`);
    if (!inPalette(input) && input !== document.activeElement) return putAway(input);
    input.setAttribute("aria-expanded", String(inPalette(input) || event.target.children.length > 0));
    choose(input, inPalette(input) && input.value.trim() ? hitsOf(event.target)[0] : null);
  });
})();
