// Parts of a page that are fetched anew: when that fails, say so beside what is still there, and try again on demand.
// An answer without the part asked for never replaces it: the reader is led to where the server led.
"use strict";

(() => {
  const sample = document.getElementById("failing");
  if (!sample || !window.htmx) return;
  const noticeOf = (target) => document.querySelector(`[data-failing="${target.id}"]`);
  const forget = (target) => target.id && noticeOf(target)?.remove();

  const again = (target, request) => {
    const from = request.elt.isConnected ? request.elt : target;
    forget(target);
    if (!from.isConnected) return location.reload();
    from.focus({ preventScroll: true });
    htmx.ajax("get", request.path, { source: from, target, swap: request.swap });
  };
  const latest = new Map(); // what the button asks for again: what was asked for last
  const tell = (kind, detail) => {
    const target = detail.target;
    if (!target || !target.isConnected || !target.matches("[data-listing], [data-part]")) return;
    latest.set(target.id, detail.requestConfig);
    const notice = noticeOf(target) || tellFirst(target);
    for (const text of notice.querySelectorAll("[data-when]")) text.hidden = text.dataset.when !== kind;
  };
  const tellFirst = (target) => {
    const notice = sample.content.firstElementChild.cloneNode(true);
    notice.dataset.failing = target.id;
    notice.querySelector("button").addEventListener("click", () => again(target, latest.get(target.id)));
    target.before(notice);
    notice.scrollIntoView({ block: "nearest" });
    return notice;
  };
  for (const name of ["htmx:sendError", "htmx:timeout"]) {
    document.addEventListener(name, (event) => tell("connection", event.detail));
  }
  document.addEventListener("htmx:responseError", (event) => tell("server", event.detail));
  document.addEventListener("htmx:afterSwap", (event) => forget(event.detail.target));

  // A page of somebody signed in never takes in what a stranger would see: the server then leads to sign in.
  document.addEventListener("htmx:configRequest", (event) => {
    if ("signedIn" in document.body.dataset) event.detail.headers["X-Signed-In"] = "1";
  });

  const has = (answer, part) => answer.includes(` id="${part.slice(1)}"`);
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { xhr, serverResponse, requestConfig, pathInfo, select } = event.detail;
    if (!event.detail.shouldSwap) return;
    const part = select || requestConfig.elt.closest("[hx-select]")?.getAttribute("hx-select");
    if (part ? has(serverResponse, part) : !/^\s*<!doctype/i.test(serverResponse)) return;
    event.detail.shouldSwap = false;
    const asked = new URL(pathInfo.finalRequestPath, location.href);
    const got = new URL(xhr.responseURL || asked, location.href);
    if (got.pathname !== asked.pathname) location.assign(got.href);
    else event.detail.isError = true;
  });
})();
