// Draws charts from the tables beside them, in the colours of the page. Nothing here writes a style into the page.
"use strict";

(() => {
  // The library is large: it comes when the first chart comes into sight.
  const library = document.currentScript.dataset.library;
  let coming = null;
  const load = () => {
    coming = coming || new Promise((done, failed) => {
      const script = document.createElement("script");
      script.src = library;
      script.onload = done;
      script.onerror = () => {
        coming = null;
        failed(new Error(library));
      };
      document.head.append(script);
    });
    return coming;
  };

  const root = document.documentElement;
  const colour = (name) => getComputedStyle(root).getPropertyValue(`--${name}`).trim();
  const rem = () => parseFloat(getComputedStyle(root).fontSize);
  const NAMES = { azurite: "azurite-solid", malachite: "malachite-solid", gamboge: "gamboge-solid",
    cinnabar: "cinnabar-solid", violet: "violet-solid", quiet: "line-strong" };

  const read = (figure) => {
    const heads = [...figure.querySelectorAll("thead th")].slice(1);
    const rows = [...figure.querySelectorAll("tbody tr")];
    return {
      labels: rows.map((row) => row.querySelector("th").textContent.trim()),
      hrefs: rows.map((row) => (row.querySelector("th a") || {}).href || ""),
      series: heads.map((head, at) => ({
        title: head.firstChild.textContent.trim(),
        colour: colour(NAMES[head.dataset.colour] || "azurite-solid"),
        values: rows.map((row) => {
          const value = row.querySelectorAll("td")[at].dataset.value;
          return value === "" ? null : Number(value);
        }),
      })),
    };
  };

  // Large numbers in the words of the page's language, which the charts bring: "1e9=B;1e6=M".
  const words = document.querySelector("[data-large]")?.dataset.large ?? "";
  const steps = words.split(";").filter(Boolean).map((word) => word.split("=")).map(([size, name]) => [+size, name]);
  const short = (value) => {
    for (const [size, name] of steps) {
      if (Math.abs(value) >= size) return `${+(value / size).toFixed(1)}${name}`;
    }
    return `${+value.toFixed(2)}`;
  };
  const full = (value) => (value === null || value === undefined ? "—" : value.toLocaleString("en-US"));

  // Shares near the whole begin where they lie. Four even steps lead to 100: no label comes close to another.
  const lowest = (least) => {
    if (!(least > 80)) return 0;
    const span = Math.max(1, 100 - least);
    return 100 - (span > 2 ? Math.ceil(span / 4) * 4 : Math.ceil(span));
  };

  const option = (figure) => {
    const { labels, series } = read(figure);
    const unit = figure.dataset.unit || "";
    const size = rem() * 0.75;
    const text = { color: colour("ink-3"), fontSize: size };
    const known = series.flatMap((each) => each.values).filter((value) => value !== null);
    const percent = "percent" in figure.dataset;
    const low = percent ? lowest(Math.min(...known)) : undefined;
    const shape = figure.dataset.chart;
    return {
      animation: !matchMedia("(prefers-reduced-motion: reduce)").matches,
      animationDuration: 300,
      textStyle: { fontFamily: getComputedStyle(document.body).fontFamily },
      grid: { left: 4, right: 12, top: series.length > 1 ? size * 2.6 : size * 1.2, bottom: 4, containLabel: true },
      legend: series.length > 1 ? { top: 0, left: 0, icon: "roundRect", itemWidth: 10, itemHeight: 10,
        textStyle: { color: colour("ink-2"), fontSize: size }, inactiveColor: colour("line-strong") } : undefined,
      tooltip: {
        trigger: "axis", renderMode: "richText", confine: true,
        backgroundColor: colour("surface"), borderColor: colour("line-strong"), borderWidth: 1, padding: 10,
        textStyle: { color: colour("ink"), fontSize: size * 1.08 },
        axisPointer: { type: shape === "bar" ? "shadow" : "line", lineStyle: { color: colour("line-strong") },
          shadowStyle: { color: colour("ink"), opacity: 0.05 } },
        formatter: (points) => [points[0].axisValueLabel, ...points.map((point) =>
          `${series.length > 1 ? point.seriesName + "  " : ""}${full(point.value)} ${unit}`)].join("\n"),
      },
      xAxis: { type: "category", data: labels, boundaryGap: shape === "bar", axisTick: { show: false },
        axisLine: { lineStyle: { color: colour("line-strong") } }, axisLabel: { ...text, hideOverlap: true } },
      yAxis: { type: "value", min: low, max: percent ? 100 : undefined, interval: percent ? (100 - low) / 4 : undefined,
        splitNumber: 4, axisLabel: { ...text, formatter: (value) => short(value) },
        splitLine: { lineStyle: { color: colour("line") } } },
      series: series.map((each) => ({
        name: each.title, type: shape === "bar" ? "bar" : "line", data: each.values,
        stack: "stacked" in figure.dataset ? "all" : undefined,
        itemStyle: { color: each.colour, borderRadius: shape === "bar" && !("stacked" in figure.dataset) ? [2, 2, 0, 0] : 0 },
        lineStyle: { width: 2 }, showSymbol: labels.length < 20, symbolSize: 6, barMaxWidth: 28,
        areaStyle: shape === "area" ? { opacity: 0.14 } : undefined, emphasis: { focus: "series" },
      })),
    };
  };

  const draw = (figure) => {
    const canvas = figure.querySelector(".chart-canvas");
    const drawn = echarts.init(canvas, null, { renderer: "canvas" });
    drawn.setOption(option(figure));
    figure.classList.add("drawn");
    new ResizeObserver(() => drawn.resize()).observe(canvas);
    const { hrefs } = read(figure);
    drawn.on("click", (point) => hrefs[point.dataIndex] && location.assign(hrefs[point.dataIndex]));
    return () => drawn.setOption(option(figure), true);
  };

  // What could not be drawn is its table.
  const leave = (figure) => {
    figure.classList.add("as-table");
    figure.querySelector(".chart-tools").hidden = true;
  };

  const redraw = [];
  const inSight = new IntersectionObserver((entries) => {
    for (const entry of entries) {
      if (!entry.isIntersecting) continue;
      inSight.unobserve(entry.target);
      const figure = entry.target.closest("figure");
      load().then(() => redraw.push(draw(figure)), () => leave(figure));
    }
  }, { rootMargin: "200px" });
  const start = (within) => {
    for (const canvas of within.querySelectorAll("figure[data-chart]:not(.drawn) .chart-canvas")) inSight.observe(canvas);
  };
  start(document);
  document.addEventListener("htmx:load", (event) => start(event.detail.elt.parentElement || document));
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => redraw.forEach((again) => again()));

  // A picture to keep has one size whatever the window's and whether the table is shown instead, and says what it shows.
  const SAVED = { width: 960, height: 480 };
  const picture = (figure) => {
    const head = rem() * 2;
    const shown = option(figure);
    const drawn = echarts.init(document.createElement("canvas"), null, { ...SAVED, renderer: "canvas" });
    drawn.setOption({
      ...shown, animation: false,
      title: { text: figure.querySelector(".chart-head b").textContent, left: 8, top: 8,
        textStyle: { color: colour("ink"), fontSize: rem() } },
      grid: { ...shown.grid, left: 12, right: 16, top: shown.grid.top + head, bottom: 12 },
      legend: shown.legend && { ...shown.legend, left: 8, top: head },
    });
    const address = drawn.getDataURL({ type: "png", pixelRatio: 2, backgroundColor: colour("surface") });
    drawn.dispose();
    return address;
  };
  document.addEventListener("click", async (event) => {
    const save = event.target.closest("[data-chart-save]");
    if (!save) return;
    await load();
    const link = document.createElement("a");
    link.href = picture(save.closest("figure"));
    link.download = save.dataset.chartSave;
    link.click();
  });
})();
