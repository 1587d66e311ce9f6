// Offers the platform's own share sheet, or copies the address. Without either, nothing is shown.
const place = document.querySelector(".share");

if (navigator.share || navigator.clipboard) {
  place.hidden = false;
  place.querySelector("button").addEventListener("click", async () => {
    const url = document.querySelector("link[rel=canonical]")?.href || location.href;
    try {
      if (navigator.share) await navigator.share({ title: document.querySelector("h1").textContent, url });
      else {
        await navigator.clipboard.writeText(url);
        place.querySelector("[role=status]").textContent = place.dataset.copied;
      }
    } catch {
      // The reader closed the sheet, or the browser refused: nothing to say.
    }
  });
}
