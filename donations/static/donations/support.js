// The support form works without this: it names one press of the button, lets what is typed and
// what is ticked exclude each other, and starts with the currency of the reader's region.
const form = document.querySelector(".support__form");
const field = form?.elements.namedItem("amount");
const currency = form?.elements.namedItem("currency");

if (field instanceof HTMLInputElement && currency instanceof HTMLSelectElement) {
  const EURO = "AT BE BG CY DE EE ES FI FR GR HR IE IT LT LU LV MT NL PT SI SK".split(" ");
  const OTHERS = {
    GB: "gbp", US: "usd", CH: "chf", PL: "pln", CZ: "czk", SE: "sek", NO: "nok", DK: "dkk",
    UA: "uah", GE: "gel", CA: "cad", AU: "aud", JP: "jpy", TR: "try", IL: "ils",
  };
  const chosen = new URLSearchParams(location.search).has("currency") || field.value;
  if (!chosen && currency.selectedIndex === 0) {
    const region = new Intl.Locale(navigator.language).region;
    const local = EURO.includes(region) ? "eur" : OTHERS[region];
    if (local && [...currency.options].some((each) => each.value === local)) currency.value = local;
  }

  // A second click within the same press keeps its name; coming back to change something does not.
  const nonce = form.elements.namedItem("nonce");
  let pressed = null;
  form.addEventListener("submit", () => {
    nonce.value = "";
    const said = new URLSearchParams(new FormData(form)).toString();
    if (pressed?.said !== said) pressed = { said, name: crypto.randomUUID?.() ?? random() };
    nonce.value = pressed.name;
  });
  addEventListener("pageshow", (event) => {
    if (event.persisted) pressed = null;
  });

  form.addEventListener("change", (event) => {
    if (event.target.name?.startsWith("amount_")) field.value = "";
  });
  field.addEventListener("input", () => field.removeAttribute("aria-invalid"));
}

// Over plain http there is no randomUUID.
function random() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((each) => each.toString(16)).join("-");
}
