// Runs before anything is painted: pages then know that scripts will draw, so that nothing jumps when they have.
"use strict";
document.documentElement.classList.add("js");
