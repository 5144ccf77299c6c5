// Lists: keys to walk through rows, headings that stay in sight, a sign while rows are fetched. Lists work without it.
"use strict";

(() => {
  const typing = (target) => target.closest("input, textarea, select, [contenteditable], dialog[open]");
  const rowLinks = () =>
    [...document.querySelectorAll("main [data-listing] tbody tr")].map((row) => row.querySelector("a[href]")).filter(Boolean);

  // j and k walk through the rows' links; Enter then opens what has the focus, as it does anyway.
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    if (event.key !== "j" && event.key !== "k") return;
    const links = rowLinks();
    if (!links.length) return;
    const row = document.activeElement && document.activeElement.closest("tbody tr");
    const at = row ? links.findIndex((link) => row.contains(link)) : -1;
    const next = event.key === "j" ? Math.min(at + 1, links.length - 1) : Math.max(at - 1, 0);
    event.preventDefault();
    links[next].focus({ preventScroll: true });
    links[next].closest("tr").scrollIntoView({ block: "nearest" });
  });

  // A frame that need not scroll sideways does not cut: then its headings can stick to the top of the window.
  const watch = new ResizeObserver((entries) => {
    for (const entry of entries) measure(entry.target);
  });
  const measure = (frame) => frame.classList.toggle("fits", frame.scrollWidth <= frame.clientWidth);
  const prepare = (root) => {
    for (const frame of root.querySelectorAll("[data-table]")) watch.observe(frame);
  };
  prepare(document);

  // Another page or order takes the rows' place. The field that somebody is in stays itself: its letters, its caret, an
  // input method at work, a choice that is open. Old rows just go: htmx's own way takes leave of each cell.
  const FIELDS = "input:not([type=checkbox]), select, textarea";
  const way = (top, leaf) => {
    const found = [];
    for (let at = leaf; at !== top; at = at.parentElement) found.unshift(at);
    return found;
  };
  const steps = (path) => path.map(({ tagName }) => tagName).join();
  const choices = ({ options }) => options && [...options].map(({ value, text }) => value + text).join();
  const twinOf = (list, fresh, field) => {
    const twin = field.id && list.contains(field) && field.matches(FIELDS) && fresh.querySelector(`#${CSS.escape(field.id)}`);
    return twin && steps(way(list, field)) === steps(way(fresh, twin)) && choices(field) === choices(twin) ? twin : null;
  };
  // What counts as shown is what the answer says; what is typed or chosen now may be something else.
  const tellShown = (field, { defaultValue, options }) => {
    const at = field.selectedIndex;
    if (!options) return void (field.defaultValue = defaultValue);
    for (const [i, one] of [...options].entries()) field.options[i].defaultSelected = one.defaultSelected;
    field.selectedIndex = at;
  };
  const renew = (list, fresh) => {
    const field = document.activeElement;
    const twin = twinOf(list, fresh, field);
    if (!twin) {
      list.replaceChildren(...fresh.childNodes);
      return [...list.children];
    }
    const added = [];
    const [stays, like] = [way(list, field), way(fresh, twin)];
    for (const [i, part] of stays.entries()) {
      const siblings = [...like[i].parentElement.childNodes];
      const at = siblings.indexOf(like[i]);
      for (const old of [...part.parentElement.childNodes]) if (old !== part) old.remove();
      part.before(...siblings.slice(0, at));
      part.after(...siblings.slice(at + 1));
      added.push(...siblings.filter((one) => one !== like[i]));
    }
    tellShown(field, twin);
    return added;
  };

  // This file comes after failing.js, which refuses an answer that is not the list.
  let before = null;
  window.htmx?.defineExtension("listing", {
    handleSwap: (style, list, fragment) => {
      if (style !== "listing") return false;
      before = { list, focused: list.contains(document.activeElement), fits: Boolean(list.querySelector(".fits")) };
      return renew(list, fragment.firstElementChild);
    },
  });
  const listIn = (event) => event.detail.target?.matches?.("[data-listing]") && event.detail.target;
  document.addEventListener("htmx:afterSwap", () => {
    if (!before) return;
    const { list, focused, fits } = before;
    before = null;
    for (const frame of list.querySelectorAll("[data-table]")) frame.classList.toggle("fits", fits); // most likely
    prepare(list);
    // Where the focus was there may be nothing now, as on the last page: it stays in the list.
    if (!focused || list.contains(document.activeElement)) return;
    list.tabIndex = -1;
    list.focus({ preventScroll: true });
  });

  // Another order asked for before what is typed or chosen above has been answered, or even sent: both count. A page of
  // the rows that were would be another page of those that come: their first is shown.
  const shown = ({ options, defaultValue }) =>
    options ? ([...options].find((one) => one.defaultSelected) || options[0]).value : defaultValue;
  const changed = (control) =>
    control.name && control.type !== "hidden" && control.value.trim() !== shown(control).trim();
  document.addEventListener("htmx:configRequest", (event) => {
    const { elt } = event.detail;
    const form = elt.matches("[data-listing] [hx-boost] a") && elt.closest("[data-listing]").querySelector(".list-tools");
    const typed = form ? [...form.elements].filter(changed) : [];
    if (!typed.length) return;
    const address = new URL(event.detail.path, location.href);
    for (const { name, value } of typed) {
      address.searchParams.delete(name);
      if (value) address.searchParams.set(name, value);
    }
    address.searchParams.delete("page");
    event.detail.path = address.pathname + address.search;
  });

  // Enter in a field whose value is new, or the button right after: the change asks already, the form need not again.
  const asked = new WeakMap();
  const valuesOf = (form) => new URLSearchParams(new FormData(form)).toString();
  const byForm = (event) => event.detail.elt.matches?.("[data-listing] .list-tools") && event.detail.elt;
  document.addEventListener("htmx:confirm", (event) => {
    const form = byForm(event);
    if (form && asked.get(form) === valuesOf(form)) event.preventDefault();
  });
  document.addEventListener("htmx:beforeSend", (event) => {
    const form = byForm(event);
    if (form) asked.set(form, valuesOf(form));
  });
  document.addEventListener("htmx:afterRequest", (event) => asked.delete(byForm(event)));

  // Forms of the frame (language, colours, desk) return to the page as it was opened: now to the list as it stands.
  const here = () => location.pathname + location.search;
  let address = here();
  document.addEventListener("htmx:pushedIntoHistory", () => {
    for (const next of document.querySelectorAll("input[name=next]")) if (next.value === address) next.value = here();
    address = here();
  });

  // While the rows of another page or order are on their way.
  document.addEventListener("htmx:beforeRequest", (event) => busy(event, "true"));
  document.addEventListener("htmx:afterRequest", (event) => busy(event, "false"));
  const busy = (event, value) => {
    const list = listIn(event);
    if (list) list.setAttribute("aria-busy", value);
  };
})();
