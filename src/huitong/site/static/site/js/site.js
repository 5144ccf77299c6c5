// Small comforts. Every page reads and submits without this file.
"use strict";

(() => {
  // Menus are details elements: close the others, and all on Escape or when a click or the focus goes elsewhere.
  const closeOthers = (event) => {
    for (const menu of document.querySelectorAll("details.menu[open]")) {
      if (!menu.contains(event.target)) menu.open = false;
    }
  };
  document.addEventListener("click", closeOthers);
  document.addEventListener("focusin", closeOthers);
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      for (const menu of document.querySelectorAll("details.menu[open]")) {
        menu.open = false;
        menu.querySelector("summary").focus();
      }
    }
  });

  // A page that Back brings from the browser's memory is as it was left: open, where a menu led away from it.
  window.addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    for (const menu of document.querySelectorAll("details.menu[open]")) menu.open = false;
    if (keys && keys.open) keys.close();
  });

  // In a form marked data-at-once, what is picked from an opened list takes effect at once. On a closed one arrow keys
  // and letters change the choice at every press: there it waits for Enter, or for the form's button.
  let opened = null;
  let waiting = null;
  document.addEventListener("pointerdown", ({ target }) => {
    opened = target.closest("[data-at-once] select");
  });
  document.addEventListener("keydown", (event) => {
    const { target, key, altKey } = event;
    if (!target.matches("[data-at-once] select")) return;
    if (key === "Enter" && target === waiting) {
      event.preventDefault(); // else it opens the list
      target.form.requestSubmit();
    }
    opened = [" ", "Enter", "F4"].includes(key) || (altKey && key.startsWith("Arrow")) ? target : null;
  });
  document.addEventListener("change", ({ target }) => {
    if (!target.matches("[data-at-once] select")) return;
    if (target === opened) target.form.requestSubmit();
    else waiting = target;
  });

  // The overview of keys: "?" anywhere but where somebody types, or the link that leads to the help without scripts.
  const keys = document.getElementById("keys");
  const showKeys = (event) => {
    if (!keys || !keys.showModal || document.querySelector("dialog[open]")) return;
    event.preventDefault();
    keys.showModal();
  };
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input, textarea, select, [contenteditable]");
    if (event.key === "?" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) showKeys(event);
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-keys]")) showKeys(event);
  });

  // A press beside a dialog closes it. One that began inside, as when somebody marks text, does not.
  const beside = ({ target, clientX: x, clientY: y }) => {
    if (!target.matches("dialog[open]")) return null;
    const box = target.getBoundingClientRect();
    return x < box.left || x > box.right || y < box.top || y > box.bottom ? target : null;
  };
  let pressed = null;
  document.addEventListener("pointerdown", (event) => {
    pressed = beside(event);
  });
  document.addEventListener("click", (event) => pressed && beside(event) === pressed && pressed.close());

  // Drawings have their numbers in a table.
  document.addEventListener("click", (event) => {
    const toggle = event.target.closest("[data-chart-table]");
    if (toggle) toggle.setAttribute("aria-expanded", String(toggle.closest("figure").classList.toggle("as-table")));
  });

  // Buttons that copy appear only where that works; those that print are shown by style sheets, before anything is
  // painted: they stand beside others, which would move.
  const prepare = (root) => {
    for (const button of root.querySelectorAll("[data-copy]")) button.hidden = !navigator.clipboard;
  };
  document.addEventListener("click", (event) => event.target.closest("[data-print]") && window.print());
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    const code = button.parentElement.querySelector("code");
    try {
      await navigator.clipboard.writeText(code.textContent);
    } catch {
      getSelection().selectAllChildren(code); // not allowed here: marked, for Ctrl-C
      return;
    }
    const label = button.querySelector("span");
    const before = (button.dataset.before ??= label.textContent);
    label.textContent = button.dataset.done;
    setTimeout(() => {
      label.textContent = before;
    }, 1600);
  });
  prepare(document);
  document.addEventListener("htmx:afterSwap", (event) => prepare(event.target.parentElement || document));

  // What unfolds without scripts is a dialog with them: its content moves into one, and back when it is closed.
  document.addEventListener("click", (event) => {
    const summary = event.target.closest("[data-dialog] > summary");
    if (!summary || !window.HTMLDialogElement) return;
    event.preventDefault();
    const body = summary.nextElementSibling;
    const dialog = document.createElement("dialog");
    const title = body.querySelector("h3");
    dialog.className = "dialog";
    dialog.setAttribute("aria-label", title.textContent);
    const close = document.createElement("button");
    close.type = "button";
    close.className = "tool dialog-close";
    close.setAttribute("aria-label", summary.parentElement.dataset.close);
    close.textContent = "×";
    close.addEventListener("click", () => dialog.close());
    dialog.append(close, body);
    dialog.addEventListener("close", () => {
      summary.after(body);
      dialog.remove();
      summary.focus();
    });
    document.body.append(dialog);
    dialog.showModal();
  });
})();
