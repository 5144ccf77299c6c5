// Forms: nothing entered is lost by mistake, and what is wrong gets the focus. Forms work without it.
"use strict";

(() => {
  const summary = document.querySelector("form [data-errors]");
  if (summary) summary.focus();

  // A form marked data-guard warns before the page is left with changes that were not sent; one that was sent and came
  // back refused has such changes from the start.
  const dirty = new Set(document.querySelectorAll('form[data-guard="unsaved"]'));
  document.addEventListener("input", (event) => {
    const form = event.target.form;
    if (form && form.matches("[data-guard]")) dirty.add(form);
  });
  document.addEventListener("submit", (event) => dirty.delete(event.target));
  window.addEventListener("beforeunload", (event) => {
    for (const form of dirty) if (!form.isConnected) dirty.delete(form);
    if (!dirty.size) return;
    event.preventDefault();
    event.returnValue = true; // browsers of before 2023
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
