/* The asks of a page: hidden with one press, without leaving it. `templates/inline/asks.js` fetches
   this when it is needed; when the network fails, the browser sends the forms as such. */

const root = document.documentElement;

const post = (url, body) =>
  fetch(url, { method: "POST", body, headers: { Accept: "text/fragment+html" } }).then((answer) => {
    if (!answer.ok) throw new Error(answer.status);
    return answer.text();
  });

/* The answer stands where the form was; a reader who scrolled sees it at the same height. */
const replace = (old, html) => {
  const before = old.getBoundingClientRect().top;
  old.insertAdjacentHTML("afterend", html);
  const panel = old.nextElementSibling;
  if (old.dataset.placement) root.dataset.asks = "off";
  else old.remove();
  panel.querySelector("form")?.addEventListener("submit", (event) => {
    event.preventDefault();
    later(event.target);
  });
  (panel.querySelector("[aria-invalid]") || panel).focus({ preventScroll: true });
  // After the browser's own scroll anchoring, so that the two do not add up.
  requestAnimationFrame(() => scrollBy(0, panel.getBoundingClientRect().top - Math.max(before, 0)));
};

function later(form) {
  const old = form.closest("[data-placement], [data-later]");
  // A double click is one press.
  if (form.ariaBusy === "true") return;
  form.ariaBusy = "true";
  const data = new URLSearchParams(new FormData(form));
  post(form.action, data).then((html) => replace(old, html), () => form.submit());
}

/* Each frequency has amounts of its own; without a script, those of the first are offered. */
function offer(ask, every) {
  for (const amount of ask.querySelectorAll("[name=amount]")) {
    const [plain, ...text] = (amount.dataset[every] || "").split(" ");
    amount.closest("label").hidden = !plain;
    amount.disabled = !plain;
    amount.value = plain;
    amount.parentNode.querySelector("bdi").textContent = text.join(" ");
  }
}

/* One for each kind of event; a form that is not posted only leads somewhere. */
export function submit(ask, form) {
  if (form.method === "post") later(form);
}

export function click(ask, target) {
  if (!target.closest("[data-close]")) return;
  root.dataset.asks = "off";
  document.getElementById("main").focus({ preventScroll: true });
  post(ask.querySelector("form[method=post]").action, new URLSearchParams({ action: "close" })).catch(() => {});
}

export function change(ask, field) {
  if (field.name === "every") offer(ask, field.value);
}

/* A browser that reloads keeps the choice, and the amounts have to follow it. */
export function pointerover(ask) {
  const every = ask.querySelector("[type=radio][name=every]:checked");
  if (every && !every.defaultChecked) offer(ask, every.value);
}
