// Partial updates: links and forms with data-partial replace <main> in place of the whole page, and
// the grid of items loads on. Without this module every link and form works as it is.

const main = () => document.querySelector("main");

async function read(address) {
  const answer = await fetch(address, { headers: { Accept: "text/html" } });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  if (!page.querySelector("main")) throw new Error(`${address}: ${answer.status}`);
  return page;
}

async function show(address, keep) {
  let page;
  main().setAttribute("aria-busy", "true");
  try {
    page = await read(address);
  } catch {
    location.assign(address); // the browser shows what is wrong
    return;
  }
  const scroll = window.scrollY;
  main().replaceWith(page.querySelector("main"));
  document.title = page.title;
  if (keep) history.pushState(null, "", address);
  const target = new URL(address, location.href).hash.slice(1);
  const place = target && document.getElementById(target);
  if (place) place.scrollIntoView({ block: "start" });
  else window.scrollTo(0, scroll);
  (place ? place.querySelector("a, button") : document.getElementById("verdict"))?.focus({
    preventScroll: true,
  });
  watch();
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-partial], a[data-more]");
  const plain = !event.defaultPrevented && event.button === 0;
  if (!link || !plain || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  if (link.dataset.more === undefined) show(link.getAttribute("href"), true);
  else more(link);
});

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.partial === undefined) return;
  event.preventDefault();
  const fields = [...new FormData(form)].filter(([, value]) => value !== "");
  show(`${form.getAttribute("action")}?${new URLSearchParams(fields)}`, true);
});

window.addEventListener("popstate", () => show(location.href, false));

async function more(link) {
  if (link.dataset.loading) return;
  link.dataset.loading = "yes";
  let page;
  try {
    page = await read(link.href);
  } catch {
    delete link.dataset.loading;
    return; // the link is still there to follow
  }
  document.getElementById("grid").append(...page.getElementById("grid").children);
  const next = page.querySelector("a[data-more]");
  if (next) link.replaceWith(next);
  else link.remove();
  watch();
}

const watcher = new IntersectionObserver((entries) => {
  for (const entry of entries) if (entry.isIntersecting) more(entry.target);
});

function watch() {
  watcher.disconnect();
  const link = document.querySelector("a[data-more]");
  if (link) watcher.observe(link);
}

watch();
