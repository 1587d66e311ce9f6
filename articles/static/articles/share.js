// Offers the platform's own share sheet, or copies the address. Without it nothing is shown.
const canShare = typeof navigator.share === "function";

for (const place of document.querySelectorAll("[data-share]")) {
  if (!canShare && !navigator.clipboard) continue;
  place.hidden = false;
  place.querySelector("button").addEventListener("click", () => share(place));
}

async function share(place) {
  const canonical = document.querySelector("link[rel=canonical]");
  const url = canonical ? canonical.href : location.href;
  try {
    if (canShare) {
      await navigator.share({ title: document.querySelector("h1").textContent, url });
    } else {
      await navigator.clipboard.writeText(url);
      place.querySelector("[role=status]").textContent = place.dataset.copied;
    }
  } catch {
    // The reader closed the sheet, or the browser refused: nothing to say.
  }
}
