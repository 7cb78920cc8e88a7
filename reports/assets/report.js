// Filters, links to views, and the evidence of a requirement once it is opened.
// Whatever came from a target enters the page as text, never as markup.
(() => {
  "use strict";
  const $ = (id) => document.getElementById(id);
  const form = $("filters"), search = $("q"), method = $("method"), choices = $("choices");
  const boxes = [...choices.querySelectorAll("input")];
  const groups = [...document.querySelectorAll(".group")];
  const cells = [...document.querySelectorAll(".matrix a")];
  const rows = groups.flatMap((group) => [...group.querySelectorAll(".req")].map((node) =>
    ({ node, method: group.dataset.method, ...node.dataset })));
  const natural = new Map(groups.map((group) => [group, group.open]));
  const keys = ["outcome", "level", "authority", "facet"];

  const make = (name, className, ...content) => {
    const node = document.createElement(name);
    if (className) node.className = className;
    node.append(...content);
    return node;
  };

  // A view is the fragment of the address: an ID alone, or filters and perhaps
  // the id of the requirement that is open.
  const readView = () => {
    let fragment = location.hash.slice(1);
    if (!fragment.includes("=")) {
      try { fragment = decodeURIComponent(fragment); } catch { /* as it stands */ }
      return { id: fragment, q: "", method: "" };
    }
    const query = new URLSearchParams(fragment);
    const view = { id: query.get("id") || "", q: query.get("q") || "", method: query.get("method") || "" };
    for (const key of keys) {
      const values = (query.get(key) || "").split(",").filter(Boolean);
      if (values.length) view[key] = values;
    }
    return view;
  };

  const writeView = (view) => {
    const query = new URLSearchParams();
    for (const key of ["method", ...keys, "q"]) {
      if (view[key] && view[key].length) query.set(key, view[key]);
    }
    const filters = query.toString().replaceAll("%2C", ",");
    if (view.id && !filters) return "#" + encodeURIComponent(view.id);
    if (view.id) query.set("id", view.id);
    return "#" + query.toString().replaceAll("%2C", ",");
  };

  const formView = () => {
    const view = { q: search.value, method: method.value, id: "" };
    for (const key of keys) {
      view[key] = boxes.filter((box) => box.checked && box.closest("fieldset").dataset.key === key).map((box) => box.value);
    }
    return view;
  };

  const fillForm = (view) => {
    search.value = view.q;
    method.value = view.method;
    for (const box of boxes) box.checked = (view[box.closest("fieldset").dataset.key] || []).includes(box.value);
  };

  const isFiltered = (view) => Boolean(view.q || view.method || keys.some((key) => view[key] && view[key].length));

  const apply = (view) => {
    const words = view.q.toLowerCase().split(/\s+/).filter(Boolean);
    const filtered = isFiltered(view);
    const shown = new Map(groups.map((group) => [group, 0]));
    let count = 0;
    for (const row of rows) {
      let fits = (!view.method || row.method === view.method) &&
        keys.every((key) => !view[key] || !view[key].length || view[key].includes(row[key]));
      if (fits && words.length) {
        row.text ??= `${row.node.id} ${row.source} ${row.node.textContent}`.toLowerCase();
        fits = words.every((word) => row.text.includes(word));
      }
      row.node.hidden = !fits;
      if (fits) {
        count++;
        const group = row.node.parentNode;
        shown.set(group, shown.get(group) + 1);
      }
    }
    for (const [group, n] of shown) {
      group.hidden = n === 0;
      group.open = filtered ? n > 0 : natural.get(group);
    }
    $("none").hidden = count > 0;
    const chosen = keys.reduce((n, key) => n + (view[key] || []).length, 0);
    $("more").textContent = chosen ? `Filters (${chosen})` : "Filters";
    $("count").textContent = filtered ? `${count} of ${rows.length}` : `${rows.length} in all`;
    for (const cell of cells) {
      if (filtered && cell.hash === writeView({ ...view, id: "" })) cell.setAttribute("aria-current", "true");
      else cell.removeAttribute("aria-current");
    }
  };

  const byID = (id) => rows.find((row) => row.node.id === id);

  // show brings the page to a view. A requirement that its filters would hide
  // is shown without them; an ID that isn't here, or is the beginning of some, is
  // searched for.
  const show = (view, scroll) => {
    const target = view.id && byID(view.id);
    if (!target && view.id && !isFiltered(view)) {
      if ($(view.id)) { apply(formView()); return; }
      view = { q: view.id, method: "" };
    }
    fillForm(view);
    apply(view);
    if (target) {
      if (target.node.hidden) { fillForm({ q: "", method: "" }); apply({ q: "", method: "" }); }
      target.node.parentNode.open = true;
      target.node.open = true;
      fill(target.node);
      const head = target.node.querySelector("summary");
      const reach = () => {
        head.scrollIntoView({ block: "start", behavior: "instant" });
        head.focus({ preventScroll: true });
      };
      reach();
      // Again when rows above have got their height, and after the browser has
      // gone to the fragment in its own way.
      const settle = () => requestAnimationFrame(() => { reach(); requestAnimationFrame(reach); });
      if (document.readyState === "complete") settle();
      else window.addEventListener("load", settle, { once: true });
    } else if (scroll && isFiltered(view)) {
      $("requirements").scrollIntoView({ block: "start", behavior: "instant" });
      $("requirements").focus({ preventScroll: true });
    }
  };

  const remember = (view) => {
    const fragment = writeView(view);
    if (fragment === "#" ? !location.hash : fragment === location.hash) return;
    try { history.replaceState(null, "", fragment === "#" ? location.pathname + location.search : fragment); } catch { location.replace(fragment); }
  };

  let block;
  const evidence = () => block ??= JSON.parse($("evidence").textContent);

  // pretty indents and colours JSON as it stands, byte for byte but for white
  // space; any other text is returned untouched.
  const token = /("(?:[^"\\]|\\.)*")(\s*:)?|(-?\d[\d.eE+-]*|true|false|null)|([[\]{},])|\s+/gy;
  const pretty = (text) => {
    try { JSON.parse(text); } catch { return [text]; }
    const out = [];
    let depth = 0, last = "";
    token.lastIndex = 0;
    const line = () => "\n" + "  ".repeat(depth);
    for (let match; token.lastIndex < text.length && (match = token.exec(text));) {
      const [whole, string, colon, scalar, mark] = match;
      if (!whole.trim()) continue;
      if (mark === "}" || mark === "]") {
        depth--;
        if (last !== "{" && last !== "[") out.push(line());
      } else if (last === "{" || last === "[" || last === ",") out.push(line());
      if (string) out.push(make("span", colon ? "k" : "s", string), colon ? ": " : "");
      else if (scalar) out.push(make("span", "n", scalar));
      else out.push(mark);
      if (mark === "{" || mark === "[") depth++;
      last = mark || "v";
    }
    return out;
  };

  const headerLines = (headers) => Object.entries(headers || {}).sort().flatMap(([name, values]) =>
    values.map((value) => make("span", "h", `${name}: ${value}\n`)));

  const side = (title, first, headers, body) => {
    const node = make("pre", "body", first, "\n", ...headerLines(headers));
    if (body) node.append("\n", ...pretty(body));
    node.tabIndex = 0;
    return make("div", "", make("h5", "", title), node);
  };

  const drawExchange = (exchange, n, of) => {
    const { request, response, curl } = exchange;
    const kind = response.error || response.status >= 500 ? " fault" : response.status >= 400 ? " refused" : "";
    const answer = response.error || String(response.status);
    const name = request.url.replace(/^.*\/xrpc\//, "").split(/(?<=[.?&])/).flatMap((part) => [part, make("wbr")]);
    const head = make("header", "", make("b", "", `${n} of ${of}: ${request.method} `, ...name, " ",
      make("span", "status" + kind, answer)), make("span", "hint", `${response.durationMs} ms`));
    if (curl) {
      const button = make("button", "copy", "Copy curl");
      button.type = "button";
      button.dataset.text = curl;
      head.append(button);
    }
    return make("section", "exchange", head, make("div", "sides",
      side("request", `${request.method} ${request.url}`, request.headers, request.body),
      side("response", make("span", "status" + kind, answer), response.headers, response.body)));
  };

  // describe completes the list of what is known about a requirement, and makes
  // it where one passed.
  const describe = (node) => {
    const { outcome, level, authority, origin, source, lines } = node.dataset;
    const list = node.querySelector("dl") || make("dl");
    const add = (term, ...content) => list.append(make("dt", "", term), make("dd", "", ...content));
    if (outcome === "passed") add("Outcome", "passed");
    add("Asked by", `${authority} (${level})`);
    add("Check", origin === "derived" ? "derived from the documents" : "written by hand");
    if (source.startsWith("https://")) {
      const link = make("a", "", source);
      link.href = source;
      link.rel = "noreferrer noopener";
      add("Source", link);
    } else add("Source", make("code", "", source), lines ? " " + lines : "");
    return list;
  };

  const drawLines = (source) => {
    const { sources, documents } = evidence();
    const [first, last] = sources[source];
    const name = source.split("#")[0];
    const lines = documents[name].replace(/\n$/, "").split("\n");
    const from = Math.max(1, first - 2), to = Math.min(lines.length, last + 2);
    const node = make("pre", "lines");
    node.tabIndex = 0;
    for (let n = from; n <= to; n++) {
      const line = make("span", n >= first && n <= last ? "at" : "", lines[n - 1] || " ");
      line.dataset.n = n;
      node.append(line);
    }
    return [make("h4", "", name), node];
  };

  // fill draws lines and exchanges when a requirement is opened, once.
  const fill = (node) => {
    if (node.dataset.filled) return;
    node.dataset.filled = "true";
    const row = byID(node.id), all = evidence(), { source } = node.dataset;
    row.text ??= `${node.id} ${source} ${node.textContent}`.toLowerCase();
    const inside = make("div", "inside", describe(node));
    node.append(inside);
    if (all.sources[source]) inside.append(...drawLines(source));
    const own = (all.results[node.id] || []).map((i) => all.exchanges[i]);
    if (own.length) inside.append(make("h4", "", own.length === 1 ? "The exchange" : `The ${own.length} exchanges, oldest first`));
    own.forEach((exchange, i) => inside.append(drawExchange(exchange, i + 1, own.length)));
    const link = make("a", "", "Link to this requirement");
    link.href = "#" + encodeURIComponent(node.id);
    inside.append(make("p", "permalink", link));
  };

  const copy = async (text) => {
    try { await navigator.clipboard.writeText(text); return true; } catch { /* older, or not allowed */ }
    const area = make("textarea", "aside");
    area.value = text;
    document.body.append(area);
    area.select();
    let done = false;
    try { done = document.execCommand("copy"); } catch { /* told below */ }
    area.remove();
    return done;
  };

  document.addEventListener("click", async (event) => {
    const button = event.target.closest("button.copy");
    if (!button) return;
    const done = await copy(button.dataset.text);
    button.focus();
    button.textContent = done ? "Copied" : "Not allowed here";
    $("said").textContent = done ? "Copied to the clipboard" : "The browser does not allow copying";
    setTimeout(() => { button.textContent = "Copy curl"; $("said").textContent = ""; }, 2000);
  });

  document.addEventListener("toggle", (event) => {
    const node = event.target;
    if (!node.classList.contains("req")) return;
    if (node.open) fill(node);
    const view = formView();
    view.id = node.open ? node.id : "";
    if (node.open || readView().id === node.id) remember(view);
  }, true);

  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && !event.ctrlKey && !event.metaKey && !event.altKey && !/^(INPUT|SELECT|TEXTAREA)$/.test(document.activeElement.tagName)) {
      event.preventDefault();
      search.focus();
    }
  });

  const changed = () => { const view = formView(); apply(view); remember(view); };
  let timer;
  search.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(changed, 80); });
  form.addEventListener("change", (event) => { if (event.target !== search) changed(); });
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", (event) => { event.preventDefault(); fillForm({ q: "", method: "" }); changed(); search.focus(); });
  $("more").addEventListener("click", () => $("more").setAttribute("aria-expanded", String(choices.classList.toggle("shown"))));
  window.addEventListener("hashchange", () => show(readView(), true));
  window.addEventListener("beforeprint", () => {
    for (const { node } of rows) if (!node.hidden && node.matches(".failed, .errored, .known-failure")) { fill(node); node.open = true; }
  });

  form.hidden = false;
  show(readView(), true);
})();
