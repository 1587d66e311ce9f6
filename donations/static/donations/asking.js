/* The asks of this page: hidden with one press, without leaving it. Everything here also works as
   plain forms and links; when the network fails, the browser sends them as such. */

const root = document.documentElement;
const asks = document.querySelectorAll("[data-placement]");

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
  panel.querySelector("form")?.addEventListener("submit", later);
  (panel.querySelector("[aria-invalid]") || panel).focus({ preventScroll: true });
  // After the browser's own scroll anchoring, so that the two do not add up.
  requestAnimationFrame(() => scrollBy(0, panel.getBoundingClientRect().top - Math.max(before, 0)));
};

function later(event) {
  const form = event.target;
  const old = form.closest("[data-placement], [data-later]");
  event.preventDefault();
  // A double click is one press.
  if (form.ariaBusy === "true") return;
  form.ariaBusy = "true";
  const data = new URLSearchParams(new FormData(form));
  post(form.action, data).then((html) => replace(old, html), () => form.submit());
}

for (const ask of asks) {
  ask.querySelector("form[method=post]")?.addEventListener("submit", later);

  const close = ask.querySelector("[data-close]");
  if (close) {
    close.hidden = false;
    close.addEventListener("click", () => {
      root.dataset.asks = "off";
      document.getElementById("main").focus({ preventScroll: true });
      post(ask.querySelector("form[method=post]").action, new URLSearchParams({ action: "close" })).catch(() => {});
    });
  }

  /* Each frequency has amounts of its own; without a script, those of the first are offered. */
  const offer = (every) => {
    for (const amount of ask.querySelectorAll("[name=amount]")) {
      const [plain, ...text] = (amount.dataset[every] || "").split(" ");
      amount.closest("label").hidden = !plain;
      amount.disabled = !plain;
      amount.value = plain;
      amount.parentNode.querySelector("bdi").textContent = text.join(" ");
    }
  };
  for (const every of ask.querySelectorAll("[type=radio][name=every]")) {
    every.addEventListener("change", () => offer(every.value));
    // A browser that reloads keeps the choice.
    if (every.checked && !every.defaultChecked) offer(every.value);
  }
}
