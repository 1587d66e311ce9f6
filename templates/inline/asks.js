// The asks of a page are plain forms and links. What makes them work without leaving the page is
// fetched when a reader first touches one of them, so that nobody else waits for it.
for (const ask of document.querySelectorAll("[data-placement]")) {
  ask.querySelector("[data-close]")?.removeAttribute("hidden");
  for (const type of ["pointerover", "submit", "click", "change"])
    ask.addEventListener(type, (event) => {
      const form = event.target;
      const isPost = form.method === "post";
      if (isPost) event.preventDefault();
      import(document.body.dataset.asking).then(
        (asking) => asking[type](ask, form),
        () => isPost && form.submit(),
      );
    });
}
