// The screen: takes each new picture from the stream, moves dots where rows moved, says so when the stream is lost.
"use strict";
(() => {
  const screen = document.querySelector("[data-stream]");
  if (!screen || !window.EventSource) return;
  const picture = document.getElementById("picture");
  const state = screen.querySelector(".s-state");
  const words = state.firstElementChild;
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  const SVG = "http://www.w3.org/2000/svg";
  const LONGEST_WAIT = 60000;
  const SILENCE = 40000; // the server sends something every 15 s
  const STALE = 30000; // a picture comes every 5 s
  const GONE = 10000; // and a stream that ended is there again after 3 s
  const RELOAD_AT_MOST_EVERY = 60000; // while servers are exchanged one by one, old and new ones answer in turn

  let stream = null;
  let ended = false;
  let wait = 2000;
  let heard = Date.now();
  let shown = Date.now();
  let timer = 0;

  // --- what the stream brings

  const counties = () => {
    for (const row of picture.querySelectorAll("[data-counties] li")) {
      const shape = screen.querySelector(`[data-county="${row.dataset.code}"]`);
      if (!shape) continue;
      shape.setAttribute("class", `s-county s-county-${row.dataset.step}`);
      screen.querySelector(`[data-county-rank="${row.dataset.code}"]`).textContent = row.textContent;
    }
  };

  // Dots live above the drawing that is replaced; each goes its way once and is gone. No rows, no dots. A dot is a
  // stroke without length: it stays round however the drawing is stretched.
  const dots = [];
  let layer = null;
  let running = 0;

  const step = (now) => {
    for (let index = dots.length - 1; index >= 0; index -= 1) {
      const dot = dots[index];
      const share = (now - dot.start) / dot.length;
      if (share >= 1) {
        dot.mark.remove();
        dots.splice(index, 1);
      } else if (share >= 0) {
        const place = dot.path.getPointAtLength(dot.total * share * share * (3 - 2 * share));
        dot.mark.setAttribute("d", `M${place.x} ${place.y}h0`);
        dot.mark.setAttribute("opacity", Math.min(1, 6 * share, 6 * (1 - share)));
      }
    }
    running = dots.length ? requestAnimationFrame(step) : 0;
  };

  const move = () => {
    const drawing = picture.querySelector(".s-flow svg");
    if (!drawing || calm.matches || document.hidden) {
      dots.length = 0;
      return;
    }
    if (layer) layer.remove();
    layer = document.createElementNS(SVG, "g");
    layer.setAttribute("aria-hidden", "true");
    for (const dot of dots) layer.append(dot.mark);
    drawing.append(layer);
    const now = performance.now();
    for (const path of drawing.querySelectorAll("[data-moved]")) {
      const moved = Number(path.dataset.moved);
      if (!moved) continue;
      const count = Math.min(24, 2 + Math.round(4 * Math.log10(moved)));
      for (let number = 0; number < count && dots.length < 240; number += 1) {
        const mark = document.createElementNS(SVG, "path");
        mark.setAttribute("class", "s-dot");
        mark.setAttribute("opacity", "0");
        layer.append(mark);
        dots.push({ mark, path, total: path.getTotalLength(), start: now + (4200 * number) / count, length: 1800 });
      }
    }
    if (dots.length && !running) running = requestAnimationFrame(step);
  };

  // What stands around the pictures came with the page: a server that draws it otherwise wants it loaded again. Only
  // when the page is there: a screen that has loaded an error would stay with it.
  const RELOADED = "huitong-screen-reloaded";
  const outdated = async () => {
    const build = picture.querySelector("[data-build]");
    if (!build || build.dataset.build === screen.dataset.build) return;
    if (Date.now() - Number(sessionStorage.getItem(RELOADED) || 0) < RELOAD_AT_MOST_EVERY) return;
    sessionStorage.setItem(RELOADED, String(Date.now()));
    const page = await fetch(location.href, { method: "HEAD", redirect: "manual", cache: "no-store" }).catch(() => null);
    if (page && page.ok) location.reload();
  };

  const show = (html) => {
    const fresh = new DOMParser().parseFromString(html, "text/html").body;
    const at = picture.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
    picture.replaceChildren(...fresh.childNodes);
    if (at) picture.querySelector(`a[href="${CSS.escape(at)}"]`)?.focus({ preventScroll: true });
    shown = Date.now();
    counties();
    move();
    outdated();
  };

  // --- the stream itself: the browser reconnects by itself while it can; else we do, ever more slowly

  const zone = "Asia/Shanghai";
  const clock = (moment, second) =>
    new Date(moment).toLocaleTimeString("zh-CN", { timeZone: zone, hour12: false, hour: "2-digit", minute: "2-digit", second });
  const time = screen.querySelector("[data-time]");
  const date = screen.querySelector("[data-date]");
  const signIn = state.querySelector("a");
  const put = (place, text) => {
    if (place.textContent !== text) place.textContent = text; // what did not change is not said again
  };

  const tell = () => {
    const there = stream ? stream.readyState : EventSource.CLOSED;
    const patience = there === EventSource.OPEN ? STALE : GONE;
    const live = there !== EventSource.CLOSED && Date.now() - shown < patience;
    state.classList.toggle("s-lost", !live);
    signIn.hidden = !ended;
    const about = ended ? state.dataset.ended : state.dataset.lost;
    put(words, live ? state.dataset.live : `${about} ${clock(shown, "2-digit")}`);
    put(time, clock(Date.now()));
    put(date, new Date().toLocaleDateString(document.documentElement.lang, { timeZone: zone, month: "short", day: "numeric", weekday: "short" }));
  };

  const again = () => {
    if (stream) stream.close();
    stream = null;
    clearTimeout(timer);
    timer = setTimeout(open, wait * (0.8 + 0.4 * Math.random()));
    wait = Math.min(LONGEST_WAIT, wait * 2);
    tell();
  };

  // A stream that was refused: is it the server, or has the session ended? Asked once; then somebody has to sign in.
  const refused = async () => {
    stream = null;
    tell();
    const asking = { method: "HEAD", redirect: "manual", cache: "no-store", signal: AbortSignal.timeout(LONGEST_WAIT) };
    const answer = await fetch(screen.dataset.stream, asking).catch(() => null);
    ended = Boolean(answer) && (answer.type === "opaqueredirect" || answer.status === 401 || answer.status === 403);
    if (ended) tell();
    else if (!stream) again();
  };

  function open() {
    if (stream) stream.close();
    stream = new EventSource(screen.dataset.stream);
    heard = Date.now();
    stream.onopen = () => {
      ended = false;
      heard = Date.now();
      tell();
    };
    stream.onmessage = (event) => {
      heard = Date.now();
      wait = 2000;
      show(event.data);
      tell();
    };
    stream.onerror = () => {
      if (stream && stream.readyState === EventSource.CLOSED) refused();
      else tell();
    };
  }

  setInterval(() => {
    if (stream && stream.readyState === EventSource.OPEN && Date.now() - heard > SILENCE * 2) again();
    tell();
  }, 1000);
  addEventListener("online", () => {
    wait = 2000;
    if (!stream || stream.readyState !== EventSource.OPEN) again();
  });
  // Somebody may have signed in again in another tab.
  addEventListener("visibilitychange", () => {
    if (!ended || document.hidden) return;
    ended = false;
    open();
  });
  addEventListener("pagehide", () => stream && stream.close());
  addEventListener("pageshow", (event) => event.persisted && open());

  const full = screen.querySelector("[data-full]");
  if (document.fullscreenEnabled) {
    full.hidden = false;
    full.addEventListener("click", () =>
      document.fullscreenElement ? document.exitFullscreen() : document.documentElement.requestFullscreen(),
    );
  }
  counties();
  open();
  tell();
})();
