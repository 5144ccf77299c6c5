// Draws maps from the tables beside them, with Leaflet, in the colours of the page; no tiles from elsewhere.
"use strict";

(() => {
  const root = document.documentElement;
  const colour = (name) => getComputedStyle(root).getPropertyValue(`--${name}`).trim();
  const STEPS = [0.18, 0.36, 0.54, 0.72, 0.9];

  const read = (figure) => {
    const areas = new Map();
    for (const row of figure.querySelectorAll("[data-areas] tbody tr")) {
      const head = row.querySelector("th");
      areas.set(row.dataset.code, {
        title: (head.querySelector("a") || head.firstChild).textContent.trim(),
        note: (head.querySelector(".note") || {}).textContent || "",
        href: (head.querySelector("a") || {}).href || "",
        shown: row.querySelector("td").textContent.trim(),
        value: row.dataset.value === "" ? null : Number(row.dataset.value),
      });
    }
    const points = [...figure.querySelectorAll("[data-points] tbody tr")].map((row) => ({
      title: row.querySelector("th").firstChild.textContent.trim(),
      note: (row.querySelector(".note") || {}).textContent || "",
      href: (row.querySelector("a") || {}).href || "",
      at: [Number(row.dataset.lat), Number(row.dataset.lon)],
    }));
    return { areas, points };
  };

  // Text only: what a table says never becomes markup.
  const label = (lines) => {
    const box = document.createElement("div");
    for (const line of lines.filter(Boolean)) {
      const part = document.createElement(box.firstChild ? "div" : "b");
      part.textContent = line;
      box.append(part);
    }
    return box;
  };

  const draw = async (figure) => {
    const answer = await fetch(figure.dataset.map).catch(() => null);
    if (!answer || !answer.ok) {
      figure.classList.add("as-table"); // without boundaries, the table says it all
      figure.querySelector(".chart-tools").hidden = true;
      return;
    }
    const shapes = await answer.json();
    const { areas, points } = read(figure);
    figure.classList.add("drawn");
    const map = L.map(figure.querySelector(".map-canvas"), {
      attributionControl: false, scrollWheelZoom: false, zoomSnap: 0.25, keyboard: false,
      zoomAnimation: false, fadeAnimation: false,
    });
    const most = Math.max(0, ...[...areas.values()].map((area) => area.value || 0));
    const depth = (value) => (most ? STEPS[Math.min(4, Math.floor((value / most) * 5))] : 0);
    const layers = [];
    const style = (feature) => {
      const area = areas.get(feature.properties.code);
      const known = area && area.value !== null;
      return { color: colour("surface"), weight: 1.5, fillColor: colour(known ? "azurite-solid" : "line"),
        fillOpacity: known ? depth(area.value) : 0.5 };
    };
    const drawn = L.geoJSON(shapes, {
      style,
      onEachFeature: (feature, layer) => {
        const area = areas.get(feature.properties.code);
        const words = area && area.value !== null ? `${area.shown} ${figure.dataset.unit}` : figure.dataset.none;
        layer.bindTooltip(label([area ? area.title : feature.properties.name, words, area && area.note]), { sticky: true });
        layer.on("mouseover", () => layer.setStyle({ color: colour("ink"), weight: 2 }).bringToFront());
        layer.on("mouseout", () => drawn.resetStyle(layer));
        if (area && area.href) layer.on("click", () => location.assign(area.href));
        layers.push([layer, area ? area.title : feature.properties.name, area]);
      },
    }).addTo(map);
    const fit = () => {
      map.invalidateSize({ animate: false });
      map.fitBounds(drawn.getBounds(), { padding: [8, 8], animate: false });
    };
    fit();
    for (const point of points) {
      const marker = L.circleMarker(point.at, { radius: 5, weight: 1.5, color: colour("surface"),
        fillColor: colour("cinnabar-solid"), fillOpacity: 1 }).addTo(map);
      marker.bindTooltip(label([point.title, point.note]));
      if (point.href) marker.on("click", () => location.assign(point.href));
    }
    // A name that would lie over another stands a little higher or lower; where it cannot, the table and a hover say it.
    const names = [];
    const part = () => {
      const taken = [];
      for (const name of names) {
        const free = [0, -0.6, 0.6, -1.1, 1.1].some((lines) => {
          name.options.offset = L.point(0, lines * name.getElement().offsetHeight);
          name.update();
          const box = name.getElement().getBoundingClientRect();
          if (taken.some((other) => box.left < other.right && other.left < box.right && box.top < other.bottom
            && other.top < box.bottom)) return false;
          taken.push(box);
          return true;
        });
        name.getElement().classList.toggle("map-name-off", !free);
      }
    };
    // Names stand on the areas where there is room for them.
    if (layers.length <= 20) {
      for (const [layer, title, area] of layers) {
        const dark = area && area.value !== null && depth(area.value) > 0.6;
        names.push(
          L.tooltip({ permanent: true, direction: "center", className: dark ? "map-name map-name-dark" : "map-name" })
            .setLatLng(layer.getCenter()).setContent(label([title])).addTo(map),
        );
      }
      part();
      map.on("moveend zoomend", part);
    }
    // What only a mouse could reach is said by the table; the drawing itself takes no part in the keyboard's way.
    for (const path of figure.querySelectorAll(".map-canvas path")) path.setAttribute("aria-hidden", "true");
    new ResizeObserver(fit).observe(figure.querySelector(".map-canvas"));
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => drawn.setStyle(style));
  };

  for (const figure of document.querySelectorAll("figure[data-map]")) draw(figure);
})();
