// Shows requests as they come, and copies what is made to be copied. The page
// works without: then a reload shows them.
"use strict";

let fetching = false, changed = false;

// refresh replaces the list, unless somebody reads or uses what is in it.
async function refresh() {
  changed = true;
  if (fetching) return;
  fetching = true;
  while (changed) {
    changed = false;
    const answer = await fetch(location.pathname + location.search);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const list = document.getElementById("live");
    const inUse = list.querySelector("details[open]") || list.contains(document.activeElement);
    for (const id of ["live-count", "live-found"]) document.getElementById(id).replaceWith(page.getElementById(id));
    if (!inUse) list.replaceWith(page.getElementById("live"));
  }
  fetching = false;
}

new EventSource("/page/events").addEventListener("message", () => refresh().catch(() => { fetching = false; }));

document.addEventListener("click", (event) => {
  const text = event.target.closest(".copy");
  if (text && navigator.clipboard) navigator.clipboard.writeText(text.textContent).catch(() => {});
});
