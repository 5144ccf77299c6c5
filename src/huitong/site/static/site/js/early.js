// Runs before anything is painted: pages then know that scripts will draw, so that nothing jumps when they have.
"use strict";
document.documentElement.classList.add("js");

// The navigation, and tabs on a phone, may be longer than their room: they begin with the current place in sight, in the
// middle where it would not be in sight at the start. Only the frame is scrolled, not the window.
const beginAtCurrent = () => {
  for (const frame of document.querySelectorAll(".nav, .tabs")) {
    const current = frame.querySelector('[aria-current="page"]');
    if (!current) continue;
    const [place, room] = [current, frame].map((node) => node.getBoundingClientRect());
    const spare = 2 * place.height; // below and beside it there is more, which fades
    if (place.bottom + spare > room.bottom) frame.scrollTop = (place.top + place.bottom - room.top - room.bottom) / 2;
    if (place.right + spare > room.right) frame.scrollLeft = (place.left + place.right - room.left - room.right) / 2;
  }
};
document.addEventListener("readystatechange", beginAtCurrent, { once: true });
