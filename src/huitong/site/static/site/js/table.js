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
  const measure = (frame) => {
    frame.classList.remove("fits");
    if (frame.scrollWidth <= frame.clientWidth) frame.classList.add("fits");
  };
  const prepare = (root) => {
    for (const frame of root.querySelectorAll("[data-table]")) watch.observe(frame);
  };
  prepare(document);
  document.addEventListener("htmx:load", (event) => prepare(event.detail.elt.parentElement || document));

  // While the rows of another page or order are on their way.
  document.addEventListener("htmx:beforeRequest", (event) => busy(event, "true"));
  document.addEventListener("htmx:afterRequest", (event) => busy(event, "false"));
  const busy = (event, value) => {
    const list = event.detail.target;
    if (list && list.matches && list.matches("[data-listing]")) list.setAttribute("aria-busy", value);
  };
})();
