// Forms: nothing entered is lost by mistake, and what is wrong gets the focus. Forms work without it.
"use strict";

(() => {
  const summary = document.querySelector("form [data-errors]");
  if (summary) summary.focus();

  // A form marked data-guard warns before the page is left with changes that were not sent; one that was sent and came
  // back refused has such changes from the start.
  // Ticks of a list to choose from are no such changes where they are kept, see below.
  const dirty = new Set(document.querySelectorAll('form[data-guard="unsaved"]'));
  document.addEventListener("input", (event) => {
    const form = event.target.form;
    if (form && form.matches("[data-guard]") && !(kept && event.target.dataset.tick)) dirty.add(form);
  });
  document.addEventListener("submit", (event) => dirty.delete(event.target));
  window.addEventListener("beforeunload", (event) => {
    for (const form of dirty) if (!form.isConnected) dirty.delete(form);
    if (!dirty.size) return;
    event.preventDefault();
    event.returnValue = true; // browsers of before 2023
  });

  // What is ticked in a form marked data-ticks is so again when its reader, who looked into a row, comes back to it in
  // the same tab, by Back or by a link. Only what differs from the page as it comes is kept, by what data-tick calls it:
  // that name changes when the row has been dealt with. It is kept for one person, and until that person signs out.
  const kept = (() => {
    try {
      return window.sessionStorage;
    } catch {
      return null; // by the browser's settings: then leaving asks
    }
  })();
  const TICKS = "ticks:";
  const place = (form) => `${TICKS}${form.dataset.ticks}:${location.pathname}${location.search}`;
  const boxes = (form) => [...form.querySelectorAll("input[data-tick]")];
  const count = (form) => {
    const ticked = boxes(form).filter((box) => box.checked).length;
    const said = form.querySelector("[data-ticked]");
    said.querySelector("b").textContent = ticked;
    said.hidden = !ticked;
  };
  const forms = document.querySelectorAll("form[data-ticks]");
  for (const form of forms) {
    const other = JSON.parse(kept?.getItem(place(form)) || "[]");
    for (const box of boxes(form)) if (other.includes(box.dataset.tick)) box.checked = !box.defaultChecked;
    count(form);
    form.addEventListener("change", (event) => {
      if (!event.target.dataset.tick) return;
      const names = boxes(form).filter((box) => box.checked !== box.defaultChecked).map((box) => box.dataset.tick);
      kept?.setItem(place(form), JSON.stringify(names));
      count(form);
    });
  }
  // Names that stay the same when the row has been dealt with: their ticks end when they are sent.
  document.addEventListener("submit", (event) => {
    if (!event.defaultPrevented && event.target.matches("[data-ticks-end]")) kept?.removeItem(place(event.target));
  });
  window.addEventListener("pageshow", () => forms.forEach(count)); // some browsers tick by themselves after Back
  document.addEventListener("submit", (event) => {
    if (!kept || !event.target.matches("[data-sign-out]")) return;
    for (const name of Object.keys(kept)) if (name.startsWith(TICKS)) kept.removeItem(name);
  });

  // The same form is not sent twice by an impatient click.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method !== "post") return;
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "1";
    setTimeout(() => delete form.dataset.sent, 4000);
  });
  window.addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
  });
})();
